//! What of a request every write shares, and how a write is answered: once, however often it is asked for.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use sea_orm::DatabaseTransaction;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::auth::Caller;
use crate::base::db::author::Author;
use crate::base::db::context::Context;
use crate::base::db::{Pace, Write};
use crate::base::error::{Error, Result, Violation};
use crate::http::{RequestId, entry_tag, hex, nothing};
use crate::write::idempotency::Repeat;

pub(super) const PREFER: HeaderName = HeaderName::from_static("prefer");
const PREFERENCE_APPLIED: &str = "preference-applied";
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: &str = "idempotent-replayed";

/// What of a request every write shares.
pub(crate) struct Call {
    pub context: Data<Context>,
    method: String,
    target: String,
    /// Was anything asked in the query string that this write does not know?
    plain: Result<()>,
    /// Does the client want no entry back?
    pub minimal: bool,
    request: Option<String>,
    key: Option<String>,
}

impl FromRequest for Call {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = || {
            let context = req.app_data::<Data<Context>>().cloned();
            Ok(Self {
                context: context.ok_or_else(|| Error::fault(anyhow::anyhow!("a service has a database")))?,
                method: req.method().to_string(),
                target: req.uri().to_string(),
                plain: nothing(req),
                minimal: prefers_minimal(req.headers()),
                request: req.extensions().get::<RequestId>().map(|RequestId(id)| id.clone()),
                key: idempotency_key(req.headers())?,
            })
        };
        ready(read())
    }
}

/// Does one of the preferences (RFC 7240) say `return=minimal`?
fn prefers_minimal(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(PREFER).filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split([',', ';']))
        .any(|preference| preference.trim().eq_ignore_ascii_case("return=minimal"))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>> {
    let mut sent = headers.get_all(IDEMPOTENCY_KEY);
    let Some(key) = sent.next() else { return Ok(None) };
    let key = key.to_str().unwrap_or_default().trim().trim_matches('"');
    if sent.next().is_none() && (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Some(key.to_owned()));
    }
    let detail = "must be one text of 1 to 255 visible ASCII characters, such as a UUID";
    Err(Error::Header(vec![Violation::header("Idempotency-Key", detail)]))
}

/// What a write answers.
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: Vec<(String, String)>,
    /// JSON, or nothing.
    pub body: Option<String>,
}

impl Answer {
    pub(crate) fn new(status: StatusCode, body: Option<String>) -> Self {
        let media = body.iter().map(|_| ("content-type".to_owned(), "application/json".to_owned()));
        Self { status, headers: media.collect(), body }
    }

    /// Something in JSON.
    pub(crate) fn of(status: StatusCode, body: &impl Serialize) -> Result<Self> {
        Ok(Self::new(status, Some(serde_json::to_string(body).map_err(Error::fault)?)))
    }

    /// Adds the tag of what is sent, by which it can be changed.
    pub(crate) fn tagged(self, revision: i64) -> Self {
        let tag = entry_tag(revision, self.body.as_deref().unwrap_or_default().as_bytes());
        self.with("etag", tag)
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Says that the client is spared the entry, as it asked.
    pub(super) fn spared(self) -> Self {
        self.with(PREFERENCE_APPLIED, "return=minimal")
    }

    pub(crate) fn send(self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        for (name, value) in self.headers {
            response.append_header((name, value));
        }
        match self.body {
            Some(body) => response.body(body),
            None => response.finish(),
        }
    }
}

/// What is to be kept of a write.
pub(crate) enum Done {
    Changed(Answer),
    /// There is nothing to keep: everything is so already, or it was a rehearsal.
    Unchanged(Answer),
}

impl Call {
    /// Refuses a query string.
    pub(crate) fn plain(&mut self) -> Result<()> {
        std::mem::replace(&mut self.plain, Ok(()))
    }

