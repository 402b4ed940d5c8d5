//! Corrections of entries that change in the meantime: merges, conflicts and reverted members.

use serde_json::{Value, json};
use tests::{App, Client};

use crate::submissions::{SUBMISSIONS, step, submission_path};

const ENTRY: &str = "/v1/practice-examples/an-adoption-that-ended";

/// A correction of the entry by Ulm, and the clients of its author and an editor.
struct Case {
    app: App,
    ulm: Client,
    editor: Client,
    path: String,
}

/// Begins a correction. Returns the case and the submission.
async fn begin_correction() -> (Case, Value) {
    let app = App::start_with_examples();
    let (editor, ulm) =
        (app.editor().await, json!({ "subject": "ulm", "role": "contributor", "municipalities": ["08421000"] }));
    let ulm = app.with_token(ulm).await;
    let begins = json!({ "resource": "practice-examples", "entry": "an-adoption-that-ended" });
    let begun = ulm.post(SUBMISSIONS, &begins).await.json();
    (Case { path: submission_path(&begun), app, ulm, editor }, begun)
}

impl Case {
    async fn propose(&self, content: Value) -> tests::Answer {
        self.ulm.patch(&self.path, &json!({ "content": content }), "*").await
    }

    async fn edit(&self, change: Value) -> Value {
        let answer = self.editor.patch(ENTRY, &change, "*").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    async fn published_entry(&self) -> Value {
        self.app.anonymous().get(ENTRY).await.json()
    }
}

#[tokio::test]
async fn changes_to_different_members_are_merged() {
    let (case, _) = begin_correction().await;
    case.propose(json!({ "title": { "de": "Korrigiert" }, "sources": ["https://example.org/neu"] })).await;
    case.edit(json!({ "starts_on": "2021", "title": { "en": "Corrected" } })).await;

    let draft = case.ulm.get(&case.path).await.json();
    assert_eq!(draft["violations"], json!([]));
    assert_eq!(draft["changes"], json!(["/title/de", "/sources"]));
    assert_eq!(step(&case.ulm, &case.path, "submit").await.status, 200);
    case.edit(json!({ "ends_on": "2025" })).await;
    let seen = case.editor.get(&case.path).await.json();
    assert_eq!(seen["changes"], json!(["/title/de", "/sources"]));
    assert_eq!(step(&case.editor, &case.path, "publish").await.status, 200);

    let now = case.published_entry().await;
    assert_eq!(now["title"], json!({ "de": "Korrigiert", "en": "Corrected" }));
    assert_eq!((&now["starts_on"], &now["ends_on"]), (&json!("2021"), &json!("2025")));
    assert_eq!(now["sources"], json!(["https://example.org/neu"]));
}

#[tokio::test]
async fn setting_based_on_alone_keeps_published_changes() {
    let (case, _) = begin_correction().await;
    case.propose(json!({ "title": { "de": "Korrigiert" } })).await;
    step(&case.ulm, &case.path, "submit").await;
    case.edit(json!({ "starts_on": "2021" })).await;
    step(&case.editor, &case.path, "request_changes").await;
    let wrong = case.ulm.patch(&case.path, &json!({ "based_on": 1 }), "*").await;
    let revision = wrong.json()["states"]["revision"].clone();

    let rebased = case.ulm.patch(&case.path, &json!({ "based_on": revision }), "*").await;

    assert_eq!((rebased.status, &rebased.json()["based_on"]), (200, &revision), "{}", rebased.text());
    assert_eq!(rebased.json()["content"]["starts_on"], "2021");
    assert_eq!(rebased.json()["changes"], json!(["/title/de"]));
    assert_eq!(step(&case.ulm, &case.path, "submit").await.status, 200);
    assert_eq!(step(&case.editor, &case.path, "publish").await.status, 200);
    let now = case.published_entry().await;
    assert_eq!((&now["starts_on"], &now["title"]["de"]), (&json!("2021"), &json!("Korrigiert")));
}

#[tokio::test]
async fn a_member_changed_on_both_sides_conflicts_until_it_is_sent_again() {
    let (case, _) = begin_correction().await;
    case.propose(json!({ "starts_on": "2020", "title": { "de": "Korrigiert" } })).await;
    step(&case.ulm, &case.path, "submit").await;
    case.edit(json!({ "starts_on": "2021", "title": { "de": "Anders" } })).await;

    let refused = step(&case.editor, &case.path, "publish").await;
    let problem = refused.json();
    assert_eq!((refused.status, refused.problem().as_str()), (409, "edit-conflict"));
    let pointers = |list: &Value| -> Vec<Value> {
        let mut pointers: Vec<Value> = list.as_array().unwrap().iter().map(|one| one["pointer"].clone()).collect();
        pointers.sort_by_key(ToString::to_string);
        pointers
    };
    assert_eq!(pointers(&problem["errors"]), ["/starts_on", "/title/de"]);
    assert_eq!(pointers(&case.ulm.get(&case.path).await.json()["violations"]), ["/starts_on", "/title/de"]);
    assert_eq!(problem["states"]["published"]["title"]["de"], "Anders");
    assert_eq!(problem["states"]["submitted"]["title"]["de"], "Korrigiert");
    step(&case.editor, &case.path, "request_changes").await;

    let revision = &problem["states"]["revision"];
    let alone = case.ulm.patch(&case.path, &json!({ "based_on": revision }), "*").await;
    assert_eq!((alone.status, pointers(&alone.json()["errors"])), (409, vec![json!("/starts_on"), json!("/title/de")]));
    let some = json!({ "based_on": revision, "content": { "starts_on": "2020" } });
    let some = case.ulm.patch(&case.path, &some, "*").await;
    assert_eq!((some.status, pointers(&some.json()["errors"])), (409, vec![json!("/title/de")]));
    let both = json!({ "based_on": revision, "content": { "starts_on": "2021", "title": { "de": "Korrigiert" } } });
    let both = case.ulm.patch(&case.path, &both, "*").await;
    assert_eq!((both.status, &both.json()["changes"]), (200, &json!(["/title/de"])), "{}", both.text());
    assert_eq!(step(&case.ulm, &case.path, "submit").await.status, 200);
    assert_eq!(step(&case.editor, &case.path, "publish").await.status, 200);
    let now = case.published_entry().await;
    assert_eq!((&now["starts_on"], &now["title"]["de"]), (&json!("2021"), &json!("Korrigiert")));
}

#[tokio::test]
async fn replacing_the_content_with_based_on_lists_the_reverted_members() {
    let (case, begun) = begin_correction().await;
    let edited = case.edit(json!({ "starts_on": "2021" })).await;
    let wrong = case.ulm.put(&case.path, &json!({ "content": begun["content"], "based_on": 1 }), "*").await;
    let revision = wrong.json()["states"]["revision"].clone();

    let whole = json!({ "content": begun["content"], "based_on": revision });
    let back = case.ulm.put(&case.path, &whole, "*").await;

    assert_eq!(edited["starts_on"], "2021");
    assert_eq!((back.status, &back.json()["changes"]), (200, &json!(["/starts_on"])), "{}", back.text());
}

#[tokio::test]
async fn renamed_references_do_not_conflict() {
    let (case, begun) = begin_correction().await;
    case.propose(json!({ "themes": ["mobility"], "title": { "de": "Korrigiert" } })).await;
    let admin = case.app.admin();
    admin.patch("/v1/municipalities/08421000", &json!({ "ags": "08421999" }), "*").await;
    admin.patch("/v1/themes/mobility", &json!({ "slug": "mobilitaet" }), "*").await;
    case.edit(json!({ "starts_on": "2021" })).await;

    assert_eq!(begun["content"]["municipality"], "08421000");
    assert_eq!(step(&case.ulm, &case.path, "submit").await.status, 200);
    assert_eq!(step(&case.editor, &case.path, "publish").await.status, 200);
    let now = case.published_entry().await;
    assert_eq!((&now["municipality"]["ags"], &now["starts_on"]), (&json!("08421999"), &json!("2021")));
    assert_eq!(now["themes"][0]["slug"], "mobilitaet");
}

#[tokio::test]
async fn an_update_without_changes_keeps_the_entity_tag() {
    let (case, begun) = begin_correction().await;
    let read = case.ulm.get(&case.path).await;

    let same = case.ulm.patch(&case.path, &json!({ "content": {} }), read.etag()).await;
    let whole = case.ulm.put(&case.path, &json!({ "content": begun["content"] }), read.etag()).await;
    let based = case.ulm.patch(&case.path, &json!({ "based_on": begun["based_on"] }), read.etag()).await;
    let other = case.ulm.patch(&case.path, &json!({ "content": { "starts_on": "2020" } }), read.etag()).await;

    assert_eq!((same.status, whole.status, based.status, other.status), (200, 200, 200, 200));
    assert_eq!([same.etag(), whole.etag(), based.etag()], [read.etag(); 3]);
    assert_ne!(other.etag(), read.etag());
    assert_eq!(same.json()["updated_at"], read.json()["updated_at"]);
}

#[tokio::test]
async fn rejected_updates_name_the_responsible_municipality() {
    let (case, _) = begin_correction().await;
    case.propose(json!({ "title": { "de": "Korrigiert" } })).await;
    step(&case.ulm, &case.path, "submit").await;
    step(&case.editor, &case.path, "request_changes").await;

    let refused = case.editor.patch(&case.path, &json!({ "content": { "status": "pilot" } }), "*").await;

    assert_eq!((refused.status, refused.problem().as_str()), (403, "outside-municipality"));
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("08421000") && !detail.contains("`ulm`"), "{detail}");
}

