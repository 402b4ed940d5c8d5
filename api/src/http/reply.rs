//! Building blocks for the responses of handlers.

use std::time::SystemTime;

use actix_web::body::BoxBody;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LOCATION, CONTENT_TYPE, HeaderValue, LINK};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;

use super::entry::EntryParams;
use super::exports::{ExportPermit, Exports};
use super::format::{FeedPaths, Format, Record, Represented, calendar, feed};
use super::list::{Filters, ListQuery};
use super::page::{Cursor, Page, Position};
use super::request::Pairs;
use super::stream::{Batch, ListPart, stream};
use crate::base::error::{Error, Result};
use crate::base::public_url::public_path;

/// Directory version of the last change of an entry. First part of its entity tag.
#[derive(Clone, Copy)]
pub(super) struct Revision(pub i64);

/// Time of the last change of an entry.
#[derive(Clone, Copy)]
pub(super) struct LastModified(pub SystemTime);

/// Returns a response with a JSON body and the given media type.
pub(crate) fn reply(content_type: &'static str, body: &impl Serialize) -> Result<HttpResponse> {
    let body = serde_json::to_vec(body).map_err(Error::internal)?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, content_type)).body(body))
}

/// Adds `Cache-Control: no-store` to a response that is valid for one request only.
pub(crate) fn no_store(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.extensions_mut().insert(Sharing::OneRequest);
    response
}

/// Prevents that the cache stores a response, because a repetition of the request may find more.
pub(crate) fn incomplete(mut response: HttpResponse) -> HttpResponse {
    response.extensions_mut().insert(Sharing::Incomplete);
    response
}

/// Callers that may receive a response. A response without this extension is valid for one request only, and the cache
/// does not store it.
#[derive(Clone, Debug)]
pub(super) enum Sharing {
    /// The response is the same for every caller, and is stored in the response cache.
    Public,
    /// The response is the same for every caller, but is not stored, because a repetition of the request may find more.
    Incomplete,
    /// The response depends on what the caller may see, and is not stored.
    PerCaller { visibility: &'static str, is_private: bool },
    /// The response is valid for one request only. No cache stores it, and clients can revalidate it by its entity tag.
    OneRequest,
}

/// A response that is the same for every caller. The cache stores it, unless `incomplete` says otherwise.
pub(crate) struct Public(pub HttpResponse);

impl Responder for Public {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut response = self.0;
        if !response.extensions().contains::<Sharing>() {
            response.extensions_mut().insert(Sharing::Public);
        }
        response
    }
}

/// A response that depends on what the caller may see.
pub(crate) struct PerCaller {
    /// The response.
    pub response: HttpResponse,
    /// Level of visibility of the caller. Part of the entity tag.
    pub visibility: &'static str,
    /// Whether shared caches must not store the response.
    pub is_private: bool,
}

impl Responder for PerCaller {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let Self { mut response, visibility, is_private } = self;
        response.extensions_mut().insert(Sharing::PerCaller { visibility, is_private });
        response
    }
}

/// Returns `Link` values (RFC 8288) of the other formats of a representation.
pub(crate) fn alternate(req: &HttpRequest, chosen: Format, offered: &[Format]) -> Vec<String> {
    let link = |form: &Format| {
        let query = with_format(req.query_string(), *form, &["cursor", "dialect"]);
        format!("<{}?{query}>; rel=\"alternate\"; type=\"{}\"", public_path(req.path()), form.media_type())
    };
    offered.iter().filter(|form| **form != chosen).map(link).collect()
}

/// Returns a query string with `format` set to a format, and without some other parameters.
fn with_format(query: &str, format: Format, without: &[&str]) -> String {
    let is_kept = |key: &str| key != "format" && !without.contains(&key);
    let kept = url::form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| is_kept(key));
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(kept).append_pair("format", format.name()).finish()
}

/// Returns the `Link` value of the page at a cursor.
fn next_link(req: &HttpRequest, cursor: &Cursor) -> String {
    format!("<{}?{}>; rel=\"next\"", public_path(req.path()), cursor.next_query(req.query_string()))
}

/// Adds a `Link` header with these values.
fn with_links(mut response: HttpResponse, links: &[String]) -> HttpResponse {
    if let Ok(links) = links.join(", ").parse() {
        response.headers_mut().insert(LINK, links);
    }
    response
}

