//! What is sent to webhooks, for those who answer it.

use serde_json::json;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{ContentBuilder, ObjectBuilder, Paths, PathsBuilder, Ref, Required, Type};

/// The headers of each message, as Standard Webhooks has them.
const HEADERS: [(&str, &str, &str); 3] = [
    ("webhook-id", "Id of the message: the same however often it is sent.", "0197f2a0-0000-7000-8000-000000000000"),
    ("webhook-timestamp", "When it was sent, in seconds since 1970.", "1769860800"),
    (
        "webhook-signature",
        "`v1,` and, in base64, the HMAC-SHA256 with the webhook's secret of id, timestamp and body, joined by full stops; several, \
         with spaces between, while a secret is changed.",
        "v1,JTTkmwd9AD2sflsrrdN9WUrGkapGHhK/7BxWdfy0diY=",
    ),
];

/// What webhooks are told.
pub(super) fn webhooks() -> Paths {
    let change = told("tell_change", "Tell a change of the directory", "WebhookMessage_FeedChange");
    let step = told("tell_step", "Tell a step of a submission", "WebhookMessage_SubmissionStep");
    PathsBuilder::new().path("entry", change).path("submission", step).build()
}

fn told(id: &str, summary: &str, message: &str) -> PathItem {
    let header = |(name, about, example): (&str, &str, &str)| {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let header = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(Required::True);
        header.description(Some(about)).schema(Some(text)).example(Some(json!(example))).build()
    };
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name(message))).build();
    let body = RequestBodyBuilder::new().content("application/json", body).required(Some(Required::True)).build();
    let answer = |about: &str| ResponseBuilder::new().description(about).build();
    let operation = OperationBuilder::new()
        .operation_id(Some(id))
        .tag("webhooks")
        .summary(Some(summary))
        .parameters(Some(HEADERS.map(header)))
        .request_body(Some(body))
        .response("2XX", answer("It was taken. Anything else is sent again, for about a day."))
        .response("410", answer("Nothing more is to be sent: the webhook ends."));
    PathItem::new(HttpMethod::Post, operation)
}
