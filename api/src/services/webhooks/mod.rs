//! Webhooks: endpoints that receive signed messages about changes, according to Standard Webhooks.

mod address;
mod deliver;
mod dto;
mod input;
mod message;
mod outbox;
mod query;
mod queue;
mod response;
mod rights;
mod schedule;
mod sign;
mod store;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use entity::{webhook, webhook_delivery};
use sea_orm::DatabaseTransaction;

use self::dto::{Delivery, DeliveryQuery, Owner, Webhook, WebhookQuery};
use self::input::WebhookInput;
use self::response::{secret_response, webhook_response};
use self::rights::Rights;
use crate::auth::{Scope, Scoped, WebhooksWrite};
use crate::base::db::author::Author;
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::base::validation::Checked;
use crate::http::{
    Id, Json, ListQuery, NoBody, Page, Paging, Patch, Precondition, RepresentationParams, Routes, no_store,
    uuid_in_path,
};
use crate::query::list;
use crate::write::{Answer, Outcome, WriteContext};

pub(crate) use self::deliver::{Sender, deliver, forget};
pub(crate) use self::message::{SubmissionStep, WebhookMessage};
pub(crate) use self::outbox::tell_step;
pub(crate) use self::queue::end_those_of;
pub use self::rights::WebhookSettings;

pub(crate) const TAG: &str = "webhooks";

pub(crate) fn routes(routes: &mut Routes) {
    routes.service(list_webhooks).service(get_webhook);
    routes.service(create_webhook).service(replace_webhook).service(update_webhook);
    routes.service(delete_webhook).service(create_webhook_secret);
    routes.service(list_webhook_deliveries).service(create_webhook_redelivery);
}

/// List webhooks
///
/// Returns webhooks, oldest first. Requires `webhooks:write`. Includes the webhooks of the municipalities that the token
/// acts for, or for a token not bound to municipalities those of its subject. With `tokens:admin` and a token not bound to
/// municipalities, includes all webhooks.
#[utoipa::path(tag = TAG, security(("token" = [WebhooksWrite::NAME])), params(WebhookQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of webhooks, or all matches in a streamed format", content(
        (Page<Webhook> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/webhooks")]
async fn list_webhooks(
    caller: Scoped<WebhooksWrite>,
    context: Data<Context>,
    req: HttpRequest,
    mut list: ListQuery<WebhookQuery, Webhook>,
) -> Result<HttpResponse> {
    list.query.owner = Owner::of(&caller);
    let views = async |db: &DatabaseTransaction, rows: Vec<webhook::Model>| query::views(db, rows).await;
    list::list(&context, &req, list, query::plan, views).await.map(no_store)
}

/// Get a webhook
///
/// Returns a webhook without its signing secret. Requires `webhooks:write` and access to the webhook.
#[utoipa::path(tag = TAG, security(("token" = [WebhooksWrite::NAME])), params(Id),
    responses((status = 200, description = "The webhook", body = Webhook, headers(("ETag" = String, description = "Strong entity tag of the webhook. Send it in `If-Match`.")))))]
#[get("/v1/webhooks/{id}")]
async fn get_webhook(caller: Scoped<WebhooksWrite>, context: Data<Context>, id: Id) -> Result<HttpResponse> {
    let db = context.read()?;
    let webhook = query::one_view(&db, query::one(&db, id.0, &Owner::of(&caller)).await?).await?;
    webhook_response(&webhook).map(Answer::send).map(no_store)
}

