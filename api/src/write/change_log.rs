//! The change log. Each change is recorded in its own transaction. The history, the audit trail and the lookup of former
//! slugs read the log.

use entity::vocabulary::{Action, Vocabulary};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::db::Write;
use crate::base::error::Result;

/// The state of an entry after a change.
pub(crate) struct Changed {
    pub id: Uuid,
    pub slug: Option<String>,
    pub official: Option<String>,
    /// Input of the entry. `None` after its deletion.
    pub entry: Option<Value>,
}

/// Records changes of entries of one table with one statement.
pub(crate) async fn record(write: &Write, table: &str, action: Action, changed: Vec<Changed>) -> Result<()> {
    const RECORD: &str = "insert into change \
            (id, directory_version, at, action, resource, entry_id, slug, official, actor, token_id, request_id, entry, sequence) \
        select c.id, $1, $2, $3, $4, c.entry_id, c.slug, c.official, $5, $6, $7, c.entry, \
               case when $4 <> 'token' then c.place + (select coalesce(max(sequence), 0) from change) end \
          from json_to_recordset(cast(cast($8 as text) as json)) \
                   as c (place bigint, id uuid, entry_id uuid, slug text, official text, entry json)";
    let row = |(place, Changed { id, slug, official, entry }): (i64, Changed)| {
        let mut row =
            json!({ "place": place, "id": Uuid::now_v7(), "entry_id": id, "slug": slug, "official": official });
        // A deletion is stored as SQL NULL, so the member is omitted: JSON null would be stored as a value.
        if let (Some(entry), Some(row)) = (entry, row.as_object_mut()) {
            row.insert("entry".to_owned(), entry);
        }
        row
    };
    // Sent as text, because `jsonb` does not preserve the order of members.
    let rows = (1..).zip(changed).map(row).collect::<Value>().to_string();
    let author = write.author.clone();
    let values: [sea_orm::Value; 8] = [
        write.version.number.into(),
        write.at().into(),
        action.value().into(),
        table.into(),
        author.actor.into(),
        author.token.into(),
        author.request.into(),
        rows.into(),
    ];
    let backend = write.tx.get_database_backend();
    write.tx.execute_raw(Statement::from_sql_and_values(backend, RECORD, values)).await?;
    Ok(())
}
