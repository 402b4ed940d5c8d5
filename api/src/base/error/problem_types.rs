//! Table of problem types.

use actix_web::http::StatusCode;

use super::Error;

/// A problem type, as in the table and on its documentation page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProblemType {
    pub(crate) status: StatusCode,
    /// Last segment of `type`.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// Cause of the problem, and its remedy.
    pub(crate) remedy: &'static str,
}

macro_rules! problem_types {
    ($($constant:ident $status:ident $name:literal $title:literal $remedy:literal;)+) => {
        $(const $constant: ProblemType = ProblemType { status: StatusCode::$status, name: $name, title: $title, remedy: $remedy };)+

        /// All problem types.
        pub(crate) const PROBLEM_TYPES: &[ProblemType] = &[$($constant),+];
    };
}

problem_types! {
    NOT_FOUND NOT_FOUND "not-found" "Not found"
        "The path or the entry does not exist. Look up entries in their list, and paths in /docs.";
    METHOD_NOT_ALLOWED METHOD_NOT_ALLOWED "method-not-allowed" "Method not allowed"
        "The path exists but does not support this method. The Allow header lists the methods it supports.";
    INVALID_PARAMETERS BAD_REQUEST "invalid-parameters" "Invalid parameters"
        "The query string has unknown keys or values. Each item of errors names a parameter and the values it takes.";
    VALIDATION_FAILED UNPROCESSABLE_ENTITY "validation-failed" "Validation failed"
        "The content is valid JSON but breaks rules. Each item of errors points to a member and names the rule.";
    MALFORMED_URL BAD_REQUEST "malformed-url" "Malformed URL"
        "The path or query string is not percent-encoded UTF-8, or contains a NUL character. Percent-encode each part.";
    URI_TOO_LONG URI_TOO_LONG "uri-too-long" "URI too long"
        "The URL exceeds the limit in the detail. Split the request into several.";
    NOT_ACCEPTABLE NOT_ACCEPTABLE "not-acceptable" "Not acceptable"
        "The path has no representation in the requested media types. The detail lists the media types it has.";
    CONTENT_TOO_LARGE PAYLOAD_TOO_LARGE "content-too-large" "Content too large"
        "The request body exceeds the limit in the detail. Split the request into several.";
    UNSUPPORTED_CONTENT_ENCODING UNSUPPORTED_MEDIA_TYPE "unsupported-content-encoding" "Unsupported content encoding"
        "Request bodies must not be compressed. Send the body without Content-Encoding.";
    GONE GONE "gone" "Gone"
        "The entry was deleted. Tokens that may write entries of its resource can still read its history.";
    RETIRED_KEY GONE "retired-key" "Retired key"
        "The official key belonged to an entry that is no longer in the register. The detail names the register. Look up the entry that covers the area today.";
    MALFORMED_JSON BAD_REQUEST "malformed-json" "Malformed JSON"
        "The body is not valid JSON. The detail names the line and column of the error.";
    UNSUPPORTED_MEDIA_TYPE UNSUPPORTED_MEDIA_TYPE "unsupported-media-type" "Unsupported media type"
        "Send application/json, or application/merge-patch+json with PATCH, and set Content-Type accordingly.";
    REQUEST_TIMEOUT REQUEST_TIMEOUT "request-timeout" "Request timeout"
        "The body did not arrive within the limit in the detail. Repeat the request.";
    INVALID_HEADERS BAD_REQUEST "invalid-headers" "Invalid headers"
        "A request header is malformed. Each item of errors names a header and the values it takes.";
    UNAUTHENTICATED UNAUTHORIZED "unauthenticated" "Authentication required"
        "The operation requires a token. Send it as Authorization: Bearer. The operator of the service issues tokens.";
    INVALID_TOKEN UNAUTHORIZED "invalid-token" "Invalid token"
        "The token is malformed, has an invalid signature, has expired or was revoked; WWW-Authenticate says which. Request a new token from the operator.";
    INSUFFICIENT_SCOPE FORBIDDEN "insufficient-scope" "Insufficient scope"
        "The token lacks the scope that the operation requires. The detail names the scope; GET /v1/me lists those of the token.";
    OUTSIDE_MUNICIPALITY FORBIDDEN "outside-municipality" "Outside the token's municipalities"
        "The token is bound to municipalities, and none of them is responsible for the entry. GET /v1/me lists the municipalities of the token.";
    SCOPE_ESCALATION FORBIDDEN "scope-escalation" "Scope escalation"
        "A token can only be issued with scopes that the issuing token has.";
    READ_ONLY FORBIDDEN "read-only" "Read only"
        "The service accepts no writes or issues no tokens: it has no keys (the operator creates them with transferatlas token rotate), or its database role may not write.";
    PRECONDITION_REQUIRED PRECONDITION_REQUIRED "precondition-required" "Precondition required"
        "Changing an entry requires If-Match with the ETag of the representation that was read, so that no change is lost. If-Match: * skips the check.";
    PRECONDITION_FAILED PRECONDITION_FAILED "precondition-failed" "Precondition failed"
        "The entry changed after it was read. Read it again, apply the change to the current state, and send its ETag.";
    ALREADY_EXISTS PRECONDITION_FAILED "already-exists" "Already exists"
        "If-None-Match: * creates an entry, but one exists at this URL. Send If-Match to replace it.";
    REFERENCED CONFLICT "referenced" "Referenced by other entries"
        "Other entries refer to this one, so it cannot be deleted. The member references lists them. Change or delete them first.";
    IDEMPOTENCY_KEY_REUSED UNPROCESSABLE_ENTITY "idempotency-key-reused" "Idempotency key reused"
        "The Idempotency-Key belongs to a different request of the last 24 hours. Use a new key, such as a UUID, for each new request.";
    INVALID_TRANSITION CONFLICT "invalid-transition" "Invalid transition"
        "The submission does not allow this step at its current stage. Its member actions lists the steps it allows.";
    QUOTA_EXCEEDED CONFLICT "quota-exceeded" "Quota exceeded"
        "The limit in the detail is reached. Finish or delete existing items first.";
    WEBHOOK_INACTIVE CONFLICT "webhook-inactive" "Webhook inactive"
        "An inactive webhook endpoint receives no deliveries. Activate it first.";
    FOUR_EYES FORBIDDEN "four-eyes" "Review by another person required"
        "Authors and submitters cannot review their own submissions. Another token with submissions:review has to.";
    EDIT_CONFLICT CONFLICT "edit-conflict" "Edit conflict"
        "The published entry and the submission changed the same members. Each item of errors names one, and the member states holds the three states. Send those members again with the named revision as based_on.";
    REQUEST_IN_PROGRESS CONFLICT "request-in-progress" "Request in progress"
        "The first request with this Idempotency-Key is still being processed. Repeat the request after the seconds in Retry-After.";
    VALUE_TAKEN CONFLICT "value-taken" "Value already taken"
        "Another entry has a value that must be unique, such as the slug or the official key. Choose another value, or change that entry.";
    SERVICE_UNAVAILABLE SERVICE_UNAVAILABLE "service-unavailable" "Service unavailable"
        "The database does not respond. Repeat the request after the seconds in Retry-After.";
    WRITES_UNAVAILABLE SERVICE_UNAVAILABLE "writes-unavailable" "Writes unavailable"
        "The database accepts no writes at the moment, for example during a failover. Reads still work. Repeat the request after the seconds in Retry-After.";
    INSUFFICIENT_STORAGE INSUFFICIENT_STORAGE "insufficient-storage" "Insufficient storage"
        "The database has no space left for writes. Reads still work. Repeat the request later; the operator has to free space.";
    INTERNAL_ERROR INTERNAL_SERVER_ERROR "internal-error" "Internal error"
        "The service failed, and its log has the cause. Report the error with the ID in the X-Request-Id header.";
}

