//! What is known of an operation, and what is said of its headers.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{ObjectBuilder, RefOr, Response, Type};

use crate::resources::Registration;

/// What decides on what an operation may answer.
pub(super) struct Facts<'o> {
    pub registrations: &'o [Registration],
    pub method: &'o str,
    pub path: &'o str,
    /// Can the form of its answer be chosen?
    pub negotiates: bool,
    /// Does it need a token?
    pub guarded: bool,
    /// Is its answer for now alone?
    pub fleeting: bool,
}

impl Facts<'_> {
    /// Does its path name an entry?
    pub(super) fn names_entry(&self) -> bool {
        self.path.contains("{key}") && !self.path.starts_with("/v1/vocabularies")
    }
}

/// An entry that has another slug now.
pub(super) fn moved() -> RefOr<Response> {
    let mut response =
        ResponseBuilder::new().description("The entry has another slug now, and is at `Location`").build();
    describe(&mut response, &["Location"]);
    response.into()
}

/// Adds headers to an answer.
pub(super) fn describe(response: &mut Response, headers: &[&str]) {
    for name in headers {
        let text = match *name {
            "Cache-Control" => "How long the answer may be kept.",
            "ETag" => {
                "Strong tag of this representation; send it in `If-None-Match`, and that of an entry in `If-Match`."
            }
            "Last-Modified" => "When anything in the directory last changed.",
            "Vary" => "The request headers that decide on the representation.",
            "Link" => {
                "Where the next page is, as `rel=\"next\"`, absent on the last one; where other forms are, as `rel=\"alternate\"`."
            }
            "Location" => "Path of the entry.",
            "Preference-Applied" => "Says that `Prefer: return=minimal` was heeded.",
            "WWW-Authenticate" => "Which check the token did not pass.",
            "Retry-After" => "Seconds to wait before asking again.",
            _ => "Id of the request, as the log has it; sent back if the caller chose it.",
        };
        let schema = ObjectBuilder::new().schema_type(Type::String);
        let header = HeaderBuilder::new().schema(Some(schema)).description(Some(text)).build();
        response.headers.insert((*name).to_owned(), header.into());
    }
}
