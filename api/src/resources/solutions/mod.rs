//! Solutions that can be reused: software, data, services, processes and more.

mod dto;
mod filters;
mod input;
mod query;
mod store;
mod view;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};

use self::dto::Solution;
use self::filters::SolutionQuery;
use crate::auth::{Scope, SolutionsWrite, SubmissionsWrite};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::{Feature, FeatureCollection, Record};
use crate::http::{
    BatchBody, EntryKey, EntryParams, Json, ListParams, ListQuery, NoBody, Page, Paging, Patch, Precondition, Public,
    RepresentationParams, Routes,
};
use crate::import::{Files, Form};
use crate::model::catalog::SOLUTIONS;
use crate::query::entry::get_entry;
use crate::query::list;
use crate::query::representations::Builder;
use crate::query::sublists::{ListRedirect, Sublists, asked_beside, to_list};
use crate::resources::Registration;
use crate::write::{self, BatchQuery, WriteContext};

pub(crate) use self::input::SolutionInput;

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &SOLUTIONS,
    noun: "solution",
    example: "open-smartcity-app",
    about: "Solutions that can be reused: software, data, services, processes and more.",
    columns: Solution::COLUMNS,
    scope: SolutionsWrite::NAME,
    routes,
    builder: Builder::of::<Solution>(),
    files: Files::of::<SolutionInput>(Some((Form::Json, include_str!("../../../seed/solutions.json")))),
};

fn routes(routes: &mut Routes) {
    // Routes with fixed segments come first, because the routes with a parameter match the same paths.
    routes.service(create_solution_batch).service(get_solution_adoptions).service(create_solution_confirmation);
    routes.service(list_solutions).service(get_solution);
    routes.service(Sublists { resource: &SOLUTIONS, noun: "solution", lists: view::LISTS });
    routes.service(create_solution).service(replace_solution).service(update_solution).service(delete_solution);
}

/// List solutions
///
/// Returns the solutions that municipalities share for reuse. Sorted by title in German alphabetical order by default.
#[utoipa::path(params(ListParams, SolutionQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of solutions, or all matches in a streamed format", content(
        (Page<Solution> = "application/json"), (FeatureCollection = "application/geo+json"), (String = "text/csv"), (String = "application/x-ndjson"), (String = "application/atom+xml")
    ))))]
#[get("/v1/solutions")]
async fn list_solutions(
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<SolutionQuery, Solution>,
) -> Result<Public> {
    list::list_entries(&context, &req, list, query::plan).await.map(Public)
}

/// Get a solution
#[utoipa::path(params(RepresentationParams),
    responses((status = 200, description = "The solution", content((Solution = "application/json"), (Feature = "application/geo+json")))))]
#[get("/v1/solutions/{key}")]
async fn get_solution(
    context: Data<Context>,
    req: HttpRequest,
    key: EntryKey,
    entry: EntryParams<Solution>,
) -> Result<Public> {
    get_entry(&context, &req, &key, entry).await
}

/// Redirect to the adoptions of a solution
///
/// Redirects to the practice examples of the solution whose `relation` is not `origin`. Other query parameters are
/// passed on to that list.
#[utoipa::path(responses(ListRedirect))]
#[get("/v1/solutions/{key}/adoptions")]
async fn get_solution_adoptions(context: Data<Context>, req: HttpRequest, key: EntryKey) -> Result<HttpResponse> {
    let asked = asked_beside(&req, &["solution", "adoption"])?;
    let slug = SOLUTIONS.slug(&context.read()?, &key).await?;
    Ok(to_list(&format!("/v1/practice-examples?solution={slug}&adoption=true{asked}")))
}

/// Confirm a solution
///
/// Confirms that the information about the solution is correct. Requires `submissions:write` and a token for one of the
/// providers, for a member of one of the projects, or for all municipalities. Sets `last_confirmed_on` to the current
/// date in Germany. A further confirmation on the same day changes nothing.
#[utoipa::path(security(("token" = [SubmissionsWrite::NAME])), responses((status = 200, description = "The solution", body = Solution)))]
#[post("/v1/solutions/{key}/confirmations")]
async fn create_solution_confirmation(
    context: WriteContext<SubmissionsWrite>,
    key: EntryKey,
    _: NoBody,
) -> Result<HttpResponse> {
    write::confirm::<_, SolutionInput>(context, key, store::authorize_confirmation).await
}

/// Create a solution
#[utoipa::path]
#[post("/v1/solutions")]
async fn create_solution(context: WriteContext<SolutionsWrite>, input: Json<SolutionInput>) -> Result<HttpResponse> {
    write::create(context, input).await
}

/// Create solutions in a batch
#[utoipa::path]
#[post("/v1/solutions/batch")]
async fn create_solution_batch(
    context: WriteContext<SolutionsWrite, BatchQuery>,
    batch: BatchBody<SolutionInput>,
) -> Result<HttpResponse> {
    write::create_all(context, batch).await
}

/// Replace a solution
#[utoipa::path]
#[put("/v1/solutions/{key}")]
async fn replace_solution(
    context: WriteContext<SolutionsWrite>,
    key: EntryKey,
    precondition: Precondition,
    input: Json<SolutionInput>,
) -> Result<HttpResponse> {
    write::replace(context, key, precondition, input).await
}

/// Update a solution
#[utoipa::path]
#[patch("/v1/solutions/{key}")]
async fn update_solution(
    context: WriteContext<SolutionsWrite>,
    key: EntryKey,
    precondition: Precondition,
    patch: Patch<SolutionInput>,
) -> Result<HttpResponse> {
    write::change(context, key, precondition, patch).await
}

/// Delete a solution
#[utoipa::path]
#[delete("/v1/solutions/{key}")]
async fn delete_solution(
    context: WriteContext<SolutionsWrite>,
    key: EntryKey,
    precondition: Precondition,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, SolutionInput>(context, key, precondition).await
}
