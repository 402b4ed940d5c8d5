//! Keyset pagination. The cost of a page does not depend on its number, and concurrent writes do not shift entries.

use std::collections::HashMap;

use chrono::{DateTime, Datelike};
use sea_orm::prelude::{Expr, Uuid};
use sea_orm::sea_query::{Alias, ExprTrait, Order};
use sea_orm::{
    ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, Statement,
};

use crate::base::error::{Error, Result, Rule, Violation};
use crate::http::Position;

/// Sort key of a list. Never null. The ID breaks ties.
#[derive(Clone)]
pub(crate) struct SortKey {
    expr: Expr,
    kind: KeyType,
    descending: bool,
}

/// SQL expression of a sort key.
pub(crate) struct Sql(Expr);

impl From<&'static str> for Sql {
    fn from(sql: &'static str) -> Self {
        Self(Expr::cust(sql))
    }
}

impl From<Expr> for Sql {
    fn from(expr: Expr) -> Self {
        Self(expr)
    }
}

#[derive(Clone, Copy)]
enum KeyType {
    Text,
    Integer,
    Number,
    Time,
}

impl SortKey {
    /// Returns an ascending sort key of type `text`.
    pub(crate) fn text(expr: impl Into<Sql>) -> Self {
        Self { expr: expr.into().0, kind: KeyType::Text, descending: false }
    }

    /// Returns an ascending sort key of type `bigint`.
    pub(crate) fn integer(expr: impl Into<Sql>) -> Self {
        Self { expr: expr.into().0, kind: KeyType::Integer, descending: false }
    }

    /// Returns an ascending sort key of type `double precision`.
    pub(crate) fn number(expr: impl Into<Sql>) -> Self {
        Self { expr: expr.into().0, kind: KeyType::Number, descending: false }
    }

    /// Returns an ascending sort key of type `timestamptz`.
    pub(crate) fn time(expr: impl Into<Sql>) -> Self {
        Self { expr: expr.into().0, kind: KeyType::Time, descending: false }
    }

    /// Returns the sort key in ascending or descending order.
    pub(crate) fn turned(self, descending: bool) -> Self {
        Self { descending, ..self }
    }

    /// Returns the query of the IDs of all entries in this order. `None` if the order has a parameter, such as a point.
    pub(crate) fn all_ids<E: EntityTrait>(&self) -> Option<Statement> {
        let id = || Expr::col((E::default(), Alias::new("id")));
        let ids = E::find().select_only().expr_as(id(), "id");
        let ids = ids.order_by(self.expr.clone(), self.direction()).order_by(id(), self.direction());
        Some(ids.build(DbBackend::Postgres)).filter(|ids| ids.values.as_ref().is_none_or(|values| values.0.is_empty()))
    }

    fn direction(&self) -> Order {
        if self.descending { Order::Desc } else { Order::Asc }
    }
}

impl KeyType {
    fn sql(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "bigint",
            Self::Number => "double precision",
            Self::Time => "timestamptz",
        }
    }

    /// Parses the sort value of a cursor. Returns `None` for a value that the database would refuse, as in a forged cursor.
    fn read(self, key: &str) -> Option<String> {
        match self {
            Self::Text => Some(key.to_owned()),
            Self::Integer => key.parse().ok().map(|number: i64| number.to_string()),
            Self::Number => key.parse().ok().filter(|number: &f64| number.is_finite()).map(|number| number.to_string()),
            Self::Time => {
                let time = DateTime::parse_from_str(key, "%Y-%m-%d %H:%M:%S%.f%#z").ok();
                time.filter(|time| (1..=9999).contains(&time.year())).map(|_| key.to_owned())
            }
        }
    }
}

/// Part of a list: up to `limit` rows after a position.
pub(crate) struct Slice<E: EntityTrait> {
    /// All rows of the list.
    pub rows: Select<E>,
    /// Sort order of the list.
    pub order: SortKey,
    /// The position. `None` at the start of the list.
    pub after: Option<Position>,
    /// Largest number of rows.
    pub limit: u64,
}

impl<E: EntityTrait> Slice<E> {
    /// Returns the positions of the rows, and the position to continue from if there are more. Fails with `Error::Parameters` if
    /// the position does not fit the sort key.
    pub(crate) async fn positions(&self, db: &impl ConnectionTrait) -> Result<(Vec<Position>, Option<Position>)> {
        let found: Vec<(Uuid, String)> = self.keys()?.into_tuple().all(db).await?;
        let found = found.into_iter().map(|(id, key)| Position { key, id }).collect();
        Ok(self.cut(found, |position| position))
    }

    /// Returns the query of the rows and of one more, by which `cut` finds out whether there are more. Returns `id`, `slug`, and
    /// the sort value as `sort` and as the text `key`. Fails like `positions`.
    pub(crate) fn sorted_keys(&self) -> Result<Select<E>> {
        let slug = Expr::col((E::default(), Alias::new("slug")));
        Ok(self.keys()?.expr_as(slug, "slug").expr_as(self.order.expr.clone(), "sort"))
    }

    fn keys(&self) -> Result<Select<E>> {
        let direction = self.order.direction();
        let SortKey { expr, kind, descending } = self.order.clone();
        let id = || Expr::col((E::default(), Alias::new("id")));
        let mut rows = self.rows.clone();
        if let Some(after) = &self.after {
            let key = kind
                .read(&after.key)
                .ok_or_else(|| Error::Parameters(vec![Violation::parameter("cursor", Rule::Cursor {})]))?;
            let mark = Expr::tuple([Expr::val(key).cast_as(kind.sql()), Expr::val(after.id)]);
            let here = Expr::tuple([expr.clone(), id()]);
            rows = rows.filter(if descending { here.lt(mark) } else { here.gt(mark) });
        }
        Ok(rows
            .select_only()
            .expr_as(id(), "id")
            .expr_as(expr.clone().cast_as(Alias::new("text")), "key")
            .order_by(expr, direction.clone())
            .order_by(id(), direction)
            .limit(self.limit + 1))
    }

    /// Returns the direction of the sort order in SQL.
    pub(crate) fn direction(&self) -> &'static str {
        if self.order.descending { "desc" } else { "asc" }
    }

    /// Removes the row after the limit, if there is one. Returns the rows, and the position to continue from.
    pub(crate) fn cut<R>(&self, mut rows: Vec<R>, position: impl Fn(&R) -> &Position) -> (Vec<R>, Option<Position>) {
        let more = u64::try_from(rows.len()).is_ok_and(|found| found > self.limit);
        if more {
            rows.pop();
        }
        let next = rows.last().filter(|_| more).map(|last| position(last).clone());
        (rows, next)
    }
}

/// Sorts entries by their positions. Returns each entry with its sort value.
pub(crate) fn in_order<T>(positions: Vec<Position>, entries: Vec<T>, id: impl Fn(&T) -> Uuid) -> Vec<(T, String)> {
    let mut entries: HashMap<Uuid, T> = entries.into_iter().map(|entry| (id(&entry), entry)).collect();
    positions.into_iter().filter_map(|Position { id, key }| Some((entries.remove(&id)?, key))).collect()
}
