//! Which entries belong to which others: read for a whole page at once, in both directions.

use std::collections::HashMap;

use entity::Text;
use sea_orm::prelude::Expr;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::link::Link;
use crate::model::catalog::{MUNICIPALITIES, Resource};
use crate::model::municipality_link::MunicipalityLink;
use crate::query::lookup::ids;

/// A table or view that relates entries of one resource, the owners, to those of another.
pub(crate) struct Relation {
    pub table: &'static str,
    /// Its column with the owner's id.
    pub owner: &'static str,
    /// Its column with the id of the other.
    pub other: &'static str,
    pub to: &'static Resource,
    /// The order of the others, as SQL over the relation `r`; `0` for German order.
    pub place: &'static str,
}

/// An entry that another is related to.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Related {
    relation: i32,
    owner: Uuid,
    pub id: Uuid,
    pub slug: String,
    pub official: Option<String>,
    pub label: Text,
}

/// What the entries of a page are related to.
pub(crate) struct Links(HashMap<(&'static str, &'static str, Uuid), Vec<Related>>);

impl Relation {
    /// A relation whose others were put in order by whoever wrote the entry.
    pub(crate) const fn ordered(
        table: &'static str,
        owner: &'static str,
        other: &'static str,
        to: &'static Resource,
    ) -> Self {
        Self { table, owner, other, to, place: "r.position" }
    }

    /// A relation whose others stand in German order.
    pub(crate) const fn sorted(
        table: &'static str,
        owner: &'static str,
        other: &'static str,
        to: &'static Resource,
    ) -> Self {
        Self { table, owner, other, to, place: "0" }
    }

    /// The owners that are related to one of these others, as SQL over an entry's table.
    pub(crate) fn names(&self, entry: &str, others: &[String]) -> Expr {
        let Self { table, owner, other, to, .. } = self;
        let sql = format!(
            "{entry}.id in (select r.{owner} from {table} r join {} t on t.id = r.{other} where {})",
            to.table,
            to.match_sql("t", ["$1", "$2"])
        );
        Expr::cust_with_values(sql, [Value::from(others.to_vec()), ids(others).into()])
    }
}

/// Reads several relations of some owners in one statement, however many there are of either.
pub(crate) async fn links(db: &impl ConnectionTrait, relations: &[&Relation], owners: &[Uuid]) -> Result<Links> {
    let branch = |(number, relation): (usize, &&Relation)| {
        let Relation { table, owner, other, to, place } = relation;
        let Resource { table: others, label, key, .. } = to;
        let official = to.official_of("t");
        format!(
            "select {number} as relation, r.{owner} as owner, t.id, t.slug, {official} as official, {label} as label, \
                    {place} as place, t.{key} as key \
               from {table} r join {others} t on t.id = r.{other} where r.{owner} = any ($1)"
        )
    };
    let branches: Vec<String> = relations.iter().enumerate().map(branch).collect();
    let sql = format!("{} order by place, key, id", branches.join(" union all "));
    let found = Statement::from_sql_and_values(db.get_database_backend(), sql, [owners.to_vec().into()]);
    let mut links: HashMap<_, Vec<Related>> = HashMap::new();
    for found in Related::find_by_statement(found).all(db).await? {
        let relation = usize::try_from(found.relation).ok().and_then(|number| relations.get(number));
        if let Some(relation) = relation {
            links.entry((relation.table, relation.other, found.owner)).or_default().push(found);
        }
    }
    Ok(Links(links))
}

impl Links {
    /// What one owner is related to.
    pub(crate) fn take<L: FromRelated>(&mut self, relation: &Relation, owner: Uuid) -> Vec<L> {
        let found = self.0.remove(&(relation.table, relation.other, owner)).unwrap_or_default();
        found.into_iter().map(|found| L::from_related(relation.to, found)).collect()
    }
}

/// A link to an entry that another is related to.
pub(crate) trait FromRelated {
    fn from_related(resource: &'static Resource, found: Related) -> Self;
}

impl FromRelated for Link {
    fn from_related(resource: &'static Resource, found: Related) -> Self {
        Self::new(resource.collection, found.id, found.slug, found.label.de)
    }
}

impl FromRelated for MunicipalityLink {
    fn from_related(resource: &'static Resource, found: Related) -> Self {
        debug_assert_eq!(resource.table, MUNICIPALITIES.table);
        Self::new(found.id, found.slug, found.official, found.label.de)
    }
}

/// How many others each owner has.
pub(crate) struct Counts(HashMap<(&'static str, Uuid), i64>);

/// Counts several relations of some owners in one statement.
pub(crate) async fn counts(db: &impl ConnectionTrait, relations: &[&Relation], owners: &[Uuid]) -> Result<Counts> {
    #[derive(FromQueryResult)]
    struct Counted {
        relation: i32,
        owner: Uuid,
        count: i64,
    }
    let branch = |(number, relation): (usize, &&Relation)| {
        let Relation { table, owner, other, .. } = relation;
        format!(
            "select {number} as relation, {owner} as owner, count(distinct {other}) as count \
               from {table} where {owner} = any ($1) group by {owner}"
        )
    };
    let branches: Vec<String> = relations.iter().enumerate().map(branch).collect();
    let sql = branches.join(" union all ");
    let found = Statement::from_sql_and_values(db.get_database_backend(), sql, [owners.to_vec().into()]);
    let table = |number: i32| usize::try_from(number).ok().and_then(|number| relations.get(number)).map(|r| r.table);
    let counted = Counted::find_by_statement(found).all(db).await?.into_iter();
    Ok(Counts(counted.filter_map(|found| Some(((table(found.relation)?, found.owner), found.count))).collect()))
}

impl Counts {
    pub(crate) fn of(&self, relation: &Relation, owner: Uuid) -> i64 {
        self.0.get(&(relation.table, owner)).copied().unwrap_or_default()
    }
}
