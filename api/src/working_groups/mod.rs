//! Working groups and every other standing network.

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

use self::dto::{WorkingGroup, WorkingGroupQuery};
use self::input::WorkingGroupInput;

const TAG: &str = "working-groups";

pub(crate) const WORKING_GROUPS: Resource = Resource {
    table: "working_group",
    collection: TAG,
    title: ["Arbeitsgruppen und Netzwerke", "Working groups and networks"],
    about: "Working groups and every other standing network.",
    label: "t.name",
    key: "name_key",
    official: None,
    few: false,
    columns: WorkingGroup::COLUMNS,
    routes,
    files: Files::of::<WorkingGroupInput>(Some((Form::Json, include_str!("../../seed/working_groups.json")))),
};

fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_working_groups).service(get_working_group);
}

/// List working groups
///
/// Working groups, development partnerships, communities and other standing networks, in German order of names.
#[utoipa::path(tag = TAG, params(Usual, WorkingGroupQuery, Paging, View),
    responses((status = 200, description = "A page of working groups, or every match in the streamed forms", content(
        (Page<WorkingGroup> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/working-groups")]
async fn list_working_groups(
    state: Data<State>,
    req: HttpRequest,
    list: ListQuery<WorkingGroupQuery, WorkingGroup>,
) -> Result<HttpResponse> {
    listing::list((state, req), list, query::plan, query::views).await
}

/// Read a working group
#[utoipa::path(tag = TAG, params(("key" = String, Path, description = "Slug or id of the working group.", example = "urban-data-platforms"), View),
    responses((status = 200, description = "The working group", body = WorkingGroup)))]
#[get("/v1/working-groups/{key}")]
async fn get_working_group(
    state: Data<State>,
    req: HttpRequest,
    key: Key,
    entry: EntryQuery<WorkingGroup>,
) -> Result<HttpResponse> {
    entry.reply(&req, &listing::entry(state.read()?, &WORKING_GROUPS, &key, query::views).await?)
}
