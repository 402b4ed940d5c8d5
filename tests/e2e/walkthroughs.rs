//! Runs the commands of the README and of the guides, and compares the responses with the printed ones.

use reqwest::Method;
use serde_json::json;
use tests::{Answer, App, Client, SharedApp};

const README: &str = include_str!("../../README.md");
const READING: &str = include_str!("../../docs/reading.md");
const SUBMISSIONS: &str = include_str!("../../docs/submissions.md");
const WRITING: &str = include_str!("../../docs/writing.md");

/// Returns the first code block below a heading.
fn block(document: &'static str, heading: &str) -> &'static str {
    let section = document.split(heading).nth(1).unwrap_or_else(|| panic!("no heading {heading}"));
    section.split("```").nth(1).unwrap()
}

/// A numbered step of a walkthrough: its commands, and the response that is printed for the last one.
struct Step {
    commands: &'static str,
    printed: &'static str,
}

fn steps(block: &'static str) -> Vec<Step> {
    let numbered = |text: &str| text.trim_start_matches(|first: char| first.is_ascii_digit()).starts_with("  ");
    let parts: Vec<&str> = block.split("\n# ").collect();
    let steps = parts.windows(2).filter(|parts| numbered(parts[0]));
    steps.map(|parts| Step { commands: parts[0], printed: parts[1].lines().next().unwrap() }).collect()
}

/// Asserts that a response contains the printed pieces in their order. Pieces are separated by `…`.
fn assert_printed(step: &str, response: &str, printed: &str) {
    let mut rest = response;
    for piece in printed.split('…').map(str::trim) {
        let at = rest.find(piece).unwrap_or_else(|| panic!("{step}: expected {piece} in {response}"));
        rest = &rest[at + piece.len()..];
    }
}

/// Sends the request of a `curl` command, with `etag` for the variable of that name.
async fn run(client: &Client, command: &str, etag: &str) -> Answer {
    let path = command.split("http://127.0.0.1:8080").nth(1).unwrap().split(['\'', '"']).next().unwrap();
    let method: Method =
        command.split("-X ").nth(1).map_or("GET", |rest| rest.split(' ').next().unwrap()).parse().unwrap();
    let quoted = |option: &'static str| {
        command.split(option).skip(1).map(|text| text[1..].split(text.chars().next().unwrap()).next().unwrap())
    };
    let headers: Vec<(&str, String)> = quoted("-H ")
        .filter_map(|header| header.split_once(": "))
        .map(|(name, value)| (name, value.replace("$ETAG", etag)))
        .collect();
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let media_type = headers.iter().find(|(name, _)| *name == "Content-Type").map(|(_, value)| *value);
    let headers: Vec<_> =
        headers.into_iter().filter(|(name, _)| !["Authorization", "Content-Type"].contains(name)).collect();
    let body = quoted("-d ").next().map(str::to_owned);
    client.write(method, path, &headers, media_type.zip(body)).await
}

/// Runs the examples of a document. They only read.
async fn run_examples(document: &'static str, expected: usize) {
    let app = SharedApp::first_content();
    let commands: Vec<&str> = block(document, "## Examples").split("\ncurl ").skip(1).collect();
    for command in &commands {
        let printed = command.lines().find_map(|line| line.strip_prefix("# ")).unwrap();
        let response = run(&app.anonymous(), command, "").await.text();
        let counted = command.contains("| wc -l").then(|| response.lines().count().to_string());
        assert_printed(command, counted.as_deref().unwrap_or(&response), printed);
    }
    assert_eq!(commands.len(), expected);
}

#[tokio::test]
async fn readme_examples_return_the_printed_responses() {
    run_examples(README, 10).await;
}

#[tokio::test]
async fn reading_examples_return_the_printed_responses() {
    run_examples(READING, 17).await;
}

#[tokio::test]
async fn first_entry_walkthrough_returns_the_printed_responses() {
    let app = App::start();
    let editor = app.with_token(json!({ "subject": "my-office", "role": "editor", "days": 7 })).await;

    let steps = steps(block(WRITING, "## Your first entry"));
    let mut etag = String::new();
    for step in &steps {
        if step.commands.contains("ETAG=") {
            etag = app.anonymous().get("/v1/practice-examples/my-first-example").await.etag().to_owned();
        }
        let mut last = None;
        for command in step.commands.split("\ncurl ").skip(1) {
            let client = if command.contains("$TOKEN") { &editor } else { &app.anonymous() };
            last = Some(run(client, command, &etag).await);
        }
        assert_printed(step.commands, &last.unwrap().text(), step.printed);
    }
    assert_eq!(steps.len(), 7);
}

#[tokio::test]
async fn submission_walkthrough_returns_the_printed_responses() {
    let app = App::start();
    let officer = json!({ "subject": "konstanz.office", "role": "contributor", "municipalities": ["08335043"] });
    let officer = app.with_token(officer).await;
    let editor = app.with_token(json!({ "subject": "kts-editors", "role": "editor" })).await;

    let steps = steps(block(SUBMISSIONS, "## From draft to published"));
    let mut id = String::new();
    for step in &steps {
        if step.commands.contains("ID=") {
            let found = officer.get("/v1/submissions?fields=id").await.json();
            found["items"][0]["id"].as_str().unwrap().clone_into(&mut id);
        }
        let mut last = None;
        for command in step.commands.split("\ncurl ").skip(1) {
            let client = match command {
                _ if command.contains("$OFFICER") => &officer,
                _ if command.contains("$EDITOR") => &editor,
                _ => &app.anonymous(),
            };
            last = Some(run(client, &command.replace("$ID", &id), "").await);
        }
        assert_printed(step.commands, &last.unwrap().text(), step.printed);
    }
    assert_eq!(steps.len(), 7);
}
