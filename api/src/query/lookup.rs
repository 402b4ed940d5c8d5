//! Resolves slugs, official keys and IDs to entries, and IDs to current keys.

use std::collections::{BTreeSet, HashMap};

use sea_orm::prelude::Expr;
use sea_orm::sea_query::Query;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use uuid::Uuid;

use crate::auth::Responsible;
use crate::base::db::sql;
use crate::base::error::{Error, Result, Rule, Violation};
use crate::http::{EntryKey, Name};
use crate::model::catalog::Resource;
use crate::query::former_keys::slug_now;

/// An entry found by slug, official key or ID.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct FoundEntry {
    /// ID of the entry.
    pub id: Uuid,
    slug: String,
    official: Option<String>,
}

impl FoundEntry {
    /// Returns the official key, or the slug if the entry has none.
    pub(crate) fn key(&self) -> &str {
        self.official.as_ref().unwrap_or(&self.slug)
    }

    /// Returns the current slug.
    pub(crate) fn slug(&self) -> &str {
        &self.slug
    }

    /// Returns the current official key. Returns `None` if the entry has none.
    pub(crate) fn official(&self) -> Option<&str> {
        self.official.as_deref()
    }

    /// Returns the entry as a municipality that is responsible for other entries.
    pub(crate) fn responsible(&self) -> Responsible {
        Responsible { id: self.id, name: self.key().to_owned() }
    }
}

/// Current keys of entries, by ID.
pub(crate) struct Names(HashMap<Uuid, String>);

impl Names {
    /// Returns the keys of some entries, in alphabetical order.
    pub(crate) fn of(&self, ids: &[Uuid]) -> Vec<String> {
        let mut names: Vec<String> = ids.iter().filter_map(|id| self.0.get(id)).cloned().collect();
        names.sort();
        names
    }
}

/// Returns the IDs among some names.
pub(crate) fn ids(names: &[String]) -> Vec<Uuid> {
    names.iter().filter_map(|name| name.parse().ok()).collect()
}

#[derive(FromQueryResult)]
struct Named {
    name: String,
}

impl Resource {
    /// Returns the SQL condition that an entry has a key. Fails with `Error::NotFound` for an official key if the resource has
    /// no official keys.
    pub(crate) fn key_condition(&self, key: &EntryKey) -> Result<Expr> {
        match (key.name(), self.official) {
            (Name::Id(id), _) => Ok(Expr::cust_with_values("id = $1", [id])),
            (Name::Slug(slug), _) => Ok(Expr::cust_with_values("slug = $1", [slug])),
            (Name::Official(key), Some(column)) => Ok(Expr::cust_with_values(format!("{column} = $1"), [key])),
            (Name::Official(_), None) => Err(self.not_found(key)),
        }
    }

    /// Finds entries by slugs, official keys and IDs. Returns each entry under its slug, its official key and its ID.
    pub(crate) async fn find(
        &self,
        db: &impl ConnectionTrait,
        names: &[String],
    ) -> Result<HashMap<String, FoundEntry>> {
        let Self { table, .. } = self;
        let official = self.official_of("t");
        let condition = self.match_sql("t");
        let text = format!("select t.id, t.slug, {official} as official from {table} t where {condition}");
        let values: [sea_orm::Value; 2] = [names.to_vec().into(), ids(names).into()];
        let found = sql(&text, values);
        let mut known = HashMap::new();
        for found in FoundEntry::find_by_statement(found).all(db).await? {
            known.extend(found.official.clone().map(|official| (official, found.clone())));
            known.insert(found.id.to_string(), found.clone());
            known.insert(found.slug.clone(), found);
        }
        Ok(known)
    }

    /// Returns the slugs of the entries with these IDs.
    pub(crate) async fn slugs(&self, db: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<Vec<String>> {
        let text = format!("select slug as name from {} where id = any ($1)", self.table);
        let slugs = sql(&text, [ids.into()]);
        Ok(Named::find_by_statement(slugs).all(db).await?.into_iter().map(|found| found.name).collect())
    }

    /// Resolves the names in a member of a body, former keys included. Returns the ID of each entry once, and a
    /// violation for each unknown name.
    pub(crate) async fn ids_of(
        &self,
        db: &impl ConnectionTrait,
        member: &str,
        names: &[String],
    ) -> Result<(Vec<Uuid>, Vec<Violation>)> {
        let found = if names.is_empty() { HashMap::new() } else { self.find_including_former(db, names).await? };
        let unknown: Vec<String> = names.iter().filter(|name| !found.contains_key(*name)).cloned().collect();
        let retired = self.retired_rules(db, &unknown).await?;
        let (mut ids, mut violations) = (vec![], vec![]);
        for (place, name) in names.iter().enumerate() {
            match found.get(name) {
                Some(found) if ids.contains(&found.id) => {}
                Some(found) => ids.push(found.id),
                None => {
                    let rule = retired.get(name).cloned().unwrap_or_else(|| self.unresolved(name));
                    violations.push(Violation::pointer(format!("/{member}/{place}"), rule));
                }
            }
        }
        Ok((ids, violations))
    }

    /// Returns the current keys of entries: the official key, or the slug if there is none. A deleted entry has its last
    /// key. IDs that never belonged to an entry are omitted.
    pub(crate) async fn names_of(
        &self,
        db: &impl ConnectionTrait,
        ids: impl IntoIterator<Item = Uuid>,
    ) -> Result<Names> {
        #[derive(FromQueryResult)]
        struct Current {
            id: Uuid,
            name: String,
        }
        let mut ids: Vec<Uuid> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(Names(HashMap::new()));
        }
        let Self { table, .. } = self;
        let official = self.official_of("t");
        let text = format!(
            "select i.id, coalesce({official}, t.slug, c.official, c.slug) as name \
               from unnest($1::uuid[]) as i (id) left join {table} t on t.id = i.id \
               left join lateral (select official, slug from change where entry_id = i.id and t.id is null \
                                   order by directory_version desc limit 1) c on true \
              where coalesce(t.slug, c.slug) is not null"
        );
        let rows = Current::find_by_statement(sql(&text, [ids.into()]));
        Ok(Names(rows.all(db).await?.into_iter().map(|Current { id, name }| (id, name)).collect()))
    }

