//! Training for people who work on a smart city.

mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use self::dto::{Course, CourseQuery};
use self::input::CourseInput;
use crate::auth::{CoursesWrite, Scope};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::Record;
use crate::http::{
    BatchBody, EntryKey, EntryParams, Json, ListParams, ListQuery, NoBody, Page, Paging, Patch, Precondition, Public,
    RepresentationParams,
};
use crate::import::{Files, Form};
use crate::model::catalog::COURSES;
use crate::query::entry::{Entry, get_entry};
use crate::query::list;
use crate::resources::Registration;
use crate::write::{self, BatchQuery, WriteContext};

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &COURSES,
    noun: "course",
    example: "smart-city-manager",
    about: "Training for people who work on a smart city.",
    columns: Course::COLUMNS,
    scope: CoursesWrite::NAME,
    routes,
    files: Files::of::<CourseInput>(Some((Form::Json, include_str!("../../../seed/courses.json")))),
};

fn routes(cfg: &mut ServiceConfig) {
    // A name of its own goes before any key.
    cfg.service(create_courses);
    cfg.service(list_courses).service(get_course);
    cfg.service(create_course).service(replace_course).service(change_course).service(delete_course);
}

/// List courses
///
/// Training for municipal staff around the programme, in German order of titles.
#[utoipa::path(params(ListParams, CourseQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of courses, or every match in the streamed forms", content(
        (Page<Course> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/courses")]
async fn list_courses(
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<CourseQuery, Course>,
) -> Result<Public> {
    list::list(&context, &req, list, query::plan, Course::load).await.map(Public)
}

/// Read a course
#[utoipa::path(params(RepresentationParams),
    responses((status = 200, description = "The course", body = Course)))]
#[get("/v1/courses/{key}")]
async fn get_course(
    context: Data<Context>,
    req: HttpRequest,
    key: EntryKey,
    entry: EntryParams<Course>,
) -> Result<Public> {
    get_entry(&context, &req, &key, entry).await
}

/// Add a course
#[utoipa::path]
#[post("/v1/courses")]
async fn create_course(context: WriteContext<CoursesWrite>, input: Json<CourseInput>) -> Result<HttpResponse> {
    write::create(context, input).await
}

/// Add many courses at once
#[utoipa::path]
#[post("/v1/courses/batch")]
async fn create_courses(
    context: WriteContext<CoursesWrite, BatchQuery>,
    batch: BatchBody<CourseInput>,
) -> Result<HttpResponse> {
    write::create_all(context, batch).await
}

/// Replace a course
#[utoipa::path]
#[put("/v1/courses/{key}")]
async fn replace_course(
    context: WriteContext<CoursesWrite>,
    key: EntryKey,
    held: Precondition,
    input: Json<CourseInput>,
) -> Result<HttpResponse> {
    write::replace(context, key, held, input).await
}

/// Change a course
#[utoipa::path]
#[patch("/v1/courses/{key}")]
async fn change_course(
    context: WriteContext<CoursesWrite>,
    key: EntryKey,
    held: Precondition,
    patch: Patch<CourseInput>,
) -> Result<HttpResponse> {
    write::change(context, key, held, patch).await
}

/// Delete a course
#[utoipa::path]
#[delete("/v1/courses/{key}")]
async fn delete_course(
    context: WriteContext<CoursesWrite>,
    key: EntryKey,
    held: Precondition,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, CourseInput>(context, key, held).await
}
