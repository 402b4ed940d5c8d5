//! The HTTP server, the same in production and in tests.

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, to};
use actix_web::{App, HttpServer, rt};
use sea_orm::DatabaseConnection;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;

use crate::app::document::document;
use crate::app::routes::{self, REGISTRATIONS};
use crate::app::settings::Listen;
use crate::auth::{Auth, Issued, Keys, Used, authenticate};
use crate::base::db::Database;
use crate::base::db::context::Context;
use crate::base::db::version::DirectoryVersion;
use crate::base::metrics::Metrics;
use crate::base::tasks::Tasks;
use crate::http::cache::ResponseCache;
use crate::http::{
    Connections, Operations, WriteOrigins, cache_responses, deadline, fallback, guard, max_connections_of_process,
    moved, observe, panics, refuse_unknown_params,
};
use crate::services::changes::Feed;
use crate::services::history::WriteScopes;
use crate::services::submissions::Forms;
use crate::services::tokens;
use crate::services::webhooks::{self, Sender, WebhookSettings};
use crate::write::delete_old_answers;

/// How long a client may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(5);

/// How long background tasks may take to stop.
const WRAP_UP: Duration = Duration::from_secs(2);

/// How often what is kept for a day is looked through.
const HOUR: Duration = Duration::from_hours(1);

/// A service that answers requests.
pub struct Running {
    handle: ServerHandle,
    context: Context,
    used: Used,
    drain: Duration,
    tasks: Tasks,
    task: rt::task::JoinHandle<io::Result<()>>,
}

/// Starts to answer on `listener`. Must be called inside an actix system.
pub async fn serve(listener: TcpListener, database: Database, keys: Keys, listen: &Listen) -> anyhow::Result<Running> {
    listen.clock.install();
    let version = DirectoryVersion::open(database.connection()).await?;
    let context = Context { db: database, version };
    let tasks = Tasks::default();
    let auth = start_workers(&context, keys, listen, &tasks).await?;
    let used = auth.used.clone();
    tasks.spawn_to_end("webhooks", webhooks::deliver(context.clone(), Sender::new(listen.webhook_private)));
    let (connections, shared, clock) =
        (Connections::default(), Shared::new(&context, auth, &tasks, listen)?, listen.clock.clone());
    tasks.spawn("idle connections", connections.clone().reap());
    let app = move || {
        clock.install();
        let app = App::new().configure(|config| shared.register(config));
        let (app, _) = app.into_utoipa_app().configure(routes::configure).split_for_parts();
        // The last one wrapped is the first to see a request.
        app.default_service(to(fallback))
            .wrap(from_fn(refuse_unknown_params))
            .wrap(from_fn(cache_responses))
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
        .max_connections(listen.max_connections.unwrap_or_else(max_connections_of_process).div_ceil(workers))
        .on_connect(move |stream, data| connections.note(stream, data))
        .keep_alive(Duration::from_secs(listen.keep_alive))
        .client_request_timeout(HEAD)
        .shutdown_timeout(listen.grace)
        .disable_signals()
        .listen(listener)?
        .run();
    let handle = server.handle();
    Ok(Running { handle, context, used, drain: Duration::from_secs(listen.drain), tasks, task: rt::spawn(server) })
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// What handlers and middleware use, each part defined by the layer that owns it.
#[derive(Clone)]
struct Shared {
    context: Data<Context>,
    auth: Data<Auth>,
    cache: Data<ResponseCache>,
    metrics: Data<Metrics>,
    feed: Data<Feed>,
    forms: Data<Forms>,
    webhooks: Data<WebhookSettings>,
    write_origins: Data<WriteOrigins>,
    write_scopes: Data<WriteScopes>,
    document: Data<OpenApi>,
    operations: Data<Operations>,
    tasks: Data<Tasks>,
}

impl Shared {
    fn new(context: &Context, auth: Auth, tasks: &Tasks, listen: &Listen) -> anyhow::Result<Self> {
        let scopes = REGISTRATIONS.iter().map(|registration| (registration.resource.table, registration.scope));
        Ok(Self {
            context: Data::new(context.clone()),
            auth: Data::new(auth),
            cache: Data::new(ResponseCache::new(listen.memory)),
            metrics: Data::new(Metrics::new()?),
            feed: Data::default(),
            forms: Data::new(Forms::of(document())),
            webhooks: Data::new(WebhookSettings { allows_private: listen.webhook_private }),
            write_origins: Data::new(WriteOrigins(listen.write_origins.clone())),
            write_scopes: Data::new(WriteScopes(scopes.collect())),
            document: Data::new(document().clone()),
            tasks: Data::new(tasks.clone()),
            operations: Data::new(Operations::of(document())),
        })
    }

    fn register(&self, config: &mut ServiceConfig) {
        let Self {
            context,
            auth,
            cache,
            metrics,
            feed,
            forms,
            webhooks,
            write_origins,
            write_scopes,
            document,
            operations,
            tasks,
        } = self.clone();
        config.app_data(context).app_data(auth).app_data(cache).app_data(metrics).app_data(feed).app_data(forms);
        config
            .app_data(webhooks)
            .app_data(write_origins)
            .app_data(write_scopes)
            .app_data(document)
            .app_data(operations)
            .app_data(tasks);
    }
}

/// Opens what is known of callers, and starts what looks after the directory for as long as the process lives.
async fn start_workers(context: &Context, keys: Keys, listen: &Listen, tasks: &Tasks) -> anyhow::Result<Auth> {
    let Context { db, version } = context;
    let issued = Issued::open(db.connection()).await?;
    if !db.is_embedded() {
        let issued = issued.clone();
        // Whoever revokes a token raises the version, too.
        let changed = async move |watch: &DatabaseConnection| issued.read(watch).await;
        tasks.spawn("directory version", version.clone().follow(db.clone(), changed));
    }
    let resolve = tokens::resolve_claims(db.clone(), version.clone());
    tasks.spawn("keys", keys.clone().follow());
    let auth = Auth::open(keys, &listen.trust, issued, resolve).await?;
    tasks.spawn("use of tokens", auth.used.clone().keep(db.clone()));
    tasks.spawn("clearing out", forget(db.clone()));
    Ok(auth)
}

/// Forgets old answers now and then, for as long as the process lives.
async fn forget(database: Database) {
    loop {
        tokio::time::sleep(HOUR).await;
        if let Err(error) = delete_old_answers(&database).await {
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
        self.context.version.stop();
        tokio::time::sleep(self.drain).await;
        self.handle.stop(true).await;
        self.task.await??;
        // A message that is being sent is sent again later.
        self.tasks.stop(WRAP_UP).await;
        if let Err(error) = self.used.write(&self.context.db).await {
            tracing::warn!(cause = %error.chain(), "the last use of tokens could not be written down");
        }
        Ok(())
    }
}
