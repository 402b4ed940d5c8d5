//! Creation, replacement, update and deletion of entries, preconditions and batches.

use std::collections::HashSet;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{App, RESOURCES};

/// Returns the stored members of an entry, which are valid as input.
pub(crate) async fn stored_input(app: &App, path: &str) -> Value {
    let history = app.anonymous().get(&format!("{path}/history?limit=1")).await.json();
    app.anonymous().get(history["items"][0]["href"].as_str().unwrap()).await.json()["entry"].clone()
}

/// Returns the input of a new entry, copied from the first entry of the resource.
pub(crate) async fn new_entry_input(app: &App, resource: &str, slug: &str) -> Value {
    let first = app.anonymous().get(&format!("/v1/{resource}?limit=1&fields=slug")).await.slugs().remove(0);
    let mut entry = stored_input(app, &format!("/v1/{resource}/{first}")).await;
    entry["slug"] = slug.into();
    // Official keys are unique.
    entry.as_object_mut().unwrap().remove("ags");
    entry
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "all operations on one entry")]
async fn every_resource_is_created_replaced_updated_and_deleted() {
    let app = App::start_with_examples();
    let editor = app.editor().await;

    for resource in RESOURCES {
        let entry = new_entry_input(&app, resource, "zz-new").await;
        let created = editor.post(&format!("/v1/{resource}"), &entry).await;
        assert_eq!(created.status, 201, "{resource}: {}", created.text());
        assert_eq!(created.header("location"), format!("/v1/{resource}/zz-new"));
        let read = app.anonymous().get(created.header("location")).await;
        assert_eq!((read.etag(), read.json()), (created.etag(), created.json()), "{resource}");
        assert_eq!(stored_input(&app, &format!("/v1/{resource}/zz-new")).await, entry, "{resource}");

        let other = json!({ "slug": "zz-other" });
        let mut replaced = entry.clone();
        replaced["slug"] = "zz-replaced".into();
        let replaced = editor.put(&format!("/v1/{resource}/zz-new"), &replaced, created.etag()).await;
        assert_eq!((replaced.status, &replaced.json()["slug"]), (200, &json!("zz-replaced")), "{resource}");
        let stale = editor.patch(&format!("/v1/{resource}/zz-replaced"), &other, created.etag()).await;
        assert_eq!((stale.status, stale.problem().as_str()), (412, "precondition-failed"), "{resource}");
        let changed = editor.patch(&format!("/v1/{resource}/zz-replaced"), &other, replaced.etag()).await;
        assert_eq!((changed.status, &changed.json()["slug"]), (200, &json!("zz-other")), "{resource}");
        let same = editor.patch(&format!("/v1/{resource}/zz-other"), &other, "*").await;
        assert_eq!(
            (same.status, same.etag()),
            (200, changed.etag()),
            "{resource}: an update without changes stores nothing"
        );

        let deleted = editor.delete(&format!("/v1/{resource}/zz-other"), changed.etag()).await;
        assert_eq!((deleted.status, deleted.body.len()), (204, 0), "{resource}: {}", deleted.text());
        let gone = app.anonymous().get(&format!("/v1/{resource}/zz-other")).await;
        assert_eq!((gone.status, gone.problem().as_str()), (410, "gone"), "{resource}");
        let history = editor.get(&format!("/v1/{resource}/zz-other/history")).await;
        assert_eq!(history.each("action"), ["delete", "change", "replace", "create"], "{resource}");

        let restored = editor
            .write(
                Method::PUT,
                &format!("/v1/{resource}/zz-new"),
                &[("if-none-match", "*")],
                Some(("application/json", entry.to_string())),
            )
            .await;
        assert_eq!((restored.status, restored.header("location")), (201, created.header("location")), "{resource}");
        assert_eq!(app.anonymous().get(&format!("/v1/{resource}?q=zz")).await.status, 200);
    }
}

