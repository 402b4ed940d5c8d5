//! Idempotency keys of POST requests.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName};
use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult};
use serde_json::json;

use super::response::Answer;
use crate::base::clock;
use crate::base::db::{Database, sql};
use crate::base::error::{Error, Result, Rule, StringFormat, Violation};

/// Time for which a response is stored.
const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: &str = "idempotent-replayed";

/// Returns the idempotency key of a request, if it has one. Fails with `Error::Header` if the key is malformed or
/// repeated.
pub(super) fn key(headers: &HeaderMap) -> Result<Option<String>> {
    let mut sent = headers.get_all(IDEMPOTENCY_KEY);
    let Some(key) = sent.next() else { return Ok(None) };
    let key = key.to_str().unwrap_or_default().trim();
    // A client may send the key as a string of structured fields (RFC 9651), which is in quotation marks.
    let key = key.strip_prefix('"').and_then(|key| key.strip_suffix('"')).unwrap_or(key);
    let is_fit = key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    if sent.next().is_none() && (1..=255).contains(&key.len()) && is_fit {
        return Ok(Some(key.to_owned()));
    }
    Err(Error::Header(vec![Violation::header(
        "Idempotency-Key",
        Rule::Format { expected: StringFormat::IdempotencyKey },
    )]))
}

/// An idempotency key, bound to one request of one caller.
pub(super) struct Idempotency {
    pub actor: String,
    pub key: String,
    /// Digest of the method, the URL, the municipalities of the caller and the body.
    pub digest: String,
}

#[derive(FromQueryResult)]
struct StoredAnswer {
    digest: String,
    status: i16,
    headers: serde_json::Value,
    body: Option<String>,
}

impl Idempotency {
    /// Returns the stored response to a request with this key in the last 24 hours. Fails with `Error::KeyReused` if
    /// that was a different request, and with `Error::InFlight` while a request with the key is in progress: each
    /// request holds an advisory lock until the end of its transaction.
    pub(super) async fn replay(&self, tx: &DatabaseTransaction) -> Result<Option<Answer>> {
        const CLAIM: &str = "select pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0)) as claimed";
        const STORED: &str = "select digest, status, headers, body from idempotency_key \
            where actor = $1 and key = $2 and created_at > $3";
        let names = || [self.actor.clone().into(), self.key.clone().into()];
        let claimed = sql(CLAIM, names());
        if !tx.query_one_raw(claimed).await?.is_some_and(|row| row.try_get("", "claimed").unwrap_or(false)) {
            return Err(Error::InFlight);
        }
        let [actor, key] = names();
        let values = [actor, key, (clock::now() - KEPT_FOR).into()];
        let stored = sql(STORED, values);
        let Some(stored) = StoredAnswer::find_by_statement(stored).one(tx).await? else { return Ok(None) };
        if stored.digest != self.digest {
            return Err(Error::KeyReused);
        }
        let status = u16::try_from(stored.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let answer = Answer {
            status: status.ok_or_else(|| Error::internal(anyhow::anyhow!("a stored response has no valid status")))?,
            headers: serde_json::from_value(stored.headers).map_err(Error::internal)?,
            body: stored.body,
        };
        Ok(Some(answer.with(REPLAYED, "true")))
    }

    /// Stores a response in the transaction of its write, for 24 hours.
    pub(super) async fn store(&self, tx: &DatabaseTransaction, answer: &Answer) -> Result<()> {
        const STORE: &str = "insert into idempotency_key (actor, key, digest, status, headers, body, created_at) values ($1, $2, $3, $4, $5, $6, $7) \
            on conflict (actor, key) do update set digest = excluded.digest, status = excluded.status, \
                headers = excluded.headers, body = excluded.body, created_at = excluded.created_at";
        let values: [sea_orm::Value; 7] = [
            self.actor.clone().into(),
            self.key.clone().into(),
            self.digest.clone().into(),
            i16::try_from(answer.status.as_u16()).unwrap_or_default().into(),
            json!(answer.headers).into(),
            answer.body.clone().into(),
            clock::now().into(),
        ];
        tx.execute_raw(sql(STORE, values)).await?;
        Ok(())
    }
}

/// Deletes the stored responses that have expired.
pub(crate) async fn delete_old_answers(database: &Database) -> Result<()> {
    const DELETE: &str = "delete from idempotency_key where created_at < $1";
    database.execute(DELETE, vec![(clock::now() - KEPT_FOR).into()]).await
}
