//! What waits for a municipality: for those alone who act for it.

mod dto;
mod query;

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use self::dto::Duties;
use crate::auth::{Scope, Scoped, SubmissionsReview, SubmissionsWrite};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::{EntryKey, no_store, reply};
use crate::model::catalog::MUNICIPALITIES;
use crate::query::former_keys::absent;

/// This stands before the resources, whose addresses take any list below an entry.
pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_municipality_duties);
}

/// Read what waits for a municipality
///
/// Entries of its own that are to be confirmed, and submissions in which changes were requested; for those who act for it.
#[utoipa::path(tag = "submissions", security(("token" = [SubmissionsWrite::NAME])), params(("key" = String, Path, description = "Official key, slug or id of the municipality.", example = "08335043")),
    responses((status = 200, description = "What waits for it", body = Duties)))]
#[get("/v1/municipalities/{key}/duties")]
async fn get_municipality_duties(
    caller: Scoped<SubmissionsWrite>,
    context: Data<Context>,
    key: EntryKey,
) -> Result<HttpResponse> {
    let (db, name) = (context.read()?, key.to_string());
    let Some(found) = MUNICIPALITIES.find(db, std::slice::from_ref(&name)).await?.remove(&name) else {
        return Err(absent(db, &MUNICIPALITIES, &key).await);
    };
    caller.acts_for(&[found.responsible()])?;
    // Who acts for all and does not review sees of submissions its own.
    let is_all = caller.municipalities.is_some() || caller.may(SubmissionsReview::NAME);
    let by = (!is_all).then(|| caller.subject.clone());
    reply("application/json", &query::of(db, &found, by).await?).map(no_store)
}
