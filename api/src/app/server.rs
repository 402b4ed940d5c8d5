//! The HTTP server, the same in production and in tests.

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, to};
use actix_web::{App, HttpServer, rt};
use utoipa_actix_web::AppExt;

use crate::State;
use crate::app::routes;
use crate::app::settings::Listen;
use crate::auth::{Auth, Issued, Keys, authenticate};
use crate::base::db::Database;
use crate::base::db::directory::Directory;
use crate::base::metrics::Metrics;
use crate::http::cache::Memory;
use crate::http::{Connections, bearable, deadline, fallback, guard, moved, observe, panics, remember};
use crate::openapi::document;
use crate::services::changes::Feed;
use crate::services::tokens;
use crate::services::webhooks::{self, Sender};

/// How long a client may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(5);

/// How long deliveries may take to stop.
const WRAP_UP: Duration = Duration::from_secs(2);

/// How often what is kept for a day is looked through.
const HOUR: Duration = Duration::from_hours(1);

/// A service that answers requests.
pub struct Running {
    handle: ServerHandle,
    state: Data<State>,
    drain: Duration,
    deliveries: rt::task::JoinHandle<()>,
    task: rt::task::JoinHandle<io::Result<()>>,
}

/// Starts to answer on `listener`. Must be called inside an actix system.
pub async fn serve(
    listener: TcpListener,
    (database, keys): (Database, Keys),
    listen: &Listen,
) -> anyhow::Result<Running> {
    listen.clock.install();
    let (directory, auth) = attend(&database, keys, listen).await?;
    let (memory, metrics, feed) = (Memory::new(listen.memory), Metrics::new()?, Feed::default());
    let (write_origins, webhook_private, clock) =
        (listen.write_origins.clone(), listen.webhook_private, listen.clock.clone());
    let deliveries = webhooks::deliver(database.clone(), directory.clone(), Sender::new(webhook_private));
    let deliveries = rt::spawn(deliveries);
    let db = database;
    let state = Data::new(State { db, directory, auth, write_origins, memory, metrics, feed, webhook_private });
    let known = state.clone();
    let (connections, document) = (Connections::default(), Data::new(document()));
    rt::spawn(connections.clone().reap());
    let app = move || {
        clock.install();
        let app = App::new().app_data(state.clone()).app_data(document.clone());
        let (app, _) = app.into_utoipa_app().configure(routes::configure).split_for_parts();
        // The last one wrapped is the first to see a request.
        app.default_service(to(fallback))
            .wrap(from_fn(remember))
            .wrap(from_fn(authenticate))
            .wrap(from_fn(deadline))
            .wrap(from_fn(moved))
            .wrap(from_fn(panics))
            .wrap(from_fn(guard))
            .wrap(from_fn(observe))
    };
    let workers = listen.workers.map_or_else(processors, usize::from);
    let server = HttpServer::new(app)
        .workers(workers)
        .max_connections(listen.max_connections.unwrap_or_else(bearable).div_ceil(workers))
        .on_connect(move |stream, data| connections.note(stream, data))
        .keep_alive(Duration::from_secs(listen.keep_alive))
        .client_request_timeout(HEAD)
        .shutdown_timeout(listen.grace)
        .disable_signals()
        .listen(listener)?
        .run();
    let handle = server.handle();
    Ok(Running { handle, state: known, drain: Duration::from_secs(listen.drain), deliveries, task: rt::spawn(server) })
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// Opens what is known of the directory and of who asks, and looks after it for as long as the process lives.
async fn attend(database: &Database, keys: Keys, listen: &Listen) -> anyhow::Result<(Directory, Auth)> {
    let directory = Directory::open(database.connection()).await?;
    let issued = Issued::open(database.connection()).await?;
    if !database.is_embedded() {
        rt::spawn(directory.clone().follow(database.clone(), issued.clone()));
    }
    let resolve = tokens::resolve_claims(database.clone(), directory.clone());
    let auth = Auth::open(keys, &listen.trust, issued, resolve).await?;
    rt::spawn(auth.used.clone().keep(database.clone()));
    rt::spawn(forget(database.clone()));
    Ok((directory, auth))
}

/// Forgets old answers now and then, for as long as the process lives.
async fn forget(database: Database) {
    loop {
        tokio::time::sleep(HOUR).await;
        if let Err(error) = database.forget_old_answers().await {
            tracing::warn!(cause = %error.chain(), "old answers could not be forgotten; it is tried again");
        }
        if let Err(error) = webhooks::forget(&database).await {
            tracing::warn!(cause = %error.chain(), "old deliveries could not be forgotten; it is tried again");
        }
    }
}

impl Running {
    /// Says that it is not ready, waits for that to be noticed, takes no more connections and finishes what is in flight.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.state.directory.stop();
        tokio::time::sleep(self.drain).await;
        self.handle.stop(true).await;
        self.task.await??;
        // What is being sent is sent again later.
        let _ = tokio::time::timeout(WRAP_UP, self.deliveries).await;
        if let Err(error) = self.state.auth.used.write(&self.state.db).await {
            tracing::warn!(cause = %error.chain(), "the last use of tokens could not be written down");
        }
        Ok(())
    }
}
