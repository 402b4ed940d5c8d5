//! Validation of inputs against the directory.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use uuid::Uuid;

use super::input::{Input, too_long};
use super::references::{ItemViolation, ResolvedReferences};
use crate::auth::{Caller, Responsible};
use crate::base::error::{Error, Result, Rule, Violation};
use crate::base::validation::Checked;
use crate::model::catalog::MUNICIPALITIES;
use crate::query::lookup::FoundEntry;

/// Inputs with resolved references.
pub(crate) struct ResolvedBatch<I> {
    pub references: ResolvedReferences,
    pub entries: Vec<ResolvedEntry<I>>,
}

/// An input with resolved references.
pub(crate) struct ResolvedEntry<I> {
    pub id: Uuid,
    /// The input with the stored references. `None` if it could not be parsed.
    pub input: Option<I>,
    pub errors: EntryErrors,
}

/// Violations of an input.
#[derive(Default)]
pub(crate) struct EntryErrors {
    pub rules: Vec<Violation>,
    /// Slugs and official keys that another entry has, which are conflicts.
    pub taken: Vec<Violation>,
}

impl EntryErrors {
    /// Returns all violations, in the order of the members.
    pub(crate) fn all(self) -> Vec<Violation> {
        let mut all = self.rules;
        all.extend(self.taken);
        all.sort_by_key(|violation| place(violation.pointer.as_deref().unwrap_or_default()));
        all
    }

    /// Fails with all violations, if there are any: `Error::Taken` if each of them is a conflict, otherwise
    /// `Error::Invalid`.
    pub(crate) fn into_result(self) -> Result<()> {
        match (self.rules.is_empty(), self.taken.is_empty()) {
            (true, true) => Ok(()),
            (true, false) => Err(Error::Taken(self.taken)),
            (false, _) => Err(Error::Invalid(self.all())),
        }
    }
}

/// Returns the sort key of a pointer. A leading index is compared as a number, so that 10 follows 2.
fn place(pointer: &str) -> (usize, String) {
    let first = pointer.split('/').nth(1).and_then(|first| first.parse().ok());
    (first.unwrap_or_default(), pointer.to_owned())
}

/// Inputs whose references are resolved.
struct ResolvedInputs<I> {
    references: ResolvedReferences,
    /// IDs and violations of all inputs.
    checks: Vec<(Uuid, Checked<I>)>,
    /// The inputs that could be parsed. The others have no references to resolve.
    read: Vec<(Uuid, I)>,
    /// Index of each parsed input among all inputs.
    places: Vec<usize>,
}

impl<I: Input> ResolvedInputs<I> {
    /// Resolves the references of inputs, with one statement per resource.
    async fn of(tx: &impl ConnectionTrait, entries: Vec<(Uuid, Checked<I>)>) -> Result<Self> {
        let mut checks = vec![];
        let (mut read, mut places) = (vec![], vec![]);
        for (place, (id, mut checked)) in entries.into_iter().enumerate() {
            if let Some(input) = checked.value.take() {
                places.push(place);
                read.push((id, input));
            }
            checks.push((id, checked));
        }
        let (references, unknown) = ResolvedReferences::look_up(tx, &mut read).await?;
        for ItemViolation { index, violation } in unknown {
            if let Some(checked) = places.get(index).and_then(|place| checks.get_mut(*place)) {
                checked.1.add(vec![violation]);
            }
        }
        // The size limit applies to the stored entry, which has the stored references.
        for (place, (_, input)) in places.iter().zip(&read) {
            if let (Some((_, checked)), Some(rule)) = (checks.get_mut(*place), too_long(input)) {
                checked.add(vec![Violation::pointer("", rule)]);
            }
        }
        Ok(Self { references, checks, read, places })
    }
}

/// Returns the violations of each input, including references that cannot be resolved, but not conflicts.
pub(crate) async fn reference_violations<I: Input>(
    tx: &impl ConnectionTrait,
    entries: Vec<(Uuid, Checked<I>)>,
) -> Result<Vec<Vec<Violation>>> {
    let checks = ResolvedInputs::of(tx, entries).await?.checks.into_iter();
    Ok(checks.map(|(_, checked)| checked.violations).collect())
}

