//! Lookup, loading and representation of one entry.

use std::collections::HashMap;
use std::marker::PhantomData;

use actix_web::HttpRequest;
use actix_web::web::Data;
use chrono::NaiveDate;
use sea_orm::prelude::Expr;
use sea_orm::{
    Condition, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::base::db::Share;
use crate::base::db::context::Context;
use crate::base::db::sql;
use crate::base::error::Result;
use crate::http::format::{Record, Represented};
use crate::http::{EntryKey, EntryParams, Public};
use crate::model::catalog::Resource;
use crate::query::former_keys::absent;
use crate::query::representations::{stored, stored_entry};

/// An entry that can be loaded from its table.
pub(crate) trait Entry: Record + DeserializeOwned {
    /// The table of the entries.
    type Table: EntityTrait<Model: Send + Sync>;
    /// The resource of the entries.
    const RESOURCE: &'static Resource;

    /// Loads the entries of some rows, with a constant number of statements.
    async fn load<C: ConnectionTrait>(db: &C, rows: Vec<<Self::Table as EntityTrait>::Model>) -> Result<Vec<Self>>;

    /// Returns the date from which the freshness is computed. `None` without a confirmation, and for resources without
    /// freshness.
    fn last_confirmed_on(&self) -> Option<NaiveDate> {
        None
    }
}

/// Responds with one entry, which is read with one statement. Fails with the error of `find` if the key identifies none.
pub(crate) async fn get_entry<E: Entry>(
    context: &Data<Context>,
    req: &HttpRequest,
    key: &EntryKey,
    params: EntryParams<E>,
) -> Result<Public> {
    let db = &context.read()?.with(Share::Table(E::RESOURCE.table));
    let keys = E::Table::find().select_only().filter(E::RESOURCE.key_condition(key)?);
    let keys = ["id", "slug"].into_iter().fold(keys, |keys, column| keys.expr_as(Expr::cust(column), column));
    let row = stored_entry::<E>(db, keys.build(DbBackend::Postgres)).await?;
    let (entry, slug) = if let Some((entry, slug)) = row.and_then(|row| Some((row.entry?, row.slug))) {
        (Represented::Stored(entry), Some(slug))
    } else {
        let entry = find::<E, _>(db, key).await?;
        let slug = entry.slug().map(str::to_owned);
        (Represented::Built(entry), slug)
    };
    params.reply(req, &entry, slug.map(|slug| E::RESOURCE.href(&slug))).map(Public)
}

/// Returns the entry with a key. Fails with the error of `absent` if there is none.
pub(crate) async fn find<E: Entry, C: ConnectionTrait>(db: &C, key: &EntryKey) -> Result<E> {
    match E::Table::find().filter(E::RESOURCE.key_condition(key)?).one(db).await? {
        Some(row) => E::load(db, vec![row]).await?.pop().ok_or_else(|| E::RESOURCE.not_found(key)),
        None => Err(absent(db, E::RESOURCE, key).await),
    }
}

/// Number of entries that a cursor reads at once.
const PART: u64 = 500;

/// A cursor over all entries of a resource, sorted by official key and slug. Entries without an official key come last.
pub(crate) struct EntryCursor<'t, E> {
    tx: &'t DatabaseTransaction,
    entries: PhantomData<E>,
}

impl<'t, E: Entry> EntryCursor<'t, E> {
    /// Opens the cursor. A transaction has at most one cursor.
    pub(crate) async fn open(tx: &'t DatabaseTransaction) -> Result<Self> {
        let ids = E::Table::find().select_only().expr_as(Expr::cust("id"), "id").order_by_asc(order::<E>());
        let declaration = format!("declare entries no scroll cursor for {}", ids.build(DbBackend::Postgres).sql);
        tx.execute_unprepared(&declaration).await?;
        Ok(Self { tx, entries: PhantomData })
    }

    /// Returns the next entries. Returns no entries at the end.
    pub(crate) async fn next(&self) -> Result<Vec<E>> {
        let rows = self.tx.query_all_raw(sql(&format!("fetch {PART} from entries"), [])).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
        let keys = E::Table::find().select_only().filter(Expr::cust_with_values("id = any ($1)", [ids]));
        let keys = ["id", "slug"].into_iter().fold(keys, |keys, column| keys.expr_as(Expr::cust(column), column));
        let keys = keys.expr_as(Expr::cust("''"), "key").expr_as(order::<E>(), "sort");
        let found = stored::<E>(self.tx, keys.build(DbBackend::Postgres), "asc").await?;
        found.complete(self.tx).await?.into_iter().map(Represented::into_record).collect()
    }
}

/// Returns the sort value of entries in a cursor.
fn order<E: Entry>() -> Expr {
    let official = E::RESOURCE.official.map(|column| format!("coalesce({column}, '~') || ' ' || ")).unwrap_or_default();
    Expr::cust(format!("({official}slug) collate \"C\""))
}

/// Loads the entries with these IDs, by ID.
pub(crate) async fn load_all<E: Entry>(db: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<HashMap<Uuid, E>> {
    let rows = E::Table::find().filter(Expr::cust_with_values("id = any ($1)", [ids])).all(db).await?;
    Ok(E::load(db, rows).await?.into_iter().map(|entry| (entry.id(), entry)).collect())
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
