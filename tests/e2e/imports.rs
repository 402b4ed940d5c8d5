//! A file is stored whole or not at all.

use api::app::seed::{Form, SourceFile};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tests::{TestDatabase, statement};

#[test]
fn an_import_that_fails_in_the_database_keeps_nothing() {
    // Stands for whatever the database may refuse that no check before it has seen.
    const FAILING: &str = "begin read write; create function failing() returns trigger language plpgsql as $$ begin \
            raise exception 'it fails'; end $$; \
        create trigger failing before insert on theme for each row when (new.slug = 'theme-2400') execute function failing(); commit";
    // More than are stored at once, and the flaw behind them.
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

        assert!(refused.is_err(), "the database has refused an entry");
        assert_eq!((count("theme").await, count("change").await, count("search_document").await), before);
    });
}
