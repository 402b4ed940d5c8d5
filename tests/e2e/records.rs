//! Every filter of the lists that need a token finds what it says and nothing else.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{App, Client, Endpoint, contract};

use crate::filters::{COMMON, all};
use crate::submissions::{SUBMISSIONS, begins, content, konstanz, path, submitted};
use crate::webhooks::{WEBHOOKS, made, once};

/// Whether an item of a list is one that a filter with a value is to find.
fn fits(filter: &str, value: &Value, item: &Value) -> bool {
    match filter {
        "since" => item["at"].as_str() >= value.as_str(),
        "until" => item["at"].as_str() < value.as_str(),
        "municipality" => item["municipalities"].as_array().unwrap().contains(value),
        "assigned" => item.get("assigned_to").is_some() == (*value == true),
        // Of tokens; webhooks say so themselves.
        "active" if item.get("active").is_none() => item.get("revoked_at").is_none() == (*value == true),
        _ => item[filter] == *value,
    }
}

/// A value with which a filter finds some items and not all.
fn telling(filter: &str, items: &[Value]) -> Option<Value> {
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
        let found = items.iter().filter(|item| fits(filter, value, item)).count();
        found > 0 && found < items.len()
    })
}

/// Tries every filter of a list on what is in it.
async fn assert_filters_hold(client: &Client, list: &str) {
    let items = all(client, list, "").await;
    let operation = contract().find("GET", list).unwrap();
    for filter in operation.parameters("query").into_iter().map(|parameter| parameter["name"].as_str().unwrap()) {
        if COMMON.contains(&filter) {
            continue;
        }
        let value =
            telling(filter, &items).unwrap_or_else(|| panic!("{list}?{filter}: nothing in it tells items apart"));
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();

        let found = all(client, list, &format!("&{filter}={text}")).await;

        // Records without an id are those of an entry.
        let name = |item: &Value| format!("{} {} {}", item["id"], item["entry"], item["directory_version"]);
        let expected: BTreeSet<_> = items.iter().filter(|item| fits(filter, &value, item)).map(name).collect();
        let found: BTreeSet<_> = found.iter().map(name).collect();
        let strange: Vec<_> = found.symmetric_difference(&expected).take(3).collect();
        assert!(strange.is_empty(), "{list}?{filter}={text} finds {} of {}: {strange:?}", found.len(), expected.len());
    }
}

#[tokio::test]
async fn every_filter_of_records_finds_what_it_says() {
    let app = App::start();
    let (admin, editor, officer) = (app.admin(), app.editor().await, konstanz(&app).await);
    let ended = admin.post("/v1/tokens", &json!({ "subject": "ended", "role": "editor" })).await.json();
    let ended = format!("/v1/tokens/{}/revocation", ended["id"].as_str().unwrap());
    assert_eq!(admin.post(&ended, &json!({})).await.status, 200);
    assert_eq!(editor.patch("/v1/themes/mobility", &json!({ "sdgs": [11] }), "*").await.status, 200);

    for list in ["/v1/audit", "/v1/tokens", "/v1/themes/mobility/history"] {
        assert_filters_hold(&admin, list).await;
    }

    let first = submitted(&officer, "eins").await;
    let assigned = json!({ "to": editor.get("/v1/me").await.json()["subject"] });
    assert_eq!(editor.post(&format!("{first}/assignment"), &assigned).await.status, 200);
    let second = path(&editor.post(SUBMISSIONS, &begins(&content("zwei"))).await.json());
    assert_eq!(crate::submissions::step(&editor, &second, "submit").await.status, 200);
    let example = editor.post("/v1/practice-examples", &content("da")).await;
    assert_eq!(example.status, 201, "{}", example.text());
    let withdrawal = json!({ "resource": "practice-examples", "entry": "da", "purpose": "withdraw" });
    let third = path(&officer.post(SUBMISSIONS, &withdrawal).await.json());
    assert_eq!(crate::submissions::step(&officer, &third, "submit").await.status, 200);
    assert_eq!(crate::submissions::step(&editor, &first, "publish").await.status, 200);
    let solution = json!({
        "slug": "neu", "title": { "de": "Neu" }, "summary": { "de": "Nichts." }, "kind": "data", "themes": ["mobility"],
        "providers": ["08421000"], "sources": ["https://example.org/"],
    });
    let fourth = path(&editor.post(SUBMISSIONS, &json!({ "resource": "solutions", "content": solution })).await.json());
    assert_eq!(crate::submissions::step(&editor, &fourth, "submit").await.status, 200);
    assert_filters_hold(&editor, SUBMISSIONS).await;
}

#[tokio::test]
async fn every_filter_of_webhooks_finds_what_it_says() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (told, _) = made(&editor, &endpoint, json!({})).await;
    made(&editor, &endpoint, json!({ "active": false })).await;
    endpoint.answers(&["204 No Content", "503 Service Unavailable"]);
    for slug in ["angekommen", "nicht-angekommen"] {
        editor.post("/v1/themes", &json!({ "slug": slug, "title": { "de": "Prüfen" } })).await;
    }
    let log = format!("{told}/deliveries");
    once(&editor, &log, |log| log["items"].as_array().unwrap().iter().filter(|one| one["attempts"] == 1).count() == 2)
        .await;

    for list in [WEBHOOKS, &log] {
        assert_filters_hold(&editor, list).await;
    }
}
