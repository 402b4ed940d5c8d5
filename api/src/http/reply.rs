//! How an answer is put together: the handler's part.

use actix_web::body::BoxBody;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LINK};
use actix_web::http::uri::PathAndQuery;
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

/// The directory version of an entry's own last change; the first part of its tag.
#[derive(Clone, Copy)]
pub(super) struct Revision(pub i64);

/// A JSON answer of its own kind.
pub(crate) fn reply(content_type: &'static str, body: &impl Serialize) -> Result<HttpResponse> {
    let body = serde_json::to_vec(body).map_err(Error::internal)?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, content_type)).body(body))
}

/// An answer that only holds now.
pub(crate) fn no_store(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().insert(CACHE_CONTROL, actix_web::http::header::HeaderValue::from_static("no-store"));
    response
}

/// Who may be sent a response. One without this is for a single request: it is neither stored nor tagged as public.
#[derive(Clone, Debug)]
pub(super) enum Sharing {
    /// It is the same for every caller, and enters the response cache.
    Public,
    /// It depends on what the caller may see, and is not stored.
    PerCaller { visibility: &'static str, is_private: bool },
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
    /// What tells apart responses to callers who may see more from those to others.
    pub visibility: &'static str,
    /// Whether caches that others share must not store it.
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

/// Where the same is in its other forms (RFC 8288).
pub(crate) fn alternate(req: &HttpRequest, chosen: Format, offered: &[Format]) -> Vec<String> {
    let asked: Vec<_> = url::form_urlencoded::parse(req.query_string().as_bytes())
        .filter(|(key, _)| !matches!(&**key, "format" | "cursor"))
        .collect();
    let link = |form: &Format| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let query = query.extend_pairs(&asked).append_pair("format", form.name()).finish();
        format!("<{}?{query}>; rel=\"alternate\"; type=\"{}\"", req.path(), form.media_type())
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
    /// The entry in the form that was asked for.
    pub(crate) fn reply(&self, req: &HttpRequest, entry: &T) -> Result<HttpResponse> {
        let form = self.view.chosen().content_type();
        let response = match self.view.chosen() {
            Format::Geojson => reply(form, &self.view.feature(entry)?)?,
            Format::Ics => HttpResponse::Ok().insert_header((CONTENT_TYPE, form)).body(calendar(entry)),
            _ => reply(form, &self.view.pick(entry)?)?,
        };
        let links = alternate(req, self.view.chosen(), T::ENTRIES);
        let mut response = if links.is_empty() { response } else { tell(response, &links) };
        if let Some(revision) = entry.revision() {
            response.extensions_mut().insert(Revision(revision));
        }
        Ok(response)
    }
}

impl<Q: Filters + 'static, T: Record> ListQuery<Q, T> {
    /// One page, and in the header where the next one is.
    pub(crate) fn reply(&self, req: &HttpRequest, page: Page<T>, version: Version) -> Result<HttpResponse> {
        let next = page.next_query(req.query_string()).map(|query| format!("{}?{query}", req.path()));
        let mut links: Vec<String> = next.iter().map(|next| format!("<{next}>; rel=\"next\"")).collect();
        links.extend(alternate(req, self.view.chosen(), T::LISTS));
        let json = Format::Json.content_type();
        let response = if self.view.is_feed() {
            let here = req.uri().path_and_query().map_or(req.path(), PathAndQuery::as_str);
            let asked = Pairs::parse(req.query_string()).canonical(&["cursor", "limit", "format"]);
            let list = if asked.is_empty() { req.path().to_owned() } else { format!("{}?{asked}", req.path()) };
            let feed = feed(&page.items, &list, here, next, version.changed_at)?;
            HttpResponse::Ok().insert_header((CONTENT_TYPE, Format::Atom.content_type())).body(feed)
        } else if self.view.is_whole() {
            reply(json, &page)?
        } else {
            let Page { items, total, next, facets, did_you_mean } = page;
            let items = items.iter().map(|item| self.view.pick(item)).collect::<Result<Vec<_>>>()?;
            reply(json, &Page { items, total, next, facets, did_you_mean })?
        };
        Ok(tell(response, &links))
    }

    /// Every match, without pages.
    pub(crate) async fn stream<F>(self, req: &HttpRequest, rows: F) -> Result<HttpResponse>
    where
        F: AsyncFn(Option<&Position>, u64) -> Result<(Vec<T>, Option<Position>)> + 'static,
    {
        let name = req.path().rsplit('/').next().unwrap_or("list").to_owned();
        let links = alternate(req, self.view.chosen(), T::LISTS);
        Ok(tell(stream(self, &name, coding(req.headers()), rows).await?, &links))
    }
}
