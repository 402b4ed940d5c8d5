//! Tasks of a municipality.

mod dto;
mod query;

use actix_web::web::Data;
use actix_web::{HttpResponse, get};

use self::dto::MunicipalityTasks;
use crate::auth::{Scope, Scoped, SubmissionsReview, SubmissionsWrite};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::{EntryKey, Routes, no_store, reply};
use crate::model::catalog::MUNICIPALITIES;
use crate::query::former_keys::absent;

pub(crate) fn routes(routes: &mut Routes) {
    routes.service(get_municipality_tasks);
}

/// Get the tasks of a municipality
///
/// Returns the entries of the municipality that are due for confirmation, and its submissions in which changes were requested.
/// Requires `submissions:write` and a token that acts for the municipality. With a token that is not bound to municipalities and
/// has no `submissions:review`, only submissions created by the same subject are included.
#[utoipa::path(tag = "submissions", security(("token" = [SubmissionsWrite::NAME])), params(("key" = String, Path, description = "Official key (AGS), slug or ID of the municipality.", example = "08335043")),
    responses((status = 200, description = "The tasks of the municipality", body = MunicipalityTasks)))]
#[get("/v1/municipalities/{key}/tasks")]
async fn get_municipality_tasks(
    caller: Scoped<SubmissionsWrite>,
    context: Data<Context>,
    key: EntryKey,
) -> Result<HttpResponse> {
    let (db, name) = (context.read()?, key.to_string());
    let Some(found) = MUNICIPALITIES.find(&db, std::slice::from_ref(&name)).await?.remove(&name) else {
        return Err(absent(&db, &MUNICIPALITIES, &key).await);
    };
    caller.acts_for(&[found.responsible()])?;
    // A caller that is neither bound to municipalities nor a reviewer sees only its own submissions.
    let is_all = caller.municipalities.is_some() || caller.may(SubmissionsReview::NAME);
    let by = (!is_all).then(|| caller.subject.clone());
    reply("application/json", &query::of(&db, &found, by).await?).map(no_store)
}
