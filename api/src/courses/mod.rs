//! Training for people who work on a smart city.

mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::State;
use crate::error::Result;
use crate::format::Record;
use crate::http::{EntryQuery, Key, ListQuery, Page, Paging, Usual, View};
use crate::import::{Files, Form};
use crate::listing;
use crate::resource::Resource;

use self::dto::{Course, CourseQuery};
use self::input::CourseInput;

const TAG: &str = "courses";

pub(crate) const COURSES: Resource = Resource {
    table: "course",
    collection: TAG,
    title: ["Kurse", "Courses"],
    about: "Training for people who work on a smart city.",
    label: "t.title",
    key: "title_key",
    official: None,
    few: false,
    columns: Course::COLUMNS,
    routes,
    files: Files::of::<CourseInput>(Some((Form::Json, include_str!("../../seed/courses.json")))),
};

fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_courses).service(get_course);
}

/// List courses
///
/// Training for municipal staff around the programme, in German order of titles.
#[utoipa::path(tag = TAG, params(Usual, CourseQuery, Paging, View),
    responses((status = 200, description = "A page of courses, or every match in the streamed forms", content(
        (Page<Course> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/courses")]
async fn list_courses(
    state: Data<State>,
    req: HttpRequest,
    list: ListQuery<CourseQuery, Course>,
) -> Result<HttpResponse> {
    listing::list((state, req), list, query::plan, query::views).await
}

/// Read a course
#[utoipa::path(tag = TAG, params(("key" = String, Path, description = "Slug or id of the course.", example = "smart-city-manager"), View),
    responses((status = 200, description = "The course", body = Course)))]
#[get("/v1/courses/{key}")]
async fn get_course(state: Data<State>, req: HttpRequest, key: Key, entry: EntryQuery<Course>) -> Result<HttpResponse> {
    entry.reply(&req, &listing::entry(state.read()?, &COURSES, &key, query::views).await?)
}
