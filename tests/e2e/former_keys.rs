//! Official keys that the register no longer holds lead to their successor, or say that there is none.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, App, Client, SharedApp};

const FORMER: &str = include_str!("../../api/seed/former_municipalities.json");

/// A key whose successor is known, the successor's key and slug, and a key without a successor.
const MOVED: &str = "03153007";
const SUCCESSOR: &str = "03153019";
const SLUG: &str = "langelsheim";
const RETIRED: &str = "01059101";

async fn head(client: &Client, path: &str) -> Answer {
    client.write(Method::HEAD, path, &[], None).await
}

fn example(municipality: &str) -> Value {
    json!({
        "slug": format!("aus-{municipality}"), "title": { "de": "Erfunden" }, "municipality": municipality,
        "relation": "origin", "sources": ["https://example.org/"],
    })
}

#[tokio::test]
async fn every_former_key_redirects_to_its_successor_or_is_gone() {
    let client = SharedApp::first_content().anonymous();
    let former: Vec<Value> = serde_json::from_str(FORMER).unwrap();
    assert_eq!(former.len(), 60);
    let mut moved = 0;

    for entry in &former {
        let key = entry["ags"].as_str().unwrap();
        let path = format!("/v1/municipalities/{key}");
        let answer = client.get(&path).await;
        match entry["successor"].as_str() {
            Some(successor) => {
                assert_eq!(answer.status, 308, "{key}");
                let there = client.get(answer.header("location")).await.json();
                assert_eq!((&there["ags"], &there["title"]["de"]), (&json!(successor), &entry["name"]), "{key}");
                moved += 1;
            }
            None => assert_eq!((answer.status, answer.problem().as_str()), (410, "retired-key"), "{key}"),
        }
        assert_eq!(head(&client, &path).await.status, answer.status, "{key}");
    }
    assert_eq!(moved, 6);
}

#[tokio::test]
async fn the_rest_of_the_address_stays_and_the_register_is_named() {
    let client = SharedApp::first_content().anonymous();

    let moved = client.get(&format!("/v1/municipalities/{MOVED}?fields=slug")).await;
    let history = client.get(&format!("/v1/municipalities/{MOVED}/history?limit=1")).await;
    let retired = client.get(&format!("/v1/municipalities/{RETIRED}")).await;
    let unknown = client.get("/v1/municipalities/01059999").await;

    assert_eq!(moved.header("location"), format!("/v1/municipalities/{SLUG}?fields=slug"));
    assert_eq!((history.status, history.header("location")), (308, "/v1/municipalities/langelsheim/history?limit=1"));
    let detail = retired.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("`01059101` (Tastrup) is not in the register of 2025-11-30"), "{detail}");
    assert_eq!(client.get("/problems/retired-key").await.status, 200);
    assert_eq!((unknown.status, unknown.problem().as_str()), (404, "not-found"));
}

#[tokio::test]
async fn filters_take_a_key_with_a_successor_and_refuse_one_without() {
    let app = App::start();
    let client = app.anonymous();
    let created = app.editor().await.post("/v1/practice-examples", &example(SUCCESSOR)).await;
    assert_eq!(created.status, 201, "{}", created.text());

    let found = client.get(&format!("/v1/practice-examples?municipality={MOVED}")).await;
    let refused = client.get(&format!("/v1/practice-examples?municipality={RETIRED}")).await;
    let prefix = client.get(&format!("/v1/municipalities?ags={MOVED}")).await;

    assert_eq!(found.slugs(), ["aus-03153019"]);
    let error = &refused.json()["errors"][0];
    assert_eq!((refused.status, &error["parameter"]), (400, &json!("municipality")));
    assert!(error["detail"].as_str().unwrap().contains("is not in the register of 2025-11-30"), "{error}");
    assert_eq!(prefix.json()["total"], 0, "digits that official keys begin with are no key");
}

#[tokio::test]
async fn references_take_a_key_with_a_successor_and_refuse_one_without() {
    let app = App::start();
    let editor = app.editor().await;

    let created = editor.post("/v1/practice-examples", &example(MOVED)).await;
    let refused = editor.post("/v1/practice-examples", &example(RETIRED)).await;
    let token = |key: &str| json!({ "subject": "stelle", "role": "contributor", "municipalities": [key] });
    let issued = app.admin().post("/v1/tokens", &token(MOVED)).await;
    let withheld = app.admin().post("/v1/tokens", &token(RETIRED)).await;

    assert_eq!((created.status, &created.json()["municipality"]["ags"]), (201, &json!(SUCCESSOR)));
    let error = &refused.json()["errors"][0];
    assert_eq!((refused.status, &error["pointer"]), (422, &json!("/municipality")));
    let retired = json!({ "value": RETIRED, "name": "Tastrup", "as_of": "2025-11-30" });
    assert_eq!((&error["code"], &error["parameters"]), (&json!("retired-key"), &retired));
    assert_eq!((issued.status, withheld.status), (201, 422), "{}", issued.text());
    assert_eq!(withheld.json()["errors"][0]["pointer"], "/municipalities/0");
}

#[tokio::test]
async fn a_successor_is_followed_under_its_next_key_and_its_end() {
    let app = App::start();
    let admin = app.admin();
    let path = format!("/v1/municipalities/{MOVED}");
    let renamed = json!({ "ags": "03153999", "slug": "langelsheim-neu" });
    assert_eq!(admin.patch("/v1/municipalities/langelsheim", &renamed, "*").await.status, 200);

    assert_eq!(app.anonymous().get(&path).await.header("location"), "/v1/municipalities/langelsheim-neu");

    assert_eq!(admin.delete("/v1/municipalities/langelsheim-neu", "*").await.status, 204);
    let gone = app.anonymous().get(&path).await;
    assert_eq!((gone.status, gone.problem().as_str()), (410, "retired-key"));
}