#[tokio::test]
async fn unknown_comment_pointers_and_assignees_are_rejected() {
    let (case, _) = begin_correction().await;
    step(&case.ulm, &case.path, "submit").await;
    let comments = format!("{}/comments", case.path);
    for (pointer, status) in [
        ("/title/de", 201),
        ("/costs", 201),
        ("/costs/one_off_min", 201),
        ("/sources/0", 201),
        ("/obstacles/3/text/en", 201),
        ("/nowhere", 422),
        ("/title/fr", 422),
        ("/sources/first", 422),
        ("/status/x", 422),
    ] {
        let comment = json!({ "body": "Warum?", "pointer": pointer });
        let answer = case.editor.post(&comments, &comment).await;
        assert_eq!(answer.status, status, "{pointer}: {}", answer.text());
    }
    let assignment = format!("{}/assignment", case.path);
    case.app.with_token(json!({ "subject": "zweite.redaktion", "scopes": ["submissions:review"] })).await;
    case.app.with_token(json!({ "subject": "nur.schreiben", "scopes": ["submissions:write"] })).await;
    for (to, status) in [
        ("redaktion", 200),
        ("zweite.redaktion", 200),
        ("nur.schreiben", 422),
        ("niemand", 422),
        ("ulm", 422),
        ("f3b1-4c (https://login.example/realms/atlas)", 422),
    ] {
        let answer = case.editor.post(&assignment, &json!({ "to": to })).await;
        assert_eq!(answer.status, status, "{to}: {}", answer.text());
    }
}

