//! The public test set of search queries with the expected results.

use serde_json::Value;

use crate::{Client, encoded};

/// JSON of the test set.
const QUERIES: &str = include_str!("queries.json");

/// Queries about subjects of which the directory has no entry, one in each line.
const WITHOUT_MATCH: &str = include_str!("queries_without_match.txt");

/// A search query. One of the `expected` slugs must be among the first `within` results.
#[derive(Debug)]
pub struct Query {
    /// Kind of query, such as `typo`.
    pub kind: String,
    /// The search text.
    pub typed: String,
    /// Resource to search.
    pub resource: String,
    /// Slugs of the expected entries.
    pub expected: Vec<String>,
    /// Number of first results that must have an expected entry.
    pub within: usize,
}

/// Returns the queries of the public test set.
pub fn queries() -> Vec<Query> {
    parse(QUERIES)
}

/// Returns queries about subjects of which the directory has no entry.
pub fn queries_without_match() -> impl Iterator<Item = &'static str> {
    WITHOUT_MATCH.lines()
}

/// Parses the JSON of a test set.
pub fn parse(text: &str) -> Vec<Query> {
    let queries: Vec<Value> = serde_json::from_str(text).expect("a list of queries");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let query = |query: &Value| Query {
        kind: text(&query["kind"]),
        typed: text(&query["q"]),
        resource: text(&query["resource"]),
        expected: query["expect"].as_array().expect("a list").iter().map(text).collect(),
        within: query["within"].as_u64().and_then(|within| within.try_into().ok()).expect("a number"),
    };
    queries.iter().map(query).collect()
}

impl Query {
    /// Searches the list of the resource, and returns the slugs found and whether they meet the expectation.
    pub async fn search_list(&self, client: &Client) -> (Vec<String>, bool) {
        self.search(client, &format!("/v1/{}?limit=100", self.resource)).await
    }

    /// Searches all resources, limited to the resource of the query, and returns the slugs found and whether they meet
    /// the expectation.
    pub async fn search_everything(&self, client: &Client) -> (Vec<String>, bool) {
        self.search(client, &format!("/v1/search?resource={}&limit=100", self.resource)).await
    }

    async fn search(&self, client: &Client, path: &str) -> (Vec<String>, bool) {
        let found = client.get(&format!("{path}&q={}", encoded(&self.typed))).await.slugs();
        let fits = self.fits(&found);
        (found, fits)
    }

    /// Returns whether an expected entry is among the first results.
    pub fn fits(&self, found: &[String]) -> bool {
        found.iter().take(self.within).any(|slug| self.expected.contains(slug))
    }
}
