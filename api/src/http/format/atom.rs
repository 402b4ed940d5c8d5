//! Atom feeds (RFC 4287).

use atom_syndication::{Category, Entry, Feed, Link, Person, Text};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::form::Format;
use super::record::Record;
use crate::base::error::{Error, Result};

/// The data of an entry in a feed.
pub(crate) struct Item<'a> {
    pub title: &'a str,
    pub summary: Option<&'a str>,
    pub href: String,
    pub themes: Vec<(&'a str, &'a str)>,
    pub published: DateTime<Utc>,
    pub updated: DateTime<Utc>,
}

/// Returns a page of a list as a feed. `list` is the path of the list, `here` that of this page, and `next` that of the
/// next page. All URLs are relative to that of the feed.
pub(crate) fn feed<T: Record>(
    entries: &[T],
    list: &str,
    here: &str,
    next: Option<String>,
    updated: DateTime<Utc>,
) -> Result<Vec<u8>> {
    let mut links =
        vec![link("self", here.to_owned(), Some(Format::Atom)), link("alternate", list.to_owned(), Some(Format::Json))];
    links.extend(next.map(|next| link("next", next, Some(Format::Atom))));
    let feed = Feed {
        title: Text::plain(T::FEED),
        id: named(list),
        updated: updated.fixed_offset(),
        authors: vec![Person { name: "Transferatlas".to_owned(), ..Person::default() }],
        links,
        entries: entries.iter().filter_map(|entry| Some(written(entry.id(), entry.item()?))).collect(),
        lang: Some("de".to_owned()),
        ..Feed::default()
    };
    feed.write_to(vec![]).map_err(Error::internal)
}

fn written(id: Uuid, item: Item<'_>) -> Entry {
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
        links: vec![link("alternate", item.href, Some(Format::Json))],
        summary: item.summary.map(Text::plain),
        ..Entry::default()
    }
}

fn link(rel: &str, href: String, format: Option<Format>) -> Link {
    let mime_type = format.map(|format| format.media_type().to_owned());
    Link { rel: rel.to_owned(), href, mime_type, ..Link::default() }
}

/// Returns the permanent ID of a feed, derived from the path of its list.
fn named(list: &str) -> String {
    let digest = Sha256::digest(list);
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(byte, digit)| *byte = digit);
    Uuid::new_v8(bytes).urn().to_string()
}
