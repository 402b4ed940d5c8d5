//! Whether the service lives, and whether it can serve.

use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::State;
use crate::error::{Error, Result};
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
}

fn healthy(status: &'static str) -> Result<HttpResponse> {
    reply("application/json", &Health { status, version: env!("CARGO_PKG_VERSION") }).map(no_store)
}

/// Is the process alive?
///
/// Says nothing about the database; a failure means that the process should be restarted.
#[utoipa::path(tag = TAG, responses((status = 200, description = "It is", body = Health)))]
#[get("/health/live")]
async fn get_live() -> Result<HttpResponse> {
    healthy("live")
}

/// Can the service answer everything?
///
/// 503 while the database does not answer, and from the moment the service is told to stop.
#[utoipa::path(tag = TAG, responses((status = 200, description = "It can", body = Health)))]
#[get("/health/ready")]
async fn get_ready(state: Data<State>) -> Result<HttpResponse> {
    if state.directory.is_stopping() {
        return Err(Error::Unavailable(anyhow::anyhow!("the service is stopping")));
    }
    match tokio::time::timeout(PATIENCE, state.db.watch().ping()).await {
        Ok(answer) => answer.map_err(|away| Error::Unavailable(away.into()))?,
        Err(late) => return Err(Error::Unavailable(late.into())),
    }
    healthy("ready")
}