/// Resolves the references of inputs, and checks their slugs and official keys for conflicts. Returns the violations
/// with each input. Uses one statement per resource.
pub(crate) async fn resolve_references<I: Input>(
    tx: &impl ConnectionTrait,
    entries: Vec<(Uuid, Checked<I>)>,
) -> Result<ResolvedBatch<I>> {
    let ResolvedInputs { references, checks, read, places } = ResolvedInputs::of(tx, entries).await?;
    let taken = taken(tx, &read).await?;
    let entry = |(id, checked): (Uuid, Checked<I>)| {
        let errors = EntryErrors { rules: checked.violations, taken: vec![] };
        ResolvedEntry { id, input: None, errors }
    };
    let mut entries: Vec<ResolvedEntry<I>> = checks.into_iter().map(entry).collect();
    for ItemViolation { index, violation } in taken {
        if let Some(entry) = places.get(index).and_then(|place| entries.get_mut(*place)) {
            entry.errors.taken.push(violation);
        }
    }
    for (place, (_, input)) in places.into_iter().zip(read) {
        if let Some(entry) = entries.get_mut(place) {
            entry.input = Some(input);
        }
    }
    Ok(ResolvedBatch { references, entries })
}

/// Resolves one input. Fails with all its violations: `Error::Taken` if each of them is a conflict, otherwise
/// `Error::Invalid`.
pub(crate) async fn resolve_entry<I: Input>(
    tx: &impl ConnectionTrait,
    id: Uuid,
    checked: Checked<I>,
) -> Result<(ResolvedReferences, I)> {
    let ResolvedBatch { references, mut entries } = resolve_references(tx, vec![(id, checked)]).await?;
    let input = match entries.pop() {
        Some(ResolvedEntry { input, errors, .. }) => errors.into_result().map(|()| input)?,
        None => None,
    };
    Ok((references, input.ok_or_else(without_value)?))
}

/// Returns the internal error for an entry that has neither violations nor a value, which cannot occur.
pub(super) fn without_value() -> Error {
    Error::internal(anyhow::anyhow!("an entry without violations has no value"))
}

/// Fails with `Error::OutsideMunicipality` unless the caller acts for all municipalities that are responsible for a
/// stored entry.
pub(super) async fn authorize(tx: &DatabaseTransaction, caller: &Caller, entry: &impl Input) -> Result<()> {
    if caller.municipalities.is_none() {
        return Ok(());
    }
    caller.acts_for(&responsible_for(tx, entry).await?)
}

/// Returns the municipalities that are responsible for a stored entry.
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

/// Returns a violation for each slug and official key that another entry has, in the directory or in the same list.
async fn taken<I: Input>(tx: &impl ConnectionTrait, entries: &[(Uuid, I)]) -> Result<Vec<ItemViolation>> {
    let names = |input: &I| -> Vec<(&'static str, String)> {
        let official = input.official().map(|key| (I::RESOURCE.official.unwrap_or("slug"), key.to_owned()));
        [("slug", input.slug().to_owned())].into_iter().chain(official).collect()
    };
    let all = entries.iter().flat_map(|(_, input)| names(input)).map(|(_, name)| name).collect::<Vec<_>>();
    let existing = I::RESOURCE.find(tx, &all).await?;
    let mut first = HashMap::new();
    let mut taken = vec![];
    for (index, (id, input)) in entries.iter().enumerate() {
        for (member, name) in names(input) {
            if existing.get(&name).is_some_and(|found| found.id != *id) {
                let rule = Rule::Taken { value: name };
                taken.push(ItemViolation { index, violation: Violation::pointer(format!("/{member}"), rule) });
            } else if let Some(first) = first.insert(name.clone(), index) {
                let rule = Rule::TakenInBatch { value: name, index: first };
                taken.push(ItemViolation { index, violation: Violation::pointer(format!("/{member}"), rule) });
            }
        }
    }
    Ok(taken)
}
