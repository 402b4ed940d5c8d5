//! Entries as they are checked against the directory before they are written.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use uuid::Uuid;

use super::input::{Input, too_long};
use super::references::{ItemViolation, ResolvedReferences};
use crate::auth::{Caller, Responsible};
use crate::base::error::{Error, Result, Violation};
use crate::base::validation::Checked;
use crate::model::catalog::MUNICIPALITIES;
use crate::query::lookup::FoundEntry;

/// Entries that were looked up in the directory.
pub(crate) struct ResolvedBatch<I> {
    pub references: ResolvedReferences,
    /// The errors of each.
    pub errors: Vec<EntryErrors>,
    /// Those that could be read, with every name as it is stored.
    pub entries: Vec<Option<(Uuid, I)>>,
}

/// What is wrong with an entry.
#[derive(Default)]
pub(crate) struct EntryErrors {
    pub rules: Vec<Violation>,
    /// Values that another entry has, which is a conflict and no mistake.
    pub taken: Vec<Violation>,
}

impl EntryErrors {
    /// Every violation, in the order of its members.
    pub(crate) fn all(self) -> Vec<Violation> {
        let mut all = self.rules;
        all.extend(self.taken);
        all.sort_by_key(|violation| place(violation.pointer.as_deref().unwrap_or_default()));
        all
    }

    /// Fails if there is any violation, with all of them.
    pub(crate) fn into_result(self) -> Result<()> {
        match (self.rules.is_empty(), self.taken.is_empty()) {
            (true, true) => Ok(()),
            (true, false) => Err(Error::Taken(self.taken)),
            (false, _) => Err(Error::Invalid(self.all())),
        }
    }
}

/// The place in a list that a pointer begins with, so that the tenth stands behind the second.
fn place(pointer: &str) -> (usize, String) {
    let first = pointer.split('/').nth(1).and_then(|first| first.parse().ok());
    (first.unwrap_or_default(), pointer.to_owned())
}

/// Looks up what entries name, and whether others have their names: one statement a resource, however many there are.
pub(crate) async fn resolve_references<I: Input>(
    tx: &impl ConnectionTrait,
    entries: Vec<(Uuid, Checked<I>)>,
) -> Result<ResolvedBatch<I>> {
    let mut checks = vec![];
    // Entries that cannot be read keep their place.
    let (mut read, mut places) = (vec![], vec![]);
    for (place, (id, mut checked)) in entries.into_iter().enumerate() {
        if let Some(input) = checked.value.take() {
            places.push(place);
            read.push((id, input));
        }
        checks.push(checked);
    }
    let (references, unknown) = ResolvedReferences::look_up(tx, &mut read).await?;
    for ItemViolation { index, violation } in unknown {
        if let Some(checked) = places.get(index).and_then(|place| checks.get_mut(*place)) {
            checked.add(vec![violation]);
        }
    }
    // As it is kept and shown: other entries by the names that are kept of them.
    for (place, (_, input)) in places.iter().zip(&read) {
        if let (Some(checked), Some(detail)) = (checks.get_mut(*place), too_long(input)) {
            checked.add(vec![Violation::pointer("", detail)]);
        }
    }
    let taken = taken(tx, &read).await?;
    let mut errors: Vec<EntryErrors> =
        checks.into_iter().map(|checked| EntryErrors { rules: checked.violations, taken: vec![] }).collect();
    for ItemViolation { index, violation } in taken {
        if let Some(errors) = places.get(index).and_then(|place| errors.get_mut(*place)) {
            errors.taken.push(violation);
        }
    }
    let mut entries: Vec<Option<(Uuid, I)>> = errors.iter().map(|_| None).collect();
    for (place, entry) in places.into_iter().zip(read) {
        if let Some(slot) = entries.get_mut(place) {
            *slot = Some(entry);
        }
    }
    Ok(ResolvedBatch { references, errors, entries })
}

/// Resolves one entry, and fails with every violation it has.
pub(crate) async fn resolve_entry<I: Input>(
    tx: &impl ConnectionTrait,
    id: Uuid,
    checked: Checked<I>,
) -> Result<(ResolvedReferences, I)> {
    let ResolvedBatch { references, mut errors, mut entries } = resolve_references(tx, vec![(id, checked)]).await?;
    errors.pop().unwrap_or_default().into_result()?;
    let entry = entries.pop().flatten();
    let (_, input) =
        entry.ok_or_else(|| Error::internal(anyhow::anyhow!("an entry without violations has no value")))?;
    Ok((references, input))
}

/// Refuses a caller who does not act for the municipalities that are responsible for an entry as it is stored.
pub(super) async fn authorize(tx: &DatabaseTransaction, caller: &Caller, entry: &impl Input) -> Result<()> {
    if caller.municipalities.is_none() {
        return Ok(());
    }
    caller.acts_for(&responsible_for(tx, entry).await?)
}

/// Returns the municipalities that are responsible for an entry as it is stored.
pub(crate) async fn responsible_for(db: &impl ConnectionTrait, entry: &impl Input) -> Result<Vec<Responsible>> {
    let names: Vec<String> = entry.responsible_municipalities().into_iter().map(str::to_owned).collect();
    if names.is_empty() {
        return Ok(vec![]);
    }
    let found = MUNICIPALITIES.find_including_former(db, &names).await?;
    let unresolved =
        || Error::internal(anyhow::anyhow!("a municipality that is responsible for an entry is not stored"));
    names.iter().map(|name| found.get(name).map(FoundEntry::responsible).ok_or_else(unresolved)).collect()
}

/// The slugs and official keys of entries that others have, there or in the same list.
async fn taken<I: Input>(tx: &impl ConnectionTrait, entries: &[(Uuid, I)]) -> Result<Vec<ItemViolation>> {
    let names = |input: &I| -> Vec<(&'static str, String)> {
        let official = input.official().map(|key| (I::RESOURCE.official.unwrap_or("slug"), key.to_owned()));
        [("slug", input.slug().to_owned())].into_iter().chain(official).collect()
    };
    let all = entries.iter().flat_map(|(_, input)| names(input)).map(|(_, name)| name).collect::<Vec<_>>();
    let there = I::RESOURCE.find(tx, &all).await?;
    let mut first = HashMap::new();
    let mut taken = vec![];
    for (index, (id, input)) in entries.iter().enumerate() {
        for (member, name) in names(input) {
            if there.get(&name).is_some_and(|found| found.id != *id) {
                let detail = format!("`{name}` is taken; choose another, or change the entry that has it");
                taken.push(ItemViolation { index, violation: Violation::pointer(format!("/{member}"), detail) });
            } else if let Some(first) = first.insert(name.clone(), index) {
                let detail = format!("`{name}` stands in the list already, at /{first}");
                taken.push(ItemViolation { index, violation: Violation::pointer(format!("/{member}"), detail) });
            }
        }
    }
    Ok(taken)
}
