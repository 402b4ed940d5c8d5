//! Storage of submissions. Each change locks the row of the submission until the end of its transaction.

use entity::submission::{Column, Entity, Model};
use entity::vocabulary::{Purpose, Stage, Vocabulary};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, Value};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::actor::{explained, lock_for_update};
use super::findings::conflicting;
use super::input::{ContentInput, SubmissionInput};
use super::kind::{Published, Rebased, Submittable, rebase};
use super::names::named;
use super::review::is_open;
use crate::auth::{Caller, Scope, SubmissionsReview, SubmissionsWrite};
use crate::base::db::{sql, written};
use crate::base::error::{EditConflict, Error, Quota, Result, Rule, Violation};
use crate::http::{EntryKey, Patch, Precondition};
use crate::query::former_keys::absent;
use crate::write::is_responsible;

/// Creates a draft. Fails with `Error::QuotaExceeded` at the maximum number of drafts, with `Error::Invalid` if the
/// entry is unknown, and with `Error::OutsideMunicipality` if the caller is not responsible for the entry.
pub(super) async fn begin(tx: &DatabaseTransaction, caller: &Caller, input: SubmissionInput) -> Result<Model> {
    const BEGIN: &str = "insert into submission (id, resource, purpose, stage, entry_id, base, base_content, content, municipality_ids, \
            created_for, submitted_by, authors, names) \
        values ($1, $2, $3, 'draft', $4, $5, $6::text::json, $7::text::json, $8, $9, $10, array[$10], $11::text::jsonb) returning *";
    caller.acts_for_any()?;
    refuse_too_many(tx, caller).await?;
    let SubmissionInput { resource, purpose, entry, content } = input;
    let kind = Submittable::of_table(resource.0.table)?;
    let (entry, published) = match entry {
        Some(name) => entry_called(tx, kind, &name).await.map(|(id, published)| (Some(id), Some(published)))?,
        None => (None, None),
    };
    if let (Some(id), Some(published)) = (entry, &published)
        && !is_responsible(tx, kind.resource.table, id, caller).await?
    {
        return Err(Error::OutsideMunicipality(published.owners.iter().map(ToString::to_string).collect()));
    }
    let base = published.as_ref().map(|published| &published.content);
    // The content of a withdrawal is the published content.
    let mut content =
        content.filter(|_| purpose == Purpose::Publish).or_else(|| base.cloned()).unwrap_or_else(|| json!({}));
    (kind.normalise)(&mut content);
    let created_for: Vec<Uuid> = caller.municipalities.iter().flatten().copied().collect();
    let owners = Owners { created_for: &created_for, was_submitted: false, published: published.as_ref() };
    let owners = owners.with_those_of(tx, kind, entry, &content).await?;
    let names = named(tx, kind, [Some(&content), base].into_iter().flatten()).await?;
    let values: [Value; 11] = [
        Uuid::now_v7().into(),
        kind.resource.table.into(),
        purpose.value().into(),
        entry.into(),
        published.as_ref().map(|published| published.revision).into(),
        base.map(ToString::to_string).into(),
        content.to_string().into(),
        owners.into(),
        created_for.into(),
        caller.subject.clone().into(),
        names.to_string().into(),
    ];
    written(tx, sql(BEGIN, values)).await
}

async fn refuse_too_many(tx: &DatabaseTransaction, caller: &Caller) -> Result<()> {
    let drafts = Entity::find().filter(Column::Stage.eq(Stage::Draft)).filter(Column::SubmittedBy.eq(&caller.subject));
    if drafts.count(tx).await? < Quota::Drafts.max() { Ok(()) } else { Err(Error::QuotaExceeded(Quota::Drafts)) }
}

/// Values that determine the owners of a submission, in addition to its content.
pub(super) struct Owners<'o> {
    /// Municipalities of the token that created the submission.
    pub created_for: &'o [Uuid],
    pub was_submitted: bool,
    pub published: Option<&'o Published>,
}

