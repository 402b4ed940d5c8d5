//! What the database does to find changes in their order.

use chrono::{DateTime, Utc};
use entity::vocabulary::Action;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::dto::{Changes, FeedChange};
use crate::base::error::Result;
use crate::model::catalog::ResourceName;

#[derive(FromQueryResult)]
struct ChangeRow {
    sequence: i64,
    number: i64,
    at: DateTime<Utc>,
    action: Action,
    resource: String,
    entry_id: Uuid,
    slug: Option<String>,
    content: Option<serde_json::Value>,
}

/// Changes as they are told. What an entry was that was deleted since is not shown to those who come late.
const TOLD: &str = "select c.sequence, c.number, c.at, c.action, c.resource, c.entry_id, c.slug, \
           case when not exists (select from change d where d.entry_id = c.entry_id and d.action = 'delete') \
                then c.entry end as content \
      from change c";

/// The changes after `$1`, of the tables `$2` or of all, until there are `$3` of them or their entries have `$4` bytes; and one more, that
/// `is_shown` tells apart. Entries may be long, so their number alone bounds nothing; they are read one by one, and no further.
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

/// Bytes of entries on one page, but for the last one of them.
const BUDGET: i64 = 8 << 20;

/// The changes that follow one, of some tables or of all. Also tells how many bytes their entries have.
///
/// A page whose changes are all of resources that this program does not know is passed over: a client that saw nothing on it would
/// not read on.
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
    Ok((page, bytes))
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
    let extent = Statement::from_sql_and_values(DbBackend::Postgres, extent, values);
    let extent = Extent::find_by_statement(extent).one(db).await?;
    let Some(Extent { last: Some(last), bytes, more }) = extent else {
        return Ok((Changes { items: vec![], next: after, more: false }, 0));
    };
    let found = format!(
        "{TOLD} where c.sequence > $1 and c.sequence <= $3 and (cardinality($2::text[]) = 0 or c.resource = any ($2)) order by c.sequence"
    );
    let values: [Value; 3] = [after.into(), tables.to_vec().into(), last.into()];
    let found = Statement::from_sql_and_values(DbBackend::Postgres, found, values);
    let found = ChangeRow::find_by_statement(found).all(db).await?;
    Ok((Changes { next: last, more, items: found.into_iter().filter_map(view).collect() }, bytes))
}

/// Some changes, as they are told.
pub(crate) async fn told(db: &impl ConnectionTrait, sequences: Vec<i64>) -> Result<Vec<FeedChange>> {
    if sequences.is_empty() {
        return Ok(vec![]);
    }
    let found = format!("{TOLD} where c.sequence = any ($1)");
    let found = Statement::from_sql_and_values(DbBackend::Postgres, found, [sequences.into()]);
    Ok(ChangeRow::find_by_statement(found).all(db).await?.into_iter().filter_map(view).collect())
}

/// Which changes are wanted: one of each list is enough, and an empty list wants all.
pub(crate) struct Concerning {
    pub tables: Vec<String>,
    pub themes: Vec<Uuid>,
    pub municipalities: Vec<Uuid>,
}

/// Returns every name that some entries ever had: changes name entries as they were called then.
async fn names(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<String>> {
    const NAMES: &str = "select distinct name from change c \
            cross join lateral (values (c.slug), (c.official)) as n (name) \
        where c.entry_id = any ($1) and name is not null";
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let values: [Value; 1] = [ids.to_vec().into()];
    let found = db.query_all_raw(Statement::from_sql_and_values(DbBackend::Postgres, NAMES, values)).await?;
    Ok(found.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}

/// The changes that follow one and concern somebody, by what their entries are or were before, deleted or not; and the last that was
/// looked at.
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
    let reached = db.query_one_raw(Statement::from_sql_and_values(DbBackend::Postgres, reached, values)).await?;
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
    let found = Statement::from_sql_and_values(DbBackend::Postgres, CONCERNING, values);
    let found = db.query_all_raw(found).await?;
    Ok((found.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?, reached))
}

fn view(found: ChangeRow) -> Option<FeedChange> {
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
