//! Removal of entries with retired keys, unless they are still in use.

use std::collections::HashMap;

use anyhow::Context;
use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::baseline::Baselines;
use super::report::UpdateReport;
use crate::base::db::{Write, sql};
use crate::base::error::{Error, Result};
use crate::base::link::Link;
use crate::model::catalog::Resource;
use crate::query::entry::inputs;
use crate::write::input::Input;
use crate::write::{Referrers, delete_entry, referrers};

/// The retired keys of a release.
pub(crate) struct FormerKeys {
    /// Date of the first register without the keys.
    pub as_of: &'static str,
    /// JSON array of objects with the official key, `name`, and optionally `successor`.
    pub json: &'static str,
}

/// Official keys that are not in the register of the date `as_of`.
pub(crate) struct RetiredKeys {
    as_of: NaiveDate,
    keys: Vec<RetiredKey>,
}

#[derive(Serialize)]
struct RetiredKey {
    official: String,
    /// Name of the entry that had the key.
    name: String,
    /// Official key of the successor. `None` if there is no single successor.
    successor: Option<String>,
}

impl RetiredKeys {
    /// Parses a list of retired keys of a resource. Fails if the JSON or the date is invalid, if a member is missing, or if the
    /// resource has no official keys.
    pub(super) fn read(resource: &Resource, as_of: &str, json: &str) -> anyhow::Result<Self> {
        let column = resource.official.with_context(|| format!("{} have no official keys", resource.collection))?;
        let entries: Vec<Map<String, Value>> = serde_json::from_str(json)?;
        let key = |entry: &Map<String, Value>| {
            let optional = |member: &str| entry.get(member).and_then(Value::as_str).map(str::to_owned);
            let member = |member: &str| optional(member).with_context(|| format!("an entry lacks `{member}`"));
            Ok(RetiredKey { official: member(column)?, name: member("name")?, successor: optional("successor") })
        };
        Ok(Self { as_of: as_of.parse()?, keys: entries.iter().map(key).collect::<anyhow::Result<_>>()? })
    }
}

/// Records retired keys of a resource, and removes the entries that still have them. Entries that were changed or are
/// in use are kept, and listed in the report with the reasons.
pub(super) async fn retire<T: Input>(write: &Write, retired: &RetiredKeys) -> Result<UpdateReport> {
    let mut report = UpdateReport { recorded: record(write, T::RESOURCE, retired).await?, ..UpdateReport::default() };
    let keys: HashMap<&str, &RetiredKey> = retired.keys.iter().map(|key| (key.official.as_str(), key)).collect();
    let names: Vec<String> = retired.keys.iter().map(|key| key.official.clone()).collect();
    let current = inputs::<T::View, T>(&write.tx, Some(names)).await?;
    if current.is_empty() {
        return Ok(report);
    }
    let baselines = Baselines::read::<T>(&write.tx).await?;
    for (id, entry) in current {
        let Some(key) = entry.official().and_then(|official| keys.get(official)) else { continue };
        let what = format!("{}/{} ({})", T::RESOURCE.collection, entry.slug(), key.official);
        let baseline = baselines.get(id);
        let is_changed = baseline != Some(&serde_json::to_value(&entry).map_err(Error::internal)?);
        let reasons = reasons(write, T::RESOURCE, id, is_changed).await?;
        if reasons.is_empty() {
            delete_entry(write, id, &entry).await?;
            report.removed.push(what);
            continue;
        }
        let successor = key.successor.as_ref().map(|key| format!("; its successor is {key}")).unwrap_or_default();
        report.kept.push(format!(
            "{what} is no longer in the register of {} and stays, because {}{successor}",
            retired.as_of,
            reasons.join(", ")
        ));
    }
    Ok(report)
}

/// Returns the reasons to keep an entry.
async fn reasons(write: &Write, resource: &Resource, id: Uuid, is_changed: bool) -> Result<Vec<String>> {
    let mut reasons = vec![];
    let Referrers { links, count } = referrers(&write.tx, resource, id).await?;
    if count > 0 {
        reasons.push(format!("{count} entries refer to it ({})", hrefs(&links, count)));
    }
    reasons.extend(bound(write, id).await?);
    if is_changed {
        reasons.push("it was created or changed in the directory".to_owned());
    }
    Ok(reasons)
}

fn hrefs(links: &[Link], count: usize) -> String {
    let mut hrefs: Vec<&str> = links.iter().map(|link| link.href.as_str()).collect();
    if links.len() < count {
        hrefs.push("…");
    }
    hrefs.join(", ")
}

/// Returns the tokens, submissions and webhooks that are bound to an entry, one line for each kind.
async fn bound(write: &Write, id: Uuid) -> Result<Vec<String>> {
    const BOUND: &str =
        "select kind, string_agg(id::text, ', ' order by id) as ids from bound_to($1) group by kind order by kind";
    #[derive(FromQueryResult)]
    struct Bound {
        kind: String,
        ids: String,
    }
    let found = sql(BOUND, [id.into()]);
    let found = Bound::find_by_statement(found).all(&write.tx).await?;
    Ok(found.into_iter().map(|Bound { kind, ids }| format!("it is bound to {kind} {ids}")).collect())
}

/// Records retired keys. Returns the number of new and changed rows.
async fn record(write: &Write, resource: &Resource, retired: &RetiredKeys) -> Result<u64> {
    const RECORD: &str = "insert into former_key (resource, official, name, as_of, successor) \
        select $1, f.official, f.name, $2, f.successor \
          from json_to_recordset(cast(cast($3 as text) as json)) as f (official text, name text, successor text) \
            on conflict (resource, official) do update \
               set name = excluded.name, as_of = excluded.as_of, successor = excluded.successor \
             where (former_key.name, former_key.as_of, former_key.successor) \
                   is distinct from (excluded.name, excluded.as_of, excluded.successor)";
    let rows = serde_json::to_string(&retired.keys).map_err(Error::internal)?;
    let values: [sea_orm::Value; 3] = [resource.table.into(), retired.as_of.into(), rows.into()];
    let done = write.tx.execute_raw(sql(RECORD, values)).await?;
    Ok(done.rows_affected())
}
