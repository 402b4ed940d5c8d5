//! The database: embedded or on a server, its schema, and the one door for writes.

#[cfg(feature = "embedded")]
mod embedded;
mod save;
mod schema;
mod server;
mod write;

use std::sync::Arc;

use anyhow::Result;
use sea_orm::DatabaseConnection;

use crate::config::Settings;

pub use self::save::Stored;
pub(crate) use self::save::{insert, upsert};
pub use self::schema::Schema;
pub use self::write::Write;

/// An open database; clones share it.
#[derive(Clone)]
pub struct Database(Arc<Open>);

struct Open {
    connection: DatabaseConnection,
    #[cfg(feature = "embedded")]
    embedded: Option<embedded::Embedded>,
}

impl Database {
    /// Opens the database the settings name.
    pub async fn open(settings: &Settings) -> Result<Self> {
        if let Some(url) = &settings.database_url {
            let connection = server::connect(url, settings.pool).await?;
            return Ok(Self(Arc::new(Open {
                connection,
                #[cfg(feature = "embedded")]
                embedded: None,
            })));
        }
        #[cfg(feature = "embedded")]
        {
            let (connection, embedded) = embedded::open(&settings.data_dir).await?;
            Ok(Self(Arc::new(Open { connection, embedded: Some(embedded) })))
        }
        #[cfg(not(feature = "embedded"))]
        anyhow::bail!("this build has no embedded database; name a PostgreSQL server in DATABASE_URL")
    }

    pub fn connection(&self) -> &DatabaseConnection {
        &self.0.connection
    }

    /// Is this the only process that can write to the database?
    pub fn is_embedded(&self) -> bool {
        #[cfg(feature = "embedded")]
        return self.0.embedded.is_some();
        #[cfg(not(feature = "embedded"))]
        false
    }

    /// Connections open, and idle among them.
    pub fn connections(&self) -> (u32, usize) {
        let pool = self.connection().get_postgres_connection_pool();
        (pool.size(), pool.num_idle())
    }

    /// Closes all connections, and the embedded database cleanly.
    pub async fn close(&self) -> Result<()> {
        self.connection().close_by_ref().await?;
        #[cfg(feature = "embedded")]
        if let Some(embedded) = &self.0.embedded {
            embedded.stop().await?;
        }
        Ok(())
    }
}
