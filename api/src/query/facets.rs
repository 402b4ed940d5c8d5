//! Facets: number of entries per value.

use std::collections::{BTreeMap, HashSet};

use entity::Text;
use entity::vocabulary::Vocabulary;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QuerySelect, QueryTrait, Select, Statement};

use crate::base::error::Result;
use crate::model::facet_value::FacetValue;
use crate::query::filter::Filter;
use crate::query::relations::Relation;

/// A requested facet.
#[derive(Clone)]
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
#[derive(Clone, Copy)]
pub(crate) enum FacetSource {
    /// A column of the table of the entries, or an expression over its columns.
    Column(&'static str),
    /// A table or view with a row for each entry and value: its name, and its column with the value.
    JoinTable(&'static str, &'static str),
    /// A column of the search documents with an array of values.
    Document(&'static str),
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

/// Returns the requested facets, each once, with the filters of the other facets.
pub(crate) fn facets<Q: Clone, F: Copy>(
    query: &Q,
    requested: &[F],
    filters: impl Fn(&Q) -> Filter,
    facet_spec: impl Fn(F) -> FacetSpec<Q>,
) -> Vec<Facet> {
    let facet = |FacetSpec { name, source, label, clear }| {
        let mut others = query.clone();
        clear(&mut others);
        Facet { name, source, label, filters: filters(&others) }
    };
    let mut names = HashSet::new();
    let once = |spec: &FacetSpec<Q>| names.insert(spec.name);
    requested.iter().map(|facet| facet_spec(*facet)).filter(once).map(facet).collect()
}

impl Facet {
    /// Returns the name with its values, the most frequent values first.
    pub(crate) fn counted(&self, values: impl Iterator<Item = FacetValue>) -> (&'static str, Vec<FacetValue>) {
        let mut values: Vec<_> = values.collect();
        values.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.value.cmp(&right.value)));
        (self.name, values)
    }

    /// Returns the label of a value. `known` is its label in the database.
    pub(crate) fn label_of(&self, value: &str, known: Option<Text>) -> Text {
        known.or_else(|| (self.label)(value)).unwrap_or_else(|| Text { de: value.to_owned(), en: None })
    }
}

#[derive(FromQueryResult)]
struct Counted {
    facet: i32,
    value: Option<String>,
    label: Option<Text>,
    count: i64,
}

/// Counts the values of facets in their entries, the most frequent values first. `entries` are the entries of a facet. Facets
/// of the same entries are counted with one statement, which finds the entries once.
pub(crate) async fn facet_values<E: EntityTrait>(
    db: &impl ConnectionTrait,
    facets: &[Facet],
    entries: impl Fn(&Facet) -> Select<E>,
) -> Result<BTreeMap<&'static str, Vec<FacetValue>>> {
    let mut groups: Vec<(Statement, Vec<&Facet>)> = vec![];
    for facet in facets {
        let found = entries(facet).select_only().expr(Expr::cust("*")).build(DbBackend::Postgres);
        match groups.iter_mut().find(|(entries, _)| *entries == found) {
            Some((_, group)) => group.push(facet),
            None => groups.push((found, vec![facet])),
        }
    }
    let mut counted = BTreeMap::new();
    for (entries, facets) in groups {
        counted.extend(values_of_group::<E>(db, &entries, &facets).await?);
    }
    Ok(counted)
}

