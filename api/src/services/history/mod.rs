//! History of entries, and the audit trail.

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
use uuid::Uuid;

use self::dto::{AuditQuery, Change, HistoryQuery, PatchStep, Revision};
use crate::auth::{AuditRead, Caller, Scope, Scoped};
use crate::base::db::context::Context;
use crate::base::error::{Error, Result};
use crate::http::{
    BoundedInt, EntryKey, ListQuery, Page, Paging, PerCaller, QueryString, RepresentationParams, Routes, not_found,
    reply,
};
use crate::model::catalog::{Resource, ResourceName};
use crate::query::list;

const TAG: &str = "history";

pub(crate) fn routes(routes: &mut Routes) {
    routes.service(list_history).service(get_revision).service(get_revision_patch).service(list_audit);
}

/// Scope for writing the entries of each resource, by its table. It also grants access to the history of deleted entries.
pub(crate) struct WriteScopes(pub HashMap<&'static str, &'static str>);

/// The requested entry, and the access of the caller to its history.
struct HistoryRequest {
    entry: Uuid,
    with_actor: bool,
    /// Whether the entry was deleted, so that the response is private.
    is_gone: bool,
}

impl HistoryRequest {
    /// Restricts a response to callers with the same visibility.
    fn respond(&self, response: HttpResponse) -> PerCaller {
        let visibility = if self.with_actor { "with actor" } else { "" };
        PerCaller { response, visibility, is_private: self.is_gone || self.with_actor }
    }
}

async fn asked(context: &Context, req: &HttpRequest, key: &EntryKey) -> Result<HistoryRequest> {
    let resource = resource(req)?;
    let caller = Caller::of(req);
    let scope = req.app_data::<Data<WriteScopes>>().and_then(|scopes| scopes.0.get(resource.table).copied());
    let may = |caller: &Caller| caller.audits() || scope.is_some_and(|scope| caller.may(scope));
    let (entry, is_there) = query::entry(&context.read()?, resource, key, caller.as_ref().is_some_and(may)).await?;
    Ok(HistoryRequest { entry, with_actor: caller.as_ref().is_some_and(Caller::audits), is_gone: !is_there })
}

fn resource(req: &HttpRequest) -> Result<&'static Resource> {
    let name = req.match_info().get("resource").unwrap_or_default();
    ResourceName::of_collection(name).map(|resource| resource.0).map_err(|_| not_found(req, "resource"))
}

/// List the history of an entry
///
/// Returns the changes of the entry, newest first. Public; the authors of changes require `audit:read`, and the history of a
/// deleted entry requires the scope for writing its resource or `audit:read`. A token bound to municipalities cannot use
/// `audit:read`.
#[utoipa::path(tag = TAG, params(
    ("resource" = ResourceName, Path, description = "Name of the resource as used in paths.", example = "projects"),
    ("key" = String, Path, description = "Slug, ID or official key (AGS) of the entry.", example = "solingen"),
    HistoryQuery, Paging, RepresentationParams,
), responses((status = 200, description = "A page of changes, or all changes in a streamed format", content(
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
    let HistoryRequest { entry, with_actor, .. } = asked;
    let plan = move |query: &HistoryQuery| query::history(&HistoryQuery { entry: Some(entry), ..query.clone() });
    let views = async move |_: &DatabaseTransaction, rows: Vec<Model>| Ok(query::views(rows, with_actor));
    list::list(&context, &req, list, plan, views).await.map(|response| asked.respond(response))
}

/// Get a revision of an entry
///
/// Returns the content of the entry after a change, in the form that `PUT` accepts. Send it with `PUT` to restore the
/// revision. Public; the history of a deleted entry requires the scope for writing its resource or `audit:read`.
#[utoipa::path(tag = TAG, params(
    ("resource" = ResourceName, Path, description = "Name of the resource as used in paths.", example = "projects"),
    ("key" = String, Path, description = "Slug, ID or official key (AGS) of the entry.", example = "solingen"),
    ("directory_version" = i64, Path, description = "Directory version of the change.", example = 1),
), responses((status = 200, description = "The entry as it was", body = Revision)))]
#[get("/v1/{resource}/{key}/history/{directory_version}")]
async fn get_revision(
    context: Data<Context>,
    req: HttpRequest,
    key: EntryKey,
    version: Path<VersionInPath>,
) -> Result<PerCaller> {
    let asked = asked(&context, &req, &key).await?;
    let row = at(&context, asked.entry, version.read(&req)?, false).await?;
    let mut row = row.ok_or_else(|| not_found(&req, VERSION))?;
    let old = Revision { entry: row.entry.take(), change: query::view(row, asked.with_actor) };
    reply("application/json", &old).map(|response| asked.respond(response))
}

