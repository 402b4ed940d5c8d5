//! Webhook endpoints.

use sea_orm::entity::prelude::*;

/// Webhook: an endpoint that receives messages about changes.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
pub struct Model {
    /// ID of the webhook (UUID).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Owner: subject of the token that created the webhook.
    pub owner: String,
    /// IDs of the municipalities that the owner acts for. Null when the owner acts for all municipalities.
    pub acts_for_ids: Option<Vec<Uuid>>,
    /// URL of the endpoint.
    pub url: String,
    /// Description of the purpose. `None` when there is none.
    pub description: Option<String>,
    /// Tables of the resources whose changes are delivered. Empty for all resources.
    pub resources: Vec<String>,
    /// IDs of the themes by which changes are filtered. Empty for all entries.
    pub theme_ids: Vec<Uuid>,
    /// IDs of the municipalities by which changes are filtered. Empty for all entries.
    pub municipality_ids: Vec<Uuid>,
    /// Whether changes of entries are delivered.
    pub changes: bool,
    /// Whether steps of submissions are delivered.
    pub submissions: bool,
    /// Whether the webhook receives messages.
    pub active: bool,
    /// ID of the token that created or last changed the webhook. `None` for a token of the trusted issuer.
    pub token_id: Option<Uuid>,
    /// Signing secret: `whsec_` followed by the base64-encoded key.
    pub secret: String,
    /// Previous signing secrets, which also sign messages until `former_until`.
    pub former_secrets: Vec<String>,
    /// Time until which `former_secrets` are used (UTC). `None` when the secret was never replaced.
    pub former_until: Option<DateTimeUtc>,
    /// Number of consecutive attempts without a response.
    pub failures: i32,
    /// Time until which deliveries are paused (UTC). `None` when deliveries are not paused.
    pub rests_until: Option<DateTimeUtc>,
    /// Time until which one process has the only claim on the webhook (UTC). `None` without a claim.
    pub told_until: Option<DateTimeUtc>,
    /// Time of the first of the consecutive attempts without a response (UTC). `None` after a response.
    pub silent_since: Option<DateTimeUtc>,
    /// Time until which only instances that may send to private addresses send the messages (UTC).
    pub private_until: Option<DateTimeUtc>,
    /// Time since which no such instance has claimed the messages (UTC). `None` when one has.
    pub unsent_since: Option<DateTimeUtc>,
    /// Time of expiry of the token `token_id` (UTC). `None` for a token of the trusted issuer.
    pub ends_at: Option<DateTimeUtc>,
    /// Reason why the webhook is inactive. `None` while it is active.
    pub inactive_because: Option<String>,
    /// Time of the deletion (UTC), which hides the webhook until the clean-up removes its row. `None` otherwise.
    pub deleted_at: Option<DateTimeUtc>,
    /// Sequence number of the last change that was examined for the webhook.
    pub cursor: i64,
    /// Revision number, starting at 1. Part of the entity tag.
    pub revision: i64,
    /// Time of creation (UTC).
    pub created_at: DateTimeUtc,
    /// Time of the last change (UTC).
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
