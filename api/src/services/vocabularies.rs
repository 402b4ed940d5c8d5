//! Every closed list, with its labels.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, get};
use entity::Text;
use entity::vocabulary::{List, lists};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::base::db::context::Context;
use crate::base::error::{Error, Result};
use crate::http::format::{Format, Record};
use crate::http::{
    EntryKey, EntryParams, Filters, ListQuery, Name, Page, Paging, Position, Public, RepresentationParams,
};

const TAG: &str = "vocabularies";

/// A closed list
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Vocabulary {
    /// Its name in addresses.
    #[schema(example = "phase")]
    name: &'static str,
    /// What it lists.
    #[schema(example = "Where a project stands")]
    title: &'static str,
    /// Its values, in the order people expect.
    terms: Vec<Term>,
}

/// A value of a closed list
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Term {
    /// The value as it stands in entries and filters.
    #[schema(example = "strategy")]
    value: &'static str,
    /// What to show for it.
    label: Text,
}

impl Vocabulary {
    fn new(List { name, title, terms }: List) -> Self {
        let text = |(de, en): (&str, &str)| Text { de: de.to_owned(), en: Some(en.to_owned()) };
        let terms = terms.into_iter().map(|(value, label)| Term { value, label: text(label) });
        Self { name, title, terms: terms.collect() }
    }

    /// All of them, by name.
    fn all() -> Vec<Self> {
        let mut all: Vec<Self> = lists().into_iter().map(Self::new).collect();
        all.sort_by_key(|vocabulary| vocabulary.name);
        all
    }
}

impl Record for Vocabulary {
    const LISTS: &'static [Format] = &[Format::Json, Format::Csv, Format::Ndjson];
    const ENTRIES: &'static [Format] = &[Format::Json];
    const COLUMNS: &'static [&'static str] = &["name", "title", "terms.value", "terms.label.de", "terms.label.en"];

    fn id(&self) -> Uuid {
        Uuid::nil()
    }
}

/// Vocabularies have no filters.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct VocabularyQuery {}

impl Filters for VocabularyQuery {
    const HAS_LIST_PARAMS: bool = false;
}

pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_vocabularies).service(get_vocabulary);
}

/// What follows a position in the list of all, by name.
fn slice(after: Option<&Position>, limit: u64) -> (Vec<Vocabulary>, Option<Position>) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let follows = |vocabulary: &Vocabulary| after.is_none_or(|after| vocabulary.name > after.key.as_str());
    let mut items: Vec<Vocabulary> = Vocabulary::all().into_iter().filter(follows).collect();
    let more = items.len() > limit;
    items.truncate(limit);
    let mark = |last: &Vocabulary| Position { key: last.name.to_owned(), id: Uuid::nil() };
    let next = items.last().filter(|_| more).map(mark);
    (items, next)
}

/// List vocabularies
///
/// Every closed list of the directory with German and English labels, by name.
#[utoipa::path(tag = TAG, params(Paging, RepresentationParams),
    responses((status = 200, description = "A page of vocabularies, or every match in the streamed forms", content(
        (Page<Vocabulary> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/vocabularies")]
async fn list_vocabularies(
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<VocabularyQuery, Vocabulary>,
) -> Result<Public> {
    if list.view.is_streamed() {
        return list.stream(&req, async move |after, limit| Ok(slice(after, limit))).await.map(Public);
    }
    let (items, next) = slice(list.after.as_ref(), list.limit());
    let total = Vocabulary::all().len() as u64;
    let next = next.map(|position| list.cursor(position));
    list.reply(
        &req,
        Page { items, total, next, facets: BTreeMap::new(), did_you_mean: None },
        context.version.version(),
    )
    .map(Public)
}

/// Read a vocabulary
#[utoipa::path(tag = TAG, params(("key" = String, Path, description = "Name of the vocabulary.", example = "phase"), RepresentationParams),
    responses((status = 200, description = "The vocabulary", body = Vocabulary)))]
#[get("/v1/vocabularies/{key}")]
async fn get_vocabulary(req: HttpRequest, key: EntryKey, entry: EntryParams<Vocabulary>) -> Result<Public> {
    let Name::Slug(name) = key.name() else {
        return Err(Error::NotFound);
    };
    let found = Vocabulary::all().into_iter().find(|vocabulary| vocabulary.name == name);
    entry.reply(&req, &found.ok_or(Error::NotFound)?).map(Public)
}
