//! Everything that can go wrong, and how the caller hears of it.

use std::fmt::Write;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use sea_orm::{DbErr, SqlErr};
use serde::Serialize;
use utoipa::ToSchema;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong, as the caller sees it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("There is nothing at this address.")]
    NotFound,
    #[error("This address answers {allow} only.")]
    Method { allow: String },
    #[error("{}", summary(.0))]
    Parameters(Vec<Violation>),
    #[error("{}", summary(.0))]
    Invalid(Vec<Violation>),
    #[error("The address has {0}.")]
    Address(&'static str),
    #[error("The address is longer than {0} bytes.")]
    TooLong(usize),
    #[error("This address answers {0}; name one of them in `Accept` or `format`.")]
    NotAcceptable(String),
    #[error("The body is larger than {0} bytes.")]
    TooLarge(usize),
    #[error("Send the body without `Content-Encoding`.")]
    Coding,
    #[error("Another entry holds this value already.")]
    Taken,
    #[error("The directory's database is away. Try again in a few seconds.")]
    Unavailable(#[source] anyhow::Error),
    #[error("The service failed; the fault is ours. It is logged under the request id of this answer.")]
    Fault(#[source] anyhow::Error),
}

/// What stands in a problem's row of the table, and on its page.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub status: StatusCode,
    /// The last part of its `type`.
    pub name: &'static str,
    pub title: &'static str,
    /// What happened, and what to do.
    pub remedy: &'static str,
}

macro_rules! kinds {
    ($($constant:ident $status:ident $name:literal $title:literal $remedy:literal;)+) => {
        $(const $constant: Kind = Kind { status: StatusCode::$status, name: $name, title: $title, remedy: $remedy };)+

        /// Every problem there is.
        pub const KINDS: &[Kind] = &[$($constant),+];
    };
}

kinds! {
    NOT_FOUND NOT_FOUND "not-found" "Not found"
        "The address or the entry does not exist. Look the entry up in its list, and the address in /docs.";
    METHOD METHOD_NOT_ALLOWED "method" "Method not allowed"
        "The address exists but does not answer this method. The Allow header names those it answers.";
    PARAMETERS BAD_REQUEST "parameters" "Parameters not understood"
        "The query string has keys or values this address does not know. Each entry of errors names one, and what to write instead.";
    INVALID UNPROCESSABLE_ENTITY "invalid" "Invalid content"
        "The content can be read but breaks rules. Each entry of errors points at one member and says what it must be.";
    ADDRESS BAD_REQUEST "address" "Malformed address"
        "The path or query is not percent-encoded UTF-8, or holds a NUL. Encode each part with your language's own function for it.";
    TOO_LONG URI_TOO_LONG "too-long" "Address too long"
        "The address is longer than the service reads. Ask for less at once, in several requests.";
    NOT_ACCEPTABLE NOT_ACCEPTABLE "not-acceptable" "Not acceptable"
        "The address has no representation in the media types asked for. The detail names those it has.";
    TOO_LARGE PAYLOAD_TOO_LARGE "too-large" "Body too large"
        "The body is larger than the service reads. Send it in several requests.";
    CODING UNSUPPORTED_MEDIA_TYPE "coding" "Coded body"
        "Request bodies are read as they are: leave compression out.";
    TAKEN CONFLICT "taken" "Already taken"
        "Another entry holds a value that must be unique, such as the slug or official key. Choose another, or change that entry.";
    UNAVAILABLE SERVICE_UNAVAILABLE "unavailable" "Unavailable"
        "The directory's database does not answer. Repeat the request after the seconds Retry-After names.";
    FAULT INTERNAL_SERVER_ERROR "fault" "Internal fault"
        "The service failed, and its log says why. Report it with the request id that is in the X-Request-Id header.";
}

impl Error {
    pub fn kind(&self) -> Kind {
        match self {
            Self::NotFound => NOT_FOUND,
            Self::Method { .. } => METHOD,
            Self::Parameters(_) => PARAMETERS,
            Self::Invalid(_) => INVALID,
            Self::Address(_) => ADDRESS,
            Self::TooLong(_) => TOO_LONG,
            Self::NotAcceptable(_) => NOT_ACCEPTABLE,
            Self::TooLarge(_) => TOO_LARGE,
            Self::Coding => CODING,
            Self::Taken => TAKEN,
            Self::Unavailable(_) => UNAVAILABLE,
            Self::Fault(_) => FAULT,
        }
    }

    /// A failure that is ours.
    pub fn fault(error: impl Into<anyhow::Error>) -> Self {
        Self::Fault(error.into())
    }

    /// The chain of causes, for the log alone.
    pub fn causes(&self) -> Option<String> {
        match self {
            Self::Unavailable(cause) | Self::Fault(cause) => Some(format!("{cause:#}")),
            _ => None,
        }
    }

    fn headers(&self) -> Option<(HeaderName, String)> {
        match self {
            Self::Method { allow } => Some((ALLOW, allow.clone())),
            Self::Unavailable(_) => Some((RETRY_AFTER, "2".to_owned())),
            _ => None,
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Self::Taken,
            _ if is_away(&error) => Self::Unavailable(error.into()),
            _ => Self::Fault(error.into()),
        }
    }
}

/// Did the database not answer, rather than refuse?
fn is_away(error: &DbErr) -> bool {
    use sea_orm::RuntimeErr::SqlxError;
    use sea_orm::sqlx::Error as Sqlx;

    let (DbErr::Conn(SqlxError(cause)) | DbErr::Exec(SqlxError(cause)) | DbErr::Query(SqlxError(cause))) = error else {
        return matches!(error, DbErr::Conn(_) | DbErr::ConnectionAcquire(_));
    };
    match &**cause {
        Sqlx::Io(_)
        | Sqlx::Tls(_)
        | Sqlx::Protocol(_)
        | Sqlx::PoolTimedOut
        | Sqlx::PoolClosed
        | Sqlx::WorkerCrashed => true,
        // Connection exceptions, too many connections, operator intervention such as shutdown, statement and lock timeouts.
        Sqlx::Database(answer) => {
            answer.code().is_some_and(|code| ["08", "53", "57", "55P03"].iter().any(|class| code.starts_with(class)))
        }
        _ => false,
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        self.kind().status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status_code());
        if let Some(header) = self.headers() {
            response.insert_header(header);
        }
        response.insert_header((CONTENT_TYPE, HeaderValue::from_static("application/problem+json")));
        response.body(serde_json::to_string(&Problem::from(self)).unwrap_or_default())
    }
}

