//! Assignment of the rows of a file to entries of the directory. Finds conflicts of slugs and official keys before the
//! database does, because errors of the database do not name the line.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::error::{ImportError, LineError};
use super::valid_rows::Names;
use crate::base::db::KeyChange;
use crate::model::catalog::Resource;

/// The entries assigned to the rows of a file.
pub(super) struct Assignment {
    /// IDs of the entries, in the order of the rows. A new entry has a new ID.
    pub ids: Vec<Uuid>,
    /// Entries whose official key changes.
    pub key_changes: Vec<KeyChange>,
}

/// Finds the entry of each row: by official key, or otherwise by slug. An entry found by slug is the same entry under a
/// new official key, as after a territorial reform, unless the file contains its old official key. Fails with
/// `ImportError::Lines` if the slug or official key of a row belongs to another entry or line.
pub(super) async fn assign(
    db: &impl ConnectionTrait,
    resource: &'static Resource,
    rows: &[(u64, Names)],
) -> Result<Assignment, ImportError> {
    let mut directory = KnownNames::read(db, resource, rows).await?;
    let (mut ids, mut key_changes, mut line_errors) = (vec![], vec![], vec![]);
    for (line, names) in rows {
        let known = directory.entry(names);
        let id = known.unwrap_or_else(Uuid::now_v7);
        let found = directory.conflicts(id, *line, names);
        if found.is_empty() {
            key_changes.extend(known.and_then(|id| directory.key_change(id, names)));
            directory.note(id, *line, names);
        }
        line_errors.extend(found);
        ids.push(id);
    }
    if line_errors.is_empty() { Ok(Assignment { ids, key_changes }) } else { Err(ImportError::Lines(line_errors)) }
}

/// Slugs and official keys of the entries in a file, as they will be when all rows up to the current one are stored.
struct KnownNames {
    resource: &'static Resource,
    owners: HashMap<String, Uuid>,
    names: HashMap<Uuid, Names>,
    /// Official keys and slugs in the file, with their lines.
    lines: HashMap<String, u64>,
    /// Line of each entry that a row before the current one has.
    found: HashMap<Uuid, u64>,
}

impl Names {
    /// Returns the name of the entry in messages.
    fn description(&self) -> String {
        match &self.official {
            Some(official) => format!("{official} ({})", self.slug),
            None => self.slug.clone(),
        }
    }
}

impl KnownNames {
    async fn read(
        db: &impl ConnectionTrait,
        resource: &'static Resource,
        rows: &[(u64, Names)],
    ) -> Result<Self, ImportError> {
        let lines: HashMap<String, u64> =
            rows.iter().flat_map(|(line, names)| names.all().map(|name| (name.clone(), *line))).collect();
        let (mut owners, mut names) = (HashMap::new(), HashMap::new());
        for found in resource.find(db, &lines.keys().cloned().collect::<Vec<_>>()).await?.into_values() {
            let known = Names { slug: found.slug().to_owned(), official: found.official().map(str::to_owned) };
            owners.extend(known.all().map(|name| (name.clone(), found.id)));
            names.insert(found.id, known);
        }
        Ok(Self { resource, owners, names, lines, found: HashMap::new() })
    }

    /// Returns the existing entry of a row, if there is one.
    fn entry(&self, row: &Names) -> Option<Uuid> {
        let by_key = row.official.as_ref().and_then(|key| self.owners.get(key));
        let is_same = |id: &&Uuid| {
            let old = self.names.get(id).and_then(|names| names.official.as_ref());
            old.is_none_or(|old| !self.lines.contains_key(old))
        };
        by_key.or_else(|| self.owners.get(&row.slug).filter(is_same)).copied()
    }

    /// Returns the conflicts of a row with other entries and other lines.
    fn conflicts(&self, id: Uuid, line: u64, names: &Names) -> Vec<LineError> {
        let line_error = |member: &str, detail| LineError { line, pointer: format!("/{member}"), detail };
        if let Some(first) = self.found.get(&id) {
            let detail = format!(
                "{} is the same entry as on line {first}, by its slug or official key; remove one of the two lines",
                names.description()
            );
            return vec![line_error("slug", detail)];
        }
        let official = names.official.as_ref().map(|key| (self.resource.official.unwrap_or("slug"), key));
        let members = std::iter::once(("slug", &names.slug)).chain(official);
        members
            .filter_map(|(member, name)| {
                let other = self.owners.get(name).filter(|owner| **owner != id)?;
                Some(line_error(member, self.taken(member, name, names, self.names.get(other)?)))
            })
            .collect()
    }

    /// Returns the message about a slug or official key that another entry has.
    fn taken(&self, member: &str, name: &str, own: &Names, other: &Names) -> String {
        let taken = format!(
            "`{name}` cannot become the {member} of {}: it belongs to {}",
            own.description(),
            other.description()
        );
        let elsewhere = other.official.as_ref().or(Some(&other.slug)).and_then(|key| self.lines.get(key));
        match elsewhere {
            Some(line) => format!(
                "{taken}, which is on line {line}. Import another {member} of that entry with a separate file first; or remove line \
                 {line} if both lines describe the same entry"
            ),
            None => {
                format!("{taken}, which is not in this file. Choose another {member}, or change that entry first")
            }
        }
    }

    fn key_change(&self, id: Uuid, row: &Names) -> Option<KeyChange> {
        let (old, new) = (self.names.get(&id)?.official.clone(), row.official.clone());
        (old != new).then(|| KeyChange { slug: row.slug.clone(), old, new })
    }

    /// Records a row as stored: its entry has the slug and official key of the row from now on.
    fn note(&mut self, id: Uuid, line: u64, names: &Names) {
        for name in self.names.get(&id).into_iter().flat_map(Names::all) {
            self.owners.remove(name);
        }
        self.owners.extend(names.all().map(|name| (name.clone(), id)));
        self.names.insert(id, names.clone());
        self.found.insert(id, line);
    }
}
