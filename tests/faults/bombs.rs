//! Bodies that are small to send and large to read, and the memory of large requests and responses.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, Result};
use futures_util::future::try_join_all;
use serde_json::json;
use tests::release::{Place, Server};

use crate::Finding;
use crate::client::{address, http, start};
use crate::hostile::exchange;

/// Size of a bomb without its content coding.
const SIZE: usize = 64 << 20;

/// Bombs of each kind that are sent at once.
const AT_ONCE: usize = 8;

/// Depth of nested values.
const DEPTH: usize = 100_000;

/// Size of a large body.
const BODY: usize = 256 << 10;

/// Size of the largest body that is read.
const LARGEST_BODY: usize = 4 << 20;

/// Time limit of an exchange, longer than those of the service.
const LIMIT: Duration = Duration::from_secs(40);

/// Largest growth of memory by bombs and by a large body, and by an export or by the largest body, in kibibytes.
const FLAT: u64 = 2 << 10;
const LARGE: u64 = 32 << 10;

/// Measures bombs, deep nesting, large bodies, and an export that is read.
pub(crate) async fn measure(place: &Place) -> Result<Finding> {
    let (server, client) = start(place, "bombs", 0, &[]).await?;
    let service = Service { server, token: client.authorization() };
    // Pools and caches are filled first.
    service.post_batch(&batch(32 << 10)).await?;
    client.get("/v1/municipalities?limit=3").await;

    let bombs = service.grown(service.bombs()).await?;
    let nested = service.grown(service.nested()).await?;
    let body = batch(BODY);
    let write = service.grown(service.post_batch(&body)).await?;
    let body = format!("[{}{{}}]", "{},".repeat((LARGEST_BODY - 4) / 3));
    let dense = service.grown(service.post_batch(&body)).await?;
    let export = service.grown(service.export("/v1/municipalities.geojson")).await?;
    let page = client.get("/v1/themes?limit=3").await.status;
    Ok(finding(&Measured { bombs, nested, write, dense, export, page }))
}

/// The result of each request, with the growth of memory in kibibytes.
struct Measured {
    bombs: (Vec<u16>, u64),
    nested: (Vec<u16>, u64),
    write: (u16, u64),
    dense: (u16, u64),
    export: (u64, u64),
    page: u16,
}

fn finding(measured: &Measured) -> Finding {
    let Measured { bombs, nested, write, dense, export, page } = measured;
    let (refused, malformed) = (count(&bombs.0, 415), count(&nested.0, 400));
    Finding {
        measured: format!(
            "{refused} of {} bombs of {} MiB are 415 (memory +{} KiB), {malformed} of {} bodies with depth {DEPTH} are 400 (+{} KiB); \
             a write of {} KiB is {} (+{} KiB), {} MiB of empty objects are {} (+{} KiB); an export of {} KiB that is read adds {} \
             KiB; a page is {page}",
            bombs.0.len(),
            SIZE >> 20,
            bombs.1,
            nested.0.len(),
            nested.1,
            BODY >> 10,
            write.0,
            write.1,
            LARGEST_BODY >> 20,
            dense.0,
            dense.1,
            export.0 >> 10,
            export.1,
        ),
        goal: format!(
            "all 415 and 400; memory ≤ +{} MiB by bombs and by the write, ≤ +{} MiB by empty objects and by the export",
            FLAT >> 10,
            LARGE >> 10
        ),
        is_met: (refused, malformed) == (bombs.0.len(), nested.0.len())
            && (write.0, dense.0, *page) == (200, 400, 200)
            && bombs.1.max(write.1) <= FLAT
            && dense.1.max(export.1) <= LARGE,
    }
}

fn count(statuses: &[u16], expected: u16) -> usize {
    statuses.iter().filter(|status| **status == expected).count()
}

/// The service with a token.
struct Service {
    server: Server,
    token: String,
}

impl Service {
    /// Returns the result of requests, and by how much they raised the memory, in kibibytes.
    async fn grown<T>(&self, requests: impl Future<Output = Result<T>>) -> Result<(T, u64)> {
        self.server.process.reset_peak()?;
        let before = self.server.process.memory("VmRSS");
        let result = requests.await?;
        Ok((result, self.server.process.memory("VmHWM").saturating_sub(before)))
    }

