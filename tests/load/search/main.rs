//! Prints how well the service, and the index in memory, answer two sets of queries, by kind: the share of queries with an expected
//! result, for lists and for the search of all resources; and for queries with graded judgements, the quality of the first ten
//! results and the time.
//!
//! `cargo run -p tests --bin measure-search [FILE]`, on the embedded database, or on a server if `TEST_DATABASE_URL` is set. FILE
//! holds other queries of either form.
#![expect(clippy::print_stdout, reason = "prints measurements")]

mod index;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use tests::graded_queries::{Found, GradedQuery, Quality, graded_queries};
use tests::queries::{Query, parse, queries, queries_without_match};
use tests::{App, Client, TestDatabase};

use crate::index::SearchIndex;

/// Number of queries whose results are shown because they are the worst.
const WORST: usize = 5;

/// Stands for all kinds of queries.
const ALL: &str = "all";

fn main() -> Result<()> {
    let (expected, graded) = match std::env::args().nth(1) {
        None => (queries(), graded_queries()),
        Some(file) => {
            let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
            serde_json::from_str(&text).map_or_else(|_| (parse(&text), vec![]), |graded| (vec![], graded))
        }
    };
    tokio::runtime::Runtime::new()?.block_on(measure_service(&expected, &graded));
    measure_index(&expected, &graded)
}

/// Measures the search of the service.
async fn measure_service(expected: &[Query], graded: &[GradedQuery]) {
    println!("## The service\n");
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
}

/// Measures the index in memory, which the service does not use yet.
fn measure_index(expected: &[Query], graded: &[GradedQuery]) -> Result<()> {
    println!("\n## The index in memory, without HTTP and SQL\n");
    let index = TestDatabase::filled().with(async |database| SearchIndex::read(database).await)?;
    println!("memory, estimated: {} MiB", index.mebibytes());
    let fits = |query: &&Query| query.fits(&index.search(&query.typed, &query.resource).0.entries);
    println!("queries with an expected result: {} of {}", expected.iter().filter(fits).count(), expected.len());
    let without: Vec<_> = queries_without_match().map(|query| index.search(query, "search")).collect();
    println!(
        "{} queries without a match: {} find entries with their words, {} entries with similar words",
        without.len(),
        without.iter().filter(|(_, with_words)| *with_words > 0).count(),
        without.iter().filter(|(found, with_words)| *with_words == 0 && !found.entries.is_empty()).count()
    );
    if !graded.is_empty() {
        let found: Vec<_> = graded.iter().map(|query| index.search(&query.typed, &query.resource).0).collect();
        print_graded(graded, &found);
    }
    Ok(())
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
