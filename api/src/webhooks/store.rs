//! What the database does to keep webhooks, and what is on its way to them. None of it raises the version of the directory.

use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::submission::Model as Submission;
use entity::vocabulary::{DeliveryState, Vocabulary};
use entity::webhook::{Entity, Model};
use entity::webhook_delivery;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, FromQueryResult, QuerySelect, Statement, Value,
};
use uuid::Uuid;

use super::dto::{SubmissionStep, Told, WebhookInput, WebhookMessage};
use super::query::Owner;
use crate::changes::{self, Concerning};
use crate::error::{Error, Result, Violation};
use crate::http::Held;
use crate::municipalities::MUNICIPALITIES;
use crate::resource::Resource;
use crate::themes::THEMES;

fn sql(text: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, text, values)
}

async fn written<T: FromQueryResult>(tx: &DatabaseTransaction, statement: Statement) -> Result<T> {
    T::find_by_statement(statement).one(tx).await?.ok_or(Error::NotFound)
}

/// What can be set, with every name in the one way it is kept.
async fn settled(tx: &DatabaseTransaction, mut input: WebhookInput) -> Result<WebhookInput> {
    let mut violations = names(tx, &THEMES, "themes", &mut input.themes).await?;
    violations.extend(names(tx, &MUNICIPALITIES, "municipalities", &mut input.municipalities).await?);
    if violations.is_empty() { Ok(input) } else { Err(Error::Invalid(violations)) }
}

async fn names(
    tx: &DatabaseTransaction,
    resource: &Resource,
    member: &str,
    names: &mut [String],
) -> Result<Vec<Violation>> {
    let found = resource.find(tx, names).await?;
    let mut violations = vec![];
    for (place, name) in names.iter_mut().enumerate() {
        if let Some(found) = found.get(name.as_str()) {
            found.key().clone_into(name);
        } else {
            let detail = format!("`{name}` names no entry of /v1/{}", resource.collection);
            violations.push(Violation::pointer(format!("/{member}/{place}"), detail));
        }
    }
    Ok(violations)
}

fn set(input: WebhookInput) -> [Value; 8] {
    let WebhookInput { url, description, resources, themes, municipalities, changes, submissions, active } = input;
    let resources: Vec<String> = resources.iter().map(|resource| resource.0.table.to_owned()).collect();
    [
        url.into(),
        description.into(),
        resources.into(),
        themes.into(),
        municipalities.into(),
        changes.into(),
        submissions.into(),
        active.into(),
    ]
}

/// Makes a webhook; it is told of what comes from now on.
pub(super) async fn create(
    tx: &DatabaseTransaction,
    owner: Owner,
    secret: String,
    input: WebhookInput,
) -> Result<Model> {
    const CREATE: &str = "insert into webhook (url, description, resources, themes, municipalities, changes, submissions, active, \
            id, owner, acts_for, secret, cursor) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, (select coalesce(max(sequence), 0) from change)) returning *";
    let (subject, acts_for) = owner.parts();
    let own: [Value; 4] = [Uuid::now_v7().into(), subject.into(), acts_for.into(), secret.into()];
    written(tx, sql(CREATE, set(settled(tx, input).await?).into_iter().chain(own))).await
}

/// A webhook that nobody else changes until the transaction ends.
async fn held(tx: &DatabaseTransaction, id: Uuid, owner: &Owner) -> Result<Model> {
    let row = Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    row.filter(|row| owner.has(row)).ok_or(Error::NotFound)
}

/// Replaces what can be set. One that was not active hears of what comes from now on.
pub(super) async fn replace(
    tx: &DatabaseTransaction,
    (id, owner): (Uuid, &Owner),
    condition: Held,
    input: WebhookInput,
) -> Result<Model> {
    const REPLACE: &str = "update webhook set url = $1, description = $2, resources = $3, themes = $4, municipalities = $5, changes = $6, \
            submissions = $7, active = $8, revision = revision + 1, updated_at = now(), \
            cursor = case when active and changes then cursor else (select coalesce(max(sequence), 0) from change) end \
        where id = $9 returning *";
    condition.check(held(tx, id, owner).await?.revision)?;
    written(tx, sql(REPLACE, set(settled(tx, input).await?).into_iter().chain([id.into()]))).await
}

pub(super) async fn delete(tx: &DatabaseTransaction, (id, owner): (Uuid, &Owner), condition: Held) -> Result<()> {
    condition.check(held(tx, id, owner).await?.revision)?;
    tx.execute_raw(sql("delete from webhook where id = $1", [id.into()])).await?;
    Ok(())
}

/// Signs with another secret from now on, and for a day with the one before too.
pub(super) async fn rotate(tx: &DatabaseTransaction, (id, owner): (Uuid, &Owner), secret: String) -> Result<Model> {
    const ROTATE: &str = "update webhook set former_secret = secret, former_until = now() + interval '24 hours', secret = $2, \
            revision = revision + 1, updated_at = now() \
        where id = $1 returning *";
    held(tx, id, owner).await?;
    written(tx, sql(ROTATE, [id.into(), secret.into()])).await
}

/// Sends something once more, whatever became of it.
pub(super) async fn redeliver(
    tx: &DatabaseTransaction,
    (id, owner): (Uuid, &Owner),
    delivery: Uuid,
) -> Result<webhook_delivery::Model> {
    const REDELIVER: &str = "update webhook_delivery set state = 'pending', attempts = 0, next_at = now(), ended_at = null \
        where id = $1 and webhook_id = $2 returning *";
    held(tx, id, owner).await?;
    written(tx, sql(REDELIVER, [delivery.into(), id.into()])).await
}

