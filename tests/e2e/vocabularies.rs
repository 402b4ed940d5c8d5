//! Vocabularies: labels, values and pages.

use serde_json::json;
use tests::{SharedApp, contract};

#[tokio::test]
async fn every_term_has_labels_in_both_languages() {
    let app = SharedApp::first_content();

    let vocabularies = app.anonymous().all("/v1/vocabularies").await;

    assert!(vocabularies.len() >= 15);
    for vocabulary in &vocabularies {
        for term in vocabulary["terms"].as_array().unwrap() {
            for language in ["de", "en"] {
                assert!(!term["label"][language].as_str().unwrap().is_empty(), "{} {term}", vocabulary["name"]);
            }
        }
    }
}

#[tokio::test]
async fn every_term_is_a_valid_filter_value() {
    let app = SharedApp::first_content();

    for name in ["category", "phase", "federal_state"] {
        let vocabulary = app.anonymous().get(&format!("/v1/vocabularies/{name}")).await.json();
        for term in vocabulary["terms"].as_array().unwrap() {
            let value = term["value"].as_str().unwrap();
            assert_eq!(
                app.anonymous().get(&format!("/v1/projects?{name}={value}&limit=1")).await.status,
                200,
                "{value}"
            );
        }
    }
}

#[tokio::test]
async fn vocabularies_are_paged() {
    let app = SharedApp::first_content();

    let page = app.anonymous().get("/v1/vocabularies?limit=2&fields=name").await.json();

    assert_eq!(page["items"], json!([{ "name": "action" }, { "name": "category" }]));
    assert!(page["next"].is_string());
    assert!(contract().document()["components"]["schemas"]["Vocabulary"].is_object());
}
