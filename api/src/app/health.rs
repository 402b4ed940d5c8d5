//! Whether the service lives, and whether it can serve.

use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::Auth;
use crate::base::db::Schema;
use crate::base::db::context::Context;
use crate::base::error::{Error, Result};
use crate::base::tasks::Tasks;
use crate::http::{no_store, reply};

const TAG: &str = "running";

/// How long the database may take to answer before the service counts as not ready.
const PATIENCE: Duration = Duration::from_secs(1);

pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_live).service(get_ready);
}

/// The state of the service
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `live` or `ready`.
    #[schema(example = "ready")]
    status: &'static str,
    /// Version of the program.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// Whether the service takes writes. Omitted by `live`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = true, nullable = false)]
    writes: Option<bool>,
}

fn healthy(status: &'static str, writes: Option<bool>) -> Result<HttpResponse> {
    reply("application/json", &Health { status, version: env!("CARGO_PKG_VERSION"), writes }).map(no_store)
}

/// Is the process alive?
///
/// Says nothing about the database; a failure means that the process should be restarted.
#[utoipa::path(tag = TAG, responses((status = 200, description = "It is", body = Health)))]
#[get("/health/live")]
async fn get_live() -> Result<HttpResponse> {
    healthy("live", None)
}

/// Get whether the service can answer reads
///
/// Answers 503 while the database does not answer, while its schema is older than the service needs, and from the moment the
/// service is told to stop. `writes` is `false` while the service answers reads and takes no writes: the database is a
/// standby or set to be read-only, the service's role in it may not write, or the service has no keys.
#[utoipa::path(tag = TAG, responses((status = 200, description = "The service can answer reads", body = Health)))]
#[get("/health/ready")]
async fn get_ready(context: Data<Context>, auth: Data<Auth>, tasks: Data<Tasks>) -> Result<HttpResponse> {
    if context.version.is_stopping() {
        return Err(Error::Unavailable(anyhow::anyhow!("the service is stopping")));
    }
    if let Some(name) = tasks.failed() {
        return Err(Error::Unavailable(anyhow::anyhow!("the background task `{name}` panicked")));
    }
    let late = |elapsed: tokio::time::error::Elapsed| Error::Unavailable(elapsed.into());
    let schema = tokio::time::timeout(PATIENCE, context.db.schema()).await.map_err(late)?;
    if let Schema::Old { missing } = schema.map_err(Error::Unavailable)? {
        return Err(Error::Unavailable(anyhow::anyhow!("the database lacks {missing} schema steps")));
    }
    healthy("ready", Some(context.version.takes_writes() && !auth.is_read_only()))
}
