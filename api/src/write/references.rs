//! The entries that an input names, and their ids.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::input::Input;
use crate::auth::Responsible;
use crate::base::error::{Error, Result, Violation};
use crate::model::catalog::{MUNICIPALITIES, Resource};

/// A member that names entries of another resource.
pub(crate) struct ReferenceField {
    pub resource: &'static Resource,
    /// The path of the member; `*` stands for the place in a list.
    pub member: &'static str,
    /// Whether each entry may be named only once.
    pub once: bool,
}

/// Sees every name of an input, each with its place in the list.
pub(crate) type ReferenceVisitor<'v> = dyn FnMut(&ReferenceField, Vec<(usize, &mut String)>) + 'v;

impl ReferenceField {
    /// A list that names each entry once.
    pub(crate) fn once(resource: &'static Resource, member: &'static str) -> Self {
        Self { resource, member, once: true }
    }

    /// Any other member.
    pub(crate) fn any(resource: &'static Resource, member: &'static str) -> Self {
        Self { resource, member, once: false }
    }

    /// The violation of a name that no entry has.
    pub(crate) fn unresolved(&self, place: usize, name: &str) -> Violation {
        self.violation(place, self.resource.unresolved(name))
    }

    /// JSON pointer to the name at a place.
    pub(crate) fn pointer(&self, place: usize) -> String {
        format!("/{}", self.member.replace('*', &place.to_string()))
    }

    fn violation(&self, place: usize, detail: String) -> Violation {
        Violation::pointer(self.pointer(place), detail)
    }
}

/// The entry that a name stands for.
struct Referenced {
    id: Uuid,
    /// The name that is stored: the official key, or the slug where there is none.
    key: String,
}

/// The entries that inputs name, by table and name.
pub(crate) struct ResolvedReferences {
    entries: HashMap<(&'static str, String), Referenced>,
    /// What is wrong with names that are official keys which the register no longer holds.
    retired: HashMap<(&'static str, String), String>,
}

/// A violation in one of several inputs.
pub(crate) struct ItemViolation {
    pub index: usize,
    pub violation: Violation,
}

impl ResolvedReferences {
    /// Looks up every name, one statement a resource, and replaces it by the name that is stored. Inputs may name others that
    /// are written with them. Former names are accepted: an old revision may hold them.
    pub(crate) async fn look_up<I: Input>(
        db: &impl ConnectionTrait,
        entries: &mut [(Uuid, I)],
    ) -> Result<(Self, Vec<ItemViolation>)> {
        let mut named: HashMap<&'static str, (&'static Resource, Vec<String>)> = HashMap::new();
        for (_, input) in entries.iter_mut() {
            input.visit_references(&mut |field, names| {
                let (_, list) = named.entry(field.resource.table).or_insert((field.resource, vec![]));
                list.extend(names.into_iter().map(|(_, name)| name.clone()));
            });
        }
        let mut resolved = Self { entries: HashMap::new(), retired: HashMap::new() };
        for (id, input) in entries.iter() {
            let key = input.official().unwrap_or(input.slug());
            for name in [input.slug(), key] {
                let entry = Referenced { id: *id, key: key.to_owned() };
                resolved.entries.insert((I::RESOURCE.table, name.to_owned()), entry);
            }
        }
        for (table, (resource, names)) in named {
            let found = resource.find_including_former(db, &names).await?;
            let unknown: Vec<String> = names.into_iter().filter(|name| !found.contains_key(name)).collect();
            let retired = resource.retired_details(db, &unknown).await?;
            resolved.retired.extend(retired.into_iter().map(|(name, detail)| ((table, name), detail)));
            for (name, found) in found {
                for name in [name, found.key().to_owned()] {
                    let entry = || Referenced { id: found.id, key: found.key().to_owned() };
                    resolved.entries.entry((table, name)).or_insert_with(entry);
                }
            }
        }
        let mut violations = vec![];
        for (index, (id, input)) in entries.iter_mut().enumerate() {
            input.visit_references(&mut |field, names| {
                let found = resolved.rewrite(*id, field, names);
                violations.extend(found.into_iter().map(|violation| ItemViolation { index, violation }));
            });
        }
        Ok((resolved, violations))
    }

    /// Replaces names by those that are stored. Returns a violation for each name that no entry has, that is the entry itself,
    /// or that names an entry of the list again.
    fn rewrite(&self, own: Uuid, field: &ReferenceField, names: Vec<(usize, &mut String)>) -> Vec<Violation> {
        let mut violations = vec![];
        let mut seen = vec![];
        for (place, name) in names {
            let mut refuse = |detail: String| violations.push(field.violation(place, detail));
            let key = (field.resource.table, name.clone());
            match self.entries.get(&key) {
                None => match self.retired.get(&key) {
                    Some(detail) => refuse(detail.clone()),
                    None => violations.push(field.unresolved(place, name)),
                },
                Some(entry) if entry.id == own => refuse(format!("`{name}` is the entry itself")),
                Some(entry) if field.once && seen.contains(&entry.id) => {
                    refuse(format!("`{name}` stands in the list already, under this name or another"));
                }
                Some(entry) => {
                    seen.push(entry.id);
                    name.clone_from(&entry.key);
                }
            }
        }
        violations
    }

    /// Returns the municipalities that are responsible for an entry.
    pub(crate) fn responsible(&self, input: &impl Input) -> Result<Vec<Responsible>> {
        let responsible = |name: &str| Ok(Responsible { id: self.id(&MUNICIPALITIES, name)?, name: name.to_owned() });
        input.responsible_municipalities().into_iter().map(responsible).collect()
    }

    /// Returns the municipalities that are responsible for an entry, of those that could be resolved.
    pub(crate) fn known_responsible(&self, input: &impl Input) -> Vec<Responsible> {
        let known = |name: &str| Some(Responsible { id: self.id(&MUNICIPALITIES, name).ok()?, name: name.to_owned() });
        input.responsible_municipalities().into_iter().filter_map(known).collect()
    }

    /// Returns the id of an entry that was named.
    pub(crate) fn id(&self, resource: &Resource, name: &str) -> Result<Uuid> {
        let entry = self.entries.get(&(resource.table, name.to_owned()));
        let unresolved = || Error::internal(anyhow::anyhow!("a name of {} was not resolved", resource.collection));
        entry.map(|entry| entry.id).ok_or_else(unresolved)
    }

    /// Returns the id of an entry, if one was named.
    pub(crate) fn optional_id(&self, resource: &Resource, name: Option<&String>) -> Result<Option<Uuid>> {
        name.map(|name| self.id(resource, name)).transpose()
    }

    /// Returns the ids of the entries that each input names in a list.
    pub(crate) fn ids<T>(
        &self,
        resource: &Resource,
        entries: &[(Uuid, T)],
        names: impl Fn(&T) -> &[String],
    ) -> Result<Vec<(Uuid, Vec<Uuid>)>> {
        let ids = |input| names(input).iter().map(|name| self.id(resource, name)).collect::<Result<Vec<_>>>();
        entries.iter().map(|(id, input)| Ok((*id, ids(input)?))).collect()
    }
}