/// Create a webhook
///
/// Creates a webhook. It receives events that occur after its creation. Requires `webhooks:write`, and `submissions:write` for messages about
/// submissions. An owner may have up to 20 webhooks (409). Only this response contains the signing secret. The response is
/// not stored, so the operation takes no `Idempotency-Key`.
///
/// Messages are sent with `POST` according to [Standard Webhooks](https://www.standardwebhooks.com/). The endpoint must respond
/// within 10 seconds with a 2xx status. After any other result, the service retries with increasing pauses for about a day. The
/// webhook becomes inactive when the endpoint responds with 410, and when the token that created or last changed the webhook
/// expires or is revoked.
#[utoipa::path(tag = TAG, extensions(("x-returns-secret" = json!(true))), security(("token" = [WebhooksWrite::NAME])), responses((status = 201, description = "The webhook and its signing secret", body = Webhook)))]
#[post("/v1/webhooks")]
async fn create_webhook(
    context: WriteContext<WebhooksWrite>,
    settings: Data<WebhookSettings>,
    input: Json<WebhookInput>,
) -> Result<HttpResponse> {
    context.reject_idempotency_key()?;
    let (input, writer) = (Rights::of(&context.caller, &settings).allowed(input.checked)?, context.caller.clone());
    let is_dry_run = context.is_dry_run();
    let work = async move |tx: &DatabaseTransaction, _: &Author| {
        let secret = sign::secret()?;
        let row = store::create(tx, &writer, secret.clone(), input).await?;
        secret_response(tx, row, (!is_dry_run).then_some(secret)).await
    };
    context.run_unversioned("", work).await.map(no_store)
}

/// Replace a webhook
///
/// Replaces all settings: members left out of the body get their defaults. Requires `webhooks:write` and access to the
/// webhook. An inactive webhook with `active` becomes active again and receives events that occur afterwards. The signing secret
/// stays the same. The webhook now expires with the token of this request.
#[utoipa::path(tag = TAG, security(("token" = [WebhooksWrite::NAME])), params(Id),
    responses((status = 200, description = "The webhook", body = Webhook, headers(("ETag" = String, description = "Strong entity tag of the webhook. Send it in `If-Match`.")))))]
#[put("/v1/webhooks/{id}")]
async fn replace_webhook(
    context: WriteContext<WebhooksWrite>,
    settings: Data<WebhookSettings>,
    id: Id,
    precondition: Precondition,
    input: Json<WebhookInput>,
) -> Result<HttpResponse> {
    let (rights, checked) = (Rights::of(&context.caller, &settings), input.checked);
    set(context, id, precondition, Replacement::Entire(rights, checked)).await
}

/// Update a webhook
///
/// Applies a merge patch (RFC 7396): members in the body get new values, `null` removes a member, and lists are replaced as
/// a whole. Requires `webhooks:write` and access to the webhook. The webhook now expires with the token of this request.
#[utoipa::path(tag = TAG, security(("token" = [WebhooksWrite::NAME])), params(Id), request_body(content = WebhookInput, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The webhook", body = Webhook, headers(("ETag" = String, description = "Strong entity tag of the webhook. Send it in `If-Match`.")))))]
#[patch("/v1/webhooks/{id}")]
async fn update_webhook(
    context: WriteContext<WebhooksWrite>,
    settings: Data<WebhookSettings>,
    id: Id,
    precondition: Precondition,
    patch: Patch<WebhookInput>,
) -> Result<HttpResponse> {
    let rights = Rights::of(&context.caller, &settings);
    set(context, id, precondition, Replacement::Patch(rights, patch)).await
}

/// New settings of a webhook.
enum Replacement {
    Entire(Rights, Checked<WebhookInput>),
    Patch(Rights, Patch<WebhookInput>),
}

impl Replacement {
    fn apply(self, current: &WebhookInput) -> Result<WebhookInput> {
        match self {
            Self::Entire(rights, checked) => rights.allowed(checked),
            Self::Patch(rights, patch) => rights.allowed(patch.apply(current)?),
        }
    }
}

async fn set(
    context: WriteContext<WebhooksWrite>,
    id: Id,
    precondition: Precondition,
    replacement: Replacement,
) -> Result<HttpResponse> {
    let writer = context.caller.clone();
    let work = async move |tx: &DatabaseTransaction, _: &Author| {
        let row = store::replace(tx, id.0, &writer, precondition, |current| replacement.apply(current)).await?;
        webhook_response(&query::one_view(tx, row).await?).map(Outcome::Changed)
    };
    context.run_unversioned("", work).await.map(no_store)
}

/// Delete a webhook
///
/// Deletes the webhook, its pending messages and its log of deliveries. Requires `webhooks:write` and access to the webhook.
#[utoipa::path(tag = TAG, security(("token" = [WebhooksWrite::NAME])), params(Id),
    responses((status = 204, description = "Deleted")))]
