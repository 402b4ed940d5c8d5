//! Database queries for the change feed.

use chrono::{DateTime, Utc};
use entity::vocabulary::Action;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use super::dto::{Changes, FeedChange};
use crate::base::db::sql;
use crate::base::error::{Error, Result};
use crate::model::catalog::ResourceName;

#[derive(FromQueryResult)]
struct ChangeRow {
    sequence: i64,
    directory_version: i64,
    at: DateTime<Utc>,
    action: Action,
    resource: String,
    entry_id: Uuid,
    slug: Option<String>,
    content: Option<serde_json::Value>,
}

/// Selects changes for the feed. Changes of an entry that has been deleted have no content.
const FEED_CHANGES: &str = "select c.sequence, c.directory_version, c.at, c.action, c.resource, c.entry_id, c.slug, \
           case when not exists (select from change d where d.entry_id = c.entry_id and d.action = 'delete') \
                then c.entry end as content \
      from change c";

/// Selects the changes after `$1` of the tables `$2` (or of all tables) until there are `$3` changes or their entries
/// exceed `$4` bytes, and one more change with `is_shown` false. The number of changes alone does not limit the size of a
/// page, because entries may be large; the recursive query therefore reads them one by one and stops at the limit.
const PAGE: &str = "with recursive page as ( \
        select 0 as place, $1::bigint as sequence, 0::bigint as before, 0::bigint as bytes \
         union all \
        select p.place + 1, n.sequence, p.before + p.bytes, n.bytes \
          from page p \
         cross join lateral (select c.sequence, coalesce(octet_length(c.entry::text), 0)::bigint as bytes from change c \
                              where c.sequence > p.sequence and (cardinality($2::text[]) = 0 or c.resource = any ($2)) \
                              order by c.sequence limit 1) n \
         where p.place <= $3 and p.before < $4), \
    found as (select sequence, bytes, place <= $3 and before < $4 as is_shown from page where place > 0)";

/// Maximum size of the entries on a page in bytes, not counting the last entry.
const BUDGET: i64 = 8 << 20;

/// Returns the page of changes after a sequence number, and the size of its entries in bytes. An empty list of tables
/// selects all.
///
/// Fails with `Error::SequenceGone` for a number after the newest one. New changes would get lower numbers, and the
/// client would skip them.
///
/// Skips pages on which all changes belong to resources that this version of the program does not know, because clients
/// stop reading at an empty page.
pub(super) async fn after(
    db: &impl ConnectionTrait,
    after: i64,
    limit: i64,
    tables: &[String],
) -> Result<(Changes, i64)> {
    let (mut page, mut bytes) = page(db, after, limit, tables).await?;
    while page.items.is_empty() && page.more {
        (page, bytes) = self::page(db, page.next, limit, tables).await?;
    }
    if page.items.is_empty()
        && let Some(head) = head(db).await?
        && after > head
    {
        return Err(Error::SequenceGone { after, head });
    }
    Ok((page, bytes))
}

/// Returns the newest sequence number, or 0 if there are no changes. Returns `None` on a standby, which may lack the newest
/// changes.
async fn head(db: &impl ConnectionTrait) -> Result<Option<i64>> {
    const SQL: &str = "select case when not pg_is_in_recovery() then coalesce(max(sequence), 0) end from change";
    let newest = db.query_one_raw(sql(SQL, [])).await?;
    Ok(newest.map_or(Ok(None), |row| row.try_get_by_index(0))?)
}

async fn page(db: &impl ConnectionTrait, after: i64, limit: i64, tables: &[String]) -> Result<(Changes, i64)> {
    #[derive(FromQueryResult)]
    struct Extent {
        last: Option<i64>,
        bytes: i64,
        more: bool,
    }
    let extent = format!(
        "{PAGE} select max(sequence) filter (where is_shown) as last, coalesce(sum(bytes) filter (where is_shown), 0)::bigint as bytes, \
            coalesce(bool_or(not is_shown), false) as more from found"
    );
    let values: [Value; 4] = [after.into(), tables.to_vec().into(), limit.into(), BUDGET.into()];
    let extent = sql(&extent, values);
    let extent = Extent::find_by_statement(extent).one(db).await?;
    let Some(Extent { last: Some(last), bytes, more }) = extent else {
        return Ok((Changes { items: vec![], next: after, more: false }, 0));
    };
    let found = format!(
        "{FEED_CHANGES} where c.sequence > $1 and c.sequence <= $3 and (cardinality($2::text[]) = 0 or c.resource = any ($2)) order by c.sequence"
    );
    let values: [Value; 3] = [after.into(), tables.to_vec().into(), last.into()];
    let found = sql(&found, values);
    let found = ChangeRow::find_by_statement(found).all(db).await?;
    Ok((Changes { next: last, more, items: found.into_iter().filter_map(view).collect() }, bytes))
}

