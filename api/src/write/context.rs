//! Context of a write: the parts of a request that every write needs, and the transaction of the write.

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use sea_orm::DatabaseTransaction;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

use super::idempotency::{self, Idempotency};
use super::response::{Answer, Outcome};
use crate::auth::{Access, Caller, Scoped};
use crate::base::db::author::Author;
use crate::base::db::context::Context;
use crate::base::db::{Reads, Timeouts, Write, rollback};
use crate::base::error::{Error, Result, Rule, Violation};
use crate::http::{Params, RequestId, hex};

const PREFER: HeaderName = HeaderName::from_static("prefer");

/// Extractor for writes: a caller who has the access `A`, the query parameters `Q`, and the idempotency key.
///
/// Extraction is synchronous: the framework polls all extractors together, and this extractor must fail before the body is
/// read.
pub(crate) struct WriteContext<A, Q = WriteParams> {
    pub caller: Caller,
    pub params: Q,
    /// Whether `Prefer: return=minimal` omits the response body.
    pub minimal: bool,
    context: Data<Context>,
    author: Author,
    idempotency_key: Option<String>,
    /// Method, URL, and municipalities of the caller. Part of the digest of an idempotent request.
    signature: String,
    access: PhantomData<A>,
}

/// Query parameters of every write.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct WriteParams {
    /// Whether to validate the request without storing anything. The response is that of the write, without secrets; the ID and
    /// `Location` of a new item and the `ETag` are not valid. `Idempotency-Key` has no effect. Defaults to `false`.
    #[param(value_type = Option<bool>, example = false)]
    pub dry_run: bool,
}

/// Query parameters of a write, which include `dry_run`.
pub(crate) trait DryRun: Params {
    fn is_dry_run(&self) -> bool;
}

impl DryRun for WriteParams {
    fn is_dry_run(&self) -> bool {
        self.dry_run
    }
}

impl<A: Access, Q: DryRun> FromRequest for WriteContext<A, Q> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mut read = || {
            let caller = Scoped::<A>::from_request(req, payload).into_inner()?.caller();
            let params = Q::read(req)?;
            let idempotency_key = idempotency::key(req.headers())?;
            let request = req.extensions().get::<RequestId>().map(|RequestId(id)| id.clone());
            let context = req.app_data::<Data<Context>>().cloned();
            Ok(Self {
                params,
                minimal: prefers_minimal(req.headers()),
                context: context
                    .ok_or_else(|| Error::internal(anyhow::anyhow!("the database context is not registered")))?,
                author: Author { actor: caller.subject.clone(), token: caller.token, request },
                idempotency_key: idempotency_key.filter(|_| req.method() == "POST"),
                // Tokens of one subject may act for different municipalities, and must not share stored responses.
                signature: format!("{} {} {:?}", req.method(), req.uri(), caller.municipalities),
                caller,
                access: PhantomData,
            })
        };
        ready(read())
    }
}

/// Returns whether one of the preferences (RFC 7240) is `return=minimal`.
fn prefers_minimal(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(PREFER).filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split([',', ';']))
        .any(|preference| preference.trim().eq_ignore_ascii_case("return=minimal"))
}

impl<A, Q: DryRun> WriteContext<A, Q> {
    /// Returns whether the request is a dry run.
    pub(crate) fn is_dry_run(&self) -> bool {
        self.params.is_dry_run()
    }

    /// Refuses an `Idempotency-Key` where the response holds a secret, which must not be stored.
    pub(crate) fn reject_idempotency_key(&self) -> Result<()> {
        match self.idempotency_key {
            Some(_) => Err(Error::Header(vec![Violation::header("Idempotency-Key", Rule::NotRepeatable {})])),
            None => Ok(()),
        }
    }

    /// Returns the context of the service.
    pub(crate) fn shared(&self) -> Data<Context> {
        self.context.clone()
    }

