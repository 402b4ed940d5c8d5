//! Accounts of municipalities that did it, or tried.

use serde_json::json;
use tests::SharedApp;

#[tokio::test]
async fn there_are_none_yet_and_the_list_says_so_well() {
    let app = SharedApp::first_content();
    let client = app.anonymous();

    let page = client.get("/v1/practice-examples?facets=discontinued_reason&q=App").await.json();

    assert_eq!(page["items"], json!([]));
    assert_eq!(page["total"], 0);
    assert_eq!(page["facets"], json!({ "discontinued_reason": [] }));
    assert!(client.get("/v1/practice-examples?format=csv").await.text().starts_with("id,slug,title_de,"));
    assert_eq!(client.get("/v1/practice-examples?format=ndjson").await.text(), "");
    assert_eq!(client.get("/v1/practice-examples?format=geojson").await.json()["features"], json!([]));
}

#[tokio::test]
async fn one_looks_like_this() {
    let app = SharedApp::with_examples();

    let example = app.anonymous().get("/v1/practice-examples/an-adoption-that-ended").await.json();

    insta::assert_json_snapshot!(example, { ".**.id" => "[id]", ".created_at" => "[time]", ".updated_at" => "[time]" });
}

#[tokio::test]
async fn a_failure_is_found_by_its_reasons() {
    let app = SharedApp::with_examples();
    let slugs = async |query: &str| app.anonymous().get(&format!("/v1/practice-examples?{query}")).await.slugs();

    let page = app.anonymous().get("/v1/practice-examples?facets=discontinued_reason&facets=workstream").await.json();

    assert_eq!(page["total"], 2);
    assert_eq!(page["facets"]["discontinued_reason"].as_array().unwrap().len(), 2);
    assert_eq!(page["facets"]["workstream"].as_array().unwrap().len(), 2);
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
        assert_eq!(slugs(query).await, ["an-adoption-that-ended"], "{query}");
    }
    assert_eq!(slugs("from=2024-07").await, ["an-origin"], "one that has not ended goes on");
    assert_eq!(slugs("to=2022-12-31").await, ["an-adoption-that-ended"]);
    assert_eq!(slugs("sort=-starts_on").await, ["an-origin", "an-adoption-that-ended"]);
}
