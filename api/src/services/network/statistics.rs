//! How many there are of everything.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::dates::today;
use crate::base::error::{Error, Result};

/// The numbers of the directory
#[derive(Debug, Serialize, FromQueryResult, ToSchema)]
pub(crate) struct Statistics {
    /// Model projects.
    #[schema(example = 73)]
    pub projects: i64,
    /// Municipalities, districts and associations of municipalities.
    #[schema(example = 12_210)]
    pub municipalities: i64,
    /// Those of them that carry a model project.
    #[schema(example = 108)]
    pub funded_municipalities: i64,
    /// Inhabitants of the municipalities that carry one, without districts and associations.
    #[schema(example = 17_188_903)]
    pub funded_population: i64,
    /// States with a model project.
    #[schema(example = 15)]
    pub federal_states: i64,
    /// Fields of action.
    #[schema(example = 15)]
    pub themes: i64,
    /// Solutions that can be reused.
    #[schema(example = 478)]
    pub solutions: i64,
    /// Those of them that are open source.
    #[schema(example = 26)]
    pub open_source_solutions: i64,
    /// Practice examples.
    #[schema(example = 99)]
    pub practice_examples: i64,
    /// Times that a municipality has taken a solution over.
    #[schema(example = 21)]
    pub adoptions: i64,
    /// Practice examples that were discontinued, with what was learned.
    #[schema(example = 7)]
    pub discontinued_examples: i64,
    /// Working groups and other networks.
    #[schema(example = 42)]
    pub working_groups: i64,
    /// Learning partnerships.
    #[schema(example = 21)]
    pub learning_partnerships: i64,
    /// Events.
    #[schema(example = 36)]
    pub events: i64,
    /// Those of them that are not over.
    #[schema(example = 0)]
    pub upcoming_events: i64,
    /// Courses.
    #[schema(example = 30)]
    pub courses: i64,
    /// Publications.
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

/// All of them in one statement.
pub(super) async fn count(db: &impl ConnectionTrait) -> Result<Statistics> {
    let numbers = Statement::from_sql_and_values(db.get_database_backend(), SQL, [today().to_string().into()]);
    let numbers = Statistics::find_by_statement(numbers).one(db).await?;
    numbers.ok_or_else(|| Error::internal(anyhow::anyhow!("nothing could be counted")))
}
