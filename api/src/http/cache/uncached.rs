//! Entity tags of responses that are not stored.

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody, to_bytes};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};

use super::stored::{REPEATED, Stored, describe, set_tag, unreadable};
use crate::base::dates;
use crate::base::db::version::Version;
use crate::base::public_url::public_path;
use crate::http::coding::Coding;
use crate::http::reply::Sharing;
use crate::http::request::Pairs;
use crate::http::stream::FirstVersion;
use crate::http::tag::{ConditionalRequest, changed, digest, tag};

/// Adds an entity tag to a response that is not stored.
pub(super) async fn uncached(
    response: ServiceResponse<BoxBody>,
    wanted: &ConditionalRequest,
    version: Version,
) -> ServiceResponse<BoxBody> {
    let sharing = response.response().extensions().get::<Sharing>().cloned();
    let is_fixed = matches!(response.response().body().size(), BodySize::Sized(_));
    match sharing {
        _ if response.status() != StatusCode::OK => response,
        Some(Sharing::OneRequest) if is_fixed && is_json(&response) => etag_only(response, wanted).await,
        Some(Sharing::OneRequest) | None => response,
        Some(_) if is_fixed => match Stored::read(response, version).await {
            Ok((request, stored)) => ServiceResponse::new(request, stored.send(wanted)),
            Err(failed) => failed,
        },
        Some(sharing) => streamed(response, wanted, version, &sharing),
    }
}

fn is_json(response: &ServiceResponse<BoxBody>) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|media| media == "application/json")
}

/// Adds the entity tag of the body to a response for one request. Responds with 304 if the client's copy is current.
async fn etag_only(response: ServiceResponse<BoxBody>, wanted: &ConditionalRequest) -> ServiceResponse<BoxBody> {
    let (request, response) = response.into_parts();
    let (mut response, body) = response.into_parts();
    let Ok(body) = to_bytes(body).await else { return unreadable(request) };
    let own = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    let tag = own.unwrap_or_else(|| tag(&digest(&[&body]), Coding::Identity));
    let unchanged = wanted.holds(&tag);
    set_tag(response.headers_mut(), &tag);
    if unchanged {
        response.head_mut().status = StatusCode::NOT_MODIFIED;
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    let body = if unchanged { BoxBody::new(()) } else { BoxBody::new(body) };
    ServiceResponse::new(request, response.set_body(body))
}

/// Adds an entity tag to a streamed response. A stream has no digest before it ends, so the tag is computed from the
/// directory version, the day, the path, the query, the format and the visibility. It is weak, because a write may change what the
/// response has not read yet.
fn streamed(
    response: ServiceResponse<BoxBody>,
    wanted: &ConditionalRequest,
    version: Version,
    sharing: &Sharing,
) -> ServiceResponse<BoxBody> {
    let header = |name| response.headers().get(name).map_or(&b""[..], |value: &HeaderValue| value.as_bytes());
    let (visibility, is_private) = match sharing {
        Sharing::Public | Sharing::OneRequest | Sharing::Incomplete => ("", false),
        Sharing::PerCaller { visibility, is_private } => (*visibility, *is_private),
    };
    let form = header(header::CONTENT_TYPE);
    let asked = Pairs::parse(response.request().query_string()).canonical(&["format"]);
    let changed_at = version.changed_at.timestamp_micros();
    let number = response.response().extensions().get::<FirstVersion>().map_or(version.number, |first| first.0);
    let state = format!("{number} {changed_at} {}{visibility}", dates::today());
    let path = public_path(response.request().path());
    let base = digest(&[path.as_bytes(), b"?", asked.as_bytes(), form, state.as_bytes()]);
    let is_coded = |coding: &&Coding| coding.name().as_bytes() == header(header::CONTENT_ENCODING);
    let coding = Coding::STREAMED.iter().find(is_coded).copied().unwrap_or(Coding::Identity);
    let tag = tag(&base, coding);
    if wanted.has(&tag, changed(version)) {
        let mut unchanged = HttpResponse::new(StatusCode::NOT_MODIFIED);
        for (name, value) in response.headers().iter().filter(|(name, _)| REPEATED.contains(name)) {
            unchanged.headers_mut().append(name.clone(), value.clone());
        }
        describe(unchanged.headers_mut(), changed(version), is_private);
        set_tag(unchanged.headers_mut(), &format!("W/{tag}"));
        return response.into_response(unchanged);
    }
    let mut response = response;
    describe(response.headers_mut(), changed(version), is_private);
    set_tag(response.headers_mut(), &format!("W/{tag}"));
    response
}
