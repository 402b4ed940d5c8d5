//! Prints how well the service answers queries, by kind: the share of queries with an expected result, for lists and for the search
//! of all resources; for queries with graded judgements, the quality of the first ten results and the time; and for queries without
//! a match, what is found nevertheless.
//!
//! `cargo run -p tests --bin measure-search [FILE]`, on the embedded database, or on a server if `TEST_DATABASE_URL` is set. FILE
//! holds other queries of either form. With the URL of a running service instead, it prints the times of the queries at four
//! connections. Start the service with `--cache-mib 0`.
#![expect(clippy::print_stdout, reason = "prints measurements")]

mod time;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use tests::graded_queries::{Found, GradedQuery, Quality, graded_queries};
use tests::queries::{Query, parse, queries, queries_without_match};
use tests::{App, Client, encoded};

use crate::time::measure_times;

/// Number of queries whose results are shown because they are the worst.
const WORST: usize = 5;

/// Stands for all kinds of queries.
const ALL: &str = "all";

fn main() -> Result<()> {
    let argument = std::env::args().nth(1);
    let runtime = tokio::runtime::Runtime::new()?;
    if let Some(url) = argument.as_ref().filter(|argument| argument.starts_with("http")) {
        return runtime.block_on(measure_times(url, &queries(), &graded_queries()));
    }
    let (expected, graded) = match argument {
        None => (queries(), graded_queries()),
        Some(file) => {
            let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
            serde_json::from_str(&text).map_or_else(|_| (parse(&text), vec![]), |graded| (vec![], graded))
        }
    };
    runtime.block_on(measure(&expected, &graded));
    Ok(())
}

async fn measure(expected: &[Query], graded: &[GradedQuery]) {
    let app = App::start();
    let client = app.anonymous();
    if !expected.is_empty() {
        measure_expected(&client, expected).await;
    }
    if !graded.is_empty() {
        let mut found = vec![];
        for query in graded {
            found.push(query.search(&client).await);
        }
        print_graded(graded, &found);
    }
    measure_without_match(&client).await;
}

/// Prints what queries without a match find.
async fn measure_without_match(client: &Client) {
    let (mut queries, mut with_words, mut only_similar) = (0, vec![], 0);
    for query in queries_without_match() {
        let page = client.get(&format!("/v1/search?limit=1&q={}", encoded(query))).await.json();
        let is_found = |member: &str| page.pointer(&format!("/search/{member}")).and_then(Value::as_u64) > Some(0);
        let has_words = is_found("all_words") || is_found("some_words");
        queries += 1;
        with_words.extend(has_words.then_some(query));
        only_similar += u32::from(!has_words && is_found("similar"));
    }
    println!(
        "\n{queries} queries without a match: {} find entries with their words {with_words:?}, {only_similar} only similar entries",
        with_words.len()
    );
}

/// Prints the share of queries with an expected result.
async fn measure_expected(client: &Client, queries: &[Query]) {
    let mut kinds: BTreeMap<&str, [u32; 3]> = BTreeMap::new();
    for query in queries {
        let ((listed, fits), (across, fits_across)) =
            (query.search_list(client).await, query.search_everything(client).await);
        for found in [(fits, listed), (fits_across, across)].into_iter().filter(|(fits, _)| !fits) {
            println!("missed {} in {}: {:?}", query.typed, query.resource, found.1.iter().take(5).collect::<Vec<_>>());
        }
        for kind in [&query.kind, ALL] {
            let [asked, in_list, everywhere] = kinds.entry(kind).or_default();
            *asked += 1;
            *in_list += u32::from(fits);
            *everywhere += u32::from(fits_across);
        }
    }
    println!("| kind | queries | in list | across |\n| --- | --- | --- | --- |");
    for (kind, [asked, in_list, everywhere]) in all_last(kinds) {
        let share = |found: u32| f64::from(found) / f64::from(asked);
        println!("| {kind} | {asked} | {:.2} | {:.2} |", share(in_list), share(everywhere));
    }
}

/// Prints the quality of the results of queries with graded judgements.
fn print_graded(queries: &[GradedQuery], found: &[Found]) {
    let mut kinds: BTreeMap<&str, Vec<Quality>> = BTreeMap::new();
    let mut results = vec![];
    for (query, found) in queries.iter().zip(found) {
        let quality = query.quality(&found.entries);
        for kind in [&query.kind, ALL] {
            kinds.entry(kind).or_default().push(quality);
        }
        results.push((quality.ndcg_at_10, query, &found.entries));
    }
    println!("\n| kind | queries | success@5 | nDCG@10 | MRR | no result |\n| --- | --- | --- | --- | --- | --- |");
    for (kind, of_kind) in all_last(kinds) {
        let Quality { success_at_5, ndcg_at_10, reciprocal_rank, is_empty } = Quality::mean(&of_kind);
        let count = of_kind.len();
        println!("| {kind} | {count} | {success_at_5:.2} | {ndcg_at_10:.3} | {reciprocal_rank:.3} | {is_empty:.2} |");
    }
    let mut times: Vec<Duration> = found.iter().map(|found| found.time).collect();
    times.sort();
    println!("\ntime: median {:.1?}, p95 {:.1?}, slowest {:.1?}", at(&times, 50), at(&times, 95), at(&times, 100));
    results.sort_by(|(left, ..), (right, ..)| left.total_cmp(right));
    for (ndcg, query, found) in results.iter().take(WORST) {
        println!("nDCG@10 {ndcg:.2} [{}] {}: {:?}", query.kind, query.typed, found.iter().take(3).collect::<Vec<_>>());
    }
}

/// Returns the kinds in alphabetical order, and all queries last.
fn all_last<T>(mut kinds: BTreeMap<&str, T>) -> impl Iterator<Item = (&str, T)> {
    let all = kinds.remove_entry(ALL);
    kinds.into_iter().chain(all)
}

/// Returns a percentile of sorted times.
fn at(times: &[Duration], percent: usize) -> Duration {
    times.get((times.len() * percent).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
}
