//! Recorded changes to entries and tokens.

use sea_orm::entity::prelude::*;

use crate::vocabulary::Action;

/// Recorded change of an entry or token. Rows are never updated or deleted.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change")]
pub struct Model {
    /// ID of the change (UUID version 7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Directory version of the change.
    pub directory_version: i64,
    /// Position in the change feed. Null for changes to tokens.
    pub sequence: Option<i64>,
    /// Time of the change (UTC).
    pub at: DateTimeUtc,
    /// Kind of change.
    pub action: Action,
    /// Table of the entry, or `token`.
    pub resource: String,
    /// ID of the entry or token.
    pub entry_id: Uuid,
    /// Slug after the change. `None` for a token.
    pub slug: Option<String>,
    /// Official key after the change. `None` for entries without an official key and for tokens.
    pub official: Option<String>,
    /// Author of the change: subject of a token, or command of the program.
    pub actor: String,
    /// ID of the token that made the change. `None` for changes without a token.
    pub token_id: Option<Uuid>,
    /// ID of the request in the log. `None` for changes without a request.
    pub request_id: Option<String>,
    /// Input of the entry after the change. `None` after its deletion.
    #[sea_orm(column_type = "Json", nullable)]
    pub entry: Option<Json>,
}

impl ActiveModelBehavior for ActiveModel {}
