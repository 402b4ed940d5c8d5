//! Representations and filters of webhooks and deliveries.

use chrono::{DateTime, Utc};
use entity::vocabulary::DeliveryState;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::http::Filters;
use crate::http::format::{Format, Record};
use crate::model::catalog::ResourceName;

/// A webhook: an endpoint that receives messages about changes
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Webhook {
    /// ID of the webhook (UUID).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub id: Uuid,
    /// URL of the endpoint. Messages are sent with POST.
    #[schema(example = "https://example.org/hooks/atlas", format = "iri")]
    pub url: String,
    /// Description of the purpose. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Spiegel im Geoportal", nullable = false)]
    pub description: Option<String>,
    /// Resources whose changes are delivered. An empty list selects all resources.
    pub resources: Vec<ResourceName>,
    /// Slugs of themes. Changes are delivered if the entry is, has or had one of these themes. An empty list selects all
    /// entries.
    #[schema(example = json!(["mobility"]))]
    pub themes: Vec<String>,
    /// Municipalities, by official key, or by slug if there is none. Changes are delivered if the entry is one of these
    /// municipalities, or refers or referred to one of them. An empty list selects all entries.
    #[schema(example = json!(["08335043"]))]
    pub municipalities: Vec<String>,
    /// Whether changes of entries are delivered.
    #[schema(example = true)]
    pub changes: bool,
    /// Whether steps of submissions are delivered: those owned by the municipalities of the webhook, or for a webhook without
    /// municipalities those created by its owner.
    #[schema(example = false)]
    pub submissions: bool,
    /// Whether the webhook receives messages. Events that happen while it is inactive are not delivered later.
    #[schema(example = true)]
    pub active: bool,
    /// Owner: subject of the token that created the webhook.
    #[schema(example = "konstanz.stabsstelle")]
    pub owner: String,
    /// ID of the token that created or last changed the webhook (UUID). The webhook becomes inactive when this token
    /// expires or is revoked. Omitted for a token of the trusted issuer: the webhook then does not expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000", nullable = false)]
    pub token: Option<Uuid>,
    /// Time when that token expires (UTC). Replace or update the webhook with another token before. Omitted for a token of the
    /// trusted issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31T12:00:00Z", nullable = false)]
    pub ends_at: Option<DateTime<Utc>>,
    /// Reason why the webhook is inactive. Omitted while it is active.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "a request deactivated it", nullable = false)]
    pub inactive_because: Option<String>,
    /// Time until which deliveries are paused, usually because the endpoint did not respond (UTC). Omitted when deliveries
    /// are not paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31T12:00:00Z", nullable = false)]
    pub rests_until: Option<DateTime<Utc>>,
    /// Time until which messages are also signed with the previous secrets (UTC). Omitted when the secret was never replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31T12:00:00Z", nullable = false)]
    pub former_until: Option<DateTime<Utc>>,
    #[serde(skip)]
    pub revision: i64,
    /// Time of creation (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// Time of the last change (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub updated_at: DateTime<Utc>,
    /// Signing secret (HMAC-SHA256): `whsec_` followed by the base64-encoded key. Only the responses that create or replace
    /// it contain it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "whsec_…", nullable = false, read_only)]
    pub secret: Option<String>,
}

/// A delivery: a message to a webhook endpoint, and the result of its attempts
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Delivery {
    /// ID of the message (UUID), sent as `webhook-id`. The same for every attempt and redelivery.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub id: Uuid,
    /// Type of the event: `entry.` and the kind of change, or `submission.` and the kind of step.
    #[schema(example = "entry.replace")]
    pub r#type: String,
    /// State of the delivery.
    pub state: DeliveryState,
    /// Number of attempts. A redelivery resets it to 0.
    #[schema(example = 1)]
    pub attempts: i32,
    /// Time when the message was queued (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// Time of the next attempt (UTC), not before `rests_until` of the webhook. Omitted unless the delivery is pending.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31T12:05:00Z", nullable = false)]
    pub next_at: Option<DateTime<Utc>>,
    /// Time when the message was delivered or failed for good (UTC). Omitted while the delivery is pending.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31T12:00:00Z", nullable = false)]
    pub ended_at: Option<DateTime<Utc>>,
    /// Time of the last attempt (UTC). Omitted before the first attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31T12:00:00Z", nullable = false)]
    pub attempted_at: Option<DateTime<Utc>>,
    /// HTTP status of the response to the last attempt. Omitted when there was no response.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 204, nullable = false)]
    pub status: Option<i16>,
    /// Reason why the last attempt got no response, or why the message was not sent. Omitted otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "no response within 10 seconds", nullable = false)]
    pub failure: Option<String>,
    /// Duration of the last attempt in milliseconds. Omitted before the first attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 87, nullable = false)]
    pub took_ms: Option<i32>,
    /// Body of the message.
    #[schema(schema_with = super::message::schema)]
    pub payload: Value,
}

/// Filters of the list of webhooks.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WebhookQuery {
    /// Whether the webhook is active.
    #[param(value_type = Option<bool>, example = true)]
    pub active: Option<bool>,
    /// Owner whose webhooks are visible to the caller, set by the handler.
    #[serde(skip)]
    #[param(ignore)]
    pub owner: Owner,
}

impl Filters for WebhookQuery {
    const HAS_LIST_PARAMS: bool = false;
}

/// Owner of webhooks: the municipalities of a token, or its subject if the token is not bound to municipalities. A caller with
/// `tokens:admin` that is not bound to municipalities has access to all webhooks.
#[derive(Clone, Debug, Default)]
pub(super) struct Owner {
    pub subject: String,
    pub acts_for: Option<Vec<Uuid>>,
    pub administers: bool,
    /// Whether messages about submissions are visible.
    pub hears_steps: bool,
}

/// Filters of the log of deliveries.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DeliveryQuery {
    /// State of the delivery. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["failed"]))]
    pub state: Vec<DeliveryState>,
    /// ID of the webhook, set by the handler.
    #[serde(skip)]
    #[param(ignore)]
    pub webhook: Uuid,
    /// Whether messages about submissions are visible to the caller, set by the handler.
    #[serde(skip)]
    #[param(ignore)]
    pub hears_steps: bool,
}

impl Filters for DeliveryQuery {
    const HAS_LIST_PARAMS: bool = false;
}

impl Record for Webhook {
    const LISTS: &'static [Format] = &[Format::Json, Format::Csv, Format::Ndjson];
    const ENTRIES: &'static [Format] = &[Format::Json];
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "url",
        "description",
        "resources",
        "themes",
        "municipalities",
        "changes",
        "submissions",
        "active",
        "owner",
        "token",
        "ends_at",
        "inactive_because",
        "created_at",
        "updated_at",
    ];

    fn id(&self) -> Uuid {
        self.id
    }

    fn revision(&self) -> Option<i64> {
        Some(self.revision)
    }
}

impl Record for Delivery {
    const LISTS: &'static [Format] = &[Format::Json, Format::Csv, Format::Ndjson];
    const ENTRIES: &'static [Format] = &[Format::Json];
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "type",
        "state",
        "attempts",
        "created_at",
        "next_at",
        "ended_at",
        "attempted_at",
        "status",
        "failure",
        "took_ms",
    ];

    fn id(&self) -> Uuid {
        self.id
    }
}
