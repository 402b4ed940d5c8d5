//! Submissions: drafts, corrections, withdrawals and publication.

use serde_json::{Value, json};
use tests::{App, Client};

pub(crate) const SUBMISSIONS: &str = "/v1/submissions";

pub(crate) fn content(slug: &str) -> Value {
    json!({
        "slug": slug, "title": { "de": "Zum Prüfen erfunden" }, "municipality": "08335043", "relation": "origin",
        "sources": ["https://example.org/"],
    })
}

pub(crate) fn submission_input(content: &Value) -> Value {
    json!({ "resource": "practice-examples", "content": content })
}

pub(crate) fn submission_path(submission: &Value) -> String {
    format!("{SUBMISSIONS}/{}", submission["id"].as_str().unwrap())
}

pub(crate) async fn step(client: &Client, path: &str, action: &str) -> tests::Answer {
    client.post(&format!("{path}/actions"), &json!({ "action": action, "comment": "Zum Prüfen." })).await
}

pub(crate) async fn konstanz_contributor(app: &App) -> Client {
    app.with_token(json!({ "subject": "konstanz", "role": "contributor", "municipalities": ["08335043"] })).await
}

/// Creates and submits a practice example, and returns the path of the submission.
pub(crate) async fn create_submitted(client: &Client, slug: &str) -> String {
    let path = submission_path(&client.post(SUBMISSIONS, &submission_input(&content(slug))).await.json());
    assert_eq!(step(client, &path, "submit").await.status, 200);
    path
}

#[tokio::test]
async fn incomplete_draft_is_stored_but_cannot_be_submitted() {
    let app = App::start();
    let officer = konstanz_contributor(&app).await;

    let draft = officer.post(SUBMISSIONS, &submission_input(&json!({ "slug": "Mein Slug", "colour": "red" }))).await;
    let path = submission_path(&draft.json());
    let too_early = step(&officer, &path, "submit").await;
    let etag = draft.etag().to_owned();
    let mut whole = content("ein-slug");
    whole["municipality"] = json!("08421000");
    let others = officer.put(&path, &json!({ "content": whole }), &etag).await;
    let late = officer.put(&path, &json!({ "content": content("ein-slug") }), &etag).await;
    let own = officer.put(&path, &json!({ "content": content("ein-slug") }), others.etag()).await;

    assert_eq!((draft.status, draft.header("location")), (201, &*path));
    let pointers = |answer: &Value, list: &str| -> Vec<Value> {
        answer[list].as_array().unwrap().iter().map(|violation| violation["pointer"].clone()).collect()
    };
    let missing = ["/colour", "/municipality", "/relation", "/slug", "/sources", "/title"];
    assert_eq!(pointers(&draft.json(), "violations"), missing);
    assert_eq!((too_early.status, pointers(&too_early.json(), "errors")), (422, missing.map(Value::from).to_vec()));
    assert_eq!((draft.json()["completeness"].clone(), draft.json()["gaps"].as_array().unwrap().len()), (json!(0), 16));
    assert_eq!(others.json()["violations"][0]["parameters"], json!({ "allowed": ["08335043"] }), "{}", others.text());
    assert_eq!(others.json()["violations"][0]["pointer"], "/municipality");
    assert_eq!((late.status, late.problem().as_str()), (412, "precondition-failed"));
    assert_eq!((own.status, own.json()["violations"].clone()), (200, json!([])));
    assert_eq!(officer.put(&path, &json!({ "content": 7 }), "*").await.status, 422);
    let some = json!({ "content": { "status": "pilot", "title": { "en": "Invented" }, "municipality": null } });
    let patched = officer.patch(&path, &some, own.etag()).await;
    let now = patched.json()["content"].clone();
    assert_eq!((patched.status, &now["status"], now.get("municipality")), (200, &json!("pilot"), None));
    assert_eq!(now["title"], json!({ "de": "Zum Prüfen erfunden", "en": "Invented" }));
    assert_eq!(officer.patch(&path, &json!({ "content": null }), "*").await.status, 422);
    assert_eq!(officer.patch(&path, &json!({ "content": { "status": null } }), own.etag()).await.status, 412);
    let again = json!({ "content": { "municipality": "konstanz" } });
    assert_eq!(officer.patch(&path, &again, patched.etag()).await.json()["violations"], json!([]));
    assert_eq!(step(&officer, &path, "submit").await.json()["stage"], "submitted");
    let closed = officer.patch(&path, &json!({ "content": { "status": "pilot" } }), "*").await;
    assert_eq!((closed.status, closed.problem().as_str()), (409, "invalid-transition"));
}

