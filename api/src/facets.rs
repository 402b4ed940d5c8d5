//! Counts per value, once for all resources.

use entity::Text;
use entity::vocabulary::Vocabulary;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, QuerySelect, QueryTrait, Select};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Result;

/// One value of a facet
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Bucket {
    /// What to write in the filter of the same name.
    #[schema(example = "DE-BW")]
    pub value: String,
    /// What to show for it.
    pub label: Text,
    /// How many entries there are with it, the other filters in force.
    #[schema(example = 9)]
    pub count: i64,
}

#[derive(FromQueryResult)]
struct Counted {
    value: Option<String>,
    count: i64,
}

/// What to show for a value.
pub(crate) type Label<'a> = Box<dyn Fn(&str) -> Option<Text> + 'a>;

/// Where the values of a facet stand.
pub(crate) enum Values {
    /// A column of the entry's own table, or an expression over its columns.
    Own(&'static str),
    /// A table or view with a row for each entry and value: its name, its column with the entry's id, that with the value.
    Related(&'static str, &'static str, &'static str),
}

/// Counts the values that some entries have, most frequent first.
pub(crate) async fn buckets<E: EntityTrait>(
    db: &impl ConnectionTrait,
    values: Values,
    entries: Select<E>,
    id: E::Column,
    label: Label<'_>,
) -> Result<Vec<Bucket>> {
    let count = || Expr::cust("count(*)");
    let text = |value| Expr::cust(value).cast_as(Alias::new("text"));
    let first = || Expr::cust("1");
    let query = match values {
        Values::Own(value) => {
            let rows = entries.select_only().expr_as(text(value), "value").expr_as(count(), "count");
            rows.group_by(first()).into_query()
        }
        Values::Related(relation, entry, value) => Query::select()
            .expr_as(text(value), Alias::new("value"))
            .expr_as(count(), Alias::new("count"))
            .from(Alias::new(relation))
            .and_where(Expr::col(Alias::new(entry)).in_subquery(entries.select_only().column(id).into_query()))
            .add_group_by([first()])
            .to_owned(),
    };
    let rows = Counted::find_by_statement(db.get_database_backend().build(&query)).all(db).await?;
    let mut buckets: Vec<Bucket> = rows
        .into_iter()
        .filter_map(|Counted { value, count }| {
            let value = value?;
            let label = label(&value).unwrap_or_else(|| Text { de: value.clone(), en: None });
            Some(Bucket { value, label, count })
        })
        .collect();
    buckets.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.value.cmp(&right.value)));
    Ok(buckets)
}

/// The labels of a closed list.
pub(crate) fn labels<V: Vocabulary>() -> Label<'static> {
    Box::new(|value| {
        let (de, en) = V::ALL.iter().find(|term| term.value() == value)?.label();
        Some(Text { de: de.to_owned(), en: Some(en.to_owned()) })
    })
}

/// The labels of what is so or not.
pub(crate) fn yes_or_no() -> Label<'static> {
    Box::new(|value| {
        let (de, en) = if value == "true" { ("Ja", "Yes") } else { ("Nein", "No") };
        Some(Text { de: de.to_owned(), en: Some(en.to_owned()) })
    })
}
