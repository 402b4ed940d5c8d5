//! Webhooks: endpoints of others that are told of changes, signed as Standard Webhooks has it.

mod address;
mod deliver;
mod dto;
mod input;
mod message;
mod outbox;
mod query;
mod queue;
mod schedule;
mod sign;
mod store;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use entity::{webhook, webhook_delivery};
use sea_orm::DatabaseTransaction;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use self::address::objection;
use self::dto::{Delivery, DeliveryQuery, Owner, Webhook, WebhookQuery, WebhookSecret};
use self::input::WebhookInput;
use crate::auth::{Caller, Scope, Scoped, SubmissionsWrite, WebhooksWrite};
use crate::base::db::author::Author;
use crate::base::db::context::Context;
use crate::base::error::{Error, Result, Violation};
use crate::base::validation::Checked;
use crate::http::{Id, Json, ListQuery, NoBody, Page, Paging, Patch, Precondition, RepresentationParams, no_store};
use crate::query::list;
use crate::write::{Answer, Outcome, WriteContext};

pub(crate) use self::deliver::{Sender, deliver, forget};
pub(crate) use self::message::{SubmissionStep, WebhookMessage};
pub(crate) use self::outbox::tell_step;
pub(crate) use self::queue::end_those_of;

const TAG: &str = "webhooks";

pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_webhooks).service(get_webhook);
    cfg.service(create_webhook).service(replace_webhook).service(change_webhook);
    cfg.service(delete_webhook).service(create_webhook_secret);
    cfg.service(list_webhook_deliveries).service(create_webhook_redelivery);
}

/// List webhooks
///
/// Those of the municipalities that the token acts for, or of its subject where it acts for all; who administers tokens looks after
/// all of them. Oldest first.
#[utoipa::path(tag = TAG, security(("token" = [WebhooksWrite::NAME])), params(WebhookQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of webhooks, or every one in the streamed forms", content(
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

/// Read a webhook
///
/// All but its secret.
#[utoipa::path(tag = TAG, security(("token" = [WebhooksWrite::NAME])), params(Id),
    responses((status = 200, description = "The webhook", body = Webhook, headers(("ETag" = String, description = "Strong tag of the webhook; send it in `If-Match`.")))))]
#[get("/v1/webhooks/{id}")]
async fn get_webhook(caller: Scoped<WebhooksWrite>, context: Data<Context>, id: Id) -> Result<HttpResponse> {
    let db = context.read()?;
    let webhook = query::one_view(db, query::one(db, id.0, &Owner::of(&caller)).await?).await?;
    shown(&webhook).map(Answer::send).map(no_store)
}

/// Make a webhook
///
/// It is told, by `POST` and as [Standard Webhooks](https://www.standardwebhooks.com/) has it, of what happens from now on. The
/// answer is the only place where its secret stands, and it takes no `Idempotency-Key`, because its answer is not kept. A
/// message is sent again for about a day, with growing pauses, until it is answered 2xx; 410 ends the webhook, and so does the end of
/// the token that set it.
#[utoipa::path(tag = TAG, security(("token" = [WebhooksWrite::NAME])), responses((status = 201, description = "The webhook and its secret", body = WebhookSecret)))]
#[post("/v1/webhooks")]
async fn create_webhook(
    context: WriteContext<WebhooksWrite>,
    settings: Data<WebhookSettings>,
    input: Json<WebhookInput>,
) -> Result<HttpResponse> {
    context.reject_idempotency_key()?;
    let (input, writer) = (Rights::of(&context.caller, &settings).allowed(input.checked)?, context.caller.clone());
    let work = async move |tx: &DatabaseTransaction, _: &Author| {
        let secret = sign::secret()?;
        revealed(tx, store::create(tx, &writer, secret.clone(), input).await?, secret).await
    };
    context.run_unversioned("", work).await.map(no_store)
}

/// Replace a webhook
///
/// What is left out is as it is without it. One that was not active is told of what happens from now on; its secret stays.
#[utoipa::path(tag = TAG, security(("token" = [WebhooksWrite::NAME])), params(Id),
    responses((status = 200, description = "The webhook", body = Webhook, headers(("ETag" = String, description = "Strong tag of the webhook; send it in `If-Match`.")))))]
#[put("/v1/webhooks/{id}")]
async fn replace_webhook(
    context: WriteContext<WebhooksWrite>,
    settings: Data<WebhookSettings>,
    id: Id,
    held: Precondition,
    input: Json<WebhookInput>,
) -> Result<HttpResponse> {
    let (rights, checked) = (Rights::of(&context.caller, &settings), input.checked);
    set(context, id, held, Replacement::Entire(rights, checked)).await
}

/// Change a webhook
///
/// A merge patch (RFC 7396) of what replaces it: members that are named get new values, `null` removes one, lists are replaced whole.
#[utoipa::path(tag = TAG, security(("token" = [WebhooksWrite::NAME])), params(Id), request_body(content = WebhookInput, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The webhook", body = Webhook, headers(("ETag" = String, description = "Strong tag of the webhook; send it in `If-Match`.")))))]
#[patch("/v1/webhooks/{id}")]
async fn change_webhook(
    context: WriteContext<WebhooksWrite>,
    settings: Data<WebhookSettings>,
    id: Id,
    held: Precondition,
    patch: Patch<WebhookInput>,
) -> Result<HttpResponse> {
    let rights = Rights::of(&context.caller, &settings);
    set(context, id, held, Replacement::Patch(rights, patch)).await
}

