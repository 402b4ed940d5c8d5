//! What can be set of an entry: checked against the directory, compared with what is there, stored.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use entity::vocabulary::Action;
use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use validator::Validate;

use crate::auth::Responsible;
use crate::base::db::{Stored, Write};
use crate::base::error::{Error, Result, Violation};
use crate::base::validation::length::json_length;
use crate::model::catalog::MUNICIPALITIES;
use crate::model::catalog::Resource;
use crate::query::full_text;
use crate::write::change_log::{Changed, record};

/// What can be set of an entry, by requests and files alike.
pub(crate) trait Input: Clone + PartialEq + Serialize + DeserializeOwned + Validate + 'static {
    const RESOURCE: &'static Resource;
    /// Members that the directory derives itself; a file may hold them, and they are passed over.
    const DERIVED: &'static [&'static str] = &[];
    /// Members that somebody who takes it over needs to know, of those that may be absent.
    const WANTED: &'static [&'static str] = &[];

    fn slug(&self) -> &str;

    /// The official key, which names the entry before its slug does.
    fn official(&self) -> Option<&str> {
        None
    }

    /// The municipalities whose affair the entry is, by the names that are kept. Where there are none, only those may write it
    /// who act for all.
    fn holders(&self) -> Vec<&str> {
        vec![]
    }

    /// Notes the day it was confirmed, where it has a place for that.
    fn confirm(&mut self, _day: NaiveDate) {}

    /// Shows every name of another entry to `visit`.
    fn visit(&mut self, _visit: &mut Visit<'_>) {}

    /// What was set of all entries, or of those with these slugs or official keys.
    async fn current(db: &impl ConnectionTrait, names: Option<Vec<String>>) -> Result<Vec<(Uuid, Self)>>;

    /// Writes entries with what belongs to them; each is new or replaces the one with its id.
    async fn put(write: &Write, known: &Known, entries: Vec<(Uuid, Self)>) -> Result<()>;
}

/// Bytes that an entry may have, as compact JSON in UTF-8.
pub(crate) const MAX_BYTES: usize = 1024 * 1024;

/// Returns what is wrong with the length of what is to be kept, if it is too long. One limit holds wherever an entry is
/// written, so that whatever was accepted once can be sent back.
pub(crate) fn too_long(value: &impl Serialize) -> Option<String> {
    let length = json_length(value);
    (length > MAX_BYTES).then(|| {
        format!(
            "is {length} bytes long as compact JSON in UTF-8, and may have at most {MAX_BYTES} bytes; shorten its texts"
        )
    })
}

/// Where entries of another resource are named.
pub(crate) struct Mention {
    pub resource: &'static Resource,
    /// The path of the member; `*` stands for the place in a list.
    pub member: &'static str,
    /// May each be named only once?
    pub once: bool,
}

impl Mention {
    /// In a list that names each once.
    pub(crate) fn once(resource: &'static Resource, member: &'static str) -> Self {
        Self { resource, member, once: true }
    }

    /// Wherever else.
    pub(crate) fn any(resource: &'static Resource, member: &'static str) -> Self {
        Self { resource, member, once: false }
    }
}

impl Mention {
    /// Tells of a name that leads nowhere, by its place in the list.
    pub(crate) fn leads_nowhere(&self, place: usize, name: &str) -> Violation {
        self.violation(place, self.resource.leads_nowhere(name))
    }

    /// Where in an input the name at a place stands.
    pub(crate) fn pointer(&self, place: usize) -> String {
        format!("/{}", self.member.replace('*', &place.to_string()))
    }

    fn violation(&self, place: usize, detail: String) -> Violation {
        Violation::pointer(self.pointer(place), detail)
    }
}

/// Somebody who looks at names, each with its place in the list.
pub(crate) type Visit<'v> = dyn FnMut(&Mention, Vec<(usize, &mut String)>) + 'v;

