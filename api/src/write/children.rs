//! Child tables, whose rows belong to entries.

use sea_orm::ConnectionTrait;
use serde_json::Value;
use uuid::Uuid;

use crate::base::db::sql;
use crate::base::error::Result;
use crate::query::relations::Relation;

/// A table whose rows belong to entries.
pub(crate) struct ChildTable<'t> {
    pub name: &'t str,
    /// Column with the ID of the entry.
    pub owner: &'t str,
    /// Other columns with their types.
    pub columns: &'t [(&'t str, &'t str)],
}

/// Replaces the rows of some entries with two statements. Each row is a JSON object with a member for each column. Rows that
/// do not change are kept, so that only entries that show a changed row are represented anew.
pub(crate) async fn replace_children(
    tx: &impl ConnectionTrait,
    table: &ChildTable<'_>,
    owners: &[Uuid],
    rows: Vec<Value>,
) -> Result<()> {
    let ChildTable { name, owner, columns } = table;
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let types: Vec<String> = columns.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
    let all = |row: &str| names.iter().map(|name| format!("{row}.{name}")).collect::<Vec<_>>().join(", ");
    let input = |number| format!("jsonb_to_recordset(${number}) as r ({owner} uuid, {})", types.join(", "));
    let same = format!("r.{owner} = t.{owner} and ({}) is not distinct from ({})", all("r"), all("t"));
    let delete = format!(
        "delete from {name} t where t.{owner} = any ($1) and not exists (select from {} where {same})",
        input(2)
    );
    let insert = format!(
        "insert into {name} ({owner}, {}) select r.* from {} where not exists (select from {name} t where {same})",
        names.join(", "),
        input(1)
    );
    let rows = Value::Array(rows);
    let owners = owners.to_vec();
    tx.execute_raw(sql(&delete, [owners.into(), rows.clone().into()])).await?;
    tx.execute_raw(sql(&insert, [rows.into()])).await?;
    Ok(())
}

/// Replaces the related entries of some entries.
pub(crate) async fn replace_related(
    tx: &impl ConnectionTrait,
    relation: &Relation,
    related: Vec<(Uuid, Vec<Uuid>)>,
) -> Result<()> {
    let Relation { table, owner, other, .. } = relation;
    let owners: Vec<Uuid> = related.iter().map(|(owner, _)| *owner).collect();
    let row = |owner_id: Uuid, (position, other_id): (usize, &Uuid)| {
        let members = [
            (*owner, owner_id.to_string().into()),
            (*other, other_id.to_string().into()),
            ("position", position.into()),
        ];
        members.into_iter().map(|(name, value): (&str, Value)| (name.to_owned(), value)).collect::<Value>()
    };
    let rows = related.iter().flat_map(|(owner, others)| others.iter().enumerate().map(|other| row(*owner, other)));
    let table = ChildTable { name: table, owner, columns: &[(other, "uuid"), ("position", "smallint")] };
    replace_children(tx, &table, &owners, rows.collect()).await
}
