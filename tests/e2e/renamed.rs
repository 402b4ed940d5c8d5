//! Submissions keep their references when the referenced entries change keys and other entries take the former keys.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{App, Client, TestDatabase, statement};

use crate::submissions::{SUBMISSIONS, content, step, submission_input, submission_path};

async fn contributor(app: &App, subject: &str, ags: &str) -> Client {
    app.with_token(json!({ "subject": subject, "role": "contributor", "municipalities": [ags] })).await
}

/// Gives Ulm another official key and slug, and creates a municipality with the former ones.
async fn replace_ulm(editor: &Client) {
    let moved = json!({ "ags": "08421999", "slug": "ulm-neu" });
    assert_eq!(editor.patch("/v1/municipalities/ulm", &moved, "*").await.status, 200);
    let other = json!({
        "ags": "08421000", "slug": "ulm", "title": { "de": "Ein anderes Ulm" }, "kind": "town", "federal_state": "DE-BW",
    });
    assert_eq!(editor.post("/v1/municipalities", &other).await.status, 201);
}

fn solution(slug: &str, providers: &[&str]) -> Value {
    json!({
        "slug": slug, "title": { "de": "Erfunden" }, "summary": { "de": "Nichts." }, "kind": "data", "themes": ["mobility"],
        "providers": providers, "sources": ["https://example.org/"],
    })
}

fn provider_keys(solution: &Value) -> Vec<&str> {
    solution["providers"].as_array().unwrap().iter().map(|provider| provider["ags"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn submission_is_published_for_its_original_municipality() {
    let app = App::start();
    let (ulm, editor) = (contributor(&app, "ulm", "08421000").await, app.editor().await);
    let mut example = content("aus-ulm");
    example["municipality"] = json!("08421000");
    let draft = submission_path(&ulm.post(SUBMISSIONS, &submission_input(&example)).await.json());
    let mut in_review = vec![];
    for (slug, providers) in [("allein", &["ulm"][..]), ("gemeinsam", &["08421000", "solingen"])] {
        let begun =
            ulm.post(SUBMISSIONS, &json!({ "resource": "solutions", "content": solution(slug, providers) })).await;
        assert_eq!(step(&ulm, &submission_path(&begun.json()), "submit").await.status, 200, "{slug}");
        in_review.push((slug, submission_path(&begun.json())));
    }

    replace_ulm(&editor).await;

    let listed = editor.get(&format!("{SUBMISSIONS}?resource=solutions")).await;
    for content in listed.each("content") {
        assert_eq!(content["providers"][0], "08421999", "{content}");
    }
    for (slug, submission) in &in_review {
        let shown = ulm.get(submission).await.json();
        assert_eq!(shown["violations"], json!([]), "{slug}");
        assert_eq!(shown["content"]["providers"][0], "08421999", "{slug}");
        assert_eq!(step(&editor, submission, "publish").await.status, 200, "{slug}");
        let published = app.anonymous().get(&format!("/v1/solutions/{slug}")).await.json();
        assert_eq!(provider_keys(&published)[0], "08421999", "{slug}");
    }
    assert_eq!(step(&ulm, &draft, "submit").await.status, 200, "the draft can be submitted");
    assert_eq!(step(&editor, &draft, "publish").await.status, 200);
    let published = app.anonymous().get("/v1/practice-examples/aus-ulm").await.json();
    assert_eq!(published["municipality"]["ags"], "08421999");
}

#[tokio::test]
async fn changed_key_causes_no_ownership_change_in_a_correction() {
    let app = App::start();
    let (solingen, editor) = (contributor(&app, "solingen", "05122000").await, app.editor().await);
    let created = editor.post("/v1/solutions", &solution("gemeinsam", &["08421000", "05122000"])).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let begun = solingen.post(SUBMISSIONS, &json!({ "resource": "solutions", "entry": "gemeinsam" })).await;
    let path = submission_path(&begun.json());
    let title = json!({ "content": { "title": { "de": "Korrigiert" } } });
    assert_eq!(solingen.patch(&path, &title, "*").await.status, 200);
    assert_eq!(step(&solingen, &path, "submit").await.status, 200);

    replace_ulm(&editor).await;

    let shown = editor.get(&path).await.json();
    assert_eq!((&shown["changes"], shown.get("ownership_change")), (&json!(["/title/de"]), None), "{shown}");
    assert_eq!(step(&editor, &path, "publish").await.status, 200);
    let published = app.anonymous().get("/v1/solutions/gemeinsam").await.json();
    assert_eq!(
        (provider_keys(&published), &published["title"]["de"]),
        (vec!["08421999", "05122000"], &json!("Korrigiert"))
    );
}

#[test]
fn migration_stores_references_of_open_submissions_by_id() {
    const NAMES: &str = "select count(*), count(*) filter (where m.id is null) from submission s \
        cross join lateral jsonb_each_text(s.names -> 'municipality') n \
        left join municipality m on m.id = n.value::uuid and n.key in (m.slug, m.ags) \
        where s.stage in ('draft', 'submitted', 'changes_requested')";
    TestDatabase::of_schema_0022().with(async |database| {
        database.migrate(None).await.unwrap();
        let row = database.connection().query_one_raw(statement(NAMES)).await.unwrap().unwrap();
        let (all, wrong): (i64, i64) = (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        assert!(all > 0 && wrong == 0, "{wrong} of {all} names refer to another municipality");
    });
}
