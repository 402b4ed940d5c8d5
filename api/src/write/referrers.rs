//! References to an entry, which prevent its deletion.

use entity::Text;
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult};
use uuid::Uuid;

use crate::base::db::sql;
use crate::base::error::{Error, Result};
use crate::base::link::Link;
use crate::model::catalog::{Resource, ResourceName};

/// An entry that refers to another entry.
#[derive(FromQueryResult)]
struct Referrer {
    resource: String,
    id: Uuid,
    slug: String,
    title: Text,
    count: i64,
}

/// The entries that refer to an entry.
pub(crate) struct Referrers {
    /// Links to the first 20 entries.
    pub links: Vec<Link>,
    pub count: usize,
}

/// Fails with `Error::Referenced` if other entries refer to an entry, which prevents its deletion.
pub(super) async fn refuse_if_referred(tx: &DatabaseTransaction, resource: &Resource, id: Uuid) -> Result<()> {
    let Referrers { links, count } = referrers(tx, resource, id).await?;
    if count == 0 { Ok(()) } else { Err(Error::Referenced(links, count)) }
}

/// Returns links to the first 20 entries that refer to an entry, and the number of all.
pub(crate) async fn referrers(db: &impl ConnectionTrait, resource: &Resource, id: Uuid) -> Result<Referrers> {
    const REFERRERS: &str = "select d.resource, d.entry_id as id, d.slug, d.label as title, count(*) over () as count \
        from (select distinct entry_id from referrers($1, $2)) r join search_document d on d.entry_id = r.entry_id \
        order by d.resource, d.label_key, d.entry_id limit 20";
    let found = sql(REFERRERS, [resource.table.into(), id.into()]);
    let found = Referrer::find_by_statement(found).all(db).await?;
    let count = found.first().map_or(0, |referrer| usize::try_from(referrer.count).unwrap_or_default());
    let link = |Referrer { resource, id, slug, title, .. }| {
        Some(Link::new(ResourceName::of_table(&resource)?.0.collection, id, slug, title))
    };
    Ok(Referrers { links: found.into_iter().filter_map(link).collect(), count })
}
