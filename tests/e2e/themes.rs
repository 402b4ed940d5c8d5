//! The fields of action.

use serde_json::json;
use tests::SharedApp;

#[tokio::test]
async fn there_are_fifteen_in_german_order_with_their_projects() {
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
async fn they_are_found_by_goal_and_by_word() {
    let app = SharedApp::first_content();

    let water = app.anonymous().get("/v1/themes?sdg=6&facets=sdg").await;
    let found = app.anonymous().get("/v1/themes?q=Verkehr").await;

    assert_eq!(water.slugs(), ["climate-adaptation"]);
    assert!(water.json()["facets"]["sdg"].as_array().unwrap().len() > 5);
    assert_eq!(found.slugs(), ["mobility"]);
}
