//! Confirmation of a practice example by its municipality, and by the municipalities that its solution comes from.

use std::collections::HashMap;

use entity::vocabulary::{ConfirmedBy, Vocabulary};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use crate::auth::Caller;
use crate::base::dates::today;
use crate::base::db::{Write, sql};
use crate::base::error::{Error, Result};
use crate::base::terms::parse_terms;
use crate::model::catalog::PRACTICE_EXAMPLES;
use crate::write::{Confirmation, is_responsible};

#[derive(FromQueryResult)]
struct Of {
    municipality_id: Uuid,
    solution_id: Option<Uuid>,
    is_origin: bool,
}

/// Records which side confirms a practice example. Fails for a caller that belongs to neither side.
pub(super) async fn authorize_confirmation(write: &Write, caller: &Caller, example: Uuid) -> Result<Confirmation> {
    const OF: &str =
        "select municipality_id, solution_id, relation = 'origin' as is_origin from practice_example where id = $1";
    // A caller that acts for all municipalities confirms the information, but for neither side.
    if caller.is_unbound().is_ok() {
        return Ok(Confirmation { is_own: true, is_new: false });
    }
    let of = sql(OF, [example.into()]);
    let of = Of::find_by_statement(of).one(&write.tx).await?.ok_or_else(|| PRACTICE_EXAMPLES.not_found(example))?;
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
        return Err(Error::NotConfirmer);
    }
    let is_new = note(write, example, origins, ConfirmedBy::Origin).await?;
    Ok(Confirmation { is_own: false, is_new })
}

#[derive(FromQueryResult)]
struct Municipality {
    id: Uuid,
}

/// Returns the municipalities of the caller that a solution comes from.
async fn origins(write: &Write, solution: Uuid, caller: &Caller) -> Result<Vec<Uuid>> {
    const ORIGINS: &str = "select municipality_id as id from solution_municipality \
        where solution_id = $1 and municipality_id = any ($2)";
    let own: Vec<Uuid> = caller.municipalities.iter().flatten().copied().collect();
    let values: [Value; 2] = [solution.into(), own.into()];
    let found = sql(ORIGINS, values);
    Ok(Municipality::find_by_statement(found).all(&write.tx).await?.into_iter().map(|found| found.id).collect())
}

/// Records a confirmation by municipalities on the current date. Returns whether one of them had not yet confirmed the
/// example on this date.
async fn note(write: &Write, example: Uuid, municipalities: Vec<Uuid>, side: ConfirmedBy) -> Result<bool> {
    const NOTE: &str = "insert into practice_example_confirmation (practice_example_id, municipality_id, confirmed_by, confirmed_on) \
        select $1, m, $2, $3 from unnest($4::uuid[]) as m \
            on conflict (practice_example_id, municipality_id, confirmed_by) do update set confirmed_on = excluded.confirmed_on \
         where practice_example_confirmation.confirmed_on <> excluded.confirmed_on";
    let values: [Value; 4] = [example.into(), side.value().into(), today().into(), municipalities.into()];
    let done = write.tx.execute_raw(sql(NOTE, values)).await?;
    Ok(done.rows_affected() > 0)
}

/// Returns the sides that have confirmed each of the practice examples, with one statement.
pub(super) async fn sides(db: &impl ConnectionTrait, examples: &[Uuid]) -> Result<HashMap<Uuid, Vec<ConfirmedBy>>> {
    #[derive(FromQueryResult)]
    struct ConfirmationRow {
        example: Uuid,
        sides: Vec<String>,
    }
    const SIDES: &str = "select practice_example_id as example, array_agg(confirmed_by order by confirmed_by desc) as sides \
        from practice_example_confirmed_by where practice_example_id = any ($1) group by 1";
    let found = sql(SIDES, [examples.to_vec().into()]);
    let found = ConfirmationRow::find_by_statement(found).all(db).await?;
    found.into_iter().map(|ConfirmationRow { example, sides }| Ok((example, parse_terms(&sides)?))).collect()
}
