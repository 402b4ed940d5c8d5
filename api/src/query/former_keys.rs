//! Former keys of entries, read from the change log.

use entity::vocabulary::Action;
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::base::db::sql;
use crate::base::error::{Error, Result};
use crate::http::{EntryKey, Name};
use crate::model::catalog::Resource;

/// The latest change of an entry that a key identifies or identified.
#[derive(FromQueryResult)]
struct Trace {
    entry_id: Uuid,
    action: Action,
    at: chrono::DateTime<chrono::Utc>,
    /// Current slug. `None` if the entry was deleted.
    slug: Option<String>,
}

/// Returns the error for a key without an entry: the key is unknown, the entry was deleted, the entry has another slug,
/// or the official key is retired.
pub(crate) async fn absent(db: &impl ConnectionTrait, resource: &Resource, key: &EntryKey) -> Error {
    let error = match trace(db, resource, key).await {
        Err(error) => return error,
        Ok(Some(Trace { slug: Some(slug), .. })) => return Error::PermanentRedirect { slug },
        Ok(Some(trace)) if trace.action == Action::Delete => Error::Gone(trace.at),
        Ok(_) => resource.not_found(key),
    };
    match resource.retired(db, key).await {
        Ok(retired) => retired.unwrap_or(error),
        Err(failed) => failed,
    }
}

/// Returns the current slug of the entry that a key identifies or identified.
pub(crate) async fn slug_now(db: &impl ConnectionTrait, resource: &Resource, key: &EntryKey) -> Result<String> {
    match trace(db, resource, key).await? {
        Some(Trace { slug: Some(slug), .. }) => Ok(slug),
        _ => Err(absent(db, resource, key).await),
    }
}

/// Returns the ID of the entry that a key identifies or identified, deleted entries included.
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
    // A key belongs to the entry that had it last. The newest change of that entry tells its present state.
    let text = format!(
        "select n.entry_id, n.action, n.at, e.slug \
           from (select c.entry_id from change c where c.resource = $1 and {condition} order by c.directory_version desc limit 1) last \
           cross join lateral (select c.entry_id, c.action, c.at from change c where c.entry_id = last.entry_id \
                                order by c.directory_version desc limit 1) n \
           left join {table} e on e.id = n.entry_id"
    );
    let found = sql(&text, [table.into(), value]);
    Ok(Trace::find_by_statement(found).one(db).await?)
}
