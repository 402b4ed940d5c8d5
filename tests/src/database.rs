//! A database for each test, embedded or on a server: a copy of a template, removed when the test ends.

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use api::base::db::Database;
use api::base::db::DatabaseSettings;
use api::base::secret::Secret;
use futures_util::FutureExt;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tempfile::TempDir;

use crate::folder::copy;
use crate::limit::Watchdog;
use crate::{run, settings};

/// Environment variable with the URL of a PostgreSQL server for the tests. Without it, the tests use embedded databases.
const SERVER: &str = "TEST_DATABASE_URL";

/// Message for ignored tests that are run without a server.
const NEEDS_SERVER: &str = "this test needs a PostgreSQL server: set TEST_DATABASE_URL";

/// A database of one test.
pub enum TestDatabase {
    /// An embedded database, in this folder.
    Folder(TempDir),
    /// A database that is dropped after the test.
    Server(ServerDatabase),
    /// A database that another `TestDatabase` drops.
    Shared(ServerDatabase),
}

/// A database on a PostgreSQL server.
pub struct ServerDatabase {
    /// URL of the server.
    server: String,
    name: String,
    /// Address of a proxy, instead of that of the server.
    proxy: Option<SocketAddr>,
}

static TEMPLATE: OnceLock<Template> = OnceLock::new();
static NUMBER: AtomicU32 = AtomicU32::new(0);

enum Template {
    Folder(TempDir),
    Server { server: String, name: String },
}

impl TestDatabase {
    /// Returns a database with the first content of the directory.
    pub fn filled() -> Self {
        match TEMPLATE.get_or_init(Template::make) {
            Template::Folder(template) => {
                let folder = run::folder();
                copy(template.path(), folder.path());
                Self::Folder(folder)
            }
            Template::Server { server, name: template } => Self::on_server(server, &format!("template {template}")),
        }
    }

    /// Returns a database without a schema.
    pub fn empty() -> Self {
        match server() {
            Some(server) => Self::on_server(&server, ""),
            None => Self::Folder(run::folder()),
        }
    }

    fn on_server(server: &str, options: &str) -> Self {
        run::register(server);
        let name = run::database(&NUMBER.fetch_add(1, Ordering::Relaxed).to_string());
        execute(server, format!("create database {name} {options}"));
        Self::Server(ServerDatabase { server: server.to_owned(), name, proxy: None })
    }

    /// Returns the database `name` on a server that the test started. The database is not dropped.
    pub fn on_own_server(server: &str, name: &str) -> Self {
        Self::Shared(ServerDatabase { server: server.to_owned(), name: name.to_owned(), proxy: None })
    }

    /// Returns the settings with which the service connects to the database.
    pub fn settings(&self) -> DatabaseSettings {
        match self {
            Self::Folder(folder) => DatabaseSettings { data_dir: folder.path().to_owned(), ..settings() },
            Self::Server(ServerDatabase { server, name, proxy })
            | Self::Shared(ServerDatabase { server, name, proxy }) => {
                let server =
                    proxy.map_or_else(|| server.clone(), |proxy| server.replace(host(server), &proxy.to_string()));
                DatabaseSettings { database_url: Some(Secret(database_url(&server, name))), ..settings() }
            }
        }
    }

    /// Returns whether the database runs inside the service. An embedded database has only one connection.
    pub fn is_embedded(&self) -> bool {
        matches!(self, Self::Folder(_))
    }

    /// Returns the URL of the server and the name of the database.
    pub fn place(&self) -> (&str, &str) {
        match self {
            Self::Folder(_) => panic!("{NEEDS_SERVER}"),
            Self::Server(database) | Self::Shared(database) => (&database.server, &database.name),
        }
    }

    /// Returns host and port of the server.
    pub fn server_address(&self) -> String {
        host(self.place().0).to_owned()
    }

