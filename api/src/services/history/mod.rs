//! What became of entries: their history for everybody, and who made it for those who may audit.

mod dto;
mod query;

use std::collections::HashMap;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use entity::change::Model;
use sea_orm::DatabaseTransaction;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use self::dto::{AuditQuery, Change, HistoryQuery, OldState, PatchStep};
use crate::auth::{AuditRead, Caller, Scope, Scoped};
use crate::base::db::context::Context;
use crate::base::error::{Error, Result};
use crate::http::{BoundedInt, EntryKey, ListQuery, Page, Paging, PerCaller, QueryString, RepresentationParams, reply};
use crate::model::catalog::{Resource, ResourceName};
use crate::query::list;

const TAG: &str = "history";

/// These stand before the resources, whose addresses take any list below an entry.
pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_history).service(get_old_state).service(get_patch).service(list_audit);
}

/// The right to write the entries of each resource, by its table: who has it sees what was deleted.
pub(crate) struct WriteScopes(pub HashMap<&'static str, &'static str>);

/// The entry that an address names, and who asks.
struct Asked {
    entry: Uuid,
    with_actor: bool,
    /// Was it deleted, so that nobody else may see this?
    is_gone: bool,
}

impl Asked {
    /// The response for callers who may see as much.
    fn respond(&self, response: HttpResponse) -> PerCaller {
        let visibility = if self.with_actor { "with actor" } else { "" };
        PerCaller { response, visibility, is_private: self.is_gone || self.with_actor }
    }
}

async fn asked(context: &Context, req: &HttpRequest, key: &EntryKey) -> Result<Asked> {
    let resource = resource(req)?;
    let caller = Caller::of(req);
    let scope = req.app_data::<Data<WriteScopes>>().and_then(|scopes| scopes.0.get(resource.table).copied());
    let may = |caller: &Caller| caller.audits() || scope.is_some_and(|scope| caller.may(scope));
    let (entry, is_there) = query::entry(context.read()?, resource, key, caller.as_ref().is_some_and(may)).await?;
    Ok(Asked { entry, with_actor: caller.as_ref().is_some_and(Caller::audits), is_gone: !is_there })
}

fn resource(req: &HttpRequest) -> Result<&'static Resource> {
    let name = req.match_info().get("resource").unwrap_or_default();
    ResourceName::of_collection(name).map(|resource| resource.0).map_err(|_| Error::NotFound)
}

/// Read the history of an entry
///
/// What changed when, newest first; who changed it is shown with `audit:read` alone. The history of a deleted entry is for
/// those who may write entries of its kind, or audit.
#[utoipa::path(tag = TAG, params(
    ("resource" = ResourceName, Path, description = "Name of the resource.", example = "projects"),
    ("key" = String, Path, description = "Slug, id or official key of the entry.", example = "solingen"),
    HistoryQuery, Paging, RepresentationParams,
), responses((status = 200, description = "A page of changes, or every one in the streamed forms", content(
    (Page<Change> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
))))]
#[get("/v1/{resource}/{key}/history")]
async fn list_history(
    context: Data<Context>,
    req: HttpRequest,
    key: EntryKey,
    list: ListQuery<HistoryQuery, Change>,
) -> Result<PerCaller> {
    let asked = asked(&context, &req, &key).await?;
    let Asked { entry, with_actor, .. } = asked;
    let plan = move |query: &HistoryQuery| query::history(&HistoryQuery { entry: Some(entry), ..query.clone() });
    let views = async move |_: &DatabaseTransaction, rows: Vec<Model>| Ok(query::views(rows, with_actor));
    list::list(&context, &req, list, plan, views).await.map(|response| asked.respond(response))
}

