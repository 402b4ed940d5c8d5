//! Webhook endpoints.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub owner: String,
    /// IDs of the municipalities that the owner acts for. Null when the owner acts for all municipalities.
    pub acts_for_ids: Option<Vec<Uuid>>,
    pub url: String,
    pub description: Option<String>,
    pub resources: Vec<String>,
    pub theme_ids: Vec<Uuid>,
    pub municipality_ids: Vec<Uuid>,
    pub changes: bool,
    pub submissions: bool,
    pub active: bool,
    pub token_id: Option<Uuid>,
    pub secret: String,
    pub former_secrets: Vec<String>,
    pub former_until: Option<DateTimeUtc>,
    pub failures: i32,
    pub rests_until: Option<DateTimeUtc>,
    pub told_until: Option<DateTimeUtc>,
    pub silent_since: Option<DateTimeUtc>,
    pub private_until: Option<DateTimeUtc>,
    pub unsent_since: Option<DateTimeUtc>,
    pub ends_at: Option<DateTimeUtc>,
    pub inactive_because: Option<String>,
    pub deleted_at: Option<DateTimeUtc>,
    pub cursor: i64,
    pub revision: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
