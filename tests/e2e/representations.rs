//! Stored representations: which of them a change makes outdated, and that they are the same as those built from the tables.

use api::app::representations::{build, check, repair};
use api::app::seed::{Form, SourceFile, add};
use api::base::db::Database;
use api::base::error::Error;
use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::json;
use tests::{App, Client, RESOURCES, TestDatabase, complete, statement, until_true};

/// Deletes most entries, so that the remaining ones are compared fast, and confirms practice examples.
const PRUNE: &str = "
    delete from publication where slug <> 'vollstaendig' and id not in (select id from publication where id in (select publication_id from publication_project) limit 4);
    delete from event where slug <> 'vollstaendig' and id not in (select id from event where municipality_id is not null limit 4);
    delete from course where slug <> 'vollstaendig' and id not in (select id from course limit 3);
    delete from practice_example where slug <> 'vollstaendig' and id not in (select id from practice_example order by project_id is null, id limit 5);
    delete from learning_partnership where slug <> 'vollstaendig' and id not in (select learning_partnership_id from learning_partnership_solution limit 5);
    delete from working_group where slug <> 'vollstaendig' and id not in (select working_group_id from working_group_member where project_id is not null limit 4);
    delete from solution_relation where solution_id not in (
        select solution_id from solution_relation limit 2) and solution_id <> (select id from solution where slug = 'vollstaendig');
    delete from solution where slug <> 'vollstaendig' and id not in (
        select solution_id from practice_example where solution_id is not null
        union select solution_id from learning_partnership_solution
        union select solution_id from solution_relation union select other_id from solution_relation
        union (select solution_id from solution_provider limit 3));
    delete from project where slug <> 'vollstaendig' and id not in (
        select project_id from practice_example where project_id is not null
        union select project_id from learning_partnership_partner where project_id is not null
        union select project_id from working_group_member where project_id is not null
        union select project_id from solution_project union select project_id from event_project
        union select project_id from publication_project
        union (select project_id from project_member where role <> 'lead' limit 1));
    delete from municipality where slug <> 'vollstaendig' and id not in (
        select municipality_id from project_member union select municipality_id from solution_provider
        union select municipality_id from practice_example union select municipality_id from event where municipality_id is not null
        union select municipality_id from working_group_member where municipality_id is not null
        union select municipality_id from learning_partnership_partner where municipality_id is not null
        union select d.id from municipality d join project_member on true join municipality m on m.id = municipality_id and m.district_ags = d.ags);
    insert into practice_example_confirmation (practice_example_id, municipality_id, confirmed_by, confirmed_on)
    select id, municipality_id, 'adopter', '2026-01-01' from practice_example where solution_id is not null";

/// Values that a column can be changed to, as SQL.
async fn candidates(database: &Database, table: &str, column: &str, kind: &str) -> Vec<String> {
    let by_kind: &[&str] = match kind {
        "text" => &["$ || ' neu'", "left($, -1)", "'09162000'", "'fr'", "'DE-BY'"],
        "boolean" => &["not $"],
        "jsonb" => &[
            "case when $ ? 'de' then jsonb_set($, '{de}', '\"Neu\"') else $ end",
            "case when jsonb_typeof($) = 'array' then '[]' else $ end",
        ],
        "smallint" | "integer" | "bigint" => &["$ + 1", "$ - 1", "2"],
        "double precision" | "real" | "numeric" => &["$ + 0.25", "50.5"],
        "date" => &["$ + 1", "'2026-01-02'"],
        "timestamp with time zone" => &["$ + interval '1 hour'", "now()"],
        "uuid" => &[
            "(select id from # order by id limit 1)",
            "(select id from # order by id desc limit 1)",
            "(select id from # order by id offset 1 limit 1)",
        ],
        _ => &["'{}'", "'{Neu}'"],
    };
    let other = match column.trim_end_matches("_id") {
        "other" => "solution",
        other => other,
    };
    let by_kind = by_kind.iter().map(|value| value.replace('$', &format!("t.{column}")).replace('#', other));
    let terms = format!(
        "select distinct (regexp_matches(pg_get_constraintdef(oid), '''([A-Za-z_-]+)''', 'g'))[1] from pg_constraint \
          where conrelid = '{table}'::regclass and contype = 'c' and pg_get_constraintdef(oid) like 'CHECK (({column} %'"
    );
    let terms = rows(database, &terms).await;
    let terms = terms.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).map(|term| format!("'{term}'"));
    // The values of other rows are valid, unless they have to be unique.
    let values = format!("(select o.{column} from {table} o where o.{column} <> t.{column} order by 1");
    let values = ["limit 1)", "desc limit 1)"].map(|rest| format!("{values} {rest}"));
    values.into_iter().chain(by_kind).chain(terms).chain(["null".to_owned()]).collect()
}

