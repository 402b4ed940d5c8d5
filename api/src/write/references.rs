//! Resolution of references from inputs to entries.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::input::Input;
use crate::auth::Responsible;
use crate::base::error::{Error, Result, Rule, Violation};
use crate::model::catalog::{MUNICIPALITIES, Resource};

/// A member that refers to entries of a resource.
pub(crate) struct ReferenceField {
    pub resource: &'static Resource,
    /// Path of the member. `*` stands for the index in a list.
    pub member: &'static str,
    /// Whether each entry may occur only once.
    pub once: bool,
}

/// Visits every reference of an input, with its index in the list.
pub(crate) type ReferenceVisitor<'v> = dyn FnMut(&ReferenceField, Vec<(usize, &mut String)>) + 'v;

impl ReferenceField {
    /// Returns the field of a list in which each entry may occur only once.
    pub(crate) fn once(resource: &'static Resource, member: &'static str) -> Self {
        Self { resource, member, once: true }
    }

    /// Returns the field of a member without this restriction.
    pub(crate) fn any(resource: &'static Resource, member: &'static str) -> Self {
        Self { resource, member, once: false }
    }

    /// Returns the violation of an unknown reference.
    pub(crate) fn unresolved(&self, place: usize, name: &str) -> Violation {
        self.violation(place, self.resource.unresolved(name))
    }

    /// Returns the JSON pointer to the reference at an index.
    pub(crate) fn pointer(&self, place: usize) -> String {
        format!("/{}", self.member.replace('*', &place.to_string()))
    }

    fn violation(&self, place: usize, rule: Rule) -> Violation {
        Violation::pointer(self.pointer(place), rule)
    }
}

/// The entry that a reference resolves to.
struct Referenced {
    id: Uuid,
    /// The stored reference: the official key, or the slug if there is none.
    key: String,
}

/// The entries that inputs refer to, by table and name.
pub(crate) struct ResolvedReferences {
    entries: HashMap<(&'static str, String), Referenced>,
    /// Violations of references by retired keys.
    retired: HashMap<(&'static str, String), Rule>,
}

/// A violation in one of several inputs.
pub(crate) struct ItemViolation {
    pub index: usize,
    pub violation: Violation,
}

impl ResolvedReferences {
    /// Resolves every reference, with one statement per resource, and replaces it by the stored reference. Returns a
    /// violation for each reference that cannot be resolved. Inputs may refer to each other. Former keys are accepted,
    /// because an old revision may contain them.
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
            let retired = resource.retired_rules(db, &unknown).await?;
            resolved.retired.extend(retired.into_iter().map(|(name, rule)| ((table, name), rule)));
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

    /// Replaces references by the stored references. Returns a violation for each reference that is unknown, that
    /// refers to the entry itself, or that repeats an entry of the list.
    fn rewrite(&self, own: Uuid, field: &ReferenceField, names: Vec<(usize, &mut String)>) -> Vec<Violation> {
        let mut violations = vec![];
        let mut seen = vec![];
        for (place, name) in names {
            let mut refuse = |rule| violations.push(field.violation(place, rule));
            let key = (field.resource.table, name.clone());
            match self.entries.get(&key) {
                None => match self.retired.get(&key) {
                    Some(rule) => refuse(rule.clone()),
                    None => violations.push(field.unresolved(place, name)),
                },
                Some(entry) if entry.id == own => refuse(Rule::SelfReference { value: name.clone() }),
                Some(entry) if field.once && seen.contains(&entry.id) => {
                    refuse(Rule::DuplicateReference { value: name.clone() });
                }
                Some(entry) => {
                    seen.push(entry.id);
                    name.clone_from(&entry.key);
                }
            }
        }
        violations
    }

    /// Returns the municipalities that are responsible for an entry. Fails with `Error::Internal` if one of them was
    /// not resolved.
    pub(crate) fn responsible(&self, input: &impl Input) -> Result<Vec<Responsible>> {
        let responsible = |name: &str| Ok(Responsible { id: self.id(&MUNICIPALITIES, name)?, name: name.to_owned() });
        input.responsible_municipalities().into_iter().map(responsible).collect()
    }

    /// Returns the municipalities that are responsible for an entry, without those that could not be resolved.
    pub(crate) fn known_responsible(&self, input: &impl Input) -> Vec<Responsible> {
        let known = |name: &str| Some(Responsible { id: self.id(&MUNICIPALITIES, name).ok()?, name: name.to_owned() });
        input.responsible_municipalities().into_iter().filter_map(known).collect()
    }

    /// Returns the ID of a referenced entry. Fails with `Error::Internal` if the reference was not resolved.
    pub(crate) fn id(&self, resource: &Resource, name: &str) -> Result<Uuid> {
        let entry = self.entries.get(&(resource.table, name.to_owned()));
        let unresolved = || Error::internal(anyhow::anyhow!("a reference to {} was not resolved", resource.collection));
        entry.map(|entry| entry.id).ok_or_else(unresolved)
    }

    /// Returns the ID of an optional referenced entry. Fails like `id`.
    pub(crate) fn optional_id(&self, resource: &Resource, name: Option<&String>) -> Result<Option<Uuid>> {
        name.map(|name| self.id(resource, name)).transpose()
    }

    /// Returns the IDs of the entries that each input refers to in a list. Fails like `id`.
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
