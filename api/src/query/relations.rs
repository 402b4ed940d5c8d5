//! Relations between entries, read in both directions, for all entries of a page in one statement.

use std::collections::HashMap;

use entity::Text;
use sea_orm::prelude::Expr;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use crate::base::db::sql;
use crate::base::error::Result;
use crate::base::link::Link;
use crate::model::catalog::{MUNICIPALITIES, Resource};
use crate::model::municipality_link::MunicipalityLink;
use crate::query::lookup::ids;

/// A table or view that relates entries of one resource (the owners) to entries of another.
pub(crate) struct Relation {
    /// Name of the table or view.
    pub table: &'static str,
    /// Column with the ID of the owner.
    pub owner: &'static str,
    /// Column with the ID of the related entry.
    pub other: &'static str,
    /// Resource of the related entries.
    pub to: &'static Resource,
    /// Sort order of the related entries, as SQL over the relation `r`. `0` sorts by German collation.
    pub place: &'static str,
}

/// A related entry.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Related {
    relation: i32,
    owner: Uuid,
    /// ID of the entry.
    pub id: Uuid,
    /// Slug of the entry.
    pub slug: String,
    /// Official key. `None` if the entry has none.
    pub official: Option<String>,
    /// Title of the entry.
    pub title: Text,
}

/// Related entries of the entries of a page.
pub(crate) struct Links(HashMap<(&'static str, &'static str, Uuid), Vec<Related>>);

impl Relation {
    /// Returns a relation whose related entries keep the order of the input. The table has each pair once.
    pub(crate) const fn ordered(
        table: &'static str,
        owner: &'static str,
        other: &'static str,
        to: &'static Resource,
    ) -> Self {
        Self { table, owner, other, to, place: "r.position" }
    }

    /// Returns a relation whose related entries are sorted by German collation.
    pub(crate) const fn sorted(
        table: &'static str,
        owner: &'static str,
        other: &'static str,
        to: &'static Resource,
    ) -> Self {
        Self { table, owner, other, to, place: "0" }
    }

    /// Returns whether the related entries keep the order of the input, so that the table has each pair once.
    pub(crate) fn is_ordered(&self) -> bool {
        self.place == "r.position"
    }

    /// Returns the SQL condition that an entry is related to one of these entries, which are given by ID, slug or official
    /// key.
    pub(crate) fn names(&self, entry: &str, others: &[String]) -> Expr {
        let Self { table, owner, other, to, .. } = self;
        let known = ids(others);
        // PostgreSQL finds a pair faster by one value than by an array.
        if let ([_], [id]) = (others, &*known) {
            let text = format!("{entry}.id in (select r.{owner} from {table} r where r.{other} = $1)");
            return Expr::cust_with_values(text, [*id]);
        }
        if known.len() == others.len() {
            let text = format!("{entry}.id in (select r.{owner} from {table} r where r.{other} = any ($1))");
            return Expr::cust_with_values(text, [known]);
        }
        let text = format!(
            "{entry}.id in (select r.{owner} from {table} r join {} t on t.id = r.{other} where {})",
            to.table,
            to.match_sql("t")
        );
        Expr::cust_with_values(text, [Value::from(others.to_vec()), ids(others).into()])
    }
}

/// Reads several relations of some owners in one statement.
pub(crate) async fn links(db: &impl ConnectionTrait, relations: &[&Relation], owners: &[Uuid]) -> Result<Links> {
    let branch = |(number, relation): (usize, &&Relation)| {
        let Relation { table, owner, other, to, place } = relation;
        let others = to.table;
        let official = to.official_of("t");
        format!(
            "select {number} as relation, r.{owner} as owner, t.id, t.slug, {official} as official, t.title, \
                    {place} as place, t.title_key as key \
               from {table} r join {others} t on t.id = r.{other} where r.{owner} = any ($1)"
        )
    };
    let branches: Vec<String> = relations.iter().enumerate().map(branch).collect();
    let text = format!("{} order by place, key, id", branches.join(" union all "));
    let found = sql(&text, [owners.to_vec().into()]);
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
    /// Removes and returns the related entries of one owner.
    pub(crate) fn take<L: FromRelated>(&mut self, relation: &Relation, owner: Uuid) -> Vec<L> {
        let found = self.0.remove(&(relation.table, relation.other, owner)).unwrap_or_default();
        found.into_iter().map(|found| L::from_related(relation.to, found)).collect()
    }
}

/// A link to a related entry.
pub(crate) trait FromRelated {
    /// Returns the link to a related entry of a resource.
    fn from_related(resource: &'static Resource, found: Related) -> Self;
}

impl FromRelated for Link {
    fn from_related(resource: &'static Resource, found: Related) -> Self {
        Self::new(resource.collection, found.id, found.slug, found.title)
    }
}

impl FromRelated for MunicipalityLink {
    fn from_related(resource: &'static Resource, found: Related) -> Self {
        debug_assert_eq!(resource.table, MUNICIPALITIES.table);
        Self::new(found.id, found.slug, found.official, found.title)
    }
}

/// Number of related entries, by relation and owner.
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
    let text = branches.join(" union all ");
    let found = sql(&text, [owners.to_vec().into()]);
    let table = |number: i32| usize::try_from(number).ok().and_then(|number| relations.get(number)).map(|r| r.table);
    let counted = Counted::find_by_statement(found).all(db).await?.into_iter();
    Ok(Counts(counted.filter_map(|found| Some(((table(found.relation)?, found.owner), found.count))).collect()))
}

impl Counts {
    /// Returns the number of related entries of an owner. Returns 0 for owners without any.
    pub(crate) fn of(&self, relation: &Relation, owner: Uuid) -> i64 {
        self.0.get(&(relation.table, owner)).copied().unwrap_or_default()
    }
}
