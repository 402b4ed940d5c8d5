//! Building blocks for the responses of handlers.

use std::time::SystemTime;

use actix_web::body::BoxBody;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LOCATION, CONTENT_TYPE, HeaderValue, LINK};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;

use super::entry::EntryParams;
use super::format::{Format, Record, calendar, feed};
use super::list::{Filters, ListQuery};
use super::negotiate::coding;
use super::page::{Page, Position};
use super::request::Pairs;
use super::stream::stream;
use crate::base::db::version::Version;
use crate::base::error::{Error, Result};
use crate::base::public_url::public_path;

/// Directory version of the last change of an entry. First part of its entity tag.
#[derive(Clone, Copy)]
pub(super) struct Revision(pub i64);

/// Time of the last change of an entry.
#[derive(Clone, Copy)]
pub(super) struct LastModified(pub SystemTime);

/// Returns a response with a JSON body and its own media type.
pub(crate) fn reply(content_type: &'static str, body: &impl Serialize) -> Result<HttpResponse> {
    let body = serde_json::to_vec(body).map_err(Error::internal)?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, content_type)).body(body))
}

/// Adds `Cache-Control: no-store` to a response.
pub(crate) fn no_store(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.extensions_mut().insert(Sharing::OneRequest);
    response
}

/// Which callers may receive a response. A response without this extension belongs to one request: the cache does not
/// store it.
#[derive(Clone, Debug)]
pub(super) enum Sharing {
    /// The response is the same for every caller, and is stored in the response cache.
    Public,
    /// The response depends on what the caller may see, and is not stored.
    PerCaller { visibility: &'static str, is_private: bool },
    /// It is for one request only: clients can validate it by its entity tag, and nobody stores it.
    OneRequest,
}

/// A response that is the same for every caller.
pub(crate) struct Public(pub HttpResponse);

impl Responder for Public {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut response = self.0;
        response.extensions_mut().insert(Sharing::Public);
        response
    }
}

/// A response that depends on what the caller may see.
pub(crate) struct PerCaller {
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
    let asked: Vec<_> = url::form_urlencoded::parse(req.query_string().as_bytes())
        .filter(|(key, _)| !matches!(&**key, "format" | "cursor"))
        .collect();
    let path = public_path(req.path());
    let link = |form: &Format| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let query = query.extend_pairs(&asked).append_pair("format", form.name()).finish();
        format!("<{path}?{query}>; rel=\"alternate\"; type=\"{}\"", form.media_type())
    };
    offered.iter().filter(|form| **form != chosen).map(link).collect()
}

fn tell(mut response: HttpResponse, links: &[String]) -> HttpResponse {
    if let Ok(links) = links.join(", ").parse() {
        response.headers_mut().insert(LINK, links);
    }
    response
}

impl<T: Record> EntryParams<T> {
    /// Responds with the entry in the requested format. `location` is its canonical path, which differs from the path of the
    /// request where that has an ID or an official key.
    pub(crate) fn reply(&self, req: &HttpRequest, entry: &T, location: Option<String>) -> Result<HttpResponse> {
        let form = self.representation.chosen().content_type();
        let response = match self.representation.chosen() {
            Format::Geojson => reply(form, &self.representation.feature(entry)?)?,
            Format::Ics => HttpResponse::Ok().insert_header((CONTENT_TYPE, form)).body(calendar(entry)),
            _ => reply(form, &self.representation.pick(entry)?)?,
        };
        let links = alternate(req, self.representation.chosen(), T::ENTRIES);
        let mut response = if links.is_empty() { response } else { tell(response, &links) };
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
    pub(crate) fn reply(&self, req: &HttpRequest, page: Page<T>, version: Version) -> Result<HttpResponse> {
        let path = public_path(req.path());
        let next = page.next_query(req.query_string()).map(|query| format!("{path}?{query}"));
        let mut links: Vec<String> = next.iter().map(|next| format!("<{next}>; rel=\"next\"")).collect();
        links.extend(alternate(req, self.representation.chosen(), T::LISTS));
        let json = Format::Json.content_type();
        let response = if self.representation.is_feed() {
            let here = public_path(req.uri());
            let asked = Pairs::parse(req.query_string()).canonical(&["cursor", "limit", "format"]);
            let list = if asked.is_empty() { path } else { format!("{path}?{asked}") };
            let feed = feed(&page.items, &list, &here, next, version.changed_at)?;
            HttpResponse::Ok().insert_header((CONTENT_TYPE, Format::Atom.content_type())).body(feed)
        } else if self.representation.is_whole() {
            reply(json, &page)?
        } else {
            let items = page.items.iter().map(|item| self.representation.pick(item)).collect::<Result<Vec<_>>>()?;
            reply(json, &page.with_items(items))?
        };
        Ok(tell(response, &links))
    }

    /// Responds with a stream of all matches.
    pub(crate) async fn stream<F>(self, req: &HttpRequest, rows: F) -> Result<HttpResponse>
    where
        F: AsyncFn(Option<&Position>, u64) -> Result<(Vec<T>, Option<Position>)> + 'static,
    {
        let name = req.path().rsplit('/').next().unwrap_or("list").to_owned();
        let links = alternate(req, self.representation.chosen(), T::LISTS);
        Ok(tell(stream(self, &name, coding(req.headers()), rows).await?, &links))
    }
}
