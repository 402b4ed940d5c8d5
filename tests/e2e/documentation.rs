//! The OpenAPI document, the guide and the API reference.

use tests::{SharedApp, contract};

#[tokio::test]
async fn the_served_openapi_document_matches_the_committed_one() {
    let app = SharedApp::first_content();

    let served = app.anonymous().get("/openapi.json").await.json();

    assert_eq!(&served, contract().document());
}

#[tokio::test]
async fn the_documentation_loads_no_external_resources() {
    let app = SharedApp::first_content();

    let page = app.anonymous().get("/docs/reference").await;
    let policy = page.header("content-security-policy").to_owned();

    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
    let text = page.text();
    let file = |attribute: &'static str| text.split(attribute).skip(1).filter_map(|rest| rest.split('"').next());
    let files: Vec<&str> = file("src=\"").chain(file("href=\"")).collect();
    assert!(files.len() > 4, "{files:?}");
    for piece in files {
        let file = app.anonymous().get(&format!("/docs/{}", piece.trim_start_matches("./"))).await;
        assert_eq!(file.status, 200, "{piece}");
    }
}

#[tokio::test]
async fn links_of_the_guide_resolve() {
    let app = SharedApp::first_content();

    let guide = app.anonymous().get("/docs/").await.text();
    let links: Vec<&str> = guide.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(links.len() > 15, "{links:?}");
    for link in links {
        let target = link.replace("&amp;", "&");
        let target = target.split('#').next().unwrap();
        let expected = if target.ends_with("limit=0") { 400 } else { 200 };
        assert_eq!(app.anonymous().get(target).await.status, expected, "{target}");
    }
}
