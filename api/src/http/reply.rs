//! How an answer is put together: the handler's part.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LINK};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::entry::EntryQuery;
use super::list::{Filters, ListQuery};
use super::negotiate::coding;
use super::page::{Page, Position};
use crate::error::{Error, Result};
use crate::format::{self, Format, Record};

/// The directory version of an entry's own last change; the first part of its tag.
#[derive(Clone, Copy)]
pub(super) struct Revision(pub i64);

/// A JSON answer of its own kind.
pub(crate) fn reply(content_type: &'static str, body: &impl Serialize) -> Result<HttpResponse> {
    let body = serde_json::to_vec(body).map_err(Error::fault)?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, content_type)).body(body))
}

/// An answer that only holds now.
pub(crate) fn no_store(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().insert(CACHE_CONTROL, actix_web::http::header::HeaderValue::from_static("no-store"));
    response
}

impl<T: Record> EntryQuery<T> {
    /// The entry in the form that was asked for.
    pub(crate) fn reply(&self, entry: &T) -> Result<HttpResponse> {
        let form = self.view.chosen().content_type();
        let mut response = match self.view.chosen() {
            Format::Geojson => reply(form, &self.view.feature(entry)?)?,
            _ => reply(form, &self.view.pick(entry)?)?,
        };
        if let Some(revision) = entry.revision() {
            response.extensions_mut().insert(Revision(revision));
        }
        Ok(response)
    }
}

impl<Q: Filters + 'static, T: Record> ListQuery<Q, T> {
    /// One page, and in the header where the next one is.
    pub(crate) fn reply(&self, req: &HttpRequest, page: Page<T>) -> Result<HttpResponse> {
        let next = page.next_query(req.query_string());
        let json = Format::Json.content_type();
        let mut response = if self.view.is_whole() {
            reply(json, &page)?
        } else {
            let Page { items, total, next, facets, did_you_mean } = page;
            let items = items.iter().map(|item| self.view.pick(item)).collect::<Result<Vec<_>>>()?;
            reply(json, &Page { items, total, next, facets, did_you_mean })?
        };
        if let Some(link) = next.and_then(|query| format!("<{}?{query}>; rel=\"next\"", req.path()).parse().ok()) {
            response.headers_mut().insert(LINK, link);
        }
        Ok(response)
    }

    /// Every match, without pages.
    pub(crate) async fn stream<F>(self, req: &HttpRequest, rows: F) -> Result<HttpResponse>
    where
        F: AsyncFn(Option<&Position>, u64) -> Result<(Vec<T>, Option<Position>)> + 'static,
    {
        let name = req.path().rsplit('/').next().unwrap_or("list").to_owned();
        format::stream(self, &name, coding(req.headers()), rows).await
    }
}
