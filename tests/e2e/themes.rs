//! Themes: first content, order and filters.

use serde_json::json;
use tests::SharedApp;

#[tokio::test]
async fn themes_are_listed_in_german_order_with_project_counts() {
    let app = SharedApp::first_content();

    let page = app.anonymous().get("/v1/themes").await;

    assert_eq!(page.json()["total"], 15);
    assert_eq!(page.slugs().first().unwrap(), "participation");
    let projects = app.anonymous().get("/v1/projects?theme=mobility&limit=1").await.json()["total"].clone();
    let theme = app.anonymous().get("/v1/themes/mobility").await.json();
    assert_eq!(theme["counts"]["projects"], projects);
    assert_eq!(theme["title"], json!({ "de": "Mobilität und Verkehr", "en": "Mobility and transport" }));
}

#[tokio::test]
async fn themes_are_filtered_by_sdg_and_search() {
    let app = SharedApp::first_content();

    let water = app.anonymous().get("/v1/themes?sdg=6&facets=sdg").await;
    let found = app.anonymous().get("/v1/themes?q=Verkehr").await;

    assert_eq!(water.slugs(), ["climate-adaptation"]);
    assert!(water.json()["facets"]["sdg"].as_array().unwrap().len() > 5);
    assert_eq!(found.slugs(), ["mobility"]);
}
