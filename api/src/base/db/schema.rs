//! Schema of the database: comparison with the steps of this program, migration, and reverting of steps.

use std::collections::BTreeMap;

use anyhow::Result;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, FromQueryResult, TransactionTrait};

use super::database::Database;
use super::server::{PoolPurpose, connect};
use super::statement::sql;

/// State of the schema of the database, compared with the schema of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// The schema has all migration steps of this program.
    Current,
    /// Migration steps are missing. In an empty database, all are missing.
    Old {
        /// Number of missing steps.
        missing: usize,
    },
    /// The database has steps that this program does not know.
    Newer,
}

/// Data that reverting migration steps removes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removal {
    /// Names of the reverted steps, newest first.
    pub steps: Vec<String>,
    /// Dropped tables, by name, with the number of their rows.
    pub tables: BTreeMap<String, i64>,
    /// Columns dropped from other tables, as `table.column`.
    pub columns: Vec<String>,
    /// Number of rows deleted from other tables, by table.
    pub rows: BTreeMap<String, i64>,
}

/// Takes the advisory lock of migrations. The number is arbitrary, but must be the same for all instances.
const LOCK: &str = "select pg_advisory_xact_lock(7273610481)";

/// Adds the schema of `pg_trgm` to the search path. Steps use the extension, and a deployment may have it in another
/// schema.
const SEARCH_PG_TRGM: &str = "select set_config('search_path', concat_ws(', ', nullif(current_setting('search_path'), ''), quote_ident(n.nspname)), true) \
    from pg_extension e join pg_namespace n on n.oid = e.extnamespace \
   where e.extname = 'pg_trgm' and n.nspname <> all (current_schemas(true))";

impl Database {
    /// Compares the schema of the database with the migration steps of this program.
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

    /// Returns the names of the applied steps, oldest first.
    pub async fn steps_made(&self) -> Result<Vec<String>> {
        let db = self.background();
        let table = db.query_one_raw(sql("select to_regclass('seaql_migrations')::text", [])).await?;
        if table.and_then(|row| row.try_get_by_index::<Option<String>>(0).ok().flatten()).is_none() {
            return Ok(vec![]);
        }
        let rows = db.query_all_raw(sql("select version from seaql_migrations order by version", [])).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }

    /// Applies the missing steps, or reverts the newest `down` steps, in one transaction. Instances that start at the
    /// same time wait for each other. On a server, fails if the schema cannot be migrated; the message says how to
    /// correct it.
    pub async fn migrate(&self, down: Option<u32>) -> Result<()> {
        let migration = Migration::begin(self).await?;
        match down {
            Some(steps) => Migrator::down(&migration.tx, Some(steps)).await?,
            None => Migrator::up(&migration.tx, None).await?,
        }
        migration.commit().await
    }

    /// Applies the next `steps` of the missing steps, so that tests can start from the schema of an older release.
    pub async fn migrate_up(&self, steps: u32) -> Result<()> {
        let migration = Migration::begin(self).await?;
        Migrator::up(&migration.tx, Some(steps)).await?;
        migration.commit().await
    }

    /// Returns the data that reverting the newest `steps` would remove. Reverts the steps in a transaction that is
    /// rolled back. Fails like `migrate`.
    pub async fn preview_down(&self, steps: u32) -> Result<Removal> {
        let mut names = self.steps_made().await?;
        let kept = names.len().saturating_sub(usize::try_from(steps)?);
        let mut reverted = names.split_off(kept);
        reverted.reverse();

        let migration = Migration::begin(self).await?;
        let before = contents(&migration.tx).await?;
        Migrator::down(&migration.tx, Some(steps)).await?;
        let after = contents(&migration.tx).await?;
        migration.rollback().await?;
        Ok(Removal { steps: reverted, ..removal(&before, &after) })
    }
}

/// A transaction that migrates the schema. While it is open, no other instance can migrate.
struct Migration {
    tx: DatabaseTransaction,
    /// The dedicated pool of the transaction, if there is one.
    pool: Option<DatabaseConnection>,
}

impl Migration {
    #[expect(clippy::disallowed_methods, reason = "it changes the schema, not the directory")]
    async fn begin(database: &Database) -> Result<Self> {
        let (tx, pool) = match &database.0.server {
            None => (database.0.writes.begin().await?, None),
            Some(server) => {
                let pool = connect(server, PoolPurpose::Migration).await?;
                let tx = pool.begin().await?;
                tx.execute_unprepared(LOCK).await?;
                (tx, Some(pool))
            }
        };
        tx.execute_unprepared(SEARCH_PG_TRGM).await?;
        Ok(Self { tx, pool })
    }

    async fn commit(self) -> Result<()> {
        self.tx.commit().await?;
        close(self.pool).await
    }

    async fn rollback(self) -> Result<()> {
        self.tx.rollback().await?;
        close(self.pool).await
    }
}

async fn close(pool: Option<DatabaseConnection>) -> Result<()> {
    match pool {
        Some(pool) => Ok(pool.close().await?),
        None => Ok(()),
    }
}

/// A table with its columns and the number of its rows.
#[derive(FromQueryResult)]
struct Table {
    name: String,
    columns: Vec<String>,
    rows: i64,
}

/// Returns every table of the schema with its columns and the number of its rows, by name.
async fn contents(tx: &DatabaseTransaction) -> Result<BTreeMap<String, Table>> {
    const TABLES: &str = "select c.relname::text as name, array_agg(a.attname::text order by a.attnum) as columns, 0::bigint as rows \
        from pg_class c join pg_namespace n on n.oid = c.relnamespace \
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped \
       where n.nspname = current_schema() and c.relkind in ('r', 'p') and c.relname <> 'seaql_migrations' group by 1";
    let mut tables = BTreeMap::new();
    for mut table in Table::find_by_statement(sql(TABLES, [])).all(tx).await? {
        let count = format!("select count(*) from \"{}\"", table.name.replace('"', "\"\""));
        if let Some(row) = tx.query_one_raw(sql(&count, [])).await? {
            table.rows = row.try_get_by_index(0)?;
        }
        tables.insert(table.name.clone(), table);
    }
    Ok(tables)
}

/// Returns the tables, columns and rows that are in `before` and not in `after`.
fn removal(before: &BTreeMap<String, Table>, after: &BTreeMap<String, Table>) -> Removal {
    let mut removal = Removal::default();
    for (name, was) in before {
        let Some(is) = after.get(name) else {
            removal.tables.insert(name.clone(), was.rows);
            continue;
        };
        let dropped = was.columns.iter().filter(|column| !is.columns.contains(column));
        removal.columns.extend(dropped.map(|column| format!("{name}.{column}")));
        if is.rows < was.rows {
            removal.rows.insert(name.clone(), was.rows - is.rows);
        }
    }
    removal
}