/// Counts the values of facets of the same entries.
async fn values_of_group<E: EntityTrait>(
    db: &impl ConnectionTrait,
    entries: &Statement,
    facets: &[&Facet],
) -> Result<Vec<(&'static str, Vec<FacetValue>)>> {
    let table = E::default().table_name().to_owned();
    // The values of columns are read together with the IDs.
    let mut selected = vec![format!("{table}.id")];
    let mut branches = vec![];
    for (number, facet) in facets.iter().enumerate() {
        if let FacetSource::Column(value) = &facet.source {
            selected.push(format!("({value})::text as f{number}"));
        }
        branches.push(facet.source.counts(number, &table));
    }
    let found = entries.sql.replacen("SELECT *", &format!("SELECT {}", selected.join(", ")), 1);
    let text = format!("with m as materialized ({found}) {}", branches.join(" union all "));
    let rows = Counted::find_by_statement(Statement { sql: text, ..entries.clone() }).all(db).await?;
    let mut values = vec![vec![]; facets.len()];
    for Counted { facet: number, value, label, count } in rows {
        let number = usize::try_from(number).unwrap_or_default();
        if let (Some(value), Some(facet), Some(values)) = (value, facets.get(number), values.get_mut(number)) {
            values.push(FacetValue { label: facet.label_of(&value, label), value, count });
        }
    }
    Ok(facets.iter().zip(values).map(|(facet, values)| facet.counted(values.into_iter())).collect())
}

impl FacetSource {
    /// Returns the query of the values of all entries of a table: each with its label, and the IDs of its entries as `bytea`.
    pub(crate) fn values(&self, table: &str) -> String {
        match self {
            Self::Column(value) => format!(
                "select ({value})::text as value, null::jsonb as label, {} from {table} group by 1",
                aggregated_ids("id")
            ),
            Self::JoinTable(view, value) => format!(
                "select {value}::text as value, null::jsonb as label, {} from {view} group by 1",
                aggregated_ids(&format!("{table}_id"))
            ),
            Self::Document(values) => format!(
                "select p.value, null::jsonb as label, {} \
                   from search_document d, unnest(d.{values}) p (value) where d.resource = '{table}' group by 1",
                aggregated_ids("d.entry_id")
            ),
            Self::Related(Relation { table, owner, other, to, .. }) => format!(
                "select t.slug as value, t.title as label, r.ids \
                   from (select {other} as id, {} from {table} group by 1) r join {} t on t.id = r.id",
                aggregated_ids(owner),
                to.table
            ),
        }
    }

    /// Returns the query that counts the values in the entries `m`. `number` is that of the facet.
    fn counts(&self, number: usize, table: &str) -> String {
        // Counting distinct pairs is cheaper than `count(distinct …)`, which sorts.
        let pairs = |distinct: &str, relation: &str, owner: &str, value: &str| {
            format!(
                "(select {distinct} r.{owner}, {value} as value from {relation} r where r.{owner} in (select id from m)) p"
            )
        };
        match self {
            Self::Column(_) => format!(
                "select {number} as facet, f{number} as value, null::jsonb as label, count(*) as count from m group by f{number}"
            ),
            Self::JoinTable(view, value) => format!(
                "select {number} as facet, p.value::text as value, null::jsonb as label, count(*) as count from {} group by p.value",
                pairs("distinct", view, &format!("{table}_id"), value)
            ),
            Self::Document(values) => format!(
                "select {number} as facet, p.value, null::jsonb as label, count(*) as count \
                   from m join search_document d on d.entry_id = m.id, unnest(d.{values}) p (value) group by p.value"
            ),
            Self::Related(relation @ Relation { table, owner, other, to, .. }) => format!(
                "select {number} as facet, t.slug as value, t.title as label, c.count \
                   from (select p.value, count(*) as count from {} group by p.value) c join {} t on t.id = c.value",
                pairs(if relation.is_ordered() { "" } else { "distinct" }, table, owner, &format!("r.{other}")),
                to.table
            ),
        }
    }
}

/// Returns SQL that aggregates IDs in one value, which costs less than a row for each.
pub(crate) fn aggregated_ids(id: &str) -> String {
    format!("string_agg(uuid_send({id}), ''::bytea) as ids")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_facet_is_counted_once() {
        let spec = |name| FacetSpec { name, source: FacetSource::Column(name), label: plain, clear: |()| () };

        let facets = facets(&(), &["kind", "status", "kind"], |()| Filter::of_table("solution"), spec);

        assert_eq!(facets.iter().map(|facet| facet.name).collect::<Vec<_>>(), ["kind", "status"]);
    }
}
