//! Liveness and readiness of the service.

use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Auth;
use crate::base::db::Schema;
use crate::base::db::context::Context;
use crate::base::error::{Error, Result};
use crate::base::tasks::Tasks;
use crate::http::{Routes, no_store, reply};
use crate::openapi::RUNNING;

/// Time limit for the response of the database, after which the service is not ready.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(1);

pub(crate) fn routes(routes: &mut Routes) {
    routes.service(get_live).service(get_ready);
}

/// State of the service
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `live` or `ready`.
    #[schema(example = "ready")]
    status: &'static str,
    /// Version of the program.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// Whether the service accepts writes. Omitted by `/health/live`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = true, nullable = false)]
    writes: Option<bool>,
}

fn healthy(status: &'static str, writes: Option<bool>) -> Result<HttpResponse> {
    reply("application/json", &Health { status, version: env!("CARGO_PKG_VERSION"), writes }).map(no_store)
}

/// Get the liveness of the service
///
/// Does not check the database. Restart the process if this request fails.
#[utoipa::path(tag = RUNNING, responses((status = 200, description = "The process is alive", body = Health)))]
#[get("/health/live")]
async fn get_live() -> Result<HttpResponse> {
    healthy("live", None)
}

/// Get the readiness of the service
///
/// Responds with 503 while the database does not respond, while its schema is older than the service requires, after a
/// background task has failed, and while the service is stopping. `writes` is `false` while the service accepts reads
/// only: the database is a standby or read-only, the role of the service may not write, or the service has no signing
/// keys.
#[utoipa::path(tag = RUNNING, responses((status = 200, description = "The service is ready for reads", body = Health)))]
#[get("/health/ready")]
async fn get_ready(context: Data<Context>, auth: Data<Auth>, tasks: Data<Tasks>) -> Result<HttpResponse> {
    if context.version.is_stopping() {
        return Err(Error::Unavailable(anyhow::anyhow!("the service is stopping")));
    }
    if let Some(name) = tasks.failed() {
        return Err(Error::Unavailable(anyhow::anyhow!("the background task `{name}` panicked")));
    }
    let late = |elapsed: tokio::time::error::Elapsed| Error::Unavailable(elapsed.into());
    let schema = tokio::time::timeout(DATABASE_TIMEOUT, context.db.schema()).await.map_err(late)?;
    if let Schema::Old { missing } = schema.map_err(Error::Unavailable)? {
        return Err(Error::Unavailable(anyhow::anyhow!("the database lacks {missing} schema steps")));
    }
    healthy("ready", Some(context.version.takes_writes() && !auth.is_read_only()))
}
