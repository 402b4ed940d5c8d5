//! One municipality's account of doing it: origin or adoption, success or failure.

mod dto;
mod filters;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::State;
use crate::error::Result;
use crate::format::{Feature, FeatureCollection, Record};
use crate::http::{EntryQuery, Key, ListQuery, Page, Paging, Usual, View};
use crate::import::Files;
use crate::listing;
use crate::resource::Resource;

use self::dto::PracticeExample;
use self::filters::PracticeExampleQuery;
use self::input::PracticeExampleInput;

const TAG: &str = "practice-examples";

pub(crate) const PRACTICE_EXAMPLES: Resource = Resource {
    table: "practice_example",
    collection: TAG,
    title: ["Praxisbeispiele", "Practice examples"],
    about: "One municipality's account of doing it: origin or adoption, success or failure.",
    label: "t.title",
    key: "title_key",
    official: None,
    few: false,
    columns: PracticeExample::COLUMNS,
    routes,
    files: Files::of::<PracticeExampleInput>(None),
};

fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_practice_examples).service(get_practice_example);
}

/// List practice examples
///
/// Accounts of municipalities that did it, or tried, in German order of titles.
#[utoipa::path(tag = TAG, params(Usual, PracticeExampleQuery, Paging, View),
    responses((status = 200, description = "A page of practice examples, or every match in the streamed forms", content(
        (Page<PracticeExample> = "application/json"), (FeatureCollection = "application/geo+json"), (String = "text/csv"), (String = "application/x-ndjson"), (String = "application/atom+xml")
    ))))]
#[get("/v1/practice-examples")]
async fn list_practice_examples(
    state: Data<State>,
    req: HttpRequest,
    list: ListQuery<PracticeExampleQuery, PracticeExample>,
) -> Result<HttpResponse> {
    listing::list((state, req), list, query::plan, query::views).await
}

/// Read a practice example
#[utoipa::path(tag = TAG, params(("key" = String, Path, description = "Slug or id of the practice example.", example = "an-origin"), View),
    responses((status = 200, description = "The practice example", content((PracticeExample = "application/json"), (Feature = "application/geo+json")))))]
#[get("/v1/practice-examples/{key}")]
async fn get_practice_example(
    state: Data<State>,
    req: HttpRequest,
    key: Key,
    entry: EntryQuery<PracticeExample>,
) -> Result<HttpResponse> {
    entry.reply(&req, &listing::entry(state.read()?, &PRACTICE_EXAMPLES, &key, query::views).await?)
}
