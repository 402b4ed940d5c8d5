//! Response times of a running service.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use reqwest::Client;
use tests::encoded;
use tests::graded_queries::GradedQuery;
use tests::queries::{Query, queries_without_match};
use tokio::task::JoinSet;

/// Number of connections.
const CLIENTS: usize = 4;
/// How often each client sends each query.
const ROUNDS: usize = 5;

/// A sentence as people paste it, and misspelt words.
const FURTHER: [&str; 4] = [
    "Die Stadtverwaltung möchte den Verkehr in der Innenstadt beruhigen und sucht nach Erfahrungen anderer Kommunen mit Sensoren, \
     die den Parkraum erfassen, freie Plätze in einer App anzeigen und so den Suchverkehr senken, ohne die Händler zu benachteiligen.",
    "Datenplatform",
    "Bürgerbetailigung",
    "Baumbewaesserungs Sensorren",
];

/// Sends all queries from several clients at once, and prints the times.
pub(crate) async fn measure_times(url: &str, expected: &[Query], graded: &[GradedQuery]) -> Result<()> {
    let mut paths: Vec<String> = graded.iter().map(|query| path(&query.resource, &query.typed)).collect();
    paths.extend(expected.iter().map(|query| path(&query.resource, &query.typed)));
    paths.extend(queries_without_match().chain(FURTHER).map(|typed| path("search", typed)));
    let http = Client::builder().no_proxy().build()?;
    let begin = Instant::now();
    request(&http, url, paths.first().context("no queries")?).await?;
    println!("first search: {:.1?}", begin.elapsed());
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let (http, url, mut paths) = (http.clone(), url.to_owned(), paths.clone());
        let start = client * paths.len() / CLIENTS;
        paths.rotate_left(start);
        clients.spawn(async move {
            let mut times = vec![];
            for path in std::iter::repeat_n(paths, ROUNDS).flatten() {
                times.push((request(&http, &url, &path).await?, path));
            }
            Ok::<_, anyhow::Error>(times)
        });
    }
    let mut times: Vec<(Duration, String)> = clients.join_all().await.into_iter().collect::<Result<Vec<_>>>()?.concat();
    times.sort();
    let at = |percent: usize| times.get((times.len() * percent).div_ceil(100).saturating_sub(1)).map(|(time, _)| *time);
    let [median, high, slowest] = [50, 95, 100].map(|percent| at(percent).unwrap_or_default());
    println!(
        "{} searches at {CLIENTS} connections: median {median:.1?}, p95 {high:.1?}, slowest {slowest:.1?}",
        times.len()
    );
    for (time, path) in times.iter().rev().step_by(CLIENTS * ROUNDS).take(5) {
        println!("{time:.1?} {path}");
    }
    Ok(())
}

fn path(resource: &str, typed: &str) -> String {
    format!("/v1/{resource}?q={}", encoded(typed))
}

/// Returns the time of a request.
async fn request(http: &Client, url: &str, path: &str) -> Result<Duration> {
    let begin = Instant::now();
    let response = http.get(format!("{url}{path}")).send().await?;
    let status = response.status();
    let body = response.text().await?;
    ensure!(status.is_success() && !body.contains("\"incomplete\":true"), "{path} returned {status}: {body:.200}");
    Ok(begin.elapsed())
}
