//! HTTP server, in production and in tests.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol};
use actix_service::{ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::{AppConfig, Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::web::{Data, to};
use actix_web::{App, rt};
use rustix::net::{Shutdown, shutdown};
use sea_orm::DatabaseConnection;

use crate::app::routes::{self, DEPRECATIONS};
use crate::app::settings::Listen;
use crate::app::shared::Shared;
use crate::auth::{Auth, Issued, Keys, Used, authenticate};
use crate::base::db::context::Context;
use crate::base::db::version::DirectoryVersion;
use crate::base::db::{Database, in_time};
use crate::base::public_url::PublicUrl;
use crate::base::tasks::Tasks;
use crate::http::{
    ClientStream, Connections, Deprecations, HEAD_TIMEOUT, Routes, announce_deprecation, cache_responses,
    complete_redirects, deadline, fallback, guard, keep_reserve, limit_rate, max_connections_of_process,
    negotiate_language, observe, panics, read_format_in_path, refuse_foreign_writes, refuse_undeclared_methods,
    refuse_unknown_params, remove_prefix, serve_cached,
};
use crate::query::representations::{build_in_background, build_own};
use crate::services::tokens;
use crate::services::webhooks::{self, Sender};
use crate::write::delete_old_answers;

/// Size from which the buffer of a response takes no further part of the body before the client has read.
const WRITE_BUFFER: usize = 16 * 1024;

/// Time limit for the client to close a connection after the last response.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Time in which the thread that accepts connections learns that it is to stop. It logs an error if the listener is closed
/// first. Connections opened in the meantime are reset.
const PAUSE: Duration = Duration::from_millis(1);

/// Time in which open connections are accepted before the listener is closed, which resets those that are not.
const ACCEPT: Duration = Duration::from_millis(50);

/// Time for the clients of new connections to send their first request before the connections end.
const FIRST_REQUEST: Duration = Duration::from_millis(500);

/// Time for background tasks to stop after the last request.
const TASK_STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// Interval at which expired responses and deliveries are deleted.
const CLEAN_UP_INTERVAL: Duration = Duration::from_hours(1);

/// A running service.
pub struct Running {
    handle: ServerHandle,
    listener: TcpListener,
    connections: Connections,
    context: Context,
    used: Used,
    drain: Duration,
    grace: Duration,
    tasks: Tasks,
    task: rt::task::JoinHandle<io::Result<()>>,
}

/// Starts the service on `listener`. Fails if the database is unavailable or a setting is invalid.
///
/// Must be called inside an actix system.
#[expect(clippy::too_many_lines, reason = "a line for each middleware and each setting")]
pub async fn serve(listener: TcpListener, database: Database, keys: Keys, listen: &Listen) -> anyhow::Result<Running> {
    let public_url = public_url(&listener, listen)?;
    public_url.install();
    listen.clock.install();
    let version = DirectoryVersion::open(&database.connection()).await?;
    let context = Context { db: database, version };
    let tasks = Tasks::default();
    context.db.run_before_commits(|write| Box::pin(async { build_own(write, &routes::builders()).await }));
    let auth = start_workers(&context, keys, listen, &tasks).await?;
    let used = auth.used.clone();
    tasks.spawn_to_end(
        "webhooks",
        webhooks::deliver(context.clone(), Sender::new(listen.webhooks.allow_private_webhooks)),
    );
    let max_connections = listen.max_connections.unwrap_or_else(max_connections_of_process);
    let is_loopback = listener.local_addr()?.ip().is_loopback();
    let (connections, shared, clock) = (
        Connections::new(max_connections),
        Shared::new(&context, auth, &tasks, listen, is_loopback)?,
        listen.clock.clone(),
    );
    let metrics = shared.metrics.representations();
    tasks.spawn("representations", build_in_background(context.clone(), routes::builders(), metrics));
    tasks.spawn("idle connections", connections.clone().reap());
    let app = move || {
        clock.install();
        public_url.install();
        let app = App::new().configure(|config| shared.register(config));
        let app = app.app_data(Data::new(Deprecations(DEPRECATIONS)));
        let app = app.configure(|config| routes::configure(&mut Routes::of_server(config)));
        // The middleware that is added last processes a request first.
        app.default_service(to(fallback))
            .wrap(from_fn(refuse_unknown_params))
            .wrap(from_fn(limit_rate))
            .wrap(from_fn(cache_responses))
            .wrap(from_fn(keep_reserve))
            .wrap(from_fn(authenticate))
            .wrap(from_fn(deadline))
            .wrap(from_fn(refuse_foreign_writes))
            .wrap(from_fn(refuse_undeclared_methods))
            .wrap(from_fn(complete_redirects))
            .wrap(from_fn(panics))
            .wrap(from_fn(announce_deprecation))
            .wrap(from_fn(read_format_in_path))
            .wrap(from_fn(guard))
            .wrap(from_fn(serve_cached))
            .wrap(from_fn(observe))
            .wrap(from_fn(negotiate_language))
            .wrap(from_fn(remove_prefix))
    };
    let workers = listen.workers.map_or_else(processors, usize::from);
    let server = Server::build()
        .workers(workers)
        .max_concurrent_connections(max_connections.div_ceil(workers))
        .disable_signals();
    let (open, keep_alive) = (connections.clone(), Duration::from_secs(listen.keep_alive_seconds));
    // Built like `HttpServer`, which accepts plain TCP streams only: `ClientStream` wraps the stream.
    let service = move || {
        let (connections, ending) = (connections.clone(), connections.clone());
        let service = HttpService::build()
            .graceful_shutdown_signal(move || ending.ended())
            .keep_alive(keep_alive)
            .client_request_timeout(HEAD_TIMEOUT)
            .client_disconnect_timeout(DISCONNECT_TIMEOUT)
            .h1_write_buffer_size(WRITE_BUFFER)
            .on_connect_ext(move |client: &ClientStream<TcpStream>, data| connections.note(client, data))
            .finish(map_config(app(), |()| AppConfig::default()));
        fn_service(accept).and_then(service)
    };
    let server = server.listen("http", listener.try_clone()?, service)?.run();
    Ok(Running {
        handle: server.handle(),
        listener,
        connections: open,
        context,
        used,
        drain: Duration::from_secs(listen.drain_seconds),
        grace: Duration::from_secs(listen.grace_seconds),
        tasks,
        task: rt::spawn(server),
    })
}

/// Returns the public URL of the service. Defaults to the address on which the service listens.
fn public_url(listener: &TcpListener, listen: &Listen) -> std::io::Result<PublicUrl> {
    listen.http.public_url.clone().map_or_else(|| listener.local_addr().map(PublicUrl::of), Ok)
}

async fn accept(stream: TcpStream) -> Result<(ClientStream<TcpStream>, Protocol, Option<SocketAddr>), DispatchError> {
    let peer = stream.peer_addr().ok();
    Ok((ClientStream::of(stream), Protocol::Http1, peer))
}

/// Drops the first packet of each new connection, so that none is open and not accepted when the listener is closed. Clients
/// repeat the packet after a second, and are then refused. A load balancer sends the request to another instance, even a write,
/// because it has sent nothing of it.
#[cfg(target_os = "linux")]
fn stop_handshakes(listener: &TcpListener) {
    use socket2::{SockFilter, SockRef};
    // Offset of the flags in a TCP header, and the flag that all packets but the first have.
    const FLAGS: u32 = 13;
    const ACK: u32 = 0x10;
    // Instructions of the packet filter: load a byte, skip the next instruction unless bits are set, return the length to keep.
    const LOAD: u16 = 0x30;
    const SKIP_UNLESS_SET: u16 = 0x45;
    const KEEP: u16 = 0x06;
    let filter = [
        SockFilter::new(LOAD, 0, 0, FLAGS),
        SockFilter::new(SKIP_UNLESS_SET, 0, 1, ACK),
        SockFilter::new(KEEP, 0, 0, u32::MAX),
        SockFilter::new(KEEP, 0, 0, 0),
    ];
    // Without such a filter, the listener is closed as before.
    let _ = SockRef::from(listener).attach_filter(&filter);
}

#[cfg(not(target_os = "linux"))]
fn stop_handshakes(_: &TcpListener) {}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// Opens the authentication state, and starts the background tasks.
async fn start_workers(context: &Context, keys: Keys, listen: &Listen, tasks: &Tasks) -> anyhow::Result<Auth> {
    let Context { db, version } = context;
    let issued = Issued::open(&db.connection()).await?;
    if !db.is_embedded() {
        let issued = issued.clone();
        // A revocation raises the directory version, so revoked tokens are read whenever the version changes.
        let changed = async move |watch: &DatabaseConnection| issued.read(watch).await;
        tasks.spawn("directory version", version.clone().follow(db.clone(), changed));
    }
    let resolve = tokens::resolve_claims(db.clone(), version.clone());
    tasks.spawn("keys", keys.clone().follow());
    let auth = Auth::open(keys, &listen.trust, issued, resolve, tasks.clone()).await?;
    tasks.spawn("last use of tokens", auth.used.clone().keep(db.clone()));
    tasks.spawn("clean-up", delete_expired(db.clone()));
    Ok(auth)
}

/// Deletes expired responses and old deliveries every hour, until the process ends.
async fn delete_expired(database: Database) {
    loop {
        tokio::time::sleep(CLEAN_UP_INTERVAL).await;
        if let Err(error) = delete_old_answers(&database).await {
            tracing::warn!(cause = %error.chain(), "expired responses could not be deleted; retrying in an hour");
        }
        if let Err(error) = webhooks::forget(&database).await {
            tracing::warn!(cause = %error.chain(), "old deliveries could not be deleted; retrying in an hour");
        }
    }
}

impl Running {
    /// Stops the service: reports that it is not ready, waits for `--drain-seconds`, closes the listener, and waits up
    /// to `--grace-seconds` for the requests in progress. Fails if the server had ended with an error.
    ///
    /// A connection to the database ends with the worker that opened it, so the workers stop last, after all these connections
    /// are closed.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.context.version.stop();
        self.connections.drain();
        tokio::time::sleep(self.drain).await;
        stop_handshakes(&self.listener);
        tokio::time::sleep(ACCEPT).await;
        self.connections.wait_for_first_requests(FIRST_REQUEST).await;
        self.handle.pause().await;
        tokio::time::sleep(PAUSE).await;
        // Not every system can do this. Otherwise connections are refused when the workers have stopped.
        let _ = shutdown(&self.listener, Shutdown::Both);
        self.connections.end(self.grace).await;
        // The message of an interrupted delivery stays queued, and is sent again later.
        self.tasks.stop(TASK_STOP_TIMEOUT).await;
        if let Err(error) = in_time(self.used.write(&self.context.db)).await {
            tracing::warn!(cause = %error.chain(), "the last use of tokens could not be stored");
        }
        self.context.db.disconnect().await?;
        self.handle.stop(false).await;
        self.task.await??;
        Ok(())
    }
}
