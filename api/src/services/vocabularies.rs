//! Vocabularies: closed lists of values with labels.

use actix_web::web::Path;
use actix_web::{HttpRequest, get};
use entity::Text;
use entity::vocabulary::{List, lists};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::http::format::{Format, Record, Represented};
use crate::http::{
    EntryParams, Filters, ListPart, ListQuery, Page, Paging, Position, Public, RepresentationParams, Routes,
};

const TAG: &str = "vocabularies";

/// A vocabulary: a closed list of values
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Vocabulary {
    /// Name of the vocabulary, used in paths.
    #[schema(example = "phase")]
    name: &'static str,
    /// Title.
    title: Text,
    /// Values, in display order.
    terms: Vec<Term>,
}

/// A value of a vocabulary
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Term {
    /// Value as used in entries and filters.
    #[schema(example = "strategy")]
    value: &'static str,
    /// Label for display.
    label: Text,
}

impl Vocabulary {
    fn new(List { name, title, terms }: List) -> Self {
        let text = |(de, en): (&str, &str)| Text { de: de.to_owned(), en: Some(en.to_owned()) };
        let terms = terms.into_iter().map(|(value, label)| Term { value, label: text(label) });
        Self { name, title: text(title), terms: terms.collect() }
    }

    /// Returns all vocabularies, by name.
    fn all() -> Vec<Self> {
        let mut all: Vec<Self> = lists().into_iter().map(Self::new).collect();
        all.sort_by_key(|vocabulary| vocabulary.name);
        all
    }
}

impl Record for Vocabulary {
    const LISTS: &'static [Format] = &[Format::Json, Format::Csv, Format::Ndjson];
    const ENTRIES: &'static [Format] = &[Format::Json];
    const COLUMNS: &'static [&'static str] =
        &["name", "title.de", "title.en", "terms.value", "terms.label.de", "terms.label.en"];

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

pub(crate) fn routes(routes: &mut Routes) {
    routes.service(list_vocabularies).service(get_vocabulary);
}

/// Returns the vocabularies after a position, and the position of the next page.
fn slice(after: Option<&Position>, limit: u64) -> ListPart<Vocabulary> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let follows = |vocabulary: &Vocabulary| after.is_none_or(|after| vocabulary.name > after.key.as_str());
    let mut items: Vec<Vocabulary> = Vocabulary::all().into_iter().filter(follows).collect();
    let more = items.len() > limit;
    items.truncate(limit);
    let mark = |last: &Vocabulary| Position { key: last.name.to_owned(), id: Uuid::nil() };
    let next = items.last().filter(|_| more).map(mark);
    ListPart { items: items.into_iter().map(Represented::Built).collect(), next, version: None }
}

/// List vocabularies
///
/// Returns all closed lists of the directory with German and English labels, by name.
#[utoipa::path(tag = TAG, params(Paging, RepresentationParams),
    responses((status = 200, description = "A page of vocabularies, or all matches in a streamed format", content(
        (Page<Vocabulary> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/vocabularies")]
async fn list_vocabularies(req: HttpRequest, list: ListQuery<VocabularyQuery, Vocabulary>) -> Result<Public> {
    if list.representation.is_streamed() {
        return list.stream(&req, async move |after, limit| Ok(slice(after, limit))).await.map(Public);
    }
    let ListPart { items, next, .. } = slice(list.after.as_ref(), list.limit());
    let total = Vocabulary::all().len() as u64;
    let next = next.map(|position| list.cursor(position));
    list.reply(&req, Page { total, next, ..Page::of(items) }).map(Public)
}

/// Get a vocabulary
///
/// Returns the vocabulary with its values in display order.
#[utoipa::path(tag = TAG, params(("name" = String, Path, description = "Name of the vocabulary.", example = "phase"), RepresentationParams),
    responses((status = 200, description = "The vocabulary", body = Vocabulary)))]
#[get("/v1/vocabularies/{name}")]
async fn get_vocabulary(req: HttpRequest, name: Path<String>, entry: EntryParams<Vocabulary>) -> Result<Public> {
    let found = Vocabulary::all().into_iter().find(|vocabulary| vocabulary.name == *name);
    let found = found.ok_or_else(|| Error::not_found("/v1/vocabularies", &*name))?;
    entry.reply(&req, &Represented::Built(found), None).map(Public)
}
