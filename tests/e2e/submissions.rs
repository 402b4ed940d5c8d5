//! What municipalities propose is reviewed before it is published, and nobody else learns of it.

use serde_json::{Value, json};
use tests::{App, Client};

pub(crate) const SUBMISSIONS: &str = "/v1/submissions";

pub(crate) fn content(slug: &str) -> Value {
    json!({
        "slug": slug, "title": { "de": "Zum Prüfen erfunden" }, "municipality": "08335043", "relation": "origin",
        "sources": ["https://example.org/"],
    })
}

pub(crate) fn begins(content: &Value) -> Value {
    json!({ "resource": "practice-examples", "content": content })
}

pub(crate) fn path(submission: &Value) -> String {
    format!("{SUBMISSIONS}/{}", submission["id"].as_str().unwrap())
}

pub(crate) async fn step(client: &Client, path: &str, action: &str) -> tests::Answer {
    client.post(&format!("{path}/actions"), &json!({ "action": action })).await
}

pub(crate) async fn konstanz(app: &App) -> Client {
    app.with_token(json!({ "subject": "konstanz", "role": "contributor", "municipalities": ["08335043"] })).await
}

/// Begins and submits a new practice example; gives its path.
pub(crate) async fn submitted(client: &Client, slug: &str) -> String {
    let path = path(&client.post(SUBMISSIONS, &begins(&content(slug))).await.json());
    assert_eq!(step(client, &path, "submit").await.status, 200);
    path
}

#[tokio::test]
async fn a_draft_may_be_incomplete_and_is_submitted_once_it_is_not() {
    let app = App::start();
    let officer = konstanz(&app).await;

    let draft = officer.post(SUBMISSIONS, &begins(&json!({ "slug": "Mein Slug", "colour": "red" }))).await;
    let path = path(&draft.json());
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
    assert!(others.json()["violations"][0]["detail"].as_str().unwrap().contains("08421000"), "{}", others.text());
    assert_eq!((late.status, late.problem().as_str()), (412, "changed"));
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
    assert_eq!((closed.status, closed.problem().as_str()), (409, "step"));
}

#[tokio::test]
async fn a_correction_leaves_what_is_published_until_it_is_published_itself() {
    let app = App::start_with_examples();
    let editor = app.editor().await;
    let ulm = app.with_token(json!({ "subject": "ulm", "role": "contributor", "municipalities": ["08421000"] })).await;
    let entry = "/v1/practice-examples/an-adoption-that-ended";

    let begun =
        ulm.post(SUBMISSIONS, &json!({ "resource": "practice-examples", "entry": "an-adoption-that-ended" })).await;
    let (path, mut content) = (path(&begun.json()), begun.json()["content"].clone());
    content["title"]["de"] = json!("Korrigiert");
    assert_eq!(ulm.put(&path, &json!({ "content": content }), begun.etag()).await.status, 200);
    assert_eq!(step(&ulm, &path, "submit").await.status, 200);
    assert_ne!(app.anonymous().get(entry).await.json()["title"]["de"], "Korrigiert", "it is not reviewed yet");

    // Somebody else is faster.
    assert_eq!(editor.patch(entry, &json!({ "starts_on": "2021" }), "*").await.status, 200);
    let overtaken = step(&editor, &path, "publish").await;
    let states = overtaken.json()["states"].clone();
    assert_eq!((overtaken.status, overtaken.problem().as_str()), (409, "overtaken"));
    assert_eq!(
        (states["published"]["starts_on"].as_str(), states["base"] != states["published"]),
        (Some("2021"), true)
    );
    assert_eq!(states["submitted"]["title"]["de"], "Korrigiert");
    assert_eq!(step(&editor, &path, "request_changes").await.status, 200);
    content["starts_on"] = json!("2021");
    let wrong = ulm.put(&path, &json!({ "content": content, "based_on": 1 }), "*").await;
    assert_eq!((wrong.status, wrong.problem().as_str()), (409, "overtaken"));
    let rebased = ulm.put(&path, &json!({ "content": content, "based_on": states["revision"] }), "*").await;
    assert_eq!((rebased.status, &rebased.json()["based_on"]), (200, &states["revision"]));
    assert_eq!(step(&ulm, &path, "submit").await.status, 200);
    assert_eq!(step(&editor, &path, "publish").await.status, 200);
    let now = app.anonymous().get(entry).await.json();
    assert_eq!((&now["title"]["de"], &now["starts_on"]), (&json!("Korrigiert"), &json!("2021")));
    let taken = ulm.get(&format!("{path}/actions")).await;
    assert_eq!(taken.each("action"), ["submit", "request_changes", "submit", "publish"]);
}

