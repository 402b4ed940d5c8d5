//! Storage of webhooks. These writes do not raise the directory version.

use chrono::{DateTime, Utc};
use entity::webhook::{Entity, Model};
use entity::webhook_delivery;
use sea_orm::sea_query::LockType;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Value};
use uuid::Uuid;

use super::dto::{Owner, Webhook};
use super::input::WebhookInput;
use super::query::{not_found, one_view};
use super::response::webhook_response;
use crate::auth::Caller;
use crate::base::db::{sql, written};
use crate::base::error::{Error, Quota, Result, TokenError};
use crate::http::Precondition;
use crate::model::catalog::{MUNICIPALITIES, THEMES};

/// Returns the current settings of a webhook as input.
fn set_of(webhook: Webhook) -> WebhookInput {
    let Webhook { url, description, resources, themes, municipalities, changes, submissions, active, .. } = webhook;
    WebhookInput { url, description, resources, themes, municipalities, changes, submissions, active }
}

/// Returns the column values of the settings, with themes and municipalities resolved to IDs.
async fn values(tx: &DatabaseTransaction, input: WebhookInput) -> Result<[Value; 8]> {
    let WebhookInput { url, description, resources, themes, municipalities, changes, submissions, active } = input;
    let (themes, mut violations) = THEMES.ids_of(tx, "themes", &themes).await?;
    let (municipalities, unknown) = MUNICIPALITIES.ids_of(tx, "municipalities", &municipalities).await?;
    violations.extend(unknown);
    if !violations.is_empty() {
        return Err(Error::Invalid(violations));
    }
    let resources: Vec<String> = resources.iter().map(|resource| resource.0.table.to_owned()).collect();
    Ok([
        url.into(),
        description.into(),
        resources.into(),
        themes.into(),
        municipalities.into(),
        changes.into(),
        submissions.into(),
        active.into(),
    ])
}

/// Creates a webhook that receives later events. Fails with `Error::QuotaExceeded` if the owner has the maximum number
/// of webhooks, and with `Error::Invalid` for unknown themes or municipalities.
pub(super) async fn create(
    tx: &DatabaseTransaction,
    caller: &Caller,
    secret: String,
    input: WebhookInput,
) -> Result<Model> {
    const CREATE: &str = "insert into webhook (url, description, resources, theme_ids, municipality_ids, changes, submissions, active, \
            id, owner, acts_for_ids, token_id, ends_at, secret, inactive_because, cursor) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, case when not $8 then 'a request deactivated it' end, \
            (select coalesce(max(sequence), 0) from change)) returning *";
    caller.acts_for_any()?;
    let ends_at = ends_at(tx, caller).await?;
    if Owner::of(caller).count(tx).await? >= Quota::Webhooks.max() {
        return Err(Error::QuotaExceeded(Quota::Webhooks));
    }
    let acts_for = caller.municipalities.as_ref().map(|own| own.iter().copied().collect::<Vec<_>>());
    let own: [Value; 6] = [
        Uuid::now_v7().into(),
        caller.subject.clone().into(),
        acts_for.into(),
        caller.token.into(),
        ends_at.into(),
        secret.into(),
    ];
    written(tx, sql(CREATE, values(tx, input).await?.into_iter().chain(own))).await
}

/// Returns when the caller's token expires, or `None` for a token of the trusted issuer, which is not in the database.
async fn ends_at(tx: &DatabaseTransaction, caller: &Caller) -> Result<Option<DateTime<Utc>>> {
    // The lock makes a concurrent revocation wait, which then deactivates this webhook too.
    const HOLDS: &str = "select expires_at from token where id = $1 and revoked_at is null for share";
    let Some(token) = caller.token else { return Ok(None) };
    let found = tx.query_one_raw(sql(HOLDS, [token.into()])).await?;
    Ok(Some(found.ok_or(Error::from(TokenError::Revoked))?.try_get_by_index(0)?))
}

/// Locks a webhook until the end of the transaction, and returns it.
async fn lock_for_update(tx: &DatabaseTransaction, id: Uuid, owner: &Owner) -> Result<Model> {
    // `NO KEY UPDATE` does not block the insertion of deliveries that refer to the webhook.
    let row = Entity::find_by_id(id).filter(owner.condition()).lock(LockType::NoKeyUpdate).one(tx).await?;
    row.ok_or_else(|| not_found(id))
}

/// Fails with the current webhook if its revision does not meet a precondition.
async fn require(tx: &DatabaseTransaction, row: &Model, precondition: &Precondition) -> Result<()> {
    let Err(error) = precondition.check(row.revision) else { return Ok(()) };
    Err(webhook_response(&one_view(tx, row.clone()).await?)?.beside(error))
}