/// What becomes of the settings of a webhook.
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
    held: Precondition,
    replacement: Replacement,
) -> Result<HttpResponse> {
    let writer = context.caller.clone();
    let work = async move |tx: &DatabaseTransaction, _: &Author| {
        let row = store::replace(tx, id.0, &writer, held, |current| replacement.apply(current)).await?;
        shown(&query::one_view(tx, row).await?).map(Outcome::Changed)
    };
    context.run_unversioned("", work).await.map(no_store)
}

/// Delete a webhook
#[utoipa::path(tag = TAG, description = "With what is on its way to it, and its log.", security(("token" = [WebhooksWrite::NAME])), params(Id),
    responses((status = 204, description = "It is deleted")))]
#[delete("/v1/webhooks/{id}")]
async fn delete_webhook(
    context: WriteContext<WebhooksWrite>,
    id: Id,
    held: Precondition,
    _: NoBody,
) -> Result<HttpResponse> {
    let owner = Owner::of(&context.caller);
    let work = async move |tx: &DatabaseTransaction, _: &Author| {
        store::delete(tx, id.0, &owner, held).await?;
        Ok(Outcome::Changed(Answer::new(StatusCode::NO_CONTENT, None)))
    };
    context.run_unversioned("", work).await.map(no_store)
}

/// Change the secret of a webhook
///
/// Messages are signed with both for 24 hours, so that nothing is refused meanwhile. The answer is the only place where the new
/// one stands, and it takes no `Idempotency-Key`.
#[utoipa::path(tag = TAG, security(("token" = [WebhooksWrite::NAME])), params(Id), responses((status = 201, description = "The webhook and its new secret", body = WebhookSecret)))]
#[post("/v1/webhooks/{id}/secret")]
async fn create_webhook_secret(context: WriteContext<WebhooksWrite>, id: Id, _: NoBody) -> Result<HttpResponse> {
    context.reject_idempotency_key()?;
    let owner = Owner::of(&context.caller);
    let work = async move |tx: &DatabaseTransaction, _: &Author| {
        let secret = sign::secret()?;
        revealed(tx, store::rotate(tx, id.0, &owner, secret.clone()).await?, secret).await
    };
    context.run_unversioned("", work).await.map(no_store)
}

/// List what a webhook was told
///
/// Newest first, with what came of the last attempt. What ended is kept for 30 days. Steps of submissions are shown to those who may
/// submit or review.
#[utoipa::path(tag = TAG, security(("token" = [WebhooksWrite::NAME])), params(Id, DeliveryQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of deliveries, or every one in the streamed forms", content(
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
    list.query.webhook = query::one(context.read()?, id.0, &owner).await?.id;
    list.query.hears_steps = owner.hears_steps;
    let views = async |db: &DatabaseTransaction, rows: Vec<webhook_delivery::Model>| query::deliveries(db, rows).await;
    list::list(&context, &req, list, query::log, views).await.map(no_store)
}

/// Send something once more
///
/// Sends it at once, whatever became of it, with the same `webhook-id`, even while the endpoint is left alone (`rests_until`).
#[utoipa::path(tag = TAG, security(("token" = [WebhooksWrite::NAME])), params(Id,
        ("delivery" = Uuid, Path, description = "Id of the delivery.", example = "0197f2a0-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The delivery", body = Delivery)))]
#[post("/v1/webhooks/{id}/deliveries/{delivery}/redelivery")]
async fn create_webhook_redelivery(
    context: WriteContext<WebhooksWrite>,
    id: Id,
    req: HttpRequest,
    _: NoBody,
) -> Result<HttpResponse> {
    let delivery: Uuid = req.match_info().get("delivery").and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
    let owner = Owner::of(&context.caller);
    let work = async move |tx: &DatabaseTransaction, _: &Author| {
        let row = store::redeliver(tx, id.0, &owner, delivery).await?;
        let shown = query::deliveries(tx, vec![row]).await?.pop().ok_or(Error::NotFound)?;
        Answer::of(StatusCode::OK, &shown).map(Outcome::Changed)
    };
    context.run_unversioned("", work).await.map(no_store)
}

/// What the operator allows webhooks.
pub(crate) struct WebhookSettings {
    /// Whether they may lead into private networks.
    pub allows_private: bool,
}

/// What who sets a webhook may set.
struct Rights {
    submits: bool,
    private: bool,
}

impl Rights {
    fn of(caller: &Caller, settings: &WebhookSettings) -> Self {
        Self { submits: caller.may(SubmissionsWrite::NAME), private: settings.allows_private }
    }

    /// What nothing is wrong with, where it leads among it. Of submissions those hear alone who may submit.
    fn allowed(&self, mut checked: Checked<WebhookInput>) -> Result<WebhookInput> {
        let is_told = checked.violations.iter().any(|violation| violation.pointer.as_deref() == Some("/url"));
        let objection = checked.value.as_ref().and_then(|input| objection(&input.url, self.private));
        checked.add(
            objection.filter(|_| !is_told).map(|objection| Violation::pointer("/url", objection)).into_iter().collect(),
        );
        let input = checked.into_valid()?;
        if input.submissions && !self.submits {
            return Err(Error::Forbidden(SubmissionsWrite::NAME));
        }
        Ok(input)
    }
}

/// A webhook with the tag that changing it demands.
fn shown(webhook: &Webhook) -> Result<Answer> {
    Ok(Answer::of(StatusCode::OK, webhook)?.tagged(webhook.revision))
}

/// A webhook with its secret.
async fn revealed(tx: &DatabaseTransaction, row: webhook::Model, secret: String) -> Result<Outcome> {
    let webhook = query::one_view(tx, row).await?;
    let location = format!("/v1/webhooks/{}", webhook.id);
    let answer = Answer::of(StatusCode::CREATED, &WebhookSecret { secret, webhook })?;
    Ok(Outcome::Changed(answer.with("location", location)))
}