/// Returns the representations of some changes.
pub(crate) async fn feed_changes(db: &impl ConnectionTrait, sequences: Vec<i64>) -> Result<Vec<FeedChange>> {
    if sequences.is_empty() {
        return Ok(vec![]);
    }
    let found = format!("{FEED_CHANGES} where c.sequence = any ($1)");
    let found = sql(&found, [sequences.into()]);
    Ok(ChangeRow::find_by_statement(found).all(db).await?.into_iter().filter_map(view).collect())
}

/// Filter of changes: a change matches if it matches one item of each list. An empty list matches every change.
pub(crate) struct Concerning {
    pub tables: Vec<String>,
    pub themes: Vec<Uuid>,
    pub municipalities: Vec<Uuid>,
}

/// Returns all current and former keys of some entries. A recorded change refers to entries by the keys at its time.
async fn names(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<String>> {
    const NAMES: &str = "select distinct name from change c \
            cross join lateral (values (c.slug), (c.official)) as n (name) \
        where c.entry_id = any ($1) and name is not null";
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let values: [Value; 1] = [ids.to_vec().into()];
    let found = db.query_all_raw(sql(NAMES, values)).await?;
    Ok(found.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}

/// Returns the sequence numbers of the changes after `after` that match a filter, and the last sequence number examined. Matches
/// the state of the entry after the change and its earlier states, even if the entry has been deleted.
pub(crate) async fn concerning(
    db: &impl ConnectionTrait,
    after: i64,
    concerning: &Concerning,
) -> Result<(Vec<i64>, i64)> {
    const WINDOW: i64 = 200;
    const CONCERNING: &str = "select c.sequence from change c \
         where c.sequence > $1 and c.sequence <= $2 \
           and (cardinality($3::text[]) = 0 or c.resource = any ($3)) \
           and (cardinality($6::uuid[]) = 0 or c.entry_id = any ($6) \
                or exists (select from states_of(c.entry_id, c.sequence) state \
                            where jsonb_exists_any(state.entry -> 'themes', $4))) \
           and (cardinality($7::uuid[]) = 0 or c.entry_id = any ($7) \
                or exists (select from states_of(c.entry_id, c.sequence) state \
                            where jsonb_exists_any(state.entry -> 'providers', $5) \
                               or jsonb_path_exists(state.entry, '$.**.municipality ? (@ == $names[*])', \
                                                    jsonb_build_object('names', to_jsonb($5::text[]))))) \
         order by c.sequence";
    let Concerning { tables, themes, municipalities } = concerning;
    let reached = format!("{PAGE} select coalesce(max(sequence) filter (where is_shown), $1) from found");
    let values: [Value; 4] = [after.into(), Vec::<String>::new().into(), WINDOW.into(), BUDGET.into()];
    let reached = db.query_one_raw(sql(&reached, values)).await?;
    let reached: i64 = reached.map_or(Ok(after), |row| row.try_get_by_index(0))?;
    let values: [Value; 7] = [
        after.into(),
        reached.into(),
        tables.clone().into(),
        names(db, themes).await?.into(),
        names(db, municipalities).await?.into(),
        themes.clone().into(),
        municipalities.clone().into(),
    ];
    let found = sql(CONCERNING, values);
    let found = db.query_all_raw(found).await?;
    Ok((found.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?, reached))
}

fn view(found: ChangeRow) -> Option<FeedChange> {
    let resource = ResourceName::of_table(&found.resource)?;
    Some(FeedChange {
        sequence: found.sequence,
        directory_version: found.directory_version,
        at: found.at,
        action: found.action,
        href: resource.0.href(&found.entry_id.to_string()),
        resource,
        entry: found.entry_id,
        slug: found.slug.unwrap_or_default(),
        content: found.content,
    })
}