/// Read an old state of an entry
///
/// The entry as it was after a change, in the form that `PUT` takes: who sends it there restores it.
#[utoipa::path(tag = TAG, params(
    ("resource" = ResourceName, Path, description = "Name of the resource.", example = "projects"),
    ("key" = String, Path, description = "Slug, id or official key of the entry.", example = "solingen"),
    ("number" = i64, Path, description = "Number of the change.", example = 1),
), responses((status = 200, description = "The entry as it was", body = OldState)))]
#[get("/v1/{resource}/{key}/history/{number}")]
async fn get_old_state(
    context: Data<Context>,
    req: HttpRequest,
    key: EntryKey,
    number: Path<Number>,
) -> Result<PerCaller> {
    let asked = asked(&context, &req, &key).await?;
    let mut row = at(&context, asked.entry, number.read()?, false).await?.ok_or(Error::NotFound)?;
    let old = OldState { entry: row.entry.take(), change: query::view(row, asked.with_actor) };
    reply("application/json", &old).map(|response| asked.respond(response))
}

/// What a patch starts from.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PatchQuery {
    /// Number of the change whose state is the first of the two; without it, the one before.
    #[param(value_type = Option<i64>, minimum = 1, example = 1)]
    from: Option<BoundedInt<1, { i64::MAX }>>,
}

/// Read what differs between two states of an entry
///
/// A JSON Patch (RFC 6902) that makes the second of the first. Before it was created, and once it is deleted, an entry is an
/// empty object.
#[utoipa::path(tag = TAG, params(
    ("resource" = ResourceName, Path, description = "Name of the resource.", example = "projects"),
    ("key" = String, Path, description = "Slug, id or official key of the entry.", example = "solingen"),
    ("number" = i64, Path, description = "Number of the change whose state is the second of the two.", example = 1),
    PatchQuery,
), responses((status = 200, description = "The patch", body = Vec<PatchStep>, content_type = "application/json-patch+json")))]
#[get("/v1/{resource}/{key}/history/{number}/patch")]
async fn get_patch(
    context: Data<Context>,
    req: HttpRequest,
    key: EntryKey,
    number: Path<Number>,
    query: QueryString<PatchQuery>,
) -> Result<PerCaller> {
    let asked = asked(&context, &req, &key).await?;
    let entry = asked.entry;
    let number = number.read()?;
    let second = at(&context, entry, number, false).await?.ok_or(Error::NotFound)?;
    let first = match query.0.from {
        Some(from) => Some(at(&context, entry, from.0, false).await?.ok_or(Error::NotFound)?),
        None => at(&context, entry, number, true).await?,
    };
    let state = |row: Option<Model>| row.and_then(|row| row.entry).unwrap_or_else(|| json!({}));
    let patch = json_patch::diff(&state(first), &state(Some(second)));
    let patch = serde_json::to_value(patch).map_err(Error::internal)?;
    reply("application/json-patch+json", &patch).map(|response| asked.respond(response))
}

async fn at(context: &Context, entry: Uuid, number: i64, before: bool) -> Result<Option<Model>> {
    query::one(context.read()?, entry, number, before).await
}

/// The number of a change, in a path.
#[derive(Deserialize)]
struct Number {
    number: String,
}

impl Number {
    /// What cannot be a number names no change.
    fn read(&self) -> Result<i64> {
        self.number.parse().map_err(|_| Error::NotFound)
    }
}

/// Read the audit trail
///
/// Every change of everything, and every token that was issued or revoked, with who did it; newest first.
#[utoipa::path(tag = TAG, security(("token" = [AuditRead::NAME])), params(AuditQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of changes, or every match in the streamed forms", content(
        (Page<Change> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/audit")]
async fn list_audit(
    caller: Scoped<AuditRead>,
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<AuditQuery, Change>,
) -> Result<PerCaller> {
    caller.is_unbound()?;
    query::check(&list.query)?;
    let views = async |_: &DatabaseTransaction, rows: Vec<Model>| Ok(query::views(rows, true));
    list::list(&context, &req, list, query::audit, views).await.map(|response| PerCaller {
        response,
        visibility: "audit",
        is_private: true,
    })
}