/// Parameters of the comparison of two revisions.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PatchQuery {
    /// Directory version of the first revision. Defaults to the revision before the second one.
    #[param(inline, example = 1)]
    from: Option<BoundedInt<1, { i64::MAX }>>,
}

/// Get the difference between two revisions of an entry
///
/// Returns a JSON Patch (RFC 6902) that turns the content of the first revision into that of the second. The content of an
/// entry before its creation and after its deletion is an empty object. Public; the history of a deleted entry requires the
/// scope for writing its resource or `audit:read`.
#[utoipa::path(tag = TAG, params(
    ("resource" = ResourceName, Path, description = "Name of the resource as used in paths.", example = "projects"),
    ("key" = String, Path, description = "Slug, ID or official key (AGS) of the entry.", example = "solingen"),
    ("directory_version" = i64, Path, description = "Directory version of the change whose state is the second of the two.", example = 1),
    PatchQuery,
), responses((status = 200, description = "The patch", body = Vec<PatchStep>, content_type = "application/json-patch+json")))]
#[get("/v1/{resource}/{key}/history/{directory_version}/patch")]
async fn get_revision_patch(
    context: Data<Context>,
    req: HttpRequest,
    key: EntryKey,
    version: Path<VersionInPath>,
    query: QueryString<PatchQuery>,
) -> Result<PerCaller> {
    let asked = asked(&context, &req, &key).await?;
    let entry = asked.entry;
    let version = version.read(&req)?;
    let second = at(&context, entry, version, false).await?.ok_or_else(|| not_found(&req, VERSION))?;
    let first = match query.0.from {
        Some(BoundedInt(from)) => {
            let first = at(&context, entry, from, false).await?;
            Some(first.ok_or_else(|| Error::not_found(history_of(&req, &key), from))?)
        }
        None => at(&context, entry, version, true).await?,
    };
    let state = |row: Option<Model>| row.and_then(|row| row.entry).unwrap_or_else(|| json!({}));
    let patch = json_patch::diff(&state(first), &state(Some(second)));
    let patch = serde_json::to_value(patch).map_err(Error::internal)?;
    reply("application/json-patch+json", &patch).map(|response| asked.respond(response))
}

/// Returns the path of the history of an entry.
fn history_of(req: &HttpRequest, key: &EntryKey) -> String {
    format!("/v1/{}/{key}/history", req.match_info().get("resource").unwrap_or_default())
}

async fn at(context: &Context, entry: Uuid, number: i64, before: bool) -> Result<Option<Model>> {
    query::one(&context.read()?, entry, number, before).await
}

/// Name of the path parameter with the directory version of a change.
const VERSION: &str = "directory_version";

/// Path parameter with the directory version of a change.
#[derive(Deserialize)]
struct VersionInPath {
    directory_version: String,
}

impl VersionInPath {
    /// Parses the number. Any other text identifies no change (404).
    fn read(&self, req: &HttpRequest) -> Result<i64> {
        self.directory_version.parse().map_err(|_| not_found(req, VERSION))
    }
}

/// List the audit trail
///
/// Returns all changes of entries and all tokens that were issued or revoked, with their authors, newest first. Requires
/// `audit:read` and a token not bound to municipalities.
#[utoipa::path(tag = TAG, security(("token" = [AuditRead::NAME])), params(AuditQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of changes, or all matches in a streamed format", content(
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
