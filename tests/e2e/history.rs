//! The history of entries: changes, actors, former slugs and deleted entries.

use reqwest::Method;
use serde_json::{Value, json};
use tests::App;

use crate::writing::stored_input;

#[tokio::test]
async fn every_change_can_be_read_compared_and_reverted() {
    let app = App::start();
    let editor = app.editor().await;
    let path = "/v1/projects/solingen";
    let before = stored_input(&app, path).await;
    let other = json!({ "website": "https://example.org/", "phase": "completed", "themes": ["mobility"] });

    let changed = editor.patch(path, &other, "*").await;
    let history = app.anonymous().get(&format!("{path}/history")).await;
    let newest = history.json()["items"][0]["href"].as_str().unwrap().to_owned();
    let after = app.anonymous().get(&newest).await;
    let newest_patch = app.anonymous().get(&format!("{newest}/patch")).await;
    let first = history.json()["items"][1]["directory_version"].as_i64().unwrap();
    let first_patch = app.anonymous().get(&format!("{path}/history/{first}/patch")).await;
    let reverse_patch = app
        .anonymous()
        .get(&format!("{path}/history/{first}/patch?from={}", history.json()["items"][0]["directory_version"]))
        .await;

    assert_eq!(changed.status, 200);
    assert_eq!(
        (history.json()["total"].clone(), history.each("action")),
        (json!(2), vec![json!("change"), json!("import")])
    );
    assert_eq!(after.json()["entry"]["website"], "https://example.org/");
    assert_eq!(newest_patch.header("content-type"), "application/json-patch+json");
    let entry = &after.json()["entry"];
    assert_eq!(&apply_patch(before.clone(), &newest_patch.json()), entry, "from the old state to the new one");
    assert_eq!(apply_patch(entry.clone(), &reverse_patch.json()), before, "from the new state to the old one");
    assert_eq!(apply_patch(json!({}), &first_patch.json()), before, "the first patch starts with an empty object");

    let old = app.anonymous().get(&format!("{path}/history/{first}")).await.json()["entry"].clone();
    let restored = editor.put(path, &old, changed.etag()).await;
    assert_eq!(restored.status, 200, "an old state can be sent back unchanged");
    assert_eq!(stored_input(&app, path).await, before);
    assert_eq!(app.anonymous().get(&format!("{path}/history/{}", first + 100)).await.status, 404);
    let replacements = app.anonymous().get(&format!("{path}/history?action=replace&sort=directory_version")).await;
    assert_eq!(replacements.each("action"), ["replace"]);
    let csv = app.anonymous().get(&format!("{path}/history?format=csv")).await.text();
    assert_eq!(csv.lines().count(), 4);
}