#[delete("/v1/webhooks/{id}")]
async fn delete_webhook(
    context: WriteContext<WebhooksWrite>,
    id: Id,
    precondition: Precondition,
    _: NoBody,
) -> Result<HttpResponse> {
    let owner = Owner::of(&context.caller);
    let work = async move |tx: &DatabaseTransaction, _: &Author| {
        store::delete(tx, id.0, &owner, precondition).await?;
        Ok(Outcome::Changed(Answer::new(StatusCode::NO_CONTENT, None)))
    };
    context.run_unversioned("", work).await.map(no_store)
}

/// Replace the signing secret of a webhook
///
/// Creates a new signing secret. Requires `webhooks:write` and access to the webhook. For 24 hours, messages are signed
/// with the new and the previous secrets. Only this response contains the new secret. The response is not stored, so the
/// operation takes no `Idempotency-Key`.
#[utoipa::path(tag = TAG, extensions(("x-returns-secret" = json!(true))), security(("token" = [WebhooksWrite::NAME])), params(Id), responses((status = 201, description = "The webhook and its new signing secret", body = Webhook)))]
#[post("/v1/webhooks/{id}/secret")]
async fn create_webhook_secret(context: WriteContext<WebhooksWrite>, id: Id, _: NoBody) -> Result<HttpResponse> {
    context.reject_idempotency_key()?;
    let (owner, is_dry_run) = (Owner::of(&context.caller), context.is_dry_run());
    let work = async move |tx: &DatabaseTransaction, _: &Author| {
        let secret = sign::secret()?;
        let row = store::rotate(tx, id.0, &owner, secret.clone()).await?;
        secret_response(tx, row, (!is_dry_run).then_some(secret)).await
    };
    context.run_unversioned("", work).await.map(no_store)
}

/// List deliveries of a webhook
///
/// Returns the deliveries with the result of the last attempt, newest first. Requires `webhooks:write` and access to the webhook.
/// Deliveries about submissions also require `submissions:write` or `submissions:review`. Completed deliveries are deleted after
/// 30 days.
#[utoipa::path(tag = TAG, security(("token" = [WebhooksWrite::NAME])), params(Id, DeliveryQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of deliveries, or all matches in a streamed format", content(
        (Page<Delivery> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/webhooks/{id}/deliveries")]
async fn list_webhook_deliveries(
    caller: Scoped<WebhooksWrite>,
    context: Data<Context>,
    req: HttpRequest,
    id: Id,
    mut list: ListQuery<DeliveryQuery, Delivery>,
) -> Result<HttpResponse> {
    let owner = Owner::of(&caller);
    list.query.webhook = query::one(&context.read()?, id.0, &owner).await?.id;
    list.query.hears_steps = owner.hears_steps;
    let views = async |db: &DatabaseTransaction, rows: Vec<webhook_delivery::Model>| query::deliveries(db, rows).await;
    list::list(&context, &req, list, query::log, views).await.map(no_store)
}

/// Create a redelivery
///
/// Sends a message again immediately with the same `webhook-id`, in any state of the delivery. Requires
/// `webhooks:write` and access to the webhook. Ends a pause of the webhook (`rests_until`). Fails with 409 if the webhook
/// is inactive.
#[utoipa::path(tag = TAG, security(("token" = [WebhooksWrite::NAME])), params(Id,
        ("delivery" = Uuid, Path, description = "ID of the delivery (UUID).", example = "0197f2a0-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The delivery", body = Delivery)))]
#[post("/v1/webhooks/{id}/deliveries/{delivery}/redelivery")]
async fn create_webhook_redelivery(
    context: WriteContext<WebhooksWrite>,
    id: Id,
    req: HttpRequest,
    _: NoBody,
) -> Result<HttpResponse> {
    let delivery = uuid_in_path(&req, "delivery")?;
    let owner = Owner::of(&context.caller);
    let work = async move |tx: &DatabaseTransaction, _: &Author| {
        let row = store::redeliver(tx, id.0, &owner, delivery).await?;
        let shown = query::deliveries(tx, vec![row]).await?.pop();
        let delivery = shown.ok_or_else(|| store::unknown_delivery(id.0, delivery))?;
        Answer::of(StatusCode::OK, &delivery).map(Outcome::Changed)
    };
    context.run_unversioned("", work).await.map(no_store)
}
