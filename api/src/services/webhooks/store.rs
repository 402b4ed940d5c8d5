//! What the database does to keep webhooks. None of it raises the version of the directory.

use chrono::{DateTime, Utc};
use entity::webhook::{Entity, Model};
use entity::webhook_delivery;
use sea_orm::sea_query::LockType;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, Value};
use uuid::Uuid;

use super::dto::{Owner, Webhook};
use super::input::WebhookInput;
use super::query::one_view;
use crate::auth::Caller;
use crate::base::db::{sql, written};
use crate::base::error::{Error, Result, TokenError};
use crate::http::Precondition;
use crate::model::catalog::{MUNICIPALITIES, THEMES};

/// Webhooks that one owner may have.
const MOST: u64 = 20;

/// Returns what was set of a webhook.
fn set_of(webhook: Webhook) -> WebhookInput {
    let Webhook { url, description, resources, themes, municipalities, changes, submissions, active, .. } = webhook;
    WebhookInput { url, description, resources, themes, municipalities, changes, submissions, active }
}

/// Returns the values of what can be set, with the ids of the themes and municipalities that are named.
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

/// Makes a webhook; it is told of what comes from now on.
pub(super) async fn create(
    tx: &DatabaseTransaction,
    caller: &Caller,
    secret: String,
    input: WebhookInput,
) -> Result<Model> {
    const CREATE: &str = "insert into webhook (url, description, resources, theme_ids, municipality_ids, changes, submissions, active, \
            id, owner, acts_for_ids, token_id, ends_at, secret, inactive_because, cursor) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, case when not $8 then 'it was paused' end, \
            (select coalesce(max(sequence), 0) from change)) returning *";
    caller.acts_for_any()?;
    let ends_at = ends_at(tx, caller).await?;
    if Owner::of(caller).count(tx).await? >= MOST {
        return Err(Error::QuotaExceeded("webhooks", MOST));
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

/// When the token ends with which somebody sets a webhook; one of another issuer is not kept here, and ends nothing.
async fn ends_at(tx: &DatabaseTransaction, caller: &Caller) -> Result<Option<DateTime<Utc>>> {
    // Who revokes it meanwhile waits, and ends what is set with it.
    const HOLDS: &str = "select expires_at from token where id = $1 and revoked_at is null for share";
    let Some(token) = caller.token else { return Ok(None) };
    let found = tx.query_one_raw(sql(HOLDS, [token.into()])).await?;
    Ok(Some(found.ok_or(Error::from(TokenError::Revoked))?.try_get_by_index(0)?))
}

/// A webhook that nobody else changes until the transaction ends.
async fn held(tx: &DatabaseTransaction, id: Uuid, owner: &Owner) -> Result<Model> {
    // What is told of a webhook meanwhile does not wait for this.
    let row = Entity::find_by_id(id).filter(owner.condition()).lock(LockType::NoKeyUpdate).one(tx).await?;
    row.ok_or(Error::NotFound)
}

/// Sets what is made of what was set. One that was not active hears of what comes from now on.
pub(super) async fn replace(
    tx: &DatabaseTransaction,
    id: Uuid,
    caller: &Caller,
    condition: Precondition,
    revise: impl FnOnce(&WebhookInput) -> Result<WebhookInput>,
) -> Result<Model> {
    const REPLACE: &str = "update webhook set url = $1, description = $2, resources = $3, theme_ids = $4, municipality_ids = $5, changes = $6, \
            submissions = $7, active = $8, revision = revision + 1, updated_at = now(), \
            cursor = case when active and changes then cursor else (select coalesce(max(sequence), 0) from change) end, \
            token_id = $10, ends_at = $11, inactive_because = case when not $8 then 'it was paused' end, \
            failures = 0, silent_since = null, rests_until = null, private_until = null, unsent_since = null, \
            told_until = case when url = $1 then told_until end \
        where id = $9 returning *";
    // The token first, as everybody does who holds both.
    let own: [Value; 3] = [id.into(), caller.token.into(), ends_at(tx, caller).await?.into()];
    let row = held(tx, id, &Owner::of(caller)).await?;
    condition.check(row.revision)?;
    let input = revise(&set_of(one_view(tx, row).await?))?;
    written(tx, sql(REPLACE, values(tx, input).await?.into_iter().chain(own))).await
}

/// Deletes a webhook: it is there no more, and goes once what it was told has gone.
pub(super) async fn delete(tx: &DatabaseTransaction, id: Uuid, owner: &Owner, condition: Precondition) -> Result<()> {
    const DELETE: &str = "update webhook set active = false, deleted_at = now(), revision = revision + 1 where id = $1";
    condition.check(held(tx, id, owner).await?.revision)?;
    tx.execute_raw(sql(DELETE, [id.into()])).await?;
    Ok(())
}

/// Signs with another secret from now on, and for a day with those before too: who does not get the answer can ask again.
pub(super) async fn rotate(tx: &DatabaseTransaction, id: Uuid, owner: &Owner, secret: String) -> Result<Model> {
    const ROTATE: &str = "update webhook set former_secrets = (array[secret] || case when former_until > now() then former_secrets else '{}' end)[1:3], former_until = now() + interval '24 hours', secret = $2, \
            revision = revision + 1, updated_at = now() \
        where id = $1 returning *";
    held(tx, id, owner).await?;
    written(tx, sql(ROTATE, [id.into(), secret.into()])).await
}

/// Sends something once more, whatever became of it: at once, before all that waits, even if the endpoint was to be left alone.
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
    if !held(tx, id, owner).await?.active {
        return Err(Error::Inactive);
    }
    let row = written(tx, sql(REDELIVER, [delivery.into(), id.into(), owner.hears_steps.into()])).await?;
    tx.execute_raw(sql(WAKE, [id.into()])).await?;
    Ok(row)
}
