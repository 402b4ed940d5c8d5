//! Support of the end-to-end tests: services with separate databases, and a client that checks every response.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a failed expectation ends the test"
)]

mod client;
mod complete;
mod database;
mod endpoint;
mod exchanges;
mod folder;
pub mod forgery;
pub mod generated;
pub mod graded_queries;
pub mod histories;
mod limit;
mod nginx;
mod older;
mod pgbouncer;
mod postgres;
mod proxy;
pub mod queries;
mod random;
mod raw;
pub mod release;
mod run;
mod shared;
mod wait;

use std::net::{SocketAddr, TcpListener};
use std::sync::{LazyLock, mpsc};
use std::thread::JoinHandle;

use api::app::seed::{Form, SourceFile};
use api::auth::Keys;
use api::base::clock::Clock;
use api::base::db::Database;
use api::services::tokens::TokenInput;
use entity::vocabulary::TokenRole;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use limit::Watchdog;

pub use api::app::settings::{HttpSettings, Listen, PublicUrl, RateLimiting, RateSettings, WebhookSettings};
pub use api::auth::{KeySettings, Trust};
pub use api::base::db::DatabaseSettings;
pub use api::base::secret::Secret;
pub use client::{Answer, Client, contract, json_media_type};
pub use complete::complete;
pub use database::{TestDatabase, statement};
pub use endpoint::{Endpoint, ReceivedWebhook};
pub use nginx::Nginx;
pub use pgbouncer::{PgBouncer, Pooling};
pub use postgres::Postgres;
pub use proxy::Proxy;
pub use random::Random;
pub use raw::exchange;
pub use shared::SharedApp;
pub use wait::{until, until_true};

/// Encodes a value for a query string.
pub fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The resources with write operations.
pub const RESOURCES: [&str; 10] = [
    "municipalities",
    "themes",
    "projects",
    "solutions",
    "practice-examples",
    "working-groups",
    "learning-partnerships",
    "events",
    "courses",
    "publications",
];

/// Fictitious entries for the tests.
const EXAMPLES: [(&str, &str); 2] =
    [("practice-examples", include_str!("practice_examples.json")), ("events", include_str!("events.json"))];

/// A running service with its database.
pub struct App {
    address: SocketAddr,
    /// Token with the role `admin`, issued before the start of the service.
    admin: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Clock of the service.
    pub clock: Clock,
    watchdog: Option<Watchdog>,
    /// Dropped last, when all connections are closed.
    pub database: TestDatabase,
}

impl App {
    /// Starts a service with the first content on a free port.
    pub fn start() -> Self {
        Self::start_on(TestDatabase::filled())
    }

    /// Starts a service with the first content and the fictitious entries.
    pub fn start_with_examples() -> Self {
        Self::start_with(&EXAMPLES)
    }

    /// Starts a service with the first content and the entries of JSON files, given as collection and text.
    pub fn start_with(files: &[(&'static str, &'static str)]) -> Self {
        let files: Vec<_> =
            files.iter().map(|(collection, text)| SourceFile { collection, form: Form::Json, text }).collect();
        let database = TestDatabase::filled();
        database.with(async move |database| api::app::seed::add(database, &files).await.expect("valid entries"));
        Self::start_on(database)
    }

    /// Starts a service on an existing database.
    pub fn start_on(database: TestDatabase) -> Self {
        let settings = database.settings();
        Self::start_as(database, settings, keys(), listen())
    }

    /// Starts a service with the given settings.
    pub fn start_as(database: TestDatabase, settings: DatabaseSettings, keys: KeySettings, listen: Listen) -> Self {
        exchanges::show_on_failure();
        let (clock, watchdog) = (listen.clock.clone(), Some(Watchdog::begin()));
        let (started, start) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
                let address = listener.local_addr().expect("an address");
                let database = Database::open(&settings).await.expect("a database");
                let known = Keys::open(&keys, &settings).expect("keys");
                let admin = TokenInput::new("tests", Some(TokenRole::Admin));
                let admin = api::services::tokens::issue(&database, &known, admin)
                    .await
                    .map(|(token, _)| token)
                    .unwrap_or_default();
                let running =
                    api::app::server::serve(listener, database.clone(), known, &listen).await.expect("a service");
                started.send((address, admin)).expect("a waiting test");
                let _ = stopped.await;
                running.stop().await.expect("a stop");
                database.close().await.expect("a closed database");
            });
        });
        let (address, admin) = start.recv().expect("a started service");
        Self { address, admin, stop: Some(stop), thread: Some(thread), clock, watchdog, database }
    }

    /// Returns a client without a token.
    pub fn anonymous(&self) -> Client {
        Client::new(self.address)
    }

    /// Returns a client with the role `admin`.
    pub fn admin(&self) -> Client {
        self.anonymous().with_token(&self.admin)
    }

    /// Returns a client with the role `editor`.
    pub async fn editor(&self) -> Client {
        self.with_token(json!({ "subject": "redaktion", "role": "editor" })).await
    }

    /// Returns a client with the given scopes, bound to the municipalities if there are any.
    pub async fn with_scopes(&self, scopes: &[&str], municipalities: &[&str]) -> Client {
        self.with_token(json!({ "subject": "stelle", "scopes": scopes, "municipalities": municipalities })).await
    }

    /// Returns a client with a token issued for the input.
    pub async fn with_token(&self, input: Value) -> Client {
        self.anonymous().with_token(&self.issue(input).await)
    }

    /// Issues a token for the input.
    pub async fn issue(&self, input: Value) -> String {
        let issued = self.admin().post("/v1/tokens", &input).await;
        assert_eq!(issued.status, 201, "{}", issued.text());
        issued.json()["access_token"].as_str().expect("a token").to_owned()
    }

    /// Returns the address that the service listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops the service and returns its database.
    #[must_use]
    pub fn stop_serving(mut self) -> TestDatabase {
        let replacement = self.database.replacement();
        std::mem::replace(&mut self.database, replacement)
    }
}

impl Drop for App {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The signing keys of this run of the tests.
pub static KEYS: LazyLock<String> = LazyLock::new(|| Keys::generate().expect("a key"));

/// Returns the settings of the service in tests.
pub fn listen() -> Listen {
    Listen {
        host: "127.0.0.1".to_owned(),
        port: 0,
        migrate: false,
        workers: Some(2),
        max_connections: Some(1024),
        // A client that checks a large response for longer would lose the next request on its connection.
        keep_alive_seconds: 60,
        // Tests run on busy machines.
        search_budget_ms: 5000,
        drain_seconds: 0,
        grace_seconds: 5,
        http: HttpSettings {
            write_origins: vec!["https://front.example".to_owned()],
            public_url: None,
            cache_mib: 16,
            max_exports: 32,
            rate: RateSettings { rate_limits: RateLimiting::Auto, trusted_proxies: vec![] },
        },
        webhooks: WebhookSettings { allow_private_webhooks: true },
        trust: Trust::default(),
        clock: Clock::default(),
    }
}

fn settings() -> DatabaseSettings {
    DatabaseSettings { database_url: None, data_dir: "unused".into(), pool_size: 4, pgbouncer: false }
}

/// Returns the settings with the signing keys of this run.
pub fn keys() -> KeySettings {
    KeySettings { keys_file: None, keys: Some(Secret(KEYS.clone())) }
}
