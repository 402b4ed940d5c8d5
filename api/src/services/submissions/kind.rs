//! Submittable resources. Submissions follow the same rules as direct writes.

use entity::submission::Model;
use entity::vocabulary::{Action, Purpose};
use futures_util::future::LocalBoxFuture;
use sea_orm::{ConnectionTrait, DatabaseExecutor, DatabaseTransaction, FromQueryResult};
use serde_json::{Value, json};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use crate::auth::Responsible;
use crate::base::dates::today;
use crate::base::db::{Write, sql};
use crate::base::error::{Error, Result, Violation};
use crate::base::merge::{Merged, changed, merge};
use crate::base::validation::{self, Checked};
use crate::model::catalog::{MUNICIPALITIES, Resource};
use crate::query::entry::inputs;
use crate::resources::practice_examples::PracticeExampleInput;
use crate::resources::solutions::SolutionInput;
use crate::write::input::Input;
use crate::write::store::write_entries;
use crate::write::{ResolvedBatch, ResolvedEntry, delete_entry, resolve_entry, resolve_references, responsible_for};

/// A published entry.
pub(super) struct Published {
    pub revision: i64,
    pub content: Value,
    /// Municipalities responsible for the entry.
    pub owners: Vec<Responsible>,
}

/// Content of a submission after the merge with the current published entry.
pub(super) struct Rebased {
    pub content: Value,
    /// JSON pointers to the members that were changed on both sides since the base revision.
    pub conflicts: Vec<String>,
}

/// Member that a confirmation sets.
const CONFIRMED: &str = "last_confirmed_on";

/// Merges a submission with the changes of the published entry since its base revision. Content without the date of the last
/// confirmation keeps that date. For a withdrawal, any change of the published entry other than a confirmation is a conflict.
pub(super) async fn rebase<'c, C: ConnectionTrait>(db: &'c C, row: &Model, published: &Published) -> Result<Rebased>
where
    DatabaseExecutor<'c>: From<&'c C>,
{
    let (base, mut submitted) = (row.base_content.clone().unwrap_or_default(), row.content.clone());
    if let (Some(members), Some(day)) = (submitted.as_object_mut(), base.get(CONFIRMED)) {
        members.entry(CONFIRMED).or_insert_with(|| day.clone());
    }
    if Some(published.revision) == row.base {
        return Ok(Rebased { content: submitted, conflicts: vec![] });
    }
    let kind = Submittable::of_table(&row.resource)?;
    // The two states may refer to the same entry by different keys, so both are brought into canonical form. If one of them is
    // invalid, both stay as written, because an unchanged member must be equal in both.
    let checked = async |content: &Value| (kind.check)(db.into(), row.entry_id, content.clone()).await;
    let (base, submitted) = match (checked(&base).await?.canonical, checked(&submitted).await?.canonical) {
        (Some(base), Some(submitted)) => (base, submitted),
        _ => (base, submitted),
    };
    if row.purpose == Purpose::Withdraw {
        let mut conflicts = changed(&base, &published.content);
        conflicts.retain(|pointer| pointer.trim_start_matches('/') != CONFIRMED);
        return Ok(Rebased { content: published.content.clone(), conflicts });
    }
    let Merged { content, conflicts } = merge(&base, &published.content, &submitted);
    Ok(Rebased { content, conflicts })
}

/// Result of the validation of content.
pub(super) struct Checkup {
    /// Violations that prevent the submission.
    pub violations: Vec<Violation>,
    /// Municipalities responsible for the entry, as far as the content could be read.
    pub owners: Vec<Responsible>,
    /// Content with current keys of all referenced entries; `None` if there are violations.
    pub canonical: Option<Value>,
}

/// A submittable resource.
pub(super) struct Submittable {
    pub resource: &'static Resource,
    pub wanted: &'static [&'static str],
    /// Members of the representation that are ignored in content.
    pub read_only: &'static [&'static str],
    /// Members that refer to other entries, with the resource of these entries.
    pub references: fn() -> Vec<(&'static str, &'static Resource)>,
    /// Validates content for an existing or a new entry.
    pub check: for<'a> fn(DatabaseExecutor<'a>, Option<Uuid>, Value) -> LocalBoxFuture<'a, Result<Checkup>>,
    /// Removes read-only members from content, and replaces links by keys.
    pub normalise: fn(&mut Value),
    /// Returns a published entry, if it exists.
    pub published: for<'a> fn(DatabaseExecutor<'a>, Uuid) -> LocalBoxFuture<'a, Result<Option<Published>>>,
    /// Replaces an existing entry or creates a new one, and returns its ID.
    pub publish: for<'a> fn(&'a Write, Option<Uuid>, Value) -> LocalBoxFuture<'a, Result<Uuid>>,
    /// Deletes an entry; fails while other entries refer to it.
    pub withdraw: for<'a> fn(&'a Write, Uuid, Value) -> LocalBoxFuture<'a, Result<()>>,
}

/// Submittable resources.
pub(super) static SUBMITTABLE: [Submittable; 2] =
    [Submittable::of::<SolutionInput>(), Submittable::of::<PracticeExampleInput>()];

/// Name of a resource that takes submissions, as used in paths.
pub(super) struct SubmittableName;

