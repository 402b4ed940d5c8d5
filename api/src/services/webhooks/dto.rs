//! What a webhook looks like to those whose it is.

use chrono::{DateTime, Utc};
use entity::vocabulary::DeliveryState;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::http::Filters;
use crate::http::format::{Format, Record};
use crate::model::catalog::ResourceName;

/// An endpoint that is told of changes
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Webhook {
    /// Id of the webhook.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub id: Uuid,
    /// Where messages are sent, with POST.
    #[schema(example = "https://example.org/hooks/atlas", format = "iri")]
    pub url: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Spiegel im Geoportal", nullable = false)]
    pub description: Option<String>,
    /// It is told of changes of these resources; of all, where none is named.
    pub resources: Vec<ResourceName>,
    /// It is told of changes of entries that have, or had before, one of these themes, by slug; of all, where none is named.
    #[schema(example = json!(["mobility"]))]
    pub themes: Vec<String>,
    /// It is told of changes of entries that name, or named before, one of these municipalities, by official key, or slug where there is
    /// none; of all, where none is named.
    #[schema(example = json!(["08335043"]))]
    pub municipalities: Vec<String>,
    /// Is it told of changes of the directory?
    #[schema(example = true)]
    pub changes: bool,
    /// Is it told of the steps of submissions of those who made it?
    #[schema(example = false)]
    pub submissions: bool,
    /// Is it told of anything at all? What happens meanwhile is lost on one that is not.
    #[schema(example = true)]
    pub active: bool,
    /// Who made it: the subject of a token.
    #[schema(example = "konstanz.stabsstelle")]
    pub owner: String,
    /// Id of the token that set it last: the webhook ends with that. Absent where it is of another issuer; then it ends when it is
    /// deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000", nullable = false)]
    pub token: Option<Uuid>,
    /// When that token ends: set the webhook again with another before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31T12:00:00Z", nullable = false)]
    pub ends_at: Option<DateTime<Utc>>,
    /// Why it is told of nothing, where it is not active.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "it was paused", nullable = false)]
    pub inactive_because: Option<String>,
    /// Until when it is left alone, because it did not answer at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31T12:00:00Z", nullable = false)]
    pub rests_until: Option<DateTime<Utc>>,
    /// Until when messages are signed with the secrets before too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31T12:00:00Z", nullable = false)]
    pub former_until: Option<DateTime<Utc>>,
    #[serde(skip)]
    pub revision: i64,
    /// When it was made.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub updated_at: DateTime<Utc>,
}

/// A webhook with its secret: the only time it is shown
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct WebhookSecret {
    /// What messages are signed with (HMAC-SHA256): the bytes are what follows `whsec_`, in base64.
    #[schema(example = "whsec_…")]
    pub secret: String,
    /// The webhook.
    pub webhook: Webhook,
}

/// Something that a webhook is told
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Delivery {
    /// Id of the message, as `webhook-id` has it: the same however often it is sent.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub id: Uuid,
    /// What it tells of: `entry.` and what was done, or `submission.` and the step.
    #[schema(example = "entry.replace")]
    pub r#type: String,
    /// How it stands with it.
    pub state: DeliveryState,
    /// How often it was sent.
    #[schema(example = 1)]
    pub attempts: i32,
    /// When it came up.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// When it is sent next, while it is pending: not before the webhook's `rests_until`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31T12:05:00Z", nullable = false)]
    pub next_at: Option<DateTime<Utc>>,
    /// When it was delivered, or given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31T12:00:00Z", nullable = false)]
    pub ended_at: Option<DateTime<Utc>>,
    /// When it was last sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31T12:00:00Z", nullable = false)]
    pub attempted_at: Option<DateTime<Utc>>,
    /// The status that was answered then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 204, nullable = false)]
    pub status: Option<i16>,
    /// Why there was no answer, or why it was not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "no answer within 10 seconds", nullable = false)]
    pub failure: Option<String>,
    /// Milliseconds that took.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 87, nullable = false)]
    pub took_ms: Option<i32>,
    /// The body that is sent.
    #[schema(schema_with = super::message::schema)]
    pub payload: Value,
}

/// Filters of the list of webhooks.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WebhookQuery {
    /// Whether they are told of anything.
    #[param(value_type = Option<bool>, example = true)]
    pub active: Option<bool>,
    /// Those that who asks may see.
    #[serde(skip)]
    #[param(ignore)]
    pub owner: Owner,
}

impl Filters for WebhookQuery {
    const HAS_LIST_PARAMS: bool = false;
}

/// Whose a webhook is: of the municipalities that a token acts for, or of its subject where it acts for all. Who administers
/// tokens looks after all of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Owner {
    pub subject: String,
    pub acts_for: Option<Vec<Uuid>>,
    pub administers: bool,
    /// May it see what was told of submissions?
    pub hears_steps: bool,
}

/// Filters of the log of deliveries.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DeliveryQuery {
    /// How it stands with them; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["failed"]))]
    pub state: Vec<DeliveryState>,
    /// The webhook.
    #[serde(skip)]
    #[param(ignore)]
    pub webhook: Uuid,
    /// May who asks see what was told of submissions?
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