#[tokio::test]
async fn sending_back_a_representation_after_an_edit_changes_nothing() {
    let (case, begun) = begin_correction().await;
    case.propose(json!({ "title": { "de": "Korrigiert" } })).await;
    case.edit(json!({ "starts_on": "2021" })).await;
    let read = case.ulm.get(&case.path).await;

    let replaced = case.ulm.put(&case.path, &read.json(), read.etag()).await;
    let updated = case.ulm.patch(&case.path, &read.json(), read.etag()).await;

    for answer in [&replaced, &updated] {
        assert_eq!((answer.status, answer.etag()), (200, read.etag()), "{}", answer.text());
        assert_eq!(
            (&answer.json()["based_on"], &answer.json()["changes"]),
            (&begun["based_on"], &json!(["/title/de"]))
        );
    }
}

#[tokio::test]
async fn a_failed_publication_returns_the_unchanged_submission() {
    let (case, _) = begin_correction().await;
    case.propose(json!({ "slug": "another-slug" })).await;
    step(&case.ulm, &case.path, "submit").await;
    case.edit(json!({ "starts_on": "2021" })).await;
    let other = case.app.anonymous().get("/v1/practice-examples/an-origin").await;
    case.editor.patch("/v1/practice-examples/an-origin", &json!({ "slug": "another-slug" }), other.etag()).await;

    let published = step(&case.editor, &case.path, "publish").await;

    let stays = case.editor.get(&case.path).await;
    assert_eq!((published.status, published.problem().as_str()), (409, "value-taken"), "{}", published.text());
    assert_eq!((&published.json()["current"], published.etag()), (&stays.json(), stays.etag()));
}