impl<T: Record> EntryParams<T> {
    /// Responds with the entry in the requested format. `location` is the canonical path of the entry, which has the slug. The
    /// path of the request may have an ID or an official key.
    pub(crate) fn reply(
        &self,
        req: &HttpRequest,
        entry: &Represented<T>,
        location: Option<String>,
    ) -> Result<HttpResponse> {
        let form = self.representation.chosen().content_type();
        let response = match self.representation.chosen() {
            Format::Geojson => reply(form, &self.representation.feature(entry)?)?,
            Format::Ics => HttpResponse::Ok().insert_header((CONTENT_TYPE, form)).body(entry.read(calendar)?),
            _ => {
                let mut body = vec![];
                entry.write_json(&self.representation.picked, &mut body)?;
                HttpResponse::Ok().insert_header((CONTENT_TYPE, form)).body(body)
            }
        };
        let links = alternate(req, self.representation.chosen(), T::ENTRIES);
        let mut response = if links.is_empty() { response } else { with_links(response, &links) };
        if let Some(revision) = entry.revision() {
            response.extensions_mut().insert(Revision(revision));
        }
        if let Some(updated_at) = entry.updated_at() {
            response.extensions_mut().insert(LastModified(updated_at.into()));
        }
        if let Some(location) = location.filter(|_| self.representation.is_whole()) {
            let location = match self.representation.chosen() {
                Format::Json => location,
                format => format!("{location}.{}", format.name()),
            };
            response.headers_mut().insert(CONTENT_LOCATION, location.parse().map_err(Error::internal)?);
        }
        Ok(response)
    }
}

impl<Q: Filters + 'static, T: Record> ListQuery<Q, T> {
    /// Responds with one page, and with the URL of the next page in `Link`.
    pub(crate) fn reply(&self, req: &HttpRequest, page: Page<Represented<T>>) -> Result<HttpResponse> {
        let mut links: Vec<String> = page.next.iter().map(|cursor| next_link(req, cursor)).collect();
        links.extend(alternate(req, self.representation.chosen(), T::LISTS));
        let (format, body) = if self.representation.is_feed() {
            let paths = feed_paths(req, page.next.as_ref());
            let entries: Vec<T> = page.items.into_iter().map(Represented::into_record).collect::<Result<_>>()?;
            (Format::Atom, feed(&entries, paths)?)
        } else {
            (Format::Json, page.json(&self.representation.picked)?)
        };
        let response = HttpResponse::Ok().insert_header((CONTENT_TYPE, format.content_type())).body(body);
        Ok(with_links(response, &links))
    }

    /// Responds with a stream of all matches, or of up to `limit`, with the URL of the next page in `Link`.
    pub(crate) async fn stream<F>(self, req: &HttpRequest, rows: F) -> Result<HttpResponse>
    where
        F: AsyncFn(Option<&Position>, u64) -> Result<ListPart<T>> + 'static,
    {
        let export = if self.limit.is_none() { Some(Exports::begin(req)?) } else { None };
        let permit = export.as_ref().map(ExportPermit::batch);
        let entries = permit.as_ref().map_or_else(|| self.limit(), |permit| permit.entries);
        let part = rows(self.after.as_ref(), entries).await?;
        let cursor = part.next.clone().filter(|_| self.limit.is_some()).map(|position| self.cursor(position));
        let mut links: Vec<String> = cursor.iter().map(|cursor| next_link(req, cursor)).collect();
        links.extend(alternate(req, self.representation.chosen(), T::LISTS));
        Ok(with_links(stream(self, req, Batch { part, permit }, rows, export)?, &links))
    }
}

/// Returns the paths of a feed. They name the format, because feed readers do not request it in `Accept`.
fn feed_paths(req: &HttpRequest, next: Option<&Cursor>) -> FeedPaths {
    let path = req.path();
    let query = with_format(req.query_string(), Format::Atom, &[]);
    let list = Pairs::parse(req.query_string()).canonical(&["cursor", "limit", "format"]);
    FeedPaths {
        list: if list.is_empty() { path.to_owned() } else { format!("{path}?{list}") },
        here: format!("{path}?{query}"),
        next: next.map(|cursor| format!("{path}?{}", cursor.next_query(&query))),
    }
}
