//! Databases of single tests on the PostgreSQL server.

use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tests::generated;
use tests::release::{Place, Server};

use crate::caller::Caller;
use crate::client::{KEYS, issue, start};

/// Database with generated solutions, which several tests use.
pub(crate) const LARGE: &str = "large";

/// Creates an empty database, and returns its URL.
pub(crate) fn create(place: &Place, name: &str) -> String {
    place.server().execute("postgres", &[&format!("create database {name}")]);
    place.server().url(name)
}

/// Returns the URL of a database with the content of the release and this number of further solutions. The first call creates it.
pub(crate) async fn large(place: &Place, count: usize) -> Result<String> {
    let (file, complete) = (place.file("solutions.ndjson"), place.file("large"));
    if complete.exists() {
        return Ok(place.server().url(LARGE));
    }
    let url = create(place, LARGE);
    generated::write(&file, count)?;
    let import = ["import", file.to_str().context("a path that is text")?];
    for command in [&["migrate"][..], &["seed"], &import, &["check", "--repair"]] {
        place.run(&[&["--database-url", &url], command].concat()).await?;
    }
    place.server().execute(LARGE, &["analyze"]);
    fs::write(complete, "")?;
    Ok(url)
}

/// Starts a service on a database, and returns it with a client of the role `editor`.
pub(crate) async fn start_on(place: &Place, name: &str, url: &str) -> Result<(Server, Caller)> {
    let settings = ["--database-url", url];
    let (server, _) = start(place, name, 0, &settings).await?;
    let token = issue(place, &[&KEYS[..], &settings].concat(), "faults", "editor").await?;
    let caller = Caller::new(&server.base)?.with_token(&token)?;
    Ok((server, caller))
}

/// Returns another solution. The titles of different numbers have different first letters.
pub(crate) fn solution(number: usize) -> Value {
    let first = char::from(b'A' + u8::try_from(number % 26).unwrap_or_default());
    json!({
        "slug": format!("created-{number:07}"),
        "title": { "de": format!("{first} wie Lösung {number}") },
        "summary": { "de": "Zum Messen erfunden." },
        "kind": "software",
        "themes": ["mobility"],
        "sources": ["https://example.org/"]
    })
}
