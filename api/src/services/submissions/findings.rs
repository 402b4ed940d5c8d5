//! Checks of a submission against the rules for entries and against the published entry.

use entity::submission::Model;
use entity::vocabulary::{Purpose, Stage};
use sea_orm::{ConnectionTrait, DatabaseExecutor};
use serde_json::Value;
use uuid::Uuid;

use super::dto::OwnershipChange;
use super::kind::{Checkup, Rebased, Submittable, rebase};
use super::review::is_open;
use crate::auth::{Caller, Responsible};
use crate::base::error::{Result, Rule, Violation};
use crate::base::merge::changed;
use crate::model::catalog::MUNICIPALITIES;
use crate::write::{Referrers, referrers};

/// Results of the checks of a submission in its current stage.
#[derive(Default)]
pub(super) struct Findings {
    pub violations: Vec<Violation>,
    pub changes: Option<Vec<String>>,
    pub ownership_change: Option<OwnershipChange>,
    /// Whether the published entry was deleted, so that the submission can be neither submitted nor published.
    pub is_gone: bool,
}

pub(super) async fn look_at<'c, C: ConnectionTrait>(db: &'c C, row: &Model, caller: &Caller) -> Result<Findings>
where
    DatabaseExecutor<'c>: From<&'c C>,
{
    let is_under_way = is_open(row.stage) || row.stage == Stage::Submitted;
    let kind = Submittable::of_table(&row.resource)?;
    let Some(entry) = row.entry_id.filter(|_| is_under_way) else {
        let violations = match row.purpose {
            Purpose::Publish => checked(db, row, row.content.clone(), caller).await?.violations,
            Purpose::Withdraw => vec![],
        };
        return Ok(Findings { violations, ..Findings::default() });
    };
    let Some(published) = (kind.published)(db.into(), entry).await? else {
        let violations = vec![Violation::pointer("", Rule::EntryDeleted {})];
        return Ok(Findings { violations, is_gone: true, ..Findings::default() });
    };
    let Rebased { content, conflicts } = rebase(db, row, &published).await?;
    if row.purpose == Purpose::Withdraw {
        let mut violations = references(db, kind, entry).await?;
        // Before submission, changes of the entry are not a conflict, because submitting a withdrawal updates its base revision.
        if row.stage == Stage::Submitted && !conflicts.is_empty() {
            violations.push(Violation::pointer("", Rule::EntryChanged {}));
        }
        return Ok(Findings { violations, ..Findings::default() });
    }
    let changes = changed(&published.content, &content);
    let Checkup { mut violations, owners, canonical } = checked(db, row, content, caller).await?;
    violations.extend(conflicting(&conflicts, published.revision));
    let ownership_change = canonical.and_then(|_| ownership_change(&published.owners, &owners));
    Ok(Findings { violations, changes: Some(changes), ownership_change, is_gone: false })
}

/// Returns a violation for each member that was changed both in the submission and in the published entry.
pub(super) fn conflicting(conflicts: &[String], revision: i64) -> Vec<Violation> {
    conflicts.iter().map(|pointer| Violation::pointer(pointer, Rule::ChangedOnBothSides { revision })).collect()
}

/// Returns a violation for each reference to the entry, because references prevent the publication of a withdrawal.
async fn references(db: &impl ConnectionTrait, kind: &Submittable, entry: Uuid) -> Result<Vec<Violation>> {
    let Referrers { links, count } = referrers(db, kind.resource, entry).await?;
    let rest = count.saturating_sub(links.len());
    let listed = links.into_iter().map(|link| Rule::ReferencedBy { href: link.href });
    let rules = listed.chain((rest > 0).then_some(Rule::MoreReferences { count: rest }));
    Ok(rules.map(|rule| Violation::pointer("", rule)).collect())
}

/// Returns the difference between two sets of responsible municipalities, or `None` if they are equal.
fn ownership_change(before: &[Responsible], after: &[Responsible]) -> Option<OwnershipChange> {
    let missing = |from: &[Responsible], of: &[Responsible]| -> Vec<String> {
        of.iter().filter(|one| from.iter().all(|other| other.id != one.id)).map(|one| one.name.clone()).collect()
    };
    let (added, removed) = (missing(before, after), missing(after, before));
    (!added.is_empty() || !removed.is_empty()).then_some(OwnershipChange { added, removed })
}

/// Checks content by the rules for entries, and returns the violations. For a new entry and a token bound to
/// municipalities, one of these municipalities must be among those responsible for the entry.
pub(super) async fn checked<'c, C: ConnectionTrait>(
    db: &'c C,
    row: &Model,
    content: Value,
    caller: &Caller,
) -> Result<Checkup>
where
    DatabaseExecutor<'c>: From<&'c C>,
{
    let kind = Submittable::of_table(&row.resource)?;
    let mut checkup = (kind.check)(db.into(), row.entry_id, content).await?;
    let Some(own) = caller.municipalities.as_ref().filter(|_| row.entry_id.is_none()) else { return Ok(checkup) };
    let is_own = checkup.owners.iter().any(|owner| own.contains(&owner.id));
    let is_named = !checkup.owners.is_empty() || checkup.violations.is_empty();
    if is_named && !is_own {
        let own: Vec<Uuid> = own.iter().copied().collect();
        let allowed = MUNICIPALITIES.names_of(db, own.iter().copied()).await?.of(&own);
        checkup.violations.push(Violation::pointer(kind.owners_at(), Rule::OwnMunicipality { allowed }));
    }
    Ok(checkup)
}
