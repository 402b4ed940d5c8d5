//! What the database does to find changes in their order.

use chrono::{DateTime, Utc};
use entity::vocabulary::Action;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::dto::{Changes, FeedChange};
use crate::error::Result;
use crate::resource::ResourceName;

#[derive(FromQueryResult)]
struct Found {
    sequence: i64,
    number: i64,
    at: DateTime<Utc>,
    action: Action,
    resource: String,
    entry_id: Uuid,
    slug: Option<String>,
    content: Option<serde_json::Value>,
}

/// The changes that follow one, of some tables or of all: one statement.
pub(super) async fn after(db: &impl ConnectionTrait, (after, limit): (i64, i64), tables: &[String]) -> Result<Changes> {
    // What was deleted since is not shown to those who come late.
    const AFTER: &str = "select c.sequence, c.number, c.at, c.action, c.resource, c.entry_id, c.slug, \
               case when not exists (select from change d where d.entry_id = c.entry_id and d.action = 'delete') \
                    then c.entry end as content \
          from change c \
         where c.sequence > $1 and (cardinality($2::text[]) = 0 or c.resource = any ($2)) \
         order by c.sequence limit $3";
    let values: [Value; 3] = [after.into(), tables.to_vec().into(), (limit + 1).into()];
    let found = Statement::from_sql_and_values(DbBackend::Postgres, AFTER, values);
    let mut found = Found::find_by_statement(found).all(db).await?;
    let limit = usize::try_from(limit).unwrap_or_default();
    let more = found.len() > limit;
    found.truncate(limit);
    let items: Vec<FeedChange> = found.into_iter().filter_map(view).collect();
    Ok(Changes { next: items.last().map_or(after, |last| last.sequence), more, items })
}

fn view(found: Found) -> Option<FeedChange> {
    let resource = ResourceName::of_table(&found.resource)?;
    Some(FeedChange {
        sequence: found.sequence,
        number: found.number,
        at: found.at,
        action: found.action,
        href: resource.0.href(&found.entry_id.to_string()),
        resource,
        entry: found.entry_id,
        slug: found.slug.unwrap_or_default(),
        content: found.content,
    })
}
