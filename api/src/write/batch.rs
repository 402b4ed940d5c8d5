//! Many entries at once: all or nothing, or each for itself.

use std::collections::HashSet;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use entity::vocabulary::Action;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::context::WriteContext;
use super::input::Input;
use super::resolve::{EntryErrors, ResolvedBatch, resolve_references};
use super::response::{Answer, Outcome};
use super::store::write_entries;
use crate::auth::{Access, Caller};
use crate::base::db::Write;
use crate::base::error::{Error, Problem, Result};
use crate::base::validation::Checked;
use crate::http::BatchBody;

/// How many entries are created at once.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct BatchQuery {
    /// `all`: every entry or none, which is usual; `each`: those that can be, the others are told with 207.
    #[param(inline, example = "all")]
    mode: Mode,
    /// Checks everything, and stores nothing.
    #[param(value_type = bool, example = false)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    #[default]
    All,
    Each,
}

/// What became of many entries
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchAnswer {
    /// How many were created, or would have been.
    #[schema(example = 2)]
    pub created: usize,
    /// Was nothing stored?
    #[schema(example = false)]
    pub dry_run: bool,
    /// What became of each, in the order they were sent.
    pub items: Vec<BatchItem>,
}

/// What became of one of many entries
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchItem {
    /// HTTP status, as if it had been sent alone.
    #[schema(example = 201)]
    pub status: u16,
    /// Id of the entry, if it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000", nullable = false)]
    pub id: Option<Uuid>,
    /// Path of the entry, if it was or would have been created.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/v1/themes/water", format = "uri-reference", nullable = false)]
    pub href: Option<String>,
    /// Why it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<Problem>,
}

/// Creates entries: some statements for all of them, however many there are.
pub(crate) async fn create_all<A: Access, I: Input>(
    context: WriteContext<A, BatchQuery>,
    batch: BatchBody<I>,
) -> Result<HttpResponse> {
    let (BatchQuery { mode, dry_run }, BatchBody { items, digest }) = (context.params, batch);
    let caller = context.caller.clone();
    let work = async move |write: &Write| {
        let (ResolvedBatch { references, entries, .. }, mut items) = accept(write, &caller, mode, items).await?;
        let created = items.iter().filter(|item| item.problem.is_none()).count();
        if dry_run {
            for item in &mut items {
                item.id = None;
            }
        } else {
            write_entries(write, Action::Create, &references, entries.into_iter().flatten().collect()).await?;
        }
        let status = if mode == Mode::Each { StatusCode::MULTI_STATUS } else { StatusCode::OK };
        let answer = Answer::new(
            status,
            Some(serde_json::to_string(&BatchAnswer { created, dry_run, items }).map_err(Error::internal)?),
        );
        Ok(if dry_run || created == 0 { Outcome::Unchanged(answer) } else { Outcome::Changed(answer) })
    };
    context.run(&digest, work).await
}

