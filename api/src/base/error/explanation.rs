//! The `detail` of a problem for the caller, and the causes of an error for the log.

use std::collections::HashSet;

use super::{Error, Violation, german};
use crate::base::language::Language::{self, English, German};

impl Error {
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

    /// Returns the chain of causes, for the log only. Returns `None` for errors that the caller can correct.
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

    /// Returns the chain of causes, for the log only. Returns the English explanation if there is no cause.
    pub fn chain(&self) -> String {
        self.causes().unwrap_or_else(|| self.to_string())
    }

    /// Returns the error of a read for another request that waited for the same result.
    pub(crate) fn shared(&self) -> Self {
        let cause = anyhow::anyhow!(self.chain());
        match self {
            Self::SequenceGone { after, head } => Self::SequenceGone { after: *after, head: *head },
            Self::Unavailable(_) => Self::Unavailable(cause),
            _ => Self::Internal(cause),
        }
    }
}

/// Returns the places of violations: parameters, headers and JSON pointers, each once. `whole` names the whole body.
pub(super) fn places(violations: &[Violation], whole: &str) -> String {
    let place = |Violation { parameter, header, pointer, .. }: &Violation| {
        let place = parameter.as_ref().or(header.as_ref()).or(pointer.as_ref()).filter(|place| !place.is_empty());
        place.map_or_else(|| whole.to_owned(), Clone::clone)
    };
    let mut seen = HashSet::new();
    let places = violations.iter().map(place).filter(|place| seen.insert(place.clone()));
    places.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cause_is_logged_but_not_sent_to_the_caller() {
        let error = Error::Unavailable(anyhow::anyhow!("the wire is cut").context("no answer"));

        assert_eq!(error.chain(), "no answer: the wire is cut");
        assert!(!error.to_string().contains("wire"));
        assert_eq!(Error::InFlight.chain(), Error::InFlight.to_string());
    }
}
