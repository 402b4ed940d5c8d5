//! Issue and revocation of tokens in the database.

use chrono::Duration;
use entity::token::{self, Model};
use entity::vocabulary::Action;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};
use serde_json::json;
use uuid::Uuid;

use super::dto::TokenInput;
use crate::auth::{Keys, Rights, scopes_of, sign};
use crate::base::db::Write;
use crate::base::error::{Error, Result};
use crate::model::catalog::MUNICIPALITIES;
use crate::services::webhooks::end_those_of;
use crate::write::change_log::{Changed, record};

/// Name of the table of tokens in the change log. Tokens are not a resource of the directory.
pub(crate) const TABLE: &str = "token";

/// Signs a token and stores its properties, without the token itself. Fails with `Error::Invalid` for unknown
/// municipalities, and with `Error::NotIssuing` without a private key.
pub(super) async fn issue(write: &Write, keys: &Keys, input: TokenInput) -> Result<(String, Model)> {
    let scopes = scopes(&input);
    let municipalities = municipalities(&write.tx, &input.municipalities).await?;
    let TokenInput { subject, role, scopes: _, municipalities: _, days } = input;
    // The claims of a token have a resolution of one second.
    let begins = write.at() - Duration::nanoseconds(i64::from(write.at().timestamp_subsec_nanos()));
    let ends = begins + Duration::days(days.into());
    let rights = Rights { id: Uuid::now_v7(), subject, scopes, municipalities, time: [begins, ends] };
    let (token, key_id) = sign(keys, &rights)?;
    let Rights { id, subject, scopes, municipalities, .. } = rights;
    let row = token::ActiveModel {
        id: Set(id),
        subject: Set(subject),
        role: Set(role),
        scopes: Set(scopes),
        municipality_ids: Set(municipalities),
        key_id: Set(key_id),
        issued_by: Set(write.author.actor.clone()),
        created_at: Set(begins),
        expires_at: Set(ends),
        revoked_at: Set(None),
    };
    let row = row.insert(&write.tx).await?;
    note(write, Action::Issue, &row).await?;
    Ok((token, row))
}

/// Returns the error for an ID without a token.
pub(super) fn not_found(id: Uuid) -> Error {
    Error::not_found("/v1/tokens", id)
}

/// Revokes a token. Returns the token and whether this call revoked it. Fails with 404 for an unknown ID.
pub(super) async fn revoke(write: &Write, id: Uuid) -> Result<(Model, bool)> {
    let row = token::Entity::find_by_id(id).one(&write.tx).await?.ok_or_else(|| not_found(id))?;
    if row.revoked_at.is_some() {
        return Ok((row, false));
    }
    let mut revoked = row.into_active_model();
    revoked.revoked_at = Set(Some(write.at()));
    let row = revoked.update(&write.tx).await?;
    end_those_of(&write.tx, id).await?;
    note(write, Action::Revoke, &row).await?;
    Ok((row, true))
}

/// Returns the scopes of a token to issue: those of the role and those listed.
pub(super) fn scopes(input: &TokenInput) -> Vec<String> {
    let named = input.scopes.iter().map(|scope| scope.0);
    let mut scopes: Vec<String> =
        input.role.map(scopes_of).unwrap_or_default().into_iter().chain(named).map(str::to_owned).collect();
    scopes.sort();
    scopes.dedup();
    scopes
}

/// Resolves municipalities to IDs. Returns `None` for an empty list: the token is not bound to municipalities.
async fn municipalities(db: &impl ConnectionTrait, names: &[String]) -> Result<Option<Vec<Uuid>>> {
    if names.is_empty() {
        return Ok(None);
    }
    let (ids, unknown) = MUNICIPALITIES.ids_of(db, "municipalities", names).await?;
    if unknown.is_empty() { Ok(Some(ids)) } else { Err(Error::Invalid(unknown)) }
}

async fn note(write: &Write, action: Action, row: &Model) -> Result<()> {
    let Model { id, subject, role, scopes, municipality_ids, expires_at, .. } = row;
    let entry = json!({
        "subject": subject, "role": role, "scopes": scopes, "municipalities": municipality_ids, "expires_at": expires_at,
    });
    record(write, TABLE, action, vec![Changed { id: *id, slug: None, official: None, entry: Some(entry) }]).await
}