/// The entries that inputs name, by each name they were called and by the one that is kept.
pub(crate) struct Known(HashMap<(&'static str, String), (Uuid, String)>);

impl Known {
    /// Looks up every name, one statement a resource, and writes it in the one way it is kept. Entries may name others that
    /// are written with them. What leads nowhere is told by the place of its entry.
    pub(crate) async fn settle<T: Input>(
        db: &impl ConnectionTrait,
        entries: &mut [(Uuid, T)],
    ) -> Result<(Self, Vec<(usize, Violation)>)> {
        let mut asked: HashMap<&'static str, (&'static Resource, Vec<String>)> = HashMap::new();
        for (_, input) in entries.iter_mut() {
            input.visit(&mut |mention, names| {
                let (_, list) = asked.entry(mention.resource.table).or_insert((mention.resource, vec![]));
                list.extend(names.into_iter().map(|(_, name)| name.clone()));
            });
        }
        let mut known = Self(HashMap::new());
        for (id, input) in entries.iter() {
            let key = input.official().unwrap_or(input.slug()).to_owned();
            known.0.insert((T::RESOURCE.table, input.slug().to_owned()), (*id, key.clone()));
            known.0.insert((T::RESOURCE.table, key.clone()), (*id, key));
        }
        for (table, (resource, names)) in asked {
            // An old state may name others as they were called then.
            for (name, found) in resource.find_ever(db, &names).await? {
                // By the name that was used, and by the one that is kept.
                for name in [name, found.key().to_owned()] {
                    known.0.entry((table, name)).or_insert_with(|| (found.id, found.key().to_owned()));
                }
            }
        }
        let mut violations = vec![];
        for (index, (id, input)) in entries.iter_mut().enumerate() {
            input.visit(&mut |mention, names| {
                violations.extend(known.rewrite(*id, mention, names).into_iter().map(|violation| (index, violation)));
            });
        }
        Ok((known, violations))
    }

    /// Names those that lead nowhere, that are the entry itself, and that are the same one under two names.
    fn rewrite(&self, own: Uuid, mention: &Mention, names: Vec<(usize, &mut String)>) -> Vec<Violation> {
        let mut violations = vec![];
        let mut seen = vec![];
        for (place, name) in names {
            let mut refuse = |detail: String| violations.push(mention.violation(place, detail));
            match self.0.get(&(mention.resource.table, name.clone())) {
                None => violations.push(mention.leads_nowhere(place, name)),
                Some((id, _)) if *id == own => refuse(format!("`{name}` is the entry itself")),
                Some((id, _)) if mention.once && seen.contains(id) => {
                    refuse(format!("`{name}` stands in the list already, under this name or another"));
                }
                Some((id, key)) => {
                    seen.push(*id);
                    name.clone_from(key);
                }
            }
        }
        violations
    }

    /// Returns the municipalities that are responsible for an entry whose names were looked up.
    pub(crate) fn responsible(&self, input: &impl Input) -> Vec<Responsible> {
        let found = |name: &str| Some(Responsible { id: self.id(&MUNICIPALITIES, name)?, name: name.to_owned() });
        input.holders().into_iter().filter_map(found).collect()
    }

    /// The id of an entry that was named.
    pub(crate) fn id(&self, resource: &Resource, name: &str) -> Option<Uuid> {
        self.0.get(&(resource.table, name.to_owned())).map(|(id, _)| *id)
    }

    /// For each input the ids of a list of entries it names.
    pub(crate) fn ids<T>(
        &self,
        resource: &Resource,
        entries: &[(Uuid, T)],
        names: impl Fn(&T) -> &[String],
    ) -> Vec<(Uuid, Vec<Uuid>)> {
        let ids = |input| names(input).iter().filter_map(|name| self.id(resource, name)).collect();
        entries.iter().map(|(id, input)| (*id, ids(input))).collect()
    }
}

/// Creates entries, or changes those that are there and differ. Each has the id of the entry that it is.
pub(crate) async fn save<T: Input>(write: &Write, mut entries: Vec<(Uuid, T)>) -> Result<Stored> {
    let ids: Vec<Uuid> = entries.iter().map(|(id, _)| *id).collect();
    let slugs = T::RESOURCE.slugs(&write.tx, ids).await?;
    let there: HashMap<Uuid, T> = T::current(&write.tx, Some(slugs)).await?.into_iter().collect();
    let (names, mut violations) = Known::settle(&write.tx, &mut entries).await?;
    let long = entries.iter().enumerate().filter_map(|(index, (_, input))| Some((index, too_long(input)?)));
    violations.extend(long.map(|(index, detail)| (index, Violation::pointer("", detail))));
    if !violations.is_empty() {
        return Err(Error::Invalid(violations.into_iter().map(|(index, violation)| violation.below(index)).collect()));
    }
    let mut stored = Stored::default();
    entries.retain(|(id, input)| stored.note(there.get(id).map(|there| there == input)));
    put(write, Action::Import, &names, entries).await?;
    Ok(stored)
}

/// Writes entries with what belongs to them, and notes that.
pub(crate) async fn put<T: Input>(write: &Write, action: Action, known: &Known, entries: Vec<(Uuid, T)>) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let changes = after(&entries)?;
    let ids = entries.iter().map(|(id, _)| *id).collect();
    T::put(write, known, entries).await?;
    full_text::refresh(&write.tx, T::RESOURCE.table, ids).await?;
    record(write, T::RESOURCE.table, action, changes).await
}

/// Notes entries that are there and of which nothing was ever noted, as they are now.
pub(crate) async fn note_all<T: Input>(write: &Write, noted: &HashSet<Uuid>) -> Result<()> {
    let mut entries = T::current(&write.tx, None).await?;
    entries.retain(|(id, _)| !noted.contains(id));
    record(write, T::RESOURCE.table, Action::Import, after(&entries)?).await
}

/// Entries as they are after a change.
fn after<T: Input>(entries: &[(Uuid, T)]) -> Result<Vec<Changed>> {
    let after = |(id, input): &(Uuid, T)| {
        let entry = Some(serde_json::to_value(input).map_err(Error::fault)?);
        let (slug, official) = (Some(input.slug().to_owned()), input.official().map(str::to_owned));
        Ok(Changed { id: *id, slug, official, entry })
    };
    entries.iter().map(after).collect()
}
