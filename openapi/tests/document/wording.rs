//! The wording rules of CONTRIBUTING.md for the texts that people read: Markdown files, pages, and the OpenAPI document.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a broken assumption fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

use openapi::DOCUMENT;
use serde_json::Value;

/// Phrases without a clear subject, aphorisms, and words of the code that callers do not know.
///
/// A phrase is compared word by word, without case and punctuation.
const PHRASES: &[&str] = &[
    "a mistake is told",
    "any more",
    "anybody",
    "as it is",
    "at once too",
    "became of",
    "being told",
    "by those who",
    "does not matter",
    "everybody",
    "for ever",
    "go on",
    "goes on",
    "going on",
    "house rule",
    "house rules",
    "in the place of",
    "is meant",
    "is told",
    "are told",
    "it is deleted",
    "lets go",
    "may be had",
    "must hold",
    "no other caller does",
    "nobody",
    "of others",
    "of today",
    "one after the other",
    "others do not",
    "settle who",
    "settles",
    "somebody",
    "someone",
    "spares",
    "that is there",
    "there is nothing",
    "told with",
    "to others",
    "what belongs",
    "what comes",
    "what depends",
    "what else",
    "what happened",
    "what is",
    "what it",
    "what no",
    "what others",
    "what takes",
    "what was",
    "whatever",
    "where it stands",
    "where they stand",
    "who am i",
    "who asks",
    "who reads",
    "who reviews",
    "whoever",
];

/// A text with the place where it stands.
struct Text {
    place: String,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Returns the Markdown files of the repository, relative to its root.
fn markdown() -> Vec<PathBuf> {
    let folders = ["", "docs", "docs/adr", ".github"].map(|folder| root().join(folder));
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect();
    files.sort();
    assert!(files.len() > 20, "{files:?}");
    files.iter().map(|path| path.strip_prefix(root()).unwrap().to_owned()).collect()
}

fn read(file: &Path) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Returns the lines of a Markdown file that are prose, with their numbers: no code blocks and no German section.
fn prose(content: &str) -> Vec<(usize, &str)> {
    let (mut code, mut german) = (false, false);
    let lines = (1..).zip(content.lines()).filter(|(_, line)| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        if !code && line.starts_with("## ") {
            german = *line == "## Für Kommunen";
        }
        !(code || fence || german)
    });
    lines.collect()
}

/// Removes inline code, so that names and values of the API are no words of a sentence.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join(" x ")
}

/// Collects the summaries and descriptions of the OpenAPI document.
fn collect(value: &Value, place: &str, texts: &mut Vec<Text>) {
    const VALUES: [&str; 5] = ["const", "default", "enum", "example", "examples"];
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let place = format!("{place}/{}", name.replace('/', "~1"));
                match member {
                    Value::String(text) if ["description", "summary"].contains(&name.as_str()) => {
                        texts.push(Text { place, text: without_code(text) });
                    }
                    _ if VALUES.contains(&name.as_str()) => {}
                    _ => collect(member, &place, texts),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{place}/{index}"), texts);
            }
        }
        _ => {}
    }
}

/// Returns all texts in which phrases are refused, paragraph by paragraph.
fn texts() -> Vec<Text> {
    let mut texts = Vec::new();
    for file in markdown() {
        let content = read(&file);
        let mut paragraph = Text { place: String::new(), text: String::new() };
        for (number, line) in prose(&content) {
            let line = without_code(line);
            let starts = line.trim().is_empty() || line.trim_start().starts_with(['-', '|', '#']);
            if starts {
                texts.push(std::mem::replace(&mut paragraph, Text { place: String::new(), text: String::new() }));
            }
            if paragraph.text.is_empty() {
                paragraph.place = format!("{}:{number}", file.display());
            }
            paragraph.text.push_str(&line);
            paragraph.text.push(' ');
        }
        texts.push(paragraph);
    }
    collect(&serde_json::from_str(DOCUMENT).unwrap(), "openapi.json#", &mut texts);
    texts
}

/// Returns the words of a text in lower case, with one space before and after each.
fn words(text: &str) -> String {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(" ".to_owned(), |words, word| words + &word.to_lowercase() + " ")
}

#[test]
fn texts_contain_no_refused_phrase() {
    let mut refused = Vec::new();
    for Text { place, text } in texts() {
        let words = words(&text);
        let found = PHRASES.iter().filter(|phrase| words.contains(&format!(" {phrase} ")));
        refused.extend(found.map(|phrase| format!("{place}: {phrase}")));
    }
    assert!(refused.is_empty(), "{} phrases:\n{}", refused.len(), refused.join("\n"));
}

#[test]
fn texts_contain_no_question() {
    let asks = |text: &str| text.contains("? ") || text.trim_end().ends_with('?');
    let questions: Vec<_> = texts().into_iter().filter(|text| asks(&text.text)).map(|text| text.place).collect();
    assert!(questions.is_empty(), "{questions:#?}");
}

#[test]
fn lines_of_markdown_have_at_most_100_columns() {
    for file in markdown() {
        let content = read(&file);
        let long = prose(&content).into_iter().find(|(_, line)| line.chars().count() > 100 && !line.starts_with('|'));
        assert!(long.is_none(), "{}: {long:?}", file.display());
    }
}

#[test]
fn links_between_files_lead_to_a_file_and_a_heading() {
    let anchor = |heading: &str| {
        let kept = |letter: &char| letter.is_alphanumeric() || [' ', '-', '_'].contains(letter);
        heading.trim_start_matches('#').trim().to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
    };
    for file in markdown() {
        let content = read(&file);
        for (number, line) in prose(&content) {
            for link in line.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
                if link.contains("://") || link.starts_with('/') {
                    continue;
                }
                let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
                let target = if path.is_empty() { file.clone() } else { file.parent().unwrap().join(path) };
                let place = format!("{}:{number}: {link}", file.display());
                assert!(root().join(&target).exists(), "{place}: no such file");
                let headings = || read(&target).lines().any(|line| line.starts_with('#') && anchor(line) == fragment);
                assert!(fragment.is_empty() || headings(), "{place}: no such heading");
            }
        }
    }
}

#[test]
fn readme_has_at_most_160_lines_and_names_every_guide() {
    let readme = read(Path::new("README.md"));
    assert!(readme.lines().count() <= 160);
    for file in markdown().iter().filter(|file| file.parent() == Some(Path::new("docs"))) {
        assert!(readme.contains(&format!("]({})", file.display())), "{}", file.display());
    }
}
