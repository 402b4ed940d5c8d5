//! Rights of municipalities to entries, submissions, tokens and webhooks after changes of key, slug or provider.

use serde_json::{Value, json};
use tests::{App, Client, Endpoint};

use crate::submissions::{
    SUBMISSIONS, content, create_submitted, konstanz_contributor, step, submission_input, submission_path,
};

async fn ulm_contributor(app: &App) -> Client {
    app.with_token(json!({ "subject": "ulm", "role": "contributor", "municipalities": ["08421000"] })).await
}

/// Gives Konstanz another official key and slug.
async fn change_key_of_konstanz(app: &App) {
    let change = json!({ "ags": "08335999", "slug": "konstanz-am-bodensee" });
    let changed = app.admin().patch("/v1/municipalities/08335043", &change, "*").await;
    assert_eq!(changed.status, 200, "{}", changed.text());
}

#[tokio::test]
async fn access_is_kept_after_a_municipality_changes_its_key() {
    let app = App::start_with_examples();
    let (officer, editor) = (konstanz_contributor(&app).await, app.editor().await);
    let direct = app.with_scopes(&["practice_examples:write"], &["08335043"]).await;
    let draft = submission_path(&officer.post(SUBMISSIONS, &submission_input(&content("vorher"))).await.json());
    let in_review = create_submitted(&officer, "vorher-eingereicht").await;

    change_key_of_konstanz(&app).await;

    // Tokens keep their rights and show the new key.
    assert_eq!(officer.get("/v1/me").await.json()["municipalities"], json!(["08335999"]));
    let tokens = app.admin().get("/v1/tokens?subject=konstanz").await.json();
    assert_eq!(tokens["items"][0]["municipalities"], json!(["08335999"]));
    let mut example = content("direkt");
    example["municipality"] = json!("08335999");
    assert_eq!(direct.post("/v1/practice-examples", &example).await.status, 201);
    let change = direct.patch("/v1/practice-examples/direkt", &json!({ "status": "pilot" }), "*").await;
    assert_eq!(change.status, 200, "{}", change.text());
    // Submissions in draft and in review are found by the former key and the new one.
    let shown = officer.get(&draft).await.json();
    assert_eq!((&shown["municipalities"], &shown["violations"]), (&json!(["08335999"]), &json!([])));
    assert_eq!(step(&officer, &draft, "submit").await.status, 200);
    assert_eq!(step(&editor, &in_review, "publish").await.status, 200);
    for name in ["08335043", "08335999", "konstanz", "konstanz-am-bodensee"] {
        let queue = editor.get(&format!("/v1/submissions?municipality={name}")).await.json();
        assert_eq!(queue["total"], 2, "{name}");
    }
    let published = app.anonymous().get("/v1/practice-examples/vorher-eingereicht").await.json();
    assert_eq!(published["municipality"]["ags"], "08335999");
    let confirmed = officer.post("/v1/practice-examples/vorher-eingereicht/confirmations", &json!({})).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text());
    assert_eq!(officer.get("/v1/municipalities/08335999/tasks").await.status, 200);
    // A token issued for the former key acts for the same municipality.
    let later = json!({ "subject": "konstanz.neu", "role": "contributor", "municipalities": ["08335043"] });
    let later = app.with_token(later).await;
    assert_eq!(later.get("/v1/me").await.json()["municipalities"], json!(["08335999"]));
    assert_eq!(later.get(&draft).await.status, 200);
}

#[tokio::test]
async fn reusing_a_former_official_key_grants_no_access() {
    let app = App::start();
    let officer = konstanz_contributor(&app).await;
    let draft = submission_path(&officer.post(SUBMISSIONS, &submission_input(&content("geheim"))).await.json());
    change_key_of_konstanz(&app).await;
    let new = json!({
        "ags": "08335043", "slug": "konstanz", "title": { "de": "Konstanz" }, "kind": "town", "federal_state": "DE-BW",
    });
    assert_eq!(app.admin().post("/v1/municipalities", &new).await.status, 201);

    let other =
        app.with_token(json!({ "subject": "neu", "role": "contributor", "municipalities": ["08335043"] })).await;

    assert_eq!(other.get(&draft).await.status, 404);
    assert_eq!(officer.get(&draft).await.json()["municipalities"], json!(["08335999"]));
    assert_eq!(other.get("/v1/me").await.json()["municipalities"], json!(["08335043"]));
}

