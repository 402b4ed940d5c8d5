//! Submissions are visible only to their municipality and, once submitted, to reviewers.

use serde_json::json;
use tests::{Answer, App, Client};

use crate::submissions::{
    SUBMISSIONS, content, create_submitted, konstanz_contributor, step, submission_input, submission_path,
};

/// Asserts that every response about a submission equals that about an unknown submission.
async fn assert_hidden(client: &Client, path: &str) {
    const NOWHERE: &str = "/v1/submissions/0197f2a0-0000-7000-8000-000000000000";
    let comment = json!({ "body": "Hallo?" });
    let responses = async |path: &str| {
        let mut answers = vec![client.get(path).await, client.get(&format!("{path}/actions")).await];
        for action in ["submit", "withdraw", "request_changes", "publish", "reject", "reopen"] {
            answers.push(step(client, path, action).await);
        }
        answers.push(client.post(&format!("{path}/comments"), &comment).await);
        // The problem contains the ID of the requested submission.
        let id = path.rsplit('/').next().unwrap();
        let text = |answer: &Answer| answer.text().replace(id, "ID");
        answers.iter().map(|answer| (answer.status, answer.etag().to_owned(), text(answer))).collect::<Vec<_>>()
    };
    let answers = responses(path).await;
    assert!(answers.iter().all(|(status, ..)| *status == 404), "{answers:?}");
    assert_eq!(answers, responses(NOWHERE).await);
}

#[tokio::test]
async fn submission_is_hidden_from_unauthorised_callers() {
    let app = App::start();
    let (officer, editor) = (konstanz_contributor(&app).await, app.editor().await);
    let ulm = app.with_token(json!({ "subject": "ulm", "role": "contributor", "municipalities": ["08421000"] })).await;
    let unbound = app.with_scopes(&["submissions:write"], &[]).await;
    let draft = submission_path(&officer.post(SUBMISSIONS, &submission_input(&content("geheim-entwurf"))).await.json());
    let in_review = create_submitted(&officer, "geheim-eingereicht").await;

    for client in [&ulm, &unbound] {
        assert_hidden(client, &draft).await;
        assert_hidden(client, &in_review).await;
        let of_others = "/v1/submissions?municipality=08335043&facets=stage&facets=purpose";
        let list = client.get(of_others).await.json();
        assert_eq!((list["total"].clone(), list["facets"]["stage"].clone()), (json!(0), json!([])));
        assert_eq!(client.put(&draft, &json!({ "content": {} }), "*").await.status, 404);
    }
    assert_hidden(&editor, &draft).await;
    let queue = editor.get("/v1/submissions?facets=stage").await.json();
    let submitted = json!([{ "value": "submitted", "label": { "de": "Eingereicht", "en": "Submitted" }, "count": 1 }]);
    assert_eq!((&queue["total"], &queue["facets"]["stage"]), (&json!(1), &submitted));
    let tasks = unbound.get("/v1/municipalities/08335043/tasks").await.json();
    assert_eq!(tasks["changes"], json!([]));
    assert_eq!(app.anonymous().get(&in_review).await.status, 401);
    assert_eq!(app.with_scopes(&["audit:read"], &[]).await.get(&in_review).await.status, 403);
    let reviewer = app.with_token(json!({ "subject": "pruefung", "scopes": ["submissions:review"] })).await;
    let shown = reviewer.get(&in_review).await;
    assert_eq!(shown.json()["actions"], json!(["request_changes", "reject", "publish"]));
    assert_eq!(shown.header("cache-control"), "no-store");
}

#[tokio::test]
async fn submissions_do_not_change_public_responses() {
    let app = App::start();
    let officer = konstanz_contributor(&app).await;
    let seen = async || {
        let mut seen = vec![];
        for path in [
            "/v1/practice-examples",
            "/v1/statistics",
            "/v1/search?q=geheim",
            "/v1/changes",
            "/v1/municipalities/08335043",
        ] {
            let answer = app.anonymous().get(path).await;
            seen.push((path, answer.etag().to_owned(), answer.header("last-modified").to_owned(), answer.body));
        }
        seen
    };
    let before = seen().await;

    officer.post(SUBMISSIONS, &submission_input(&content("geheim-entwurf"))).await;
    create_submitted(&officer, "geheim-eingereicht").await;

    assert_eq!(seen().await, before);
}
