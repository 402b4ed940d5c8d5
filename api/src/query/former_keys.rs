//! What became of entries that a key has named: read from the change log.

use entity::vocabulary::Action;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::http::{EntryKey, Name};
use crate::model::catalog::Resource;

/// What became of an entry that is not where a key says.
#[derive(FromQueryResult)]
struct Trace {
    entry_id: Uuid,
    action: Action,
    at: chrono::DateTime<chrono::Utc>,
    /// Its slug now, if it is there.
    slug: Option<String>,
}

/// Returns why there is no entry under a key: there never was one, it was deleted, it has another slug now, or the register
/// no longer holds the key.
pub(crate) async fn absent(db: &impl ConnectionTrait, resource: &Resource, key: &EntryKey) -> Error {
    let error = match trace(db, resource, key).await {
        Err(error) => return error,
        Ok(Some(Trace { slug: Some(slug), .. })) => return Error::PermanentRedirect { slug },
        Ok(Some(trace)) if trace.action == Action::Delete => Error::Gone(trace.at),
        Ok(_) => Error::NotFound,
    };
    match resource.retired(db, key).await {
        Ok(retired) => retired.unwrap_or(error),
        Err(failed) => failed,
    }
}

/// The slug that an entry has now which a key names or has named.
pub(crate) async fn slug_now(db: &impl ConnectionTrait, resource: &Resource, key: &EntryKey) -> Result<String> {
    match trace(db, resource, key).await? {
        Some(Trace { slug: Some(slug), .. }) => Ok(slug),
        _ => Err(absent(db, resource, key).await),
    }
}

/// The id of an entry that a key names or has named, even if it was deleted.
pub(crate) async fn once(db: &impl ConnectionTrait, resource: &Resource, key: &EntryKey) -> Result<Option<Uuid>> {
    Ok(trace(db, resource, key).await?.map(|trace| trace.entry_id))
}

async fn trace(db: &impl ConnectionTrait, resource: &Resource, key: &EntryKey) -> Result<Option<Trace>> {
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
