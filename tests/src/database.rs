//! A database for each test: a copy of a template, embedded or on a server, gone when the test ends.

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
use crate::limit::Limited;
use crate::{run, settings};

/// Names a PostgreSQL server to run the tests against; without it they run embedded.
const SERVER: &str = "TEST_DATABASE_URL";

/// Tests that cannot run embedded are marked as ignored; this is for whoever runs them all the same.
const NEEDS_SERVER: &str = "this test needs a PostgreSQL server: set TEST_DATABASE_URL";

/// A database of one test.
pub enum TestDatabase {
    Folder(TempDir),
    Server {
        server: String,
        name: String,
        way: Option<SocketAddr>,
    },
    /// One that another test database drops.
    Shared {
        server: String,
        name: String,
        way: Option<SocketAddr>,
    },
}

static TEMPLATE: OnceLock<Template> = OnceLock::new();
static NUMBER: AtomicU32 = AtomicU32::new(0);

enum Template {
    Folder(TempDir),
    Server { server: String, name: String },
}

impl TestDatabase {
    /// A database with the directory's first content.
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

    /// A database with nothing in it.
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
        Self::Server { server: server.to_owned(), name, way: None }
    }

    /// The database `name` on a server of the test's own.
    pub fn on_own_server(server: &str, name: &str) -> Self {
        Self::Shared { server: server.to_owned(), name: name.to_owned(), way: None }
    }

    /// The settings under which the service uses it.
    pub fn settings(&self) -> DatabaseSettings {
        match self {
            Self::Folder(folder) => DatabaseSettings { data_dir: folder.path().to_owned(), ..settings() },
            Self::Server { server, name, way } | Self::Shared { server, name, way } => {
                let server = way.map_or_else(|| server.clone(), |way| server.replace(host(server), &way.to_string()));
                DatabaseSettings { database_url: Some(Secret(on(&server, name))), ..settings() }
            }
        }
    }

    /// Whether it runs inside the service, for which it serves one connection alone.
    pub fn is_embedded(&self) -> bool {
        matches!(self, Self::Folder(_))
    }

    /// The address of the server it is on, and its name there.
    pub fn place(&self) -> (&str, &str) {
        match self {
            Self::Folder(_) => panic!("{NEEDS_SERVER}"),
            Self::Server { server, name, .. } | Self::Shared { server, name, .. } => (server, name),
        }
    }

    /// Host and port of the server.
    pub fn server_address(&self) -> String {
        host(self.place().0).to_owned()
    }

    /// The same database for another instance, which must end first; only on a server.
    #[must_use]
    pub fn shared(&self) -> Self {
        let (server, name) = self.place();
        Self::on_own_server(server, name)
    }

    /// What a service holds whose database goes on to another one.
    pub(crate) fn left(&self) -> Self {
        if self.is_embedded() { Self::empty() } else { self.shared() }
    }

    /// The same database, which the service reaches by another address.
    #[must_use]
    pub fn behind(mut self, address: SocketAddr) -> Self {
        if let Self::Server { way, .. } | Self::Shared { way, .. } = &mut self {
            *way = Some(address);
        }
        self
    }

    /// A connection beside the service; only on a server.
    pub async fn connect(&self) -> DatabaseConnection {
        let (server, name) = self.place();
        sea_orm::Database::connect(on(server, name)).await.expect("a connection")
    }

    /// Runs work on the database while no service does.
    pub fn with<T: Send + 'static>(&self, work: impl AsyncFnOnce(&Database) -> T + Send + 'static) -> T {
        let (settings, _limited) = (self.settings(), Limited::begin());
        in_system(async move || {
            let database = Database::open(&settings).await.expect("a database");
            // An embedded database that is left open by a panic would wait for its connection for ever.
            let done = AssertUnwindSafe(work(&database)).catch_unwind().await;
            database.close().await.expect("a closed database");
            done.unwrap_or_else(|panicked| resume_unwind(panicked))
        })
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Self::Server { server, name, .. } = self {
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
                let settings = DatabaseSettings { database_url: Some(Secret(on(&server, &name))), ..settings() };
                (settings, Self::Server { server, name })
            }
        };
        in_system(async move || {
            let database = Database::open(&settings).await.expect("a database");
            database.migrate(None).await.expect("a schema");
            api::app::seed::fill(&database).await.expect("the first content");
            database.close().await.expect("a closed database");
        });
        template
    }
}

fn server() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the tests have no config.rs")]
    std::env::var(SERVER).ok().filter(|server| !server.is_empty())
}

/// Host and port in the address of a server.
fn host(server: &str) -> &str {
    let behind = server.split_once("://").map_or(server, |(_, rest)| rest);
    let behind = behind.split_once('@').map_or(behind, |(_, rest)| rest);
    behind.split(['/', '?']).next().unwrap_or_default()
}

/// The address of a database on a server.
fn on(server: &str, name: &str) -> String {
    let (base, query) =
        server.split_once('?').map_or((server, String::new()), |(base, query)| (base, format!("?{query}")));
    let base = base.rsplit_once('/').map_or(base, |(base, _)| base);
    format!("{base}/{name}{query}")
}

fn execute(server: &str, sql: String) {
    let server = server.to_owned();
    in_system(async move || {
        let connection = sea_orm::Database::connect(server).await.expect("a server");
        connection.execute_unprepared(&sql).await.expect("a statement that works");
        connection.close().await.expect("a closed connection");
    });
}

/// Runs work in an actix system of its own, from wherever the test runs.
fn in_system<T: Send + 'static>(work: impl AsyncFnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::spawn(move || actix_web::rt::System::new().block_on(async move { work().await }));
    thread.join().expect("work that ends")
}

/// A statement for PostgreSQL.
pub fn statement(sql: &str) -> Statement {
    Statement::from_string(DbBackend::Postgres, sql)
}
