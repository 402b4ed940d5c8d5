//! Facet counts equal the totals of their filters, and `updated_since` applies to entries and facets.

use std::collections::BTreeSet;
use std::time::Duration;

use api::base::db::Database;
use openapi::Operation;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{App, Client, SharedApp, TestDatabase, contract, encoded, statement};

use crate::submissions::{SUBMISSIONS, create_submitted, konstanz_contributor, step, submission_path};

/// Returns the public lists with facets, each with the beginning of its URL up to the query.
pub(crate) fn lists_with_facets() -> impl Iterator<Item = (&'static Operation, String)> {
    // Lists below an entry redirect to the top-level lists.
    let is_list = |operation: &&Operation| {
        operation.method == "get"
            && !operation.is_guarded()
            && !operation.path.contains('{')
            && parameter(operation, "facets").is_some()
    };
    contract().operations().iter().filter(is_list).map(|list| {
        // The search requires `q`.
        let words = if list.path == "/v1/search" { "q=vollständig&" } else { "" };
        (list, format!("{}?{words}", list.path))
    })
}

fn parameter<'a>(operation: &'a Operation, name: &str) -> Option<&'a Value> {
    operation.parameters("query").into_iter().find(|parameter| parameter["name"] == name)
}

pub(crate) fn facet_names(list: &Operation) -> Vec<&'static str> {
    let schema = parameter(list, "facets").unwrap()["schema"]["items"]["$ref"].as_str().unwrap();
    let names = contract().document().pointer(&format!("{}/enum", schema.trim_start_matches('#'))).unwrap();
    names.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

/// Encodes a value for a query string.
fn query_value(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    encoded(&text)
}

#[tokio::test]
async fn every_facet_count_equals_the_total_of_its_filter() {
    let client = SharedApp::complete().anonymous();

    for (list, base) in lists_with_facets() {
        assert_facets_count(&client, list, &base).await;
    }
}

#[tokio::test]
async fn facet_counts_of_submissions_equal_the_totals_of_their_filters() {
    let app = App::start();
    let (officer, editor) = (konstanz_contributor(&app).await, app.editor().await);
    for slug in ["eins", "zwei", "drei"] {
        let path = create_submitted(&officer, slug).await;
        match slug {
            "eins" => assert_eq!(step(&editor, &path, "publish").await.status, 200),
            "zwei" => {
                let assignee = json!({ "to": editor.get("/v1/me").await.json()["subject"] });
                assert_eq!(editor.post(&format!("{path}/assignment"), &assignee).await.status, 200);
            }
            _ => {}
        }
    }
    let withdrawal = json!({ "resource": "practice-examples", "entry": "eins", "purpose": "withdraw" });
    let withdrawal = submission_path(&officer.post(SUBMISSIONS, &withdrawal).await.json());
    assert_eq!(step(&officer, &withdrawal, "submit").await.status, 200);

    let list = contract().find("GET", SUBMISSIONS).unwrap();
    assert_facets_count(&editor, list, &format!("{SUBMISSIONS}?")).await;
}

/// Asserts that each facet count equals the total of its filter. A facet ignores its own filter and applies all others.
async fn assert_facets_count(client: &Client, list: &Operation, base: &str) {
    let names = facet_names(list);
    let all_facets = format!("&facets={}", names.join("&facets="));
    let all = client.get(&format!("{base}limit=1{all_facets}")).await.json();
    for (index, name) in names.iter().enumerate() {
        let counts = all["facets"][name].as_array().unwrap();
        assert!(!counts.is_empty(), "{base}: the facet {name} is empty");
        let first_and_last = [0, counts.len() - 1].into_iter().collect::<BTreeSet<_>>();
        for count in first_and_last.into_iter().map(|at| &counts[at]) {
            let filter = format!("{name}={}", query_value(&count["value"]));
            let found = client.get(&format!("{base}limit=1&{filter}{all_facets}")).await.json();
            assert_eq!(found["total"], count["count"], "{base}{filter}: the count equals the total of the filter");
            assert_eq!(found["facets"][name], all["facets"][name], "{base}{filter}: the facet ignores its own filter");

            let other = names[(index + 1) % names.len()];
            let Some(within) = found["facets"][other].get(0).filter(|_| other != *name) else { continue };
            let both = format!("{filter}&{other}={}", query_value(&within["value"]));
            let found = client.get(&format!("{base}limit=1&{both}")).await.json();
            assert_eq!(found["total"], within["count"], "{base}{both}: the facet applies other filters");
        }
    }
}

