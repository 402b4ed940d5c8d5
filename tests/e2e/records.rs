//! Filters of the lists that require a token.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{App, Client, Endpoint, contract, encoded};

use crate::filters::{COMMON_PARAMETERS, all_entries};
use crate::submissions::{
    SUBMISSIONS, content, create_submitted, konstanz_contributor, submission_input, submission_path,
};
use crate::webhooks::{WEBHOOKS, create_webhook, wait_until};

/// Returns whether an item matches a filter with a value.
fn is_match(filter: &str, value: &Value, item: &Value) -> bool {
    match filter {
        "since" => item["at"].as_str() >= value.as_str(),
        "until" => item["at"].as_str() < value.as_str(),
        "municipality" => item["municipalities"].as_array().unwrap().contains(value),
        "assigned" => item.get("assigned_to").is_some() == (*value == true),
        // Tokens have no member `active`; webhooks have one.
        "active" if item.get("active").is_none() => item.get("revoked_at").is_none() == (*value == true),
        _ => item[filter] == *value,
    }
}

/// Returns a value that some but not all items match.
fn distinguishing_value(filter: &str, items: &[Value]) -> Option<Value> {
    let value = |item: &Value| match filter {
        "since" | "until" => item["at"].clone(),
        "municipality" => item["municipalities"][0].clone(),
        "assigned" | "active" => json!(true),
        _ => item[filter].clone(),
    };
    let candidates = items.iter().map(value).filter(|value| !value.is_null());
    let mut candidates: Vec<Value> = candidates.collect();
    candidates.dedup();
    candidates.into_iter().find(|value| {
        let found = items.iter().filter(|item| is_match(filter, value, item)).count();
        found > 0 && found < items.len()
    })
}

/// Asserts that every filter of a list returns exactly the matching items.
async fn assert_filters_match(client: &Client, list: &str) {
    let items = all_entries(client, list, "").await;
    let operation = contract().find("GET", list).unwrap();
    for filter in operation.parameters("query").into_iter().map(|parameter| parameter["name"].as_str().unwrap()) {
        if COMMON_PARAMETERS.contains(&filter) {
            continue;
        }
        let value = distinguishing_value(filter, &items)
            .unwrap_or_else(|| panic!("{list}?{filter}: no value matches some but not all items"));
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let text = encoded(&text);

        let found = all_entries(client, list, &format!("&{filter}={text}")).await;

        // Revisions of an entry have no ID.
        let name = |item: &Value| format!("{} {} {}", item["id"], item["entry"], item["directory_version"]);
        let expected: BTreeSet<_> = items.iter().filter(|item| is_match(filter, &value, item)).map(name).collect();
        let found: BTreeSet<_> = found.iter().map(name).collect();
        let differing: Vec<_> = found.symmetric_difference(&expected).take(3).collect();
        assert!(
            differing.is_empty(),
            "{list}?{filter}={text} finds {} of {}: {differing:?}",
            found.len(),
            expected.len()
        );
    }
}

#[tokio::test]
async fn filters_of_guarded_lists_return_matching_items() {
    let app = App::start();
    let (admin, editor, officer) = (app.admin(), app.editor().await, konstanz_contributor(&app).await);
    let ended = admin.post("/v1/tokens", &json!({ "subject": "ended", "role": "editor" })).await.json();
    let ended = format!("/v1/tokens/{}/revocation", ended["id"].as_str().unwrap());
    assert_eq!(admin.post(&ended, &json!({})).await.status, 200);
    assert_eq!(editor.patch("/v1/themes/mobility", &json!({ "sdgs": [11] }), "*").await.status, 200);

    for list in ["/v1/audit", "/v1/tokens", "/v1/themes/mobility/history"] {
        assert_filters_match(&admin, list).await;
    }

    let first = create_submitted(&officer, "eins").await;
    let assigned = json!({ "to": editor.get("/v1/me").await.json()["subject"] });
    assert_eq!(editor.post(&format!("{first}/assignment"), &assigned).await.status, 200);
    let second = submission_path(&editor.post(SUBMISSIONS, &submission_input(&content("zwei"))).await.json());
    assert_eq!(crate::submissions::step(&editor, &second, "submit").await.status, 200);
    let example = editor.post("/v1/practice-examples", &content("da")).await;
    assert_eq!(example.status, 201, "{}", example.text());
    let withdrawal = json!({ "resource": "practice-examples", "entry": "da", "purpose": "withdraw" });
    let third = submission_path(&officer.post(SUBMISSIONS, &withdrawal).await.json());
    assert_eq!(crate::submissions::step(&officer, &third, "submit").await.status, 200);
    assert_eq!(crate::submissions::step(&editor, &first, "publish").await.status, 200);
    let solution = json!({
        "slug": "neu", "title": { "de": "Neu" }, "summary": { "de": "Nichts." }, "kind": "data", "themes": ["mobility"],
        "providers": ["08421000"], "sources": ["https://example.org/"],
    });
    let fourth = submission_path(
        &editor.post(SUBMISSIONS, &json!({ "resource": "solutions", "content": solution })).await.json(),
    );
    assert_eq!(crate::submissions::step(&editor, &fourth, "submit").await.status, 200);
    assert_filters_match(&editor, SUBMISSIONS).await;
}

#[tokio::test]
async fn filters_of_webhook_lists_return_matching_items() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (webhook, _) = create_webhook(&editor, &endpoint, json!({})).await;
    create_webhook(&editor, &endpoint, json!({ "active": false })).await;
    endpoint.respond_with(&["204 No Content", "503 Service Unavailable"]);
    for slug in ["angekommen", "nicht-angekommen"] {
        editor.post("/v1/themes", &json!({ "slug": slug, "title": { "de": "Prüfen" } })).await;
    }
    let log = format!("{webhook}/deliveries");
    wait_until(&editor, &log, |log| {
        log["items"].as_array().unwrap().iter().filter(|one| one["attempts"] == 1).count() == 2
    })
    .await;

    for list in [WEBHOOKS, &log] {
        assert_filters_match(&editor, list).await;
    }
}
