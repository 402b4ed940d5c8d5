//! Delivery of webhook messages. Messages are queued in the database, so that none is lost when a process ends, and only one
//! of several instances sends each message.

use std::time::{Duration, Instant};

use reqwest::Client;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use tokio::task::{JoinError, JoinSet};
use uuid::Uuid;

use super::address::{self, NotPublic, broken_rule};
use super::outbox;
use super::queue::{self, Attempt, Message, MessageBatch};
use super::sign::signatures;
use crate::base::clock;
use crate::base::db::context::Context;
use crate::base::db::{Database, in_time};
use crate::base::error::{Error, Result};

/// Time after which a batch starts no further message. With the timeout of the last message, the batch ends before its
/// claim on the webhook expires.
const BATCH_TIME_LIMIT: Duration = Duration::from_secs(15);
/// Maximum number of webhooks that receive messages at the same time.
const MAX_CONCURRENT_WEBHOOKS: usize = 16;
/// Interval of the checks for due messages while the directory does not change.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Sender of messages.
#[derive(Clone)]
pub(crate) struct Sender {
    /// HTTP client; `None` if there are no trusted certificates.
    client: Option<Client>,
    /// Whether messages may go to private addresses, and without encryption.
    private: bool,
}

impl Sender {
    pub(crate) fn new(private: bool) -> Self {
        let client = address::client(private);
        let client = client.inspect_err(
            |error| tracing::warn!(cause = ?error, "webhook deliveries will fail; install CA certificates and restart"),
        );
        Self { client: client.ok(), private }
    }
}

/// Delivers messages until the service stops, and then waits for the batches in progress.
pub(crate) async fn deliver(context: Context, sender: Sender) {
    let Context { db: database, version: directory } = &context;
    let mut sending = JoinSet::new();
    while !directory.is_stopping() {
        let news = directory.subscribe();
        while let Some(ended) = sending.try_join_next() {
            resume_panic(ended);
        }
        let work = if directory.is_away() {
            Ok(Work::Nothing)
        } else {
            next(database, sending.len() < MAX_CONCURRENT_WEBHOOKS, sender.private).await
        };
        match work {
            Ok(Work::Something) => continue,
            Ok(Work::Batch(batch)) => {
                sending.spawn_local(send(context.clone(), sender.clone(), batch));
                continue;
            }
            Ok(Work::Nothing) => {}
            Err(error) => tracing::warn!(cause = %error.chain(), "webhook messages could not be processed; retrying"),
        }
        tokio::select! {
            _ = news.until(tokio::time::Instant::now() + POLL_INTERVAL) => {}
            Some(ended) = sending.join_next() => resume_panic(ended),
        }
    }
    while let Some(ended) = sending.join_next().await {
        resume_panic(ended);
    }
}

/// Propagates the panic of a batch, so that the supervised task fails and the service reports that it is not ready.
fn resume_panic(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        std::panic::resume_unwind(error.into_panic());
    }
}

enum Work {
    Nothing,
    /// Messages were queued or rows cleaned up, and there may be more to do.
    Something,
    Batch(MessageBatch),
}

/// Claims the next batch of due messages, or else cleans up and queues messages about further changes.
async fn next(database: &Database, free: bool, private: bool) -> Result<Work> {
    let todo = in_time(queue::todo(database.background(), private)).await?;
    let mut is_done = false;
    if let Some(webhook) = todo.due.filter(|_| free) {
        match database.transact(async move |tx| queue::claim(tx, webhook, private).await).await {
            Ok(Some(batch)) => return Ok(Work::Batch(batch)),
            Ok(None) => {}
            Err(error) => is_done = rest(database, webhook, &error).await?,
        }
    }
    if todo.untidy {
        for some in queue::TIDYING {
            is_done |= database.transact(async |tx| Ok(tx.execute_unprepared(some).await?)).await?.rows_affected() > 0;
        }
    }
    if let Some(webhook) = todo.behind {
        let caught = database.transact(async move |tx| outbox::catch_up(tx, webhook).await).await;
        is_done |= match caught {
            Ok(is_done) => is_done,
            Err(error) => rest(database, webhook, &error).await?,
        };
    }
    Ok(if is_done { Work::Something } else { Work::Nothing })
}

/// Pauses the deliveries of a webhook after an internal error, so that the error does not block other webhooks.
async fn rest(database: &Database, webhook: Uuid, error: &Error) -> Result<bool> {
    tracing::warn!(cause = %error.chain(), %webhook, "deliveries of a webhook are paused for one minute after an error");
    database.transact(async move |tx| queue::rest(tx, webhook).await).await.map(|()| true)
}

/// Sends the messages of a batch in order, until the endpoint does not respond or the time limit is reached.
async fn send(context: Context, sender: Sender, batch: MessageBatch) {
    let Context { db: database, version: directory } = context;
    let MessageBatch { webhook, url, secrets, messages, until } = batch;
    let began = Instant::now();
    for message in messages {
        let attempt = attempt(&sender, &url, &secrets, &message).await;
        let record = async move |tx: &DatabaseTransaction| match attempt {
            Some(attempt) => queue::record_attempt(tx, webhook, until, &message, &attempt).await,
            None => queue::leave(tx, webhook, until).await.map(|()| false),
        };
        let goes_on = database.transact(record).await.unwrap_or_else(|error| {
            tracing::warn!(cause = %error.chain(), %webhook, "the result of a delivery could not be stored; the message will be sent again");
            false
        });
        if !goes_on || began.elapsed() > BATCH_TIME_LIMIT || directory.is_stopping() {
            break;
        }
    }
    if let Err(error) = database.transact(async move |tx| queue::release(tx, webhook, until).await).await {
        tracing::debug!(cause = %error.chain(), %webhook, "the claim on a webhook could not be released; its next messages wait until the claim expires");
    }
}

/// Sends a message once. Returns `None` without an attempt if only an instance with
/// `--allow-private-webhooks` may send to the address.
async fn attempt(sender: &Sender, url: &str, secrets: &[String], message: &Message) -> Option<Attempt> {
    let (began, timestamp) = (Instant::now(), clock::now().timestamp());
    let failed = |failure: &str| Attempt { status: None, failure: Some(failure.to_owned()), took: began.elapsed() };
    // The resolver does not see IP addresses in a URL, and another instance may have accepted the URL with other settings.
    if broken_rule(url, sender.private).is_some() {
        return broken_rule(url, true).map(|_| failed(NOT_PUBLIC));
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

const NO_CERTIFICATES: &str = "no connection: this service has no trusted CA certificates";
const NOT_PUBLIC: &str = "no connection: the address is not reachable, or not public";

/// Returns the reason why there was no response. The text reveals nothing about the internal network.
fn reason(error: &reqwest::Error) -> &'static str {
    match () {
        () if error.is_timeout() => "no response within 10 seconds",
        () if error.is_connect() => NOT_PUBLIC,
        () => "no valid HTTP response",
    }
}

/// Deletes old deliveries.
pub(crate) async fn forget(database: &Database) -> Result<()> {
    while !database.transact(async |tx| queue::forget(tx).await).await? {}
    Ok(())
}
