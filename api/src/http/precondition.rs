//! Preconditions of writes (`If-Match`, `If-None-Match`), which prevent lost updates.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, HeaderName, IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest};

use super::entity_tags::EntityTags;
use crate::base::error::{Error, Result, Rule, StringFormat, Violation};

/// Precondition that PUT, PATCH and DELETE require.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Precondition {
    /// `If-Match: *`: any current revision.
    Any,
    /// `If-Match`: one of these revisions. Only the revision in an entity tag is compared, so changes of linked
    /// entries, another format and another content coding do not fail the precondition.
    Revisions(Vec<i64>),
    /// `If-None-Match: *`: no entry exists.
    MustNotExist,
}

impl Precondition {
    /// Fails with `Error::PreconditionFailed` or `Error::AlreadyExists` if the current revision does not meet the
    /// precondition.
    pub(crate) fn check(&self, current: i64) -> Result<()> {
        match self {
            Self::Any => Ok(()),
            Self::Revisions(revisions) if revisions.contains(&current) => Ok(()),
            Self::Revisions(_) => Err(Error::PreconditionFailed),
            Self::MustNotExist => Err(Error::AlreadyExists),
        }
    }

    fn read(headers: &HeaderMap) -> Result<Self> {
        match (tags(headers, &IF_MATCH)?, tags(headers, &IF_NONE_MATCH)?) {
            // Both preconditions together are never met (RFC 9110, 13.2.2).
            (Some(_), Some(EntityTags::Any)) => Ok(Self::Revisions(vec![])),
            (Some(EntityTags::Any), _) => Ok(Self::Any),
            (Some(EntityTags::These(tags)), _) => {
                Ok(Self::Revisions(tags.iter().filter_map(|tag| revision(tag)).collect()))
            }
            (None, Some(EntityTags::Any)) => Ok(Self::MustNotExist),
            (None, _) => Err(Error::PreconditionRequired),
        }
    }
}

/// Returns the revision in the entity tag of an entry. Entity tags of lists and of other services have none.
///
/// `If-Match` requires the strong comparison (RFC 9110, 13.1.1), under which a weak tag never matches. A proxy that
/// compresses responses, such as nginx with `gzip on`, weakens strong tags (8.8.1), and every write behind it would be
/// refused. Only the revision is compared here, and compression does not change it, so a weakened tag is accepted.
fn revision(tag: &str) -> Option<i64> {
    let opaque = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
    let (revision, _) = opaque.split_once('-')?;
    revision.bytes().all(|byte| byte.is_ascii_digit()).then(|| revision.parse().ok())?
}

/// Returns the entity tags of a header. Returns `None` if the header is absent or empty.
fn tags(headers: &HeaderMap, name: &HeaderName) -> Result<Option<EntityTags>> {
    let lines: Vec<&str> = headers.get_all(name).map(|line| line.to_str().unwrap_or_default()).collect();
    let read = EntityTags::read(&lines.join(","));
    let tags = read.map_err(|_| {
        Error::Header(vec![Violation::header(title(name), Rule::Format { expected: StringFormat::EntityTag })])
    })?;
    Ok(Some(tags).filter(|tags| *tags != EntityTags::These(vec![])))
}

fn title(name: &HeaderName) -> &'static str {
    if *name == IF_MATCH { "If-Match" } else { "If-None-Match" }
}

impl FromRequest for Precondition {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read(req.headers()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_header(name: HeaderName, value: &'static str) -> Result<Precondition> {
        Precondition::read(&[(name, value.parse().unwrap())].into_iter().collect())
    }

    #[test]
    fn revision_is_read_from_every_form_of_the_tag() {
        let revisions = |value| match read_header(IF_MATCH, value) {
            Ok(Precondition::Revisions(revisions)) => revisions,
            other => unreachable!("{other:?}"),
        };

        assert_eq!(revisions("\"17-0a1b\""), [17]);
        assert_eq!(revisions("\"17-0a1b-br\", \"18-x\""), [17, 18]);
        assert_eq!(revisions("W/\"17-0a1b\""), [17], "a compressing proxy makes the tag weak");
        assert_eq!(revisions("W/\"17-0a1b-gzip\", \"18-0a1b-gzip\""), [17, 18]);
        for foreign in ["\"0a1b\"", "W/\"0a1b-br\"", "\"17\"", "W/\"17\"", "\"x-17\"", "\"-17-0a1b\"", "\"+17-0a1b\""] {
            assert_eq!(revisions(foreign), [0; 0], "{foreign}");
        }
    }

    #[test]
    fn missing_or_invalid_condition_is_rejected() {
        assert_eq!(read_header(IF_MATCH, "*").unwrap(), Precondition::Any);
        assert_eq!(read_header(IF_NONE_MATCH, "*").unwrap(), Precondition::MustNotExist);
        assert!(matches!(read_header(IF_NONE_MATCH, "\"17-0a1b\""), Err(Error::PreconditionRequired)));
        assert!(matches!(read_header(IF_MATCH, ""), Err(Error::PreconditionRequired)));
        assert!(matches!(read_header(IF_MATCH, "17-0a1b"), Err(Error::Header(_))));
    }
}