impl PartialSchema for SubmittableName {
    fn schema() -> RefOr<Schema> {
        let names = SUBMITTABLE.iter().map(|kind| kind.resource.collection);
        let name = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names));
        name.description(Some("Name of a resource that takes submissions, as used in paths"))
            .examples(["solutions"])
            .into()
    }
}

impl ToSchema for SubmittableName {}

impl Submittable {
    const fn of<T: Input>() -> Self {
        Self {
            resource: T::RESOURCE,
            wanted: T::WANTED,
            read_only: T::READ_ONLY,
            references: references::<T>,
            normalise: normalise::<T>,
            check: |db, entry, content| Box::pin(check::<T>(db, entry, content)),
            published: |db, entry| Box::pin(published::<T>(db, entry)),
            publish: |write, entry, content| Box::pin(publish::<T>(write, entry, content)),
            withdraw: |write, entry, content| Box::pin(withdraw::<T>(write, entry, content)),
        }
    }

    /// Returns the current published entry of a submission, if it exists.
    pub(super) async fn published_of(&self, tx: &DatabaseTransaction, row: &Model) -> Result<Option<Published>> {
        match row.entry_id {
            Some(entry) => (self.published)(tx.into(), entry).await,
            None => Ok(None),
        }
    }

    /// Returns the JSON pointer to the member with the responsible municipalities.
    pub(super) fn owners_at(&self) -> String {
        let references = (self.references)();
        let named = references.iter().find(|(_, resource)| resource.table == MUNICIPALITIES.table);
        named.map_or_else(String::new, |(member, _)| format!("/{}", member.trim_end_matches("/*")))
    }

    /// Returns the submittable resource with a table. Fails with `Error::Internal` for a table without submissions.
    pub(super) fn of_table(table: &str) -> Result<&'static Self> {
        let found = SUBMITTABLE.iter().find(|kind| kind.resource.table == table);
        found.ok_or_else(|| Error::internal(anyhow::anyhow!("the table `{table}` has no submissions")))
    }
}

/// Returns the members of an input that refer to entries. Visits an empty input, because only inputs know their references.
fn references<T: Input>() -> Vec<(&'static str, &'static Resource)> {
    let mut found = vec![];
    if let Some(mut empty) = Checked::<T>::read(json!({}), vec![]).value {
        empty.visit_references(&mut |field, _| found.push((field.member, field.resource)));
    }
    found
}

/// Removes read-only members and empty lists, and replaces links by keys. The content of published entries has no empty lists
/// either, so that both can be compared.
fn normalise<T: Input>(content: &mut Value) {
    validation::normalise::<T>(content);
    if let Value::Object(members) = content {
        members.retain(|_, member| member.as_array().is_none_or(|items| !items.is_empty()));
    }
}

async fn check<T: Input>(db: DatabaseExecutor<'_>, entry: Option<Uuid>, content: Value) -> Result<Checkup> {
    let checked = Checked::<T>::read(content, vec![]);
    let id = entry.unwrap_or_else(Uuid::now_v7);
    let ResolvedBatch { references, mut entries } = resolve_references(&db, vec![(id, checked)]).await?;
    let ResolvedEntry { input, errors, .. } =
        entries.pop().ok_or_else(|| Error::internal(anyhow::anyhow!("the result of a single entry is missing")))?;
    let violations = errors.all();
    let Some(input) = input else {
        return Ok(Checkup { violations, owners: vec![], canonical: None });
    };
    let canonical =
        if violations.is_empty() { Some(serde_json::to_value(&input).map_err(Error::internal)?) } else { None };
    Ok(Checkup { violations, owners: references.known_responsible(&input), canonical })
}

async fn published<T: Input>(db: DatabaseExecutor<'_>, entry: Uuid) -> Result<Option<Published>> {
    #[derive(FromQueryResult)]
    struct PublishedRow {
        slug: String,
        revision: i64,
    }
    let found = format!("select slug, revision from {} where id = $1", T::RESOURCE.table);
    let found = sql(&found, [entry.into()]);
    let Some(PublishedRow { slug, revision }) = PublishedRow::find_by_statement(found).one(&db).await? else {
        return Ok(None);
    };
    let Some((_, input)) = inputs::<T::View, T>(&db, Some(vec![slug])).await?.into_iter().find(|(id, _)| *id == entry)
    else {
        return Ok(None);
    };
    let content = serde_json::to_value(&input).map_err(Error::internal)?;
    Ok(Some(Published { revision, content, owners: responsible_for(&db, &input).await? }))
}

async fn publish<T: Input>(write: &Write, entry: Option<Uuid>, content: Value) -> Result<Uuid> {
    let checked = Checked::<T>::read(content, vec![]);
    let id = entry.unwrap_or_else(Uuid::now_v7);
    let (references, mut input) = resolve_entry(&write.tx, id, checked).await?;
    // Publication is a confirmation: submitter and reviewer have just approved the content.
    input.confirm(today());
    let action = if entry.is_some() { Action::Replace } else { Action::Create };
    write_entries(write, action, &references, vec![(id, input)]).await?;
    Ok(id)
}

async fn withdraw<T: Input>(write: &Write, entry: Uuid, content: Value) -> Result<()> {
    let input: T = serde_json::from_value(content).map_err(Error::internal)?;
    delete_entry(write, entry, &input).await
}