    /// Returns the connections for reads. Fails while the database is unavailable.
    pub(crate) fn read(&self) -> Result<Reads<'_>> {
        self.context.read()
    }

    /// Runs `work` in a transaction that raises the directory version, and returns the response. A repeated request
    /// with the same idempotency key gets the stored response. `digest` is the digest of the request body, by which
    /// requests with the same key are compared. The transaction is rolled back after an error, after
    /// `Outcome::Unchanged`, and in a dry run. Fails with the error of `work`, or with `Error::InFlight` or
    /// `Error::KeyReused`.
    pub(crate) async fn run(
        self,
        digest: &str,
        work: impl AsyncFnOnce(&Write) -> Result<Outcome> + 'static,
    ) -> Result<HttpResponse> {
        let (idempotency, is_dry_run) = (self.idempotency(digest), self.is_dry_run());
        let (context, author) = (self.context, self.author);
        context.read()?;
        let database = context.db.clone();
        let answer = database.in_own_task(Timeouts::Enabled, async move {
            let tx = match begin(&context, idempotency.as_ref()).await? {
                Begun::Replayed(answer) => return Ok(answer),
                Begun::New(tx) => tx,
            };
            let write = Write::begin(&context.db, tx, author, Timeouts::Enabled).await?;
            // Boxed, because the future of a write is large.
            match Box::pin(work(&write)).await {
                Ok(Outcome::Changed(answer)) if !is_dry_run => {
                    store(idempotency, &write.tx, &answer).await?;
                    write.commit(&context.version).await?;
                    Ok(answer)
                }
                Ok(Outcome::Changed(answer) | Outcome::Unchanged(answer)) => Ok(rollback(write.tx, answer).await),
                Err(error) => Err(rollback(write.tx, error).await),
            }
        });
        answer.await.map(Answer::send).map_err(Error::of_write)
    }

    /// Runs `work` like `run`, but without raising the directory version, for submissions and webhooks. Entity tags of
    /// entries and the change feed do not change.
    pub(crate) async fn run_unversioned(
        self,
        digest: &str,
        work: impl AsyncFnOnce(&DatabaseTransaction, &Author) -> Result<Outcome> + 'static,
    ) -> Result<HttpResponse> {
        let (idempotency, is_dry_run) = (self.idempotency(digest), self.is_dry_run());
        let (context, author) = (self.context, self.author);
        context.read()?;
        let database = context.db.clone();
        let answer = database.in_own_task(Timeouts::Enabled, async move {
            let tx = match begin(&context, idempotency.as_ref()).await? {
                Begun::Replayed(answer) => return Ok(answer),
                Begun::New(tx) => tx,
            };
            match Box::pin(work(&tx, &author)).await {
                Ok(Outcome::Changed(answer)) if !is_dry_run => {
                    store(idempotency, &tx, &answer).await?;
                    tx.commit().await?;
                    Ok(answer)
                }
                Ok(Outcome::Changed(answer) | Outcome::Unchanged(answer)) => Ok(rollback(tx, answer).await),
                Err(error) => Err(rollback(tx, error).await),
            }
        });
        answer.await.map(Answer::send).map_err(Error::of_write)
    }

    fn idempotency(&self, digest: &str) -> Option<Idempotency> {
        let key = self.idempotency_key.clone().filter(|_| !self.is_dry_run())?;
        let digest = hex(&Sha256::digest(format!("{}\n{digest}", self.signature)));
        Some(Idempotency { actor: self.caller.subject.clone(), key, digest })
    }
}

/// Result of starting the transaction of a write.
enum Begun {
    New(DatabaseTransaction),
    /// The stored response to an earlier request with the same idempotency key.
    Replayed(Answer),
}

async fn begin(context: &Context, idempotency: Option<&Idempotency>) -> Result<Begun> {
    let tx = context.db.begin().await?;
    let Some(idempotency) = idempotency else { return Ok(Begun::New(tx)) };
    match idempotency.replay(&tx).await {
        Ok(None) => Ok(Begun::New(tx)),
        Ok(Some(answer)) => {
            tx.rollback().await?;
            Ok(Begun::Replayed(answer))
        }
        Err(error) => Err(rollback(tx, error).await),
    }
}

async fn store(idempotency: Option<Idempotency>, tx: &DatabaseTransaction, answer: &Answer) -> Result<()> {
    match idempotency {
        Some(idempotency) => idempotency.store(tx, answer).await,
        None => Ok(()),
    }
}
