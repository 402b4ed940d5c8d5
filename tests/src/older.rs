//! A database as an older release left it, for tests of the steps that came after.

use sea_orm::ConnectionTrait;

use crate::TestDatabase;

/// The rows of the fixture, without the tables.
const SCHEMA_0022: &str = include_str!("../fixtures/schema_0022.sql");

/// Takes out what the steps themselves put into tables, and lets nothing happen by itself: the version of the directory and
/// the record of changes are to be those of the fixture. Foreign keys are checked all the same.
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
    /// Returns a database of schema 0022 that the program of that time filled; see `fixtures/schema_0022.sql`.
    pub fn of_schema_0022() -> Self {
        let database = Self::empty();
        database.load_schema_0022();
        database
    }

    /// Makes schema 0022 in a database with nothing in it, and fills it as the program of that time did.
    pub fn load_schema_0022(&self) {
        self.with(async |database| {
            database.migrate_up(22).await.expect("the schema of that time");
            let load = format!("begin read write; {PREPARE} {SCHEMA_0022} {FINISH} commit");
            database.connection().execute_unprepared(&load).await.expect("a fixture that fits its schema");
        });
    }

    /// Returns what the program of that time exported of the fixture: a line for each resource, with all its entries.
    pub fn exports_of_schema_0022() -> &'static str {
        include_str!("../fixtures/schema_0022_exports.ndjson")
    }
}