    /// Sends a write, and returns the status of its response. 0 if there is none.
    async fn post(&self, path: &str, headers: &str, body: &[u8]) -> Result<u16> {
        let method = if headers.contains("merge-patch") { "PATCH" } else { "POST" };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: {}\r\nif-match: *\r\ncontent-length: {}\r\n\
             content-type: {headers}\r\n\r\n",
            self.token,
            body.len(),
        );
        let exchanged = exchange(address(&self.server), &[head.as_bytes(), body].concat(), LIMIT).await?;
        Ok(exchanged.statuses().first().copied().unwrap_or_default())
    }

    /// Sends a list of entries, as a dry run, and returns the status of its response.
    async fn post_batch(&self, body: &str) -> Result<u16> {
        self.post("/v1/themes/batch?dry_run=true", "application/json", body.as_bytes()).await
    }

    /// Sends compressed bodies.
    async fn bombs(&self) -> Result<Vec<u16>> {
        let mut statuses = vec![];
        for (coding, body) in codings()? {
            for path in ["/v1/themes", "/v1/themes/batch"] {
                let headers = format!("application/json\r\ncontent-encoding: {coding}");
                statuses.extend(try_join_all((0..AT_ONCE).map(|_| self.post(path, &headers, &body))).await?);
            }
        }
        Ok(statuses)
    }

    /// Sends deeply nested bodies.
    async fn nested(&self) -> Result<Vec<u16>> {
        let (json, patch) = ("application/json", "application/merge-patch+json");
        let mut statuses = vec![];
        for body in nested() {
            for (path, media) in [("/v1/themes", json), ("/v1/themes/batch", json), ("/v1/themes/mobility", patch)] {
                statuses.extend(try_join_all((0..AT_ONCE).map(|_| self.post(path, media, body.as_bytes()))).await?);
            }
        }
        Ok(statuses)
    }

    /// Reads a list as a whole, and returns its size.
    async fn export(&self, path: &str) -> Result<u64> {
        let mut response = http()?.get(format!("{}{path}", self.server.base)).send().await?.error_for_status()?;
        let mut size = 0;
        while let Some(chunk) = response.chunk().await.context("the export is incomplete")? {
            size += chunk.len() as u64;
        }
        Ok(size)
    }
}

/// Returns spaces in several content codings, each with its name.
fn codings() -> Result<Vec<(&'static str, Vec<u8>)>> {
    let plain = vec![b' '; SIZE];
    let mut gzip = flate2::write::GzEncoder::new(vec![], flate2::Compression::best());
    gzip.write_all(&plain)?;
    let gzip = gzip.finish()?;
    let mut twice = flate2::write::GzEncoder::new(vec![], flate2::Compression::best());
    twice.write_all(&gzip)?;
    let mut deflate = flate2::write::ZlibEncoder::new(vec![], flate2::Compression::best());
    deflate.write_all(&plain)?;
    let mut brotli = brotli::CompressorWriter::new(vec![], 1 << 16, 5, 22);
    brotli.write_all(&plain)?;
    Ok(vec![
        ("gzip", gzip.clone()),
        ("x-gzip", gzip),
        ("gzip, gzip", twice.finish()?),
        ("deflate", deflate.finish()?),
        ("br", brotli.into_inner()),
        ("zstd", zstd::encode_all(plain.as_slice(), 3)?),
    ])
}

/// Returns bodies that are nested deeply, complete and incomplete.
fn nested() -> [String; 5] {
    let around = |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(DEPTH), close.repeat(DEPTH));
    [
        around("[", "", "]"),
        around("[", "", ""),
        around(r#"{"a":"#, "1", "}"),
        around(r#"[{"title":"#, "1", "}]"),
        format!(r#"{{"slug":"tief","title":{}}}"#, around(r#"{"de":"#, "1", "}")),
    ]
}

/// Returns a list of themes of about this size.
fn batch(size: usize) -> String {
    let theme = |number: usize| json!({ "slug": format!("gross-{number}"), "title": { "de": "Thema" }, "description": { "de": "x".repeat(900) } });
    let themes: Vec<_> = (0..=size >> 10).map(theme).collect();
    json!(themes).to_string()
}
