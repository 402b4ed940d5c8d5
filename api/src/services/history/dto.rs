//! What a change looks like to the world.

use chrono::{DateTime, Utc};
use entity::vocabulary::Action;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::http::format::{Format, Record};
use crate::http::{Filters, Order, SearchText, Sort, Timestamp};

/// What was done to an entry, when, and to those who may know it by whom
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Change {
    #[serde(skip)]
    pub id: Uuid,
    /// The directory version it was made with: later changes have higher numbers.
    #[schema(example = 1)]
    pub number: i64,
    /// When it was made.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub at: DateTime<Utc>,
    /// What was done.
    pub action: Action,
    /// The resource of the entry, as addresses name it; `tokens` for a token.
    #[schema(example = "projects")]
    pub resource: String,
    /// Id of the entry.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub entry: Uuid,
    /// Short name of the entry, as it was afterwards; a token has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ulm", nullable = false)]
    pub slug: Option<String>,
    /// Path of the entry as it was afterwards; a token has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        example = "/v1/projects/0197f2a0-0000-7000-8000-000000000000/history/1",
        format = "uri-reference",
        nullable = false
    )]
    pub href: Option<String>,
    /// Who did it: the subject of a token, or a command of the program. Shown with `audit:read` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "kts-redaktion", nullable = false)]
    pub actor: Option<String>,
    /// Id of the token it was done with. Shown with `audit:read` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000", nullable = false)]
    pub token: Option<Uuid>,
    /// Id of the request, as the log has it. Shown with `audit:read` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000", nullable = false)]
    pub request: Option<String>,
}

/// An entry as it was after a change
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OldState {
    /// What was done.
    pub change: Change,
    /// What was set of it, as `PUT` takes it; absent where it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, example = json!({ "slug": "water", "label": { "de": "Wasser" } }), nullable = false)]
    pub entry: Option<Value>,
}

/// A step from one state to another, as RFC 6902 writes it
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PatchStep {
    /// `add`, `remove`, `replace`, `move`, `copy` or `test`.
    #[schema(example = "replace")]
    pub op: String,
    /// JSON pointer to the member.
    #[schema(example = "/website")]
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = anything, required = false)]
    pub value: Option<Value>,
}

/// A value of whatever kind.
fn anything() -> RefOr<Schema> {
    let value =
        ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some("Its new value, of whatever kind."));
    value.examples(["https://www.ulm.de"]).into()
}

/// Filters of the history of an entry.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// What was done; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["change"]))]
    pub action: Vec<Action>,
    #[param(required = false, schema_with = Sort::<ChangeOrder>::schema)]
    pub sort: Option<Sort<ChangeOrder>>,
    /// The entry.
    #[serde(skip)]
    #[param(ignore)]
    pub entry: Option<Uuid>,
}

/// Filters of the audit trail.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Resources, as addresses name them, and `tokens`; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["projects"]))]
    pub resource: Vec<String>,
    /// Ids of entries, or of tokens that were issued or revoked; repeat for alternatives.
    #[param(value_type = Vec<Uuid>, style = Form, explode = true, example = json!(["0197f2a0-0000-7000-8000-000000000000"]))]
    pub entry: Vec<Uuid>,
    /// What was done; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["change"]))]
    pub action: Vec<Action>,
    /// Who did it; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["transferatlas seed"]))]
    pub actor: Vec<String>,
    /// Ids of the tokens it was done with; repeat for alternatives.
    #[param(value_type = Vec<Uuid>, style = Form, explode = true, example = json!(["0197f2a0-0000-7000-8000-000000000000"]))]
    pub token: Vec<Uuid>,
    /// Id of the request it was done in, as the log has it.
    #[param(value_type = Option<String>, max_length = 200, example = "0197f2a0-0000-7000-8000-000000000000")]
    pub request: Option<SearchText>,
    /// Only changes made at or after this time or day.
    #[param(value_type = Option<String>, format = DateTime, example = "2019-01-01T00:00:00Z")]
    pub since: Option<Timestamp>,
    /// Only changes made before this time or day.
    #[param(value_type = Option<String>, format = DateTime, example = "2099-01-01T00:00:00Z")]
    pub until: Option<Timestamp>,
    #[param(required = false, schema_with = Sort::<ChangeOrder>::schema)]
    pub sort: Option<Sort<ChangeOrder>>,
}

/// What changes can be ordered by
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChangeOrder {
    Number,
}

impl Order for ChangeOrder {
    const VALUES: &'static [&'static str] = &["number"];
}

impl Filters for HistoryQuery {
    const HAS_LIST_PARAMS: bool = false;
}

impl Filters for AuditQuery {
    const HAS_LIST_PARAMS: bool = false;
}

impl Record for Change {
    const LISTS: &'static [Format] = &[Format::Json, Format::Csv, Format::Ndjson];
    const ENTRIES: &'static [Format] = &[Format::Json];
    const COLUMNS: &'static [&'static str] =
        &["number", "at", "action", "resource", "entry", "slug", "href", "actor", "token", "request"];

    fn id(&self) -> Uuid {
        self.id
    }
}
