//! Representations and filters of changes.

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

/// A change of an entry or token
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Change {
    #[serde(skip)]
    pub id: Uuid,
    /// Directory version of the change. Later changes have higher numbers.
    #[schema(example = 1)]
    pub directory_version: i64,
    /// Time of the change (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub at: DateTime<Utc>,
    /// Kind of change.
    pub action: Action,
    /// Name of the resource as used in paths, or `tokens` for a token.
    #[schema(example = "projects")]
    pub resource: String,
    /// ID of the entry or token (UUID).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub entry: Uuid,
    /// Slug of the entry after the change. Omitted for a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ulm", nullable = false)]
    pub slug: Option<String>,
    /// Path of the revision that the change created. Omitted for a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        example = "/v1/projects/0197f2a0-0000-7000-8000-000000000000/history/1",
        format = "uri-reference",
        nullable = false
    )]
    pub href: Option<String>,
    /// Author of the change: subject of a token, or command of the program. Omitted without `audit:read`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "kts-redaktion", nullable = false)]
    pub actor: Option<String>,
    /// ID of the token that made the change (UUID). Omitted without `audit:read`, and for changes without a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000", nullable = false)]
    pub token: Option<Uuid>,
    /// ID of the request in the log (`X-Request-Id`). Omitted without `audit:read`, and for changes without a request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000", nullable = false)]
    pub request: Option<String>,
}

/// A revision: an entry after a change
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Revision {
    /// Change that created the revision.
    pub change: Change,
    /// Content of the entry in the form that `PUT` accepts. Omitted when the change deleted the entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, example = json!({ "slug": "water", "title": { "de": "Wasser" } }), nullable = false)]
    pub entry: Option<Value>,
}

/// An operation of a JSON Patch (RFC 6902)
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PatchStep {
    /// Kind of operation: `add`, `remove`, `replace`, `move`, `copy` or `test`.
    #[schema(example = "replace")]
    pub op: String,
    /// JSON pointer (RFC 6901) to the member.
    #[schema(example = "/website")]
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = anything, required = false)]
    pub value: Option<Value>,
}

/// Returns the schema of a JSON value of any type.
fn anything() -> RefOr<Schema> {
    let value = ObjectBuilder::new()
        .schema_type(SchemaType::AnyValue)
        .description(Some("New value of the member, of any JSON type. Omitted for operations without a value."));
    value.examples(["https://www.ulm.de"]).into()
}

/// Filters of the history of an entry.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// Kind of change. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["change"]))]
    pub action: Vec<Action>,
    #[param(required = false, schema_with = Sort::<ChangeOrder>::schema)]
    pub sort: Option<Sort<ChangeOrder>>,
    /// ID of the entry, set by the handler.
    #[serde(skip)]
    #[param(ignore)]
    pub entry: Option<Uuid>,
}

/// Filters of the audit trail.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Name of a resource as used in paths, or `tokens`. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["projects"]))]
    pub resource: Vec<String>,
    /// ID of an entry, or of a token that was issued or revoked. Repeat for alternatives.
    #[param(value_type = Vec<Uuid>, style = Form, explode = true, example = json!(["0197f2a0-0000-7000-8000-000000000000"]))]
    pub entry: Vec<Uuid>,
    /// Kind of change. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["change"]))]
    pub action: Vec<Action>,
    /// Author of the change: subject of a token, or command of the program. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["transferatlas seed"]))]
    pub actor: Vec<String>,
    /// ID of the token that made the change. Repeat for alternatives.
    #[param(value_type = Vec<Uuid>, style = Form, explode = true, example = json!(["0197f2a0-0000-7000-8000-000000000000"]))]
    pub token: Vec<Uuid>,
    /// ID of the request in the log (`X-Request-Id`).
    #[param(value_type = Option<String>, max_length = 200, example = "0197f2a0-0000-7000-8000-000000000000")]
    pub request: Option<SearchText>,
    /// Only changes made at or after this time or day (UTC).
    #[param(value_type = Option<String>, format = DateTime, example = "2019-01-01T00:00:00Z")]
    pub since: Option<Timestamp>,
    /// Only changes made before this time or day (UTC).
    #[param(value_type = Option<String>, format = DateTime, example = "2099-01-01T00:00:00Z")]
    pub until: Option<Timestamp>,
    #[param(required = false, schema_with = Sort::<ChangeOrder>::schema)]
    pub sort: Option<Sort<ChangeOrder>>,
}

/// Sort keys of changes
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChangeOrder {
    DirectoryVersion,
}

impl Order for ChangeOrder {
    const VALUES: &'static [&'static str] = &["directory_version"];
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
        &["directory_version", "at", "action", "resource", "entry", "slug", "href", "actor", "token", "request"];

    fn id(&self) -> Uuid {
        self.id
    }
}