#[tokio::test]
async fn correction_changes_the_entry_only_when_published() {
    let app = App::start_with_examples();
    let editor = app.editor().await;
    let ulm = app.with_token(json!({ "subject": "ulm", "role": "contributor", "municipalities": ["08421000"] })).await;
    let entry = "/v1/practice-examples/an-adoption-that-ended";

    let begun =
        ulm.post(SUBMISSIONS, &json!({ "resource": "practice-examples", "entry": "an-adoption-that-ended" })).await;
    let (path, mut content) = (submission_path(&begun.json()), begun.json()["content"].clone());
    content["title"]["de"] = json!("Korrigiert");
    assert_eq!(ulm.put(&path, &json!({ "content": content }), begun.etag()).await.status, 200);
    assert_eq!(step(&ulm, &path, "submit").await.status, 200);
    assert_ne!(
        app.anonymous().get(entry).await.json()["title"]["de"],
        "Korrigiert",
        "the correction is not published yet"
    );

    // The editor changes another member. Both changes are kept.
    assert_eq!(editor.patch(entry, &json!({ "starts_on": "2021" }), "*").await.status, 200);
    assert_eq!(step(&editor, &path, "request_changes").await.status, 200);
    content["starts_on"] = json!("2021");
    let wrong = ulm.put(&path, &json!({ "content": content, "based_on": 1 }), "*").await;
    assert_eq!((wrong.status, wrong.problem().as_str()), (409, "edit-conflict"));
    let revision = wrong.json()["states"]["revision"].clone();
    let rebased = ulm.put(&path, &json!({ "content": content, "based_on": revision }), "*").await;
    assert_eq!((rebased.status, &rebased.json()["based_on"]), (200, &revision));
    assert_eq!(step(&ulm, &path, "submit").await.status, 200);
    assert_eq!(step(&editor, &path, "publish").await.status, 200);
    let now = app.anonymous().get(entry).await.json();
    assert_eq!((&now["title"]["de"], &now["starts_on"]), (&json!("Korrigiert"), &json!("2021")));
    let taken = ulm.get(&format!("{path}/actions")).await;
    assert_eq!(taken.each("action"), ["submit", "request_changes", "submit", "publish"]);
    let titles: Vec<Value> = taken.each("content").iter().map(|content| content["starts_on"].clone()).collect();
    assert_eq!((titles[0] == "2021", &titles[2]), (false, &json!("2021")), "each round can be compared with the next");
}

#[tokio::test]
async fn withdrawal_deletes_the_entry_only_when_published() {
    let app = App::start_with_examples();
    let editor = app.editor().await;
    let ulm = app.with_token(json!({ "subject": "ulm", "role": "contributor", "municipalities": ["08421000"] })).await;
    let entry = "/v1/practice-examples/an-adoption-that-ended";

    let withdrawal =
        json!({ "resource": "practice-examples", "purpose": "withdraw", "entry": "an-adoption-that-ended" });
    let path = submission_path(&ulm.post(SUBMISSIONS, &withdrawal).await.json());

    assert_eq!(step(&ulm, &path, "submit").await.status, 200);
    assert_eq!(app.anonymous().get(entry).await.status, 200);
    assert_eq!(step(&editor, &path, "publish").await.status, 200);
    assert_eq!(app.anonymous().get(entry).await.status, 410);
    let nothing = ulm.post(SUBMISSIONS, &json!({ "resource": "practice-examples", "purpose": "withdraw" })).await;
    assert_eq!(nothing.status, 422);
    let nowhere = ulm.post(SUBMISSIONS, &json!({ "resource": "solutions", "entry": "nowhere" })).await;
    assert_eq!((nowhere.status, &nowhere.json()["errors"][0]["pointer"]), (422, &json!("/entry")));
    assert_eq!(ulm.post(SUBMISSIONS, &json!({ "resource": "themes" })).await.status, 422);
}

