//! Rows that belong to entries, in tables of their own.

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::Value;
use uuid::Uuid;

use crate::base::error::Result;
use crate::query::relations::Relation;

/// A table with rows that belong to entries.
pub(crate) struct ChildTable<'t> {
    pub name: &'t str,
    /// Its column with the id of the entry.
    pub owner: &'t str,
    /// Its other columns, each with its type.
    pub columns: &'t [(&'t str, &'t str)],
}

/// Replaces the rows that belong to some entries: two statements, however many there are. A row is an object with the names of
/// the columns.
pub(crate) async fn replace_children(
    tx: &impl ConnectionTrait,
    table: &ChildTable<'_>,
    owners: &[Uuid],
    rows: Vec<Value>,
) -> Result<()> {
    let ChildTable { name, owner, columns } = table;
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let types: Vec<String> = columns.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
    let delete = format!("delete from {name} where {owner} = any ($1)");
    let insert = format!(
        "insert into {name} ({owner}, {}) select * from jsonb_to_recordset($1) as r ({owner} uuid, {})",
        names.join(", "),
        types.join(", ")
    );
    let owners = owners.to_vec();
    tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, delete, [owners.into()])).await?;
    tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, insert, [Value::Array(rows).into()])).await?;
    Ok(())
}

/// Replaces the entries that some entries are related to.
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
