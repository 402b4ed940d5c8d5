//! The README's examples answer what it prints.

use reqwest::Method;
use serde_json::json;
use tests::{Answer, App, Client, SharedApp};

const README: &str = include_str!("../../README.md");

/// The first block of commands under a title.
fn block(title: &str) -> &'static str {
    README.split(title).nth(1).unwrap().split("```").nth(1).unwrap()
}

/// Sees that an answer has each of the pieces that are printed, in their order.
fn holds(what: &str, answer: &str, printed: &str) {
    let mut rest = answer;
    for piece in printed.split('…').map(str::trim) {
        let at = rest.find(piece).unwrap_or_else(|| panic!("{what} does not answer {piece} but {answer}"));
        rest = &rest[at + piece.len()..];
    }
}

#[tokio::test]
async fn every_example_answers_what_is_printed() {
    let app = SharedApp::first_content();

    let mut examples = 0;
    for example in block("## Examples").split("curl ").skip(1) {
        let path = example.split("http://127.0.0.1:8080").nth(1).unwrap().split('\'').next().unwrap();
        let printed = example.lines().find_map(|line| line.strip_prefix("# ")).unwrap();
        let answer = app.anonymous().get(path).await.text();

        examples += 1;
        let answer = if example.contains("| wc -l") { answer.lines().count().to_string() } else { answer };
        holds(path, &answer, printed);
    }
    assert_eq!(examples, 17);
}

/// Sends what a `curl` command would, with its variables in place.
async fn sent(client: &Client, command: &str, etag: &str) -> Answer {
    let path = command.split("http://127.0.0.1:8080").nth(1).unwrap().split(['\'', '"']).next().unwrap();
    let method: Method =
        command.split("-X ").nth(1).map_or("GET", |rest| rest.split(' ').next().unwrap()).parse().unwrap();
    let quoted = |rest: &'static str| {
        command.split(rest).skip(1).map(move |text| {
            let quote = text.chars().next().unwrap();
            text[1..].split(quote).next().unwrap().replace("$ETAG", etag)
        })
    };
    let headers: Vec<(String, String)> = quoted("-H ")
        .filter_map(|header| header.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())))
        .filter(|(name, _)| name != "authorization" && name != "content-type")
        .collect();
    let media = quoted("-H ").find_map(|header| header.strip_prefix("Content-Type: ").map(str::to_owned));
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let body = quoted("-d ").next();
    client.write(method, path, &headers, media.as_deref().zip(body)).await
}

#[tokio::test]
async fn the_first_entry_goes_as_printed() {
    let app = App::start();
    let input = json!({ "subject": "my-office", "role": "editor", "days": 7 });
    let editor = app.with_token(input).await;

    let (mut steps, mut etag) = (0, String::new());
    for step in
        block("## Your first entry").split("\n# ").filter(|step| step.starts_with(|first: char| first.is_ascii_digit()))
    {
        // What follows it is what it prints.
        let printed = block("## Your first entry").split(step).nth(1).unwrap().lines().nth(1).unwrap();
        let printed = printed.strip_prefix("# ").unwrap();
        if step.contains("ETAG=") {
            etag = app.anonymous().get("/v1/practice-examples/my-first-example").await.etag().to_owned();
        }
        let commands = step.split("\ncurl ").skip(1);
        let mut last = None;
        for command in commands {
            let client = if command.contains("$TOKEN") { &editor } else { &app.anonymous() };
            last = Some(sent(client, command, &etag).await);
        }
        steps += 1;
        holds(step, &last.unwrap().text(), printed);
    }
    assert_eq!(steps, 7);
}

#[tokio::test]
async fn a_submission_goes_as_printed() {
    let app = App::start();
    let officer = json!({ "subject": "konstanz.office", "role": "contributor", "municipalities": ["08335043"] });
    let officer = app.with_token(officer).await;
    let editor = app.with_token(json!({ "subject": "kts-editors", "role": "editor" })).await;

    let (mut steps, session, mut id) = (0, block("## From draft to published"), String::new());
    for step in session.split("\n# ").filter(|step| step.starts_with(|first: char| first.is_ascii_digit())) {
        let printed = session.split(step).nth(1).unwrap().lines().nth(1).unwrap().strip_prefix("# ").unwrap();
        if step.contains("ID=") {
            let found = officer.get("/v1/submissions?fields=id").await.json();
            id = found["items"][0]["id"].as_str().unwrap().to_owned();
        }
        let mut last = None;
        for command in step.split("\ncurl ").skip(1) {
            let client = match command {
                officers if officers.contains("$OFFICER") => &officer,
                editors if editors.contains("$EDITOR") => &editor,
                _ => &app.anonymous(),
            };
            last = Some(sent(client, &command.replace("$ID", &id), "").await);
        }
        steps += 1;
        holds(step, &last.unwrap().text(), printed);
    }
    assert_eq!(steps, 7);
}
