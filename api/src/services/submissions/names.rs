//! References of submissions to other entries. They are stored by ID, because a slug or official key may be given to another
//! entry while a submission waits for its review.

use std::collections::{BTreeMap, HashMap};

use entity::submission::Model;
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};
use serde_json::Value as Json;
use uuid::Uuid;

use super::actor::not_found;
use super::kind::{SUBMITTABLE, Submittable};
use crate::base::db::sql;
use crate::base::error::{Error, Result};
use crate::model::catalog::Resource;
use crate::query::lookup::FoundEntry;

/// IDs of entries, by table and by the key written in the content.
type Ids = BTreeMap<String, BTreeMap<String, Uuid>>;

/// Resolves the keys in the contents of submissions to IDs, and returns them as JSON by table and key. Omits unknown
/// keys.
pub(super) async fn named(
    db: &impl ConnectionTrait,
    kind: &Submittable,
    contents: impl IntoIterator<Item = &Json>,
) -> Result<Json> {
    let mut asked: BTreeMap<&str, (&Resource, Vec<String>)> = BTreeMap::new();
    let mentions = (kind.references)();
    for content in contents {
        let mut content = content.clone();
        for (member, resource) in &mentions {
            let (_, names) = asked.entry(resource.table).or_insert((resource, vec![]));
            visit_texts(&mut content, member, &mut |name| names.push(name.clone()));
        }
    }
    let mut ids = Ids::new();
    for (table, (resource, names)) in asked.into_iter().filter(|(_, (_, names))| !names.is_empty()) {
        let found = resource.find_including_former(db, &names).await?;
        let found = names.into_iter().filter_map(|name| found.get(&name).map(|found| (name, found.id)));
        ids.insert(table.to_owned(), found.collect());
    }
    serde_json::to_value(ids).map_err(Error::internal)
}

/// Replaces former keys of entries by their current keys, with one statement for each resource. Keys of deleted entries stay
/// unchanged.
pub(super) async fn up_to_date(db: &impl ConnectionTrait, mut rows: Vec<Model>) -> Result<Vec<Model>> {
    let ids = rows.iter().map(|row| serde_json::from_value(row.names.clone()));
    let mut ids: Vec<Ids> = ids.collect::<Result<_, _>>().map_err(Error::internal)?;
    for resource in resources() {
        let named = ids.iter().filter_map(|ids| ids.get(resource.table)).flat_map(BTreeMap::values);
        let named: Vec<String> = named.map(Uuid::to_string).collect();
        if named.is_empty() {
            continue;
        }
        let entries = resource.find(db, &named).await?;
        for (row, ids) in rows.iter_mut().zip(&mut ids) {
            let Some(ids) = ids.get_mut(resource.table) else { continue };
            rename(row, resource, ids, &entries)?;
        }
    }
    for (row, ids) in rows.iter_mut().zip(ids) {
        row.names = serde_json::to_value(ids).map_err(Error::internal)?;
    }
    Ok(rows)
}

/// Replaces former keys in a locked submission, and stores the result.
pub(super) async fn keep_up_to_date(tx: &DatabaseTransaction, row: Model) -> Result<Model> {
    const KEEP: &str = "update submission set content = $2::text::json, base_content = $3::text::json, names = $4::text::jsonb where id = $1";
    let now = up_to_date(tx, vec![row.clone()]).await?.pop().ok_or_else(|| not_found(row.id))?;
    if now != row {
        let base_content = now.base_content.as_ref().map(ToString::to_string);
        let values: [Value; 4] =
            [now.id.into(), now.content.to_string().into(), base_content.into(), now.names.to_string().into()];
        tx.execute_raw(sql(KEEP, values)).await?;
    }
    Ok(now)
}

/// Returns the resources that submissions refer to, each once.
fn resources() -> Vec<&'static Resource> {
    let mut resources: Vec<&Resource> =
        SUBMITTABLE.iter().flat_map(|kind| (kind.references)()).map(|(_, resource)| resource).collect();
    resources.sort_by_key(|resource| resource.table);
    resources.dedup_by_key(|resource| resource.table);
    resources
}

/// Replaces the former keys of entries of one resource in a submission.
fn rename(
    row: &mut Model,
    resource: &Resource,
    ids: &mut BTreeMap<String, Uuid>,
    entries: &HashMap<String, FoundEntry>,
) -> Result<()> {
    let now = |(name, id): (&String, &Uuid)| {
        let entry = entries.get(&id.to_string())?;
        let has_it = entry.slug() == name || entry.official() == Some(name) || id.to_string() == *name;
        (!has_it).then(|| (name.clone(), (entry.key().to_owned(), *id)))
    };
    let renamed: BTreeMap<String, (String, Uuid)> = ids.iter().filter_map(now).collect();
    if renamed.is_empty() {
        return Ok(());
    }
    for (member, named) in (Submittable::of_table(&row.resource)?.references)() {
        if named.table != resource.table {
            continue;
        }
        for content in [Some(&mut row.content), row.base_content.as_mut()].into_iter().flatten() {
            visit_texts(content, member, &mut |name| {
                if let Some((now, _)) = renamed.get(name) {
                    name.clone_from(now);
                }
            });
        }
    }
    ids.retain(|name, _| !renamed.contains_key(name));
    ids.extend(renamed.into_values());
    Ok(())
}

/// Calls `see` with each string in the member at a path, in which `*` stands for every item of a list.
fn visit_texts(value: &mut Json, path: &str, see: &mut dyn FnMut(&mut String)) {
    let (first, rest) = path.split_once('/').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let mut go_on = |value: &mut Json| match (rest, value) {
        (Some(rest), value) => visit_texts(value, rest, see),
        (None, Json::String(text)) => see(text),
        (None, _) => {}
    };
    match (first, value) {
        ("*", Json::Array(values)) => values.iter_mut().for_each(go_on),
        (name, Json::Object(members)) => {
            if let Some(value) = members.get_mut(name) {
                go_on(value);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_found_by_their_paths() {
        let mut content = json!({
            "municipality": "a", "providers": ["b", 7, "c"], "related": [{ "solution": "d" }, { "relation": "e" }, "f"],
            "themes": "g", "project": null,
        });
        let mut found = vec![];

        for path in ["municipality", "providers/*", "related/*/solution", "themes/*", "project", "absent/*"] {
            visit_texts(&mut content, path, &mut |name| {
                found.push(name.clone());
                name.push('!');
            });
        }

        assert_eq!(found, ["a", "b", "c", "d"]);
        assert_eq!(content["related"][0]["solution"], "d!");
    }
}
