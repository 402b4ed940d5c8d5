//! A change of any row marks the stored representations of the entries that show it.

use api::app::representations::{build, check};
use api::app::seed::{Form, SourceFile, add};
use api::base::db::Database;
use tests::{TestDatabase, complete};

use crate::representations::{rows, run};

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

/// Returns a database with few entries, of which one of each resource has all members.
fn pruned() -> TestDatabase {
    let complete: Vec<(&str, String)> = complete().map(|(resource, entry)| (resource, format!("[{entry}]"))).collect();
    let database = TestDatabase::filled();
    database.with(async move |database| {
        let file = |(collection, text)| SourceFile { collection, form: Form::Json, text };
        let files: Vec<_> = complete.iter().map(|(resource, text)| file((*resource, text.as_str()))).collect();
        add(database, &files).await.unwrap();
        run(database, PRUNE).await.unwrap();
        build(database).await.unwrap();
    });
    database
}

/// Returns the places of the first rows of a table.
async fn places(database: &Database, table: &str) -> Vec<String> {
    let rows = rows(database, &format!("select ctid::text from {table} order by ctid limit 60")).await;
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Changes a column to another value: in all rows, because a row may be shown by no entry, or in one row, if constraints prevent
/// that. Returns whether a row was changed.
async fn change(database: &Database, table: &str, column: &str, values: &[String]) -> bool {
    let update = |value: &String, row: &str| {
        format!("update {table} t set {column} = {value} where t.{column} is distinct from {value} {row}")
    };
    for value in values {
        if run(database, &update(value, "")).await.is_ok_and(|rows| rows > 0) {
            return true;
        }
    }
    for place in places(database, table).await {
        for value in values {
            let row = format!("and t.ctid = '{place}'");
            if run(database, &update(value, &row)).await.is_ok_and(|rows| rows > 0) {
                return true;
            }
        }
    }
    false
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
            let values = candidates(database, &table, &column, &kind).await;
            let is_changed = change(database, &table, &column, &values).await;
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
fn deleted_row_marks_the_entries_that_show_it() {
    pruned().with(async |database| {
        let tables = "select distinct changed from representation_dependency order by 1";
        let mut deleted = 0;
        for table in rows(database, tables).await {
            let table: String = table.try_get_by_index(0).unwrap();
            for place in places(database, &table).await {
                // Rows are deleted one by one, because other rows can refer to some of them.
                let delete = format!("delete from {table} where ctid = '{place}'");
                deleted += run(database, &delete).await.unwrap_or_default();
            }
            assert_eq!(check(database).await.unwrap(), [], "{table}");
        }
        assert!(deleted > 90, "{deleted}");
    });
}
