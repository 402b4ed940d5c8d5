//! Baselines: the content of each entry in the release that was last applied to the entry. An entry that differs from its
//! baseline was changed in the directory.

use std::collections::{HashMap, HashSet};

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::db::{Author, Write, sql};
use crate::base::error::{Error, Result};
use crate::write::input::Input;

/// Name of the command that the change log records as author of changes by a release.
pub(super) const COMMAND: &str = "seed";

/// Number of rows per statement.
const PART: usize = 1000;

/// The baselines of the entries of a resource.
pub(super) struct Baselines {
    entries: HashMap<Uuid, Value>,
    /// IDs by slug and official key.
    ids: HashMap<String, Uuid>,
}

impl Baselines {
    /// Reads the recorded state of the last release that changed an entry, or else the first recorded state of the entry. If
    /// the directory was filled before changes were recorded, the latter is the state at the start of the history.
    pub(super) async fn read<T: Input>(db: &impl ConnectionTrait) -> Result<Self> {
        const BASELINES: &str = "select entry_id, entry::text from seed_state where resource = $1 \
            union all \
            select * from (select distinct on (c.entry_id) c.entry_id, c.entry::text from change c \
                            where c.resource = $1 and c.actor in ($2, $3) and c.entry is not null \
                              and not exists (select from seed_state s where s.entry_id = c.entry_id) \
                            order by c.entry_id, c.directory_version) recorded";
        #[derive(FromQueryResult)]
        struct Baseline {
            entry_id: Uuid,
            entry: String,
        }
        let actors = [COMMAND, "migrate"].map(|command| Author::command(command).actor.into());
        let values: Vec<sea_orm::Value> = std::iter::once(T::RESOURCE.table.into()).chain(actors).collect();
        let rows = Baseline::find_by_statement(sql(BASELINES, values));
        let (mut entries, mut ids) = (HashMap::new(), HashMap::new());
        for Baseline { entry_id, entry } in rows.all(db).await? {
            let entry: Value = serde_json::from_str(&entry).map_err(Error::internal)?;
            for member in std::iter::once("slug").chain(T::RESOURCE.official) {
                let name = entry.get(member).and_then(Value::as_str);
                ids.extend(name.map(|name| (name.to_owned(), entry_id)));
            }
            entries.insert(entry_id, entry);
        }
        Ok(Self { entries, ids })
    }

    pub(super) fn get(&self, id: Uuid) -> Option<&Value> {
        self.entries.get(&id)
    }

    /// Returns the entry that had the official key or slug of a row when a release was last applied. `officials` are
    /// the official keys in the release.
    pub(super) fn find<T: Input>(&self, row: &T, officials: &HashSet<String>) -> Option<Uuid> {
        let official = |id: &Uuid| self.entries.get(id)?.get(T::RESOURCE.official?)?.as_str();
        find_by_name(&self.ids, row, |id| official(id).is_some_and(|official| officials.contains(official)))
    }
}

/// Returns the entry of a row: by official key, or otherwise by slug, unless the official key of that entry belongs to
/// another row.
pub(super) fn find_by_name<T: Input>(
    ids: &HashMap<String, Uuid>,
    row: &T,
    is_other: impl Fn(&Uuid) -> bool,
) -> Option<Uuid> {
    let by_key = row.official().and_then(|key| ids.get(key));
    by_key.or_else(|| ids.get(row.slug()).filter(|id| !is_other(id))).copied()
}

/// Records the content of a release as baseline of existing entries. Returns the number of rows written.
pub(super) async fn record(write: &Write, table: &str, applied: &[(Uuid, Value)]) -> Result<u64> {
    const RECORD: &str = "insert into seed_state (entry_id, resource, entry) \
        select s.entry_id, $1, s.entry from json_to_recordset(cast(cast($2 as text) as json)) as s (entry_id uuid, entry json) \
            on conflict (entry_id) do update set entry = excluded.entry";
    let mut recorded = 0;
    for part in applied.chunks(PART) {
        let rows: Value = part.iter().map(|(id, entry)| json!({ "entry_id": id, "entry": entry })).collect();
        let values: [sea_orm::Value; 2] = [table.into(), rows.to_string().into()];
        let done = write.tx.execute_raw(sql(RECORD, values)).await?;
        recorded += done.rows_affected();
    }
    Ok(recorded)
}
