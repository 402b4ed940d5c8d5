//! Deliveries to webhook endpoints.

use sea_orm::entity::prelude::*;

use crate::vocabulary::DeliveryState;

/// Delivery: a message to a webhook endpoint, and the result of its last attempt.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    /// ID of the message (UUID), sent as `webhook-id`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// ID of the webhook.
    pub webhook_id: Uuid,
    /// Number in the order in which messages were queued.
    pub number: i64,
    /// ID of the change or step that the message is about. Unique for each webhook.
    pub event_id: String,
    /// Type of the event: `entry.` and the kind of change, or `submission.` and the kind of step.
    pub r#type: String,
    /// Body of the message about a step. `None` for a change, whose body is built when it is sent.
    pub payload: Option<String>,
    /// Sequence number of the change. `None` for a step.
    pub sequence: Option<i64>,
    /// State of the delivery.
    pub state: DeliveryState,
    /// Number of attempts. A redelivery resets it to 0.
    pub attempts: i32,
    /// Time when the message was queued or last redelivered (UTC).
    pub asked_at: DateTimeUtc,
    /// Time of the next attempt (UTC).
    pub next_at: DateTimeUtc,
    /// Time when the message was queued (UTC).
    pub created_at: DateTimeUtc,
    /// Time when the message was delivered or failed for good (UTC). `None` while the delivery is pending.
    pub ended_at: Option<DateTimeUtc>,
    /// Time of the last attempt (UTC). `None` before the first attempt.
    pub attempted_at: Option<DateTimeUtc>,
    /// HTTP status of the response to the last attempt. `None` when there was no response.
    pub status: Option<i16>,
    /// Reason why the last attempt got no response, or why the message was not sent. `None` otherwise.
    pub failure: Option<String>,
    /// Duration of the last attempt in milliseconds. `None` before the first attempt.
    pub took_ms: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}
