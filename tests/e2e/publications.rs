//! Publications: first content, facets and filters.

use serde_json::json;
use tests::SharedApp;

#[tokio::test]
async fn first_content_has_85_publications_newest_first() {
    let app = SharedApp::first_content();
    let total = async |query: &str| {
        app.anonymous().get(&format!("/v1/publications?limit=1&{query}")).await.json()["total"].clone()
    };

    let page = app.anonymous().get("/v1/publications?facets=kind&facets=year&facets=publisher&limit=1").await;

    assert_eq!(page.json()["total"], 85);
    assert_eq!(page.each("year"), [2026]);
    assert_eq!(
        page.json()["facets"]["kind"][0],
        json!({ "value": "strategy", "label": { "de": "Strategie", "en": "Strategy" }, "count": 29 })
    );
    assert_eq!(page.json()["facets"]["publisher"][0]["count"], 24);
    assert_eq!(total("year=2017").await, 1);
    assert_eq!(total("year=2023&year=2024").await, 25);
    assert_eq!(total("publisher=KTS").await, 24);
    assert_eq!(total("project=solingen").await, 3);
    assert_eq!(total("municipality=solingen").await, 3);
}

#[tokio::test]
async fn publication_matches_its_snapshot() {
    let app = SharedApp::first_content();

    let charter = app.anonymous().get("/v1/publications/smart-city-charter-2017").await.json();

    insta::assert_json_snapshot!(charter, { ".**.id" => "[id]", ".created_at" => "[time]", ".updated_at" => "[time]" });
}
