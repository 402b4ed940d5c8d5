//! Statistics of the directory.

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::dates::today;
use crate::base::db::sql;
use crate::base::error::{Error, Result};

/// Statistics of the directory
#[derive(Debug, Serialize, FromQueryResult, ToSchema)]
pub(crate) struct Statistics {
    /// Number of model projects.
    #[schema(example = 73)]
    pub projects: i64,
    /// Number of municipalities, including districts and associations of municipalities.
    #[schema(example = 12_210)]
    pub municipalities: i64,
    /// Number of municipalities that are members of a model project.
    #[schema(example = 108)]
    pub funded_municipalities: i64,
    /// Population of the municipalities that are members of a model project, without districts and associations.
    #[schema(example = 17_188_903)]
    pub funded_population: i64,
    /// Number of federal states with a model project.
    #[schema(example = 15)]
    pub federal_states: i64,
    /// Number of themes.
    #[schema(example = 15)]
    pub themes: i64,
    /// Number of solutions.
    #[schema(example = 478)]
    pub solutions: i64,
    /// Number of solutions with the openness `open_source`.
    #[schema(example = 26)]
    pub open_source_solutions: i64,
    /// Number of practice examples.
    #[schema(example = 99)]
    pub practice_examples: i64,
    /// Number of adoptions of a solution by a municipality.
    #[schema(example = 21)]
    pub adoptions: i64,
    /// Number of practice examples with the status `discontinued`.
    #[schema(example = 7)]
    pub discontinued_examples: i64,
    /// Number of working groups and other networks.
    #[schema(example = 42)]
    pub working_groups: i64,
    /// Number of learning partnerships.
    #[schema(example = 21)]
    pub learning_partnerships: i64,
    /// Number of events.
    #[schema(example = 36)]
    pub events: i64,
    /// Number of events whose last day is today or later.
    #[schema(example = 0)]
    pub upcoming_events: i64,
    /// Number of courses.
    #[schema(example = 30)]
    pub courses: i64,
    /// Number of publications.
    #[schema(example = 85)]
    pub publications: i64,
}

const SQL: &str = "\
    select \
        (select count(*) from project) as projects, \
        (select count(*) from municipality) as municipalities, \
        (select count(distinct municipality_id) from project_member) as funded_municipalities, \
        (select coalesce(sum(m.population), 0)::bigint from municipality m where m.kind not in ('district', 'association') and m.id in (select municipality_id from project_member)) as funded_population, \
        (select count(distinct federal_state) from project_federal_state) as federal_states, \
        (select count(*) from theme) as themes, \
        (select count(*) from solution) as solutions, \
        (select count(*) from solution where openness = 'open_source') as open_source_solutions, \
        (select count(*) from practice_example) as practice_examples, \
        (select count(distinct (solution_id, municipality_id)) from solution_adoption) as adoptions, \
        (select count(*) from practice_example where status = 'discontinued') as discontinued_examples, \
        (select count(*) from working_group) as working_groups, \
        (select count(*) from learning_partnership) as learning_partnerships, \
        (select count(*) from event) as events, \
        (select count(*) from event where last_day >= $1) as upcoming_events, \
        (select count(*) from course) as courses, \
        (select count(*) from publication) as publications";

/// Counts everything in one statement.
pub(super) async fn count(db: &impl ConnectionTrait) -> Result<Statistics> {
    let numbers = sql(SQL, [today().to_string().into()]);
    let numbers = Statistics::find_by_statement(numbers).one(db).await?;
    numbers.ok_or_else(|| Error::internal(anyhow::anyhow!("the statistics query returned no row")))
}
