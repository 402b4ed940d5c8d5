//! The queue of messages: claims, results of attempts, pauses and clean-up.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::vocabulary::Vocabulary;
use entity::{webhook, webhook_delivery};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult, Value};
use uuid::Uuid;

use super::message::WebhookMessage;
use super::schedule::{GONE, RESTS, after_attempt};
use crate::base::clock;
use crate::base::db::{sql, written};
use crate::base::error::{Error, Result};
use crate::services::changes;

/// Pending work: the webhook with the longest due message, the webhook furthest behind the change feed, and whether a clean-up
/// is due.
#[derive(FromQueryResult)]
pub(super) struct Todo {
    pub due: Option<Uuid>,
    pub behind: Option<Uuid>,
    pub untidy: bool,
}

/// Returns the pending work. `private` states whether this instance may send to private addresses.
pub(super) async fn todo(db: &impl ConnectionTrait, private: bool) -> Result<Todo> {
    const TODO: &str = "select \
        (select w.id from webhook w cross join lateral \
            (select d.next_at, d.number from webhook_delivery d where d.webhook_id = w.id and d.state = 'pending' and d.next_at <= now() \
              order by d.next_at, d.number limit 1) first \
          where w.active and (w.ends_at is null or w.ends_at > now()) and (w.rests_until is null or w.rests_until <= now()) \
            and (w.told_until is null or w.told_until <= now()) \
            and ($1 or w.private_until is null or w.private_until <= now()) \
          order by first.next_at, first.number limit 1) as due, \
        (select id from webhook where active and changes and (rests_until is null or rests_until <= now()) \
            and cursor < (select coalesce(max(sequence), 0) from change) order by cursor, id limit 1) as behind, \
        exists(select from webhook w where active and ends_at <= now() or deleted_at is not null \
            or not active and exists(select from webhook_delivery d where d.webhook_id = w.id and d.state = 'pending')) as untidy";
    let found = Todo::find_by_statement(sql(TODO, [private.into()])).one(db).await?;
    Ok(found.unwrap_or(Todo { due: None, behind: None, untidy: false }))
}

/// Due messages of one webhook.
pub(super) struct MessageBatch {
    pub webhook: Uuid,
    pub url: String,
    pub secrets: Vec<String>,
    pub messages: Vec<Message>,
    /// Time until which this process has the only claim on the webhook.
    pub until: Option<DateTime<Utc>>,
}

pub(super) struct Message {
    pub id: Uuid,
    pub body: String,
    attempts: i32,
    asked_at: DateTime<Utc>,
}

/// Claims a webhook for 30 seconds and returns its due messages, unless another process has a claim on the webhook. If this
/// process ends, another one sends the messages after that time. A claim by an instance that may send to private addresses
/// clears `unsent_since`.
pub(super) async fn claim(tx: &DatabaseTransaction, webhook: Uuid, private: bool) -> Result<Option<MessageBatch>> {
    const FREE: &str = "select id from webhook where id = $1 and active and (told_until is null or told_until <= now()) \
        for no key update skip locked";
    const DUE: &str = "select * from webhook_delivery where webhook_id = $1 and state = 'pending' and next_at <= now() \
        order by next_at, number limit 10";
    const HOLD: &str = "update webhook set told_until = now() + interval '30 seconds', \
            unsent_since = case when $2 then null else unsent_since end \
        where id = $1 returning *";
    if tx.query_one_raw(sql(FREE, [webhook.into()])).await?.is_none() {
        return Ok(None);
    }
    let due = webhook_delivery::Model::find_by_statement(sql(DUE, [webhook.into()])).all(tx).await?;
    if due.is_empty() {
        return Ok(None);
    }
    let bodies = bodies(tx, &due).await?;
    let webhook: webhook::Model = written(tx, sql(HOLD, [webhook.into(), private.into()])).await?;
    let messages = due.into_iter().zip(bodies);
    let message = |(row, body): (webhook_delivery::Model, _)| {
        let webhook_delivery::Model { id, attempts, asked_at, .. } = row;
        Message { id, body, attempts, asked_at }
    };
    let messages = messages.map(message).collect();
    let still = webhook.former_until.is_some_and(|until| until > clock::now());
    let former = webhook.former_secrets.into_iter().filter(|_| still);
    let secrets = [webhook.secret].into_iter().chain(former).collect();
    Ok(Some(MessageBatch { webhook: webhook.id, url: webhook.url, secrets, messages, until: webhook.told_until }))
}

