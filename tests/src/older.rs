//! A database of an older release, for tests of the migrations since.

use sea_orm::ConnectionTrait;

use crate::TestDatabase;

/// SQL statements that insert the rows of the fixture.
const SCHEMA_0022: &str = include_str!("../fixtures/schema_0022.sql");

/// Empties all tables and disables user triggers, so that the directory version and the changes are those of the fixture. Foreign
/// keys are still checked.
const PREPARE: &str = "\
    set local statement_timeout = 0; \
    do $$ declare each name; begin \
        for each in select tablename from pg_tables where schemaname = current_schema() loop \
            execute format('alter table %I disable trigger user', each); \
        end loop; \
        execute (select 'truncate ' || string_agg(quote_ident(tablename), ', ') from pg_tables \
                  where schemaname = current_schema() and tablename <> 'seaql_migrations'); \
    end $$;";

const FINISH: &str = "\
    do $$ declare each name; begin \
        for each in select tablename from pg_tables where schemaname = current_schema() loop \
            execute format('alter table %I enable trigger user', each); \
        end loop; \
    end $$;";

impl TestDatabase {
    /// Returns a database of schema 0022 with the rows of `fixtures/schema_0022.sql`, which the release of that schema stored.
    pub fn of_schema_0022() -> Self {
        let database = Self::empty();
        database.load_schema_0022();
        database
    }

    /// Creates schema 0022 in an empty database and loads the fixture.
    pub fn load_schema_0022(&self) {
        self.with(async |database| {
            database.migrate_up(22).await.expect("schema 0022");
            let load = format!("begin read write; {PREPARE} {SCHEMA_0022} {FINISH} commit");
            database.connection().execute_unprepared(&load).await.expect("a fixture that fits its schema");
        });
    }

    /// Returns the exports of the fixture by the release with schema 0022: one line for each resource, with all its entries.
    pub fn exports_of_schema_0022() -> &'static str {
        include_str!("../fixtures/schema_0022_exports.ndjson")
    }
}
