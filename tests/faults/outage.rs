//! A database that refuses connections, or that does not respond.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures_util::future::join_all;
use serde_json::Value;
use tests::Proxy;
use tests::release::Place;

use crate::Finding;
use crate::client::{Answer, Client, percentile, start, until_success};

/// Longest time in which a request or a recovery may fail.
const LIMIT: Duration = Duration::from_mins(2);

/// Reads per second.
const READS: u64 = 50;

/// Requests in progress when the database stops to respond.
const IN_PROGRESS: usize = 200;

/// Measures reads that were answered before the newest write, while the database refuses connections.
pub(crate) async fn refused(place: &Place, seconds: u64) -> Result<Finding> {
    let proxy = Proxy::to(place.address()).await;
    let url = place.url_at(proxy.address);
    let (server, client) = start(place, "outage", 0, &["--database-url", &url, "--log-format", "json"]).await?;
    let paths = known_paths(&client).await?;
    for path in &paths {
        let answer = client.get(path).await;
        ensure!(answer.status == 200, "{path} is {}", answer.status);
    }
    ensure!(client.change_theme().await.is_success(), "the write before the outage failed");
    // Each request has a line, and others are about the database.
    let lines = || server.process.log_lines_without("request completed");
    let before = lines();

    proxy.cut();
    let reads = read_for(&client, &paths, Duration::from_secs(seconds)).await;
    let lines = (lines() - before) as u64 / (seconds / 60).max(1);
    proxy.restore();
    let recovery = until_success("a write", LIMIT, async || client.change_theme().await).await?;

    let answered = reads.iter().filter(|read| read.is_success()).count();
    let is_marked = reads.iter().rev().take(reads.len() / 2).all(|read| read.is_stale || !read.is_success());
    let (slowest, share) = (percentile(&reads, 99), 100.0 * ratio(answered, reads.len()));
    Ok(Finding {
        measured: format!(
            "{answered} of {} reads answered ({share:.1} %), {}marked, p99 {slowest:.1?}; {lines} log lines a minute beside \
             those of requests; first write {recovery:.1?} after the end",
            reads.len(),
            if is_marked { "" } else { "not all " },
        ),
        goal: "≥ 99 %, p99 < 50 ms, ≤ 10 lines a minute, write < 2 s".to_owned(),
        is_met: share >= 99.0
            && is_marked
            && slowest < Duration::from_millis(50)
            && lines <= 10
            && recovery < Duration::from_secs(2),
    })
}

/// Reads the paths again and again.
async fn read_for(client: &Client, paths: &[String], time: Duration) -> Vec<Answer> {
    let end = Instant::now() + time;
    let mut reads = vec![];
    for path in paths.iter().cycle() {
        if Instant::now() >= end {
            break;
        }
        reads.push(client.get(path).await.without_body());
        tokio::time::sleep(Duration::from_millis(1000 / READS)).await;
    }
    reads
}

/// Measures requests while established connections of the database receive no data.
pub(crate) async fn silent(place: &Place, seconds: u64) -> Result<Finding> {
    let proxy = Proxy::to(place.address()).await;
    let url = place.url_at(proxy.address);
    let (_server, client) = start(place, "black-hole", 0, &["--database-url", &url, "--cache-mib", "0"]).await?;

    let requests = (0..IN_PROGRESS).map(|number| {
        let client = client.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(u64::try_from(number)? * 5)).await;
            Ok::<_, anyhow::Error>(match number % 10 {
                0 => client.change_theme().await,
                _ => client.get(&format!("/v1/solutions?limit={}", 1 + number % 100)).await,
            })
        }
    });
    let silence = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        proxy.silence();
    };
    let (answers, ()) = tokio::join!(join_all(requests), silence);
    let answers: Vec<Answer> = answers.into_iter().collect::<Result<_>>()?;
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    proxy.restore();
    let read = until_success("a read", LIMIT, async || client.get("/v1/solutions?limit=3").await).await?;
    let write = read + until_success("a write", LIMIT, async || client.create_theme().await.1).await?;
    let after = join_all((0..64).map(|limit| {
        let client = client.clone();
        async move { client.get(&format!("/v1/solutions?limit={}", 1 + limit)).await }
    }));
    let failed = after.await.iter().filter(|answer| !answer.is_success()).count();

    let slowest = percentile(&answers, 100);
    Ok(Finding {
        measured: format!(
            "slowest of {IN_PROGRESS} requests in progress {slowest:.1?}; after the end, first read {read:.1?}, first write \
             {write:.1?}, then {failed} of 64 reads at once failed"
        ),
        goal: "each < 5 s; read and write < 2 s; 0 failed".to_owned(),
        is_met: slowest < Duration::from_secs(5) && write < Duration::from_secs(2) && failed == 0,
    })
}

/// Returns paths of entries, first pages of lists, statistics, vocabularies and the document.
async fn known_paths(client: &Client) -> Result<Vec<String>> {
    let mut paths = vec!["/v1/statistics".to_owned(), "/v1/vocabularies".to_owned(), "/v1/openapi.json".to_owned()];
    for list in ["projects", "solutions", "practice-examples", "events", "themes", "publications", "municipalities"] {
        let page = client.get(&format!("/v1/{list}?limit=50")).await.body;
        let items = page.get("items").and_then(Value::as_array).into_iter().flatten();
        let slugs = items.filter_map(|item| item.get("slug")?.as_str());
        paths.extend(slugs.map(|slug| format!("/v1/{list}/{slug}")));
        paths.push(format!("/v1/{list}"));
    }
    ensure!(paths.len() > 200, "the directory has only {} entries", paths.len());
    Ok(paths)
}

fn ratio(part: usize, whole: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    number(part) / number(whole.max(1))
}
