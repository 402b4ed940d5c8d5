//! Checks of a database server at the start. Each message says how to correct the problem, and contains neither the URL
//! nor the password.

use anyhow::{Result, bail};
use sea_orm::sqlx;
use sea_orm::{DatabaseConnection, DbBackend, FromQueryResult, Statement};

/// Oldest supported major version of PostgreSQL.
const OLDEST: i32 = 15;

/// Returns the reason why a connection failed, and how to correct it.
pub(super) fn refused(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Configuration(_) => {
            "DATABASE_URL is not an address of the form postgres://user:password@host:5432/database; percent-encode special characters \
             in the password"
                .to_owned()
        }
        sqlx::Error::Database(answer) => by_code(&answer.code().unwrap_or_default(), answer.message()),
        sqlx::Error::Tls(cause) if cause.to_string().contains("does not support TLS") => {
            "the PostgreSQL server does not support TLS, which sslmode in DATABASE_URL requires; set `ssl = on` on the server, or use \
             sslmode=prefer in a network you trust"
                .to_owned()
        }
        sqlx::Error::Tls(cause) => format!(
            "the PostgreSQL server's certificate is not accepted: {cause}; check sslrootcert and sslmode in DATABASE_URL"
        ),
        sqlx::Error::Io(cause) => format!(
            "the PostgreSQL server cannot be reached: {cause}; check the host, the port and the files in DATABASE_URL"
        ),
        _ => "the PostgreSQL server cannot be reached: it does not respond; check the host and port in DATABASE_URL, and \
              that the server runs and accepts connections"
            .to_owned(),
    }
}

fn by_code(code: &str, message: &str) -> String {
    let remedy = match code {
        "28P01" => "correct the user and the password in DATABASE_URL",
        "28000" => "let the role log in, and allow the connection in the server's pg_hba.conf",
        "3D000" => {
            "create it (create database … encoding 'UTF8' template template0), or correct its name in DATABASE_URL"
        }
        "42501" => "grant the role the right to connect",
        "53300" => "lower --pool-size, or raise the limit of connections on the server",
        // The response of PgBouncer to an unknown setting.
        "08P01" if message.contains("startup parameter") => {
            "remove `options` from DATABASE_URL, or list it in ignore_startup_parameters of PgBouncer"
        }
        _ => "check DATABASE_URL and the server's log",
    };
    format!("the PostgreSQL server refuses the connection: {message}; {remedy}")
}

/// Settings and privileges that are checked before the service starts.
#[derive(FromQueryResult)]
struct Server {
    version: i32,
    encoding: String,
    role: String,
    unreadable: Option<String>,
}

/// Fails if the server is too old, the encoding is not UTF-8, or the role may not read the tables.
pub(super) async fn server(connection: &DatabaseConnection) -> Result<()> {
    // Other programs may own tables in the same schema. Only the tables of the owner of the migrations table are checked.
    const SERVER: &str = "select current_setting('server_version_num')::integer / 10000 as version, \
            current_setting('server_encoding') as encoding, current_user::text as role, \
            (select string_agg(c.relname, ', ' order by c.relname) from pg_class c \
                join pg_class made on made.oid = to_regclass('seaql_migrations') \
                    and made.relnamespace = c.relnamespace and made.relowner = c.relowner \
              where c.relkind in ('r', 'v') and not has_table_privilege(c.oid, 'select')) as unreadable";
    let Server { version, encoding, role, unreadable } = one(connection, SERVER).await?;
    if version < OLDEST {
        bail!("the PostgreSQL server is version {version}; {OLDEST} or newer is needed");
    }
    if encoding != "UTF8" {
        bail!(
            "the database is encoded in {encoding} and must be UTF8; create another one: create database … encoding 'UTF8' \
             template template0"
        );
    }
    if let Some(tables) = unreadable {
        bail!(
            "the role {role} may not read {}; grant it the right: grant select on all tables in schema … to {role}",
            few(&tables)
        );
    }
    Ok(())
}

/// Returns the first table of a list, with the number of the others.
fn few(names: &str) -> String {
    let names: Vec<_> = names.split(", ").collect();
    match names.as_slice() {
        [one] => format!("the table {one}"),
        [first, rest @ ..] => format!("the table {first} and {} others", rest.len()),
        [] => String::new(),
    }
}

/// Settings and privileges that are checked before a migration.
#[derive(FromQueryResult)]
struct Migration {
    role: String,
    schema: Option<String>,
    obstacle: Option<String>,
}

/// Fails if the schema cannot be migrated: the database is read-only, there is no schema, a privilege is missing, or
/// the extension `pg_trgm` is not available.
pub(super) async fn migration(connection: &DatabaseConnection) -> Result<()> {
    // The extension is trusted: a role with the privilege `create` on the database may install it.
    const MIGRATION: &str = "select current_user::text as role, current_schema()::text as schema, case \
            when current_setting('transaction_read_only')::boolean then 'read-only' \
            when to_regclass('seaql_migrations') is null and current_schema() is null then 'no schema' \
            when to_regclass('seaql_migrations') is null and not has_schema_privilege(current_schema(), 'create') then 'tables' \
            when exists(select from pg_extension where extname = 'pg_trgm') then null \
            when not exists(select from pg_available_extensions where name = 'pg_trgm') then 'not installed' \
            when not has_database_privilege(current_database(), 'create') then 'extension' end as obstacle";
    let Migration { role, schema, obstacle } = one(connection, MIGRATION).await?;
    let schema = schema.unwrap_or_default();
    match obstacle.as_deref() {
        Some("read-only") => bail!(
            "the database takes no writes, so its schema cannot be brought up to date; migrate on the primary, or check \
             default_transaction_read_only"
        ),
        Some("no schema") => bail!("the schema in search_path does not exist; create it, or correct search_path"),
        Some("tables") => bail!(
            "the role {role} may not create tables; grant it the right: grant create on schema {schema} to {role}"
        ),
        Some("not installed") => bail!(
            "the PostgreSQL server lacks the extension pg_trgm; install the package of its additional modules, such as \
             postgresql-contrib"
        ),
        Some(_) => bail!(
            "the role {role} may not create the extension pg_trgm; run this in the database as its owner or a superuser: \
             create extension pg_trgm"
        ),
        None => Ok(()),
    }
}

async fn one<T: FromQueryResult>(connection: &DatabaseConnection, sql: &str) -> Result<T> {
    let row = T::find_by_statement(Statement::from_string(DbBackend::Postgres, sql)).one(connection).await?;
    row.ok_or_else(|| anyhow::anyhow!("the PostgreSQL server returned no row for its settings"))
}
