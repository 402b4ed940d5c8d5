//! An HTML page for each problem type, at the URL in the `type` of a problem.

use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::Path;
use actix_web::{HttpResponse, get};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::error::{Error, PROBLEM_TYPES, ProblemType, Result};
use crate::http::Public;

pub(crate) const TAG: &str = "problems";

pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_problems).service(get_problem);
}

/// List problem types
///
/// Returns an HTML page with links to the pages of all problem types.
#[utoipa::path(tag = TAG, responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
#[get("/problems")]
async fn list_problems() -> Public {
    let row = |kind: &ProblemType| {
        let ProblemType { status, name, title, .. } = kind;
        format!("<li><a href=\"/problems/{name}\">{title}</a> ({})</li>", status.as_u16())
    };
    Public(page("Problems", &format!("<ul>{}</ul>", PROBLEM_TYPES.iter().map(row).collect::<String>())))
}

/// Get a problem type
///
/// Returns an HTML page that explains the problem and how to fix the request.
#[utoipa::path(tag = TAG, params(("name" = String, Path, description = "Name of the problem type: the last segment of the `type` of a problem.", example = "not-found")),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
#[get("/problems/{name}")]
async fn get_problem(name: Path<String>) -> Result<Public> {
    let kind = PROBLEM_TYPES.iter().find(|kind| kind.name == *name).ok_or(Error::NotFound)?;
    let body = format!(
        "<p>{}</p><p>Status {}. Responses have the media type <code>application/problem+json</code> (RFC 9457) and the \
         <code>type</code> <code>/problems/{}</code>.</p><p><a href=\"/problems\">All problems</a> · <a href=\"/docs/\">Documentation</a></p>",
        kind.remedy, kind.status, kind.name
    );
    Ok(Public(page(kind.title, &body)))
}

fn page(title: &str, body: &str) -> HttpResponse {
    const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color:#1b1b1b}\
                         h1{font-size:1.8rem}code{background:#eee;padding:.1em .3em}a{color:#00539f}";
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} · Transferatlas</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1>{body}</main></body></html>"
    );
    let style = BASE64.encode(Sha256::digest(STYLE));
    let policy = format!("default-src 'none'; style-src 'sha256-{style}'; frame-ancestors 'none'");
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .body(html)
}
