//! What a writer has read of an entry, so that nobody's change is lost.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, HeaderName, IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest};

use super::entity_tags::EntityTags;
use crate::base::error::{Error, Result, Violation};

/// The condition that replacing, changing and deleting demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Precondition {
    /// `If-Match: *`: whatever it is now.
    Any,
    /// `If-Match`: one of these revisions. Of a tag it is the part that names the entry's own last change; what others
    /// changed, another form and another coding are no obstacle.
    Revisions(Vec<i64>),
    /// `If-None-Match: *`: only if there is none.
    MustNotExist,
}

impl Precondition {
    /// Fails if the writer has not read what is there.
    pub(crate) fn check(&self, current: i64) -> Result<()> {
        match self {
            Self::Any => Ok(()),
            Self::Revisions(held) if held.contains(&current) => Ok(()),
            Self::Revisions(_) => Err(Error::PreconditionFailed),
            Self::MustNotExist => Err(Error::AlreadyExists),
        }
    }

    fn read(headers: &HeaderMap) -> Result<Self> {
        match (tags(headers, &IF_MATCH)?, tags(headers, &IF_NONE_MATCH)?) {
            // What is to be there and not to be there never is (RFC 9110, 13.2.2).
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

/// Returns the revision that a tag of an entry names; the tag of a list and a foreign tag name none.
///
/// `If-Match` asks for the strong comparison (RFC 9110, 13.1.1), under which a weak tag matches nothing. A proxy that
/// compresses an answer, such as nginx with `gzip on`, makes our strong tag weak (8.8.1), and behind it every change would
/// be refused. Only the revision is compared here, and compression does not change it, so a weakened tag of ours is as good
/// a proof of what was read as the strong one.
fn revision(tag: &str) -> Option<i64> {
    let opaque = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
    let (revision, _) = opaque.split_once('-')?;
    revision.bytes().all(|byte| byte.is_ascii_digit()).then(|| revision.parse().ok())?
}

/// The tags in a header, if it has any.
fn tags(headers: &HeaderMap, name: &HeaderName) -> Result<Option<EntityTags>> {
    let lines: Vec<&str> = headers.get_all(name).map(|line| line.to_str().unwrap_or_default()).collect();
    let read = EntityTags::read(&lines.join(","));
    let tags = read.map_err(|tag| {
        let detail = format!("`{tag}` is no ETag; send it with its quotation marks, or *");
        Error::Header(vec![Violation::header(title(name), detail)])
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

    fn held(name: HeaderName, value: &'static str) -> Result<Precondition> {
        Precondition::read(&[(name, value.parse().unwrap())].into_iter().collect())
    }

    #[test]
    fn a_revision_is_held_whatever_else_stands_in_the_tag() {
        let revisions = |value| match held(IF_MATCH, value) {
            Ok(Precondition::Revisions(revisions)) => revisions,
            other => unreachable!("{other:?}"),
        };

        assert_eq!(revisions("\"17-0a1b\""), [17]);
        assert_eq!(revisions("\"17-0a1b-br\", \"18-x\""), [17, 18]);
        assert_eq!(revisions("W/\"17-0a1b\""), [17], "as a proxy that compresses sends it on");
        assert_eq!(revisions("W/\"17-0a1b-gzip\", \"18-0a1b-gzip\""), [17, 18]);
        for foreign in ["\"0a1b\"", "W/\"0a1b-br\"", "\"17\"", "W/\"17\"", "\"x-17\"", "\"-17-0a1b\"", "\"+17-0a1b\""] {
            assert_eq!(revisions(foreign), [0; 0], "{foreign}");
        }
    }

    #[test]
    fn only_a_condition_will_do() {
        assert_eq!(held(IF_MATCH, "*").unwrap(), Precondition::Any);
        assert_eq!(held(IF_NONE_MATCH, "*").unwrap(), Precondition::MustNotExist);
        assert!(matches!(held(IF_NONE_MATCH, "\"17-0a1b\""), Err(Error::PreconditionRequired)));
        assert!(matches!(held(IF_MATCH, ""), Err(Error::PreconditionRequired)));
        assert!(matches!(held(IF_MATCH, "17-0a1b"), Err(Error::Header(_))));
    }
}
