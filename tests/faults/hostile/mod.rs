//! Malformed requests, bodies, queries, paths and headers.

mod bodies;
mod exchange;
mod framing;
mod headers;
mod heads;
mod tally;
mod targets;

use std::time::Duration;

use anyhow::{Result, ensure};
use futures_util::StreamExt;
use futures_util::stream::iter;
use tests::release::{Place, Server};

pub(crate) use self::exchange::exchange;
use self::tally::Tally;
use crate::Finding;
use crate::client::{address, start};

/// Longest time limit of a connection, that of a body, and the time after it in which the connection ends.
const LIMIT: Duration = Duration::from_secs(15 + 2);

/// Raw requests that are sent at once, because many wait for a time limit. Others are sent one by one, to measure their memory.
const RAW_AT_ONCE: usize = 32;

/// Largest growth of memory, in kibibytes.
const MEMORY: u64 = 16 << 10;

/// The request that malformed requests contain or precede.
const FOLLOWING: &[u8] = b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n";

/// A malformed request.
struct RawRequest {
    /// What is wrong with it.
    what: String,
    bytes: Vec<u8>,
    /// Largest number of responses.
    most: usize,
    /// Whether there must be a response.
    is_answered: bool,
}

impl RawRequest {
    /// Returns a request that is well-formed apart from its contents, on a connection of its own.
    fn of(what: String, head: &[u8], body: &[u8]) -> Self {
        let length = format!("content-length: {}\r\nconnection: close\r\n\r\n", body.len());
        Self { what, bytes: [head, length.as_bytes(), body].concat(), most: 1, is_answered: true }
    }
}

/// Requests of one kind, and the smallest number of them.
struct Group {
    kind: &'static str,
    requests: Vec<RawRequest>,
    least: usize,
    at_once: usize,
}

/// Sends malformed requests, and measures how the service takes them.
pub(crate) async fn measure(place: &Place, is_short: bool) -> Result<Finding> {
    let (server, client) = start(place, "raw-requests", 0, &["--cache-mib", "0"]).await?;
    let groups = groups(&client.authorization(), if is_short { 3 } else { 1 });
    for path in ["/v1/themes", "/v1/solutions", "/v1/municipalities?limit=100", "/v1/search?q=Ulm"] {
        client.get(path).await;
    }
    client.change_theme().await;
    server.process.reset_peak()?;
    let before = server.process.memory("VmRSS");
    let (tally, Rise { peak, by, what }) = send_all(&server, groups, before).await?;
    let (grown, what) = (peak.saturating_sub(before), what.escape_debug());
    let panics = server.process.log_lines_with("panicked at");
    let after = client.get("/v1/themes?limit=3").await;
    Ok(Finding {
        measured: format!(
            "{tally}, {panics} panics in the log; memory +{grown} KiB (at most +{by} KiB after {what}); then a page is {}",
            after.status
        ),
        goal: format!("0 of each; memory ≤ +{} MiB", MEMORY >> 10),
        is_met: tally.is_clean() && panics == 0 && grown <= MEMORY && after.status == 200,
    })
}

/// Returns all requests, or every `step`th of the largest groups.
fn groups(token: &str, step: usize) -> [Group; 5] {
    let raw = framing::requests(token).into_iter().chain(heads::requests()).collect();
    let group = |kind, requests, least| Group { kind, requests, least, at_once: 1 };
    [
        Group { at_once: RAW_AT_ONCE, ..group("raw requests", raw, 90) },
        group("JSON bodies", bodies::requests(token, step), 140),
        group("queries", targets::queries(token, step), 90),
        group("paths", targets::paths(), 45),
        group("headers", headers::requests(token), 50),
    ]
}

/// Sends the requests, and observes the responses and the memory.
async fn send_all(server: &Server, groups: [Group; 5], before: u64) -> Result<(Tally, Rise)> {
    let (mut tally, mut largest) = (Tally::default(), Rise { peak: before, ..Rise::default() });
    for Group { kind, requests, least, at_once } in groups {
        ensure!(requests.len() >= least, "only {} {kind}", requests.len());
        tally.begin(kind, requests.len());
        let exchanges = iter(requests).map(async |request| {
            let exchanged = exchange(address(server), &request.bytes, LIMIT).await;
            (request, exchanged)
        });
        let mut exchanges = std::pin::pin!(exchanges.buffer_unordered(at_once));
        while let Some((request, exchanged)) = exchanges.next().await {
            tally.add(&request, &exchanged?);
            largest = largest.after(&request.what, server.process.memory("VmHWM"));
        }
    }
    Ok((tally, largest))
}

/// The largest rise of the peak of the memory after a request.
#[derive(Default)]
struct Rise {
    /// Newest peak, in kibibytes.
    peak: u64,
    by: u64,
    what: String,
}

impl Rise {
    /// Returns the largest rise after another request.
    fn after(self, what: &str, peak: u64) -> Self {
        let by = peak.saturating_sub(self.peak);
        if by > self.by { Self { peak, by, what: what.to_owned() } } else { Self { peak, ..self } }
    }
}