    /// Refuses an `Idempotency-Key`, where its answer must not be kept.
    pub(crate) fn unrepeatable(&mut self) -> Result<()> {
        self.plain()?;
        let detail = "is not taken here: the answer holds a secret, which is not kept";
        match self.key {
            Some(_) => Err(Error::Header(vec![Violation::header("Idempotency-Key", detail)])),
            None => Ok(()),
        }
    }

    /// Runs `work` in a transaction that changes the directory, commits it, and answers. A POST with an `Idempotency-Key` is
    /// answered with what it was answered before; `digest` tells whether it is the same.
    pub(crate) async fn run(
        self,
        caller: &Caller,
        digest: &str,
        work: impl AsyncFnOnce(&Write) -> Result<Done> + 'static,
    ) -> Result<HttpResponse> {
        let directory = self.context.version.clone();
        let done = async move |tx, author, repeat: Option<Repeat>| {
            let write = Write::begin(tx, author, Pace::Request).await?;
            let done = match work(&write).await {
                Ok(done) => done,
                Err(error) => return Err(undone(write.tx, error).await),
            };
            if let Done::Changed(answer) = &done {
                Repeat::keep(repeat.as_ref(), &write.tx, answer).await?;
                write.commit(&directory).await?;
            }
            Ok(done.answer())
        };
        self.once(caller, digest, done).await
    }

    /// The same beside the directory: nobody learns from its version that anything was done.
    pub(crate) async fn run_aside(
        self,
        caller: &Caller,
        digest: &str,
        work: impl AsyncFnOnce(&DatabaseTransaction, &Author) -> Result<Done> + 'static,
    ) -> Result<HttpResponse> {
        let done = async move |tx: DatabaseTransaction, author: Author, repeat: Option<Repeat>| {
            let done = match work(&tx, &author).await {
                Ok(done) => done,
                Err(error) => return Err(undone(tx, error).await),
            };
            if let Done::Changed(answer) = &done {
                Repeat::keep(repeat.as_ref(), &tx, answer).await?;
                tx.commit().await?;
            }
            Ok(done.answer())
        };
        self.once(caller, digest, done).await
    }

    /// Runs `work` in a transaction, unless its answer is known already.
    async fn once(
        self,
        caller: &Caller,
        digest: &str,
        work: impl AsyncFnOnce(DatabaseTransaction, Author, Option<Repeat>) -> Result<Answer> + 'static,
    ) -> Result<HttpResponse> {
        let Self { context, method, target, request, key, .. } = self;
        // While it is known to be away, nobody waits for it.
        context.read()?;
        // One who acts for others is another, even with the same name.
        let asked = format!("{method} {target}\n{digest}\n{:?}", caller.municipalities);
        let digest = hex(&Sha256::digest(asked));
        let key = key.filter(|_| method == "POST");
        let repeat = key.map(|key| Repeat { actor: caller.subject.clone(), key, digest });
        let author = Author { actor: caller.subject.clone(), token: caller.token, request };
        let answer = context.db.transact(async move |tx| {
            match &repeat {
                None => {}
                Some(repeat) => match repeat.answered(&tx).await {
                    Ok(None) => {}
                    Ok(Some(answer)) => {
                        return tx.rollback().await.map(|()| answer.with(REPLAYED, "true")).map_err(Error::from);
                    }
                    Err(error) => return Err(undone(tx, error).await),
                },
            }
            work(tx, author, repeat).await
        });
        answer.await.map(Answer::send).map_err(Error::of_write)
    }
}

/// Ends a transaction that came to nothing before anybody hears of it: who repeats the request at once finds it free.
async fn undone(tx: DatabaseTransaction, error: Error) -> Error {
    if let Err(cause) = tx.rollback().await {
        tracing::debug!(cause = %Error::from(cause).chain(), "a transaction was not undone in good order");
    }
    error
}

impl Done {
    fn answer(self) -> Answer {
        match self {
            Self::Changed(answer) | Self::Unchanged(answer) => answer,
        }
    }
}