    /// Returns the same database for another instance, which must end before `self` is dropped. Requires a server.
    #[must_use]
    pub fn shared(&self) -> Self {
        let (server, name) = self.place();
        Self::on_own_server(server, name)
    }

    /// Returns the placeholder that an `App` keeps when its database is taken from it.
    pub(crate) fn replacement(&self) -> Self {
        if self.is_embedded() { Self::empty() } else { self.shared() }
    }

    /// Returns the database with the address of a proxy, which the service connects to.
    #[must_use]
    pub fn behind(mut self, proxy: SocketAddr) -> Self {
        if let Self::Server(database) | Self::Shared(database) = &mut self {
            database.proxy = Some(proxy);
        }
        self
    }

    /// Opens a separate connection. Requires a server.
    pub async fn connect(&self) -> DatabaseConnection {
        let (server, name) = self.place();
        sea_orm::Database::connect(database_url(server, name)).await.expect("a connection")
    }

    /// Runs a function on the database while no service runs.
    pub fn with<T: Send + 'static>(&self, work: impl AsyncFnOnce(&Database) -> T + Send + 'static) -> T {
        let (settings, _watchdog) = (self.settings(), Watchdog::begin());
        in_system(async move || {
            let database = Database::open(&settings).await.expect("a database");
            // Closes the database after a panic, because an embedded database would otherwise wait for its connection forever.
            let done = AssertUnwindSafe(work(&database)).catch_unwind().await;
            database.close().await.expect("a closed database");
            done.unwrap_or_else(|panicked| resume_unwind(panicked))
        })
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Self::Server(ServerDatabase { server, name, .. }) = self {
            execute(server, format!("drop database if exists {name} with (force)"));
        }
    }
}

impl Template {
    fn make() -> Self {
        let (settings, template) = match server() {
            None => {
                let folder = run::folder();
                (DatabaseSettings { data_dir: folder.path().to_owned(), ..settings() }, Self::Folder(folder))
            }
            Some(server) => {
                run::register(&server);
                let name = run::database("template");
                execute(&server, format!("create database {name}"));
                let settings =
                    DatabaseSettings { database_url: Some(Secret(database_url(&server, &name))), ..settings() };
                (settings, Self::Server { server, name })
            }
        };
        in_system(async move || {
            let database = Database::open(&settings).await.expect("a database");
            database.migrate(None).await.expect("a schema");
            api::app::seed::fill(&database).await.expect("the first content");
            api::app::representations::build(&database).await.expect("the representations");
            database.close().await.expect("a closed database");
        });
        template
    }
}

fn server() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the tests have no settings module")]
    std::env::var(SERVER).ok().filter(|server| !server.is_empty())
}

/// Returns host and port in the URL of a server.
fn host(server: &str) -> &str {
    let behind = server.split_once("://").map_or(server, |(_, rest)| rest);
    let behind = behind.split_once('@').map_or(behind, |(_, rest)| rest);
    behind.split(['/', '?']).next().unwrap_or_default()
}

/// Returns the URL of a database on a server.
fn database_url(server: &str, name: &str) -> String {
    let (base, query) =
        server.split_once('?').map_or((server, String::new()), |(base, query)| (base, format!("?{query}")));
    let base = base.rsplit_once('/').map_or(base, |(base, _)| base);
    format!("{base}/{name}{query}")
}

fn execute(server: &str, sql: String) {
    let server = server.to_owned();
    in_system(async move || {
        let connection = sea_orm::Database::connect(server).await.expect("a server");
        connection.execute_unprepared(&sql).await.expect("a successful statement");
        connection.close().await.expect("a closed connection");
    });
}

/// Runs a function in a separate actix system and thread.
fn in_system<T: Send + 'static>(work: impl AsyncFnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::spawn(move || actix_web::rt::System::new().block_on(async move { work().await }));
    thread.join().expect("a thread without a panic")
}

/// Returns a PostgreSQL statement.
pub fn statement(sql: &str) -> Statement {
    Statement::from_string(DbBackend::Postgres, sql)
}
