//! Database queries for the tasks of a municipality.

use chrono::{DateTime, Months, NaiveDate, Utc};
use entity::Text;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use super::dto::{DueConfirmation, MunicipalityTasks, RequestedChange};
use crate::base::dates::today;
use crate::base::db::sql;
use crate::base::error::Result;
use crate::base::link::Link;
use crate::base::public_url::public_path;
use crate::model::catalog::ResourceName;
use crate::model::reuse::freshness;
use crate::query::lookup::FoundEntry;

#[derive(FromQueryResult)]
struct Due {
    resource: String,
    id: Uuid,
    slug: String,
    title: Text,
    last_confirmed_on: Option<NaiveDate>,
}

#[derive(FromQueryResult)]
struct Requested {
    id: Uuid,
    resource: String,
    slug: Option<String>,
    since: DateTime<Utc>,
    comment: Option<String>,
    open_comments: i64,
}

/// Returns the tasks of a municipality with two statements. With `by`, only the submissions of that submitter are included.
pub(super) async fn of(
    db: &impl ConnectionTrait,
    municipality: &FoundEntry,
    by: Option<String>,
) -> Result<MunicipalityTasks> {
    const DUE: &str = "select 'solution' as resource, e.id, e.slug, e.title, e.last_confirmed_on \
          from solution e where e.id in (select solution_id from solution_municipality where municipality_id = $1) \
           and (e.last_confirmed_on is null or e.last_confirmed_on <= $2) \
        union all \
        select 'practice_example', e.id, e.slug, e.title, e.last_confirmed_on \
          from practice_example e where e.municipality_id = $1 and (e.last_confirmed_on is null or e.last_confirmed_on <= $2) \
        order by 5 nulls first, 2";
    const REQUESTED: &str = "select s.id, s.resource, s.content ->> 'slug' as slug, a.at as since, a.comment, \
               (select count(*) from submission_comment c where c.submission_id = s.id and c.resolved_at is null) as open_comments \
          from submission s cross join lateral (select at, comment from submission_action where submission_id = s.id \
                                                  and action = 'request_changes' order by at desc, id desc limit 1) a \
         where s.stage = 'changes_requested' and s.municipality_ids && array[$1] \
           and ($2::text is null or s.submitted_by = $2) order by a.at, s.id";
    let year_ago = today().checked_sub_months(Months::new(12)).unwrap_or_default();
    let values: [Value; 2] = [municipality.id.into(), year_ago.into()];
    let due = Due::find_by_statement(sql(DUE, values)).all(db).await?;
    let key = sql(REQUESTED, [municipality.id.into(), by.into()]);
    let requested = Requested::find_by_statement(key).all(db).await?;
    Ok(MunicipalityTasks {
        confirmations: due.into_iter().filter_map(confirmation).collect(),
        changes: requested.into_iter().filter_map(change).collect(),
    })
}

fn confirmation(Due { resource, id, slug, title, last_confirmed_on }: Due) -> Option<DueConfirmation> {
    let resource = ResourceName::of_table(&resource)?;
    let entry = Link::new(resource.0.collection, id, slug, title);
    Some(DueConfirmation { resource, entry, last_confirmed_on, freshness: freshness(last_confirmed_on) })
}

fn change(row: Requested) -> Option<RequestedChange> {
    Some(RequestedChange {
        submission: public_path(format_args!("/v1/submissions/{}", row.id)),
        resource: ResourceName::of_table(&row.resource)?,
        slug: row.slug,
        since: row.since,
        comment: row.comment,
        open_comments: row.open_comments,
    })
}
