//! Everything that can go wrong, and how the caller hears of it.

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

/// Everything that can go wrong, as the caller sees it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("There is nothing at this address.")]
    NotFound,
    /// A middleware of `http` writes the `Location`, which keeps the rest of the path and the query.
    #[error("The entry has the slug `{slug}` now.")]
    PermanentRedirect { slug: String },
    #[error("The entry was deleted on {}.", .0.to_rfc3339_opts(SecondsFormat::Secs, true))]
    Gone(DateTime<Utc>),
    #[error(
        "The official key `{official}` ({name}) is no longer in the register of {as_of}, and no single entry took its place. \
         Look up the entry that covers the area today."
    )]
    KeyRetired { official: String, name: String, as_of: NaiveDate },
    #[error("This address answers {allow} only.")]
    Method { allow: String },
    #[error("{}", summary(.0))]
    Parameters(Vec<Violation>),
    #[error("{}", summary(.0))]
    Invalid(Vec<Violation>),
    #[error("The address has {0}.")]
    Address(&'static str),
    #[error("The address is longer than {0} bytes.")]
    TooLong(usize),
    #[error("This address answers {0}; name one of them in `Accept` or `format`.")]
    NotAcceptable(String),
    #[error("The body is larger than {0} bytes.")]
    TooLarge(usize),
    #[error("Send the body without `Content-Encoding`.")]
    Coding,
    #[error("The body cannot be read as JSON: {0}.")]
    Json(String),
    #[error("Send the body as `{0}`, and say so in `Content-Type`.")]
    MediaType(&'static str),
    #[error("The body did not arrive within {0} seconds.")]
    Slow(u64),
    #[error("{}", summary(.0))]
    Header(Vec<Violation>),
    #[error("Send a token: `Authorization: Bearer …`.")]
    Unauthenticated,
    #[error("The token is not accepted: {0}.")]
    Refused(TokenError),
    #[error("The token lacks the scope `{0}`.")]
    Forbidden(&'static str),
    #[error("{}", outside_municipality(.0))]
    OutsideMunicipality(Vec<String>),
    #[error("Only the submitter can do this: {0}.")]
    NotSubmitter(String),
    #[error("A token may pass on no more than it has: {0}.")]
    ScopeEscalation(String),
    #[error("This service takes no writes.")]
    ReadOnly,
    #[error("This service issues no tokens: it has no key of its own to sign them with.")]
    NotIssuing,
    #[error("Name the version you have read: `If-Match` with its `ETag`.")]
    PreconditionRequired,
    #[error("The entry was changed after you read it. Read it again, and repeat your change on what it is now.")]
    PreconditionFailed,
    #[error(
        "There is an entry at this address already; without `If-None-Match` and with `If-Match` it can be replaced."
    )]
    AlreadyExists,
    #[error("{} refer to this entry; change or delete those first.", entries(*.1))]
    Referenced(Vec<Link>, usize),
    #[error("This `Idempotency-Key` was used for another request; choose a new one for each.")]
    KeyReused,
    #[error(
        "A submission that is `{stage}` cannot take the step `{action}`; `actions` of the submission lists those it can."
    )]
    Step { stage: &'static str, action: &'static str },
    #[error(
        "The content of a submission that is `{0}`, or that asks to withdraw an entry, stays as it is; `actions` lists the steps it can take."
    )]
    Closed(&'static str),
    #[error("There are {1} {0} already, and there can be no more.")]
    QuotaExceeded(&'static str, u64),
    #[error("The webhook is not active, so nothing is sent to it; make it active first.")]
    Inactive,
    #[error("Whoever wrote or submitted it cannot review it: somebody else has to.")]
    FourEyes,
    #[error("{}", edit_conflict(.0))]
    EditConflict(Box<EditConflict>),
    #[error("A request with this `Idempotency-Key` is under way. Repeat yours in a second.")]
    InFlight,
    #[error("{}", taken(.0))]
    Taken(Vec<Violation>),
    #[error("The directory's database is away. Try again in a few seconds.")]
    Unavailable(#[source] anyhow::Error),
    #[error("The directory's database takes no writes at the moment; reads go on. Try again in a few seconds.")]
    Unwritable(#[source] anyhow::Error),
    #[error("This service takes no writes: its role in the database may not make them.")]
    NotPermitted(#[source] anyhow::Error),
    #[error("The directory's database has no space left for writes; reads go on. Try again later.")]
    Full(#[source] anyhow::Error),
    #[error("The service failed; the fault is ours. It is logged under the request id of this answer.")]
    Internal(#[source] anyhow::Error),
}

impl Error {
    /// A failure that is ours.
    pub fn internal(error: impl Into<anyhow::Error>) -> Self {
        Self::Internal(error.into())
    }

    /// The chain of causes, for the log alone.
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

    /// What happened with its causes, for the log alone.
    pub fn chain(&self) -> String {
        self.causes().unwrap_or_else(|| self.to_string())
    }
}

fn summary(violations: &[Violation]) -> String {
    let mut text = match violations.len() {
        1 => "One thing needs another look: ".to_owned(),
        many => format!("{many} things need another look: "),
    };
    for (index, violation) in violations.iter().enumerate() {
        let Violation { parameter, header, pointer, .. } = violation;
        let place = parameter.as_ref().or(header.as_ref()).or(pointer.as_ref()).filter(|place| !place.is_empty());
        let separator = if index == 0 { "" } else { ", " };
        let _ = write!(text, "{separator}{}", place.map_or("the whole", String::as_str));
    }
    text.push('.');
    text
}

fn edit_conflict(states: &EditConflict) -> String {
    let what = if states.conflicts.is_empty() {
        "The published entry has another revision now".to_owned()
    } else {
        let members: Vec<&str> = states.conflicts.iter().filter_map(|one| one.pointer.as_deref()).collect();
        let members: Vec<&str> = members.iter().map(|one| if one.is_empty() { "the whole" } else { one }).collect();
        format!("Both the published entry and the submission changed these members: {}", members.join(", "))
    };
    format!(
        "{what}. Compare the three states, and send the members again with `based_on` {}. A reviewer returns a submitted one \
         for that with `request_changes`.",
        states.revision
    )
}

fn entries(number: usize) -> String {
    if number == 1 { "1 entry".to_owned() } else { format!("{number} entries") }
}

fn outside_municipality(holders: &[String]) -> String {
    if holders.is_empty() {
        "The token acts for some municipalities, and this is the affair of no single one.".to_owned()
    } else {
        format!("The token does not act for {}, whose affair this is.", holders.join(", "))
    }
}

fn taken(violations: &[Violation]) -> String {
    if violations.is_empty() { "Another entry holds this value already.".to_owned() } else { summary(violations) }
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
