//! Imports are atomic, and accept exported lists.

use api::app::seed::{Form, SourceFile};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tests::{RESOURCES, SharedApp, TestDatabase, statement};

#[test]
fn an_import_that_fails_in_the_database_stores_nothing() {
    // Simulates an error that only the database detects.
    const FAILING: &str = "begin read write; create function failing() returns trigger language plpgsql as $$ begin \
            raise exception 'it fails'; end $$; \
        create trigger failing before insert on theme for each row when (new.slug = 'theme-2400') execute function failing(); commit";
    // An import stores 1000 entries at once; the failing entry is in the third part.
    let themes: Vec<Value> = (0..2500)
        .map(|number| json!({ "slug": format!("theme-{number}"), "title": { "de": format!("Thema {number}") } }))
        .collect();
    let file = json!(themes).to_string();

    TestDatabase::filled().with(async move |database| {
        let db = database.connection();
        let count = async |table: &str| -> i64 {
            let rows: Statement = statement(&format!("select count(*) from {table}"));
            db.query_one_raw(rows).await.unwrap().unwrap().try_get_by_index(0).unwrap()
        };
        let before = (count("theme").await, count("change").await, count("search_document").await);
        db.execute_unprepared(FAILING).await.unwrap();

        let refused =
            api::app::seed::add(database, &[SourceFile { collection: "themes", form: Form::Json, text: &file }]).await;

        assert!(refused.is_err(), "the database rejects an entry");
        assert_eq!((count("theme").await, count("change").await, count("search_document").await), before);
    });
}

#[test]
fn an_entry_may_refer_to_an_entry_of_an_earlier_part_of_the_file() {
    let mut solutions: Vec<Value> = (0..1100)
        .map(|number| {
            let title = format!("Lösung {number}");
            json!({
                "slug": format!("solution-{number}"), "title": { "de": title }, "summary": { "de": title },
                "kind": "software", "status": "operational", "themes": ["mobility"], "sources": ["https://example.org/"],
            })
        })
        .collect();
    // An import checks and stores 1000 entries at once.
    solutions[1050]["related"] = json!([{ "solution": "solution-3", "relation": "alternative" }]);
    let file = json!(solutions).to_string();

    TestDatabase::filled().with(async move |database| {
        api::app::seed::add(database, &[SourceFile { collection: "solutions", form: Form::Json, text: &file }])
            .await
            .unwrap();
        let related = "select s.slug from solution_relation r join solution s on s.id = r.other_id where s.slug like 'solution-%'";
        let rows = database.connection().query_all_raw(statement(related)).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect::<Vec<String>>(), ["solution-3"]);
    });
}

/// Returns the first lines. The 12,210 municipalities would take minutes.
fn beginning(text: &str) -> String {
    text.split_inclusive('\n').take(1500).collect()
}

#[tokio::test]
async fn importing_an_exported_list_changes_nothing() {
    let app = SharedApp::first_content();
    let mut lists = vec![];
    for list in RESOURCES {
        lists.push((list, Form::Ndjson, beginning(&app.anonymous().get(&format!("/v1/{list}.ndjson")).await.text())));
        lists.push((list, Form::Json, app.anonymous().get(&format!("/v1/{list}?limit=100")).await.text()));
    }
    assert!(lists.iter().all(|(_, _, text)| text.contains("\"updated_at\":")), "the exports contain read-only members");
    assert!(lists.iter().any(|(_, _, text)| text.contains("\"href\":")), "the exports contain links");
    // CSV is imported for municipalities only.
    let table = beginning(&app.anonymous().get("/v1/municipalities?format=csv").await.text());
    assert!(table.starts_with("id,slug,ags,title_de,") && table.lines().next().unwrap().contains("projects_slug"));
    lists.push(("municipalities", Form::Csv, table));

    let imported = move || {
        TestDatabase::filled().with(async move |database| {
            let last_change = async || -> String {
                let row = statement(
                    "select resource || ' ' || slug || ' ' || sequence from change order by sequence desc limit 1",
                );
                database.connection().query_one_raw(row).await.unwrap().unwrap().try_get_by_index(0).unwrap()
            };
            let before = last_change().await;
            let files: Vec<SourceFile<'_>> =
                lists.iter().map(|(collection, form, text)| SourceFile { collection, form: *form, text }).collect();
            api::app::seed::add(database, &files).await.unwrap();
            (before, last_change().await)
        })
    };
    let (before, after) = tokio::task::spawn_blocking(imported).await.unwrap();
    assert_eq!(before, after);
}
