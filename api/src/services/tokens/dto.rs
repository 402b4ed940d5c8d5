//! Representations, request body and filters of tokens.

use chrono::{DateTime, Utc};
use entity::vocabulary::{TokenRole, Vocabulary};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use crate::auth::{AuditRead, Scope, ScopeName, SubmissionsReview, TokensAdmin, is_subject};
use crate::base::validation::rules::{broken, broken_at, together};
use crate::http::format::{Format, Record};
use crate::http::{Filters, Order, Sort};

/// Properties of an issued token, without the token itself
#[derive(Clone, Debug, Serialize, ToSchema)]
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
}

/// A newly issued token
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IssuedToken {
    /// The token, a JSON Web Token (JWT). Send it as `Authorization: Bearer`. The service does not store it, and no other
    /// response contains it.
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSIs…")]
    pub access_token: String,
    /// Type of the token, always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Lifetime in seconds.
    #[schema(example = 7_776_000)]
    pub expires_in: i64,
    /// Properties of the token.
    pub token: Token,
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
    #[validate(length(max = 100, message = "must be at most 100 municipalities"))]
    pub municipalities: Vec<String>,
    /// Lifetime in days. Defaults to 90.
    #[serde(default = "ninety")]
    #[validate(range(min = 1, max = 366, message = "must be 1 to 366 days"))]
    #[schema(example = 90, minimum = 1, maximum = 366)]
    pub days: i16,
}

impl TokenInput {
    pub fn new(subject: &str, role: Option<TokenRole>) -> Self {
        Self { subject: subject.to_owned(), role, scopes: vec![], municipalities: vec![], days: ninety() }
    }
}

fn ninety() -> i16 {
    90
}

fn subject(subject: &str) -> Result<(), ValidationError> {
    if is_subject(subject) {
        Ok(())
    } else {
        Err(broken("must be 1 to 100 letters, digits and signs of ._-@:+/ without accents or spaces"))
    }
}

/// Scopes that a token bound to municipalities cannot use.
const UNBOUND: [&str; 3] = [TokensAdmin::NAME, AuditRead::NAME, SubmissionsReview::NAME];

fn rights_and_bounds(input: &TokenInput) -> Result<(), ValidationError> {
    let rule = |holds: bool, detail| if holds { Ok(()) } else { Err(broken(detail)) };
    let bound = input.role != Some(TokenRole::Contributor) || !input.municipalities.is_empty();
    together([
        rule(input.role.is_some() || !input.scopes.is_empty(), "must have a `role` or `scopes`"),
        rule(bound, "a contributor must have `municipalities` to act for"),
        usable(input),
    ])
}

/// Refuses municipalities for a role or scope that a bound token cannot use. The role `editor` is allowed, because a bound
/// token can use most of its scopes.
fn usable(input: &TokenInput) -> Result<(), ValidationError> {
    let role = input.role.filter(|role| matches!(role, TokenRole::Admin | TokenRole::Auditor));
    let scope = input.scopes.iter().find(|scope| UNBOUND.contains(&scope.0));
    let what = match (role, scope) {
        _ if input.municipalities.is_empty() => return Ok(()),
        (Some(role), _) => format!("the role `{}`", role.value()),
        (None, Some(scope)) => format!("the scope `{}`", scope.0),
        (None, None) => return Ok(()),
    };
    let detail = format!(
        "must be left out: {what} can be used only with a token that acts for all municipalities; issue another token, as \
         contributor or editor, to act for some"
    );
    Err(broken_at("municipalities", detail))
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
