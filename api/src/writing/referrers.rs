//! What keeps an entry from being deleted.

use sea_orm::{DatabaseTransaction, DbBackend, FromQueryResult, Statement};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::http::Link;
use crate::resource::{Resource, ResourceName};

/// An entry that refers to another.
#[derive(FromQueryResult)]
struct Referrer {
    resource: String,
    id: Uuid,
    slug: String,
    name: String,
    count: i64,
}

/// Nothing that others refer to is deleted.
pub(crate) async fn refuse_if_referred(tx: &DatabaseTransaction, resource: &Resource, id: Uuid) -> Result<()> {
    const REFERRERS: &str = "select d.resource, d.entry_id as id, d.slug, coalesce(d.label ->> 'de', d.slug) as name, count(*) over () as count \
        from (select distinct entry_id from referrers($1, $2)) r join search_document d on d.entry_id = r.entry_id \
        order by d.resource, d.label_key, d.entry_id limit 20";
    let found = Statement::from_sql_and_values(DbBackend::Postgres, REFERRERS, [resource.table.into(), id.into()]);
    let found = Referrer::find_by_statement(found).all(tx).await?;
    let Some(count) = found.first().map(|referrer| usize::try_from(referrer.count).unwrap_or_default()) else {
        return Ok(());
    };
    let link = |Referrer { resource, id, slug, name, .. }| {
        Some(Link::new(ResourceName::of_table(&resource)?.0.collection, id, slug, name))
    };
    Err(Error::Referenced(found.into_iter().filter_map(link).collect(), count))
}
