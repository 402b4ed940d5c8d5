//! Suggestions for an unfinished word.

use serde_json::{Value, json};
use tests::SharedApp;

#[tokio::test]
async fn suggestions_honour_resource_and_limit() {
    let app = SharedApp::first_content();
    let suggested = async |query: &str| app.anonymous().get(&format!("/v1/suggest?q=s&{query}")).await;

    let projects = suggested("resource=projects&resource=themes&limit=50").await;
    let three = suggested("limit=3").await;

    let resources: Vec<Value> =
        projects.json()["items"].as_array().unwrap().iter().map(|item| item["resource"].clone()).collect();
    assert!(resources.len() > 10 && resources.iter().all(|resource| *resource == "projects" || *resource == "themes"));
    assert_eq!(three.json()["items"].as_array().map(Vec::len), Some(3));
    for (query, parameter) in [("limit=51", "limit"), ("limit=0", "limit"), ("resource=tokens", "resource")] {
        let refused = suggested(query).await;
        assert_eq!((refused.status, &refused.json()["errors"][0]["parameter"]), (400, &json!(parameter)));
    }
}
