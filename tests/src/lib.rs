//! What every end-to-end test needs: a service of its own, with a database of its own, and a client that believes nothing.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a test that cannot go on says where"
)]

mod client;
mod complete;
mod database;
mod endpoint;
mod exchanges;
mod folder;
mod limit;
mod nginx;
mod older;
mod pgbouncer;
mod postgres;
mod proxy;
pub mod queries;
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

use limit::Limited;

pub use api::app::settings::{HttpSettings, Listen, PublicUrl, WebhookSettings};
pub use api::auth::{KeySettings, Trust};
pub use api::base::db::DatabaseSettings;
pub use api::base::secret::Secret;
pub use client::{Answer, Client, contract};
pub use complete::complete;
pub use database::{TestDatabase, statement};
pub use endpoint::{Endpoint, Heard};
pub use nginx::Nginx;
pub use pgbouncer::{PgBouncer, Pooling};
pub use postgres::Postgres;
pub use proxy::Proxy;
pub use shared::SharedApp;
pub use wait::{until, until_true};

/// Examples that are made up for the tests.
const EXAMPLES: [(&str, &str); 2] =
    [("practice-examples", include_str!("practice_examples.json")), ("events", include_str!("events.json"))];

/// A running service with the directory's first content.
pub struct App {
    address: SocketAddr,
    /// May do everything; issued before the service began.
    admin: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// The time by which the service goes.
    pub clock: Clock,
    limited: Option<Limited>,
    /// Dropped last, when nobody is connected any more.
    pub database: TestDatabase,
}

impl App {
    /// Starts a service on a free port.
    pub fn start() -> Self {
        Self::start_on(TestDatabase::filled())
    }

    /// Starts a service on the first content and the examples that are made up for the tests.
    pub fn start_with_examples() -> Self {
        Self::start_with(&EXAMPLES)
    }

    /// Starts a service on the first content and what stands in some files.
    pub fn start_with(files: &[(&'static str, &'static str)]) -> Self {
        let files: Vec<_> =
            files.iter().map(|(collection, text)| SourceFile { collection, form: Form::Json, text }).collect();
        let database = TestDatabase::filled();
        database
            .with(async move |database| api::app::seed::add(database, &files).await.expect("entries that are valid"));
        Self::start_on(database)
    }

    /// Starts a service on a database that is there already.
    pub fn start_on(database: TestDatabase) -> Self {
        let settings = database.settings();
        Self::start_as(database, settings, keys(), listen())
    }

    /// Starts a service under certain settings.
    pub fn start_as(database: TestDatabase, settings: DatabaseSettings, keys: KeySettings, listen: Listen) -> Self {
        exchanges::show_on_failure();
        let (clock, limited) = (listen.clock.clone(), Some(Limited::begin()));
        let (told, begun) = mpsc::channel();
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
                told.send((address, admin)).expect("a test that waits");
                let _ = stopped.await;
                running.stop().await.expect("a stop");
                database.close().await.expect("a closed database");
            });
        });
        let (address, admin) = begun.recv().expect("a service that starts");
        Self { address, admin, stop: Some(stop), thread: Some(thread), clock, limited, database }
    }

    /// Somebody without a token.
    pub fn anonymous(&self) -> Client {
        Client::new(self.address)
    }

    /// Somebody who may do everything.
    pub fn admin(&self) -> Client {
        self.anonymous().with_token(&self.admin)
    }

    /// Somebody who may write everything.
    pub async fn editor(&self) -> Client {
        self.with_token(json!({ "subject": "redaktion", "role": "editor" })).await
    }

    /// Somebody with certain rights and no others, for some municipalities if any are named.
    pub async fn with_scopes(&self, scopes: &[&str], municipalities: &[&str]) -> Client {
        self.with_token(json!({ "subject": "stelle", "scopes": scopes, "municipalities": municipalities })).await
    }

    /// Somebody with a token that was issued for something.
    pub async fn with_token(&self, input: Value) -> Client {
        self.anonymous().with_token(&self.issue(input).await)
    }

    /// A token that was issued for something.
    pub async fn issue(&self, input: Value) -> String {
        let issued = self.admin().post("/v1/tokens", &input).await;
        assert_eq!(issued.status, 201, "{}", issued.text());
        issued.json()["access_token"].as_str().expect("a token").to_owned()
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends the service; its database stays as long as what is given back.
    #[must_use]
    pub fn stop_serving(mut self) -> TestDatabase {
        let left = self.database.left();
        std::mem::replace(&mut self.database, left)
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

/// The keys that the tests of a run sign with.
pub static KEYS: LazyLock<String> = LazyLock::new(|| Keys::generate().expect("a key"));

pub fn listen() -> Listen {
    Listen {
        host: "127.0.0.1".to_owned(),
        port: 0,
        migrate: false,
        workers: Some(2),
        max_connections: Some(1024),
        keep_alive_seconds: 5,
        drain_seconds: 0,
        grace_seconds: 5,
        http: HttpSettings { write_origins: vec!["https://front.example".to_owned()], public_url: None, cache_mib: 16 },
        webhooks: WebhookSettings { allow_private_webhooks: true },
        trust: Trust::default(),
        clock: Clock::default(),
    }
}

fn settings() -> DatabaseSettings {
    DatabaseSettings { database_url: None, data_dir: "unused".into(), pool_size: 4, pgbouncer: false }
}

/// The keys that tests sign tokens with.
pub fn keys() -> KeySettings {
    KeySettings { keys_file: None, keys: Some(Secret(KEYS.clone())) }
}
