//! Courses for people who work on smart city projects.

mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};

use self::dto::{Course, CourseQuery};
use self::input::CourseInput;
use crate::auth::{CoursesWrite, Scope};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::Record;
use crate::http::{
    BatchBody, EntryKey, EntryParams, Json, ListParams, ListQuery, NoBody, Page, Paging, Patch, Precondition, Public,
    RepresentationParams, Routes,
};
use crate::import::{Files, Form};
use crate::model::catalog::COURSES;
use crate::query::entry::get_entry;
use crate::query::list;
use crate::query::representations::Builder;
use crate::resources::Registration;
use crate::write::{self, BatchQuery, WriteContext};

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &COURSES,
    noun: "course",
    example: "smart-city-manager",
    about: "Courses for people who work on smart city projects.",
    columns: Course::COLUMNS,
    scope: CoursesWrite::NAME,
    routes,
    builder: Builder::of::<Course>(),
    files: Files::of::<CourseInput>(Some((Form::Json, include_str!("../../../seed/courses.json")))),
};

fn routes(routes: &mut Routes) {
    // Routes with fixed segments come first, because the routes with a parameter match the same paths.
    routes.service(create_course_batch);
    routes.service(list_courses).service(get_course);
    routes.service(create_course).service(replace_course).service(update_course).service(delete_course);
}

/// List courses
///
/// Returns courses for people who work on smart city projects. Sorted by title in German alphabetical order by default.
#[utoipa::path(params(ListParams, CourseQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of courses, or all matches in a streamed format", content(
        (Page<Course> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/courses")]
async fn list_courses(
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<CourseQuery, Course>,
) -> Result<Public> {
    list::list_entries(&context, &req, list, query::plan).await.map(Public)
}

/// Get a course
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

/// Create a course
#[utoipa::path]
#[post("/v1/courses")]
async fn create_course(context: WriteContext<CoursesWrite>, input: Json<CourseInput>) -> Result<HttpResponse> {
    write::create(context, input).await
}

/// Create courses in a batch
#[utoipa::path]
#[post("/v1/courses/batch")]
async fn create_course_batch(
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
    precondition: Precondition,
    input: Json<CourseInput>,
) -> Result<HttpResponse> {
    write::replace(context, key, precondition, input).await
}

/// Update a course
#[utoipa::path]
#[patch("/v1/courses/{key}")]
async fn update_course(
    context: WriteContext<CoursesWrite>,
    key: EntryKey,
    precondition: Precondition,
    patch: Patch<CourseInput>,
) -> Result<HttpResponse> {
    write::change(context, key, precondition, patch).await
}

/// Delete a course
#[utoipa::path]
#[delete("/v1/courses/{key}")]
async fn delete_course(
    context: WriteContext<CoursesWrite>,
    key: EntryKey,
    precondition: Precondition,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, CourseInput>(context, key, precondition).await
}
