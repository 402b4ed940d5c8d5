//! Partnerships in which municipalities learn from each other.

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

use self::dto::{LearningPartnership, LearningPartnershipQuery};
use self::input::LearningPartnershipInput;

const TAG: &str = "learning-partnerships";

pub(crate) const LEARNING_PARTNERSHIPS: Resource = Resource {
    table: "learning_partnership",
    collection: TAG,
    title: ["Lernpartnerschaften", "Learning partnerships"],
    about: "Partnerships in which municipalities learn from each other.",
    label: "t.title",
    key: "title_key",
    official: None,
    few: false,
    columns: LearningPartnership::COLUMNS,
    routes,
    files: Files::of::<LearningPartnershipInput>(Some((
        Form::Json,
        include_str!("../../seed/learning_partnerships.json"),
    ))),
};

fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_learning_partnerships).service(get_learning_partnership);
}

/// List learning partnerships
///
/// Transfers, joint developments and exchanges between named partners, in German order of titles.
#[utoipa::path(tag = TAG, params(Usual, LearningPartnershipQuery, Paging, View),
    responses((status = 200, description = "A page of learning partnerships, or every match in the streamed forms", content(
        (Page<LearningPartnership> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/learning-partnerships")]
async fn list_learning_partnerships(
    state: Data<State>,
    req: HttpRequest,
    list: ListQuery<LearningPartnershipQuery, LearningPartnership>,
) -> Result<HttpResponse> {
    listing::list((state, req), list, query::plan, query::views).await
}

/// Read a learning partnership
#[utoipa::path(tag = TAG, params(("key" = String, Path, description = "Slug or id of the learning partnership.", example = "bamberg-lemgo-bakim"), View),
    responses((status = 200, description = "The learning partnership", body = LearningPartnership)))]
#[get("/v1/learning-partnerships/{key}")]
async fn get_learning_partnership(
    state: Data<State>,
    req: HttpRequest,
    key: Key,
    entry: EntryQuery<LearningPartnership>,
) -> Result<HttpResponse> {
    entry.reply(&req, &listing::entry(state.read()?, &LEARNING_PARTNERSHIPS, &key, query::views).await?)
}
