//! Database queries for the history and the audit trail.

use entity::change::Model;
use sea_orm::prelude::Expr;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::dto::{AuditQuery, Change, ChangeOrder, HistoryQuery};
use crate::base::error::{Error, Result, Rule, Violation};
use crate::base::public_url::public_path;
use crate::http::{EntryKey, Sort, Timestamp};
use crate::model::catalog::{Resource, ResourceName};
use crate::query::filter::Filter;
use crate::query::former_keys::{absent, once};
use crate::query::keyset::SortKey;
use crate::query::list::ListPlan;
use crate::services::tokens;

/// Returns the plan of a list of changes, newest first by default.
fn planned(filters: Filter, sort: Option<Sort<ChangeOrder>>) -> ListPlan {
    let order = |ChangeOrder::DirectoryVersion| Some(SortKey::integer("change.directory_version"));
    ListPlan {
        filters,
        default_order: SortKey::integer("change.directory_version").turned(true),
        order: ListPlan::order(sort, order),
        facets: vec![],
    }
}

pub(super) fn history(query: &HistoryQuery) -> ListPlan {
    let filters = Filter::of_table("change").compare("entry_id = $1", query.entry);
    planned(filters.term("action", &query.action), query.sort)
}

pub(super) fn audit(query: &AuditQuery) -> ListPlan {
    let time = |time: Option<Timestamp>| time.map(|Timestamp(time)| time);
    let some = |ids: &[Uuid]| (!ids.is_empty()).then(|| ids.to_vec());
    let tables = query.resource.iter().filter_map(|name| table(name)).map(str::to_owned).collect();
    let filters = Filter::of_table("change")
        .text("resource", tables)
        .term("action", &query.action)
        .text("actor", query.actor.clone())
        .compare("entry_id = any ($1)", some(&query.entry))
        .compare("token_id = any ($1)", some(&query.token))
        .compare("request_id = $1", query.request.clone().map(|request| request.0))
        .compare("at >= $1", time(query.since))
        .compare("at < $1", time(query.until));
    planned(filters, query.sort)
}

/// Returns the table of a resource or of the tokens.
fn table(name: &str) -> Option<&'static str> {
    if name == "tokens" {
        Some(tokens::TABLE)
    } else {
        ResourceName::of_collection(name).ok().map(|found| found.0.table)
    }
}

/// Fails with `Error::Parameters` for names that are neither a resource nor `tokens`.
pub(super) fn check(query: &AuditQuery) -> Result<()> {
    let unknown = query.resource.iter().filter(|name| table(name).is_none());
    let allowed = || ResourceName::all().chain(["tokens"]);
    let violation = |name: &String| Violation::parameter("resource", Rule::unknown_value(name, allowed()));
    let violations: Vec<Violation> = unknown.map(violation).collect();
    if violations.is_empty() { Ok(()) } else { Err(Error::Parameters(violations)) }
}

/// Returns the representations of changes, with or without their authors.
pub(super) fn views(rows: Vec<Model>, with_actor: bool) -> Vec<Change> {
    rows.into_iter().map(|row| view(row, with_actor)).collect()
}

pub(super) fn view(row: Model, with_actor: bool) -> Change {
    let collection = ResourceName::of_table(&row.resource).map(|resource| resource.0.collection);
    Change {
        id: row.id,
        directory_version: row.directory_version,
        at: row.at,
        action: row.action,
        resource: collection.unwrap_or("tokens").to_owned(),
        entry: row.entry_id,
        slug: row.slug,
        href: collection.map(|collection| {
            public_path(format_args!("/v1/{collection}/{}/history/{}", row.entry_id, row.directory_version))
        }),
        actor: with_actor.then_some(row.actor),
        token: row.token_id.filter(|_| with_actor),
        request: row.request_id.filter(|_| with_actor),
    }
}

/// Returns the ID of an entry and whether the entry exists. Fails for a deleted entry unless the caller may see deleted
/// entries.
pub(super) async fn entry(
    db: &impl ConnectionTrait,
    resource: &Resource,
    key: &EntryKey,
    may_see_deleted: bool,
) -> Result<(Uuid, bool)> {
    if let Some(id) = resource.id(db, key).await? {
        return Ok((id, true));
    }
    match absent(db, resource, key).await {
        error @ (Error::Gone(_) | Error::KeyRetired { .. }) if may_see_deleted => {
            once(db, resource, key).await?.map(|id| (id, false)).ok_or(error)
        }
        error => Err(error),
    }
}

/// Returns the change of an entry with a directory version, or the newest change before that version.
pub(super) async fn one(db: &impl ConnectionTrait, entry: Uuid, version: i64, before: bool) -> Result<Option<Model>> {
    let which = if before { "directory_version < $1" } else { "directory_version = $1" };
    let rows = entity::change::Entity::find().filter(Expr::cust_with_values("entry_id = $1", [entry]));
    let rows = rows.filter(Expr::cust_with_values(which, [version]));
    Ok(rows.order_by_desc(entity::change::Column::DirectoryVersion).one(db).await?)
}
