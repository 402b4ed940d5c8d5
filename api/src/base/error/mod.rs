//! Errors, and their representation as problems (RFC 9457).

mod database;
mod problem;
mod problem_types;
mod response;
mod token;

use std::fmt::Write;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

use crate::base::link::Link;

pub use self::problem::{EditConflict, Problem, Violation};
pub(crate) use self::problem_types::{PROBLEM_TYPES, ProblemType};
pub use self::token::TokenError;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error, as reported to the caller.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("No resource exists at this path.")]
    NotFound,
    /// A middleware of `http` adds `Location`, which keeps the rest of the path and the query.
    #[error("The entry now has the slug `{slug}`.")]
    PermanentRedirect { slug: String },
    #[error("The entry was deleted on {}.", .0.to_rfc3339_opts(SecondsFormat::Secs, true))]
    Gone(DateTime<Utc>),
    #[error(
        "The official key `{official}` ({name}) is not in the register of {as_of} and has no single successor. Look up the entry \
         that covers the area today."
    )]
    KeyRetired { official: String, name: String, as_of: NaiveDate },
    #[error("This path supports {allow} only.")]
    Method { allow: String },
    #[error("{}", summary(.0))]
    Parameters(Vec<Violation>),
    #[error("{}", summary(.0))]
    Invalid(Vec<Violation>),
    #[error("The URL contains {0}.")]
    Address(&'static str),
    #[error("The URL is longer than {0} bytes.")]
    TooLong(usize),
    #[error("This path has the media types {0}. Name one of them in `Accept` or `format`.")]
    NotAcceptable(String),
    #[error("The body is larger than {0} bytes.")]
    TooLarge(usize),
    #[error("The body has a `Content-Encoding`. Send it without compression.")]
    Coding,
    #[error("The body is not valid JSON: {0}.")]
    Json(String),
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
    #[error("Only the submitter may do this: {0}.")]
    NotSubmitter(String),
    #[error("A token cannot be issued with more rights than the issuing token has: {0}.")]
    ScopeEscalation(String),
    #[error("This service accepts no writes: it has no keys to verify tokens with.")]
    ReadOnly,
    #[error("This service issues no tokens: it has no signing key.")]
    NotIssuing,
    #[error("Send `If-Match` with the `ETag` of the representation that was read.")]
    PreconditionRequired,
    #[error("The entry changed after it was read. Read it again, and apply the change to its current state.")]
    PreconditionFailed,
    #[error("An entry exists at this path. To replace it, send `If-Match` instead of `If-None-Match`.")]
    AlreadyExists,
    #[error("{} this entry. Change or delete them first.", entries(*.1))]
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
    #[error("The limit of {1} {0} is reached.")]
    QuotaExceeded(&'static str, u64),
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
}

impl Error {
    /// Returns an internal error.
    pub fn internal(error: impl Into<anyhow::Error>) -> Self {
        Self::Internal(error.into())
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

fn summary(violations: &[Violation]) -> String {
    let mut text = match violations.len() {
        1 => "1 violation: ".to_owned(),
        many => format!("{many} violations: "),
    };
    for (index, violation) in violations.iter().enumerate() {
        let Violation { parameter, header, pointer, .. } = violation;
        let place = parameter.as_ref().or(header.as_ref()).or(pointer.as_ref()).filter(|place| !place.is_empty());
        let separator = if index == 0 { "" } else { ", " };
        let _ = write!(text, "{separator}{}", place.map_or("the whole body", String::as_str));
    }
    text.push('.');
    text
}

fn edit_conflict(states: &EditConflict) -> String {
    let what = if states.conflicts.is_empty() {
        "The published entry has a newer revision".to_owned()
    } else {
        let members: Vec<&str> = states.conflicts.iter().filter_map(|one| one.pointer.as_deref()).collect();
        let members: Vec<&str> =
            members.iter().map(|one| if one.is_empty() { "the whole content" } else { one }).collect();
        format!("Both the published entry and the submission changed these members: {}", members.join(", "))
    };
    format!(
        "{what}. Compare the three states, and send the members again with `based_on` {}. For a submitted one, a reviewer has \
         to `request_changes` first.",
        states.revision
    )
}

fn entries(number: usize) -> String {
    if number == 1 { "1 entry refers to".to_owned() } else { format!("{number} entries refer to") }
}

fn outside_municipality(responsible: &[String]) -> String {
    if responsible.is_empty() {
        "The token is bound to municipalities, and no single municipality is responsible for the entry.".to_owned()
    } else {
        format!("The token is not bound to {}, which is responsible for the entry.", responsible.join(", "))
    }
}

fn taken(violations: &[Violation]) -> String {
    if violations.is_empty() { "Another entry already has this value.".to_owned() } else { summary(violations) }
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
        assert_eq!(Error::NotFound.chain(), Error::NotFound.to_string());
    }
}
