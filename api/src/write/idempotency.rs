//! The same POST twice is one.

use actix_web::http::StatusCode;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, FromQueryResult, Statement};
use serde_json::json;

use super::call::Answer;
use crate::base::clock;
use crate::base::db::KEPT_FOR;
use crate::base::error::{Error, Result};

/// A request that may be repeated.
pub(super) struct Repeat {
    pub actor: String,
    pub key: String,
    /// Of method, address and body.
    pub digest: String,
}

#[derive(FromQueryResult)]
struct Kept {
    digest: String,
    status: i16,
    headers: serde_json::Value,
    body: Option<String>,
}

impl Repeat {
    /// What was answered the first time, if that was in the last day. While the first is under way, on whichever instance,
    /// it holds a lock that ends with its transaction.
    pub(super) async fn answered(&self, tx: &DatabaseTransaction) -> Result<Option<Answer>> {
        const CLAIM: &str = "select pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0)) as claimed";
        const KEPT: &str = "select digest, status, headers, body from idempotency_key \
            where actor = $1 and key = $2 and created_at > $3";
        let names = || [self.actor.clone().into(), self.key.clone().into()];
        let claimed = Statement::from_sql_and_values(DbBackend::Postgres, CLAIM, names());
        if !tx.query_one_raw(claimed).await?.is_some_and(|row| row.try_get("", "claimed").unwrap_or(false)) {
            return Err(Error::InFlight);
        }
        let [actor, key] = names();
        let values = [actor, key, (clock::now() - KEPT_FOR).into()];
        let kept = Statement::from_sql_and_values(DbBackend::Postgres, KEPT, values);
        let Some(kept) = Kept::find_by_statement(kept).one(tx).await? else { return Ok(None) };
        if kept.digest != self.digest {
            return Err(Error::KeyReused);
        }
        let status = u16::try_from(kept.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        Ok(Some(Answer {
            status: status.ok_or_else(|| Error::fault(anyhow::anyhow!("a kept answer has no status")))?,
            headers: serde_json::from_value(kept.headers).map_err(Error::fault)?,
            body: kept.body,
        }))
    }

    /// Keeps an answer, in the transaction it tells of, if anybody may ask for it again.
    pub(super) async fn keep(repeat: Option<&Self>, tx: &DatabaseTransaction, answer: &Answer) -> Result<()> {
        const KEEP: &str = "insert into idempotency_key (actor, key, digest, status, headers, body, created_at) values ($1, $2, $3, $4, $5, $6, $7) \
            on conflict (actor, key) do update set digest = excluded.digest, status = excluded.status, \
                headers = excluded.headers, body = excluded.body, created_at = excluded.created_at";
        let Some(Self { actor, key, digest }) = repeat else { return Ok(()) };
        let values: [sea_orm::Value; 7] = [
            actor.into(),
            key.into(),
            digest.into(),
            i16::try_from(answer.status.as_u16()).unwrap_or_default().into(),
            json!(answer.headers).into(),
            answer.body.clone().into(),
            clock::now().into(),
        ];
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, KEEP, values)).await?;
        Ok(())
    }
}