#[tokio::test]
async fn correction_of_a_deleted_entry_can_only_be_withdrawn() {
    let app = App::start_with_examples();
    let editor = app.editor().await;
    let ulm = app.with_token(json!({ "subject": "ulm", "role": "contributor", "municipalities": ["08421000"] })).await;
    let begun = json!({ "resource": "practice-examples", "entry": "an-adoption-that-ended" });
    let path = submission_path(&ulm.post(SUBMISSIONS, &begun).await.json());
    assert_eq!(editor.delete("/v1/practice-examples/an-adoption-that-ended", "*").await.status, 204);

    let shown = ulm.get(&path).await.json();

    assert_eq!((shown["violations"].as_array().map(Vec::len), &shown["actions"]), (Some(1), &json!(["withdraw"])));
    assert_eq!(step(&ulm, &path, "submit").await.status, 410);
    assert_eq!(step(&ulm, &path, "withdraw").await.status, 200);
}

#[tokio::test]
async fn solution_is_submitted_and_published() {
    let app = App::start();
    let (officer, editor) = (konstanz_contributor(&app).await, app.editor().await);
    let solution = json!({
        "slug": "zum-pruefen", "title": { "de": "Zum Prüfen" }, "summary": { "de": "Nichts." }, "kind": "data",
        "themes": ["mobility"], "providers": ["konstanz"], "sources": ["https://example.org/"],
    });

    let without_provider = {
        let mut solution = solution.clone();
        solution["providers"] = json!([]);
        officer.post(SUBMISSIONS, &json!({ "resource": "solutions", "content": solution })).await
    };
    let path = submission_path(
        &officer.post(SUBMISSIONS, &json!({ "resource": "solutions", "content": solution })).await.json(),
    );

    assert!(without_provider.json()["violations"][0]["detail"].as_str().unwrap().contains("08335043"));
    assert_eq!(without_provider.json()["violations"][0]["pointer"], "/providers");
    assert_eq!(step(&officer, &path, "submit").await.status, 200);
    assert_eq!(step(&editor, &path, "publish").await.status, 200);
    assert_eq!(app.anonymous().get("/v1/solutions/zum-pruefen").await.json()["providers"][0]["slug"], "konstanz");
    let foreign = officer.post(SUBMISSIONS, &json!({ "resource": "solutions", "entry": "open-smartcity-app" })).await;
    assert_eq!((foreign.status, foreign.problem().as_str()), (403, "outside-municipality"));
}

#[tokio::test]
async fn publishing_a_slug_taken_meanwhile_returns_409() {
    let app = App::start();
    let (officer, editor) = (konstanz_contributor(&app).await, app.editor().await);
    let first = create_submitted(&officer, "doppelt").await;
    let second = create_submitted(&officer, "doppelt").await;

    assert_eq!(step(&editor, &first, "publish").await.status, 200);
    let late = step(&editor, &second, "publish").await;

    assert_eq!((late.status, late.problem().as_str()), (409, "value-taken"));
    assert_eq!(editor.get(&second).await.json()["violations"][0]["pointer"], "/slug");
    assert_eq!(step(&editor, &second, "reject").await.json()["stage"], "rejected");
    assert_eq!(step(&officer, &second, "reopen").await.json()["stage"], "draft");
}

