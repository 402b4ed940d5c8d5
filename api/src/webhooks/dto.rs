//! What a webhook looks like to those whose it is.

use chrono::{DateTime, Utc};
use entity::vocabulary::{DeliveryState, Purpose, ReviewAction, Stage};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::changes::FeedChange;
use crate::format::{Format, Record};
use crate::http::Filters;
use crate::resource::ResourceName;
use crate::validate;

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
    /// Id of the token that set it last: the webhook ends with that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000", nullable = false)]
    pub token: Option<Uuid>,
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

/// What can be set of a webhook
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookInput {
    /// Where messages are sent: an `https` address in the public internet.
    #[validate(custom(function = "validate::web"))]
    #[schema(example = "https://example.org/hooks/atlas", format = "iri", max_length = 2000)]
    pub url: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "validate::name"))]
    #[schema(example = "Spiegel im Geoportal", min_length = 1, max_length = 200)]
    pub description: Option<String>,
    /// It is told of changes of these resources; of all, where none is named.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(max = 10, message = "must be at most 10 resources"))]
    #[schema(max_items = 10)]
    pub resources: Vec<ResourceName>,
    /// Slugs or ids of themes.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(custom(function = "validate::names"))]
    #[schema(example = json!(["mobility"]), max_items = 50)]
    pub themes: Vec<String>,
    /// Official keys, slugs or ids of municipalities.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(custom(function = "validate::names"))]
    #[schema(example = json!(["08335043"]), max_items = 50)]
    pub municipalities: Vec<String>,
    /// Is it to be told of changes of the directory? Yes, without it.
    #[serde(default = "yes")]
    #[schema(example = true)]
    pub changes: bool,
    /// Is it to be told of the steps of submissions: of the municipalities that the token acts for, or those it submitted itself?
    #[serde(default)]
    #[schema(example = false)]
    pub submissions: bool,
    /// Is it to be told of anything? Yes, without it.
    #[serde(default = "yes")]
    #[schema(example = true)]
    pub active: bool,
}

fn yes() -> bool {
    true
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
    /// When it is sent next, while it is pending.
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
    /// Why there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "no answer within 10 seconds", nullable = false)]
    pub failure: Option<String>,
    /// Milliseconds that took.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 87, nullable = false)]
    pub took_ms: Option<i32>,
    /// The body that is sent: a `WebhookMessage`.
    #[schema(value_type = Object, example = json!({ "type": "entry.replace", "timestamp": "2026-01-31T12:00:00Z", "data": { "sequence": 12967 } }))]
    pub payload: Value,
}

/// The body of a message to a webhook
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct WebhookMessage {
    /// What it tells of: `entry.` and what was done, or `submission.` and the step.
    #[schema(example = "entry.replace")]
    pub r#type: String,
    /// When that was.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub timestamp: DateTime<Utc>,
    /// What it was.
    pub data: Told,
}

/// What a message tells: a change of the directory, or a step of a submission
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Told {
    Change(FeedChange),
    Step(SubmissionStep),
}

/// A step of a submission, as its municipality is told
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SubmissionStep {
    /// Path of the submission.
    #[schema(example = "/v1/submissions/0197f2a0-0000-7000-8000-000000000000", format = "uri-reference")]
    pub submission: String,
    /// The resource of its entry.
    pub resource: ResourceName,
    /// What it asks for.
    pub purpose: Purpose,
    /// The step.
    pub action: ReviewAction,
    /// Where the submission stands now.
    pub stage: Stage,
    /// Who took it: the subject of a token.
    #[schema(example = "kts-redaktion")]
    pub actor: String,
    /// What was said with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Bitte ergänzen Sie die Kosten.", nullable = false)]
    pub comment: Option<String>,
    /// Path of the published entry, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        example = "/v1/solutions/0197f2a0-0000-7000-8000-000000000000",
        format = "uri-reference",
        nullable = false
    )]
    pub entry: Option<String>,
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
    pub owner: super::query::Owner,
}

impl Filters for WebhookQuery {
    const USUAL: bool = false;
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
}

impl Filters for DeliveryQuery {
    const USUAL: bool = false;
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