/// Returns the document with a JSON Patch applied.
fn apply_patch(mut json: Value, steps: &Value) -> Value {
    let steps: json_patch::Patch = serde_json::from_value(steps.clone()).unwrap();
    json_patch::patch(&mut json, &steps).unwrap();
    json
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one statement per client and format")]
async fn only_auditors_see_the_actor_of_a_change() {
    let app = App::start();
    let editor = app.editor().await;
    let auditor = app.with_token(json!({ "subject": "revision", "role": "auditor" })).await;
    let path = "/v1/themes/mobility";
    let request = [("x-request-id", "request-of-the-test"), ("if-match", "*")];
    let body = Some(("application/merge-patch+json", json!({ "sdgs": [11] }).to_string()));
    editor.write(Method::PATCH, path, &request, body).await;
    let me = editor.get("/v1/me").await.json();

    // In the second round, the response cache must not return responses of other clients.
    for _ in 0..2 {
        for client in [app.anonymous(), editor.clone()] {
            let history = client.get(&format!("{path}/history")).await;
            assert_eq!(history.header("cache-control").split(',').next(), Some("public"));
            for item in history.json()["items"].as_array().unwrap() {
                assert!(["actor", "token", "request"].iter().all(|member| item.get(*member).is_none()), "{item}");
            }
        }
        let history = auditor.get(&format!("{path}/history")).await;
        assert_eq!(history.header("cache-control"), "private, max-age=0");
        assert_eq!(history.each("actor"), ["redaktion", "transferatlas seed"]);
        assert_eq!(
            (&history.json()["items"][0]["token"], &history.json()["items"][0]["request"]),
            (&me["token"], &json!("request-of-the-test"))
        );
        let csv = auditor.get(&format!("{path}/history?format=csv")).await;
        let other = app.anonymous().get_with(&format!("{path}/history?format=csv"), "if-none-match", csv.etag()).await;
        assert_eq!(
            (csv.text().contains("redaktion"), other.status, other.text().contains("redaktion")),
            (true, 200, false)
        );
        let unchanged = auditor.get_with(&format!("{path}/history"), "if-none-match", history.etag()).await;
        assert_eq!(unchanged.status, 304);
        let other = app.anonymous().get_with(&format!("{path}/history"), "if-none-match", history.etag()).await;
        assert_eq!(other.status, 200, "the public representation has another entity tag");
    }

    let audit = auditor.get("/v1/audit?actor=redaktion&resource=themes&action=change&since=2020-01-01").await;
    assert_eq!((audit.json()["total"].clone(), audit.each("slug")), (json!(1), vec![json!("mobility")]));
    let by_request = auditor.get("/v1/audit?request=request-of-the-test").await;
    assert_eq!(by_request.json()["items"], audit.json()["items"]);
    let token = me["token"].as_str().unwrap();
    assert_eq!(auditor.get(&format!("/v1/audit?token={token}")).await.json()["items"], audit.json()["items"]);
    let issued = auditor.get(&format!("/v1/audit?entry={token}")).await;
    assert_eq!((issued.each("resource"), issued.each("actor")), (vec![json!("tokens")], vec![json!("tests")]));
    assert_eq!(auditor.get("/v1/audit?resource=nothing").await.status, 400);
    assert_eq!(auditor.get("/v1/audit?until=2020-01-01").await.json()["total"], 0);
}

#[tokio::test]
async fn a_former_slug_redirects_to_the_current_slug() {
    let app = App::start();
    let editor = app.editor().await;
    for (from, to) in [("ulm", "ulm-neu"), ("ulm-neu", "ulm-donau")] {
        assert_eq!(editor.patch(&format!("/v1/projects/{from}"), &json!({ "slug": to }), "*").await.status, 200);
    }

    for (old, new) in [
        ("/v1/projects/ulm", "/v1/projects/ulm-donau"),
        ("/v1/projects/ulm-neu?fields=slug", "/v1/projects/ulm-donau?fields=slug"),
        ("/v1/projects/ulm/history", "/v1/projects/ulm-donau/history"),
        ("/v1/projects/ulm/history/1/patch", "/v1/projects/ulm-donau/history/1/patch"),
        ("/v1/projects/ulm/history?limit=1", "/v1/projects/ulm-donau/history?limit=1"),
        ("/v1/projects/ulm/solutions?limit=1", "/v1/solutions?project=ulm-donau&limit=1"),
    ] {
        let moved = app.anonymous().get(old).await;
        assert_eq!((moved.status, moved.header("location")), (308, new), "{old}");
        assert_eq!(app.anonymous().get(new).await.status, 200, "{new}");
    }
    let changed = editor.patch("/v1/projects/ulm", &json!({ "website": "https://example.org/" }), "*").await;
    assert_eq!(
        (changed.status, changed.header("location")),
        (308, "/v1/projects/ulm-donau"),
        "writes redirect as well"
    );

    let named = json!({ "projects": ["ulm", "jena"] });
    let solution = editor.patch("/v1/solutions/open-smartcity-app", &named, "*").await;
    assert_eq!(solution.json()["projects"][0]["slug"], "ulm-donau", "references accept the former slug");

    let taken = json!({ "slug": "ulm", "title": { "de": "anders" } });
    assert_eq!(editor.post("/v1/themes", &taken).await.status, 201, "the slug is free in other resources");
    let back = editor.patch("/v1/projects/ulm-donau", &json!({ "slug": "ulm" }), "*").await;
    assert_eq!(
        (back.status, app.anonymous().get("/v1/projects/ulm-donau").await.header("location")),
        (200, "/v1/projects/ulm")
    );
}

#[tokio::test]
async fn a_deleted_entry_returns_410_and_keeps_its_history() {
    let app = App::start();
    let editor = app.editor().await;
    let reader = app.with_scopes(&["events:write"], &[]).await;
    let town = json!({ "slug": "zz-stadt", "ags": "09999999", "title": { "de": "Zz" }, "kind": "town", "federal_state": "DE-BY" });
    let created = editor.post("/v1/municipalities", &town).await;
    let id = created.json()["id"].as_str().unwrap().to_owned();
    editor.delete("/v1/municipalities/zz-stadt", created.etag()).await;

    for key in ["zz-stadt", "09999999", &id] {
        let path = format!("/v1/municipalities/{key}");
        let gone = app.anonymous().get(&path).await;
        assert_eq!((gone.status, gone.problem().as_str()), (410, "gone"), "{key}");
        assert!(gone.json()["detail"].as_str().unwrap().contains("deleted at 20"), "{}", gone.text());
        assert_eq!(editor.put(&path, &town, "*").await.status, 410);
        assert_eq!(app.anonymous().get(&format!("{path}/history")).await.status, 410);
        assert_eq!(
            reader.get(&format!("{path}/history")).await.status,
            410,
            "a writer of another resource has no access"
        );
        let history = editor.get(&format!("{path}/history")).await;
        assert_eq!(history.each("action"), ["delete", "create"]);
        let last = editor.get(history.json()["items"][0]["href"].as_str().unwrap()).await.json();
        assert!(last.get("entry").is_none());
        let first = history.json()["items"][1]["href"].as_str().unwrap().to_owned();
        for below in ["", "/patch"] {
            assert_eq!(editor.get(&format!("{first}{below}")).await.header("cache-control"), "private, max-age=0");
            // The response for the editor is not cached for other clients.
            assert_eq!(app.anonymous().get(&format!("{first}{below}")).await.status, 410, "{first}{below}");
        }
        assert_eq!(app.anonymous().get(&format!("{path}/history")).await.status, 410);
    }
    assert_eq!(app.anonymous().get("/v1/municipalities?q=zz-stadt").await.json()["total"], 0);

    let again = editor.post("/v1/municipalities", &town).await;
    assert_eq!(again.status, 201);
    assert_ne!(again.json()["id"], json!(id), "the new entry has its own id");
    assert_eq!(app.anonymous().get("/v1/municipalities/09999999").await.json()["id"], again.json()["id"]);
    assert_eq!(app.anonymous().get(&format!("/v1/municipalities/{id}")).await.status, 410);
}