impl Owners<'_> {
    /// Returns the municipalities that own a submission with `content`: those responsible for the published entry, and
    /// those responsible according to the content. If none of the municipalities of the token that created the submission
    /// is among them, these are added, so that the submitter keeps access. A draft created by a token not bound to
    /// municipalities has no owners until it is submitted.
    pub(super) async fn with_those_of(
        &self,
        tx: &DatabaseTransaction,
        kind: &Submittable,
        entry: Option<Uuid>,
        content: &Json,
    ) -> Result<Vec<Uuid>> {
        if self.created_for.is_empty() && !self.was_submitted {
            return Ok(vec![]);
        }
        let checkup = (kind.check)(tx.into(), entry, content.clone()).await?;
        let proposed = checkup.owners.into_iter().map(|owner| owner.id);
        let published = self.published.iter().flat_map(|published| &published.owners).map(|owner| owner.id);
        let mut owners: Vec<Uuid> = published.chain(proposed).collect();
        if !self.created_for.iter().any(|one| owners.contains(one)) {
            owners.extend(self.created_for);
        }
        owners.sort_unstable();
        owners.dedup();
        Ok(owners)
    }
}

/// Returns the published entry with a slug or ID, former ones included.
async fn entry_called(tx: &DatabaseTransaction, kind: &Submittable, name: &str) -> Result<(Uuid, Published)> {
    let mut found = kind.resource.find_including_former(tx, &[name.to_owned()]).await?;
    let published = match found.remove(name) {
        Some(found) => (kind.published)(tx.into(), found.id).await?.map(|published| (found.id, published)),
        None => None,
    };
    published.ok_or_else(|| Error::Invalid(vec![Violation::pointer("/entry", kind.resource.unresolved(name))]))
}

/// New content of a submission.
pub(super) enum Revision {
    Replace(ContentInput),
    Patch(Patch<ContentInput>),
}

/// A write of new content with its precondition.
pub(super) struct Rewrite {
    pub id: Uuid,
    pub precondition: Precondition,
    pub revision: Revision,
}

/// Writes new content. Returns the submission, and whether anything changed. Fails if the caller is not the submitter,
/// the stage does not allow changes, the precondition is not met, or `based_on` is outdated.
pub(super) async fn rewrite(tx: &DatabaseTransaction, caller: &Caller, rewrite: Rewrite) -> Result<(Model, bool)> {
    const REWRITE: &str = "update submission set content = $2::text::json, base = $3, base_content = $4::text::json, \
            authors = case when $5 = any (authors) then authors else authors || $5 end, municipality_ids = $6, \
            names = $7::text::jsonb, revision = revision + 1, updated_at = now() \
        where id = $1 returning *";
    let Rewrite { id, precondition, revision } = rewrite;
    let (row, role) = lock_for_update(tx, id, caller).await?;
    if !role.submits {
        return explained(tx, Err(Error::Forbidden(SubmissionsWrite::NAME)), &row, caller).await;
    }
    if !is_open(row.stage) || row.purpose == Purpose::Withdraw {
        return Err(Error::Closed(row.stage.value()));
    }
    precondition.check(row.revision)?;
    let kind = Submittable::of_table(&row.resource)?;
    let published = kind.published_of(tx, &row).await?;
    let Based { mut content, base, base_content } = based(tx, &row, published.as_ref(), revision).await?;
    (kind.normalise)(&mut content);
    if content == row.content && base == row.base && base_content == row.base_content {
        return Ok((row, false));
    }
    let was_submitted = row.submitted_at.is_some();
    let owners = Owners { created_for: &row.created_for, was_submitted, published: published.as_ref() };
    let names = named(tx, kind, [Some(&content), base_content.as_ref()].into_iter().flatten()).await?;
    let values: [Value; 7] = [
        id.into(),
        // Sent as text, because `jsonb` does not preserve the order of members.
        content.to_string().into(),
        base.into(),
        base_content.map(|content| content.to_string()).into(),
        caller.subject.clone().into(),
        owners.with_those_of(tx, kind, row.entry_id, &content).await?.into(),
        names.to_string().into(),
    ];
    Ok((written(tx, sql(REWRITE, values)).await?, true))
}

/// Content with its base: the state of the published entry that the content takes into account.
struct Based {
    content: Json,
    base: Option<i64>,
    base_content: Option<Json>,
}

/// Returns the content and base that a write results in.
async fn based(
    tx: &DatabaseTransaction,
    row: &Model,
    published: Option<&Published>,
    revision: Revision,
) -> Result<Based> {
    let ContentInput { content, based_on } = match revision {
        Revision::Replace(input) => input,
        Revision::Patch(patch) => patched(tx, row, published, &patch).await?,
    };
    // A representation that is sent back repeats the current `based_on`, which then changes nothing.
    let Some(based_on) = based_on.filter(|based_on| Some(*based_on) != row.base) else {
        return Ok(Based { content, base: row.base, base_content: row.base_content.clone() });
    };
    match (published, row.entry_id) {
        (Some(published), _) if published.revision == based_on => {
            Ok(Based { content, base: Some(based_on), base_content: Some(published.content.clone()) })
        }
        (Some(published), _) => Err(edit_conflict(row, published, content, vec![])),
        (None, Some(entry)) => {
            Err(absent(tx, Submittable::of_table(&row.resource)?.resource, &EntryKey::of(entry)).await)
        }
        (None, None) => Err(Error::Invalid(vec![Violation::pointer("/based_on", Rule::NothingPublished {})])),
    }
}

