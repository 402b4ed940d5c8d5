//! HTML pages of the documentation.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

use crate::base::public_url::{prefix, public_path};

/// Returns an HTML page with a title and the HTML of its body.
pub(crate) fn page(title: &str, body: &str) -> HttpResponse {
    const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color:#1b1b1b}\
                         h1{font-size:1.8rem}h2{font-size:1.4rem}code{background:#eee;padding:.1em .3em}\
                         pre{background:#eee;padding:.7rem;overflow-x:auto;font-size:.9rem}pre code{padding:0}a{color:#00539f}\
                         dd{margin:0 0 1em 1.5em}";
    // Links in the body lack the prefix of the public URL.
    let body = body.replace("href=\"/", &format!("href=\"{}/", prefix()));
    let icon = public_path("/favicon.ico");
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} · Transferatlas</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><link rel=\"icon\" href=\"{icon}\"><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1>{body}</main></body></html>"
    );
    let style = BASE64.encode(Sha256::digest(STYLE));
    let policy = format!("default-src 'none'; img-src 'self'; style-src 'sha256-{style}'; frame-ancestors 'none'");
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .body(html)
}
