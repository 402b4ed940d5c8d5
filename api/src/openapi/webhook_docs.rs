//! Documentation of the messages sent to webhook endpoints.

use serde_json::json;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{ContentBuilder, ObjectBuilder, Paths, PathsBuilder, Ref, Required, Type};

/// Headers of each message, as defined by Standard Webhooks.
const HEADERS: [(&str, &str, &str); 3] = [
    (
        "webhook-id",
        "ID of the message (UUID). The same for every attempt and redelivery.",
        "0197f2a0-0000-7000-8000-000000000000",
    ),
    ("webhook-timestamp", "Time of the attempt, in seconds since 1970-01-01T00:00:00Z.", "1769860800"),
    (
        "webhook-signature",
        "`v1,` followed by the base64-encoded HMAC-SHA256 of ID, timestamp and body, joined by full stops, keyed with the signing \
         secret of the webhook. Several signatures separated by spaces for 24 hours after the secret was replaced.",
        "v1,JTTkmwd9AD2sflsrrdN9WUrGkapGHhK/7BxWdfy0diY=",
    ),
];

/// Returns the operations that webhook endpoints implement.
pub(super) fn webhooks() -> Paths {
    let change = webhook_path("receive_change", "Receive a change of an entry", "WebhookMessage_FeedChange");
    let step = webhook_path("receive_step", "Receive a step of a submission", "WebhookMessage_SubmissionStep");
    PathsBuilder::new().path("entry", change).path("submission", step).build()
}

fn webhook_path(id: &str, summary: &str, message: &str) -> PathItem {
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
        // Messages are authenticated by their signature.
        .securities(Some([]))
        .request_body(Some(body))
        .response(
            "2XX",
            answer(
                "The message was accepted. After any other response except 410, the service retries for about a day.",
            ),
        )
        .response("410", answer("The endpoint no longer accepts messages. The service deactivates the webhook."));
    PathItem::new(HttpMethod::Post, operation)
}
