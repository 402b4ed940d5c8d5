//! What can be submitted: entries of which resources, held to the very rules of a direct write.

use entity::submission::Model;
use entity::vocabulary::{Action, Purpose};
use futures_util::future::LocalBoxFuture;
use sea_orm::{ConnectionTrait, DatabaseExecutor, DatabaseTransaction, FromQueryResult, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::auth::Responsible;
use crate::base::db::Write;
use crate::base::error::{Error, Result, Violation};
use crate::base::merge::{Merged, changed, merge};
use crate::base::validation::Checked;
use crate::model::catalog::{MUNICIPALITIES, Resource};
use crate::query::entry::inputs;
use crate::resources::practice_examples::PracticeExampleInput;
use crate::resources::solutions::SolutionInput;
use crate::write::input::Input;
use crate::write::store::write_entries;
use crate::write::{EntryErrors, ResolvedBatch, delete_entry, resolve_entry, resolve_references, responsible_for};

/// A published entry.
pub(super) struct Published {
    pub revision: i64,
    pub content: Value,
    /// The municipalities that are responsible for it.
    pub owners: Vec<Responsible>,
}

/// What a submission makes of the entry as it is published now.
pub(super) struct Rebased {
    pub content: Value,
    /// JSON pointers to the members that were changed by others too since the submission began.
    pub conflicts: Vec<String>,
}

/// The member that a confirmation sets.
const CONFIRMED: &str = "last_confirmed_on";

/// Merges a submission with what was changed of the published entry since it began. A confirmation is not taken away by content
/// that leaves it out. What is to be withdrawn goes as it was seen: any other change than a confirmation is a conflict.
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
    // States of different days may name the same entry differently. What of either cannot be read leaves both as they were
    // written, for a member that was not changed must look the same in both.
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

/// What was found of some content.
pub(super) struct Checkup {
    /// What stands in the way of submitting it.
    pub violations: Vec<Violation>,
    /// The municipalities that are responsible for it, as far as it could be read.
    pub owners: Vec<Responsible>,
    /// The content with every entry it names under the name that entry has now, if nothing is wrong with it.
    pub canonical: Option<Value>,
}

/// Entries of one resource, as they are submitted.
pub(super) struct Submittable {
    pub resource: &'static Resource,
    pub wanted: &'static [&'static str],
    /// Members that name other entries, and of which resource.
    pub mentions: fn() -> Vec<(&'static str, &'static Resource)>,
    /// Finds what is wrong with content for an entry that is there, or is new.
    pub check: for<'a> fn(DatabaseExecutor<'a>, Option<Uuid>, Value) -> LocalBoxFuture<'a, Result<Checkup>>,
    /// An entry, if it is there.
    pub published: for<'a> fn(DatabaseExecutor<'a>, Uuid) -> LocalBoxFuture<'a, Result<Option<Published>>>,
    /// Writes content as an entry that is there, or a new one; tells its id.
    pub publish: for<'a> fn(&'a Write, Option<Uuid>, Value) -> LocalBoxFuture<'a, Result<Uuid>>,
    /// Deletes an entry that no other refers to.
    pub withdraw: for<'a> fn(&'a Write, Uuid, Value) -> LocalBoxFuture<'a, Result<()>>,
}

/// What can be submitted.
pub(super) static SUBMITTABLE: [Submittable; 2] =
    [Submittable::of::<SolutionInput>(), Submittable::of::<PracticeExampleInput>()];

impl Submittable {
    const fn of<T: Input>() -> Self {
        Self {
            resource: T::RESOURCE,
            wanted: T::WANTED,
            mentions: mentions::<T>,
            check: |db, entry, content| Box::pin(check::<T>(db, entry, content)),
            published: |db, entry| Box::pin(published::<T>(db, entry)),
            publish: |write, entry, content| Box::pin(publish::<T>(write, entry, content)),
            withdraw: |write, entry, content| Box::pin(withdraw::<T>(write, entry, content)),
        }
    }

    /// The entry that a submission is about, as it is published now, if it is there.
    pub(super) async fn published_of(&self, tx: &DatabaseTransaction, row: &Model) -> Result<Option<Published>> {
        match row.entry_id {
            Some(entry) => (self.published)(tx.into(), entry).await,
            None => Ok(None),
        }
    }

    /// Where it names the municipalities that are responsible for it.
    pub(super) fn owners_at(&self) -> String {
        let mentions = (self.mentions)();
        let named = mentions.iter().find(|(_, resource)| resource.table == MUNICIPALITIES.table);
        named.map_or_else(String::new, |(member, _)| format!("/{}", member.trim_end_matches("/*")))
    }

    /// That of a table.
    pub(super) fn of_table(table: &str) -> Result<&'static Self> {
        let found = SUBMITTABLE.iter().find(|kind| kind.resource.table == table);
        found.ok_or_else(|| Error::internal(anyhow::anyhow!("`{table}` cannot be submitted")))
    }
}

/// Asks content that has nothing in it; it shows its places all the same.
fn mentions<T: Input>() -> Vec<(&'static str, &'static Resource)> {
    let mut found = vec![];
    if let Some(mut reject_query) = Checked::<T>::read(json!({}), vec![]).value {
        reject_query.visit_references(&mut |field, _| found.push((field.member, field.resource)));
    }
    found
}

async fn check<T: Input>(db: DatabaseExecutor<'_>, entry: Option<Uuid>, content: Value) -> Result<Checkup> {
    let checked = Checked::<T>::read(content, vec![]);
    let id = entry.unwrap_or_else(Uuid::now_v7);
    let ResolvedBatch { references, errors, entries } = resolve_references(&db, vec![(id, checked)]).await?;
    let violations: Vec<Violation> = errors.into_iter().flat_map(EntryErrors::all).collect();
    let Some((_, input)) = entries.into_iter().flatten().next() else {
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
    let found = Statement::from_sql_and_values(db.get_database_backend(), found, [entry.into()]);
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
    let (references, input) = resolve_entry(&write.tx, id, checked).await?;
    let action = if entry.is_some() { Action::Replace } else { Action::Create };
    write_entries(write, action, &references, vec![(id, input)]).await?;
    Ok(id)
}

async fn withdraw<T: Input>(write: &Write, entry: Uuid, content: Value) -> Result<()> {
    let input: T = serde_json::from_value(content).map_err(Error::internal)?;
    delete_entry(write, entry, &input).await
}
