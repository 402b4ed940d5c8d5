//! Tokens: issue, revocation, and the public signing keys.

mod claims;
mod dto;
mod query;
mod store;

use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, Utc};
use entity::token::{Entity, Model};
use sea_orm::{DatabaseTransaction, EntityTrait};
use uuid::Uuid;

use self::dto::{Me, Token, TokenQuery};
use crate::auth::{AnyCaller, Auth, Keys, Scope, Scoped, TokensAdmin};
use crate::base::db::author::Author;
use crate::base::db::context::Context;
use crate::base::db::version::DirectoryVersion;
use crate::base::db::{Database, Timeouts, Write};
use crate::base::error::{Error, Result};
use crate::base::public_url::public_path;
use crate::http::{Id, Json, ListQuery, NoBody, Page, Paging, RepresentationParams, Routes, no_store, reply};
use crate::model::catalog::MUNICIPALITIES;
use crate::query::list;
use crate::write::{Answer, Outcome, WriteContext};

pub(crate) use self::claims::resolve_claims;
pub use self::dto::TokenInput;
pub(crate) use self::store::TABLE;

pub(crate) const TAG: &str = "tokens";

pub(crate) fn routes(routes: &mut Routes) {
    routes.service(list_tokens).service(get_token).service(create_token).service(create_token_revocation);
    routes.service(get_me).service(get_keys);
}

/// List tokens
///
/// Returns the properties of all issued tokens, newest first, without the tokens themselves. Requires `tokens:admin` and a
/// token not bound to municipalities.
#[utoipa::path(tag = TAG, security(("token" = [TokensAdmin::NAME])), params(TokenQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of tokens, or all matches in a streamed format", content(
        (Page<Token> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/tokens")]
async fn list_tokens(
    caller: Scoped<TokensAdmin>,
    context: Data<Context>,
    auth: Data<Auth>,
    req: HttpRequest,
    list: ListQuery<TokenQuery, Token>,
) -> Result<HttpResponse> {
    caller.is_unbound()?;
    let used = auth.used.clone();
    let views = async move |db: &DatabaseTransaction, rows: Vec<Model>| query::views(db, Some(&used), rows).await;
    list::list(&context, &req, list, query::plan, views).await.map(no_store)
}

/// Get a token
///
/// Returns the properties of an issued token, without the token itself. Requires `tokens:admin` and a token not bound to
/// municipalities.
#[utoipa::path(tag = TAG, security(("token" = [TokensAdmin::NAME])),
    params(("id" = Uuid, Path, description = "ID of the token (UUID), its `jti` claim.", example = "0197f2a0-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The properties of the token", body = Token)))]
#[get("/v1/tokens/{id}")]
async fn get_token(
    caller: Scoped<TokensAdmin>,
    context: Data<Context>,
    auth: Data<Auth>,
    id: Id,
) -> Result<HttpResponse> {
    caller.is_unbound()?;
    let row = Entity::find_by_id(id.0).one(&context.read()?).await?.ok_or_else(|| store::not_found(id.0))?;
    let token = query::views(&context.read()?, Some(&auth.used), vec![row]).await?.pop();
    let token = token.ok_or_else(|| store::not_found(id.0))?;
    reply("application/json", &token).map(no_store)
}

/// Create a token
///
/// Issues a token. Requires `tokens:admin` and a token not bound to municipalities. The new token can have only scopes that the
/// token of the caller has (403). Only this response contains the token. The response is not stored, so the operation takes no
/// `Idempotency-Key`.
#[utoipa::path(tag = TAG, extensions(("x-returns-secret" = json!(true))), security(("token" = [TokensAdmin::NAME])), responses((status = 201, description = "The token", body = Token)))]
#[post("/v1/tokens")]
async fn create_token(
    context: WriteContext<TokensAdmin>,
    auth: Data<Auth>,
    input: Json<TokenInput>,
) -> Result<HttpResponse> {
    context.caller.is_unbound()?;
    context.reject_idempotency_key()?;
    let input = input.checked.into_valid()?;
    let beyond: Vec<String> = store::scopes(&input).into_iter().filter(|scope| !context.caller.may(scope)).collect();
    if !beyond.is_empty() {
        return Err(Error::ScopeEscalation(beyond.join(", ")));
    }
    let (keys, is_dry_run) = (auth.keys.clone(), context.is_dry_run());
    let work = async move |write: &Write| {
        let (access_token, row) = store::issue(write, &keys, input).await?;
        let id = row.id;
        let mut token = query::views(&write.tx, None, vec![row]).await?.pop().ok_or_else(|| store::not_found(id))?;
        let location = public_path(format_args!("/v1/tokens/{}", token.id));
        token.access_token = (!is_dry_run).then_some(access_token);
        Ok(Outcome::Changed(Answer::of(StatusCode::CREATED, &token)?.with("location", location)))
    };
    context.run("", work).await.map(no_store)
}

