//! A history: the requests of concurrent clients with their responses, and the stored state at the end.

use std::time::Duration;

/// What clients saw, and what is stored at the end.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Requests with their responses.
    pub exchanges: Vec<Exchange>,
    /// The change feed at the end, with the content of every revision, also of deleted entries.
    pub revisions: Vec<Revision>,
    /// Corrections of entries.
    pub drafts: Vec<Draft>,
}

/// A request with its response.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Instance that the request was sent to.
    pub instance: usize,
    /// Time at which the request was sent, since the start of the history.
    pub began: Duration,
    /// Time at which the response was complete, or the connection failed.
    pub ended: Duration,
    /// The request.
    pub request: Request,
    /// The response.
    pub answer: Answer,
}

/// A request.
#[derive(Clone, Debug)]
pub enum Request {
    /// Read of an entry by its slug.
    Read(String),
    /// Read of the change feed after a sequence number.
    Changes(i64),
    /// Write of an entry. Each retry repeats it.
    Write(Write),
    /// Step of a submission that does not change the entry, with its idempotency key.
    Step(Option<String>),
}

/// A write of an entry.
#[derive(Clone, Debug)]
pub struct Write {
    /// Text that no other write has. Becomes the value of the members that the write sets.
    pub value: String,
    /// Slug of the entry.
    pub slug: String,
    /// Kind of the write.
    pub kind: Kind,
    /// Idempotency key.
    pub key: Option<String>,
}

/// Kind of a write, with the revision that it is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `POST`, or `PUT` with `If-None-Match: *`: sets both members of a new entry.
    Create,
    /// `PATCH` with `If-Match`: sets one member.
    Update(Member, i64),
    /// `PUT` with `If-Match`: sets both members.
    Replace(i64),
    /// `DELETE` with `If-Match`.
    Delete(i64),
    /// Publication of a correction that sets one member. Other members may have changed since the revision.
    Publish(Member, i64),
}

/// A member of an entry that the writes set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// Member `title`.
    Title,
    /// Member `approach`.
    Approach,
}

/// The members of an entry that the writes set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// German text of `title`.
    pub title: String,
    /// German text of `approach`.
    pub approach: String,
}

/// An entry in a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// ID.
    pub id: String,
    /// Directory version of the last change, from the entity tag.
    pub revision: i64,
    /// Content.
    pub content: Content,
}

/// A response.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Status code. 0 if the connection failed or the client closed it.
    pub status: u16,
    /// Whether the response is marked as possibly outdated.
    pub is_stale: bool,
    /// Whether the response is that of an earlier request with the same idempotency key.
    pub is_replayed: bool,
    /// Entity tag and body.
    pub text: String,
    /// The entry in the response. In a problem, its current state.
    pub entry: Option<Entry>,
    /// The page of the change feed.
    pub page: Option<Page>,
}

/// A page of the change feed.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Changes. The content of entries that are deleted now is omitted.
    pub items: Vec<Revision>,
    /// Last sequence number.
    pub next: i64,
    /// Whether more changes are available.
    pub more: bool,
}

/// A revision of an entry, or its deletion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Position in the change feed.
    pub sequence: i64,
    /// Directory version.
    pub version: i64,
    /// ID of the entry.
    pub entry: String,
    /// Slug of the entry.
    pub slug: String,
    /// Content after the change. `None` after a deletion.
    pub content: Option<Content>,
}

/// A correction of an entry.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Value of the write that publishes the correction.
    pub value: String,
    /// Last stage that was acknowledged.
    pub acknowledged: Stage,
    /// Stage at the end.
    pub stored: Stage,
}

/// Stage of a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The draft was created.
    Created,
    /// The draft has the new value.
    Edited,
    /// The correction was submitted.
    Submitted,
    /// The correction was published.
    Published,
}

impl Content {
    /// Returns the content of which each member has a value.
    pub fn of(value: &str) -> Self {
        Self { title: value.to_owned(), approach: value.to_owned() }
    }

    /// Returns the value of a member.
    pub fn get(&self, member: Member) -> &str {
        match member {
            Member::Title => &self.title,
            Member::Approach => &self.approach,
        }
    }

    /// Returns the content with another value of a member.
    #[must_use]
    pub fn with(&self, member: Member, value: &str) -> Self {
        match member {
            Member::Title => Self { title: value.to_owned(), ..self.clone() },
            Member::Approach => Self { approach: value.to_owned(), ..self.clone() },
        }
    }

    /// Returns whether a member has a value.
    pub fn has(&self, value: &str) -> bool {
        self.title == value || self.approach == value
    }
}

impl Answer {
    /// Returns whether the request succeeded.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns whether it is unknown if a write was stored.
    pub fn is_unknown(&self) -> bool {
        self.status == 0 || self.status >= 500
    }
}

impl Kind {
    /// Returns a name for reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "created",
            Self::Update(..) => "updated",
            Self::Replace(_) => "replaced",
            Self::Delete(_) => "deleted",
            Self::Publish(..) => "published",
        }
    }
}

impl Write {
    /// Returns the content of the entry after the write. `None` if the write does not fit the content before it.
    pub fn apply(&self, before: Option<&Content>) -> Option<Content> {
        match (self.kind, before) {
            (Kind::Create, None) | (Kind::Replace(_), Some(_)) => Some(Content::of(&self.value)),
            (Kind::Update(member, _) | Kind::Publish(member, _), Some(before)) => {
                Some(before.with(member, &self.value))
            }
            _ => None,
        }
    }
}