/// What went wrong, as RFC 9457 writes it
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Page about this kind of problem.
    #[schema(example = "/problems/not-found", format = "uri-reference")]
    pub r#type: String,
    /// The kind of problem.
    #[schema(example = "Not found")]
    pub title: String,
    /// HTTP status.
    #[schema(example = 404, minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened this time.
    #[schema(example = "There is nothing at this address.")]
    pub detail: String,
    /// Every single thing to correct, where that can be said.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub errors: Vec<Violation>,
}

/// One thing to correct in a request
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Violation {
    /// The query parameter it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "category", nullable = false)]
    pub parameter: Option<String>,
    /// JSON pointer (RFC 6901) to the member of the body it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/members/0/role", nullable = false)]
    pub pointer: Option<String>,
    /// What is wrong, and what to write instead.
    #[schema(example = "`metropolis` is not known; write one of: large_city, medium_town")]
    pub detail: String,
}

impl Violation {
    pub fn parameter(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { parameter: Some(name.into()), pointer: None, detail: detail.into() }
    }

    pub fn pointer(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { parameter: None, pointer: Some(pointer.into()), detail: detail.into() }
    }
}

fn summary(violations: &[Violation]) -> String {
    let mut text = match violations.len() {
        1 => "One thing needs another look: ".to_owned(),
        many => format!("{many} things need another look: "),
    };
    for (index, violation) in violations.iter().enumerate() {
        let place = violation.parameter.as_ref().or(violation.pointer.as_ref());
        let separator = if index == 0 { "" } else { ", " };
        let _ = write!(text, "{separator}{}", place.map_or("/", String::as_str));
    }
    text.push('.');
    text
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        let kind = error.kind();
        let errors = match error {
            Error::Parameters(violations) | Error::Invalid(violations) => violations.clone(),
            _ => vec![],
        };
        Self {
            r#type: format!("/problems/{}", kind.name),
            title: kind.title.to_owned(),
            status: kind.status.as_u16(),
            detail: error.to_string(),
            errors,
        }
    }
}
