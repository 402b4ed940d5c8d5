//! The public search queries: what people type, and what they should find.

use serde_json::Value;

use crate::Client;

/// As they stand in the file of the test set.
const QUERIES: &str = include_str!("queries.json");

/// A query, what it tries, and what of it must stand among the first.
#[derive(Debug)]
pub struct Query {
    pub kind: String,
    pub typed: String,
    pub resource: String,
    pub expected: Vec<String>,
    pub within: usize,
}

/// The public queries.
pub fn queries() -> Vec<Query> {
    read(QUERIES)
}

/// The queries of a file of that form.
pub fn read(text: &str) -> Vec<Query> {
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
    /// What stands first in the list of its resource, and whether that is what should.
    pub async fn ask(&self, client: &Client) -> (Vec<String>, bool) {
        self.at(client, &format!("/v1/{}?limit=100", self.resource)).await
    }

    /// The same, asked of the search across, in that resource alone.
    pub async fn ask_across(&self, client: &Client) -> (Vec<String>, bool) {
        self.at(client, &format!("/v1/search?resource={}&limit=100", self.resource)).await
    }

    async fn at(&self, client: &Client, path: &str) -> (Vec<String>, bool) {
        let typed: String = url::form_urlencoded::byte_serialize(self.typed.as_bytes()).collect();
        let found = client.get(&format!("{path}&q={typed}")).await.slugs();
        let fits = found.iter().take(self.within).any(|slug| self.expected.contains(slug));
        (found, fits)
    }
}
