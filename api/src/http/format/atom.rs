//! Atom feeds (RFC 4287).

use atom_syndication::{Category, Entry, Feed, Link, Person, Text};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::form::Format;
use super::record::Record;
use crate::base::error::{Error, Result};
use crate::base::public_url::{absolute, public_path};

/// The data of an entry in a feed.
pub(crate) struct Item<'a> {
    /// Title of the entry.
    pub title: &'a str,
    /// Summary of the entry. `None` if there is none.
    pub summary: Option<&'a str>,
    /// URL of a web page about the entry. `None` if none is known.
    pub page: Option<String>,
    /// Public path of the entry.
    pub href: String,
    /// Slug and title of each theme.
    pub themes: Vec<(&'a str, &'a str)>,
    /// Time of creation.
    pub published: DateTime<Utc>,
    /// Time of the last change.
    pub updated: DateTime<Utc>,
}

/// Paths of a feed.
pub(crate) struct FeedPaths {
    /// Path of the list.
    pub list: String,
    /// Path of this page of the feed.
    pub here: String,
    /// Path of the next page of the feed. `None` on the last page.
    pub next: Option<String>,
}

/// Returns a page of a list as a feed. All its URLs are absolute.
pub(crate) fn feed<T: Record>(entries: &[T], paths: FeedPaths) -> Result<Vec<u8>> {
    let FeedPaths { list, here, next } = paths;
    let mut links = vec![
        link("self", absolute(&public_path(here)), Format::Atom.media_type()),
        link("alternate", absolute(&public_path(&list)), Format::Json.media_type()),
    ];
    links.extend(next.map(|next| link("next", absolute(&public_path(next)), Format::Atom.media_type())));
    let items: Vec<(Uuid, Item<'_>)> = entries.iter().filter_map(|entry| Some((entry.id(), entry.item()?))).collect();
    let newest = items.iter().map(|(_, item)| item.updated).max();
    let feed = Feed {
        title: Text::plain(T::FEED),
        id: named(&list),
        // A feed must have a time. For a feed without entries, it is constant, so that the content does not change.
        updated: newest.unwrap_or(DateTime::UNIX_EPOCH).fixed_offset(),
        authors: vec![Person { name: "Transferatlas".to_owned(), ..Person::default() }],
        links,
        entries: items.into_iter().map(|(id, item)| written(id, item)).collect(),
        lang: Some("de".to_owned()),
        ..Feed::default()
    };
    feed.write_to(vec![]).map_err(Error::internal)
}

/// Returns an entry of a feed. Feed readers open its `alternate` link, so that link leads to a web page where one is known.
fn written(id: Uuid, item: Item<'_>) -> Entry {
    let representation = |rel| link(rel, absolute(&item.href), Format::Json.media_type());
    let links = match item.page {
        Some(page) => vec![link("alternate", page, "text/html"), representation("related")],
        None => vec![representation("alternate")],
    };
    let theme = |(slug, name): (&str, &str)| Category {
        term: slug.to_owned(),
        label: Some(name.to_owned()),
        ..Category::default()
    };
    Entry {
        title: Text::plain(item.title),
        id: id.urn().to_string(),
        updated: item.updated.fixed_offset(),
        published: Some(item.published.fixed_offset()),
        categories: item.themes.into_iter().map(theme).collect(),
        links,
        summary: item.summary.map(Text::plain),
        ..Entry::default()
    }
}

fn link(rel: &str, href: String, media_type: &str) -> Link {
    Link { rel: rel.to_owned(), href, mime_type: Some(media_type.to_owned()), ..Link::default() }
}

/// Returns the permanent ID of a feed, derived from the path of its list.
fn named(list: &str) -> String {
    let digest = Sha256::digest(list);
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(byte, digit)| *byte = digit);
    Uuid::new_v8(bytes).urn().to_string()
}
