//! The command `serve`.

use std::net::TcpListener;

use anyhow::{Context, Result};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::database::open_filled;
use crate::app::server;
use crate::app::settings::{Listen, Settings};
use crate::auth::Keys;
use crate::base::db::Database;

pub(super) async fn run(settings: &Settings, listen: &Listen) -> Result<()> {
    let Listen { host, port, .. } = listen;
    let listener = TcpListener::bind((host.as_str(), *port))
        .with_context(|| format!("port {port} of {host} cannot be listened on; choose another port with --port"))?;
    let mut stop = [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?];
    let keys = Keys::open(&settings.keys, &settings.database)?;
    let database = tokio::select! {
        opened = open_filled(settings, listen.migrate) => opened?,
        // No request is in progress yet, and an open transaction is rolled back, so the process can exit immediately.
        () = received(&mut stop) => std::process::exit(0),
    };
    if keys.are_none() {
        let effect = match listen.trust.trusted_issuer {
            Some(_) => "the service issues no tokens, and accepts those of the trusted issuer only",
            None => "the service refuses writes",
        };
        tracing::warn!("there are no token signing keys, so {effect}; {}", keys.remedy());
    }
    let served = serve(listener, database.clone(), keys, listen, stop).await;
    // An open embedded database would keep the process from exiting.
    database.close().await?;
    served?;
    tracing::info!("stopped");
    Ok(())
}

/// Serves until SIGTERM or SIGINT is received, and then completes the requests in progress.
async fn serve(
    listener: TcpListener,
    database: Database,
    keys: Keys,
    listen: &Listen,
    mut stop: [Signal; 2],
) -> Result<()> {
    let address = listener.local_addr()?;
    if address.ip().is_unspecified() && listen.http.public_url.is_none() {
        tracing::warn!(
            "absolute URLs in responses begin with http://{address}, which clients cannot reach; set --public-url or \
             TRANSFERATLAS_PUBLIC_URL"
        );
    }
    let running = server::serve(listener, database, keys, listen).await?;
    tracing::info!("serving the directory at http://{address}, with documentation at http://{address}/docs/");
    received(&mut stop).await;
    tracing::info!("stopping");
    tokio::select! {
        stopped = running.stop() => stopped,
        // A second signal ends the process without waiting.
        () = received(&mut stop) => std::process::exit(130),
    }
}

async fn received(signals: &mut [Signal; 2]) {
    let [terminate, interrupt] = signals;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
