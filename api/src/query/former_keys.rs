//! Resolution of former keys of entries, with the change log.

use entity::vocabulary::Action;
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::base::db::sql;
use crate::base::error::{Error, Result};
use crate::http::{EntryKey, Name};
use crate::model::catalog::Resource;

/// The latest change of an entry that a key identifies or identified.
#[derive(FromQueryResult)]
struct LatestChange {
    entry_id: Uuid,
    action: Action,
    at: chrono::DateTime<chrono::Utc>,
    /// Current slug. `None` if the entry was deleted.
    slug: Option<String>,
}

/// Returns the error for a key without an entry: `NotFound` for an unknown key, `Gone` for a deleted entry,
/// `PermanentRedirect` for a former key, or `KeyRetired` for a retired official key.
pub(crate) async fn absent(db: &impl ConnectionTrait, resource: &Resource, key: &EntryKey) -> Error {
    let error = match latest_change(db, resource, key).await {
        Err(error) => return error,
        Ok(Some(LatestChange { slug: Some(slug), .. })) => return Error::PermanentRedirect { slug },
        Ok(Some(change)) if change.action == Action::Delete => Error::Gone(change.at),
        Ok(_) => resource.not_found(key),
    };
    match resource.retired(db, key).await {
        Ok(retired) => retired.unwrap_or(error),
        Err(failed) => failed,
    }
}

/// Returns the current slug of the entry that a key identifies or identified. Fails with the error of `absent`.
pub(crate) async fn slug_now(db: &impl ConnectionTrait, resource: &Resource, key: &EntryKey) -> Result<String> {
    match latest_change(db, resource, key).await? {
        Some(LatestChange { slug: Some(slug), .. }) => Ok(slug),
        _ => Err(absent(db, resource, key).await),
    }
}

/// Returns the ID of the entry that a key identifies or identified, even if the entry was deleted.
pub(crate) async fn once(db: &impl ConnectionTrait, resource: &Resource, key: &EntryKey) -> Result<Option<Uuid>> {
    Ok(latest_change(db, resource, key).await?.map(|change| change.entry_id))
}

async fn latest_change(db: &impl ConnectionTrait, resource: &Resource, key: &EntryKey) -> Result<Option<LatestChange>> {
    let (condition, value): (_, sea_orm::Value) = match key.name() {
        Name::Id(id) => ("c.entry_id = $2", id.into()),
        Name::Slug(slug) => ("c.slug = $2", slug.into()),
        Name::Official(official) => ("c.official = $2", official.into()),
    };
    let table = resource.table;
    // A key belongs to the entry that had it last. The newest change of that entry describes its current state.
    let text = format!(
        "select n.entry_id, n.action, n.at, e.slug \
           from (select c.entry_id from change c where c.resource = $1 and {condition} order by c.directory_version desc limit 1) last \
           cross join lateral (select c.entry_id, c.action, c.at from change c where c.entry_id = last.entry_id \
                                order by c.directory_version desc limit 1) n \
           left join {table} e on e.id = n.entry_id"
    );
    let found = sql(&text, [table.into(), value]);
    Ok(LatestChange::find_by_statement(found).one(db).await?)
}
