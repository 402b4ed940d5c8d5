//! Practice examples: first content, filters and formats.

use std::collections::BTreeSet;

use serde_json::json;
use tests::SharedApp;

#[tokio::test]
async fn first_content_has_99_examples_of_72_municipalities() {
    let app = SharedApp::first_content();

    let page = app.anonymous().get("/v1/practice-examples?facets=relation&facets=status&limit=1").await.json();
    let all = app.anonymous().all("/v1/practice-examples").await;

    assert_eq!((&page["total"], all.len()), (&json!(99), 99));
    let municipalities: BTreeSet<String> = all.iter().map(|entry| entry["municipality"]["ags"].to_string()).collect();
    assert_eq!(municipalities.len(), 72);
    let count = |facet: &str, value: &str| {
        let buckets = page["facets"][facet].as_array().unwrap();
        buckets.iter().find(|bucket| bucket["value"] == value).unwrap()["count"].clone()
    };
    assert_eq!((count("relation", "origin"), count("relation", "transfer")), (json!(75), json!(10)));
    assert_eq!(count("status", "discontinued"), 7);
    assert!(all.iter().all(|entry| !entry["sources"].as_array().unwrap().is_empty()));
}

#[tokio::test]
async fn empty_list_is_valid_in_every_format() {
    const NONE: &str = "updated_since=2999-01-01";
    let client = SharedApp::first_content().anonymous();

    let page = client.get(&format!("/v1/practice-examples?facets=discontinued_reason&q=App&{NONE}")).await.json();

    assert_eq!(page["items"], json!([]));
    assert_eq!(page["total"], 0);
    assert_eq!(page["facets"], json!({ "discontinued_reason": [] }));
    let get = async |format: &str| client.get(&format!("/v1/practice-examples?format={format}&{NONE}")).await;
    assert!(get("csv").await.text().starts_with("id,slug,title_de,"));
    assert_eq!(get("ndjson").await.text(), "");
    assert_eq!(get("geojson").await.json()["features"], json!([]));
}

#[tokio::test]
async fn practice_example_matches_its_snapshot() {
    let app = SharedApp::with_examples();

    let example = app.anonymous().get("/v1/practice-examples/an-adoption-that-ended").await.json();

    insta::assert_json_snapshot!(example, { ".**.id" => "[id]", ".created_at" => "[time]", ".updated_at" => "[time]" });
}

#[tokio::test]
async fn filters_find_a_discontinued_example() {
    let app = SharedApp::with_examples();
    let found = async |query: &str| {
        let slugs = app.anonymous().get(&format!("/v1/practice-examples?limit=100&{query}")).await.slugs();
        slugs.into_iter().filter(|slug| slug == "an-origin" || slug == "an-adoption-that-ended").collect::<Vec<_>>()
    };

    let page = app.anonymous().get("/v1/practice-examples?facets=discontinued_reason&facets=workstream").await.json();

    assert_eq!(page["total"], 101);
    assert_eq!(page["facets"]["discontinued_reason"].as_array().unwrap().len(), 9);
    assert_eq!(page["facets"]["workstream"].as_array().unwrap().len(), 5);
    for query in [
        "discontinued_reason=staff",
        "workstream=legal",
        "solution=open-smartcity-app",
        "relation=transfer",
        "sdg=11",
        "municipality=ulm",
        "federal_state=DE-BW&project=ulm",
        "q=zust%C3%A4ndig",
        "near=9.99,48.40&radius_km=10",
    ] {
        assert_eq!(found(query).await, ["an-adoption-that-ended"], "{query}");
    }
    assert_eq!(found("from=2024-07").await, ["an-origin"], "an example without an end date is ongoing");
    assert_eq!(found("to=2022-12-31").await, ["an-adoption-that-ended"]);
    let both = "municipality=ulm&municipality=konstanz&sort=-starts_on";
    assert_eq!(found(both).await, ["an-origin", "an-adoption-that-ended"]);
}
