//! What a token looks like to those who administer them.

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

/// A token that was issued; never the token itself
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Token {
    /// Id of the token, its `jti`.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub id: Uuid,
    /// Whom it was issued to: an office or a program, never a person.
    #[schema(example = "stabsstelle-smart-city.konstanz")]
    pub subject: String,
    /// The role it was issued for; absent where its scopes were named one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub role: Option<TokenRole>,
    /// What it may be used for.
    pub scopes: Vec<ScopeName>,
    /// The municipalities it acts for, by official key, or by slug where there is none; absent where it acts for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["08335043"]), nullable = false)]
    pub municipalities: Option<Vec<String>>,
    /// The key it was signed with, by its `kid`.
    #[schema(example = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")]
    pub key_id: String,
    /// Who issued it: the subject of a token, or a command of the program.
    #[schema(example = "transferatlas token")]
    pub issued_by: String,
    /// When it was issued.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// When it ends.
    #[schema(example = "2026-05-01T12:00:00Z")]
    pub expires_at: DateTime<Utc>,
    /// When it was revoked; absent while it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-02-14T08:30:00Z", nullable = false)]
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used, as far as that is written down: every 15 seconds; absent if it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-02-13T17:45:00Z", nullable = false)]
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A token as it is issued: the only time it is shown
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IssuedToken {
    /// The token itself, a JSON Web Token; send it as `Authorization: Bearer`. It is kept nowhere.
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSIs…")]
    pub access_token: String,
    /// How it is sent; always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds until it ends.
    #[schema(example = 7_776_000)]
    pub expires_in: i64,
    /// What was issued.
    pub token: Token,
}

/// What a token is to be issued for
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "rights_and_bounds", skip_on_field_errors = false))]
pub struct TokenInput {
    /// Whom it is for: an office or a program, never a person.
    #[validate(custom(function = "subject"))]
    #[schema(example = "stabsstelle-smart-city.konstanz", max_length = 100, pattern = "^[A-Za-z0-9._@:+/-]+$")]
    pub subject: String,
    /// A role, whose scopes it gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub role: Option<TokenRole>,
    /// Scopes, alone or beside those of the role.
    #[serde(default)]
    pub(crate) scopes: Vec<ScopeName>,
    /// The municipalities it acts for, by official key, slug or id; all without them. A contributor has at least one; an admin
    /// and an auditor have none, and neither has a token with `tokens:admin`, `audit:read` or `submissions:review` among its
    /// `scopes`.
    #[serde(default)]
    #[schema(example = json!(["08335043"]), max_items = 100)]
    #[validate(length(max = 100, message = "must be at most 100 municipalities"))]
    pub municipalities: Vec<String>,
    /// How many days it lives.
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

/// Scopes that a token which is bound to municipalities cannot use.
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

/// Refuses a token that could do nothing with what it is issued for. Those of an editor who is bound to municipalities can be
/// used for most of what the role is for.
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
    /// Whom tokens were issued to; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["stabsstelle-smart-city.konstanz"]))]
    pub subject: Vec<String>,
    /// Roles they were issued for; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["editor"]))]
    pub role: Vec<TokenRole>,
    /// Whether they hold now: neither ended nor revoked.
    #[param(value_type = Option<bool>, example = true)]
    pub active: Option<bool>,
    #[param(required = false, schema_with = Sort::<TokenOrder>::schema)]
    pub sort: Option<Sort<TokenOrder>>,
}

/// What tokens can be ordered by
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

/// Who one is, and what one may
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// Whom the token was issued to; of another issuer, followed by its address.
    #[schema(example = "stabsstelle-smart-city.konstanz")]
    pub subject: String,
    /// Id of the token; absent where another issuer issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000", nullable = false)]
    pub token: Option<Uuid>,
    /// What one may.
    #[schema(example = json!(["submissions:write"]))]
    pub scopes: Vec<String>,
    /// The municipalities one acts for, by official key, or by slug where there is none; absent if for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["08335043"]), nullable = false)]
    pub municipalities: Option<Vec<String>>,
    /// When the token ends.
    #[schema(example = "2026-05-01T12:00:00Z")]
    pub expires_at: DateTime<Utc>,
}
