//! Submission forms and the tasks of a municipality.

use serde_json::{Value, json};
use tests::App;

use crate::submissions::{SUBMISSIONS, content, konstanz_contributor, step, submission_input, submission_path};

#[tokio::test]
async fn form_lists_the_members_that_a_submission_accepts() {
    let app = App::start();
    let editor = app.editor().await;
    for resource in ["practice-examples", "solutions"] {
        let answer = app.anonymous().get(&format!("/v1/submissions/form?resource={resource}")).await;
        let form = answer.json();
        assert_eq!((&form["resource"], answer.etag().is_empty()), (&json!(resource), false));

        for member in form["members"].as_array().unwrap() {
            let name = member["name"].as_str().unwrap();
            let mut content = form["example"].clone();
            content["slug"] = json!("aus-dem-formular");
            assert_eq!(member["is_list"] == true, member["example"].is_array(), "{name}");
            content[name] = member["example"].clone();
            match name {
                "slug" => content["slug"] = json!("aus-dem-formular"),
                "discontinued" => content["status"] = json!("discontinued"),
                _ => {}
            }
            let begun = editor.post(SUBMISSIONS, &json!({ "resource": resource, "content": content })).await;
            assert_eq!(begun.json()["violations"], json!([]), "{resource} {name}: {}", begun.text());
        }
    }
    let member = |form: &Value, name: &str| {
        form["members"].as_array().unwrap().iter().find(|one| one["name"] == name).cloned().unwrap()
    };
    let form = app.anonymous().get("/v1/submissions/form?resource=practice-examples").await.json();
    let status = member(&form, "status");
    assert_eq!(
        (&status["vocabulary"], &status["options"][0]["label"]["de"]),
        (&json!("/v1/vocabularies/status"), &json!("Geplant"))
    );
    assert_eq!(member(&form, "municipality")["reference"], "/v1/municipalities");
    assert_eq!(member(&form, "title")["max_length"], 200);
    assert_eq!(
        (&member(&form, "sources")["kind"], &member(&form, "sources")["max_length"]),
        (&json!("url"), &json!(2000))
    );
    assert_eq!((&member(&form, "sdgs")["maximum"], &member(&form, "sdgs")["max_items"]), (&json!(17.0), &json!(17)));
    assert_eq!(member(&form, "costs")["members"][0]["pointer"], "/costs/one_off_min");
    assert_eq!(member(&form, "obstacles")["members"][0]["pointer"], "/obstacles/*/text");
    let unknown = app.anonymous().get("/v1/submissions/form?resource=themes").await;
    assert_eq!((unknown.status, unknown.problem().as_str()), (400, "invalid-parameters"));
    assert_eq!(app.anonymous().get("/v1/submissions/form").await.json(), form);
}

#[tokio::test]
async fn only_the_municipality_and_editors_see_its_tasks() {
    let app = App::start_with_examples();
    let (editor, konstanz) = (app.editor().await, konstanz_contributor(&app).await);
    let ulm = app.with_token(json!({ "subject": "ulm", "role": "contributor", "municipalities": ["08421000"] })).await;
    let tasks = "/v1/municipalities/08421000/tasks";
    let mut proposed = content("zu-ergaenzen");
    proposed["municipality"] = json!("08421000");
    let path = submission_path(&ulm.post(SUBMISSIONS, &submission_input(&proposed)).await.json());
    step(&ulm, &path, "submit").await;
    editor.post(&format!("{path}/comments"), &json!({ "body": "Seit wann?" })).await;
    let request = json!({ "action": "request_changes", "comment": "Bitte ergänzen." });
    editor.post(&format!("{path}/actions"), &request).await;

    let before = ulm.get(tasks).await;
    let confirmed = "/v1/practice-examples/an-adoption-that-ended";
    assert_eq!(ulm.post(&format!("{confirmed}/confirmations"), &json!({})).await.status, 200);
    let after = ulm.get("/v1/municipalities/ulm/tasks").await.json();
    step(&ulm, &path, "submit").await;

    let slugs = |tasks: &Value| -> Vec<Value> {
        tasks["confirmations"].as_array().unwrap().iter().map(|due| due["entry"]["slug"].clone()).collect()
    };
    let changes = before.json()["changes"].clone();
    assert_eq!(
        (changes[0]["submission"].as_str(), changes[0]["comment"].as_str()),
        (Some(&*path), Some("Bitte ergänzen."))
    );
    assert_eq!((&changes[0]["slug"], &changes[0]["open_comments"]), (&json!("zu-ergaenzen"), &json!(1)));
    assert!(slugs(&before.json()).contains(&json!("an-adoption-that-ended")), "{}", before.text());
    assert!(!slugs(&after).contains(&json!("an-adoption-that-ended")));
    assert_eq!(
        ulm.get(tasks).await.json()["changes"],
        json!([]),
        "a submitted submission is no task of the municipality"
    );
    assert_eq!(before.header("cache-control"), "no-store");
    let stranger = konstanz.get(tasks).await;
    assert_eq!((stranger.status, stranger.problem().as_str()), (403, "outside-municipality"));
    assert_eq!(app.anonymous().get(tasks).await.status, 401);
    assert_eq!(editor.get(tasks).await.status, 200);
    assert_eq!(ulm.get("/v1/municipalities/99999999/tasks").await.status, 404);
}
