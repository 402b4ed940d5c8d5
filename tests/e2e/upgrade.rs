//! Expected effects of the migrations after schema 0022 on stored rows.
//!
//! `CONVERSIONS` lists the columns that later steps rename or convert. All other columns must stay unchanged.

use std::collections::BTreeMap;

use api::base::db::Database;
use sea_orm::ConnectionTrait;
use serde_json::{Map, Value, json};
use tests::statement;

pub(crate) type Row = Map<String, Value>;
pub(crate) type Tables = BTreeMap<String, Vec<Row>>;

/// Converts a row of schema 0022 to its expected state. The second argument holds all tables before the migration.
type Conversion = fn(&mut Row, &Tables);
const CONVERSIONS: &[(&str, Conversion)] = &[
    ("token", |row, tables| {
        replace_names_by_ids(row, tables, ["municipality", "municipalities", "municipality_ids", "created_at"]);
    }),
    ("submission", |row, tables| {
        replace_names_by_ids(row, tables, ["municipality", "municipalities", "municipality_ids", "created_at"]);
    }),
    ("webhook", |row, tables| {
        replace_names_by_ids(row, tables, ["municipality", "acts_for", "acts_for_ids", "created_at"]);
        replace_names_by_ids(row, tables, ["municipality", "municipalities", "municipality_ids", "updated_at"]);
        replace_names_by_ids(row, tables, ["theme", "themes", "theme_ids", "updated_at"]);
    }),
    ("municipality", |row, _| retitle(row, "municipality")),
    ("theme", |row, _| retitle(row, "theme")),
    ("project", |row, _| retitle(row, "project")),
    ("working_group", |row, _| retitle(row, "working_group")),
    ("publication", |row, _| retitle(row, "publication")),
    ("change", |row, _| {
        row["entry"] = stored_state(row);
        let number = row.remove("number").unwrap();
        row.insert("directory_version".to_owned(), number);
    }),
];

/// Returns the column with the title of a table before step 0028, if step 0028 renames or converts it.
fn former_title(table: &str) -> Option<&'static str> {
    match table {
        "municipality" | "project" | "working_group" => Some("name"),
        "publication" => Some("title"),
        "theme" => Some("label"),
        _ => None,
    }
}

/// Applies step 0028, which stores titles as `title` with a text per language.
pub(crate) fn retitle(entry: &mut Row, table: &str) {
    let Some(former) = former_title(table) else { return };
    let key = format!("{former}_key");
    let renamed = std::mem::take(entry).into_iter().map(|(member, value)| match member {
        member if member == former => {
            ("title".to_owned(), if value.is_string() { json!({ "de": value }) } else { value })
        }
        member if member == key => ("title_key".to_owned(), value),
        member => (member, value),
    });
    *entry = renamed.collect();
}

/// Returns the state of an entry in a change, as step 0028 converts it.
pub(crate) fn stored_state(change: &Row) -> Value {
    let mut state = change["entry"].clone();
    if let Some(entry) = state.as_object_mut() {
        retitle(entry, text(change, "resource"));
    }
    state
}

/// Applies step 0024, which replaces official keys and slugs in `column` by IDs in `renamed`. `time` names the column with the
/// time at which the keys were valid.
fn replace_names_by_ids(row: &mut Row, tables: &Tables, [table, column, renamed, time]: [&str; 4]) {
    let time = text(row, time).to_owned();
    let id = |name: &Value| {
        let named = |change: &&Row| {
            text(change, "resource") == table && (change["slug"] == *name || change["official"] == *name)
        };
        let is_there = |change: &&Row| tables[table].iter().any(|entry| entry["id"] == change["entry_id"]);
        let then = tables["change"].iter().filter(named).filter(is_there);
        let then = then.filter(|change| text(change, "at") <= time.as_str());
        let then = then.max_by_key(|change| change["number"].as_i64()).map(|change| change["entry_id"].clone());
        let now = || tables[table].iter().find(|entry| entry.get("ags") == Some(name) || entry["slug"] == *name);
        let ever = || tables["change"].iter().find(named).map(|change| change["entry_id"].clone());
        then.or_else(|| now().map(|entry| entry["id"].clone())).or_else(ever).unwrap()
    };
    let names = row.remove(column).unwrap();
    let ids = names.as_array().map(|names| {
        let mut ids: Vec<Value> = names.iter().map(id).collect();
        ids.sort_by_key(ToString::to_string);
        ids.dedup();
        ids
    });
    row.insert(renamed.to_owned(), ids.map_or(Value::Null, Value::from));
}

/// Keeps the tokens and webhooks of the fixture valid, keeps its deliveries, and prevents new deliveries.
pub(crate) const PREVENT_EXPIRY: &str = "begin read write; \
    update token set expires_at = now() + interval '300 days'; \
    update webhook set ends_at = now() + interval '300 days' where ends_at is not null; \
    update webhook set rests_until = now() + interval '1 day' where active; \
    update webhook_delivery set ended_at = now() where ended_at is not null; \
    update webhook_delivery set next_at = now() + interval '1 day' where state = 'pending'; \
    commit";

/// Returns the rows of every table in a stable order.
pub(crate) async fn tables(database: &Database) -> Tables {
    const NAMES: &str = "select tablename::text from pg_tables where schemaname = current_schema() \
                         and tablename <> 'seaql_migrations' order by 1";
    let db = database.connection();
    let mut tables = Tables::new();
    for name in db.query_all_raw(statement(NAMES)).await.unwrap() {
        let name: String = name.try_get_by_index(0).unwrap();
        let rows = format!("select row_to_json(t)::text from {name} t order by 1");
        let rows = db.query_all_raw(statement(&rows)).await.unwrap();
        let row = |row: &sea_orm::QueryResult| -> Row {
            serde_json::from_str(&row.try_get_by_index::<String>(0).unwrap()).unwrap()
        };
        tables.insert(name, rows.iter().map(row).collect());
    }
    tables
}

/// Returns rows as sorted JSON texts.
fn sorted(rows: impl Iterator<Item = Row>) -> Vec<String> {
    let mut rows: Vec<String> = rows.map(|row| Value::Object(row).to_string()).collect();
    rows.sort();
    rows
}

/// Search tables, which step 0029 rebuilds.
const SEARCH_TABLES: [&str; 2] = ["search_document", "search_word"];

/// Asserts that every row is unchanged except for the listed conversions.
pub(crate) fn assert_rows_preserved(before: &Tables, after: &Tables) {
    for (table, rows) in before.iter().filter(|(table, _)| !SEARCH_TABLES.contains(&table.as_str())) {
        let conversions = || CONVERSIONS.iter().filter(|(converted, _)| converted == table);
        let expected: Vec<Row> = rows
            .iter()
            .cloned()
            .map(|mut row| {
                conversions().for_each(|(_, convert)| convert(&mut row, before));
                row
            })
            .collect();
        let known: Vec<String> = expected.first().into_iter().flat_map(Map::keys).cloned().collect();
        let now = after.get(table).unwrap_or_else(|| panic!("the table {table} is lost"));
        let now = now.iter().map(|row| known.iter().map(|column| (column.clone(), row[column].clone())).collect());
        assert_eq!(sorted(now), sorted(expected.into_iter()), "{table}");
    }
}

pub(crate) fn text<'a>(row: &'a Row, column: &str) -> &'a str {
    row[column].as_str().unwrap_or_default()
}
