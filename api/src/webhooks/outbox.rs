//! What is on its way to webhooks: it stands in the database, so a process that dies loses nothing.

use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::submission::Model as Submission;
use entity::vocabulary::{DeliveryState, Vocabulary};
use entity::webhook::Model;
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult, Value};
use uuid::Uuid;

use super::dto::{SubmissionStep, Told, WebhookMessage};
use crate::changes::{self, Concerning};
use crate::db::sql;
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

/// Messages that webhooks are told: one statement, however many there are. What one was told already stays as it is.
async fn tell(tx: &DatabaseTransaction, messages: Vec<(Uuid, String, WebhookMessage)>) -> Result<()> {
    const TELL: &str = "insert into webhook_delivery (id, webhook_id, event_id, type, payload) \
        select m.id, m.webhook, m.event, m.type, m.payload \
          from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[]) with ordinality \
                   as m (id, webhook, event, type, payload, place) order by m.place \
            on conflict (webhook_id, event_id) do nothing";
    if messages.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = messages.iter().map(|_| Uuid::now_v7()).collect();
    let (mut webhooks, mut events, mut types, mut payloads) = (vec![], vec![], vec![], vec![]);
    for (webhook, event, message) in messages {
        payloads.push(serde_json::to_string(&message).map_err(Error::fault)?);
        types.push(message.r#type);
        events.push(event);
        webhooks.push(webhook);
    }
    tx.execute_raw(sql(TELL, [ids.into(), webhooks.into(), events.into(), types.into(), payloads.into()])).await?;
    Ok(())
}

/// Tells those whose submission it is of a step, in the transaction that takes it.
pub(crate) async fn tell_step(
    tx: &DatabaseTransaction,
    submission: &Submission,
    (event, at): (Uuid, DateTime<Utc>),
    step: SubmissionStep,
) -> Result<()> {
    #[derive(FromQueryResult)]
    struct Found {
        id: Uuid,
    }
    const CONCERNED: &str = "select id from webhook where active and submissions \
        and (acts_for && $1 or acts_for is null and owner = $2) order by id";
    let values: [Value; 2] = [submission.municipalities.clone().into(), submission.submitted_by.clone().into()];
    let concerned = Found::find_by_statement(sql(CONCERNED, values)).all(tx).await?;
    let message = |Found { id }: Found| {
        let r#type = format!("submission.{}", step.action.value());
        (id, format!("step:{event}"), WebhookMessage { r#type, timestamp: at, data: Told::Step(step.clone()) })
    };
    tell(tx, concerned.into_iter().map(message).collect()).await
}

/// Takes one webhook that has not heard of all changes yet on by a page of them; tells whether there was one. Changes have one
/// order without gaps, and the place that was reached is kept with what was told: none is missed, and none told twice.
pub(super) async fn catch_up(tx: &DatabaseTransaction) -> Result<bool> {
    const BEHIND: &str = "select * from webhook where active and changes \
        and cursor < (select coalesce(max(sequence), 0) from change) order by cursor limit 1 for no key update skip locked";
    const REACHED: &str = "update webhook set cursor = $2 where id = $1";
    let Some(webhook) = Model::find_by_statement(sql(BEHIND, [])).one(tx).await? else { return Ok(false) };
    let concerning =
        Concerning { tables: webhook.resources, themes: webhook.themes, municipalities: webhook.municipalities };
    let (told, reached) = changes::concerning(tx, webhook.cursor, &concerning).await?;
    let message = |change: changes::FeedChange| {
        let r#type = format!("entry.{}", change.action.value());
        let event = format!("change:{}", change.sequence);
        (webhook.id, event, WebhookMessage { r#type, timestamp: change.at, data: Told::Change(change) })
    };
    tell(tx, told.into_iter().map(message).collect()).await?;
    tx.execute_raw(sql(REACHED, [webhook.id.into(), reached.into()])).await?;
    Ok(true)
}

/// What is to be done now: is anybody behind, and is anything due?
#[derive(FromQueryResult)]
pub(super) struct Todo {
    pub behind: bool,
    pub due: bool,
}

pub(super) async fn todo(db: &impl ConnectionTrait, busy: &[Uuid]) -> Result<Todo> {
    const TODO: &str = "select exists(select from webhook where active and changes \
            and cursor < (select coalesce(max(sequence), 0) from change)) as behind, \
        exists(select from webhook w where w.active and w.id <> all ($1) and (w.rests_until is null or w.rests_until <= now()) \
            and exists(select from webhook_delivery d where d.webhook_id = w.id and d.state = 'pending' and d.next_at <= now())) as due";
    let found = Todo::find_by_statement(sql(TODO, [busy.to_vec().into()])).one(db).await?;
    Ok(found.unwrap_or(Todo { behind: false, due: false }))
}

/// Messages for one webhook that are to be sent now.
pub(super) struct Batch {
    pub webhook: Uuid,
    pub url: String,
    pub secrets: Vec<String>,
    pub messages: Vec<Message>,
}

#[derive(FromQueryResult)]
pub(super) struct Message {
    pub id: Uuid,
    pub payload: String,
    pub attempts: i32,
}

/// Takes some messages for one webhook that is not busy, so that for half a minute nobody else sends them: if this process dies,
/// somebody sends them then.
pub(super) async fn take(tx: &DatabaseTransaction, busy: &[Uuid]) -> Result<Option<Batch>> {
    const NEXT: &str = "select w.* from webhook w cross join lateral \
            (select d.next_at, d.number from webhook_delivery d where d.webhook_id = w.id and d.state = 'pending' and d.next_at <= now() \
              order by d.next_at, d.number limit 1) first \
        where w.active and w.id <> all ($1) and (w.rests_until is null or w.rests_until <= now()) \
        order by first.next_at, first.number limit 1 for no key update of w skip locked";
    const TAKE: &str = "with due as (select id from webhook_delivery \
             where webhook_id = $1 and state = 'pending' and next_at <= now() order by number limit 10 for update skip locked), \
          taken as (update webhook_delivery d set next_at = now() + interval '30 seconds' from due where d.id = due.id returning d.*) \
        select id, payload, attempts from taken order by number";
    let Some(webhook) = Model::find_by_statement(sql(NEXT, [busy.to_vec().into()])).one(tx).await? else {
        return Ok(None);
    };
    let messages = Message::find_by_statement(sql(TAKE, [webhook.id.into()])).all(tx).await?;
    let still = webhook.former_until.is_some_and(|until| until > Utc::now());
    let former = webhook.former_secrets.into_iter().filter(|_| still);
    let secrets = [webhook.secret].into_iter().chain(former).collect();
    Ok(Some(Batch { webhook: webhook.id, url: webhook.url, secrets, messages }))
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

/// Gives messages back that were not sent after all.
pub(super) async fn release(tx: &DatabaseTransaction, messages: Vec<Uuid>) -> Result<()> {
    const RELEASE: &str = "update webhook_delivery set next_at = now() where id = any ($1) and state = 'pending'";
    tx.execute_raw(sql(RELEASE, [messages.into()])).await?;
    Ok(())
}

/// Forgets some of what was delivered or given up a month ago; tells whether that was all.
pub(super) async fn forget(tx: &DatabaseTransaction) -> Result<bool> {
    const SOME: u64 = 2000;
    const FORGET: &str = "delete from webhook_delivery where id in \
        (select id from webhook_delivery where ended_at < now() - interval '30 days' limit 2000)";
    Ok(tx.execute_raw(sql(FORGET, [])).await?.rows_affected() < SOME)
}
