//! Prints the share of queries with an expected result by kind, for lists and for the search across resources.
//!
//! `cargo run -p tests --bin measure-search [queries.json]`, on the embedded database, or on a server if
//! `TEST_DATABASE_URL` is set.
#![expect(clippy::print_stdout, reason = "prints measurements")]

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use tests::App;
use tests::queries::{parse, queries};

#[tokio::main]
async fn main() -> Result<()> {
    let queries = match std::env::args().nth(1) {
        Some(file) => parse(&std::fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?),
        None => queries(),
    };
    let app = App::start();
    let client = app.anonymous();
    let mut kinds: BTreeMap<&str, [u32; 3]> = BTreeMap::new();
    for query in &queries {
        let ((listed, fits), (across, fits_across)) =
            (query.search_list(&client).await, query.search_everything(&client).await);
        for found in [(fits, listed), (fits_across, across)].into_iter().filter(|(fits, _)| !fits) {
            println!("missed {} in {}: {:?}", query.typed, query.resource, found.1.iter().take(5).collect::<Vec<_>>());
        }
        let [asked, in_list, everywhere] = kinds.entry(&query.kind).or_default();
        *asked += 1;
        *in_list += u32::from(fits);
        *everywhere += u32::from(fits_across);
    }
    println!("{:<12} {:>7} {:>8} {:>8}", "kind", "queries", "in list", "across");
    for (kind, [asked, in_list, everywhere]) in kinds {
        let share = |found: u32| format!("{:.0} %", 100.0 * f64::from(found) / f64::from(asked));
        println!("{kind:<12} {asked:>7} {:>8} {:>8}", share(in_list), share(everywhere));
    }
    Ok(())
}