#[tokio::test]
async fn webhooks_follow_a_municipality_that_changes_its_key() {
    let app = App::start();
    let (officer, editor) = (konstanz_contributor(&app).await, app.editor().await);
    let endpoint = Endpoint::open().await;
    let hook = json!({ "url": endpoint.url(), "municipalities": ["08335043"], "submissions": true });
    let created_hook = officer.post("/v1/webhooks", &hook).await;
    assert_eq!(created_hook.status, 201, "{}", created_hook.text());
    let hook = format!("/v1/webhooks/{}", created_hook.json()["id"].as_str().unwrap());

    change_key_of_konstanz(&app).await;
    let mut example = content("danach");
    example["municipality"] = json!("08335999");
    assert_eq!(editor.post("/v1/practice-examples", &example).await.status, 201);
    create_submitted(&officer, "danach-eingereicht").await;

    let received = endpoint.wait_for(3).await;
    let types: Vec<Value> = received.iter().map(|received| received.json()["type"].clone()).collect();
    for r#type in ["entry.change", "entry.create", "submission.submit"] {
        assert!(types.contains(&json!(r#type)), "{types:?}");
    }
    let shown = officer.get(&hook).await;
    assert_eq!(shown.json()["municipalities"], json!(["08335999"]));
    let patched = officer.patch(&hook, &json!({ "description": "Spiegel" }), shown.etag()).await;
    assert_eq!((patched.status, &patched.json()["municipalities"]), (200, &json!(["08335999"])));
}

fn joint_solution(slug: &str, providers: &[&str]) -> Value {
    json!({
        "slug": slug, "title": { "de": "Gemeinsam erfunden" }, "summary": { "de": "Nichts." }, "kind": "data",
        "themes": ["mobility"], "providers": providers, "sources": ["https://example.org/"],
    })
}

#[tokio::test]
async fn newly_responsible_municipality_sees_open_submissions() {
    let app = App::start();
    let (konstanz, ulm, editor) = (konstanz_contributor(&app).await, ulm_contributor(&app).await, app.editor().await);
    let created = editor.post("/v1/solutions", &joint_solution("gemeinsam", &["08335043"])).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let example = editor.post("/v1/practice-examples", &content("beispiel")).await;
    assert_eq!(example.status, 201, "{}", example.text());
    let mut submissions = vec![];
    for (resource, entry) in [("solutions", "gemeinsam"), ("practice-examples", "beispiel")] {
        let begun = konstanz.post(SUBMISSIONS, &json!({ "resource": resource, "entry": entry })).await;
        let path = submission_path(&begun.json());
        let title = json!({ "content": { "title": { "de": "Korrigiert" } } });
        assert_eq!(konstanz.patch(&path, &title, "*").await.status, 200);
        submissions.push(path);
    }
    assert_eq!(step(&konstanz, &submissions[0], "submit").await.status, 200);
    assert_eq!(ulm.get(&submissions[0]).await.status, 404);

    let both = json!({ "providers": ["08335043", "08421000"] });
    assert_eq!(editor.patch("/v1/solutions/gemeinsam", &both, "*").await.status, 200);
    let moved = json!({ "municipality": "08421000" });
    assert_eq!(editor.patch("/v1/practice-examples/beispiel", &moved, "*").await.status, 200);

    for path in &submissions {
        let shown = ulm.get(path).await;
        assert_eq!((shown.status, &shown.json()["municipalities"]), (200, &json!(["08335043", "08421000"])), "{path}");
        assert_eq!(konstanz.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn every_provider_edits_and_is_notified_of_a_joint_solution() {
    let app = App::start();
    let (konstanz, ulm, editor) = (konstanz_contributor(&app).await, ulm_contributor(&app).await, app.editor().await);
    let aalen = json!({ "subject": "aalen", "role": "contributor", "municipalities": ["08136088"] });
    let aalen = app.with_token(aalen).await;
    let endpoint = Endpoint::open().await;
    let hook = json!({ "url": endpoint.url(), "changes": false, "submissions": true });
    assert_eq!(ulm.post("/v1/webhooks", &hook).await.status, 201);

    let draft = json!({ "resource": "solutions", "content": joint_solution("gemeinsam", &["08335043", "ulm"]) });
    let draft = konstanz.post(SUBMISSIONS, &draft).await;
    let path = submission_path(&draft.json());
    assert_eq!(draft.json()["violations"], json!([]), "{}", draft.text());
    assert_eq!(draft.json()["municipalities"], json!(["08335043", "08421000"]));
    assert_eq!(aalen.get(&path).await.status, 404);
    // Every provider may edit a joint draft. A provider that is removed keeps access to a draft that it began.
    let edited = ulm.patch(&path, &json!({ "content": { "status": "pilot" } }), "*").await;
    assert_eq!(edited.status, 200, "{}", edited.text());
    let dropped = ulm.patch(&path, &json!({ "content": { "providers": ["ulm"] } }), "*").await;
    assert_eq!((dropped.status, konstanz.get(&path).await.status), (200, 200));
    let back = konstanz.patch(&path, &json!({ "content": { "providers": ["konstanz", "ulm"] } }), "*").await;
    assert_eq!(back.status, 200, "{}", back.text());
    assert_eq!(step(&ulm, &path, "submit").await.json()["municipalities"], json!(["08335043", "08421000"]));
    assert_eq!(step(&editor, &path, "publish").await.status, 200);
    let received = endpoint.wait_for(2).await;
    assert_eq!(received[1].json()["type"], "submission.publish");
    let strange = json!({ "resource": "solutions", "content": joint_solution("fremd", &["ulm"]) });
    let strange = konstanz.post(SUBMISSIONS, &strange).await.json();
    assert_eq!(strange["violations"][0]["pointer"], "/providers");
    assert!(strange["violations"][0]["detail"].as_str().unwrap().contains("08335043"), "{strange}");
    assert_eq!(strange["municipalities"], json!(["08335043", "08421000"]));
}

#[tokio::test]
async fn correction_that_removes_a_provider_reports_ownership_change() {
    let app = App::start();
    let (konstanz, ulm, editor) = (konstanz_contributor(&app).await, ulm_contributor(&app).await, app.editor().await);
    assert_eq!(editor.post("/v1/solutions", &joint_solution("zu-zweit", &["08335043", "08421000"])).await.status, 201);
    let endpoint = Endpoint::open().await;
    let hook = json!({ "url": endpoint.url(), "changes": false, "submissions": true });
    assert_eq!(ulm.post("/v1/webhooks", &hook).await.status, 201);

    let begun = konstanz.post(SUBMISSIONS, &json!({ "resource": "solutions", "entry": "zu-zweit" })).await.json();
    let path = submission_path(&begun);
    assert_eq!((&begun["municipalities"], begun.get("ownership_change")), (&json!(["08335043", "08421000"]), None));
    assert_eq!(begun["changes"], json!([]));
    let alone =
        konstanz.patch(&path, &json!({ "content": { "providers": ["konstanz", "08136088"] } }), "*").await.json();

    let change = json!({ "added": ["08136088"], "removed": ["08421000"] });
    assert_eq!((&alone["ownership_change"], &alone["changes"]), (&change, &json!(["/providers"])));
    assert_eq!(alone["municipalities"], json!(["08136088", "08335043", "08421000"]));
    assert_eq!(step(&konstanz, &path, "submit").await.status, 200);
    let seen = ulm.get(&path).await.json();
    assert_eq!((&seen["ownership_change"], &seen["actions"]), (&change, &json!(["withdraw"])));
    let received = endpoint.wait_for(1).await;
    assert_eq!(received[0].json()["data"]["submission"], json!(path));
    assert_eq!(editor.get(&path).await.json()["ownership_change"], change);
    assert_eq!(step(&editor, &path, "publish").await.status, 200);
    let now = app.anonymous().get("/v1/solutions/zu-zweit").await.json();
    let providers: Vec<&str> =
        now["providers"].as_array().unwrap().iter().map(|one| one["ags"].as_str().unwrap()).collect();
    assert_eq!(providers, ["08335043", "08136088"]);
}

#[tokio::test]
async fn provider_added_during_review_is_notified_of_publication() {
    let app = App::start();
    let (konstanz, ulm, editor) = (konstanz_contributor(&app).await, ulm_contributor(&app).await, app.editor().await);
    assert_eq!(editor.post("/v1/solutions", &joint_solution("spaeter-zu-zweit", &["08335043"])).await.status, 201);
    let endpoint = Endpoint::open().await;
    let hook = json!({ "url": endpoint.url(), "changes": false, "submissions": true });
    assert_eq!(ulm.post("/v1/webhooks", &hook).await.status, 201);
    let begins = json!({ "resource": "solutions", "entry": "spaeter-zu-zweit" });
    let path = submission_path(&konstanz.post(SUBMISSIONS, &begins).await.json());
    konstanz.patch(&path, &json!({ "content": { "status": "pilot" } }), "*").await;
    step(&konstanz, &path, "submit").await;
    assert_eq!(ulm.get(&path).await.status, 404);

    let both = json!({ "providers": ["08335043", "08421000"] });
    assert_eq!(editor.patch("/v1/solutions/spaeter-zu-zweit", &both, "*").await.status, 200);
    let published = step(&editor, &path, "publish").await.json();

    assert_eq!(published["municipalities"], json!(["08335043", "08421000"]));
    assert_eq!(endpoint.wait_for(1).await[0].json()["type"], "submission.publish");
    assert_eq!(ulm.get(&path).await.json()["stage"], "published");
}

#[tokio::test]
async fn municipality_cannot_change_its_own_official_key() {
    let app = App::start();
    let konstanz = app.with_scopes(&["municipalities:write"], &["08335043"]).await;

    let key = konstanz.patch("/v1/municipalities/konstanz", &json!({ "ags": "08335999" }), "*").await;
    let website =
        konstanz.patch("/v1/municipalities/konstanz", &json!({ "website": "https://example.org/" }), "*").await;

    assert_eq!((key.status, key.problem().as_str(), website.status), (403, "outside-municipality", 200));
}