/// Releases the claim on a webhook.
pub(super) async fn release(tx: &DatabaseTransaction, webhook: Uuid, until: Option<DateTime<Utc>>) -> Result<()> {
    const RELEASE: &str = "update webhook set told_until = null where id = $1 and told_until = $2";
    tx.execute_raw(sql(RELEASE, [webhook.into(), until.into()])).await?;
    Ok(())
}

/// Text of `failure` for a message that waits for an instance that may send to private addresses.
pub(super) const WAITS: &str = "not sent yet: the address is private or not encrypted, and only an instance with `--allow-private-webhooks` may send to it";

/// Leaves a webhook to instances that may send to private addresses. This does not count as an attempt. After 10 minutes,
/// other instances check the address again, because its host name may then resolve to a public address. Messages that no
/// such instance has sent within a day fail.
pub(super) async fn leave(tx: &DatabaseTransaction, webhook: Uuid, until: Option<DateTime<Utc>>) -> Result<()> {
    const LEAVE: &str = "update webhook set private_until = now() + interval '10 minutes', unsent_since = coalesce(unsent_since, now()) \
        where id = $1 and told_until = $2";
    const WHY: &str = "not sent: the address is private or not encrypted, and no instance with `--allow-private-webhooks` sent it within a day";
    tx.execute_raw(sql(LEAVE, [webhook.into(), until.into()])).await?;
    give_up_late(tx, webhook, Late { since: "unsent_since", failure: "$2", because: WHY }).await
}

