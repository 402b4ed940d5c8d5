//! What a writer has read of an entry, so that nobody's change is lost.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, HeaderName, IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest};

use crate::error::{Error, Result, Violation};

/// The condition that replacing, changing and deleting demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// `If-Match: *`: whatever it is now.
    Any,
    /// `If-Match`: one of these revisions. Of a tag it is the part that names the entry's own last change; what others
    /// changed, another form and another coding are no obstacle.
    Revisions(Vec<i64>),
    /// `If-None-Match: *`: only if there is none.
    Nothing,
}

impl Held {
    /// Fails if the writer has not read what is there.
    pub(crate) fn check(&self, current: i64) -> Result<()> {
        match self {
            Self::Any => Ok(()),
            Self::Revisions(held) if held.contains(&current) => Ok(()),
            Self::Revisions(_) => Err(Error::Changed),
            Self::Nothing => Err(Error::Exists),
        }
    }

    fn read(headers: &HeaderMap) -> Result<Self> {
        match (list(headers, &IF_MATCH)?, list(headers, &IF_NONE_MATCH)?) {
            (Some(tags), _) if tags == ["*"] => Ok(Self::Any),
            (Some(tags), _) => Ok(Self::Revisions(tags.iter().filter_map(|tag| revision(tag)).collect())),
            (None, Some(tags)) if tags == ["*"] => Ok(Self::Nothing),
            (None, _) => Err(Error::Unconditional),
        }
    }
}

/// The revision in a strong tag of an entry; a weak tag and one of something else have none.
fn revision(tag: &str) -> Option<i64> {
    tag.strip_prefix('"')?.split('-').next()?.parse().ok()
}

/// The tags in a header.
fn list(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Vec<String>>> {
    let mut tags = vec![];
    for line in headers.get_all(name) {
        let text = line.to_str().unwrap_or_default();
        for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
            let bare = tag.trim_start_matches("W/");
            if tag != "*" && !(bare.len() >= 2 && bare.starts_with('"') && bare.ends_with('"')) {
                let detail = format!("`{tag}` is no ETag; send it with its quotation marks, or *");
                return Err(Error::Header(vec![Violation::header(title(name), detail)]));
            }
            tags.push(tag.to_owned());
        }
    }
    Ok((!tags.is_empty()).then_some(tags))
}

fn title(name: &HeaderName) -> &'static str {
    if *name == IF_MATCH { "If-Match" } else { "If-None-Match" }
}

impl FromRequest for Held {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read(req.headers()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(name: HeaderName, value: &'static str) -> Result<Held> {
        Held::read(&[(name, value.parse().unwrap())].into_iter().collect())
    }

    #[test]
    fn a_revision_is_held_whatever_else_stands_in_the_tag() {
        let revisions = |value| match held(IF_MATCH, value) {
            Ok(Held::Revisions(revisions)) => revisions,
            other => unreachable!("{other:?}"),
        };

        assert_eq!(revisions("\"17-0a1b\""), [17]);
        assert_eq!(revisions("\"17-0a1b-br\", \"18-x\""), [17, 18]);
        assert_eq!(revisions("W/\"17-0a1b\""), [0; 0], "a weak tag is no proof");
        assert_eq!(revisions("\"0a1b\""), [0; 0], "nor is that of a list");
    }

    #[test]
    fn only_a_condition_will_do() {
        assert_eq!(held(IF_MATCH, "*").unwrap(), Held::Any);
        assert_eq!(held(IF_NONE_MATCH, "*").unwrap(), Held::Nothing);
        assert!(matches!(held(IF_NONE_MATCH, "\"17-0a1b\""), Err(Error::Unconditional)));
        assert!(matches!(held(IF_MATCH, ""), Err(Error::Unconditional)));
        assert!(matches!(held(IF_MATCH, "17-0a1b"), Err(Error::Header(_))));
    }
}
