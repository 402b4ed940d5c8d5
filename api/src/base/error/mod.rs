//! The error type of the service, and its representation as a problem (RFC 9457).

mod database;
mod english;
mod explanation;
mod german;
mod phrase;
mod problem;
mod problem_types;
mod response;
mod rule;
mod token;
mod violation;

use actix_web::http::StatusCode;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::value::RawValue;

use self::english::{edit_conflict, outside_municipality, referenced, submitter, summary, taken, unknown_path};
use self::explanation::places;
use self::phrase::Phrase;
use crate::base::language::Language::English;
use crate::base::link::Link;

pub use self::phrase::{CharacterAt, JsonType, MarkdownFault, Quota, RateLimit, StringFormat, UrlFault};
pub use self::problem::{CurrentState, EditConflict, Problem, Submitter};
pub(crate) use self::problem_types::{PROBLEM_TYPES, ProblemType};
pub use self::rule::Rule;
pub(crate) use self::rule::{RULES, RuleText, ViolationCode};
pub use self::token::TokenError;
pub use self::violation::Violation;

/// Result of an operation that fails with an [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error, as reported to the caller. `Display` is the explanation in English. The problem type determines the status.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No entry has the key (404).
    #[error("`{key}` does not identify an entry of {collection}.")]
    NotFound {
        /// Path of the collection.
        collection: String,
        /// Key in the path, cut to 100 characters.
        key: String,
    },
    /// No operation has the path (404). `nearest` is the most similar path, if one is similar.
    #[error("{}", unknown_path(nearest.as_deref()))]
    UnknownPath {
        /// Most similar path of the document.
        nearest: Option<String>,
    },
    /// The entry has another slug now (308). The middleware `complete_redirects` adds `Location`.
    #[error("The entry now has the slug `{slug}`.")]
    PermanentRedirect {
        /// Current slug.
        slug: String,
    },
    /// The entry was deleted at this time (410).
    #[error("The entry was deleted at {}.", .0.to_rfc3339_opts(SecondsFormat::Secs, true))]
    Gone(DateTime<Utc>),
    /// The official key is no longer in the register and has no single successor (410).
    #[error(
        "The official key `{official}` ({name}) is not in the register of {as_of} and has no single successor. Look up the entry \
         that covers the area today."
    )]
    KeyRetired {
        /// Official key.
        official: String,
        /// Name of the entry under the key.
        name: String,
        /// Date of the first register without the key.
        as_of: NaiveDate,
    },
    /// The sequence is after the end of the change feed (410).
    #[error(
        "The newest change has the `sequence` {head}, and {after} is after it. Read all lists anew, then continue with `after` {head}."
    )]
    SequenceGone {
        /// Sequence in the request.
        after: i64,
        /// Newest sequence.
        head: i64,
    },
    /// The path does not support the method (405).
    #[error("This path supports {allow} only.")]
    Method {
        /// Supported methods, as in `Allow`.
        allow: String,
    },
    /// Query parameters violate rules (400).
    #[error("{}", summary(.0))]
    Parameters(Vec<Violation>),
    /// The body violates rules (422).
    #[error("{}", summary(.0))]
    Invalid(Vec<Violation>),
    /// The path or query string is malformed (400).
    #[error("The URL contains {}.", .0.phrase(English))]
    Address(UrlFault),
    /// The path or query string exceeds this number of bytes (414).
    #[error("The URL is longer than {} bytes.", .0.phrase(English))]
    TooLong(usize),
    /// The path has none of the requested media types (406). The text lists the available ones.
    #[error("This path has the media types {0}. Name one of them in `Accept` or `format`.")]
    NotAcceptable(String),
    /// The body exceeds this number of bytes (413).
    #[error("The body is larger than {} bytes.", .0.phrase(English))]
    TooLarge(usize),
    /// The body has a content coding (415).
    #[error("The body has a `Content-Encoding`. Send it without compression.")]
    Coding,
    /// The body is not valid JSON, or is incomplete (400).
    #[error("The body {}.", .0.rule.text(English))]
    Json(Box<Violation>),
    /// The body has another media type than this one (415).
    #[error("Send the body as `{0}`, with that `Content-Type`.")]
    MediaType(&'static str),
    /// The head or the body of the request did not arrive within this number of seconds (408).
    #[error("The request did not arrive within {0} seconds.")]
    Slow(u64),
    /// The request is not valid HTTP (400).
    #[error(
        "The request is not valid HTTP/1.1. Check the request line, the form of each header, `Host`, and `Content-Length` or \
         `Transfer-Encoding`."
    )]
    Malformed,
    /// The request line and the headers exceed this number of bytes, or there are too many headers (431).
    #[error("The request line and the headers are larger than {} bytes, or there are too many headers.", .0.phrase(English))]
    LargeHead(usize),
    /// Request headers violate rules (400).
    #[error("{}", summary(.0))]
    Header(Vec<Violation>),
    /// The operation requires a token, and the request has none (401).
    #[error("The request has no token. Send `Authorization: Bearer` with a token.")]
    Unauthenticated,
    /// The token is invalid for this reason (401).
    #[error("The token is invalid: {0}.")]
    Refused(TokenError),
    /// The token lacks this scope (403).
    #[error("The token lacks the scope `{0}`.")]
    Forbidden(&'static str),
    /// The token does not act for these responsible municipalities (403). Empty if none is responsible.
    #[error("{}", outside_municipality(.0))]
    OutsideMunicipality(Vec<String>),
    /// The origin in `Origin` may not send writes (403).
    #[error("Pages of this origin may not write.")]
    Origin,
    /// The token is bound to municipalities, which the operation does not allow (403).
    #[error("The operation requires a token that is not bound to municipalities.")]
    Bound,
    /// The token acts for no municipality that may confirm the entry (403).
    #[error("The token acts for no municipality that may confirm this entry.")]
    NotConfirmer,
    /// Only this submitter may do the step (403).
    #[error("Only the submitter may do this: {}.", submitter(.0))]
    NotSubmitter(Submitter),
    /// The issuing token lacks these scopes (403).
    #[error("A token cannot be issued with more rights than the issuing token has: {0}.")]
    ScopeEscalation(String),
    /// The service has no keys to verify tokens with (403).
    #[error(
        "This service accepts no writes: it has no keys to verify tokens with. Its operator creates them with `transferatlas token \
         rotate --keys-file keys.json`, and starts it with `--keys-file keys.json`."
    )]
    ReadOnly,
    /// The service has no key to sign tokens with (403).
    #[error(
        "This service issues no tokens: it has no signing key. Its operator creates one with `transferatlas token rotate --keys-file \
         keys.json`, and starts it with `--keys-file keys.json`."
    )]
    NotIssuing,
    /// A write has neither `If-Match` nor `If-None-Match: *` (428).
    #[error("Send `If-Match` with the `ETag` of the representation that was read.")]
    PreconditionRequired,
    /// The entry has another revision than those in `If-Match` (412).
    #[error("The entry changed after it was read. Read it again, and apply the change to its current state.")]
    PreconditionFailed,
    /// The request has `If-None-Match: *`, and the entry exists (412).
    #[error("An entry exists at this path. To replace it, send `If-Match` instead of `If-None-Match`.")]
    AlreadyExists,
    /// Other entries refer to the entry to be deleted (409): links to the first ones, and the number of all.
    #[error("{}", referenced(*.1))]
    Referenced(Vec<Link>, usize),
    /// The idempotency key belongs to a different request (422).
    #[error("This `Idempotency-Key` was used for a different request. Use a new key for each request.")]
    KeyReused,
    /// The stage of the submission does not allow the action (409).
    #[error(
        "The step `{action}` is not allowed for a submission at the stage `{stage}`. `actions` lists the steps it allows."
    )]
    Step {
        /// Stage of the submission.
        stage: &'static str,
        /// Name of the step.
        action: &'static str,
    },
    /// The content of the submission cannot be edited at this stage (409).
    #[error(
        "The content cannot be edited: the submission is `{0}` or withdraws an entry. `actions` lists the steps it allows."
    )]
    Closed(&'static str),
    /// The quota is used up (409).
    #[error("The limit of {} {} is reached.", .0.max(), .0.phrase(English))]
    QuotaExceeded(Quota),
    /// The webhook endpoint is inactive (409).
    #[error("The webhook endpoint is inactive. Activate it first.")]
    Inactive,
    /// The reviewer wrote or submitted the content (403).
    #[error("The caller wrote or submitted the content, so another person has to review it.")]
    FourEyes,
    /// The published entry and the submission changed the same members (409).
    #[error("{}", edit_conflict(.0))]
    EditConflict(Box<EditConflict>),
    /// A request with the same idempotency key is being processed (409).
    #[error("A request with this `Idempotency-Key` is being processed. Repeat the request in a second.")]
    InFlight,
    /// Other entries have these unique values (409). Empty if the value is unknown.
    #[error("{}", taken(.0))]
    Taken(Vec<Violation>),
    /// The database does not respond (503). The cause is logged.
    #[error("The database does not respond. Try again in a few seconds.")]
    Unavailable(#[source] anyhow::Error),
    /// The largest number of lists is being sent as a whole (503).
    #[error(
        "The service sends no more lists as a whole at once. Try again in a few seconds, or request pages of the list."
    )]
    TooManyExports,
    /// All connections but the reserve are open (503).
    #[error(
        "The service has almost as many open connections as it allows. Try again in a few seconds, or send a token."
    )]
    TooManyConnections,
    /// The rate limit of the client is reached (429). The service accepts the request after this number of seconds.
    #[error("The rate limit of {} is reached. Try again in {seconds} seconds.", .limit.phrase(English))]
    RateLimited {
        /// The rate limit.
        limit: RateLimit,
        /// Seconds to wait.
        seconds: u64,
    },
    /// The client receives the largest number of lists as a whole (429).
    #[error(
        "The client already receives {0} lists as a whole. Try again when one of them is complete, or request pages of the list."
    )]
    ConcurrentExports(usize),
    /// The database accepts no writes at the moment (503). The cause is logged.
    #[error("The database accepts no writes at the moment; reads still work. Try again in a few seconds.")]
    Unwritable(#[source] anyhow::Error),
    /// The database role may not write (403). The cause is logged.
    #[error("This service accepts no writes: its database role may not write.")]
    NotPermitted(#[source] anyhow::Error),
    /// The database has no space left (507). The cause is logged.
    #[error("The database has no space left for writes; reads still work. Try again later.")]
    Full(#[source] anyhow::Error),
    /// The service failed (500). The cause is logged.
    #[error("The service failed. The log has the cause under the request ID of this response.")]
    Internal(#[source] anyhow::Error),
    /// A failed precondition or a conflict, with the current state of the entry or item.
    #[error("{error}")]
    WithCurrent {
        /// The error.
        error: Box<Self>,
        /// Current state.
        current: Box<CurrentState>,
    },
}

impl Error {
    /// Returns an internal error.
    pub fn internal(error: impl Into<anyhow::Error>) -> Self {
        Self::Internal(error.into())
    }

    /// Returns the error for a key that identifies no entry of a collection.
    #[expect(clippy::needless_pass_by_value, reason = "callers name the key for this error alone")]
    pub(crate) fn not_found(collection: impl Into<String>, key: impl ToString) -> Self {
        Self::NotFound { collection: collection.into(), key: key.to_string().chars().take(100).collect() }
    }

    /// Returns whether the error is a failed precondition or a conflict that the current state helps to resolve.
    pub(crate) fn is_conflict(&self) -> bool {
        !matches!(self, Self::InFlight)
            && matches!(self.problem_type().status, StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED)
    }

    /// Adds the current state, as JSON, to a failed precondition or a conflict. Other errors stay unchanged.
    pub(crate) fn with_current(self, body: String, entity_tag: String) -> Self {
        match RawValue::from_string(body) {
            Ok(body) if self.is_conflict() => {
                Self::WithCurrent { error: Box::new(self), current: Box::new(CurrentState { body, entity_tag }) }
            }
            _ => self,
        }
    }
}