/// Functions that change or delete rows one by one, because a constraint may prevent that for some of them. In the database, this
/// takes a fraction of the time.
const ROW_BY_ROW: &str = "
    create function change_one(name text, assignment text, difference text) returns bigint language plpgsql as $$
    declare
        place   tid;
        changed bigint;
    begin
        for place in execute format('select ctid from %I order by ctid limit 60', name) loop
            begin
                execute format('update %I t set %s where %s and t.ctid = $1', name, assignment, difference) using place;
                get diagnostics changed = row_count;
                if changed > 0 then
                    return changed;
                end if;
            exception when others then
                null;
            end;
        end loop;
        return 0;
    end $$;
    create function delete_some(name text) returns bigint language plpgsql as $$
    declare
        place   tid;
        deleted bigint := 0;
    begin
        for place in execute format('select ctid from %I order by ctid limit 20', name) loop
            begin
                execute format('delete from %I where ctid = $1', name) using place;
                deleted := deleted + 1;
            exception when others then
                null;
            end;
        end loop;
        return deleted;
    end $$;";

/// Returns a database with few entries, of which one of each resource has all members.
fn pruned() -> TestDatabase {
    let complete: Vec<(&str, String)> = complete().map(|(resource, entry)| (resource, format!("[{entry}]"))).collect();
    let database = TestDatabase::filled();
    database.with(async move |database| {
        let file = |(collection, text)| SourceFile { collection, form: Form::Json, text };
        let files: Vec<_> = complete.iter().map(|(resource, text)| file((*resource, text.as_str()))).collect();
        add(database, &files).await.unwrap();
        run(database, PRUNE).await.unwrap();
        run(database, ROW_BY_ROW).await.unwrap();
        build(database).await.unwrap();
    });
    database
}

async fn rows(database: &Database, sql: &str) -> Vec<QueryResult> {
    database.connection().query_all_raw(statement(sql)).await.unwrap()
}

/// Read transactions plan each statement anew, also the checks of foreign keys.
const WRITE: &str = "set transaction read write; set local plan_cache_mode = auto";

/// Runs SQL in a read-write transaction. Returns the number of changed rows.
async fn run(database: &Database, sql: &str) -> Result<u64, Error> {
    let tx = database.snapshot().await?;
    tx.execute_unprepared(WRITE).await?;
    let done = tx.execute_unprepared(sql).await?;
    tx.commit().await?;
    Ok(done.rows_affected())
}

/// Returns the result of a function that changes rows, in a read-write transaction.
async fn call(database: &Database, function: &str, arguments: &[&str]) -> Result<i64, Error> {
    let tx = database.snapshot().await?;
    tx.execute_unprepared(WRITE).await?;
    let arguments = arguments.iter().map(|text| format!("$text${text}$text$")).collect::<Vec<_>>().join(", ");
    let row = tx.query_one_raw(statement(&format!("select {function}({arguments})"))).await?;
    tx.commit().await?;
    Ok(row.unwrap().try_get_by_index(0).unwrap())
}

#[test]
fn change_of_any_column_marks_the_entries_that_show_it() {
    /// Columns that are generated, or that identify a row to which others refer.
    const KEPT: &str = "is_generated = 'NEVER' and column_name <> 'id'";
    pruned().with(async |database| {
        let columns = format!(
            "select c.table_name::text, c.column_name::text, c.data_type::text from information_schema.columns c \
              where c.table_schema = current_schema() and {KEPT} \
                and c.table_name in (select changed from representation_dependency) order by 1, 2"
        );
        let (mut changed, mut unchanged) = (0, vec![]);
        for column in rows(database, &columns).await {
            let [table, column, kind] = [0, 1, 2].map(|index| column.try_get_by_index::<String>(index).unwrap());
            let mut is_changed = false;
            for value in candidates(database, &table, &column, &kind).await {
                let assignment = format!("{column} = {value}");
                let difference = format!("t.{column} is distinct from {value}");
                // Several rows at once, because a row may be shown by no entry; or one row, if a constraint prevents that.
                let all = format!("update {table} t set {assignment} where {difference}");
                is_changed = run(database, &all).await.is_ok_and(|rows| rows > 0)
                    || call(database, "change_one", &[&table, &assignment, &difference])
                        .await
                        .is_ok_and(|rows| rows > 0);
                if is_changed {
                    break;
                }
            }
            assert_eq!(check(database).await.unwrap(), [], "{table}.{column}");
            build(database).await.unwrap();
            changed += usize::from(is_changed);
            if !is_changed {
                unchanged.push(format!("{table}.{column}"));
            }
        }
        assert_eq!(check(database).await.unwrap(), [], "after building");
        assert!(unchanged.is_empty() && changed > 150, "{changed} columns changed, but not {unchanged:?}");
    });
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

#[test]
fn deleted_row_marks_the_entries_that_show_it() {
    pruned().with(async |database| {
        let tables = "select distinct changed from representation_dependency order by 1";
        let mut deleted = 0;
        for table in rows(database, tables).await {
            let table: String = table.try_get_by_index(0).unwrap();
            deleted += call(database, "delete_some", &[&table]).await.unwrap_or_default();
            assert_eq!(check(database).await.unwrap(), [], "{table}");
        }
        assert!(deleted > 90, "{deleted}");
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
