//! Settings of the property tests, which check random examples.

use proptest::test_runner::Config;

/// Number of random examples for each property.
const CASES: u32 = 256;
/// Time limit for finding a simpler example of a violated property, in milliseconds.
const SIMPLIFY: u32 = 3_000;

/// Returns the settings of all property tests. No file with failed examples is written: a failed example becomes a unit test.
pub(crate) fn config() -> Config {
    Config { cases: CASES, max_shrink_time: SIMPLIFY, failure_persistence: None, ..Config::default() }
}