/// Finds those that can be created, and what becomes of each.
async fn accept<I: Input>(
    write: &Write,
    caller: &Caller,
    mode: Mode,
    items: Vec<Checked<I>>,
) -> Result<(ResolvedBatch<I>, Vec<BatchItem>)> {
    let mut standing: Vec<(Uuid, Checked<I>)> = items.into_iter().map(|checked| (Uuid::now_v7(), checked)).collect();
    let mut places: Vec<usize> = (0..standing.len()).collect();
    let mut refused: Vec<(usize, Error)> = vec![];
    loop {
        let ResolvedBatch { references, errors, entries } = resolve_references(&write.tx, standing).await?;
        let before = refused.len();
        let (mut fine, mut refused_names) = (vec![], HashSet::new());
        for ((place, errors), entry) in places.into_iter().zip(errors).zip(entries) {
            // Names that were not resolved are among the errors.
            let authorized = || match &entry {
                Some((_, input)) => caller.acts_for(&references.responsible(input)?),
                None => Ok(()),
            };
            match (errors.into_result().and_then(|()| authorized()), entry) {
                (Ok(()), Some(entry)) => fine.push((place, entry)),
                (Ok(()), None) => {
                    refused.push((place, Error::internal(anyhow::anyhow!("an entry is there or is wrong"))));
                }
                (Err(error), entry) => {
                    refused_names.extend(entry.iter().flat_map(|(_, input)| names(input)));
                    refused.push((place, error));
                }
            }
        }
        if refused.len() == before {
            let items = told(&fine, refused);
            let entries = fine.into_iter().map(|(_, entry)| Some(entry)).collect();
            return Ok((ResolvedBatch { references, errors: vec![], entries }, items));
        }
        if mode == Mode::All {
            return Err(all_at_once(refused));
        }
        // A name that was taken leads to whoever has it.
        let there = I::RESOURCE.find(&write.tx, &refused_names.iter().cloned().collect::<Vec<_>>()).await?;
        refused_names.retain(|name| !there.contains_key(name));
        refused.extend(dependants(&mut fine, refused_names));
        places = fine.iter().map(|(place, _)| *place).collect();
        standing = fine.into_iter().map(|(_, (id, input))| (id, Checked::whole(input))).collect();
    }
}

/// The names of an entry, as others of the same list may use them.
fn names<I: Input>(input: &I) -> impl Iterator<Item = String> + use<I> {
    [Some(input.slug().to_owned()), input.official().map(str::to_owned)].into_iter().flatten()
}

/// Takes out what names one of those that cannot be created, and what names that.
fn dependants<I: Input>(fine: &mut Vec<(usize, (Uuid, I))>, mut out: HashSet<String>) -> Vec<(usize, Error)> {
    let mut all = vec![];
    while !out.is_empty() {
        let mut next = HashSet::new();
        fine.retain_mut(|(place, (_, input))| {
            let mut violations = vec![];
            input.visit_references(&mut |field, mentioned| {
                let lost = mentioned.into_iter().filter(|(_, name)| out.contains(*name));
                let lost = lost.filter(|_| field.resource.table == I::RESOURCE.table);
                violations.extend(lost.map(|(at, name)| field.unresolved(at, name)));
            });
            if !violations.is_empty() {
                next.extend(names(input));
                all.push((*place, Error::Invalid(std::mem::take(&mut violations))));
                return false;
            }
            true
        });
        out = next;
    }
    all
}

/// What became of each, in the order they were sent.
fn told<I: Input>(fine: &[(usize, (Uuid, I))], refused: Vec<(usize, Error)>) -> Vec<BatchItem> {
    let created = fine.iter().map(|(place, (id, input))| {
        let href = Some(I::RESOURCE.href(input.slug()));
        (*place, BatchItem { status: StatusCode::CREATED.as_u16(), id: Some(*id), href, problem: None })
    });
    let refused = refused.into_iter().map(|(place, error)| {
        let problem = Problem::from(&error);
        (place, BatchItem { status: problem.status, id: None, href: None, problem: Some(problem) })
    });
    let mut items: Vec<(usize, BatchItem)> = created.chain(refused).collect();
    items.sort_by_key(|(place, _)| *place);
    items.into_iter().map(|(_, item)| item).collect()
}

/// Everything that is wrong with any of them, with the place of each.
fn all_at_once(refused: Vec<(usize, Error)>) -> Error {
    let (mut rules, mut taken, mut other) = (vec![], vec![], None);
    for (place, error) in refused {
        match error {
            Error::Invalid(violations) => rules.extend(violations.into_iter().map(|violation| violation.below(place))),
            Error::Taken(violations) => taken.extend(violations.into_iter().map(|violation| violation.below(place))),
            error => other = other.or(Some(error)),
        }
    }
    match (EntryErrors { rules, taken }.into_result(), other) {
        (Ok(()), Some(other)) => other,
        (Ok(()), None) => Error::internal(anyhow::anyhow!("nothing was wrong")),
        (Err(error), _) => error,
    }
}
