//! HTTP responses for errors.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, RETRY_AFTER, VARY,
    WWW_AUTHENTICATE,
};
use actix_web::{HttpResponse, ResponseError};

use super::{Error, Problem};
use crate::base::language::Language;
use crate::base::public_url::public_path;

/// Challenge in `WWW-Authenticate` (RFC 6750).
const BEARER: &str = "Bearer realm=\"transferatlas\"";

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        self.problem_type().status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status_code());
        if let Some(header) = self.header() {
            response.insert_header(header);
        }
        if let Self::PermanentRedirect { .. } = self {
            return response.insert_header((CACHE_CONTROL, "no-cache")).finish();
        }
        response.insert_header((CONTENT_TYPE, HeaderValue::from_static("application/problem+json")));
        response.insert_header((CONTENT_LANGUAGE, Language::current().tag()));
        response.insert_header((VARY, "Accept-Language"));
        response.body(serde_json::to_string(&Problem::from(self)).unwrap_or_default())
    }
}

impl Error {
    /// Returns the header that is specific to the error, such as `Allow` or `Retry-After`.
    pub(crate) fn header(&self) -> Option<(HeaderName, String)> {
        match self {
            Self::Method { allow } => Some((ALLOW, allow.clone())),
            Self::Unavailable(_)
            | Self::Unwritable(_)
            | Self::TooManyExports
            | Self::TooManyConnections
            | Self::ConcurrentExports(_) => Some((RETRY_AFTER, "2".to_owned())),
            Self::RateLimited { seconds, .. } => Some((RETRY_AFTER, seconds.to_string())),
            Self::InFlight => Some((RETRY_AFTER, "1".to_owned())),
            Self::WithCurrent { current, .. } => Some((ETAG, current.entity_tag.clone())),
            Self::Unauthenticated => Some((WWW_AUTHENTICATE, BEARER.to_owned())),
            Self::Refused(refusal) => {
                let error = format!("{BEARER}, error=\"invalid_token\", error_description=\"{refusal}\"");
                Some((WWW_AUTHENTICATE, error))
            }
            Self::Forbidden(scope) => {
                Some((WWW_AUTHENTICATE, format!("{BEARER}, error=\"insufficient_scope\", scope=\"{scope}\"")))
            }
            _ => None,
        }
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        let kind = error.problem_type();
        let (cause, current) = match error {
            Error::WithCurrent { error, current } => (&**error, Some(current.body.clone())),
            error => (error, None),
        };
        Self {
            r#type: public_path(format_args!("/problems/{}", kind.name)),
            title: kind.title.in_language(Language::current()).to_owned(),
            status: kind.status.as_u16(),
            detail: error.detail(),
            errors: error.violations().to_vec(),
            references: if let Error::Referenced(entries, _) = cause { entries.clone() } else { vec![] },
            head: if let Error::SequenceGone { head, .. } = cause { Some(*head) } else { None },
            current,
            states: if let Error::EditConflict(states) = cause { Some((**states).clone()) } else { None },
        }
    }
}
