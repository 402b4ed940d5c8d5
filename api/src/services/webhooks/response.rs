//! Responses with a webhook.

use actix_web::http::StatusCode;
use entity::webhook::Model;
use sea_orm::DatabaseTransaction;

use super::dto::Webhook;
use super::query::one_view;
use crate::base::error::Result;
use crate::base::public_url::public_path;
use crate::write::{Answer, Outcome};

/// Returns the response with a webhook and its entity tag.
pub(super) fn webhook_response(webhook: &Webhook) -> Result<Answer> {
    Ok(Answer::of(StatusCode::OK, webhook)?.tagged(webhook.revision))
}

/// Returns the response with a webhook, and with its signing secret unless the request is a dry run.
pub(super) async fn secret_response(tx: &DatabaseTransaction, row: Model, secret: Option<String>) -> Result<Outcome> {
    let mut webhook = one_view(tx, row).await?;
    let location = public_path(format_args!("/v1/webhooks/{}", webhook.id));
    webhook.secret = secret;
    Ok(Outcome::Changed(Answer::of(StatusCode::CREATED, &webhook)?.with("location", location)))
}
