//! Representations, request body and filters of tokens.

use chrono::{DateTime, Utc};
use entity::vocabulary::{TokenRole, Vocabulary};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use crate::auth::{AuditRead, Scope, ScopeName, SubmissionsReview, TokensAdmin, is_subject};
use crate::base::error::{Rule, StringFormat};
use crate::base::validation::Received;
use crate::base::validation::rules::{broken_at, require, together};
use crate::http::format::{Format, Record};
use crate::http::{Filters, Order, Sort};

/// A token
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the name of OAuth 2.0 (RFC 6749)")]
pub(crate) struct Token {
    /// ID of the token (UUID), its `jti` claim.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub id: Uuid,
    /// Subject: the office or program that uses the token, not a person.
    #[schema(example = "stabsstelle-smart-city.konstanz")]
    pub subject: String,
    /// Role of the token. Omitted when the token was issued with scopes only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub role: Option<TokenRole>,
    /// Scopes.
    pub scopes: Vec<ScopeName>,
    /// Municipalities that the token is bound to, by official key, or by slug if there is none. Omitted when the token is
    /// not bound to municipalities.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["08335043"]), nullable = false)]
    pub municipalities: Option<Vec<String>>,
    /// ID of the signing key (`kid`).
    #[schema(example = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")]
    pub key_id: String,
    /// Issuer: subject of a token, or command of the program.
    #[schema(example = "transferatlas token")]
    pub issued_by: String,
    /// Time of issue (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// Time of expiry (UTC).
    #[schema(example = "2026-05-01T12:00:00Z")]
    pub expires_at: DateTime<Utc>,
    /// Time of revocation (UTC). Omitted when the token is not revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-02-14T08:30:00Z", nullable = false)]
    pub revoked_at: Option<DateTime<Utc>>,
    /// Time of the last use (UTC), stored every 15 seconds. Omitted when the token was never used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-02-13T17:45:00Z", nullable = false)]
    pub last_used_at: Option<DateTime<Utc>>,
    /// The token itself, a JSON Web Token (JWT). Send it as `Authorization: Bearer`. Only the response to its creation contains
    /// it; the service does not store it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSIs…", nullable = false, read_only)]
    pub access_token: Option<String>,
}

/// A token to issue
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "rights_and_bounds", skip_on_field_errors = false))]
pub struct TokenInput {
    /// Subject: the office or program that uses the token, not a person.
    #[validate(custom(function = "subject"))]
    #[schema(example = "stabsstelle-smart-city.konstanz", max_length = 100, pattern = "^[A-Za-z0-9._@:+/-]+$")]
    pub subject: String,
    /// Role whose scopes the token gets. Required when `scopes` is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub role: Option<TokenRole>,
    /// Scopes, in addition to those of the role. Required when `role` is omitted.
    #[serde(default)]
    pub(crate) scopes: Vec<ScopeName>,
    /// Municipalities that the token is bound to, by official key, slug or ID. Without any, the token is not bound to
    /// municipalities. Required for the role `contributor`. Not allowed for the roles `admin` and `auditor`, nor with
    /// `tokens:admin`, `audit:read` or `submissions:review` in `scopes`.
    #[serde(default)]
    #[schema(example = json!(["08335043"]), max_items = 100)]
    #[validate(length(max = 100))]
    pub municipalities: Vec<String>,
    /// Lifetime in days. Defaults to 90.
    #[serde(default = "ninety")]
    #[validate(range(min = 1, max = 366))]
    #[schema(example = 90, minimum = 1, maximum = 366)]
    pub days: i16,
}

impl TokenInput {
    /// Returns the input for a token that is valid for 90 days, with the scopes of the role and for all municipalities.
    pub fn new(subject: &str, role: Option<TokenRole>) -> Self {
        Self { subject: subject.to_owned(), role, scopes: vec![], municipalities: vec![], days: ninety() }
    }
}

fn ninety() -> i16 {
    90
}

fn subject(subject: &str) -> Result<(), ValidationError> {
    require(is_subject(subject), Rule::Format { expected: StringFormat::Subject })
}

/// Scopes that a token bound to municipalities cannot use.
const UNBOUND: [&str; 3] = [TokensAdmin::NAME, AuditRead::NAME, SubmissionsReview::NAME];

fn rights_and_bounds(input: &TokenInput) -> Result<(), ValidationError> {
    let bound = input.role != Some(TokenRole::Contributor) || !input.municipalities.is_empty();
    let contributor = Rule::RequiredWith { other: "role".to_owned(), value: "contributor".to_owned() };
    together([
        require(input.role.is_some() || !input.scopes.is_empty(), Rule::RoleOrScopes {}),
        if bound { Ok(()) } else { Err(broken_at("municipalities", contributor)) },
        usable(input),
    ])
}

/// Refuses municipalities for a role or scope that a bound token cannot use. The role `editor` is allowed, because a bound
/// token can use most of its scopes.
fn usable(input: &TokenInput) -> Result<(), ValidationError> {
    let role = input.role.filter(|role| matches!(role, TokenRole::Admin | TokenRole::Auditor));
    let scope = input.scopes.iter().find(|scope| UNBOUND.contains(&scope.0));
    let value = match (role, scope) {
        _ if input.municipalities.is_empty() => return Ok(()),
        (Some(role), _) => role.value(),
        (None, Some(scope)) => scope.0,
        (None, None) => return Ok(()),
    };
    Err(broken_at("municipalities", Rule::UnboundOnly { value: value.to_owned() }))
}

/// Filters of the list of tokens.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TokenQuery {
    /// Subject. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["stabsstelle-smart-city.konstanz"]))]
    pub subject: Vec<String>,
    /// Role. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["editor"]))]
    pub role: Vec<TokenRole>,
    /// Whether the token is valid now: neither expired nor revoked.
    #[param(value_type = Option<bool>, example = true)]
    pub active: Option<bool>,
    #[param(required = false, schema_with = Sort::<TokenOrder>::schema)]
    pub sort: Option<Sort<TokenOrder>>,
}

/// Sort keys of tokens
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TokenOrder {
    CreatedAt,
    ExpiresAt,
    Subject,
}

impl Order for TokenOrder {
    const VALUES: &'static [&'static str] = &["created_at", "expires_at", "subject"];
}

impl Filters for TokenQuery {
    const HAS_LIST_PARAMS: bool = false;
}

impl Record for Token {
    const LISTS: &'static [Format] = &[Format::Json, Format::Csv, Format::Ndjson];
    const ENTRIES: &'static [Format] = &[Format::Json];
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "subject",
        "role",
        "scopes",
        "municipalities",
        "key_id",
        "issued_by",
        "created_at",
        "expires_at",
        "revoked_at",
        "last_used_at",
    ];

    fn id(&self) -> Uuid {
        self.id
    }
}

/// The token of the request
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// Subject of the token. For a token of the trusted issuer, followed by the address of the issuer.
    #[schema(example = "stabsstelle-smart-city.konstanz")]
    pub subject: String,
    /// ID of the token (UUID). Omitted for a token of the trusted issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000", nullable = false)]
    pub token: Option<Uuid>,
    /// Scopes of the token.
    #[schema(example = json!(["submissions:write"]))]
    pub scopes: Vec<String>,
    /// Municipalities that the token is bound to, by official key, or by slug if there is none. Omitted when the token is
    /// not bound to municipalities.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["08335043"]), nullable = false)]
    pub municipalities: Option<Vec<String>>,
    /// Time of expiry (UTC).
    #[schema(example = "2026-05-01T12:00:00Z")]
    pub expires_at: DateTime<Utc>,
}

impl Received for TokenInput {}