#[tokio::test]
async fn confirmation_during_review_does_not_block_publication() {
    let app = App::start_with_examples();
    let editor = app.editor().await;
    let ulm = app.with_token(json!({ "subject": "ulm", "role": "contributor", "municipalities": ["08421000"] })).await;
    let (name, entry) = ("an-adoption-that-ended", "/v1/practice-examples/an-adoption-that-ended");
    let correction_input = json!({ "resource": "practice-examples", "entry": name });
    let correction = ulm.post(SUBMISSIONS, &correction_input).await.json();
    let (path, mut content) = (submission_path(&correction), correction["content"].clone());
    content["title"]["de"] = json!("Korrigiert");
    ulm.put(&path, &json!({ "content": content }), "*").await;
    step(&ulm, &path, "submit").await;
    assert_eq!(ulm.post(&format!("{entry}/confirmations"), &json!({})).await.status, 200);

    let published = step(&editor, &path, "publish").await;

    assert_eq!(published.status, 200, "{}", published.text());
    // The confirmation is kept if the content omits its date.
    let later = submission_path(&ulm.post(SUBMISSIONS, &correction_input).await.json());
    ulm.patch(&later, &json!({ "content": { "last_confirmed_on": null } }), "*").await;
    step(&ulm, &later, "submit").await;
    assert_eq!(step(&editor, &later, "publish").await.status, 200);
    let now = app.anonymous().get(entry).await.json();
    assert_eq!((&now["title"]["de"], &now["freshness"]), (&json!("Korrigiert"), &json!("fresh")));

    // A withdrawal that is submitted again is based on the current revision.
    let withdrawal = json!({ "resource": "practice-examples", "purpose": "withdraw", "entry": name });
    let path = submission_path(&ulm.post(SUBMISSIONS, &withdrawal).await.json());
    step(&ulm, &path, "submit").await;
    editor.patch(entry, &json!({ "starts_on": "2021" }), "*").await;
    assert_eq!(step(&editor, &path, "publish").await.status, 409);
    step(&editor, &path, "request_changes").await;
    step(&ulm, &path, "submit").await;
    assert_eq!(step(&editor, &path, "publish").await.status, 200);
    let with_content = json!({ "resource": "practice-examples", "purpose": "withdraw", "entry": name, "content": {} });
    let refused = ulm.post(SUBMISSIONS, &with_content).await;
    assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!("/content")));
}

#[tokio::test]
async fn draft_reports_conflicts_before_the_review() {
    let app = App::start_with_examples();
    let editor = app.editor().await;
    let ulm = app.with_token(json!({ "subject": "ulm", "role": "contributor", "municipalities": ["08421000"] })).await;
    let (name, entry) = ("an-adoption-that-ended", "/v1/practice-examples/an-adoption-that-ended");
    let correction_input = json!({ "resource": "practice-examples", "entry": name });
    let path = submission_path(&ulm.post(SUBMISSIONS, &correction_input).await.json());
    let violation_code =
        async || ulm.get(&path).await.json()["violations"][0]["code"].as_str().unwrap_or_default().to_owned();
    assert_eq!(violation_code().await, "");

    ulm.patch(&path, &json!({ "content": { "starts_on": "2020" } }), "*").await;
    editor.patch(entry, &json!({ "starts_on": "2021" }), "*").await;
    assert_eq!(violation_code().await, "changed-on-both-sides");
    let late = step(&ulm, &path, "submit").await;
    assert_eq!((late.status, late.problem().as_str()), (409, "edit-conflict"));

    editor.delete(entry, "*").await;
    assert_eq!(violation_code().await, "entry-deleted");
    assert_eq!(step(&ulm, &path, "submit").await.status, 410);

    // The draft reports that the entry is referenced. It can be submitted, because reviewers can remove the references.
    let konstanz = app.with_token(json!({ "subject": "amt", "role": "editor" })).await;
    let withdrawal = json!({ "resource": "solutions", "purpose": "withdraw", "entry": "open-smartcity-app" });
    let example = json!({
        "slug": "haengt-daran", "title": { "de": "Hängt daran" }, "municipality": "konstanz", "relation": "transfer",
        "solution": "open-smartcity-app", "sources": ["https://example.org/"],
    });
    assert_eq!(editor.post("/v1/practice-examples", &example).await.status, 201);
    let begun = konstanz.post(SUBMISSIONS, &withdrawal).await.json();
    let path = submission_path(&begun);
    assert!(begun["violations"].to_string().contains("/v1/practice-examples/haengt-daran"), "{begun}");
    assert_eq!(begun["actions"], json!(["submit", "withdraw"]));
    assert_eq!(step(&konstanz, &path, "submit").await.status, 200);
    let referred = step(&editor, &path, "publish").await;
    assert_eq!((referred.status, referred.problem().as_str()), (409, "referenced"));
    for reference in referred.json()["references"].as_array().unwrap() {
        assert_eq!(editor.delete(reference["href"].as_str().unwrap(), "*").await.status, 204);
    }
    assert_eq!(editor.get(&path).await.json()["violations"], json!([]));
    assert_eq!(step(&editor, &path, "publish").await.status, 200);
}
