//! Review of submissions: actions by stage and role, comments, assignments and concurrency.

use serde_json::json;
use tests::{App, Client};

use crate::submissions::{
    SUBMISSIONS, content, create_submitted, konstanz_contributor, step, submission_input, submission_path,
};

/// A caller and its roles for a submission.
struct Caller {
    client: Client,
    submits: bool,
    reviews: bool,
    is_author: bool,
    /// Status and problem type of every response, for a caller without any role.
    refused: Option<(u16, &'static str)>,
}

impl Caller {
    fn stranger(client: Client, refused: (u16, &'static str)) -> Self {
        Self { client, submits: false, reviews: false, is_author: false, refused: Some(refused) }
    }

    /// Returns the expected refusal for a caller who cannot see the submission. Reviewers do not see drafts.
    fn expected_refusal(&self, stage: &str) -> Option<(u16, &'static str)> {
        self.refused.or((!self.submits && stage == "draft").then_some((404, "not-found")))
    }
}

/// Returns the stage after an action and the role that may take it, from the table in docs/submissions.md.
fn documented_step(stage: &str, action: &str) -> Option<(&'static str, &'static str)> {
    const GUIDE: &str = include_str!("../../docs/submissions.md");
    let table = GUIDE.split("| stage | step | then | by |").nth(1).unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let mut rows = rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    let row = rows.find(|row| {
        row[0].split(", ").any(|one| one.trim_matches('`') == stage) && row[1].trim_matches('`') == action
    })?;
    Some((row[2].trim_matches('`'), row[3]))
}

/// Creates a submission, moves it to a stage, and returns its path.
async fn create_at_stage(stage: &str, author: &Client, reviewer: &Client, slug: &str) -> String {
    let path = submission_path(&author.post(SUBMISSIONS, &submission_input(&content(slug))).await.json());
    let steps: &[(&Client, &str)] = match stage {
        "draft" => &[],
        "submitted" => &[(author, "submit")],
        "changes_requested" => &[(author, "submit"), (reviewer, "request_changes")],
        "published" => &[(author, "submit"), (reviewer, "publish")],
        "rejected" => &[(author, "submit"), (reviewer, "reject")],
        "withdrawn" => &[(author, "submit"), (author, "withdraw")],
        other => unreachable!("{other}"),
    };
    for (who, action) in steps {
        assert_eq!(step(who, &path, action).await.status, 200, "{action}");
    }
    path
}

/// Returns the expected status of an action, with the new stage or the problem type.
fn expected(stage: &str, action: &str, caller: &Caller) -> (u16, &'static str) {
    if let Some(refused) = caller.expected_refusal(stage) {
        return refused;
    }
    let is_review = ["request_changes", "reject", "publish"].contains(&action);
    let denied = match (is_review, caller) {
        (true, Caller { reviews: false, .. }) => Some((403, "insufficient-scope")),
        // An editor has the scope, but may submit only its own submissions.
        (false, Caller { submits: false, .. }) => Some((403, "outside-municipality")),
        (true, Caller { is_author: true, .. }) => Some((403, "four-eyes")),
        _ => None,
    };
    match (documented_step(stage, action), denied) {
        // Missing rights to publish are reported at every stage.
        (_, Some(denied)) if action == "publish" => denied,
        (None, _) => (409, "invalid-transition"),
        (Some(_), Some(denied)) => denied,
        (Some((then, by)), None) => {
            assert_eq!(by, if is_review { "reviewer, not the author" } else { "submitter" });
            (200, then)
        }
    }
}

/// Asserts the response to every action at a stage and the listed `actions`. Returns the number of actions tried.
async fn try_every_action(stage: &str, caller: &Caller, mut create: impl AsyncFnMut() -> String) -> usize {
    const ACTIONS: [&str; 6] = ["submit", "withdraw", "request_changes", "reject", "publish", "reopen"];
    let (mut path, mut allowed) = (create().await, vec![]);
    for action in ACTIONS {
        let answer = step(&caller.client, &path, action).await;
        let is = if answer.status == 200 { answer.json()["stage"].clone() } else { json!(answer.problem()) };
        let (status, outcome) = expected(stage, action, caller);
        assert_eq!((answer.status, is), (status, json!(outcome)), "{stage} {action} {}", answer.text());
        if status == 200 {
            allowed.push(action);
            path = create().await;
        }
    }
    let shown = caller.client.get(&path).await;
    match caller.expected_refusal(stage) {
        None => assert_eq!(shown.json()["actions"], json!(allowed), "{stage}"),
        Some((status, _)) => assert_eq!(shown.status, status, "{stage}"),
    }
    ACTIONS.len()
}

#[tokio::test]
async fn review_steps_are_limited_to_the_documented_roles() {
    const STAGES: [&str; 6] = ["draft", "submitted", "changes_requested", "published", "rejected", "withdrawn"];
    let app = App::start();
    let (officer, editor, admin) = (konstanz_contributor(&app).await, app.editor().await, app.admin());
    let colleague = json!({ "subject": "konstanz.zwei", "role": "contributor", "municipalities": ["08335043"] });
    let elsewhere = json!({ "subject": "ulm", "role": "editor", "municipalities": ["08421000"] });
    let caller = |client, submits, reviews, is_author| Caller { client, submits, reviews, is_author, refused: None };
    let cases = [
        (&officer, caller(officer.clone(), true, false, true)),
        (&officer, caller(app.with_token(colleague).await, true, false, false)),
        (&officer, caller(editor.clone(), false, true, false)),
        (&editor, caller(editor.clone(), true, true, true)),
        (&officer, Caller::stranger(app.with_scopes(&["submissions:write"], &["08421000"]).await, (404, "not-found"))),
        (&officer, Caller::stranger(app.with_token(elsewhere).await, (404, "not-found"))),
        (&officer, Caller::stranger(app.with_scopes(&["audit:read"], &[]).await, (403, "insufficient-scope"))),
        (&officer, Caller::stranger(app.anonymous(), (401, "unauthenticated"))),
    ];

    let (mut tried, mut begun) = (0, 0);
    for (author, caller) in &cases {
        for stage in STAGES {
            let create = async || {
                begun += 1;
                create_at_stage(stage, author, &admin, &format!("gang-{begun}")).await
            };
            tried += try_every_action(stage, caller, create).await;
        }
    }

    assert_eq!(tried, 288);
}

#[tokio::test]
async fn author_cannot_publish_their_own_submission() {
    let app = App::start();
    let (editor, other) = (app.editor().await, app.admin());
    let path = create_submitted(&editor, "eigenes").await;

    let own = step(&editor, &path, "publish").await;

    assert_eq!((own.status, own.problem().as_str()), (403, "four-eyes"));
    assert_eq!(editor.get(&path).await.json()["actions"], json!(["withdraw"]));
    assert_eq!(other.get(&path).await.json()["actions"], json!(["request_changes", "reject", "publish"]));
    assert_eq!(step(&other, &path, "publish").await.status, 200);
    let again = step(&other, &path, "publish").await;
    assert_eq!((again.status, again.problem().as_str()), (409, "invalid-transition"));
}

#[tokio::test]
async fn author_cannot_publish_with_another_token() {
    let app = App::start();
    let officer = konstanz_contributor(&app).await;
    let (bound, unbound) = (
        json!({ "subject": "pruefung", "role": "contributor", "municipalities": ["08335043"] }),
        json!({ "subject": "pruefung", "role": "editor" }),
    );
    let (writer, reviewer, other) = (app.with_token(bound).await, app.with_token(unbound).await, app.editor().await);
    let path = create_submitted(&officer, "umgeschrieben").await;
    assert_eq!(step(&other, &path, "request_changes").await.status, 200);
    let rewritten = json!({ "content": { "title": { "de": "Von der Prüfung geschrieben" } } });
    assert_eq!(writer.patch(&path, &rewritten, "*").await.status, 200);
    assert_eq!(step(&officer, &path, "submit").await.status, 200);

    let own = step(&reviewer, &path, "publish").await;
    assert_eq!((own.status, own.problem().as_str()), (403, "four-eyes"), "{}", own.text());
    assert_eq!(step(&other, &path, "publish").await.status, 200);
}

#[tokio::test]
async fn both_sides_add_and_resolve_comments() {
    let app = App::start();
    let (officer, editor) = (konstanz_contributor(&app).await, app.editor().await);
    let path = create_submitted(&officer, "bemerkt").await;
    let comments = format!("{path}/comments");

    let comment = editor.post(&comments, &json!({ "body": "Seit wann?", "pointer": "/starts_on" })).await;
    let reply = officer.post(&comments, &json!({ "body": "Seit 2021." })).await;
    let resolution = format!("{comments}/{}/resolution", comment.json()["id"].as_str().unwrap());
    let resolved = officer.post(&resolution, &json!({})).await;
    let again = editor.post(&resolution, &json!({})).await;
    let shown = officer.get(&path).await.json()["comments"].clone();

    assert_eq!((comment.status, reply.status), (201, 201));
    assert_eq!((&comment.json()["side"], &reply.json()["side"]), (&json!("review"), &json!("municipality")));
    assert_eq!((resolved.status, &resolved.json()["resolved_by"]), (200, &json!("konstanz")));
    assert_eq!(again.json(), resolved.json(), "a resolved comment stays resolved");
    assert_eq!((shown[0]["pointer"].as_str(), shown.as_array().unwrap().len()), (Some("/starts_on"), 2));
    for pointer in ["costs", "/title/~2", "/~"] {
        assert_eq!(
            officer.post(&comments, &json!({ "body": "Nanu?", "pointer": pointer })).await.status,
            422,
            "{pointer}"
        );
    }
    assert_eq!(officer.post(&comments, &json!({ "body": " " })).await.status, 422);
    assert_eq!(officer.post(&format!("{comments}/{}/resolution", "nonsense"), &json!({})).await.status, 404);
}

#[tokio::test]
async fn review_queue_has_facets_assignments_and_oldest_first() {
    let app = App::start();
    let (officer, editor) = (konstanz_contributor(&app).await, app.editor().await);
    let first = create_submitted(&officer, "erstes").await;
    let second = create_submitted(&officer, "zweites").await;
    officer.post(SUBMISSIONS, &submission_input(&content("entwurf"))).await;

    let assigned = editor.post(&format!("{first}/assignment"), &json!({ "to": "redaktion" })).await;
    let queue = editor.get("/v1/submissions?stage=submitted&facets=stage&facets=assigned_to").await;
    let free = editor.get("/v1/submissions?assigned=false&municipality=konstanz&resource=practice-examples").await;
    let paged = editor.all("/v1/submissions?sort=-updated_at").await;
    let csv = editor.get("/v1/submissions?format=csv").await;

    let by = editor.get("/v1/me").await.json()["subject"].clone();
    assert_eq!((&assigned.json()["assigned_to"], &assigned.json()["assigned_by"]), (&json!("redaktion"), &by));
    let ids = |path: &str| json!(path.rsplit('/').next().unwrap());
    assert_eq!(queue.each("id"), [ids(&first), ids(&second)]);
    let stages = json!([{ "value": "submitted", "label": { "de": "Eingereicht", "en": "Submitted" }, "count": 2 }]);
    assert_eq!(queue.json()["facets"]["stage"], stages);
    assert_eq!(free.each("id"), [ids(&second)]);
    assert_eq!((paged.len(), csv.text().lines().count()), (2, 3), "reviewers do not see drafts");
    assert_eq!(
        officer.get("/v1/submissions?facets=stage").await.json()["facets"]["stage"].as_array().unwrap().len(),
        2
    );
    assert_eq!(officer.post(&format!("{first}/assignment"), &json!({ "to": "konstanz" })).await.status, 403);
    let freed = editor.post(&format!("{first}/assignment"), &json!({})).await;
    assert!(freed.json().get("assigned_to").is_none() && freed.json().get("assigned_by").is_none());
    for wrong in ["stage=lost", "municipality=atlantis", "resource=themes"] {
        assert_eq!(editor.get(&format!("/v1/submissions?{wrong}")).await.status, 400, "{wrong}");
    }
    assert_eq!(editor.get("/v1/submissions?updated_since=2020").await.status, 400);
    assert_eq!(editor.get("/v1/submissions?updated_since=2100-01-01").await.json()["total"], 0);
}

#[tokio::test]
async fn rejection_needs_a_comment_and_assignee_is_no_author() {
    let app = App::start();
    let (officer, editor) = (konstanz_contributor(&app).await, app.editor().await);
    let first = create_submitted(&officer, "erstes").await;

    for action in ["request_changes", "reject"] {
        let silent = editor.post(&format!("{first}/actions"), &json!({ "action": action })).await;
        assert_eq!((silent.status, &silent.json()["errors"][0]["pointer"]), (422, &json!("/comment")));
    }
    let author = editor.post(&format!("{first}/assignment"), &json!({ "to": "konstanz" })).await;
    assert_eq!((author.status, &author.json()["errors"][0]["pointer"]), (422, &json!("/to")));
    // An assignment does not invalidate the ETag.
    step(&editor, &first, "request_changes").await;
    let read = officer.get(&first).await;
    editor.post(&format!("{first}/assignment"), &json!({ "to": "redaktion" })).await;
    assert_eq!(officer.patch(&first, &json!({ "content": { "status": "pilot" } }), read.etag()).await.status, 200);
}

#[tokio::test]
async fn concurrent_publish_and_withdraw_apply_only_one() {
    let app = App::start();
    let (officer, editor) = (konstanz_contributor(&app).await, app.editor().await);
    for round in 0..8 {
        let slug = format!("wettlauf-{round}");
        let path = create_submitted(&officer, &slug).await;

        let (published, withdrawn) = tokio::join!(step(&editor, &path, "publish"), step(&officer, &path, "withdraw"));

        let mut statuses = [published.status, withdrawn.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", published.text(), withdrawn.text());
        let there = app.anonymous().get(&format!("/v1/practice-examples/{slug}")).await.status;
        assert_eq!(there, if published.status == 200 { 200 } else { 404 });
        let stage = officer.get(&path).await.json()["stage"].clone();
        assert_eq!(stage, if published.status == 200 { "published" } else { "withdrawn" });
    }
}

#[tokio::test]
async fn repeated_action_with_one_key_is_applied_once() {
    let app = App::start();
    let (officer, editor) = (konstanz_contributor(&app).await, app.editor().await);
    let key = [("idempotency-key", "einmal")];
    let begun = officer.post_with(SUBMISSIONS, &submission_input(&content("einmal")), &key).await;
    let again = officer.post_with(SUBMISSIONS, &submission_input(&content("einmal")), &key).await;
    let path = submission_path(&begun.json());
    assert_eq!((begun.body.clone(), again.header("idempotent-replayed")), (again.body.clone(), "true"));
    assert_eq!(officer.get(SUBMISSIONS).await.json()["total"], 1);
    step(&officer, &path, "submit").await;

    let publish = json!({ "action": "publish" });
    let published = editor.post_with(&format!("{path}/actions"), &publish, &[("idempotency-key", "eins")]).await;
    let replayed = editor.post_with(&format!("{path}/actions"), &publish, &[("idempotency-key", "eins")]).await;

    assert_eq!((published.status, replayed.status, replayed.body), (200, 200, published.body));
}
