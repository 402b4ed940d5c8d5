//! What entries name, looked up in the directory before they are written.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::base::error::{Error, Result, Violation};
use crate::base::validation::Checked;
use crate::write::input::{Input, Known, too_long};

/// Entries that were looked up in the directory.
pub(crate) struct Settled<I> {
    pub known: Known,
    /// What is wrong with each.
    pub violations: Vec<Wrong>,
    /// Those that could be read, with every name in the one way it is kept.
    pub entries: Vec<Option<(Uuid, I)>>,
}

/// What is wrong with an entry.
#[derive(Default)]
pub(crate) struct Wrong {
    pub rules: Vec<Violation>,
    /// Values that another entry has, which is a conflict and no mistake.
    pub taken: Vec<Violation>,
}

impl Wrong {
    /// Everything that is wrong, in the order of its members.
    pub(crate) fn all(self) -> Vec<Violation> {
        let mut all = self.rules;
        all.extend(self.taken);
        all.sort_by_key(|violation| place(violation.pointer.as_deref().unwrap_or_default()));
        all
    }

    /// Names everything at once.
    pub(crate) fn refuse(self) -> Result<()> {
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
pub(crate) async fn settle<I: Input>(
    tx: &impl ConnectionTrait,
    entries: Vec<(Uuid, Checked<I>)>,
) -> Result<Settled<I>> {
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
    let (known, unknown) = Known::settle(tx, &mut read).await?;
    for (index, violation) in unknown {
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
    let mut violations: Vec<Wrong> =
        checks.into_iter().map(|checked| Wrong { rules: checked.violations, taken: vec![] }).collect();
    for (index, violation) in taken {
        if let Some(wrong) = places.get(index).and_then(|place| violations.get_mut(*place)) {
            wrong.taken.push(violation);
        }
    }
    let mut entries: Vec<Option<(Uuid, I)>> = violations.iter().map(|_| None).collect();
    for (place, entry) in places.into_iter().zip(read) {
        if let Some(slot) = entries.get_mut(place) {
            *slot = Some(entry);
        }
    }
    Ok(Settled { known, violations, entries })
}

/// The slugs and official keys of entries that others have, there or in the same list.
async fn taken<I: Input>(tx: &impl ConnectionTrait, entries: &[(Uuid, I)]) -> Result<Vec<(usize, Violation)>> {
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
                taken.push((index, Violation::pointer(format!("/{member}"), detail)));
            } else if let Some(first) = first.insert(name.clone(), index) {
                let detail = format!("`{name}` stands in the list already, at /{first}");
                taken.push((index, Violation::pointer(format!("/{member}"), detail)));
            }
        }
    }
    Ok(taken)
}
