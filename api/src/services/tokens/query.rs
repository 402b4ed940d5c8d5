//! Database queries for tokens.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::token::Model;
use sea_orm::prelude::Expr;
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::dto::{Token, TokenOrder, TokenQuery};
use crate::auth::{ScopeName, Used, find_scope};
use crate::base::clock;
use crate::base::db::sql;
use crate::base::error::Result;
use crate::base::terms::term_values;
use crate::model::catalog::MUNICIPALITIES;
use crate::query::filter::Filter;
use crate::query::keyset::SortKey;
use crate::query::list::{ListPlan, ids};

pub(super) fn plan(query: &TokenQuery) -> ListPlan {
    let holds = |holds: bool| {
        let values: [sea_orm::Value; 2] = [clock::now().into(), holds.into()];
        Expr::cust_with_values("(revoked_at is null and expires_at > $1) = $2", values)
    };
    ListPlan {
        filters: Filter::of_table("token")
            .text("subject", query.subject.clone())
            .text("role", term_values(&query.role))
            .and(query.active.map(holds)),
        default_order: SortKey::time("token.created_at").turned(true),
        order: ListPlan::order(query.sort, |by| Some(order(by))),
        facets: vec![],
    }
}

fn order(by: TokenOrder) -> SortKey {
    match by {
        TokenOrder::CreatedAt => SortKey::time("token.created_at"),
        TokenOrder::ExpiresAt => SortKey::time("token.expires_at"),
        TokenOrder::Subject => SortKey::text("(token.subject collate \"C\")"),
    }
}

/// Returns the representations of tokens, with one statement for their last use and one for the keys of their
/// municipalities. `used` has the uses that this process has not stored yet.
pub(super) async fn views(db: &impl ConnectionTrait, used: Option<&Used>, rows: Vec<Model>) -> Result<Vec<Token>> {
    #[derive(FromQueryResult)]
    struct Use {
        token_id: Uuid,
        last_used_at: DateTime<Utc>,
    }
    const USES: &str = "select token_id, last_used_at from token_use where token_id = any ($1)";
    let asked = sql(USES, [ids(&rows, |row| row.id).into()]);
    let found = Use::find_by_statement(asked).all(db).await?;
    let names = MUNICIPALITIES.names_of(db, rows.iter().flat_map(|row| row.municipality_ids.iter().flatten().copied()));
    let names = names.await?;
    let last: HashMap<Uuid, DateTime<Utc>> = found.into_iter().map(|row| (row.token_id, row.last_used_at)).collect();
    let view = |row: Model| Token {
        last_used_at: used.and_then(|used| used.recent(row.id)).or_else(|| last.get(&row.id).copied()),
        id: row.id,
        subject: row.subject,
        role: row.role,
        scopes: row.scopes.iter().filter_map(|scope| find_scope(scope)).map(ScopeName).collect(),
        municipalities: row.municipality_ids.map(|ids| names.of(&ids)),
        key_id: row.key_id,
        issued_by: row.issued_by,
        created_at: row.created_at,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
        access_token: None,
    };
    Ok(rows.into_iter().map(view).collect())
}
