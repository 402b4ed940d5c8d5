//! Filters of lists.

use entity::PartialDate;
use entity::vocabulary::{FederalState, Vocabulary};
use sea_orm::prelude::Expr;
use sea_orm::{Condition, EntityTrait, QueryFilter, Select};

use crate::base::terms::term_values;
use crate::model::ags::AgsPrefix;
use crate::model::catalog::Resource;
use crate::model::geo::{Bbox, Kilometres, Near};
use crate::query::relations::Relation;

/// Conditions on the entries of a table, combined with AND.
#[derive(Clone)]
pub(crate) struct Filter {
    /// Name of the table.
    pub table: &'static str,
    conditions: Vec<Condition>,
}

impl Filter {
    /// Returns a filter without conditions on the entries of a resource.
    pub(crate) fn of(resource: &Resource) -> Self {
        Self::of_table(resource.table)
    }

    /// Returns a filter without conditions on a table.
    pub(crate) fn of_table(table: &'static str) -> Self {
        Self { table, conditions: vec![] }
    }

    /// Returns a filter for each of the conditions.
    pub(crate) fn split(&self) -> impl Iterator<Item = Self> {
        self.conditions.iter().map(|condition| Self { table: self.table, conditions: vec![condition.clone()] })
    }

    /// Returns whether all entries of the table meet the conditions, because there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// Adds an SQL condition, if there is one.
    pub(crate) fn and(mut self, condition: Option<Expr>) -> Self {
        self.conditions.extend(condition.map(|condition| Condition::all().add(condition)));
        self
    }

    /// Adds a composed condition.
    pub(crate) fn all(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// Compares a column of the table with a value, if there is one: `column op $1`.
    pub(crate) fn compare(self, comparison: &str, value: Option<impl Into<sea_orm::Value>>) -> Self {
        let sql = format!("{}.{comparison}", self.table);
        self.and(value.map(|value| Expr::cust_with_values(sql, [value])))
    }

    /// Requires one of several vocabulary terms, if any are given.
    pub(crate) fn term<V: Vocabulary>(self, column: &str, terms: &[V]) -> Self {
        self.text(column, term_values(terms))
    }

    /// Requires one of several texts, if any are given.
    pub(crate) fn text(self, column: &str, texts: Vec<String>) -> Self {
        self.compare(&format!("{column} = any ($1)"), (!texts.is_empty()).then_some(texts))
    }

    /// Requires one of several numbers, if any are given.
    pub(crate) fn number(self, column: &str, numbers: Vec<i64>) -> Self {
        self.compare(&format!("{column} = any ($1)"), (!numbers.is_empty()).then_some(numbers))
    }

    /// Requires a relation to one of several entries, if any are given.
    pub(crate) fn related(self, relation: &Relation, others: &[String]) -> Self {
        let names = (!others.is_empty()).then(|| relation.names(self.table, others));
        self.and(names)
    }

    /// Requires one of several values in an array, given as SQL, if any are given.
    pub(crate) fn overlap(self, array: &str, values: Vec<String>) -> Self {
        let overlaps = (!values.is_empty()).then(|| Expr::cust_with_values(format!("{array} && $1"), [values]));
        self.and(overlaps)
    }

    /// Requires that a column has a value or that it has none, if one of both is asked for. Two conditions, because PostgreSQL
    /// assumes that half of the rows meet a comparison with a parameter.
    pub(crate) fn present(self, column: &str, is_present: Option<bool>) -> Self {
        let condition = is_present.map(|is_present| if is_present { "is not null" } else { "is null" });
        let sql = condition.map(|condition| format!("{}.{column} {condition}", self.table));
        self.and(sql.map(Expr::cust))
    }

    /// Requires one of several values in a view with a row for each entry and value, if any are given.
    pub(crate) fn listed(self, view: &str, column: &str, values: Vec<String>) -> Self {
        let table = self.table;
        let listed = format!("id in (select {table}_id from {view} where {column} = any ($1))");
        self.compare(&listed, (!values.is_empty()).then_some(values))
    }

    /// Requires a place in one of several federal states, if any are given. The search document of an entry has its states.
    pub(crate) fn in_states(self, states: &[FederalState]) -> Self {
        let id = format!("{}.id", self.table);
        let sql = format!("exists (select from search_document d where d.entry_id = {id} and d.federal_states && $1)");
        self.and((!states.is_empty()).then(|| Expr::cust_with_values(sql, [term_values(states)])))
    }

    /// Requires a municipality, in a view of municipalities, whose official key begins with one of several prefixes.
    pub(crate) fn official(self, view: &str, prefixes: &[AgsPrefix]) -> Self {
        let patterns: Vec<String> = prefixes.iter().map(|AgsPrefix(prefix)| format!("{prefix}%")).collect();
        let sql = format!(
            "id in (select {}_id from {view} join municipality m on m.id = municipality_id where m.ags like any ($1))",
            self.table
        );
        self.compare(&sql, (!patterns.is_empty()).then_some(patterns))
    }

    /// Requires a location, in a view of locations, inside a bounding box and within a radius of a point.
    pub(crate) fn within(self, view: &str, bbox: Option<Bbox>, near: Option<Near>, radius: Option<Kilometres>) -> Self {
        let table = self.table;
        let sql = format!("{table}.id in (select {table}_id from {view} where $1)");
        let lies = |place: Expr| Expr::cust_with_expr(sql.clone(), place);
        let around = near.map(|near| near.condition(radius.unwrap_or_default()));
        self.and(bbox.map(Bbox::condition).map(&lies)).and(around.map(&lies))
    }

    /// Requires at least one day in common with a period. A missing bound leaves the period open.
    pub(crate) fn during(self, from: Option<&PartialDate>, to: Option<&PartialDate>) -> Self {
        let day = |date: &PartialDate| date.to_string();
        self.compare("last_day >= first_day_of($1)", from.map(day)).compare("first_day <= last_day_of($1)", to.map(day))
    }

    /// Returns the query of the entries that meet all conditions.
    pub(crate) fn select<E: EntityTrait>(&self) -> Select<E> {
        E::find().filter(self.conditions.iter().cloned().fold(Condition::all(), Condition::add))
    }
}