/// Returns the bodies of messages: stored bodies for steps, and bodies built from the current change log for changes.
pub(super) async fn bodies(db: &impl ConnectionTrait, messages: &[webhook_delivery::Model]) -> Result<Vec<String>> {
    let changes = changes::feed_changes(db, messages.iter().filter_map(|message| message.sequence).collect()).await?;
    let mut changes: HashMap<i64, _> = changes.into_iter().map(|change| (change.sequence, change)).collect();
    let body = |message: &webhook_delivery::Model| {
        if let Some(kept) = &message.payload {
            return Ok(kept.clone());
        }
        let change = message.sequence.and_then(|sequence| changes.remove(&sequence));
        let change = change
            .ok_or_else(|| Error::internal(anyhow::anyhow!("a webhook message has neither a body nor a change")))?;
        let (r#type, timestamp) = (message.r#type.clone(), change.at);
        serde_json::to_string(&WebhookMessage { r#type, timestamp, data: change }).map_err(Error::internal)
    };
    messages.iter().map(body).collect()
}

/// Result of an attempt.
pub(super) struct Attempt {
    pub status: Option<u16>,
    pub failure: Option<String>,
    pub took: Duration,
}

/// Stores the result of an attempt and the time of the next one, and returns whether to continue with the batch.
pub(super) async fn record_attempt(
    tx: &DatabaseTransaction,
    webhook: Uuid,
    until: Option<DateTime<Utc>>,
    message: &Message,
    attempt: &Attempt,
) -> Result<bool> {
    const CLAIMED: &str = "select id from webhook where id = $1 and active and told_until = $2";
    // If the message has failed for good or was redelivered during the attempt, it keeps the new state.
    const RECORD: &str = "update webhook_delivery set state = $2, attempts = attempts + 1, attempted_at = now(), \
            next_at = now() + make_interval(secs => $3), ended_at = case when $2 <> 'pending' then now() end, \
            status = $4, failure = $5, took_ms = $6 \
        where id = $1 and state = 'pending' and asked_at = $7";
    let Attempt { status, failure, took } = attempt;
    // All transactions lock the webhook before its deliveries, which prevents deadlocks.
    let is_claimed = tx.query_one_raw(sql(CLAIMED, [webhook.into(), until.into()])).await?.is_some();
    if is_claimed {
        take_in(tx, webhook, *status).await?;
    }
    let (state, pause) = after_attempt(*status, message.attempts);
    let values: [Value; 7] = [
        message.id.into(),
        state.value().into(),
        pause.as_secs_f64().into(),
        status.and_then(|status| i16::try_from(status).ok()).into(),
        failure.clone().into(),
        i32::try_from(took.as_millis()).unwrap_or(i32::MAX).into(),
        message.asked_at.into(),
    ];
    tx.execute_raw(sql(RECORD, values)).await?;
    if status.is_none() {
        const LATE: Late =
            Late { since: "silent_since", failure: "coalesce(failure, $2)", because: "no response for a day" };
        give_up_late(tx, webhook, LATE).await?;
    }
    // An endpoint that does not respond is unlikely to respond to the next message.
    Ok(is_claimed && status.is_some_and(|status| status != GONE))
}

/// Updates the webhook according to the response: pauses it if there is none, deactivates it after 410, and
/// resumes it otherwise.
async fn take_in(tx: &DatabaseTransaction, webhook: Uuid, status: Option<u16>) -> Result<()> {
    const REST: &str = "update webhook set failures = failures + 1, silent_since = coalesce(silent_since, now()), \
            rests_until = now() + make_interval(secs => ($2::float8[])[least(failures + 1, cardinality($2))]) where id = $1";
    const WAKE: &str = "update webhook set failures = 0, silent_since = null, rests_until = null, unsent_since = null \
        where id = $1 and (failures > 0 or unsent_since is not null)";
    match status {
        None => {
            let rests: Vec<f64> = RESTS.iter().map(Duration::as_secs_f64).collect();
            tx.execute_raw(sql(REST, [webhook.into(), rests.into()])).await?;
        }
        Some(GONE) => end(tx, "id = $1", webhook, "the endpoint responded with 410 (Gone)").await?,
        Some(_) => {
            tx.execute_raw(sql(WAKE, [webhook.into()])).await?;
        }
    }
    Ok(())
}

/// Condition and reason for failing messages after a day.
struct Late {
    /// Column with the time since which the webhook has accepted no message.
    since: &'static str,
    /// SQL expression for the failure of a message; `$2` is `because`.
    failure: &'static str,
    because: &'static str,
}

/// Fails messages older than a day of a webhook that has accepted nothing for a day. Because of the pauses, such messages
/// would reach their last attempt much later.
async fn give_up_late(tx: &DatabaseTransaction, webhook: Uuid, late: Late) -> Result<()> {
    let Late { since, failure, because } = late;
    let give_up = format!(
        "update webhook_delivery set state = 'failed', ended_at = now(), failure = {failure} \
          where id in (select d.id from webhook w join webhook_delivery d on d.webhook_id = w.id and d.state = 'pending' \
                        where w.id = $1 and w.{since} < now() - interval '1 day' and d.asked_at < now() - interval '1 day' \
                        limit 1000 for update of d skip locked)"
    );
    tx.execute_raw(sql(&give_up, [webhook.into(), because.into()])).await?;
    Ok(())
}

/// Pauses the deliveries of a webhook for a minute.
pub(super) async fn rest(tx: &DatabaseTransaction, webhook: Uuid) -> Result<()> {
    const REST: &str = "update webhook set rests_until = now() + interval '1 minute' where id = $1";
    tx.execute_raw(sql(REST, [webhook.into()])).await?;
    Ok(())
}

/// Deactivates webhooks. The clean-up then fails their pending messages.
async fn end(tx: &DatabaseTransaction, which: &str, value: Uuid, because: &str) -> Result<()> {
    let end = format!(
        "update webhook set active = false, inactive_because = $2, revision = revision + 1, updated_at = now() where {which} and active"
    );
    tx.execute_raw(sql(&end, [value.into(), because.into()])).await?;
    Ok(())
}

/// Deactivates the webhooks that were created or last changed with a revoked token.
pub(crate) async fn end_those_of(tx: &DatabaseTransaction, token: Uuid) -> Result<()> {
    end(tx, "token_id = $1", token, "the token that created or last changed it was revoked").await
}

/// Statements of the clean-up: they deactivate webhooks with expired tokens, fail pending messages of inactive
/// webhooks, and remove deleted webhooks after their deliveries. Each statement runs in a separate transaction, so that
/// locks are short.
pub(super) const TIDYING: [&str; 4] = [
    "update webhook set active = false, inactive_because = 'the token that created or last changed it has expired', revision = revision + 1, updated_at = now() \
      where active and ends_at <= now()",
    "update webhook_delivery set state = 'failed', ended_at = now(), failure = 'the webhook is inactive' where id in \
        (select d.id from webhook w join webhook_delivery d on d.webhook_id = w.id and d.state = 'pending' where not w.active \
          limit 2000 for update of d skip locked)",
    "delete from webhook_delivery where id in \
        (select d.id from webhook w join webhook_delivery d on d.webhook_id = w.id where w.deleted_at is not null \
          limit 2000 for update of d skip locked)",
    "delete from webhook w where deleted_at is not null and not exists (select from webhook_delivery d where d.webhook_id = w.id)",
];

/// Deletes up to 2,000 deliveries that ended more than 30 days ago. Returns whether there were none.
pub(super) async fn forget(tx: &DatabaseTransaction) -> Result<bool> {
    const FORGET: &str = "delete from webhook_delivery where id in \
        (select id from webhook_delivery where ended_at < now() - interval '30 days' limit 2000)";
    Ok(tx.execute_raw(sql(FORGET, [])).await?.rows_affected() == 0)
}