#[tokio::test]
async fn write_requires_a_matching_precondition() {
    let app = App::start();
    let editor = app.editor().await;
    let theme = stored_input(&app, "/v1/themes/mobility").await;
    let body = || Some(("application/json", theme.to_string()));

    let none = editor.write(Method::PUT, "/v1/themes/mobility", &[], body()).await;
    let bare = editor.write(Method::PUT, "/v1/themes/mobility", &[("if-match", "17")], body()).await;
    let stale = editor.put("/v1/themes/mobility", &theme, "W/\"0-0000\"").await;
    let commas = editor.put("/v1/themes/mobility", &theme, "\"a,b\", \"c,\"").await;
    let held = editor.get("/v1/themes/mobility").await;
    let among = editor.put("/v1/themes/mobility", &theme, &format!("\"a,b\", {}", held.etag())).await;
    let new = editor.write(Method::PUT, "/v1/themes/mobility", &[("if-none-match", "*")], body()).await;
    let nowhere = editor.put("/v1/themes/nowhere", &theme, "*").await;
    let deleted = editor.send(Method::DELETE, "/v1/themes/mobility", &[]).await;

    let both = [("if-match", "*"), ("if-none-match", "*")];
    let both = editor.write(Method::PUT, "/v1/themes/mobility", &both, body()).await;

    assert_eq!((none.status, none.problem().as_str()), (428, "precondition-required"));
    assert_eq!((both.status, both.problem().as_str()), (412, "precondition-failed"));
    assert_eq!((bare.status, bare.problem().as_str()), (400, "invalid-headers"));
    assert_eq!((stale.status, stale.problem().as_str()), (412, "precondition-failed"));
    assert_eq!((commas.status, commas.problem().as_str()), (412, "precondition-failed"), "commas are part of a tag");
    assert_eq!(among.status, 200, "one of several tags matches: {}", among.text());
    assert_eq!((new.status, new.problem().as_str()), (412, "already-exists"));
    assert_eq!((nowhere.status, nowhere.problem().as_str()), (404, "not-found"));
    assert_eq!((deleted.status, deleted.problem().as_str()), (428, "precondition-required"));
}

#[tokio::test]
async fn change_of_a_linked_entry_keeps_the_precondition_valid() {
    let app = App::start();
    let editor = app.editor().await;
    let read = app.anonymous().get_with("/v1/projects/ulm?format=geojson", "accept-encoding", "br").await;

    let renamed = json!({ "title": { "de": "Verkehr" } });
    assert_eq!(editor.patch("/v1/themes/mobility", &renamed, "*").await.status, 200);
    let again = app.anonymous().get("/v1/projects/ulm").await;
    let changed = editor.patch("/v1/projects/ulm", &json!({ "website": "https://www.ulm.de/x" }), read.etag()).await;

    assert_ne!(again.etag(), read.etag(), "the representation has changed");
    assert!(again.text().contains("Verkehr"));
    assert_eq!(changed.status, 200, "the revision of the entry is unchanged");
}

#[tokio::test]
async fn prefer_return_minimal_omits_the_body() {
    let app = App::start();
    let editor = app.editor().await;
    let minimal = [("prefer", "return=minimal")];

    let created =
        editor.post_with("/v1/themes", &json!({ "slug": "water", "title": { "de": "Wasser" } }), &minimal).await;
    let patch = Some(("application/merge-patch+json", json!({ "sdgs": [6] }).to_string()));
    let held = [("if-match", created.etag()), ("prefer", "respond-async, return=minimal")];
    let changed = editor.write(Method::PATCH, "/v1/themes/water", &held, patch).await;

    assert_eq!((created.status, created.body.len(), created.header("location")), (204, 0, "/v1/themes/water"));
    assert_eq!((changed.status, changed.body.len()), (204, 0));
    assert_eq!(changed.header("preference-applied"), "return=minimal");
    assert_eq!(app.anonymous().get("/v1/themes/water").await.etag(), changed.etag());
}

