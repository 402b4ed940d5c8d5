//! What a submission says goes on to mean the entries that it meant, whoever gets their names meanwhile.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{App, Client, TestDatabase, statement};

use crate::submissions::{SUBMISSIONS, begins, content, path, step};

async fn office(app: &App, subject: &str, ags: &str) -> Client {
    app.with_token(json!({ "subject": subject, "role": "contributor", "municipalities": [ags] })).await
}

/// Ulm gets another official key and slug, and a new municipality gets both of its old ones.
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

fn keys(solution: &Value) -> Vec<&str> {
    solution["providers"].as_array().unwrap().iter().map(|provider| provider["ags"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_is_new_is_published_for_those_it_was_written_for() {
    let app = App::start();
    let (ulm, editor) = (office(&app, "ulm", "08421000").await, app.editor().await);
    let mut example = content("aus-ulm");
    example["municipality"] = json!("08421000");
    let draft = path(&ulm.post(SUBMISSIONS, &begins(&example)).await.json());
    let mut sent = vec![];
    for (slug, providers) in [("allein", &["ulm"][..]), ("gemeinsam", &["08421000", "solingen"])] {
        let begun =
            ulm.post(SUBMISSIONS, &json!({ "resource": "solutions", "content": solution(slug, providers) })).await;
        assert_eq!(step(&ulm, &path(&begun.json()), "submit").await.status, 200, "{slug}");
        sent.push((slug, path(&begun.json())));
    }

    replace_ulm(&editor).await;

    let listed = editor.get(&format!("{SUBMISSIONS}?resource=solutions")).await;
    for content in listed.each("content") {
        assert_eq!(content["providers"][0], "08421999", "{content}");
    }
    for (slug, submission) in &sent {
        let shown = ulm.get(submission).await.json();
        assert_eq!(shown["violations"], json!([]), "{slug}");
        assert_eq!(shown["content"]["providers"][0], "08421999", "{slug}");
        assert_eq!(step(&editor, submission, "publish").await.status, 200, "{slug}");
        let published = app.anonymous().get(&format!("/v1/solutions/{slug}")).await.json();
        assert_eq!(keys(&published)[0], "08421999", "{slug}");
    }
    assert_eq!(step(&ulm, &draft, "submit").await.status, 200, "a draft goes on");
    assert_eq!(step(&editor, &draft, "publish").await.status, 200);
    let published = app.anonymous().get("/v1/practice-examples/aus-ulm").await.json();
    assert_eq!(published["municipality"]["ags"], "08421999");
}

#[tokio::test]
async fn a_correction_changes_no_owner_because_a_key_has_changed() {
    let app = App::start();
    let (solingen, editor) = (office(&app, "solingen", "05122000").await, app.editor().await);
    let created = editor.post("/v1/solutions", &solution("gemeinsam", &["08421000", "05122000"])).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let begun = solingen.post(SUBMISSIONS, &json!({ "resource": "solutions", "entry": "gemeinsam" })).await;
    let path = path(&begun.json());
    let title = json!({ "content": { "title": { "de": "Korrigiert" } } });
    assert_eq!(solingen.patch(&path, &title, "*").await.status, 200);
    assert_eq!(step(&solingen, &path, "submit").await.status, 200);

    replace_ulm(&editor).await;

    let shown = editor.get(&path).await.json();
    assert_eq!((&shown["changes"], shown.get("ownership_change")), (&json!(["/title/de"]), None), "{shown}");
    assert_eq!(step(&editor, &path, "publish").await.status, 200);
    let published = app.anonymous().get("/v1/solutions/gemeinsam").await.json();
    assert_eq!((keys(&published), &published["title"]["de"]), (vec!["08421999", "05122000"], &json!("Korrigiert")));
}

#[test]
fn what_was_under_way_before_is_kept_by_id_too() {
    const NAMES: &str = "select count(*), count(*) filter (where m.id is null) from submission s \
        cross join lateral jsonb_each_text(s.names -> 'municipality') n \
        left join municipality m on m.id = n.value::uuid and n.key in (m.slug, m.ags) \
        where s.stage in ('draft', 'submitted', 'changes_requested')";
    TestDatabase::of_schema_0022().with(async |database| {
        database.migrate(None).await.unwrap();
        let row = database.connection().query_one_raw(statement(NAMES)).await.unwrap().unwrap();
        let (all, strange): (i64, i64) = (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        assert!(all > 0 && strange == 0, "{strange} of {all} names stand for another municipality");
    });
}
