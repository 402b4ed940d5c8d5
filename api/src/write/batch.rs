//! Creation of entries in a batch.

use std::collections::HashSet;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use entity::vocabulary::Action;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::confirm::confirm_own;
use super::context::{DryRun, WriteContext};
use super::input::Input;
use super::references::ResolvedReferences;
use super::resolve::{EntryErrors, ResolvedBatch, ResolvedEntry, resolve_references, without_value};
use super::response::{Answer, Outcome};
use super::store::write_entries;
use crate::auth::{Access, Caller};
use crate::base::db::Write;
use crate::base::error::{Error, Problem, Result};
use crate::base::validation::Checked;
use crate::http::BatchBody;

/// Query parameters of a batch.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct BatchQuery {
    /// `all` creates every entry or none. `each` creates the valid entries and responds with 207 and a result for each
    /// item. Defaults to `all`.
    #[param(inline, example = "all")]
    mode: Mode,
    /// Whether to validate the request without storing anything. The response is that of the write, without secrets; the ID and
    /// `Location` of a new item and the `ETag` are not valid. `Idempotency-Key` has no effect. Defaults to `false`.
    #[param(value_type = Option<bool>, example = false)]
    dry_run: bool,
}

impl DryRun for BatchQuery {
    fn is_dry_run(&self) -> bool {
        self.dry_run
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    #[default]
    All,
    Each,
}

/// Result of a batch
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchAnswer {
    /// Number of entries created. With `dry_run`, the number that would be created.
    #[schema(example = 2)]
    pub created: usize,
    /// Whether this was a dry run, which stores nothing.
    #[schema(example = false)]
    pub dry_run: bool,
    /// Result for each item, in the order of the request.
    pub items: Vec<BatchItem>,
}

/// Result for one item of a batch
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchItem {
    /// HTTP status that the item would have in a separate request.
    #[schema(example = 201)]
    pub status: u16,
    /// ID of the entry (UUID version 7). Omitted when it was not created.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000", nullable = false)]
    pub id: Option<Uuid>,
    /// Path of the entry. Omitted when it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/v1/themes/water", format = "uri-reference", nullable = false)]
    pub href: Option<String>,
    /// Reason for the refusal. Omitted when the entry was created, or would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<Problem>,
}

/// Creates the entries of a batch. With `mode=all`, fails with all violations if one entry is invalid. With
/// `mode=each`, reports the errors in the items. The number of statements does not depend on the number of entries.
pub(crate) async fn create_all<A: Access, I: Input>(
    context: WriteContext<A, BatchQuery>,
    batch: BatchBody<I>,
) -> Result<HttpResponse> {
    let (BatchQuery { mode, dry_run }, BatchBody { items, digest }) = (context.params, batch);
    let caller = context.caller.clone();
    let work = async move |write: &Write| {
        let Accepted { references, entries, mut items } = accept(write, &caller, mode, items).await?;
        let created = items.iter().filter(|item| item.problem.is_none()).count();
        write_entries(write, Action::Create, &references, entries).await?;
        if dry_run {
            for item in &mut items {
                item.id = None;
            }
        }
        let status = if mode == Mode::Each { StatusCode::MULTI_STATUS } else { StatusCode::OK };
        let answer = Answer::of(status, &BatchAnswer { created, dry_run, items })?.localized();
        Ok(if created == 0 { Outcome::Unchanged(answer) } else { Outcome::Changed(answer) })
    };
    context.run(&digest, work).await
}

/// The entries of a batch that can be created, and the result for each item.
struct Accepted<I> {
    references: ResolvedReferences,
    entries: Vec<(Uuid, I)>,
    items: Vec<BatchItem>,
}

/// An entry without errors. It is refused later if it refers to a refused entry of the batch.
struct Candidate<I> {
    /// Index in the batch.
    place: usize,
    id: Uuid,
    input: I,
}

/// An entry that cannot be created, with the reason.
struct Refused {
    /// Index in the batch.
    place: usize,
    error: Error,
}

/// Determines the entries that can be created, and the result for each item. Repeats the checks without the refused entries
/// until no further entry is refused.
async fn accept<I: Input>(write: &Write, caller: &Caller, mode: Mode, items: Vec<Checked<I>>) -> Result<Accepted<I>> {
    let mut remaining: Vec<(Uuid, Checked<I>)> = items.into_iter().map(|checked| (Uuid::now_v7(), checked)).collect();
    let mut places: Vec<usize> = (0..remaining.len()).collect();
    let mut refused: Vec<Refused> = vec![];
    loop {
        let ResolvedBatch { references, entries } = resolve_references(&write.tx, remaining).await?;
        let before = refused.len();
        let (mut candidates, mut refused_names) = (vec![], HashSet::new());
        for (place, ResolvedEntry { id, input, errors }) in places.into_iter().zip(entries) {
            // Unresolved references are errors, so `references.responsible` finds every municipality of an entry without errors.
            let accepted = errors.into_result().and_then(|()| {
                let input = input.as_ref().ok_or_else(without_value)?;
                caller.acts_for(&references.responsible(input)?)
            });
            match (accepted, input) {
                (Ok(()), Some(mut input)) => {
                    confirm_own(caller, None, &mut input);
                    candidates.push(Candidate { place, id, input });
                }
                (Ok(()), None) => {}
                (Err(error), input) => {
                    refused_names.extend(input.iter().flat_map(names));
                    refused.push(Refused { place, error });
                }
            }
        }
        if refused.len() == before {
            let items = batch_items(&candidates, refused);
            let entries = candidates.into_iter().map(|Candidate { id, input, .. }| (id, input)).collect();
            return Ok(Accepted { references, entries, items });
        }
        if mode == Mode::All {
            return Err(all_at_once(refused));
        }
        // A reference by the name of an existing entry means that entry, so it stays valid without the refused entry.
        let existing = I::RESOURCE.find(&write.tx, &refused_names.iter().cloned().collect::<Vec<_>>()).await?;
        refused_names.retain(|name| !existing.contains_key(name));
        refused.extend(dependants(&mut candidates, refused_names));
        places = candidates.iter().map(|candidate| candidate.place).collect();
        remaining = candidates.into_iter().map(|Candidate { id, input, .. }| (id, Checked::whole(input))).collect();
    }
}

/// Returns the names by which other entries of the batch may refer to an entry.
fn names<I: Input>(input: &I) -> impl Iterator<Item = String> + use<I> {
    [Some(input.slug().to_owned()), input.official().map(str::to_owned)].into_iter().flatten()
}

/// Removes the entries that refer to a refused entry, directly or through another entry of the batch.
fn dependants<I: Input>(candidates: &mut Vec<Candidate<I>>, mut out: HashSet<String>) -> Vec<Refused> {
    let mut all = vec![];
    while !out.is_empty() {
        let mut next = HashSet::new();
        candidates.retain_mut(|Candidate { place, input, .. }| {
            let mut violations = vec![];
            input.visit_references(&mut |field, mentioned| {
                let lost = mentioned.into_iter().filter(|(_, name)| out.contains(*name));
                let lost = lost.filter(|_| field.resource.table == I::RESOURCE.table);
                violations.extend(lost.map(|(at, name)| field.unresolved(at, name)));
            });
            if !violations.is_empty() {
                next.extend(names(input));
                all.push(Refused { place: *place, error: Error::Invalid(std::mem::take(&mut violations)) });
                return false;
            }
            true
        });
        out = next;
    }
    all
}

/// Returns the result for each item, in the order of the request.
fn batch_items<I: Input>(candidates: &[Candidate<I>], refused: Vec<Refused>) -> Vec<BatchItem> {
    let created = candidates.iter().map(|Candidate { place, id, input }| {
        let href = Some(I::RESOURCE.href(input.slug()));
        (*place, BatchItem { status: StatusCode::CREATED.as_u16(), id: Some(*id), href, problem: None })
    });
    let refused = refused.into_iter().map(|Refused { place, error }| {
        let problem = Problem::from(&error);
        (place, BatchItem { status: problem.status, id: None, href: None, problem: Some(problem) })
    });
    let mut items: Vec<(usize, BatchItem)> = created.chain(refused).collect();
    items.sort_by_key(|(place, _)| *place);
    items.into_iter().map(|(_, item)| item).collect()
}

/// Combines the violations of all items into one error. Their pointers begin with the index of the item.
fn all_at_once(refused: Vec<Refused>) -> Error {
    let (mut rules, mut taken, mut other) = (vec![], vec![], None);
    for Refused { place, error } in refused {
        match error {
            Error::Invalid(violations) => rules.extend(violations.into_iter().map(|violation| violation.below(place))),
            Error::Taken(violations) => taken.extend(violations.into_iter().map(|violation| violation.below(place))),
            error => other = other.or(Some(error)),
        }
    }
    match (EntryErrors { rules, taken }.into_result(), other) {
        (Ok(()), Some(other)) => other,
        (Ok(()), None) => Error::internal(anyhow::anyhow!("a batch was refused without an error")),
        (Err(error), _) => error,
    }
}
