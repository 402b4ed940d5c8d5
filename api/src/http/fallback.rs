//! Responses to requests that match no route: OPTIONS, 404 and 405.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use strsim::osa_distance;

use super::cors::{self, WriteOrigins};
use super::outline::Outline;
use super::route::Route;
use crate::base::error::{Error, Result};

/// Responds to OPTIONS, CORS preflight requests included. Responds to other methods with 405 on a known path, and with 404
/// on an unknown path.
pub(crate) async fn fallback(
    req: HttpRequest,
    origins: Data<WriteOrigins>,
    declared: Data<DeclaredMethods>,
) -> Result<HttpResponse> {
    let Some(allow) = Route::of(&req).and_then(|path| declared.0.get(&*path)).cloned() else {
        return Err(Error::UnknownPath { nearest: declared.nearest(req.path()) });
    };
    if req.method() != Method::OPTIONS {
        return Err(Error::Method { allow });
    }
    let mut response = cors::options(req.headers(), &origins, &allow);
    response.headers_mut().insert(ALLOW, HeaderValue::try_from(allow).map_err(Error::internal)?);
    Ok(response)
}

/// The paths of the document, each with its methods in the form of `Allow`.
pub(crate) struct DeclaredMethods(BTreeMap<String, String>);

impl DeclaredMethods {
    /// Reads the paths of the document.
    pub(crate) fn of(document: &Outline) -> Self {
        Self(document.paths.iter().map(|(path, item)| (path.clone(), allowed(item.keys()))).collect())
    }

    /// Returns the path that is most similar to a path, with or without the prefix `/v1`. Returns `None` if none is similar.
    fn nearest(&self, path: &str) -> Option<String> {
        let path = path.trim_end_matches('/');
        let near = self.0.keys().filter_map(|known| {
            let difference =
                [path.to_owned(), format!("/v1{path}")].iter().filter_map(|path| difference(known, path)).min()?;
            Some((difference, known.matches('{').count(), known))
        });
        near.min().map(|(_, _, known)| known.clone())
    }
}

/// Returns the edit distance between a path of the document and a path, or `None` if a segment differs in more than a third
/// of its letters.
fn difference(known: &str, path: &str) -> Option<usize> {
    let (known, path): (Vec<&str>, Vec<&str>) = (known.split('/').collect(), path.split('/').collect());
    if known.len() != path.len() {
        return None;
    }
    let letters = |(known, part): (&str, &str)| {
        if known.starts_with('{') && !part.is_empty() {
            return Some(0);
        }
        let most = known.len() / 3;
        // Segments of very different length cannot be similar. Comparing a long segment would take long.
        if part.len().abs_diff(known.len()) > most {
            return None;
        }
        Some(osa_distance(known, part)).filter(|letters| *letters <= most)
    };
    known.into_iter().zip(path).map(letters).sum()
}

/// Middleware: responds with 405 to a method that the document does not declare at the path. Without it, the router would
/// use a path with a parameter instead: `PUT /v1/submissions/{id}` for `PUT /v1/submissions/form`.
pub(crate) async fn refuse_undeclared_methods(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let is_read = matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !is_read
        && let Some(path) = Route::of(req.request())
        && let Some(allow) = req.app_data::<Data<DeclaredMethods>>().and_then(|declared| declared.0.get(&*path))
        && !allow.split(", ").any(|method| method == req.method().as_str())
    {
        return Err(Error::Method { allow: allow.clone() }.into());
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}

/// Returns the methods of a path in the form of `Allow`.
fn allowed<'m>(declared: impl Iterator<Item = &'m String>) -> String {
    let mut methods: BTreeSet<String> = declared.map(|method| method.to_uppercase()).collect();
    if methods.contains("GET") {
        methods.insert("HEAD".to_owned());
    }
    methods.insert("OPTIONS".to_owned());
    methods.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;

    #[test]
    fn unknown_path_suggests_the_nearest_documented_path() {
        let paths = ["/v1/projects", "/v1/projects/{key}", "/v1/projects/{key}/solutions", "/v1/me", "/problems"];
        let paths: Map<String, Value> = paths.into_iter().map(|path| (path.to_owned(), json!({}))).collect();
        let document = json!({ "paths": paths, "components": { "parameters": {} } });
        let declared = DeclaredMethods::of(&serde_json::from_value(document).unwrap());

        for (path, expected) in [
            ("/v1/project", Some("/v1/projects")),
            ("/projects", Some("/v1/projects")),
            ("/v1/projects/", Some("/v1/projects")),
            ("/v1/Projects/ulm", Some("/v1/projects/{key}")),
            ("/v1/projects/ulm/solution", Some("/v1/projects/{key}/solutions")),
            ("/problem", Some("/problems")),
            ("/v1/x", None),
            ("/nowhere/at/all", None),
            ("/", None),
        ] {
            assert_eq!(declared.nearest(path).as_deref(), expected, "{path}");
        }
    }
}
