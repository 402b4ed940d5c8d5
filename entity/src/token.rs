//! Issued tokens: their metadata, without the signed token.

use sea_orm::entity::prelude::*;

use crate::vocabulary::TokenRole;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub subject: String,
    pub role: Option<TokenRole>,
    pub scopes: Vec<String>,
    /// IDs of the municipalities that the token acts for. Null when the token acts for all municipalities.
    pub municipality_ids: Option<Vec<Uuid>>,
    pub key_id: String,
    pub issued_by: String,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub revoked_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
