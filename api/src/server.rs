//! The HTTP server, the same in production and in tests.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, to};
use actix_web::{App, HttpServer, rt};
use utoipa_actix_web::AppExt;

use crate::State;
use crate::config::Listen;
use crate::db::Database;
use crate::directory::Directory;
use crate::document::document;
use crate::http::cache::Memory;
use crate::http::{Connections, bearable, deadline, fallback, guard, observe, panics, remember};
use crate::metrics::Metrics;
use crate::routes;

/// How long a client may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(5);

/// A service that answers requests.
pub struct Running {
    handle: ServerHandle,
    stopping: Arc<AtomicBool>,
    drain: Duration,
    task: rt::task::JoinHandle<io::Result<()>>,
}

/// Starts to answer on `listener`. Must be called inside an actix system.
pub async fn serve(listener: TcpListener, database: Database, listen: &Listen) -> anyhow::Result<Running> {
    let directory = Directory::open(database.connection()).await?;
    if !database.is_embedded() {
        rt::spawn(directory.clone().follow(database.clone()));
    }
    let stopping = Arc::new(AtomicBool::new(false));
    let (memory, metrics) = (Memory::new(listen.memory), Metrics::new()?);
    let state = Data::new(State { db: database, directory, memory, metrics, stopping: stopping.clone() });
    let connections = Connections::default();
    rt::spawn(connections.clone().reap());
    let document = Data::new(document());
    let app = move || {
        let app = App::new().app_data(state.clone()).app_data(document.clone());
        let (app, _) = app.into_utoipa_app().configure(routes::configure).split_for_parts();
        // The last one wrapped is the first to see a request.
        app.default_service(to(fallback))
            .wrap(from_fn(remember))
            .wrap(from_fn(deadline))
            .wrap(from_fn(panics))
            .wrap(from_fn(guard))
            .wrap(from_fn(observe))
    };
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    let workers = listen.workers.map_or(processors, usize::from);
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
    Ok(Running { handle, stopping, drain: Duration::from_secs(listen.drain), task: rt::spawn(server) })
}

impl Running {
    /// Says that it is not ready, waits for that to be noticed, takes no more connections and finishes what is in flight.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stopping.store(true, Ordering::Relaxed);
        tokio::time::sleep(self.drain).await;
        self.handle.stop(true).await;
        self.task.await??;
        Ok(())
    }
}
