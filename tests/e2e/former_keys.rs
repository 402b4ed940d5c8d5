//! Official keys that are no longer in the register redirect to their successor or return 410.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, App, Client, SharedApp};

const FORMER_MUNICIPALITIES: &str = include_str!("../../api/seed/former_municipalities.json");

/// A former key with a successor.
const MOVED_KEY: &str = "03153007";
/// The key of the successor.
const SUCCESSOR_KEY: &str = "03153019";
/// The slug of the successor.
const SUCCESSOR_SLUG: &str = "langelsheim";
/// A former key without a successor.
const RETIRED_KEY: &str = "01059101";

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
    let former: Vec<Value> = serde_json::from_str(FORMER_MUNICIPALITIES).unwrap();
    assert_eq!(former.len(), 60);
    let mut moved = 0;

    for entry in &former {
        let key = entry["ags"].as_str().unwrap();
        let path = format!("/v1/municipalities/{key}");
        let answer = client.get(&path).await;
        match entry["successor"].as_str() {
            Some(successor) => {
                assert_eq!(answer.status, 308, "{key}");
                let successor_entry = client.get(answer.header("location")).await.json();
                assert_eq!(
                    (&successor_entry["ags"], &successor_entry["title"]["de"]),
                    (&json!(successor), &entry["name"]),
                    "{key}"
                );
                moved += 1;
            }
            None => assert_eq!((answer.status, answer.problem().as_str()), (410, "retired-key"), "{key}"),
        }
        assert_eq!(head(&client, &path).await.status, answer.status, "{key}");
    }
    assert_eq!(moved, 6);
}

#[tokio::test]
async fn redirects_keep_the_rest_of_the_path_and_410_names_the_register() {
    let client = SharedApp::first_content().anonymous();

    let moved = client.get(&format!("/v1/municipalities/{MOVED_KEY}?fields=slug")).await;
    let history = client.get(&format!("/v1/municipalities/{MOVED_KEY}/history?limit=1")).await;
    let retired = client.get(&format!("/v1/municipalities/{RETIRED_KEY}")).await;
    let unknown = client.get("/v1/municipalities/01059999").await;

    assert_eq!(moved.header("location"), format!("/v1/municipalities/{SUCCESSOR_SLUG}?fields=slug"));
    assert_eq!((history.status, history.header("location")), (308, "/v1/municipalities/langelsheim/history?limit=1"));
    let detail = retired.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("`01059101` (Tastrup) is not in the register of 2025-11-30"), "{detail}");
    assert_eq!(client.get("/problems/retired-key").await.status, 200);
    assert_eq!((unknown.status, unknown.problem().as_str()), (404, "not-found"));
}

#[tokio::test]
async fn filters_accept_a_former_key_only_if_it_has_a_successor() {
    let app = App::start();
    let client = app.anonymous();
    let created = app.editor().await.post("/v1/practice-examples", &example(SUCCESSOR_KEY)).await;
    assert_eq!(created.status, 201, "{}", created.text());

    let found = client.get(&format!("/v1/practice-examples?municipality={MOVED_KEY}")).await;
    let refused = client.get(&format!("/v1/practice-examples?municipality={RETIRED_KEY}")).await;
    let prefix = client.get(&format!("/v1/municipalities?ags={MOVED_KEY}")).await;

    assert_eq!(found.slugs(), ["aus-03153019"]);
    let error = &refused.json()["errors"][0];
    assert_eq!((refused.status, &error["parameter"]), (400, &json!("municipality")));
    assert!(error["detail"].as_str().unwrap().contains("is not in the register of 2025-11-30"), "{error}");
    assert_eq!(prefix.json()["total"], 0, "`ags` is a prefix and does not follow former keys");
}

#[tokio::test]
async fn references_accept_a_former_key_only_if_it_has_a_successor() {
    let app = App::start();
    let editor = app.editor().await;

    let created = editor.post("/v1/practice-examples", &example(MOVED_KEY)).await;
    let refused = editor.post("/v1/practice-examples", &example(RETIRED_KEY)).await;
    let token = |key: &str| json!({ "subject": "stelle", "role": "contributor", "municipalities": [key] });
    let issued = app.admin().post("/v1/tokens", &token(MOVED_KEY)).await;
    let rejected = app.admin().post("/v1/tokens", &token(RETIRED_KEY)).await;

    assert_eq!((created.status, &created.json()["municipality"]["ags"]), (201, &json!(SUCCESSOR_KEY)));
    let error = &refused.json()["errors"][0];
    assert_eq!((refused.status, &error["pointer"]), (422, &json!("/municipality")));
    let retired = json!({ "value": RETIRED_KEY, "name": "Tastrup", "as_of": "2025-11-30" });
    assert_eq!((&error["code"], &error["parameters"]), (&json!("retired-key"), &retired));
    assert_eq!((issued.status, rejected.status), (201, 422), "{}", issued.text());
    assert_eq!(rejected.json()["errors"][0]["pointer"], "/municipalities/0");
}

#[tokio::test]
async fn former_keys_follow_a_renamed_successor_and_end_with_a_deleted_one() {
    let app = App::start();
    let admin = app.admin();
    let path = format!("/v1/municipalities/{MOVED_KEY}");
    let renamed = json!({ "ags": "03153999", "slug": "langelsheim-neu" });
    assert_eq!(admin.patch("/v1/municipalities/langelsheim", &renamed, "*").await.status, 200);

    assert_eq!(app.anonymous().get(&path).await.header("location"), "/v1/municipalities/langelsheim-neu");

    assert_eq!(admin.delete("/v1/municipalities/langelsheim-neu", "*").await.status, 204);
    let gone = app.anonymous().get(&path).await;
    assert_eq!((gone.status, gone.problem().as_str()), (410, "retired-key"));
}
