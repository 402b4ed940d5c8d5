//! Facets: number of entries per value.

use entity::Text;
use entity::vocabulary::Vocabulary;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QuerySelect, QueryTrait, Select};

use crate::base::error::Result;
use crate::model::facet_value::FacetValue;
use crate::query::filter::Filter;
use crate::query::relations::Relation;

/// A requested facet.
pub(crate) struct Facet {
    /// Name of the facet, which is also that of its filter.
    pub name: &'static str,
    /// Table and column of the values.
    pub source: FacetSource,
    /// Label of values that have none in the database.
    pub label: Label,
    /// All filters of the list except that of the facet, so that its other values are counted too.
    pub filters: Filter,
}

/// Returns the label of a value that has none in the database.
pub(crate) type Label = fn(&str) -> Option<Text>;

/// Specification of a facet of a list with the filter parameters `Q`.
pub(crate) struct FacetSpec<Q> {
    /// Name of the facet, which is also that of its filter.
    pub name: &'static str,
    /// Table and column of the values.
    pub source: FacetSource,
    /// Label of values that have none in the database.
    pub label: Label,
    /// Removes the filter of the same name from a query.
    pub clear: fn(&mut Q),
}

/// Source of the values of a facet.
pub(crate) enum FacetSource {
    /// A column of the table of the entries, or an expression over its columns.
    Column(&'static str),
    /// A table or view with a row for each entry and value: its name, and its column with the value.
    JoinTable(&'static str, &'static str),
    /// The slugs of related entries, with their titles as labels.
    Related(&'static Relation),
}

/// Defines the function `facet_spec` by one line for each facet: `Facet => filter: source, label;`.
///
/// A facet has the name of its filter. Its counts ignore that filter.
macro_rules! facet_specs {
    ($facets:ident of $query:ident; $($facet:ident => $filter:ident: $source:ident($($at:expr),+), $label:expr;)+) => {
        fn facet_spec(facet: $facets) -> $crate::query::facets::FacetSpec<$query> {
            match facet {
                $($facets::$facet => $crate::query::facets::FacetSpec {
                    name: stringify!($filter),
                    source: $crate::query::facets::FacetSource::$source($($at),+),
                    label: $label,
                    clear: |query| query.$filter = Default::default(),
                },)+
            }
        }
    };
}

pub(crate) use facet_specs;

/// Returns the requested facets, each with the filters of the other facets.
pub(crate) fn facets<Q: Clone, F: Copy>(
    query: &Q,
    requested: &[F],
    filters: impl Fn(&Q) -> Filter,
    facet_spec: impl Fn(F) -> FacetSpec<Q>,
) -> Vec<Facet> {
    let facet = |facet: &F| {
        let FacetSpec { name, source, label, clear } = facet_spec(*facet);
        let mut others = query.clone();
        clear(&mut others);
        Facet { name, source, label, filters: filters(&others) }
    };
    requested.iter().map(facet).collect()
}

#[derive(FromQueryResult)]
struct Counted {
    value: Option<String>,
    label: Option<Text>,
    count: i64,
}

/// Counts the values of a facet in some entries. Returns the most frequent values first.
pub(crate) async fn facet_values<E: EntityTrait>(
    db: &impl ConnectionTrait,
    facet: Facet,
    entries: Select<E>,
) -> Result<Vec<FacetValue>> {
    let Facet { source, label, .. } = facet;
    let text = |value: &str| Expr::cust(value.to_owned()).cast_as(Alias::new("text"));
    let none = || Expr::cust("null::jsonb");
    let table = E::default().table_name().to_owned();
    let counted = |relation: &str, entry: &str, label: Expr, value: Expr| {
        let ids = entries.clone().select_only().expr(Expr::cust("id")).into_query();
        Query::select()
            .expr_as(value, Alias::new("value"))
            .expr_as(label, Alias::new("label"))
            .expr_as(Expr::cust(format!("count(distinct r.{entry})")), Alias::new("count"))
            .from_as(Alias::new(relation), Alias::new("r"))
            .and_where(Expr::cust(format!("r.{entry}")).in_subquery(ids))
            .add_group_by([Expr::cust("1"), Expr::cust("2")])
            .to_owned()
    };
    let query = match source {
        FacetSource::Column(value) => {
            let rows = entries.select_only().expr_as(text(value), "value").expr_as(none(), "label");
            rows.expr_as(Expr::cust("count(*)"), "count").group_by(Expr::cust("1")).into_query()
        }
        FacetSource::JoinTable(view, value) => counted(view, &format!("{table}_id"), none(), text(value)),
        FacetSource::Related(relation) => {
            let Relation { table, owner, other, to, .. } = relation;
            let mut query = counted(table, owner, Expr::cust("t.title"), text("t.slug"));
            let others = Expr::cust(format!("t.id = r.{other}"));
            query.join_as(JoinType::Join, Alias::new(to.table), Alias::new("t"), others).to_owned()
        }
    };
    let rows = Counted::find_by_statement(db.get_database_backend().build(&query)).all(db).await?;
    let facet_value = |Counted { value, label: known, count }: Counted| {
        let value = value?;
        let label = known.or_else(|| label(&value)).unwrap_or_else(|| Text { de: value.clone(), en: None });
        Some(FacetValue { value, label, count })
    };
    let mut facet_values: Vec<FacetValue> = rows.into_iter().filter_map(facet_value).collect();
    facet_values.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.value.cmp(&right.value)));
    Ok(facet_values)
}

/// Returns the label of a vocabulary term.
pub(crate) fn term<V: Vocabulary>(value: &str) -> Option<Text> {
    let (de, en) = V::ALL.iter().find(|term| term.value() == value)?.label();
    Some(Text { de: de.to_owned(), en: Some(en.to_owned()) })
}

/// Returns the label of a boolean.
#[expect(clippy::unnecessary_wraps, reason = "has the type `Label`")]
pub(crate) fn yes_or_no(value: &str) -> Option<Text> {
    let (de, en) = if value == "true" { ("Ja", "Yes") } else { ("Nein", "No") };
    Some(Text { de: de.to_owned(), en: Some(en.to_owned()) })
}

/// Returns no label, for values that have one in the database or need none.
pub(crate) fn plain(_: &str) -> Option<Text> {
    None
}
