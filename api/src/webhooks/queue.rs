//! What of all that webhooks are to be told is sent now, and what comes of it.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::vocabulary::{DeliveryState, Vocabulary};
use entity::{webhook, webhook_delivery};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult, Value};
use uuid::Uuid;

use super::dto::{Told, WebhookMessage};
use crate::changes;
use crate::db::{sql, written};
use crate::error::{Error, Result};

/// How long is waited after each attempt that failed: about a day in all.
const PAUSES: [Duration; 8] = [
    Duration::from_secs(5),
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(8),
    Duration::from_hours(8),
];
/// How long an endpoint is left alone that does not answer at all, the first time and each further one.
const RESTS: [Duration; 4] =
    [Duration::from_secs(4), Duration::from_secs(30), Duration::from_mins(2), Duration::from_mins(5)];
/// The answer of an endpoint that wants to hear no more (410).
pub(super) const GONE: u16 = 410;

/// What is to be done now: has anybody not heard of all changes, and is anything due?
#[derive(FromQueryResult)]
pub(super) struct Todo {
    pub behind: bool,
    pub due: bool,
}

pub(super) async fn todo(db: &impl ConnectionTrait) -> Result<Todo> {
    const TODO: &str = "select exists(select from webhook where active and changes \
            and cursor < (select coalesce(max(sequence), 0) from change)) as behind, \
        exists(select from webhook w where w.active and (w.rests_until is null or w.rests_until <= now()) \
            and (w.told_until is null or w.told_until <= now()) \
            and exists(select from webhook_delivery d where d.webhook_id = w.id and d.state = 'pending' and d.next_at <= now())) as due";
    let found = Todo::find_by_statement(sql(TODO, [])).one(db).await?;
    Ok(found.unwrap_or(Todo { behind: false, due: false }))
}

/// Messages for one webhook that are to be sent now.
pub(super) struct Batch {
    pub webhook: Uuid,
    pub url: String,
    pub secrets: Vec<String>,
    pub messages: Vec<Message>,
    /// Until when nobody else tells it.
    pub until: Option<DateTime<Utc>>,
}

pub(super) struct Message {
    pub id: Uuid,
    pub body: String,
    pub attempts: i32,
}

/// Takes some messages for one webhook that nobody tells, so that for half a minute nobody else does: if this process dies, somebody
/// sends them then.
pub(super) async fn take(tx: &DatabaseTransaction) -> Result<Option<Batch>> {
    const NEXT: &str = "select w.id from webhook w cross join lateral \
            (select d.next_at, d.number from webhook_delivery d where d.webhook_id = w.id and d.state = 'pending' and d.next_at <= now() \
              order by d.next_at, d.number limit 1) first \
        where w.active and (w.rests_until is null or w.rests_until <= now()) and (w.told_until is null or w.told_until <= now()) \
        order by first.next_at, first.number limit 1 for no key update of w skip locked";
    const HOLD: &str = "update webhook set told_until = now() + interval '30 seconds' where id = $1 returning *";
    const DUE: &str = "select * from webhook_delivery where webhook_id = $1 and state = 'pending' and next_at <= now() \
        order by number limit 10";
    let Some(next) = tx.query_one_raw(sql(NEXT, [])).await? else { return Ok(None) };
    let next: Uuid = next.try_get_by_index(0)?;
    let due = webhook_delivery::Model::find_by_statement(sql(DUE, [next.into()])).all(tx).await?;
    if due.is_empty() {
        return Ok(None);
    }
    let bodies = bodies(tx, &due).await?;
    let webhook: webhook::Model = written(tx, sql(HOLD, [next.into()])).await?;
    let messages = due.into_iter().zip(bodies);
    let messages = messages.map(|(row, body)| Message { id: row.id, body, attempts: row.attempts }).collect();
    let still = webhook.former_until.is_some_and(|until| until > Utc::now());
    let former = webhook.former_secrets.into_iter().filter(|_| still);
    let secrets = [webhook.secret].into_iter().chain(former).collect();
    Ok(Some(Batch { webhook: webhook.id, url: webhook.url, secrets, messages, until: webhook.told_until }))
}

/// Lets others tell a webhook again.
pub(super) async fn let_go(tx: &DatabaseTransaction, webhook: Uuid, until: Option<DateTime<Utc>>) -> Result<()> {
    const LET_GO: &str = "update webhook set told_until = null where id = $1 and told_until = $2";
    tx.execute_raw(sql(LET_GO, [webhook.into(), until.into()])).await?;
    Ok(())
}

