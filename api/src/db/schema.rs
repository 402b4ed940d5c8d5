//! Which schema the database has, and how it gets the one this program needs.

use anyhow::Result;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait};

use super::Database;
use super::server::{self, Use};

/// How the database's schema compares with the one this program was built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    Current,
    /// Steps are missing; none was made in an empty database.
    Old {
        missing: usize,
    },
    /// The database has steps this program does not know.
    Newer,
}

/// Any number will do, as long as every instance locks the same.
const LOCK: &str = "select pg_advisory_xact_lock(7273610481)";

impl Database {
    pub async fn schema(&self) -> Result<Schema> {
        let steps = Migrator::migrations();
        let made = self.steps_made().await?;
        let known = |name: &String| steps.iter().any(|step| step.name() == name);
        Ok(if !made.iter().all(known) {
            Schema::Newer
        } else if made.len() < steps.len() {
            Schema::Old { missing: steps.len() - made.len() }
        } else {
            Schema::Current
        })
    }

    async fn steps_made(&self) -> Result<Vec<String>> {
        let db = self.connection();
        let sql = |text: &str| Statement::from_string(DbBackend::Postgres, text);
        let table = db.query_one_raw(sql("select to_regclass('seaql_migrations')::text")).await?;
        if table.and_then(|row| row.try_get_by_index::<Option<String>>(0).ok().flatten()).is_none() {
            return Ok(vec![]);
        }
        let rows = db.query_all_raw(sql("select version from seaql_migrations order by version")).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }

    /// Makes the missing steps, or takes back the newest `down` ones. Instances that start together wait for each other.
    pub async fn migrate(&self, down: Option<u32>) -> Result<()> {
        self.step(down.map_or(Steps::Up(None), Steps::Down)).await
    }

    /// Makes only the next `steps` of the missing steps: tests start from the schema of an older release.
    pub async fn migrate_up(&self, steps: u32) -> Result<()> {
        self.step(Steps::Up(Some(steps))).await
    }

    async fn step(&self, steps: Steps) -> Result<()> {
        let Some(url) = &self.0.url else { return Ok(steps.run(&self.0.writes).await?) };
        let connection = server::connect(url, Use::Migration).await?;
        #[expect(clippy::disallowed_methods, reason = "it writes nothing, it holds the lock")]
        let lock = connection.begin().await?;
        lock.execute_unprepared(LOCK).await?;
        let made = steps.run(&connection).await;
        lock.rollback().await?;
        connection.close().await?;
        Ok(made?)
    }
}

/// Steps of the schema to make or to take back.
#[derive(Clone, Copy, Debug)]
enum Steps {
    /// So many of the missing ones; all without a number.
    Up(Option<u32>),
    Down(u32),
}

impl Steps {
    async fn run(self, connection: &DatabaseConnection) -> Result<(), DbErr> {
        match self {
            Self::Up(steps) => Migrator::up(connection, steps).await,
            Self::Down(steps) => Migrator::down(connection, Some(steps)).await,
        }
    }
}
