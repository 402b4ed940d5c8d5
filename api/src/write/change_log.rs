//! Who changed what: written with the change, in its transaction. History, audit and the way from old slugs read it.

use entity::vocabulary::{Action, Vocabulary};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::db::Write;
use crate::base::error::{Error, Result};
use crate::http::{Key, Name};
use crate::model::catalog::Resource;

/// Who writes.
#[derive(Clone, Debug)]
pub struct Author {
    /// The subject of a token, or a command of the program.
    pub actor: String,
    pub token: Option<Uuid>,
    /// Id of the request, as the log has it.
    pub request: Option<String>,
}

impl Author {
    /// A command of the program.
    pub fn command(name: &str) -> Self {
        Self { actor: format!("transferatlas {name}"), token: None, request: None }
    }
}

/// An entry as it is after a change.
pub(crate) struct Changed {
    pub id: Uuid,
    pub slug: Option<String>,
    pub official: Option<String>,
    /// What was set of it; nothing once it is deleted.
    pub entry: Option<Value>,
}

/// Notes what became of entries of a table: one statement, however many there are.
pub(crate) async fn record(write: &Write, table: &str, action: Action, changed: Vec<Changed>) -> Result<()> {
    const RECORD: &str = "insert into change \
            (id, number, at, action, resource, entry_id, slug, official, actor, token_id, request_id, entry, sequence) \
        select c.id, $1, $2, $3, $4, c.entry_id, c.slug, c.official, $5, $6, $7, c.entry, \
               case when $4 <> 'token' then c.place + (select coalesce(max(sequence), 0) from change) end \
          from json_to_recordset(cast(cast($8 as text) as json)) \
                   as c (place bigint, id uuid, entry_id uuid, slug text, official text, entry json)";
    let row = |(place, Changed { id, slug, official, entry }): (i64, Changed)| {
        let mut row =
            json!({ "place": place, "id": Uuid::now_v7(), "entry_id": id, "slug": slug, "official": official });
        // JSON's null would be kept as such.
        if let (Some(entry), Some(row)) = (entry, row.as_object_mut()) {
            row.insert("entry".to_owned(), entry);
        }
        row
    };
    // As text: a value of the database's own binary kind would lose the order of members.
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

/// What became of an entry that is not where a key says.
#[derive(FromQueryResult)]
struct Trace {
    entry_id: Uuid,
    action: Action,
    at: chrono::DateTime<chrono::Utc>,
    /// Its slug now, if it is there.
    slug: Option<String>,
}

/// Why there is no entry under a key: there never was, it was deleted, or it has another slug now.
pub(crate) async fn absent(db: &impl ConnectionTrait, resource: &Resource, key: &Key) -> Error {
    match trace(db, resource, key).await {
        Err(error) => error,
        Ok(Some(Trace { slug: Some(slug), .. })) => Error::Moved { slug },
        Ok(Some(trace)) if trace.action == Action::Delete => Error::Gone(trace.at),
        Ok(_) => Error::NotFound,
    }
}

/// The slug that an entry has now which a key names or has named.
pub(crate) async fn slug_now(db: &impl ConnectionTrait, resource: &Resource, key: &Key) -> Result<String> {
    match trace(db, resource, key).await? {
        Some(Trace { slug: Some(slug), .. }) => Ok(slug),
        _ => Err(absent(db, resource, key).await),
    }
}

/// The id of an entry that a key names or has named, even if it was deleted.
pub(crate) async fn once(db: &impl ConnectionTrait, resource: &Resource, key: &Key) -> Result<Option<Uuid>> {
    Ok(trace(db, resource, key).await?.map(|trace| trace.entry_id))
}

async fn trace(db: &impl ConnectionTrait, resource: &Resource, key: &Key) -> Result<Option<Trace>> {
    let (condition, value): (_, sea_orm::Value) = match key.name() {
        Name::Id(id) => ("c.entry_id = $2", id.into()),
        Name::Slug(slug) => ("c.slug = $2", slug.into()),
        Name::Official(official) => ("c.official = $2", official.into()),
    };
    let table = resource.table;
    // Who had the name last has it; what became of that entry since is its newest change.
    let sql = format!(
        "select n.entry_id, n.action, n.at, e.slug \
           from (select c.entry_id from change c where c.resource = $1 and {condition} order by c.number desc limit 1) last \
           cross join lateral (select c.entry_id, c.action, c.at from change c where c.entry_id = last.entry_id \
                                order by c.number desc limit 1) n \
           left join {table} e on e.id = n.entry_id"
    );
    let found = Statement::from_sql_and_values(db.get_database_backend(), sql, [table.into(), value]);
    Ok(Trace::find_by_statement(found).one(db).await?)
}
