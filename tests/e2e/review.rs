//! Every step of a review, by everybody who may take it and everybody who may not.

use serde_json::json;
use tests::{App, Client};

use crate::submissions::{SUBMISSIONS, begins, content, konstanz, path, step, submitted};

/// Somebody, and what it may do with a submission.
struct Person {
    client: Client,
    submits: bool,
    reviews: bool,
    is_author: bool,
    /// What it is told whatever it tries.
    refused: Option<(u16, &'static str)>,
}

impl Person {
    fn stranger(client: Client, refused: (u16, &'static str)) -> Self {
        Self { client, submits: false, reviews: false, is_author: false, refused: Some(refused) }
    }

    /// What it is told who may not even see it: what others have not submitted yet, no reviewer does.
    fn refused(&self, stage: &str) -> Option<(u16, &'static str)> {
        self.refused.or((!self.submits && stage == "draft").then_some((404, "not-found")))
    }
}

/// The stage that a step leads to, by the README's table, and who may take it.
fn promised(stage: &str, action: &str) -> Option<(&'static str, &'static str)> {
    const README: &str = include_str!("../../README.md");
    let table = README.split("| stage | step | then | by |").nth(1).unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let mut rows = rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    let row = rows.find(|row| {
        row[0].split(", ").any(|one| one.trim_matches('`') == stage) && row[1].trim_matches('`') == action
    })?;
    Some((row[2].trim_matches('`'), row[3]))
}

/// Begins a submission and leads it to a stage; gives its path.
async fn led_to(stage: &str, author: &Client, reviewer: &Client, slug: &str) -> String {
    let path = path(&author.post(SUBMISSIONS, &begins(&content(slug))).await.json());
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

/// What somebody is told who tries a step: the status, and the stage or the kind of problem.
fn expected(stage: &str, action: &str, person: &Person) -> (u16, &'static str) {
    if let Some(refused) = person.refused(stage) {
        return refused;
    }
    let is_review = ["request_changes", "reject", "publish"].contains(&action);
    let denied = match (is_review, person) {
        (true, Person { reviews: false, .. }) => Some((403, "insufficient-scope")),
        // An editor has the scope, but submits for nobody but itself.
        (false, Person { submits: false, .. }) => Some((403, "outside-municipality")),
        (true, Person { is_author: true, .. }) => Some((403, "four-eyes")),
        _ => None,
    };
    match (promised(stage, action), denied) {
        // Who may not publish it is told so wherever it stands.
        (_, Some(denied)) if action == "publish" => denied,
        (None, _) => (409, "invalid-transition"),
        (Some(_), Some(denied)) => denied,
        (Some((then, by)), None) => {
            assert_eq!(by, if is_review { "reviewer, not the author" } else { "submitter" });
            (200, then)
        }
    }
}

/// Sees that somebody may take the steps it is promised, each on a submission that was led to the stage, and is told of those;
/// tells how many were tried.
async fn walk(stage: &str, person: &Person, mut led: impl AsyncFnMut() -> String) -> usize {
    const ACTIONS: [&str; 6] = ["submit", "withdraw", "request_changes", "reject", "publish", "reopen"];
    let (mut path, mut may) = (led().await, vec![]);
    for action in ACTIONS {
        let answer = step(&person.client, &path, action).await;
        let is = if answer.status == 200 { answer.json()["stage"].clone() } else { json!(answer.problem()) };
        let (status, told) = expected(stage, action, person);
        assert_eq!((answer.status, is), (status, json!(told)), "{stage} {action} {}", answer.text());
        if status == 200 {
            may.push(action);
            path = led().await;
        }
    }
    let shown = person.client.get(&path).await;
    match person.refused(stage) {
        None => assert_eq!(shown.json()["actions"], json!(may), "{stage}"),
        Some((status, _)) => assert_eq!(shown.status, status, "{stage}"),
    }
    ACTIONS.len()
}

#[tokio::test]
async fn every_step_is_taken_by_those_alone_whom_the_readme_names() {
    const STAGES: [&str; 6] = ["draft", "submitted", "changes_requested", "published", "rejected", "withdrawn"];
    let app = App::start();
    let (officer, editor, admin) = (konstanz(&app).await, app.editor().await, app.admin());
    let colleague = json!({ "subject": "konstanz.zwei", "role": "contributor", "municipalities": ["08335043"] });
    let elsewhere = json!({ "subject": "ulm", "role": "editor", "municipalities": ["08421000"] });
    let person = |client, submits, reviews, is_author| Person { client, submits, reviews, is_author, refused: None };
    let cases = [
        (&officer, person(officer.clone(), true, false, true)),
        (&officer, person(app.with_token(colleague).await, true, false, false)),
        (&officer, person(editor.clone(), false, true, false)),
        (&editor, person(editor.clone(), true, true, true)),
        (&officer, Person::stranger(app.with_scopes(&["submissions:write"], &["08421000"]).await, (404, "not-found"))),
        (&officer, Person::stranger(app.with_token(elsewhere).await, (404, "not-found"))),
        (&officer, Person::stranger(app.with_scopes(&["audit:read"], &[]).await, (403, "insufficient-scope"))),
        (&officer, Person::stranger(app.anonymous(), (401, "unauthenticated"))),
    ];

    let (mut tried, mut begun) = (0, 0);
    for (author, person) in &cases {
        for stage in STAGES {
            let led = async || {
                begun += 1;
                led_to(stage, author, &admin, &format!("gang-{begun}")).await
            };
            tried += walk(stage, person, led).await;
        }
    }

    assert_eq!(tried, 288);
}

#[tokio::test]
async fn nobody_publishes_their_own() {
    let app = App::start();
    let (editor, other) = (app.editor().await, app.admin());
    let path = submitted(&editor, "eigenes").await;

    let own = step(&editor, &path, "publish").await;

    assert_eq!((own.status, own.problem().as_str()), (403, "four-eyes"));
    assert_eq!(editor.get(&path).await.json()["actions"], json!(["withdraw"]));
    assert_eq!(other.get(&path).await.json()["actions"], json!(["request_changes", "reject", "publish"]));
    assert_eq!(step(&other, &path, "publish").await.status, 200);
    let again = step(&other, &path, "publish").await;
    assert_eq!((again.status, again.problem().as_str()), (409, "invalid-transition"));
}

#[tokio::test]
async fn nobody_publishes_what_they_have_written_with_another_token() {
    let app = App::start();
    let officer = konstanz(&app).await;
    let (bound, unbound) = (
        json!({ "subject": "pruefung", "role": "contributor", "municipalities": ["08335043"] }),
        json!({ "subject": "pruefung", "role": "editor" }),
    );
    let (writer, reviewer, other) = (app.with_token(bound).await, app.with_token(unbound).await, app.editor().await);
    let path = submitted(&officer, "umgeschrieben").await;
    assert_eq!(step(&other, &path, "request_changes").await.status, 200);
    let rewritten = json!({ "content": { "title": { "de": "Von der Prüfung geschrieben" } } });
    assert_eq!(writer.patch(&path, &rewritten, "*").await.status, 200);
    assert_eq!(step(&officer, &path, "submit").await.status, 200);

    let own = step(&reviewer, &path, "publish").await;
    assert_eq!((own.status, own.problem().as_str()), (403, "four-eyes"), "{}", own.text());
    assert_eq!(step(&other, &path, "publish").await.status, 200);
}

#[tokio::test]
async fn remarks_are_made_and_settled_by_both_sides() {
    let app = App::start();
    let (officer, editor) = (konstanz(&app).await, app.editor().await);
    let path = submitted(&officer, "bemerkt").await;
    let comments = format!("{path}/comments");

    let asked = editor.post(&comments, &json!({ "body": "Seit wann?", "pointer": "/starts_on" })).await;
    let said = officer.post(&comments, &json!({ "body": "Seit 2021." })).await;
    let settled = format!("{comments}/{}/resolution", asked.json()["id"].as_str().unwrap());
    let resolved = officer.post(&settled, &json!({})).await;
    let again = editor.post(&settled, &json!({})).await;
    let shown = officer.get(&path).await.json()["comments"].clone();

    assert_eq!((asked.status, said.status), (201, 201));
    assert_eq!((&asked.json()["side"], &said.json()["side"]), (&json!("review"), &json!("municipality")));
    assert_eq!((resolved.status, &resolved.json()["resolved_by"]), (200, &json!("konstanz")));
    assert_eq!(again.json(), resolved.json(), "what is settled stays so");
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
async fn the_queue_is_counted_assigned_and_stands_in_the_order_of_waiting() {
    let app = App::start();
    let (officer, editor) = (konstanz(&app).await, app.editor().await);
    let first = submitted(&officer, "erstes").await;
    let second = submitted(&officer, "zweites").await;
    officer.post(SUBMISSIONS, &begins(&content("entwurf"))).await;

    let assigned = editor.post(&format!("{first}/assignment"), &json!({ "to": "redaktion" })).await;
    let queue = editor.get("/v1/submissions?stage=submitted&facets=stage&facets=assigned_to").await;
    let free = editor.get("/v1/submissions?assigned=false&municipality=konstanz&resource=practice-examples").await;
    let paged = editor.all("/v1/submissions?sort=-updated_at").await;
    let csv = editor.get("/v1/submissions?format=csv").await;

    let by = editor.get("/v1/me").await.json()["subject"].clone();
    assert_eq!((&assigned.json()["assigned_to"], &assigned.json()["assigned_by"]), (&json!("redaktion"), &by));
    let ids = |path: &str| json!(path.rsplit('/').next().unwrap());
    assert_eq!(queue.each("id"), [ids(&first), ids(&second)]);
    assert_eq!(
        queue.json()["facets"]["stage"],
        json!([{ "value": "submitted", "label": { "de": "Eingereicht", "en": "Submitted" }, "count": 2 }])
    );
    assert_eq!(free.each("id"), [ids(&second)]);
    assert_eq!((paged.len(), csv.text().lines().count()), (2, 3), "drafts are nobody else's affair");
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
async fn who_reviews_is_no_author_and_says_why() {
    let app = App::start();
    let (officer, editor) = (konstanz(&app).await, app.editor().await);
    let first = submitted(&officer, "erstes").await;

    for action in ["request_changes", "reject"] {
        let silent = editor.post(&format!("{first}/actions"), &json!({ "action": action })).await;
        assert_eq!((silent.status, &silent.json()["errors"][0]["pointer"]), (422, &json!("/comment")));
    }
    let author = editor.post(&format!("{first}/assignment"), &json!({ "to": "konstanz" })).await;
    assert_eq!((author.status, &author.json()["errors"][0]["pointer"]), (422, &json!("/to")));
    // Who has read it before it was assigned may change it all the same.
    step(&editor, &first, "request_changes").await;
    let read = officer.get(&first).await;
    editor.post(&format!("{first}/assignment"), &json!({ "to": "redaktion" })).await;
    assert_eq!(officer.patch(&first, &json!({ "content": { "status": "pilot" } }), read.etag()).await.status, 200);
}

#[tokio::test]
async fn of_publish_and_withdraw_at_once_one_is_too_late() {
    let app = App::start();
    let (officer, editor) = (konstanz(&app).await, app.editor().await);
    for round in 0..8 {
        let slug = format!("wettlauf-{round}");
        let path = submitted(&officer, &slug).await;

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
async fn the_same_step_twice_is_one() {
    let app = App::start();
    let (officer, editor) = (konstanz(&app).await, app.editor().await);
    let key = [("idempotency-key", "einmal")];
    let begun = officer.post_with(SUBMISSIONS, &begins(&content("einmal")), &key).await;
    let again = officer.post_with(SUBMISSIONS, &begins(&content("einmal")), &key).await;
    let path = path(&begun.json());
    assert_eq!((begun.body.clone(), again.header("idempotent-replayed")), (again.body.clone(), "true"));
    assert_eq!(officer.get(SUBMISSIONS).await.json()["total"], 1);
    step(&officer, &path, "submit").await;

    let publish = json!({ "action": "publish" });
    let published = editor.post_with(&format!("{path}/actions"), &publish, &[("idempotency-key", "eins")]).await;
    let replayed = editor.post_with(&format!("{path}/actions"), &publish, &[("idempotency-key", "eins")]).await;

    assert_eq!((published.status, replayed.status, replayed.body), (200, 200, published.body));
}