#[tokio::test]
async fn referenced_entry_cannot_be_deleted() {
    let app = App::start_with_examples();
    let editor = app.editor().await;

    for (path, referrer) in [
        ("/v1/themes/mobility", "/v1/projects/"),
        ("/v1/municipalities/08421000", "/v1/practice-examples/"),
        ("/v1/projects/ulm", "/v1/practice-examples/"),
        ("/v1/solutions/open-smartcity-app", "/v1/practice-examples/"),
    ] {
        let refused = editor.delete(path, "*").await;

        assert_eq!((refused.status, refused.problem().as_str()), (409, "referenced"), "{path}");
        let references = refused.json()["references"].as_array().unwrap().clone();
        assert!(!references.is_empty() && references.len() <= 20, "{path}");
        let hrefs: Vec<&str> = references.iter().map(|link| link["href"].as_str().unwrap()).collect();
        assert!(hrefs.iter().any(|href| href.starts_with(referrer)), "{path}: {hrefs:?}");
        for href in hrefs {
            assert_eq!(app.anonymous().get(href).await.status, 200, "{href}");
        }
        assert_eq!(app.anonymous().get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn one_of_fifty_concurrent_writers_succeeds() {
    let app = App::start();
    let editor = app.editor().await;
    let read = app.anonymous().get("/v1/projects/ulm").await;

    for round in 0..4 {
        let held = app.anonymous().get("/v1/projects/ulm").await.etag().to_owned();
        let websites: Vec<Value> =
            (0..50).map(|writer| json!({ "website": format!("https://example.org/{round}/{writer}") })).collect();
        let answers = join_all(websites.iter().map(|patch| editor.patch("/v1/projects/ulm", patch, &held))).await;

        let winners: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(winners.len(), 1, "round {round}");
        assert_eq!(answers.iter().filter(|answer| answer.status == 412).count(), 49, "round {round}");
        let now = app.anonymous().get("/v1/projects/ulm").await;
        assert_eq!((now.etag(), now.json()), (winners[0].etag(), winners[0].json()), "round {round}");
    }
    assert_ne!(app.anonymous().get("/v1/projects/ulm").await.etag(), read.etag());
    assert_eq!(
        app.anonymous().get("/v1/projects/ulm/history").await.json()["total"],
        5,
        "each successful write is one change"
    );
}

#[tokio::test]
async fn batch_is_stored_completely_or_not_at_all() {
    let app = App::start();
    let editor = app.editor().await;
    let theme = |slug: &str| json!({ "slug": slug, "title": { "de": slug } });
    let good: Vec<Value> = (0..1000).map(|number| theme(&format!("t-{number}"))).collect();
    let mut invalid = good.clone();
    invalid[3]["title"] = json!({});
    invalid[998]["slug"] = "mobility".into();
    invalid[999]["slug"] = "t-1".into();

    let refused = editor.post("/v1/themes/batch", &json!(invalid)).await;
    let dry_run = editor.post("/v1/themes/batch?dry_run=true", &json!(good)).await;
    let before = app.anonymous().get("/v1/themes").await.json()["total"].clone();
    let stored = editor.post("/v1/themes/batch", &json!(good)).await;
    let after = app.anonymous().get("/v1/themes").await.json()["total"].clone();

    let pointers: Vec<_> =
        refused.json()["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
    assert_eq!((refused.status, pointers), (422, vec![json!("/3/title/de"), json!("/998/slug"), json!("/999/slug")]));
    assert_eq!((dry_run.status, &dry_run.json()["created"], &before), (200, &json!(1000), &json!(15)));
    assert_eq!((stored.status, &stored.json()["created"], &after), (200, &json!(1000), &json!(1015)));
    assert_eq!(
        app.anonymous().get("/v1/themes?q=t-999&limit=1").await.json()["total"],
        1,
        "search finds the new entry"
    );
    let numbers: HashSet<i64> = {
        let history = app.admin().get("/v1/audit?resource=themes&action=create&limit=100").await;
        assert_eq!(history.json()["total"], 1000);
        history.each("directory_version").iter().map(|number| number.as_i64().unwrap()).collect()
    };
    assert_eq!(numbers.len(), 1, "a batch is one version of the directory");
}

#[tokio::test]
async fn batch_in_mode_each_stores_every_valid_item() {
    let app = App::start();
    let editor = app.editor().await;
    let entry = |slug: &str, related: &str| {
        let mut entry = json!({
            "slug": slug, "title": { "de": slug }, "summary": { "de": "Zum Prüfen erfunden." }, "kind": "data",
            "themes": ["mobility"], "sources": ["https://example.org/"],
        });
        if !related.is_empty() {
            entry["related"] = json!([{ "solution": related, "relation": "builds_on" }]);
        }
        entry
    };
    // The second entry refers to an unknown entry, the third to the second, the fourth to the first.
    let batch =
        json!([entry("a-one", ""), entry("a-two", "nowhere"), entry("a-three", "a-two"), entry("a-four", "a-one")]);

    let answer = editor.post("/v1/solutions/batch?mode=each", &batch).await;

    assert_eq!((answer.status, &answer.json()["created"]), (207, &json!(2)));
    let statuses: Vec<_> =
        answer.json()["items"].as_array().unwrap().iter().map(|item| item["status"].clone()).collect();
    assert_eq!(statuses, [201, 422, 422, 201]);
    assert_eq!(answer.json()["items"][2]["problem"]["errors"][0]["pointer"], "/related/0/solution");
    let four = app.anonymous().get("/v1/solutions/a-four").await.json();
    assert_eq!(four["related"][0]["solution"]["slug"], "a-one");
    assert_eq!(app.anonymous().get("/v1/solutions/a-three").await.status, 404);
    for (batch, pointer) in [(json!([]), ""), (json!({}), "")] {
        let refused = editor.post("/v1/solutions/batch", &batch).await;
        assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
}
