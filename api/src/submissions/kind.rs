//! What can be submitted: entries of which resources, held to the very rules of a direct write.

use entity::submission::Model;
use entity::vocabulary::Action;
use futures_util::future::LocalBoxFuture;
use sea_orm::{ConnectionTrait, DatabaseExecutor, FromQueryResult, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::db::Write;
use crate::error::{Error, Result, Violation};
use crate::input::{Input, put};
use crate::municipalities::MUNICIPALITIES;
use crate::practice_examples::PracticeExampleInput;
use crate::resource::Resource;
use crate::shape::Checked;
use crate::solutions::SolutionInput;
use crate::writing::{Settled, Wrong, delete_entry, settle};

/// A published entry.
pub(super) struct Published {
    pub revision: i64,
    pub content: Value,
    /// The municipalities whose affair it is.
    pub holders: Vec<String>,
}

/// The member that a confirmation sets.
const CONFIRMED: &str = "last_confirmed_on";

impl Published {
    /// The content of a submission over what is published; none, if that was changed since it was begun. A mere confirmation is no such
    /// change, and its day stays unless the content says another.
    pub(super) fn taking(&self, row: &Model) -> Option<Value> {
        let (mut base, mut content) = (row.base_content.clone().unwrap_or_default(), row.content.clone());
        let (day, before, own) = (self.content.get(CONFIRMED), base.get(CONFIRMED).cloned(), content.get(CONFIRMED));
        let keeps_day = own.is_none_or(|own| Some(own) == before.as_ref());
        if Some(self.revision) != row.base {
            set(&mut base, CONFIRMED, day);
            if base != self.content {
                return None;
            }
        }
        if keeps_day {
            set(&mut content, CONFIRMED, day);
        }
        Some(content)
    }
}

fn set(content: &mut Value, member: &str, value: Option<&Value>) {
    if let Some(members) = content.as_object_mut() {
        match value {
            Some(value) => members.insert(member.to_owned(), value.clone()),
            None => members.remove(member),
        };
    }
}

/// What was found of some content.
pub(super) struct Checkup {
    /// What stands in the way of submitting it.
    pub violations: Vec<Violation>,
    /// The municipalities whose affair it is, as far as it could be read, and where it names them.
    pub holders: Vec<(String, String)>,
}

/// Entries of one resource, as they are submitted.
pub(super) struct Kind {
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
pub(super) static KINDS: [Kind; 2] = [Kind::of::<SolutionInput>(), Kind::of::<PracticeExampleInput>()];

impl Kind {
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

    /// Where it names the municipalities whose affair it is.
    pub(super) fn holders_at(&self) -> String {
        let mentions = (self.mentions)();
        let named = mentions.iter().find(|(_, resource)| resource.table == MUNICIPALITIES.table);
        named.map_or_else(String::new, |(member, _)| format!("/{}", member.trim_end_matches("/*")))
    }

    /// That of a table.
    pub(super) fn of_table(table: &str) -> Result<&'static Self> {
        let found = KINDS.iter().find(|kind| kind.resource.table == table);
        found.ok_or_else(|| Error::fault(anyhow::anyhow!("`{table}` cannot be submitted")))
    }
}

/// Asks content that has nothing in it; it shows its places all the same.
fn mentions<T: Input>() -> Vec<(&'static str, &'static Resource)> {
    let mut found = vec![];
    if let Some(mut nothing) = Checked::<T>::read(json!({}), vec![]).value {
        nothing.visit(&mut |mention, _| found.push((mention.member, mention.resource)));
    }
    found
}

async fn check<T: Input>(db: DatabaseExecutor<'_>, entry: Option<Uuid>, content: Value) -> Result<Checkup> {
    let checked = Checked::<T>::read(content, vec![]);
    let id = entry.unwrap_or_else(Uuid::now_v7);
    let Settled { known, violations, entries } = settle(&db, vec![(id, checked)]).await?;
    let holders = entries.into_iter().flatten().flat_map(|(_, mut input)| placed(&mut input));
    Ok(Checkup {
        holders: holders.filter(|(holder, _)| known.id(&MUNICIPALITIES, holder).is_some()).collect(),
        violations: violations.into_iter().flat_map(Wrong::all).collect(),
    })
}

/// The municipalities whose affair something is, and where it names them.
fn placed<T: Input>(input: &mut T) -> Vec<(String, String)> {
    let holders = holders(input);
    let mut placed = vec![];
    input.visit(&mut |mention, names| {
        if mention.resource.table == MUNICIPALITIES.table {
            let named = names.into_iter().filter(|(_, name)| holders.contains(name));
            placed.extend(named.map(|(place, name)| (name.clone(), mention.pointer(place))));
        }
    });
    placed
}

fn holders<T: Input>(input: &T) -> Vec<String> {
    input.holders().into_iter().map(str::to_owned).collect()
}

async fn published<T: Input>(db: DatabaseExecutor<'_>, entry: Uuid) -> Result<Option<Published>> {
    #[derive(FromQueryResult)]
    struct Found {
        slug: String,
        revision: i64,
    }
    let found = format!("select slug, revision from {} where id = $1", T::RESOURCE.table);
    let found = Statement::from_sql_and_values(db.get_database_backend(), found, [entry.into()]);
    let Some(Found { slug, revision }) = Found::find_by_statement(found).one(&db).await? else { return Ok(None) };
    let Some((_, input)) = T::current(&db, Some(vec![slug])).await?.into_iter().find(|(id, _)| *id == entry) else {
        return Ok(None);
    };
    let content = serde_json::to_value(&input).map_err(Error::fault)?;
    Ok(Some(Published { revision, content, holders: holders(&input) }))
}

async fn publish<T: Input>(write: &Write, entry: Option<Uuid>, content: Value) -> Result<Uuid> {
    let checked = Checked::<T>::read(content, vec![]);
    let id = entry.unwrap_or_else(Uuid::now_v7);
    let Settled { known, mut violations, entries } = settle(&write.tx, vec![(id, checked)]).await?;
    violations.pop().unwrap_or_default().refuse()?;
    let action = if entry.is_some() { Action::Replace } else { Action::Create };
    put(write, action, &known, entries.into_iter().flatten().collect()).await?;
    Ok(id)
}

async fn withdraw<T: Input>(write: &Write, entry: Uuid, content: Value) -> Result<()> {
    let input: T = serde_json::from_value(content).map_err(Error::fault)?;
    delete_entry(write, entry, &input).await
}