/// The type of redirects, which have no problem document.
const MOVED: ProblemType =
    ProblemType { status: StatusCode::PERMANENT_REDIRECT, name: "moved", title: "Moved", remedy: "" };

impl Error {
    /// Returns the problem type of the error.
    pub(crate) fn problem_type(&self) -> ProblemType {
        match self {
            Self::NotFound => NOT_FOUND,
            Self::Method { .. } => METHOD_NOT_ALLOWED,
            Self::Parameters(_) => INVALID_PARAMETERS,
            Self::Invalid(_) => VALIDATION_FAILED,
            Self::Address(_) => MALFORMED_URL,
            Self::TooLong(_) => URI_TOO_LONG,
            Self::NotAcceptable(_) => NOT_ACCEPTABLE,
            Self::TooLarge(_) => CONTENT_TOO_LARGE,
            Self::Coding => UNSUPPORTED_CONTENT_ENCODING,
            Self::PermanentRedirect { .. } => MOVED,
            Self::Gone(_) => GONE,
            Self::KeyRetired { .. } => RETIRED_KEY,
            Self::Json(_) => MALFORMED_JSON,
            Self::MediaType(_) => UNSUPPORTED_MEDIA_TYPE,
            Self::Slow(_) => REQUEST_TIMEOUT,
            Self::Header(_) => INVALID_HEADERS,
            Self::Unauthenticated => UNAUTHENTICATED,
            Self::Refused(_) => INVALID_TOKEN,
            Self::Forbidden(_) => INSUFFICIENT_SCOPE,
            Self::OutsideMunicipality(_) | Self::NotSubmitter(_) => OUTSIDE_MUNICIPALITY,
            Self::ScopeEscalation(_) => SCOPE_ESCALATION,
            Self::ReadOnly | Self::NotIssuing | Self::NotPermitted(_) => READ_ONLY,
            Self::PreconditionRequired => PRECONDITION_REQUIRED,
            Self::PreconditionFailed => PRECONDITION_FAILED,
            Self::AlreadyExists => ALREADY_EXISTS,
            Self::Referenced(..) => REFERENCED,
            Self::KeyReused => IDEMPOTENCY_KEY_REUSED,
            Self::Step { .. } | Self::Closed(_) => INVALID_TRANSITION,
            Self::QuotaExceeded(..) => QUOTA_EXCEEDED,
            Self::Inactive => WEBHOOK_INACTIVE,
            Self::FourEyes => FOUR_EYES,
            Self::EditConflict(_) => EDIT_CONFLICT,
            Self::InFlight => REQUEST_IN_PROGRESS,
            Self::Taken(_) => VALUE_TAKEN,
            Self::Unavailable(_) => SERVICE_UNAVAILABLE,
            Self::Unwritable(_) => WRITES_UNAVAILABLE,
            Self::Full(_) => INSUFFICIENT_STORAGE,
            Self::Internal(_) => INTERNAL_ERROR,
        }
    }
}
