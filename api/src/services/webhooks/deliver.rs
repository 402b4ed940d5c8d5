//! Sends what webhooks are to be told, for as long as the process lives. What is to be sent stands in the database: a process that
//! dies loses nothing, and of several each message is sent by one.

use std::time::{Duration, Instant};

use reqwest::Client;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::address::{self, NotPublic, objection};
use super::outbox;
use super::queue::{self, Attempt, Message, MessageBatch};
use super::sign::signatures;
use crate::base::clock;
use crate::base::db::context::Context;
use crate::base::db::{Database, Timeouts, in_time};
use crate::base::error::{Error, Result};

/// How long one batch may be under way before the rest of it waits; with the last answer it ends before others may tell the webhook.
const SHIFT: Duration = Duration::from_secs(15);
/// Endpoints that are told at once.
const AT_ONCE: usize = 16;
/// How often is looked for what is due, where nothing is heard of the directory.
const POLL: Duration = Duration::from_secs(1);

/// What messages are sent with; nothing, where there are no certificates to trust.
#[derive(Clone)]
pub(crate) struct Sender {
    client: Option<Client>,
    /// Whether it may send to private addresses, and without encryption.
    private: bool,
}

impl Sender {
    pub(crate) fn new(private: bool) -> Self {
        let client = address::client(private);
        let client = client.inspect_err(|error| tracing::warn!(cause = ?error, "webhooks cannot be told of anything"));
        Self { client: client.ok(), private }
    }
}

/// Delivers until the service stops; what is under way then is finished, as far as there is time.
pub(crate) async fn deliver(context: Context, sender: Sender) {
    let Context { db: database, version: directory } = &context;
    let mut sending = JoinSet::new();
    while !directory.is_stopping() {
        let news = directory.subscribe();
        while sending.try_join_next().is_some() {}
        let work = if directory.is_away() {
            Ok(Work::Nothing)
        } else {
            next(database, sending.len() < AT_ONCE, sender.private).await
        };
        match work {
            Ok(Work::Something) => continue,
            Ok(Work::Batch(batch)) => {
                sending.spawn_local(send(context.clone(), sender.clone(), batch));
                continue;
            }
            Ok(Work::Nothing) => {}
            Err(error) => tracing::warn!(cause = %error.chain(), "webhooks wait; it is tried again"),
        }
        tokio::select! {
            _ = news.until(tokio::time::Instant::now() + POLL) => {}
            Some(_) = sending.join_next() => {}
        }
    }
    while sending.join_next().await.is_some() {}
}

enum Work {
    Nothing,
    /// Something was done, and there may be more.
    Something,
    Batch(MessageBatch),
}

/// Does what is to be done next, if anything is.
async fn next(database: &Database, free: bool, private: bool) -> Result<Work> {
    let todo = in_time(queue::todo(database.watch(), private)).await?;
    let mut is_done = false;
    if let Some(webhook) = todo.due.filter(|_| free) {
        match within(database, async move |tx| queue::claim(tx, webhook, private).await).await {
            Ok(Some(batch)) => return Ok(Work::Batch(batch)),
            Ok(None) => {}
            Err(error) => is_done = rest(database, webhook, &error).await?,
        }
    }
    if todo.untidy {
        for some in queue::TIDYING {
            is_done |= within(database, async |tx| Ok(tx.execute_unprepared(some).await?)).await?.rows_affected() > 0;
        }
    }
    if let Some(webhook) = todo.behind {
        let caught = within(database, async move |tx| outbox::catch_up(tx, webhook).await).await;
        is_done |= match caught {
            Ok(is_done) => is_done,
            Err(error) => rest(database, webhook, &error).await?,
        };
    }
    Ok(if is_done { Work::Something } else { Work::Nothing })
}

/// Leaves a webhook alone for a while, so that others are told.
async fn rest(database: &Database, webhook: Uuid, error: &Error) -> Result<bool> {
    tracing::warn!(cause = %error.chain(), %webhook, "a webhook cannot be told; it is tried again in a minute");
    within(database, async move |tx| queue::rest(tx, webhook).await).await.map(|()| true)
}

/// Runs `work` in a transaction of its own.
async fn within<T: 'static>(
    database: &Database,
    work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T> + 'static,
) -> Result<T> {
    let own = database.clone();
    database
        .in_own_task(Timeouts::Enabled, async move {
            let tx = own.begin().await?;
            let done = work(&tx).await?;
            tx.commit().await?;
            Ok(done)
        })
        .await
}

/// Sends the messages of a batch one after another, as long as they can be sent.
async fn send(context: Context, sender: Sender, batch: MessageBatch) {
    let Context { db: database, version: directory } = context;
    let MessageBatch { webhook, url, secrets, messages, until } = batch;
    let began = Instant::now();
    for message in messages {
        let attempt = attempt(&sender, &url, &secrets, &message).await;
        let settle = async move |tx: &DatabaseTransaction| match attempt {
            Some(attempt) => queue::settle(tx, webhook, until, &message, &attempt).await,
            None => queue::leave(tx, webhook, until).await.map(|()| false),
        };
        let goes_on = within(&database, settle).await.unwrap_or_else(|error| {
            tracing::warn!(cause = %error.chain(), %webhook, "what became of a delivery could not be written down; it is sent again");
            false
        });
        if !goes_on || began.elapsed() > SHIFT || directory.is_stopping() {
            break;
        }
    }
    if let Err(error) = within(&database, async move |tx| queue::release(tx, webhook, until).await).await {
        tracing::debug!(cause = %error.chain(), %webhook, "a webhook was not let go; it waits a little longer");
    }
}

/// Sends one message once; nothing, if only an instance that may send to private addresses may.
async fn attempt(sender: &Sender, url: &str, secrets: &[String], message: &Message) -> Option<Attempt> {
    let (began, timestamp) = (Instant::now(), clock::now().timestamp());
    let failed = |failure: &str| Attempt { status: None, failure: Some(failure.to_owned()), took: began.elapsed() };
    // An address that needs no looking up is not seen by whoever looks names up, and was perhaps allowed elsewhere.
    if objection(url, sender.private).is_some() {
        return objection(url, true).map(|_| failed(NOT_PUBLIC));
    }
    let Some(client) = &sender.client else { return Some(failed(NO_CERTIFICATES)) };
    let request = client
        .post(url)
        .header("content-type", "application/json")
        .header("webhook-id", message.id.to_string())
        .header("webhook-timestamp", timestamp.to_string())
        .header("webhook-signature", signatures(secrets, message.id, timestamp, &message.body))
        .body(message.body.clone());
    match request.send().await {
        Ok(answer) => Some(Attempt { status: Some(answer.status().as_u16()), failure: None, took: began.elapsed() }),
        Err(error) if NotPublic::is_cause_of(&error) => None,
        Err(error) => Some(failed(reason(&error))),
    }
}

const NO_CERTIFICATES: &str = "no connection: this service has no certificates to trust";
const NOT_PUBLIC: &str = "no connection: the address is not reachable, or not public";

/// Why there was no answer, in words that tell nothing of our network.
fn reason(error: &reqwest::Error) -> &'static str {
    match () {
        () if error.is_timeout() => "no answer within 10 seconds",
        () if error.is_connect() => NOT_PUBLIC,
        () => "no answer that could be read",
    }
}

/// Forgets old deliveries.
pub(crate) async fn forget(database: &Database) -> Result<()> {
    while !within(database, async |tx| queue::forget(tx).await).await? {}
    Ok(())
}
