//! The table of everything that can go wrong: its status, its page, and what to do.

use actix_web::http::StatusCode;

use super::Error;

/// What stands in a problem's row of the table, and on its page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProblemType {
    pub(crate) status: StatusCode,
    /// The last part of its `type`.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// What happened, and what to do.
    pub(crate) remedy: &'static str,
}

macro_rules! problem_types {
    ($($constant:ident $status:ident $name:literal $title:literal $remedy:literal;)+) => {
        $(const $constant: ProblemType = ProblemType { status: StatusCode::$status, name: $name, title: $title, remedy: $remedy };)+

        /// Every problem there is.
        pub(crate) const PROBLEM_TYPES: &[ProblemType] = &[$($constant),+];
    };
}

problem_types! {
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
    GONE GONE "gone" "Deleted"
        "The entry was there and was deleted. Who may write entries of its kind can still read its history.";
    KEY_RETIRED GONE "former-key" "No longer in the register"
        "The official key belonged to an entry that the register no longer holds. The detail names the register. Look up the entry that covers the area today.";
    JSON BAD_REQUEST "json" "JSON not understood"
        "The body is not JSON. The detail names the line and the place in it where reading ended.";
    MEDIA_TYPE UNSUPPORTED_MEDIA_TYPE "media-type" "Media type not read"
        "The address reads bodies of another media type: application/json, and application/merge-patch+json with PATCH.";
    SLOW REQUEST_TIMEOUT "slow" "Body too slow"
        "The body did not arrive in time. Send it at once.";
    HEADER BAD_REQUEST "header" "Header not understood"
        "A header of the request cannot be understood. Each entry of errors names one, and what to write instead.";
    TOKEN UNAUTHORIZED "token" "Token needed"
        "The operation needs a token. Send it as Authorization: Bearer, and ask the operator of the service for one.";
    INVALID_TOKEN UNAUTHORIZED "invalid-token" "Token not accepted"
        "The token is malformed, was signed by somebody else, has ended or was revoked; WWW-Authenticate says which. Ask for a new one.";
    SCOPE FORBIDDEN "scope" "Scope missing"
        "The token does not carry the right that the operation needs. The detail names it; /v1/me shows those it has.";
    MUNICIPALITY FORBIDDEN "municipality" "Another municipality's affair"
        "The token acts for certain municipalities, and the entry is the affair of another, or of none. /v1/me shows for which it acts.";
    BEYOND FORBIDDEN "beyond" "More than the token has"
        "A token can be issued only with scopes that the issuing token has itself.";
    READ_ONLY FORBIDDEN "read-only" "Read only"
        "The service has no keys to check or sign tokens with (its operator can give it some: transferatlas token rotate), or its role in the database may not write. It takes no writes or issues no tokens.";
    IF_MATCH PRECONDITION_REQUIRED "if-match" "Precondition needed"
        "Changing an entry demands the ETag of what you have read in If-Match, so that nobody's change is lost; If-Match: * does without.";
    CHANGED PRECONDITION_FAILED "changed" "Changed meanwhile"
        "Somebody changed the entry after you read it. Read it again, repeat your change on it, and send the new ETag.";
    EXISTS PRECONDITION_FAILED "exists" "Exists already"
        "If-None-Match: * asks for a new entry, and there is one at the address already.";
    REFERENCED CONFLICT "referenced" "Referred to"
        "Other entries name this one, so it cannot be deleted. The member references lists them; change or delete those first.";
    KEY_REUSED UNPROCESSABLE_ENTITY "key-reused" "Idempotency key reused"
        "The Idempotency-Key belongs to another request of the last 24 hours. Choose a new one, such as a UUID, for each new request.";
    STEP CONFLICT "step" "Step not possible"
        "The submission stands where this step cannot be taken. Its member actions lists those that can.";
    ENOUGH CONFLICT "enough" "No more of them"
        "There is a limit to how many of these there may be. The detail names it; finish or delete some first.";
    INACTIVE CONFLICT "inactive" "Webhook not active"
        "Nothing is sent to a webhook that is not active. Make it active with PUT first.";
    FOUR_EYES FORBIDDEN "four-eyes" "Another pair of eyes needed"
        "Nobody reviews what they wrote or submitted themselves. Somebody else with submissions:review has to.";
    OVERTAKEN CONFLICT "overtaken" "Entry changed meanwhile"
        "The published entry and the submission changed the same members. Each entry of errors names one, and the member states has the three states side by side; send those members again with the revision named as based_on.";
    IN_FLIGHT CONFLICT "in-flight" "Still under way"
        "The first request with this Idempotency-Key has not ended yet. Repeat yours after the seconds Retry-After names.";
    TAKEN CONFLICT "taken" "Already taken"
        "Another entry holds a value that must be unique, such as the slug or official key. Choose another, or change that entry.";
    UNAVAILABLE SERVICE_UNAVAILABLE "unavailable" "Unavailable"
        "The directory's database does not answer. Repeat the request after the seconds Retry-After names.";
    UNWRITABLE SERVICE_UNAVAILABLE "writes-unavailable" "Writes unavailable"
        "The directory's database takes no writes at the moment, as during a fail-over. Reads go on. Repeat the request after the seconds Retry-After names.";
    FULL INSUFFICIENT_STORAGE "insufficient-storage" "Insufficient storage"
        "The directory's database has no space left for writes. Reads go on. Repeat the request later; the operator of the service has to free space.";
    FAULT INTERNAL_SERVER_ERROR "fault" "Internal fault"
        "The service failed, and its log says why. Report it with the request id that is in the X-Request-Id header.";
}

/// No problem: the answer is somewhere else.
const MOVED: ProblemType =
    ProblemType { status: StatusCode::PERMANENT_REDIRECT, name: "moved", title: "Moved", remedy: "" };

impl Error {
    /// Its row in the table.
    pub(crate) fn problem_type(&self) -> ProblemType {
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
            Self::PermanentRedirect { .. } => MOVED,
            Self::Gone(_) => GONE,
            Self::KeyRetired { .. } => KEY_RETIRED,
            Self::Json(_) => JSON,
            Self::MediaType(_) => MEDIA_TYPE,
            Self::Slow(_) => SLOW,
            Self::Header(_) => HEADER,
            Self::Unauthenticated => TOKEN,
            Self::Refused(_) => INVALID_TOKEN,
            Self::Forbidden(_) => SCOPE,
            Self::OutsideMunicipality(_) | Self::NotSubmitter(_) => MUNICIPALITY,
            Self::ScopeEscalation(_) => BEYOND,
            Self::ReadOnly | Self::NotIssuing | Self::NotPermitted(_) => READ_ONLY,
            Self::PreconditionRequired => IF_MATCH,
            Self::PreconditionFailed => CHANGED,
            Self::AlreadyExists => EXISTS,
            Self::Referenced(..) => REFERENCED,
            Self::KeyReused => KEY_REUSED,
            Self::Step { .. } | Self::Closed(_) => STEP,
            Self::QuotaExceeded(..) => ENOUGH,
            Self::Inactive => INACTIVE,
            Self::FourEyes => FOUR_EYES,
            Self::EditConflict(_) => OVERTAKEN,
            Self::InFlight => IN_FLIGHT,
            Self::Taken(_) => TAKEN,
            Self::Unavailable(_) => UNAVAILABLE,
            Self::Unwritable(_) => UNWRITABLE,
            Self::Full(_) => FULL,
            Self::Internal(_) => FAULT,
        }
    }
}
