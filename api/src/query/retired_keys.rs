//! Retired keys (official keys that are no longer in the register) and their successors.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::lookup::FoundEntry;
use crate::base::db::sql;
use crate::base::error::{Error, Result, Rule};
use crate::http::{EntryKey, Name};
use crate::model::catalog::Resource;

/// An official key that is no longer in the register.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
struct RetiredKey {
    official: String,
    /// Name of the entry under the key.
    name: String,
    /// Date of the first register without the key.
    as_of: NaiveDate,
    /// Official key of the successor. `None` if there is no single successor.
    successor: Option<String>,
}

impl RetiredKey {
    /// Returns the rule that a reference by the key violates.
    fn rule(&self) -> Rule {
        let Self { official, name, as_of, .. } = self;
        Rule::RetiredKey { value: official.clone(), name: name.clone(), as_of: as_of.to_string() }
    }
}

impl Resource {
    /// Returns the retired keys among some names, by the key.
    async fn retired_keys(&self, db: &impl ConnectionTrait, names: &[String]) -> Result<HashMap<String, RetiredKey>> {
        const RETIRED: &str =
            "select official, name, as_of, successor from former_key where resource = $1 and official = any ($2)";
        if self.official.is_none() || names.is_empty() {
            return Ok(HashMap::new());
        }
        let values: [sea_orm::Value; 2] = [self.table.into(), names.to_vec().into()];
        let found = sql(RETIRED, values);
        let found = RetiredKey::find_by_statement(found).all(db).await?;
        Ok(found.into_iter().map(|retired| (retired.official.clone(), retired)).collect())
    }

    /// Returns the successors of the retired keys among some names, by the retired key.
    pub(super) async fn successors(
        &self,
        db: &impl ConnectionTrait,
        names: &[String],
    ) -> Result<HashMap<String, FoundEntry>> {
        let retired = self.retired_keys(db, names).await?;
        let successors: Vec<String> = retired.values().filter_map(|retired| retired.successor.clone()).collect();
        if successors.is_empty() {
            return Ok(HashMap::new());
        }
        // The successor may have changed its key since then.
        let found = self.find_named(db, &successors).await?;
        let successor =
            |(official, retired): (String, RetiredKey)| Some((official, found.get(&retired.successor?)?.clone()));
        Ok(retired.into_iter().filter_map(successor).collect())
    }

    /// Returns the rules that references by the retired keys among some names violate, by the key.
    pub(crate) async fn retired_rules(
        &self,
        db: &impl ConnectionTrait,
        names: &[String],
    ) -> Result<HashMap<String, Rule>> {
        let retired = self.retired_keys(db, names).await?;
        Ok(retired.into_iter().map(|(official, retired)| (official, retired.rule())).collect())
    }

    /// Returns the error for a retired key: a redirect to its successor, or `KeyRetired`. Returns `None` for other
    /// keys.
    pub(super) async fn retired(&self, db: &impl ConnectionTrait, key: &EntryKey) -> Result<Option<Error>> {
        let Name::Official(official) = key.name() else { return Ok(None) };
        let names = [official.to_owned()];
        let Some(retired) = self.retired_keys(db, &names).await?.remove(official) else { return Ok(None) };
        let successor = self.successors(db, &names).await?.remove(official);
        Ok(Some(match successor {
            Some(found) => Error::PermanentRedirect { slug: found.slug().to_owned() },
            None => Error::KeyRetired { official: retired.official, name: retired.name, as_of: retired.as_of },
        }))
    }
}