/// Applies a merge patch. With `based_on`, the members that are not in the patch are merged with the changes of the
/// published entry, so that a patch with `based_on` alone reverts none of them.
async fn patched(
    tx: &DatabaseTransaction,
    row: &Model,
    published: Option<&Published>,
    patch: &Patch<ContentInput>,
) -> Result<ContentInput> {
    let apply = |content: Json| patch.apply(&ContentInput { content, based_on: None })?.into_valid();
    let patched = apply(row.content.clone())?;
    let Some(published) = published.filter(|published| patched.based_on == Some(published.revision)) else {
        return Ok(patched);
    };
    let Rebased { content, mut conflicts } = rebase(tx, row, published).await?;
    conflicts.retain(|pointer| !patch.sets(&format!("/content{pointer}")));
    if !conflicts.is_empty() {
        let conflicts = conflicting(&conflicts, published.revision);
        return Err(edit_conflict(row, published, row.content.clone(), conflicts));
    }
    apply(content)
}

/// Returns the current published entry of a submission, or `None` for a new entry. Fails with `Error::Gone` if the
/// entry was deleted.
pub(super) async fn current(tx: &DatabaseTransaction, row: &Model) -> Result<Option<Published>> {
    let kind = Submittable::of_table(&row.resource)?;
    match (kind.published_of(tx, row).await?, row.entry_id) {
        (None, Some(entry)) => Err(absent(tx, kind.resource, &EntryKey::of(entry)).await),
        (published, _) => Ok(published),
    }
}

/// Returns the error for content in conflict with the published entry: the three states, and the members in conflict.
pub(super) fn edit_conflict(row: &Model, published: &Published, submitted: Json, conflicts: Vec<Violation>) -> Error {
    Error::EditConflict(Box::new(EditConflict {
        revision: published.revision,
        base: row.base_content.clone().unwrap_or_default(),
        published: published.content.clone(),
        submitted,
        conflicts,
    }))
}

/// An assignment of a reviewer.
pub(super) struct Assignment {
    pub id: Uuid,
    /// Subject of the reviewer's token; `None` removes the assignment.
    pub to: Option<String>,
    /// Whether the subject belongs to the trusted issuer, whose tokens are not in the database.
    pub is_foreign: bool,
}

/// Assigns a reviewer. Fails with `Error::Bound` unless the caller is a reviewer, and with `Error::Invalid` if the
/// reviewer is an author or has no token for reviews.
pub(super) async fn assign(tx: &DatabaseTransaction, caller: &Caller, assignment: Assignment) -> Result<Model> {
    // Keeps the revision: an assignment does not invalidate the entity tag of the content.
    const ASSIGN: &str = "update submission set assigned_to = $2, assigned_by = case when $2 is not null then $3 end, \
            updated_at = now() \
        where id = $1 returning *";
    let Assignment { id, to, is_foreign } = assignment;
    let (row, role) = lock_for_update(tx, id, caller).await?;
    if !role.reviews {
        return Err(Error::Bound);
    }
    let refuse = |rule| Err(Error::Invalid(vec![Violation::pointer("/to", rule)]));
    if let Some(to) = &to {
        if row.authors.contains(to) {
            return refuse(Rule::ReviewerIsAuthor {});
        }
        if !is_foreign && *to != caller.subject && !reviews(tx, to).await? {
            return refuse(Rule::NoReviewer {});
        }
    }
    written(tx, sql(ASSIGN, [id.into(), to.into(), caller.subject.clone().into()])).await
}

/// Returns whether a subject has a valid token that permits reviews.
async fn reviews(tx: &DatabaseTransaction, subject: &str) -> Result<bool> {
    const REVIEWS: &str = "select exists(select from token where subject = $1 and $2 = any (scopes) and municipality_ids is null \
        and revoked_at is null and expires_at > now())";
    let found = tx.query_one_raw(sql(REVIEWS, [subject.into(), SubmissionsReview::NAME.into()])).await?;
    Ok(found.is_some_and(|row| row.try_get_by_index(0).unwrap_or(false)))
}
