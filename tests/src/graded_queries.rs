//! The public test set of search queries with graded judgements, and the quality of what a search finds.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;

use crate::{Client, encoded};

/// JSON of the test set.
const QUERIES: &str = include_str!("graded_queries.json");

/// Number of results that are judged.
const JUDGED: usize = 10;

/// A search query, and the grades of entries: 2 is what the person wants, 1 helps, 0 does not. Entries without a grade do not help
/// either.
#[derive(Debug, Deserialize)]
pub struct GradedQuery {
    /// Kind of query, such as `question`.
    pub kind: String,
    /// The search text.
    #[serde(rename = "q")]
    pub typed: String,
    /// Resource to search, or `search` for all resources.
    pub resource: String,
    /// Grades by slug, or by `resource/slug` in the search of all resources.
    #[serde(rename = "judged")]
    pub grades: BTreeMap<String, u8>,
}

/// Quality of the results of one query, or the mean of several.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quality {
    /// 1 if an entry of grade 2 is among the first five.
    pub success_at_5: f64,
    /// Normalised discounted cumulative gain of the first ten.
    pub ndcg_at_10: f64,
    /// Reciprocal rank of the first entry of grade 2 among the first ten.
    pub reciprocal_rank: f64,
    /// 1 if nothing was found.
    pub is_empty: f64,
}

/// What a search found.
#[derive(Debug)]
pub struct Found {
    /// Slugs, or `resource/slug` in the search of all resources, in their order.
    pub entries: Vec<String>,
    /// Time until the response.
    pub time: Duration,
}

/// Returns the queries of the public test set.
pub fn graded_queries() -> Vec<GradedQuery> {
    serde_json::from_str(QUERIES).expect("a list of graded queries")
}

impl GradedQuery {
    /// Sends the query.
    pub async fn search(&self, client: &Client) -> Found {
        let typed = encoded(&self.typed);
        let begin = Instant::now();
        let page = client.get(&format!("/v1/{}?limit={JUDGED}&q={typed}", self.resource)).await.json();
        let time = begin.elapsed();
        let text = |item: &Value, member: &str| item[member].as_str().expect("a text").to_owned();
        let entry = |item: &Value| match self.resource.as_str() {
            "search" => format!("{}/{}", text(item, "resource"), text(item, "slug")),
            _ => text(item, "slug"),
        };
        let entries = page["items"].as_array().expect("a list").iter().map(entry).collect();
        Found { entries, time }
    }

    /// Returns the quality of some results.
    pub fn quality(&self, entries: &[String]) -> Quality {
        let grades = |entry: &String| self.grades.get(entry).copied().unwrap_or_default();
        let found: Vec<u8> = entries.iter().take(JUDGED).map(grades).collect();
        let mut best: Vec<u8> = self.grades.values().copied().collect();
        best.sort_by(|left, right| right.cmp(left));
        best.truncate(JUDGED);
        let first = found.iter().position(|grade| *grade == 2);
        let ideal = cumulative_gain(&best);
        Quality {
            success_at_5: f64::from(u8::from(first.is_some_and(|first| first < 5))),
            ndcg_at_10: if ideal > 0.0 { cumulative_gain(&found) / ideal } else { 0.0 },
            reciprocal_rank: ranks().zip(&found).find(|(_, grade)| **grade == 2).map_or(0.0, |(rank, _)| 1.0 / rank),
            is_empty: f64::from(u8::from(entries.is_empty())),
        }
    }
}

impl Quality {
    /// Returns the mean of some qualities.
    pub fn mean(all: &[Self]) -> Self {
        let count = f64::from(u32::try_from(all.len()).unwrap_or(u32::MAX)).max(1.0);
        let mean = |value: fn(&Self) -> f64| all.iter().map(value).sum::<f64>() / count;
        Self {
            success_at_5: mean(|quality| quality.success_at_5),
            ndcg_at_10: mean(|quality| quality.ndcg_at_10),
            reciprocal_rank: mean(|quality| quality.reciprocal_rank),
            is_empty: mean(|quality| quality.is_empty),
        }
    }
}

/// Returns the ranks of results: 1, 2, 3 and so on.
fn ranks() -> impl Iterator<Item = f64> {
    (1_u32..).map(f64::from)
}

/// Returns the discounted cumulative gain of grades in the order of the results.
fn cumulative_gain(grades: &[u8]) -> f64 {
    let gain = |(rank, grade): (f64, &u8)| (f64::from(*grade).exp2() - 1.0) / (rank + 1.0).log2();
    ranks().zip(grades).map(gain).fold(0.0, |sum, gain| sum + gain)
}