/// Replaces the settings of a webhook by those that `revise` returns. A webhook that was inactive receives later events
/// only. Fails with 404 if the webhook is not visible to the caller, if the precondition is not met, and with
/// `Error::Invalid` for unknown themes or municipalities.
pub(super) async fn replace(
    tx: &DatabaseTransaction,
    id: Uuid,
    caller: &Caller,
    precondition: Precondition,
    revise: impl FnOnce(&WebhookInput) -> Result<WebhookInput>,
) -> Result<Model> {
    const REPLACE: &str = "update webhook set url = $1, description = $2, resources = $3, theme_ids = $4, municipality_ids = $5, changes = $6, \
            submissions = $7, active = $8, revision = revision + 1, updated_at = now(), \
            cursor = case when active and changes then cursor else (select coalesce(max(sequence), 0) from change) end, \
            token_id = $10, ends_at = $11, inactive_because = case when not $8 then 'a request deactivated it' end, \
            failures = 0, silent_since = null, rests_until = null, private_until = null, unsent_since = null, \
            told_until = case when url = $1 then told_until end \
        where id = $9 returning *";
    // All transactions lock the token before the webhook, which prevents deadlocks.
    let own: [Value; 3] = [id.into(), caller.token.into(), ends_at(tx, caller).await?.into()];
    let row = lock_for_update(tx, id, &Owner::of(caller)).await?;
    require(tx, &row, &precondition).await?;
    let input = revise(&set_of(one_view(tx, row).await?))?;
    written(tx, sql(REPLACE, values(tx, input).await?.into_iter().chain(own))).await
}

/// Marks a webhook as deleted, which hides it. The clean-up removes its row after its deliveries. Fails with 404 if the
/// webhook is not visible to the caller, and if the precondition is not met.
pub(super) async fn delete(
    tx: &DatabaseTransaction,
    id: Uuid,
    owner: &Owner,
    precondition: Precondition,
) -> Result<()> {
    const DELETE: &str = "update webhook set active = false, deleted_at = now(), revision = revision + 1 where id = $1";
    require(tx, &lock_for_update(tx, id, owner).await?, &precondition).await?;
    tx.execute_raw(sql(DELETE, [id.into()])).await?;
    Ok(())
}

/// Replaces the signing secret. Up to three previous secrets stay in use for 24 hours, so that a caller that misses the
/// response can repeat the request. Fails with 404 if the webhook is not visible to the caller.
pub(super) async fn rotate(tx: &DatabaseTransaction, id: Uuid, owner: &Owner, secret: String) -> Result<Model> {
    const ROTATE: &str = "update webhook set former_secrets = (array[secret] || case when former_until > now() then former_secrets else '{}' end)[1:3], former_until = now() + interval '24 hours', secret = $2, \
            revision = revision + 1, updated_at = now() \
        where id = $1 returning *";
    lock_for_update(tx, id, owner).await?;
    written(tx, sql(ROTATE, [id.into(), secret.into()])).await
}

/// Returns the error for an ID without a visible delivery of a webhook.
pub(super) fn unknown_delivery(webhook: Uuid, delivery: Uuid) -> Error {
    Error::not_found(format!("/v1/webhooks/{webhook}/deliveries"), delivery)
}

/// Queues a message again before all waiting messages, independent of its state, and ends a pause of the webhook. Fails
/// with `Error::Inactive` if the webhook is inactive, and with 404 for an unknown webhook or delivery.
pub(super) async fn redeliver(
    tx: &DatabaseTransaction,
    id: Uuid,
    owner: &Owner,
    delivery: Uuid,
) -> Result<webhook_delivery::Model> {
    const REDELIVER: &str = "update webhook_delivery set state = 'pending', attempts = 0, asked_at = now(), ended_at = null, \
            next_at = least(clock_timestamp(), (select min(next_at) - interval '1 millisecond' from webhook_delivery \
                                                 where webhook_id = $2 and state = 'pending')) \
        where id = $1 and webhook_id = $2 and ($3 or type not like 'submission.%') returning *";
    const WAKE: &str = "update webhook set rests_until = null where id = $1";
    if !lock_for_update(tx, id, owner).await?.active {
        return Err(Error::Inactive);
    }
    let values: [Value; 3] = [delivery.into(), id.into(), owner.hears_steps.into()];
    let row = webhook_delivery::Model::find_by_statement(sql(REDELIVER, values)).one(tx).await?;
    let row = row.ok_or_else(|| unknown_delivery(id, delivery))?;
    tx.execute_raw(sql(WAKE, [id.into()])).await?;
    Ok(row)
}
