//! The references: servers that answer with the same bytes in simpler ways, in a process of this program.

mod fixed;
mod server;
mod sql;
mod store;

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::requests::Request;
use tests::release::{Place, Process, START_LIMIT, Server};

pub(crate) use server::serve;

/// A way to answer a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    /// The body from memory, with the headers and the log line of the service.
    SameHeaders,
    /// The body from memory, with its media type only.
    Ceiling,
    /// Hand-written SQL.
    Sql,
}

impl Reference {
    /// Returns the name in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SameHeaders => "same headers and log line",
            Self::Ceiling => "ceiling",
            Self::Sql => "SQL",
        }
    }
}

/// Returns the path of a fixed response to the request with this number.
pub(crate) fn fixed_path(reference: Reference, number: usize) -> String {
    let kind = if reference == Reference::SameHeaders { "same-headers" } else { "ceiling" };
    format!("/{kind}/{number}")
}

/// Stores the responses of the service, and starts the references.
pub(crate) async fn start(place: &Place, service: &Server, requests: &[Request]) -> Result<Server> {
    let folder = place.file("reference");
    std::fs::create_dir(&folder)?;
    for (number, request) in requests.iter().enumerate() {
        let target = request.targets.first().context("a target")?;
        let response = service.get(&target.path, &target.headers).await?;
        fixed::write(&folder, number, &response)?;
    }
    std::fs::write(folder.join("digests"), serde_json::to_vec(&digests(requests)?)?)?;
    store::fill(&place.url(), service).await?;
    let server = spawn(place, &folder).await?;
    for request in requests.iter().filter(|request| request.has_sql) {
        require_same(service, &server, request).await?;
    }
    Ok(server)
}

/// Returns the digests in the cursors of the requested pages, by theme.
fn digests(requests: &[Request]) -> Result<HashMap<String, u64>> {
    let mut digests = HashMap::new();
    for target in requests.iter().filter(|request| request.has_sql).flat_map(|request| &request.targets) {
        let query = target.path.split_once('?').map_or("", |(_, query)| query);
        if let Some(cursor) = parameter(query, "cursor") {
            digests.insert(parameter(query, "theme").unwrap_or_default().to_owned(), sql::digest(cursor)?);
        }
    }
    Ok(digests)
}

/// Returns the value of a parameter of a query string, not decoded.
fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

async fn spawn(place: &Place, folder: &Path) -> Result<Server> {
    let mut command = Command::new(std::env::current_exe()?);
    command.env_clear().env("DATABASE_URL", place.url()).arg("reference").arg("--folder").arg(folder);
    let mut process = Process::start(&mut command, &place.file("reference.log"))?;
    let base = process.wait_for("serving the references at ", START_LIMIT).await?;
    Server::new(process, base)
}

/// Verifies that SQL answers with the same bytes as the service.
async fn require_same(service: &Server, reference: &Server, request: &Request) -> Result<()> {
    for target in &request.targets {
        let (ours, other) = (service.get(&target.path, &[]).await?, reference.get(&target.path, &[]).await?);
        let is_same = ours.status == other.status && ours.body == other.body;
        let show = |body: &[u8]| String::from_utf8_lossy(body).chars().take(300).collect::<String>();
        ensure!(
            is_same,
            "SQL answers {} with other bytes ({} and {} bytes):\n{}\n{}",
            target.path,
            ours.body.len(),
            other.body.len(),
            show(&ours.body),
            show(&other.body)
        );
    }
    Ok(())
}
