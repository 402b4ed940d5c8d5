//! Errors, and their representation as problems (RFC 9457).

mod database;
mod english;
mod german;
mod phrase;
mod problem;
mod problem_types;
mod response;
mod rule;
mod token;
mod violation;

use std::collections::HashSet;

use actix_web::http::StatusCode;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::value::RawValue;

use self::english::{edit_conflict, outside_municipality, referenced, submitter, summary, taken, unknown_path};
use self::phrase::Phrase;
use crate::base::language::Language::{self, English, German};
use crate::base::link::Link;

pub use self::phrase::{CharacterAt, JsonType, MarkdownFault, Quota, StringFormat, UrlFault};
pub use self::problem::{EditConflict, Problem};
pub(crate) use self::problem_types::{PROBLEM_TYPES, ProblemType};
pub use self::rule::Rule;
pub(crate) use self::rule::{RULES, RuleText, ViolationCode};
pub use self::token::TokenError;
pub use self::violation::Violation;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error, as reported to the caller.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{key}` does not identify an entry of {collection}.")]
    NotFound { collection: String, key: String },
    /// No operation has the path.
    #[error("{}", unknown_path(nearest.as_deref()))]
    UnknownPath { nearest: Option<String> },
    /// A middleware of `http` adds `Location`, which keeps the rest of the path and the query.
    #[error("The entry now has the slug `{slug}`.")]
    PermanentRedirect { slug: String },
    #[error("The entry was deleted at {}.", .0.to_rfc3339_opts(SecondsFormat::Secs, true))]
    Gone(DateTime<Utc>),
    #[error(
        "The official key `{official}` ({name}) is not in the register of {as_of} and has no single successor. Look up the entry \
         that covers the area today."
    )]
    KeyRetired { official: String, name: String, as_of: NaiveDate },
    #[error(
        "The newest change has the `sequence` {head}, and {after} is after it. Read all lists anew, then continue with `after` {head}."
    )]
    SequenceGone { after: i64, head: i64 },
    #[error("This path supports {allow} only.")]
    Method { allow: String },
    #[error("{}", summary(.0))]
    Parameters(Vec<Violation>),
    #[error("{}", summary(.0))]
    Invalid(Vec<Violation>),
    #[error("The URL contains {}.", .0.phrase(English))]
    Address(UrlFault),
    #[error("The URL is longer than {} bytes.", .0.phrase(English))]
    TooLong(usize),
    #[error("This path has the media types {0}. Name one of them in `Accept` or `format`.")]
    NotAcceptable(String),
    #[error("The body is larger than {} bytes.", .0.phrase(English))]
    TooLarge(usize),
    #[error("The body has a `Content-Encoding`. Send it without compression.")]
    Coding,
    /// The body is not valid JSON, or is incomplete.
    #[error("The body {}.", .0.rule.text(English))]
    Json(Box<Violation>),
    #[error("Send the body as `{0}`, with that `Content-Type`.")]
    MediaType(&'static str),
    #[error("The body did not arrive within {0} seconds.")]
    Slow(u64),
    #[error("{}", summary(.0))]
    Header(Vec<Violation>),
    #[error("The request has no token. Send `Authorization: Bearer` with a token.")]
    Unauthenticated,
    #[error("The token is invalid: {0}.")]
    Refused(TokenError),
    #[error("The token lacks the scope `{0}`.")]
    Forbidden(&'static str),
    #[error("{}", outside_municipality(.0))]
    OutsideMunicipality(Vec<String>),
    #[error("Pages of this origin may not write.")]
    Origin,
    #[error("The operation requires a token that is not bound to municipalities.")]
    Bound,
    #[error("The token acts for no municipality that may confirm this entry.")]
    NotConfirmer,
    #[error("Only the submitter may do this: {}.", submitter(.0))]
    NotSubmitter(Submitter),
    #[error("A token cannot be issued with more rights than the issuing token has: {0}.")]
    ScopeEscalation(String),
    #[error(
        "This service accepts no writes: it has no keys to verify tokens with. Its operator creates them with `transferatlas token \
         rotate --keys-file keys.json`, and starts it with `--keys-file keys.json`."
    )]
    ReadOnly,
    #[error(
        "This service issues no tokens: it has no signing key. Its operator creates one with `transferatlas token rotate --keys-file \
         keys.json`, and starts it with `--keys-file keys.json`."
    )]
    NotIssuing,
    #[error("Send `If-Match` with the `ETag` of the representation that was read.")]
    PreconditionRequired,
    #[error("The entry changed after it was read. Read it again, and apply the change to its current state.")]
    PreconditionFailed,
    #[error("An entry exists at this path. To replace it, send `If-Match` instead of `If-None-Match`.")]
    AlreadyExists,
    #[error("{}", referenced(*.1))]
    Referenced(Vec<Link>, usize),
    #[error("This `Idempotency-Key` was used for a different request. Use a new key for each request.")]
    KeyReused,
    #[error(
        "The step `{action}` is not allowed for a submission at the stage `{stage}`. `actions` lists the steps it allows."
    )]
    Step { stage: &'static str, action: &'static str },
    #[error(
        "The content cannot be edited: the submission is `{0}` or withdraws an entry. `actions` lists the steps it allows."
    )]
    Closed(&'static str),
    #[error("The limit of {} {} is reached.", .0.max(), .0.phrase(English))]
    QuotaExceeded(Quota),
    #[error("The webhook endpoint is inactive. Activate it first.")]
    Inactive,
    #[error("The caller wrote or submitted the content, so another person has to review it.")]
    FourEyes,
    #[error("{}", edit_conflict(.0))]
    EditConflict(Box<EditConflict>),
    #[error("A request with this `Idempotency-Key` is being processed. Repeat the request in a second.")]
    InFlight,
    #[error("{}", taken(.0))]
    Taken(Vec<Violation>),
    #[error("The database does not respond. Try again in a few seconds.")]
    Unavailable(#[source] anyhow::Error),
    #[error("The database accepts no writes at the moment; reads still work. Try again in a few seconds.")]
    Unwritable(#[source] anyhow::Error),
    #[error("This service accepts no writes: its database role may not write.")]
    NotPermitted(#[source] anyhow::Error),
    #[error("The database has no space left for writes; reads still work. Try again later.")]
    Full(#[source] anyhow::Error),
    #[error("The service failed. The log has the cause under the request ID of this response.")]
    Internal(#[source] anyhow::Error),
    /// A failed precondition or a conflict, with the current state of what it is about.
    #[error("{error}")]
    WithCurrent { error: Box<Self>, current: Box<CurrentState> },
}

/// The current representation of what an error is about.
#[derive(Debug)]
pub struct CurrentState {
    pub body: Box<RawValue>,
    pub entity_tag: String,
}

/// The submitter of a submission.
#[derive(Clone, Debug)]
pub enum Submitter {
    /// The subject of a token that acts for all municipalities.
    Subject(String),
    /// Any token that acts for one of these municipalities.
    Municipalities(Vec<String>),
}

impl Error {
    /// Returns an internal error.
    pub fn internal(error: impl Into<anyhow::Error>) -> Self {
        Self::Internal(error.into())
    }

    /// Returns the error for a key that identifies nothing under a path.
    #[expect(clippy::needless_pass_by_value, reason = "callers name the key for this error alone")]
    pub(crate) fn not_found(collection: impl Into<String>, key: impl ToString) -> Self {
        Self::NotFound { collection: collection.into(), key: key.to_string().chars().take(100).collect() }
    }

    /// Whether the error is a failed precondition or a conflict, which the caller resolves by the current state.
    pub(crate) fn is_conflict(&self) -> bool {
        !matches!(self, Self::InFlight)
            && matches!(self.problem_type().status, StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED)
    }

    /// Adds the current state, as JSON, to a failed precondition or a conflict.
    pub(crate) fn with_current(self, body: String, entity_tag: String) -> Self {
        match RawValue::from_string(body) {
            Ok(body) if self.is_conflict() => {
                Self::WithCurrent { error: Box::new(self), current: Box::new(CurrentState { body, entity_tag }) }
            }
            _ => self,
        }
    }

    /// Returns the explanation for the caller, in the language of the request.
    pub(crate) fn detail(&self) -> String {
        match Language::current() {
            English => self.to_string(),
            German => german::detail(self),
        }
    }

    /// Returns the violations that the error reports.
    pub(crate) fn violations(&self) -> &[Violation] {
        match self {
            Self::Parameters(violations)
            | Self::Header(violations)
            | Self::Invalid(violations)
            | Self::Taken(violations) => violations,
            Self::EditConflict(states) => &states.conflicts,
            Self::Json(violation) => std::slice::from_ref(violation),
            Self::WithCurrent { error, .. } => error.violations(),
            _ => &[],
        }
    }

    /// Returns the chain of causes, for the log only.
    pub fn causes(&self) -> Option<String> {
        match self {
            Self::Unavailable(cause)
            | Self::Unwritable(cause)
            | Self::NotPermitted(cause)
            | Self::Full(cause)
            | Self::Internal(cause) => Some(format!("{cause:#}")),
            _ => None,
        }
    }

    /// Returns the chain of causes, or the message where there is no cause, for the log only.
    pub fn chain(&self) -> String {
        self.causes().unwrap_or_else(|| self.to_string())
    }
}

/// Returns the places of violations, each once.
fn places(violations: &[Violation], whole: &str) -> String {
    let place = |Violation { parameter, header, pointer, .. }: &Violation| {
        let place = parameter.as_ref().or(header.as_ref()).or(pointer.as_ref()).filter(|place| !place.is_empty());
        place.map_or_else(|| whole.to_owned(), Clone::clone)
    };
    let mut seen = HashSet::new();
    let places = violations.iter().map(place).filter(|place| seen.insert(place.clone()));
    places.collect::<Vec<_>>().join(", ")
}

impl From<TokenError> for Error {
    fn from(error: TokenError) -> Self {
        Self::Refused(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_line_names_the_cause_and_an_answer_does_not() {
        let error = Error::Unavailable(anyhow::anyhow!("the wire is cut").context("no answer"));

        assert_eq!(error.chain(), "no answer: the wire is cut");
        assert!(!error.to_string().contains("wire"));
        assert_eq!(Error::InFlight.chain(), Error::InFlight.to_string());
    }
}
