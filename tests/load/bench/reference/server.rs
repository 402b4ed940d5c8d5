//! The server of the references.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::web::{self, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use anyhow::{Context, Result};
use tracing_subscriber::prelude::*;
use tracing_subscriber::{EnvFilter, fmt};
use uuid::Uuid;

use super::fixed::{self, Fixed};
use super::sql::Sql;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

struct State {
    fixed: HashMap<String, Fixed>,
    sql: Sql,
}

/// Serves the references on a free port until the process is ended.
pub(crate) async fn serve(folder: &Path, database: &str) -> Result<()> {
    start_log()?;
    let digests = serde_json::from_slice(&std::fs::read(folder.join("digests"))?)?;
    let state = State { fixed: fixed::read(folder)?, sql: Sql::open(database, digests).await? };
    let state = Data::new(state);
    // One handler for all paths, because matching of routes would cost more than the answer.
    let app = move || App::new().app_data(state.clone()).default_service(web::to(answer));
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let server = HttpServer::new(app).workers(workers).shutdown_timeout(1).bind(("127.0.0.1", 0))?;
    let address = *server.addrs().first().context("an address")?;
    tracing::info!("serving the references at http://{address}");
    Ok(server.run().await?)
}

/// Starts a log like that of the service, see `api/src/app/logging.rs`.
fn start_log() -> Result<()> {
    let mut filter = EnvFilter::try_new("info")?;
    for quiet in ["pglite_oxide=error", "sqlx=warn", "sea_orm_migration=warn", "actix_server=warn"] {
        filter = filter.add_directive(quiet.parse()?);
    }
    let layer = fmt::layer().compact().with_target(false).with_ansi(false).with_writer(std::io::stderr);
    Ok(tracing_subscriber::registry().with(filter).with(layer).try_init()?)
}

async fn answer(req: HttpRequest, state: Data<State>) -> HttpResponse {
    let Some(fixed) = state.fixed.get(req.path()) else { return from_sql(&req, &state.sql).await };
    let started = Instant::now();
    let mut response = HttpResponse::new(fixed.status);
    for header in &fixed.headers {
        response.headers_mut().append(header.name.clone(), header.value.clone());
    }
    if fixed.is_logged {
        log(&req, &mut response, started);
    }
    if fixed.body.is_empty() { response } else { response.set_body(BoxBody::new(fixed.body.clone())) }
}

/// Adds a request ID, and writes the same log line as the service, see `api/src/http/observe.rs`.
fn log(req: &HttpRequest, response: &mut HttpResponse, started: Instant) {
    let id = Uuid::now_v7().to_string();
    let span = tracing::info_span!("request", id = %id, method = %req.method(), path = req.path());
    let milliseconds = started.elapsed().as_secs_f64() * 1e3;
    span.in_scope(|| tracing::info!(status = response.status().as_u16(), milliseconds, "request completed"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
}

async fn from_sql(req: &HttpRequest, sql: &Sql) -> HttpResponse {
    match sql.answer(req).await {
        Ok(body) => {
            let mut response = HttpResponse::new(StatusCode::OK);
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response.set_body(BoxBody::new(body))
        }
        Err(error) => {
            tracing::error!("{}: {error:#}", req.uri());
            HttpResponse::new(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}
