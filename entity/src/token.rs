//! Issued tokens: their metadata, without the signed token.

use sea_orm::entity::prelude::*;

use crate::vocabulary::TokenRole;

/// Metadata of an issued token.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "token")]
pub struct Model {
    /// ID of the token (UUID), its `jti` claim.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Subject: the office or program that uses the token.
    pub subject: String,
    /// Role of the token. `None` when the token was issued with scopes only.
    pub role: Option<TokenRole>,
    /// Scopes.
    pub scopes: Vec<String>,
    /// IDs of the municipalities that the token acts for. Null when the token acts for all municipalities.
    pub municipality_ids: Option<Vec<Uuid>>,
    /// ID of the signing key (`kid`).
    pub key_id: String,
    /// Issuer: subject of a token, or command of the program.
    pub issued_by: String,
    /// Time of issue (UTC).
    pub created_at: DateTimeUtc,
    /// Time of expiry (UTC).
    pub expires_at: DateTimeUtc,
    /// Time of revocation (UTC). `None` when the token is not revoked.
    pub revoked_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
