//! Who stands by a practice example: its own municipality, and those whose solution it takes over.

use std::collections::HashMap;

use entity::vocabulary::{ConfirmedBy, Vocabulary};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value};
use uuid::Uuid;

use crate::auth::Caller;
use crate::base::dates::today;
use crate::base::db::Write;
use crate::base::error::{Error, Result};
use crate::base::terms::parse_terms;
use crate::write::{Confirmation, is_responsible};

#[derive(FromQueryResult)]
struct Of {
    municipality_id: Uuid,
    solution_id: Option<Uuid>,
    is_origin: bool,
}

/// Notes who stands by an example.
pub(super) async fn authorize_confirmation(write: &Write, caller: &Caller, example: Uuid) -> Result<Confirmation> {
    const OF: &str =
        "select municipality_id, solution_id, relation = 'origin' as is_origin from practice_example where id = $1";
    // Who acts for all says that it holds, and speaks for neither side.
    if caller.is_unbound().is_ok() {
        return Ok(Confirmation { is_own: true, is_new: false });
    }
    let of = Statement::from_sql_and_values(DbBackend::Postgres, OF, [example.into()]);
    let of = Of::find_by_statement(of).one(&write.tx).await?.ok_or(Error::NotFound)?;
    if is_responsible(&write.tx, "practice_example", example, caller).await? {
        let side = if of.is_origin { ConfirmedBy::Origin } else { ConfirmedBy::Adopter };
        let is_new = note(write, example, vec![of.municipality_id], side).await?;
        return Ok(Confirmation { is_own: true, is_new });
    }
    let origins = match of.solution_id {
        Some(solution) if !of.is_origin => origins(write, solution, caller).await?,
        _ => vec![],
    };
    if origins.is_empty() {
        return Err(Error::OutsideMunicipality(vec![
            "the municipality of the example, nor for those its solution comes from".to_owned(),
        ]));
    }
    let is_new = note(write, example, origins, ConfirmedBy::Origin).await?;
    Ok(Confirmation { is_own: false, is_new })
}

#[derive(FromQueryResult)]
struct Municipality {
    id: Uuid,
}

/// The municipalities a solution comes from, of those that somebody acts for.
async fn origins(write: &Write, solution: Uuid, caller: &Caller) -> Result<Vec<Uuid>> {
    const ORIGINS: &str = "select municipality_id as id from solution_municipality \
        where solution_id = $1 and municipality_id = any ($2)";
    let own: Vec<Uuid> = caller.municipalities.iter().flatten().copied().collect();
    let values: [Value; 2] = [solution.into(), own.into()];
    let found = Statement::from_sql_and_values(DbBackend::Postgres, ORIGINS, values);
    Ok(Municipality::find_by_statement(found).all(&write.tx).await?.into_iter().map(|found| found.id).collect())
}

/// Writes down who confirmed; tells whether that was not known of today already.
async fn note(write: &Write, example: Uuid, municipalities: Vec<Uuid>, side: ConfirmedBy) -> Result<bool> {
    const NOTE: &str = "insert into practice_example_confirmation (practice_example_id, municipality_id, confirmed_by, confirmed_on) \
        select $1, m, $2, $3 from unnest($4::uuid[]) as m \
            on conflict (practice_example_id, municipality_id, confirmed_by) do update set confirmed_on = excluded.confirmed_on \
         where practice_example_confirmation.confirmed_on <> excluded.confirmed_on";
    let values: [Value; 4] = [example.into(), side.value().into(), today().into(), municipalities.into()];
    let done = write.tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, NOTE, values)).await?;
    Ok(done.rows_affected() > 0)
}

/// Who stands by some examples: one statement, however many there are.
pub(super) async fn sides(db: &impl ConnectionTrait, examples: &[Uuid]) -> Result<HashMap<Uuid, Vec<ConfirmedBy>>> {
    #[derive(FromQueryResult)]
    struct ConfirmationRow {
        example: Uuid,
        sides: Vec<String>,
    }
    const SIDES: &str = "select practice_example_id as example, array_agg(confirmed_by order by confirmed_by desc) as sides \
        from practice_example_confirmed_by where practice_example_id = any ($1) group by 1";
    let found = Statement::from_sql_and_values(DbBackend::Postgres, SIDES, [examples.to_vec().into()]);
    let found = ConfirmationRow::find_by_statement(found).all(db).await?;
    found.into_iter().map(|ConfirmationRow { example, sides }| Ok((example, parse_terms(&sides)?))).collect()
}