    /// Finds entries by current or former names. Returns each entry under the given name. A current name takes precedence
    /// over a former one. A retired key resolves to its successor.
    pub(crate) async fn find_including_former(
        &self,
        db: &impl ConnectionTrait,
        names: &[String],
    ) -> Result<HashMap<String, FoundEntry>> {
        let mut found = self.find_named(db, names).await?;
        let unknown: Vec<String> = names.iter().filter(|name| !found.contains_key(*name)).cloned().collect();
        found.extend(self.successors(db, &unknown).await?);
        Ok(found)
    }

    /// Finds entries by current or former names, without the successors of retired keys.
    pub(super) async fn find_named(
        &self,
        db: &impl ConnectionTrait,
        names: &[String],
    ) -> Result<HashMap<String, FoundEntry>> {
        let mut found = self.find(db, names).await?;
        let unknown: Vec<String> = names.iter().filter(|name| !found.contains_key(*name)).cloned().collect();
        if !unknown.is_empty() {
            found.extend(self.find_by_former_key(db, &unknown).await?);
        }
        Ok(found)
    }

    /// Finds entries by former names. Returns each entry under the given name.
    async fn find_by_former_key(
        &self,
        db: &impl ConnectionTrait,
        names: &[String],
    ) -> Result<HashMap<String, FoundEntry>> {
        #[derive(FromQueryResult)]
        struct FormerName {
            name: String,
            id: Uuid,
            slug: String,
            official: Option<String>,
        }
        let Self { table, .. } = self;
        let official = self.official_of("t");
        let text = format!(
            "select n.name, t.* from unnest($2::text[]) as n (name) \
              cross join lateral (select t.id, t.slug, {official} as official from change c join {table} t on t.id = c.entry_id \
                                   where c.resource = $1 and (c.slug = n.name or c.official = n.name) \
                                   order by c.directory_version desc limit 1) t"
        );
        let values: [sea_orm::Value; 2] = [(*table).into(), names.to_vec().into()];
        let found = sql(&text, values);
        let found = FormerName::find_by_statement(found).all(db).await?.into_iter();
        Ok(found.map(|FormerName { name, id, slug, official }| (name, FoundEntry { id, slug, official })).collect())
    }

    /// Returns the current slug of the entry with a key, former keys included. Fails with the error of `absent`.
    pub(crate) async fn slug(&self, db: &impl ConnectionTrait, key: &EntryKey) -> Result<String> {
        match self.one(db, key).await? {
            Some(found) => Ok(found.slug),
            None => slug_now(db, self, key).await,
        }
    }

    /// Returns the ID of the entry with a key. Returns `None` if there is none.
    pub(crate) async fn id(&self, db: &impl ConnectionTrait, key: &EntryKey) -> Result<Option<Uuid>> {
        Ok(self.one(db, key).await?.map(|found| found.id))
    }

    async fn one(&self, db: &impl ConnectionTrait, key: &EntryKey) -> Result<Option<FoundEntry>> {
        let mut query = Query::select();
        query
            .exprs(["id", "slug", "null::text as official"].map(Expr::cust))
            .from(self.table)
            .and_where(self.key_condition(key)?);
        Ok(FoundEntry::find_by_statement(db.get_database_backend().build(&query)).one(db).await?)
    }

    /// Returns the IDs of the entries that a filter names, former keys included. Fails with `Error::Parameters` for unknown
    /// names.
    pub(crate) async fn check(&self, db: &impl ConnectionTrait, values: &[String]) -> Result<Vec<Uuid>> {
        if values.is_empty() {
            return Ok(vec![]);
        }
        let Self { table, .. } = self;
        let found = self.find_including_former(db, values).await?;
        let unknown: Vec<String> =
            values.iter().filter(|name| !found.contains_key(&name.to_lowercase())).cloned().collect();
        if unknown.is_empty() {
            return Ok(found.into_values().map(|found| found.id).collect::<BTreeSet<_>>().into_iter().collect());
        }
        let slugs: Option<Vec<String>> = if self.enumerable {
            let slugs = format!("select slug as name from {table} order by 1");
            let slugs = Statement::from_string(db.get_database_backend(), slugs);
            Some(Named::find_by_statement(slugs).all(db).await?.into_iter().map(|known| known.name).collect())
        } else {
            None
        };
        let retired = self.retired_rules(db, &unknown).await?;
        let violation = |name: &String| {
            let rule = match (retired.get(name), &slugs) {
                (Some(rule), _) => rule.clone(),
                (None, Some(slugs)) => Rule::unknown_value(name, slugs.iter().map(String::as_str)),
                (None, None) => self.unresolved(name),
            };
            Violation::parameter(*table, rule)
        };
        Err(Error::Parameters(unknown.iter().map(violation).collect()))
    }
}
