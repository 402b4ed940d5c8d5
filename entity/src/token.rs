//! A token that was issued; never the token itself.

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
    /// Ids of the municipalities it acts for; absent where it acts for all.
    pub municipality_ids: Option<Vec<Uuid>>,
    pub key_id: String,
    pub issued_by: String,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub revoked_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