/// The bodies of messages: of a step as it was kept, of a change as it is told now.
pub(super) async fn bodies(db: &impl ConnectionTrait, messages: &[webhook_delivery::Model]) -> Result<Vec<String>> {
    let changes = changes::told(db, messages.iter().filter_map(|message| message.sequence).collect()).await?;
    let mut changes: HashMap<i64, _> = changes.into_iter().map(|change| (change.sequence, change)).collect();
    let body = |message: &webhook_delivery::Model| {
        if let Some(kept) = &message.payload {
            return Ok(kept.clone());
        }
        let change = message.sequence.and_then(|sequence| changes.remove(&sequence));
        let change = change.ok_or_else(|| Error::fault(anyhow::anyhow!("a message tells of no change")))?;
        let (r#type, timestamp) = (message.r#type.clone(), change.at);
        serde_json::to_string(&WebhookMessage { r#type, timestamp, data: Told::Change(change) }).map_err(Error::fault)
    };
    messages.iter().map(body).collect()
}

/// What came of an attempt.
pub(super) struct Attempt {
    pub status: Option<u16>,
    pub failure: Option<String>,
    pub took: Duration,
}

/// Writes down what came of an attempt, and when the next one is.
pub(super) async fn settle(
    tx: &DatabaseTransaction,
    webhook: Uuid,
    message: &Message,
    attempt: &Attempt,
) -> Result<()> {
    const SETTLE: &str = "update webhook_delivery set state = $2, attempts = attempts + 1, attempted_at = now(), \
            next_at = now() + make_interval(secs => $3), ended_at = case when $2 <> 'pending' then now() end, \
            status = $4, failure = $5, took_ms = $6 \
        where id = $1";
    const REST: &str = "update webhook set failures = failures + 1, \
            rests_until = now() + make_interval(secs => ($2::float8[])[least(failures + 1, cardinality($2))]) where id = $1";
    const WAKE: &str = "update webhook set failures = 0, rests_until = null where id = $1 and failures > 0";
    let Attempt { status, failure, took } = attempt;
    // The webhook first, as everybody does who changes both.
    match status {
        None => {
            let rests: Vec<f64> = RESTS.iter().map(Duration::as_secs_f64).collect();
            tx.execute_raw(sql(REST, [webhook.into(), rests.into()])).await?;
        }
        Some(GONE) => end(tx, "id = $1", webhook, "the endpoint wants to hear no more").await?,
        Some(_) => {
            tx.execute_raw(sql(WAKE, [webhook.into()])).await?;
        }
    }
    let pause = usize::try_from(message.attempts).ok().and_then(|attempts| PAUSES.get(attempts));
    let (state, pause) = match (status, pause) {
        (Some(200..300), _) => (DeliveryState::Delivered, 0.0),
        (Some(GONE), _) | (_, None) => (DeliveryState::Failed, 0.0),
        (_, Some(pause)) => (DeliveryState::Pending, pause.as_secs_f64()),
    };
    let values: [Value; 6] = [
        message.id.into(),
        state.value().into(),
        pause.into(),
        status.and_then(|status| i16::try_from(status).ok()).into(),
        failure.clone().into(),
        i32::try_from(took.as_millis()).unwrap_or(i32::MAX).into(),
    ];
    tx.execute_raw(sql(SETTLE, values)).await?;
    Ok(())
}

/// Ends webhooks, and gives up what is on its way to them.
async fn end(tx: &DatabaseTransaction, which: &str, value: Uuid, why: &str) -> Result<()> {
    let end = format!(
        "update webhook set active = false, revision = revision + 1, updated_at = now() where {which} and active"
    );
    tx.execute_raw(sql(&end, [value.into()])).await?;
    give_up(tx, which, value, why).await
}

/// Gives up what is on its way to webhooks that are not active.
pub(super) async fn give_up(tx: &DatabaseTransaction, which: &str, value: Uuid, why: &str) -> Result<()> {
    let give_up = format!(
        "update webhook_delivery set state = 'failed', ended_at = now(), failure = $2 where state = 'pending' \
            and webhook_id in (select id from webhook where {which} and not active)"
    );
    tx.execute_raw(sql(&give_up, [value.into(), why.into()])).await?;
    Ok(())
}

/// Ends the webhooks that a token set, which holds no more.
pub(crate) async fn end_those_of(tx: &DatabaseTransaction, token: Uuid) -> Result<()> {
    end(tx, "token_id = $1", token, "the token that set the webhook was revoked").await
}

/// Forgets some of what was delivered or given up a month ago; tells whether that was all.
pub(super) async fn forget(tx: &DatabaseTransaction) -> Result<bool> {
    const SOME: u64 = 2000;
    const FORGET: &str = "delete from webhook_delivery where id in \
        (select id from webhook_delivery where ended_at < now() - interval '30 days' limit 2000)";
    Ok(tx.execute_raw(sql(FORGET, [])).await?.rows_affected() < SOME)
}