#[tokio::test]
async fn updated_since_is_inclusive_for_entries_and_facets() {
    let client = SharedApp::complete().anonymous();

    for (list, base) in lists_with_facets() {
        let all_facets = format!("&facets={}", facet_names(list).join("&facets="));
        let all = client.get(&format!("{base}limit=1{all_facets}")).await.json();
        let entry = &client.get(&format!("{base}limit=1&sort=-updated_at")).await.json()["items"][0];
        let at: chrono::DateTime<chrono::Utc> = entry["updated_at"].as_str().unwrap().parse().unwrap();
        let since = |at: chrono::DateTime<chrono::Utc>| {
            format!("{base}limit=1{all_facets}&updated_since={}", at.format("%Y-%m-%dT%H:%M:%S%.6fZ"))
        };

        let from_then = client.get(&since(at)).await.json();
        let later = client.get(&since(at + chrono::TimeDelta::microseconds(1))).await.json();

        let total = from_then["total"].as_u64().unwrap();
        assert!(total > 0 && total <= all["total"].as_u64().unwrap(), "{base}: {total} since {at}");
        assert_eq!(later["total"], 0, "{base}: nothing changed after {at}");
        for name in facet_names(list) {
            assert_eq!(later["facets"][name], json!([]), "{base}: {name} after {at}");
            let sum = |page: &Value| {
                page["facets"][name]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|count| count["count"].as_u64().unwrap())
                    .sum::<u64>()
            };
            assert!(sum(&from_then) <= sum(&all), "{base}: {name} since {at}");
        }
    }
}

#[tokio::test]
async fn facet_counts_follow_writes() {
    let app = App::start();
    let editor = app.editor().await;
    let filtered = "/v1/solutions?limit=1&theme=mobility&facets=kind&facets=theme";
    let client = app.anonymous();
    let slugs = client.get("/v1/solutions?limit=3&theme=mobility&kind=software").await.slugs();
    let before = count(&client.get(filtered).await.json(), "kind", "software");

    for slug in &slugs {
        let change = json!({ "kind": "process", "themes": ["energy-climate"] });
        assert_eq!(editor.patch(&format!("/v1/solutions/{slug}"), &change, "*").await.status, 200);
    }

    let after = client.get(filtered).await.json();
    assert_eq!(count(&after, "kind", "software"), before - 3);
    assert_eq!(json!(count(&after, "theme", "mobility")), after["total"], "the facet ignores its own filter");
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn facets_have_the_version_of_the_total() {
    let database = TestDatabase::filled();
    let other = Database::open(&database.settings()).await.unwrap();
    let app = App::start_on(database);
    // The facet reads the themes, and the page does not.
    let write = other.snapshot().await.unwrap();
    let lock = "set transaction read write; lock table theme in access exclusive mode";
    write.execute_unprepared(lock).await.unwrap();

    let page = tokio::spawn(app.anonymous().get("/v1/solutions?limit=1&fields=slug&kind=software&facets=theme"));
    let waiting = statement("select from pg_locks where not granted and relation = 'theme'::regclass");
    while write.query_one_raw(waiting.clone()).await.unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    write.execute_unprepared("update solution set kind = 'process' where kind = 'software'").await.unwrap();
    write.commit().await.unwrap();
    other.close().await.unwrap();

    let page = page.await.unwrap().json();
    assert_eq!((&page["total"], &page["facets"]["theme"]), (&json!(0), &json!([])));
}

/// Returns the count of a value of a facet.
fn count(page: &Value, facet: &str, value: &str) -> u64 {
    let values = page["facets"][facet].as_array().unwrap();
    values.iter().find(|count| count["value"] == value).unwrap()["count"].as_u64().unwrap()
}
