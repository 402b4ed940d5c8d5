//! Recorded changes to entries and tokens.

use sea_orm::entity::prelude::*;

use crate::vocabulary::Action;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Directory version of the change.
    pub directory_version: i64,
    /// Position in the change feed. Null for changes to tokens.
    pub sequence: Option<i64>,
    pub at: DateTimeUtc,
    pub action: Action,
    /// Table of the entry.
    pub resource: String,
    pub entry_id: Uuid,
    pub slug: Option<String>,
    pub official: Option<String>,
    pub actor: String,
    pub token_id: Option<Uuid>,
    pub request_id: Option<String>,
    #[sea_orm(column_type = "Json", nullable)]
    pub entry: Option<Json>,
}

impl ActiveModelBehavior for ActiveModel {}