/// Revoke a token
///
/// Revokes a token, and deactivates the webhooks that were created or last changed with it. Requires `tokens:admin` and a token not bound to
/// municipalities. The token is refused immediately, by other instances within a second. A revoked token stays revoked.
#[utoipa::path(tag = TAG, security(("token" = [TokensAdmin::NAME])),
    params(("id" = Uuid, Path, description = "ID of the token (UUID), its `jti` claim.", example = "0197f2a0-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The properties of the token", body = Token)))]
#[post("/v1/tokens/{id}/revocation")]
async fn create_token_revocation(
    context: WriteContext<TokensAdmin>,
    auth: Data<Auth>,
    id: Id,
    _: NoBody,
) -> Result<HttpResponse> {
    context.caller.is_unbound()?;
    let (id, issued) = (id.0, auth.issued.clone());
    let work = async move |write: &Write| {
        let (row, is_new) = store::revoke(write, id).await?;
        let token = query::views(&write.tx, None, vec![row]).await?.pop().ok_or_else(|| store::not_found(id))?;
        write.then(move || issued.revoke(id));
        let answer = Answer::of(StatusCode::OK, &token)?;
        Ok(if is_new { Outcome::Changed(answer) } else { Outcome::Unchanged(answer) })
    };
    context.run("", work).await.map(no_store)
}

/// Get the current token
///
/// Returns the subject, scopes, municipalities and expiry of the token in the request. Requires a valid token of any scope.
#[utoipa::path(tag = TAG, security(("token" = [])), responses((status = 200, description = "The current token", body = Me)))]
#[get("/v1/me")]
async fn get_me(AnyCaller(caller): AnyCaller, context: Data<Context>) -> Result<HttpResponse> {
    let municipalities = match caller.municipalities {
        Some(own) => {
            let own: Vec<Uuid> = own.into_iter().collect();
            Some(MUNICIPALITIES.names_of(&context.read()?, own.iter().copied()).await?.of(&own))
        }
        None => None,
    };
    let me = Me {
        subject: caller.subject,
        token: caller.token,
        scopes: caller.scopes.into_iter().collect(),
        municipalities,
        expires_at: DateTime::<Utc>::from_timestamp(caller.expires, 0).unwrap_or_default(),
    };
    reply("application/json", &me).map(no_store)
}

/// Get the public signing keys
///
/// Returns the public keys for verifying tokens as a JSON Web Key Set (RFC 7517). Public. The set has several keys during a key
/// rotation, and none if the service has no signing keys.
#[utoipa::path(tag = TAG, responses((status = 200, description = "The key set", body = serde_json::Value, content_type = "application/jwk-set+json")))]
#[get("/.well-known/jwks.json")]
async fn get_keys(auth: Data<Auth>) -> Result<HttpResponse> {
    let mut response = reply("application/jwk-set+json", &auth.keys.public())?;
    response
        .headers_mut()
        .insert(CACHE_CONTROL, actix_web::http::header::HeaderValue::from_static("public, max-age=300"));
    Ok(response)
}

/// Issues a token from the command line, and returns the token and its ID. Fails with `Error::Invalid` and all
/// violations of the input, or with `Error::NotIssuing` without a private key.
///
/// Must be called inside an actix system.
pub async fn issue(database: &Database, keys: &Keys, input: TokenInput) -> Result<(String, Uuid)> {
    validator::Validate::validate(&input)
        .map_err(|errors| Error::Invalid(crate::base::validation::violations(&errors)))?;
    let directory = DirectoryVersion::open(&database.connection()).await?;
    let keys = keys.clone();
    let author = Author::command("token");
    let work = async move |write: &Write| store::issue(write, &keys, input).await;
    let (token, row) = database.write(&directory, author, Timeouts::Enabled, work).await?;
    Ok((token, row.id))
}

/// Revokes a token from the command line. Fails with `Error::NotFound` for an unknown ID.
pub(crate) async fn revoke(database: &Database, id: Uuid) -> Result<()> {
    let directory = DirectoryVersion::open(&database.connection()).await?;
    let author = Author::command("token");
    database
        .write(&directory, author, Timeouts::Enabled, async move |write: &Write| store::revoke(write, id).await)
        .await
        .map(drop)
}

/// Returns the properties of all issued tokens, including expired and revoked ones, newest first.
pub(crate) async fn all(database: &Database) -> Result<Vec<Token>> {
    use sea_orm::QueryOrder;
    let rows = Entity::find().order_by_desc(entity::token::Column::CreatedAt).all(&database.connection()).await?;
    query::views(&database.connection(), None, rows).await
}