#[tokio::test]
async fn what_is_to_go_stays_until_that_is_reviewed() {
    let app = App::start_with_examples();
    let editor = app.editor().await;
    let ulm = app.with_token(json!({ "subject": "ulm", "role": "contributor", "municipalities": ["08421000"] })).await;
    let entry = "/v1/practice-examples/an-adoption-that-ended";

    let goes = json!({ "resource": "practice-examples", "purpose": "withdraw", "entry": "an-adoption-that-ended" });
    let path = path(&ulm.post(SUBMISSIONS, &goes).await.json());

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
async fn a_solution_goes_the_same_way() {
    let app = App::start();
    let (officer, editor) = (konstanz(&app).await, app.editor().await);
    let solution = json!({
        "slug": "zum-pruefen", "title": { "de": "Zum Prüfen" }, "summary": { "de": "Nichts." }, "kind": "data",
        "themes": ["mobility"], "providers": ["konstanz"], "sources": ["https://example.org/"],
    });

    let nobodys = {
        let mut solution = solution.clone();
        solution["providers"] = json!([]);
        officer.post(SUBMISSIONS, &json!({ "resource": "solutions", "content": solution })).await
    };
    let path = path(&officer.post(SUBMISSIONS, &json!({ "resource": "solutions", "content": solution })).await.json());

    assert!(nobodys.json()["violations"][0]["detail"].as_str().unwrap().contains("08335043"));
    assert_eq!(step(&officer, &path, "submit").await.status, 200);
    assert_eq!(step(&editor, &path, "publish").await.status, 200);
    assert_eq!(app.anonymous().get("/v1/solutions/zum-pruefen").await.json()["providers"][0]["slug"], "konstanz");
    let foreign = officer.post(SUBMISSIONS, &json!({ "resource": "solutions", "entry": "open-smartcity-app" })).await;
    assert_eq!((foreign.status, foreign.problem().as_str()), (403, "municipality"));
}

#[tokio::test]
async fn what_was_taken_meanwhile_is_told_when_it_is_published() {
    let app = App::start();
    let (officer, editor) = (konstanz(&app).await, app.editor().await);
    let first = submitted(&officer, "doppelt").await;
    let second = submitted(&officer, "doppelt").await;

    assert_eq!(step(&editor, &first, "publish").await.status, 200);
    let late = step(&editor, &second, "publish").await;

    assert_eq!((late.status, late.problem().as_str()), (409, "taken"));
    assert_eq!(editor.get(&second).await.json()["violations"][0]["pointer"], "/slug");
    assert_eq!(step(&editor, &second, "reject").await.json()["stage"], "rejected");
    assert_eq!(step(&officer, &second, "reopen").await.json()["stage"], "draft");
}

#[tokio::test]
async fn a_form_asks_what_a_submission_takes() {
    let app = App::start();
    let editor = app.editor().await;
    for (kind, resource) in [("practice_example", "practice-examples"), ("solution", "solutions")] {
        let answer = app.anonymous().get(&format!("/v1/submissions/form?kind={kind}")).await;
        let form = answer.json();
        assert_eq!((&form["resource"], answer.etag().is_empty()), (&json!(resource), false));

        for member in form["members"].as_array().unwrap() {
            let name = member["name"].as_str().unwrap();
            let mut content = form["example"].clone();
            content["slug"] = json!("aus-dem-formular");
            let is_list = member["is_list"] == true && !member["example"].is_array();
            content[name] = if is_list { json!([member["example"]]) } else { member["example"].clone() };
            match name {
                "slug" => content["slug"] = json!("aus-dem-formular"),
                "discontinued" => content["status"] = json!("discontinued"),
                // Either way of being reached will do, and not both.
                "contacts" => drop(content["contacts"][0].as_object_mut().unwrap().remove("url")),
                _ => {}
            }
            let begun = editor.post(SUBMISSIONS, &json!({ "resource": resource, "content": content })).await;
            assert_eq!(begun.json()["violations"], json!([]), "{kind} {name}: {}", begun.text());
        }
    }
    let member = |form: &Value, name: &str| {
        form["members"].as_array().unwrap().iter().find(|one| one["name"] == name).cloned().unwrap()
    };
    let form = app.anonymous().get("/v1/submissions/form?kind=practice_example").await.json();
    let status = member(&form, "status");
    assert_eq!(
        (&status["vocabulary"], &status["options"][0]["label"]["de"]),
        (&json!("/v1/vocabularies/status"), &json!("Geplant"))
    );
    assert_eq!(member(&form, "municipality")["reference"], "/v1/municipalities");
    assert_eq!(member(&form, "title")["max_length"], 200);
    assert_eq!(member(&form, "costs")["members"][0]["pointer"], "/costs/one_off_min");
    assert_eq!(member(&form, "obstacles")["members"][0]["pointer"], "/obstacles/*/text");
    let unknown = app.anonymous().get("/v1/submissions/form?kind=theme").await;
    assert_eq!((unknown.status, unknown.problem().as_str()), (400, "parameters"));
    assert_eq!(app.anonymous().get("/v1/submissions/form").await.json(), form);
}

#[tokio::test]
async fn a_municipality_sees_what_waits_for_it_and_no_other_does() {
    let app = App::start_with_examples();
    let (editor, konstanz) = (app.editor().await, konstanz(&app).await);
    let ulm = app.with_token(json!({ "subject": "ulm", "role": "contributor", "municipalities": ["08421000"] })).await;
    let duties = "/v1/municipalities/08421000/duties";
    let mut proposed = content("zu-ergaenzen");
    proposed["municipality"] = json!("08421000");
    let path = path(&ulm.post(SUBMISSIONS, &begins(&proposed)).await.json());
    step(&ulm, &path, "submit").await;
    editor.post(&format!("{path}/comments"), &json!({ "body": "Seit wann?" })).await;
    let asks = json!({ "action": "request_changes", "comment": "Bitte ergänzen." });
    editor.post(&format!("{path}/actions"), &asks).await;

    let waits = ulm.get(duties).await;
    let confirmed = "/v1/practice-examples/an-adoption-that-ended";
    assert_eq!(ulm.post(&format!("{confirmed}/confirmations"), &json!({})).await.status, 200);
    let later = ulm.get("/v1/municipalities/ulm/duties").await.json();
    step(&ulm, &path, "submit").await;

    let slugs = |duties: &Value| -> Vec<Value> {
        duties["confirmations"].as_array().unwrap().iter().map(|due| due["entry"]["slug"].clone()).collect()
    };
    let changes = waits.json()["changes"].clone();
    assert_eq!(
        (changes[0]["submission"].as_str(), changes[0]["comment"].as_str()),
        (Some(&*path), Some("Bitte ergänzen."))
    );
    assert_eq!((&changes[0]["slug"], &changes[0]["open_comments"]), (&json!("zu-ergaenzen"), &json!(1)));
    assert!(slugs(&waits.json()).contains(&json!("an-adoption-that-ended")), "{}", waits.text());
    assert!(!slugs(&later).contains(&json!("an-adoption-that-ended")));
    assert_eq!(ulm.get(duties).await.json()["changes"], json!([]), "it is with the reviewers");
    assert_eq!(waits.header("cache-control"), "no-store");
    let stranger = konstanz.get(duties).await;
    assert_eq!((stranger.status, stranger.problem().as_str()), (403, "municipality"));
    assert_eq!(app.anonymous().get(duties).await.status, 401);
    assert_eq!(editor.get(duties).await.status, 200);
    assert_eq!(ulm.get("/v1/municipalities/99999999/duties").await.status, 404);
}

#[tokio::test]
async fn a_confirmation_meanwhile_is_no_obstacle() {
    let app = App::start_with_examples();
    let editor = app.editor().await;
    let ulm = app.with_token(json!({ "subject": "ulm", "role": "contributor", "municipalities": ["08421000"] })).await;
    let (name, entry) = ("an-adoption-that-ended", "/v1/practice-examples/an-adoption-that-ended");
    let corrects = json!({ "resource": "practice-examples", "entry": name });
    let correction = ulm.post(SUBMISSIONS, &corrects).await.json();
    let (path, mut content) = (path(&correction), correction["content"].clone());
    content["title"]["de"] = json!("Korrigiert");
    ulm.put(&path, &json!({ "content": content }), "*").await;
    step(&ulm, &path, "submit").await;
    assert_eq!(ulm.post(&format!("{entry}/confirmations"), &json!({})).await.status, 200);

    let published = step(&editor, &path, "publish").await;

    assert_eq!(published.status, 200, "{}", published.text());
    let now = app.anonymous().get(entry).await.json();
    assert_eq!((&now["title"]["de"], &now["freshness"]), (&json!("Korrigiert"), &json!("fresh")));

    // What is to go is looked at anew when it is submitted anew.
    let goes = json!({ "resource": "practice-examples", "purpose": "withdraw", "entry": name });
    let path = self::path(&ulm.post(SUBMISSIONS, &goes).await.json());
    step(&ulm, &path, "submit").await;
    editor.patch(entry, &json!({ "starts_on": "2021" }), "*").await;
    assert_eq!(step(&editor, &path, "publish").await.status, 409);
    step(&editor, &path, "request_changes").await;
    step(&ulm, &path, "submit").await;
    assert_eq!(step(&editor, &path, "publish").await.status, 200);
    let with_content = json!({ "resource": "practice-examples", "purpose": "withdraw", "entry": name, "content": {} });
    assert_eq!(ulm.post(SUBMISSIONS, &with_content).await.status, 422);
}
