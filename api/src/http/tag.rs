//! Entity tags of representations, and conditional GET requests.

use std::sync::LazyLock;
use std::time::SystemTime;

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use sha2::{Digest, Sha256};

use super::coding::Coding;
use super::entity_tags::EntityTags;
use super::json::hex;
use super::negotiate::coding;
use crate::base::dates;
use crate::base::db::version::Version;

/// Version and commit of the program. They are part of every entity tag, because two builds may represent the same data
/// differently.
const PROGRAM: [&str; 2] = [
    env!("CARGO_PKG_VERSION"),
    match option_env!("TRANSFERATLAS_REVISION") {
        Some(revision) => revision,
        None => "",
    },
];

/// Request headers that decide how a stored response is sent.
pub(super) struct ConditionalRequest {
    /// Content coding that the client prefers for a complete body.
    pub coding: Coding,
    if_none_match: Option<String>,
    since: Option<SystemTime>,
}

impl ConditionalRequest {
    /// Reads the headers of a request.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        Self {
            coding: coding(headers, &Coding::COMPLETE),
            if_none_match: text(header::IF_NONE_MATCH).map(str::to_owned),
            since: text(header::IF_MODIFIED_SINCE).and_then(|date| httpdate::parse_http_date(date).ok()),
        }
    }

    /// Returns whether `If-None-Match` contains the entity tag.
    pub(super) fn holds(&self, tag: &str) -> bool {
        match self.if_none_match.as_deref().map(EntityTags::read) {
            Some(Ok(EntityTags::Any)) => true,
            Some(Ok(EntityTags::These(tags))) => tags.iter().any(|stored| stored.trim_start_matches("W/") == tag),
            // A malformed header never matches.
            Some(Err(_)) | None => false,
        }
    }

    /// Returns whether the client's copy of a response with this entity tag and time of change is current.
    /// `If-Modified-Since` is ignored if `If-None-Match` is sent (RFC 9110, 13.2.2).
    pub(super) fn has(&self, tag: &str, changed: SystemTime) -> bool {
        match (&self.if_none_match, self.since) {
            (Some(_), _) => self.holds(tag),
            (None, Some(since)) => seconds(changed) <= seconds(since),
            (None, None) => false,
        }
    }
}

/// Returns `Last-Modified`: the latest of the last write, the start of the program and midnight in Germany. The day
/// determines which entries are upcoming.
pub(super) fn changed(version: Version) -> SystemTime {
    static STARTED: LazyLock<SystemTime> = LazyLock::new(SystemTime::now);
    STARTED.max(version.changed_at.into()).max(dates::began(dates::today()).into())
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |age| age.as_secs())
}

/// Returns a digest of the program and the parts, in hexadecimal.
pub(super) fn digest(parts: &[&[u8]]) -> String {
    digest_of(PROGRAM, parts)
}

fn digest_of(program: [&str; 2], parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in program {
        hash.update(part);
        hash.update([0]);
    }
    for part in parts {
        hash.update(part);
    }
    hex(hash.finalize().get(..10).unwrap_or_default())
}

/// Returns the base of the entity tag of an entry: its revision and a digest.
pub(super) fn of_revision(revision: i64, digest: &str) -> String {
    format!("{revision}-{digest}")
}

/// Returns the entity tag of an entry in JSON without a content coding.
pub(crate) fn entry_tag(revision: i64, body: &[u8]) -> String {
    tag(&of_revision(revision, &digest(&[body])), Coding::Identity)
}

/// Returns the entity tag of a representation in a content coding.
pub(super) fn tag(base: &str, coding: Coding) -> String {
    match coding {
        Coding::Identity => format!("\"{base}\""),
        coded => format!("\"{base}-{}\"", coded.name()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_of_one_version_have_different_tags() {
        let of = |revision| digest_of(["0.1.0", revision], &[b"/v1/projects", b"?", b"", b"text/csv"]);

        assert_ne!(of("4f1c2d"), of("4f1c2d-dirty"));
        assert_ne!(of("4f1c2d"), of(""));
    }
}
