//! Database: embedded or on a server, with its schema and write transactions.
//!
//! Any function that uses the database can fail because it does not respond (`Error::Unavailable`), accepts no writes
//! (`Error::Unwritable`), or refuses a statement (`Error::Internal`). Doc comments name the other errors only.

pub(crate) mod author;
mod begins;
pub mod context;
mod database;
#[cfg(feature = "embedded")]
mod embedded;
mod inspect;
mod pool;
mod reachability;
mod reads;
mod save;
mod schema;
mod server;
mod settings;
mod shares;
mod sockets;
mod statement;
pub(crate) mod version;
mod write;

pub use self::author::Author;
pub use self::database::Database;
pub(crate) use self::database::in_time;
pub use self::reads::{ReadTransaction, Reads};
pub(crate) use self::save::upsert;
pub use self::save::{ImportSummary, KeyChange};
pub use self::schema::{Removal, Schema};
pub use self::settings::DatabaseSettings;
pub(crate) use self::shares::Share;
pub(crate) use self::statement::{sql, written};
pub use self::version::DirectoryVersion;
pub(crate) use self::write::rollback;
pub use self::write::{Timeouts, Write};
