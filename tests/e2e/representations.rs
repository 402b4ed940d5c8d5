//! Stored representations and those built from the tables are the same.

use api::app::representations::{check, repair};
use api::base::db::Database;
use api::base::error::Error;
use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::json;
use tests::{App, Client, RESOURCES, TestDatabase, complete, statement, until_true};

/// Returns the result of a query.
pub(crate) async fn rows(database: &Database, sql: &str) -> Vec<QueryResult> {
    database.connection().query_all_raw(statement(sql)).await.unwrap()
}

/// Read transactions plan each statement anew, also the checks of foreign keys.
const WRITE: &str = "set transaction read write; set local plan_cache_mode = auto";

/// Runs SQL in a read-write transaction. Returns the number of changed rows.
pub(crate) async fn run(database: &Database, sql: &str) -> Result<u64, Error> {
    let tx = database.snapshot().await?;
    tx.execute_unprepared(WRITE).await?;
    let done = tx.execute_unprepared(sql).await?;
    tx.commit().await?;
    Ok(done.rows_affected())
}

#[test]
fn check_reports_differences_and_repair_removes_them() {
    const DAMAGE: &str = "update representation set body = replace(body, 'Mobilität', 'Verkehr') where resource = 'solution'; \
        delete from representation where resource = 'course'; \
        insert into representation select gen_random_uuid(), resource, revision, updated_at, last_confirmed_on, format, body \
          from representation where resource = 'event' limit 1";
    TestDatabase::filled().with(async |database| {
        assert_eq!(check(database).await.unwrap(), []);
        run(database, DAMAGE).await.unwrap();

        let differences = check(database).await.unwrap();
        let count = |collection: &str| differences.iter().filter(|found| found.collection == collection).count();
        assert_eq!((count("courses"), count("events")), (30, 1));
        assert!(count("solutions") > 50, "{}", count("solutions"));
        repair(database, differences).await.unwrap();

        assert_eq!(check(database).await.unwrap(), []);
    });
}

#[tokio::test]
async fn write_builds_the_representations_that_it_affects() {
    let app = App::start();
    let editor = app.editor().await;

    for round in 0..2 {
        change_everything(&editor, round).await;
    }

    let pending = "select count(*) from representation_pending where resource <> 'theme'";
    app.stop_serving().with(async |database| {
        assert_eq!(check(database).await.unwrap(), []);
        assert_eq!(rows(database, pending).await[0].try_get_by_index::<i64>(0).unwrap(), 0);
    });
}

/// Creates, renames and deletes entries of all resources.
async fn change_everything(editor: &Client, round: usize) {
    for (resource, entry) in complete().filter(|(resource, _)| *resource != "municipalities") {
        let list = format!("/v1/{resource}");
        let mut input = entry.clone();
        input["slug"] = json!(format!("dargestellt-{round}"));
        let created = editor.post(&list, &input).await;
        assert_eq!(created.status, 201, "{}", created.text());
        if round == 0 {
            assert_eq!(editor.delete(created.header("location"), "*").await.status, 204);
        }
        for slug in editor.get(&format!("{list}?limit=3&sort=-updated_at&fields=slug")).await.slugs() {
            let renamed = json!({ "slug": format!("{slug}-{round}"), "title": { "de": format!("Neu {round}") } });
            let renamed = editor.patch(&format!("{list}/{slug}"), &renamed, "*").await;
            assert_eq!(renamed.status, 200, "{}", renamed.text());
        }
    }
}

#[tokio::test]
async fn stored_and_built_representations_are_equal() {
    /// Marks all entries, in a way that the background task leaves them alone.
    const MARK: &str = "insert into representation_pending (entry_id, resource, version, failed) \
        select entry_id, resource, 0, true from representation on conflict (entry_id) do update set failed = true";
    let app = App::start_with_examples();
    let stored = responses(&app).await;
    let database = app.stop_serving();
    database.with(async |database| run(database, MARK).await.map(drop).unwrap());

    let built = responses(&App::start_on(database)).await;

    assert!(stored.iter().filter(|(_, status, ..)| *status == 200).count() > 70);
    for (stored, built) in stored.iter().zip(&built) {
        assert_eq!(stored, built);
    }
}

/// Returns URL, status, entity tag and body of lists and entries in all formats.
async fn responses(app: &App) -> Vec<(String, u16, String, String)> {
    let (client, address) = (app.anonymous(), app.address().to_string());
    let mut responses = vec![];
    for resource in RESOURCES {
        let list = format!("/v1/{resource}");
        let slug = client.get(&format!("{list}?limit=1&fields=slug")).await.slugs().remove(0);
        // A list without one of the formats responds with 400.
        let formats =
            ["ndjson", "csv", "geojson", "atom", "ics"].map(|format| format!("{list}?limit=30&format={format}"));
        let members = [format!("{list}?limit=200&fields=slug,title"), format!("{list}/{slug}?fields=title,id")];
        let whole = [format!("{list}?limit=30"), format!("{list}/{slug}"), format!("{list}/{slug}?format=geojson")];
        for url in formats.into_iter().chain(members).chain(whole) {
            let response = client.get(&url).await;
            // The tag of a stream depends on the start of the service.
            let etag = if url.contains("format=") { "" } else { response.etag() };
            responses.push((url, response.status, etag.to_owned(), response.text().replace(&address, "")));
        }
    }
    responses
}

#[tokio::test]
async fn background_task_builds_what_writes_leave() {
    let app = App::start();
    let editor = app.editor().await;
    // The counts of its themes are expensive in a large directory.
    let (_, course) = complete().find(|(resource, _)| *resource == "courses").unwrap();
    assert_eq!(editor.post("/v1/courses", course).await.status, 201);

    until_true("a built representation", async || built(&app).await > 0).await;

    app.stop_serving().with(async |database| {
        assert_eq!(check(database).await.unwrap(), []);
        assert_eq!(rows(database, "select from representation_pending").await.len(), 0);
    });
}

/// Returns the number of representations that the background task has built.
async fn built(app: &App) -> u64 {
    let metrics = app.anonymous().get("/metrics").await.text();
    let line = metrics.lines().find(|line| line.starts_with("transferatlas_representations_built_total")).unwrap();
    line.rsplit(' ').next().unwrap().parse().unwrap()
}