/// Messages that a webhook is told: one statement, however many there are. What it was told already stays as it is.
async fn tell(tx: &DatabaseTransaction, webhook: Uuid, messages: Vec<(String, WebhookMessage)>) -> Result<()> {
    const TELL: &str = "insert into webhook_delivery (id, webhook_id, event_id, type, payload) \
        select m.id, $1, m.event, m.type, m.payload \
          from unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) with ordinality as m (id, event, type, payload, place) order by m.place \
            on conflict (webhook_id, event_id) do nothing";
    let ids: Vec<Uuid> = messages.iter().map(|_| Uuid::now_v7()).collect();
    let (mut events, mut types, mut payloads) = (vec![], vec![], vec![]);
    for (event, message) in messages {
        payloads.push(serde_json::to_string(&message).map_err(Error::fault)?);
        types.push(message.r#type);
        events.push(event);
    }
    tx.execute_raw(sql(TELL, [webhook.into(), ids.into(), events.into(), types.into(), payloads.into()])).await?;
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
    for Found { id } in Found::find_by_statement(sql(CONCERNED, values)).all(tx).await? {
        let r#type = format!("submission.{}", step.action.value());
        let message = WebhookMessage { r#type, timestamp: at, data: Told::Step(step.clone()) };
        tell(tx, id, vec![(format!("step:{event}"), message)]).await?;
    }
    Ok(())
}

/// Takes one webhook that has not heard of all changes yet on by a page of them; tells whether there was one. Changes have one
/// order without gaps, and the place that was reached is kept with what was told: none is missed, and none told twice.
pub(super) async fn catch_up(tx: &DatabaseTransaction) -> Result<bool> {
    const BEHIND: &str = "select * from webhook where active and changes \
        and cursor < (select coalesce(max(sequence), 0) from change) order by cursor limit 1 for update skip locked";
    const REACHED: &str = "update webhook set cursor = $2 where id = $1";
    let Some(webhook) = Model::find_by_statement(sql(BEHIND, [])).one(tx).await? else { return Ok(false) };
    let concerning =
        Concerning { tables: webhook.resources, themes: webhook.themes, municipalities: webhook.municipalities };
    let (told, reached) = changes::concerning(tx, webhook.cursor, &concerning).await?;
    let message = |change: changes::FeedChange| {
        let r#type = format!("entry.{}", change.action.value());
        (
            format!("change:{}", change.sequence),
            WebhookMessage { r#type, timestamp: change.at, data: Told::Change(change) },
        )
    };
    tell(tx, webhook.id, told.into_iter().map(message).collect()).await?;
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
        exists(select from webhook_delivery d join webhook w on w.id = d.webhook_id \
            where d.state = 'pending' and d.next_at <= now() and w.active and w.id <> all ($1)) as due";
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
    const NEXT: &str = "select w.* from webhook_delivery d join webhook w on w.id = d.webhook_id \
        where d.state = 'pending' and d.next_at <= now() and d.webhook_id <> all ($1) and w.active \
        order by d.next_at, d.number limit 1 for update of w skip locked";
    const TAKE: &str = "with due as (select id from webhook_delivery \
             where webhook_id = $1 and state = 'pending' and next_at <= now() order by number limit 10 for update skip locked), \
          taken as (update webhook_delivery d set next_at = now() + interval '30 seconds' from due where d.id = due.id returning d.*) \
        select id, payload, attempts from taken order by number";
    let Some(webhook) = Model::find_by_statement(sql(NEXT, [busy.to_vec().into()])).one(tx).await? else {
        return Ok(None);
    };
    let messages = Message::find_by_statement(sql(TAKE, [webhook.id.into()])).all(tx).await?;
    let former = webhook.former_secret.filter(|_| webhook.former_until.is_some_and(|until| until > Utc::now()));
    let secrets = [webhook.secret].into_iter().chain(former).collect();
    Ok(Some(Batch { webhook: webhook.id, url: webhook.url, secrets, messages }))
}

/// What came of an attempt.
pub(super) struct Attempt {
    pub status: Option<u16>,
    pub failure: Option<String>,
    pub took: Duration,
}

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

/// The answer of an endpoint that wants to hear no more (410).
const GONE: u16 = 410;

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
    const RETIRE: &str =
        "update webhook set active = false, revision = revision + 1, updated_at = now() where id = $1 and active";
    let Attempt { status, failure, took } = attempt;
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
    if *status == Some(GONE) {
        tx.execute_raw(sql(RETIRE, [webhook.into()])).await?;
    }
    Ok(())
}

/// Gives messages back that were not sent after all.
pub(super) async fn release(tx: &DatabaseTransaction, messages: Vec<Uuid>) -> Result<()> {
    const RELEASE: &str =
        "update webhook_delivery set next_at = now() + interval '5 seconds' where id = any ($1) and state = 'pending'";
    tx.execute_raw(sql(RELEASE, [messages.into()])).await?;
    Ok(())
}

/// Forgets what was delivered or given up a month ago.
pub(super) async fn forget(tx: &DatabaseTransaction) -> Result<()> {
    const FORGET: &str = "delete from webhook_delivery where ended_at < now() - interval '30 days'";
    tx.execute_raw(sql(FORGET, [])).await?;
    Ok(())
}
