//! Lookup, loading and representation of one entry.

use actix_web::HttpRequest;
use actix_web::web::Data;
use sea_orm::prelude::Expr;
use sea_orm::{Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::Record;
use crate::http::{EntryKey, EntryParams, Public};
use crate::model::catalog::Resource;
use crate::query::former_keys::absent;

/// An entry that can be loaded from its table.
pub(crate) trait Entry: Record + Sized {
    /// The table of the entries.
    type Table: EntityTrait;
    /// The resource of the entries.
    const RESOURCE: &'static Resource;

    /// Loads the entries of some rows, with a constant number of statements.
    async fn load<C: ConnectionTrait>(db: &C, rows: Vec<<Self::Table as EntityTrait>::Model>) -> Result<Vec<Self>>;
}

/// Responds with one entry. Fails with the error of `find` if the key identifies none.
pub(crate) async fn get_entry<E: Entry>(
    context: &Data<Context>,
    req: &HttpRequest,
    key: &EntryKey,
    params: EntryParams<E>,
) -> Result<Public> {
    let entry = find::<E, _>(context.read()?, key).await?;
    let location = entry.slug().map(|slug| E::RESOURCE.href(slug));
    params.reply(req, &entry, location).map(Public)
}

/// Returns the entry with a key. Fails with the error of `absent` if there is none.
pub(crate) async fn find<E: Entry, C: ConnectionTrait>(db: &C, key: &EntryKey) -> Result<E> {
    match E::Table::find().filter(E::RESOURCE.key_condition(key)?).one(db).await? {
        Some(row) => E::load(db, vec![row]).await?.pop().ok_or_else(|| E::RESOURCE.not_found(key)),
        None => Err(absent(db, E::RESOURCE, key).await),
    }
}

/// Returns the inputs of all entries, or of those with these slugs or official keys, sorted by official key or slug.
pub(crate) async fn inputs<E: Entry + Into<I>, I>(
    db: &impl ConnectionTrait,
    names: Option<Vec<String>>,
) -> Result<Vec<(Uuid, I)>> {
    Ok(entries::<E>(db, names).await?.into_iter().map(|entry| (entry.id(), entry.into())).collect())
}

/// Returns all entries, or those with these slugs or official keys, sorted by official key or slug.
pub(crate) async fn entries<E: Entry>(db: &impl ConnectionTrait, names: Option<Vec<String>>) -> Result<Vec<E>> {
    let official = E::RESOURCE.official.map(|column| format!(" or {column} = any ($1)")).unwrap_or_default();
    let condition = names.map(|names| Expr::cust_with_values(format!("(slug = any ($1){official})"), [names]));
    let order = Expr::cust(format!("{} collate \"C\"", E::RESOURCE.official.unwrap_or("slug")));
    let rows = E::Table::find().filter(Condition::all().add_option(condition)).order_by_asc(order);
    let rows = rows.order_by_asc(Expr::cust("slug collate \"C\"")).all(db).await?;
    E::load(db, rows).await
}
