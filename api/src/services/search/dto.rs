//! Representations and filters of the search.

use chrono::{DateTime, Utc};
use entity::Text;
use entity::vocabulary::FederalState;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::http::format::{Format, Record};
use crate::http::{Filters, Order, Sort};
use crate::model::catalog::{self, Resource, ResourceName};
use crate::model::highlight::{Highlight, Texts, both};

/// A search result: an entry of any resource
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchResult {
    /// Resource of the entry.
    pub resource: ResourceName,
    /// ID of the entry (UUID).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000008")]
    pub id: Uuid,
    /// Slug of the entry.
    #[schema(example = "open-smartcity-app")]
    pub slug: String,
    /// Title of the entry.
    pub title: Text,
    /// Excerpt as HTML: escaped text with the matches between `<mark>` and `</mark>`. Without matches, the beginning of the
    /// summary or title.
    #[schema(example = "Modulare <mark>Bürger-App</mark> nach dem Open-Source-Prinzip")]
    pub snippet: String,
    /// Relevance. Higher is better; comparable only within one response. Omitted without `q`, and in any sort order other than
    /// relevance.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 12.5, nullable = false)]
    pub score: Option<f64>,
    /// Path of the entry.
    #[schema(example = "/v1/solutions/open-smartcity-app", format = "uri-reference")]
    pub href: String,
    /// Slugs of the themes.
    #[schema(example = json!(["participation"]))]
    pub themes: Vec<String>,
    /// Federal states (ISO 3166-2).
    pub federal_states: Vec<FederalState>,
    /// Summary, the source of the snippet.
    #[serde(skip)]
    pub summary: Option<Text>,
    /// Time of the last change of the entry (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub updated_at: DateTime<Utc>,
}

/// Suggested entries
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Suggestions {
    /// Suggestions, up to `limit`.
    pub items: Vec<Suggestion>,
}

/// A suggested entry
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Suggestion {
    /// Resource of the entry.
    pub resource: ResourceName,
    /// ID of the entry (UUID).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000002")]
    pub id: Uuid,
    /// Slug of the entry.
    #[schema(example = "konstanz")]
    pub slug: String,
    /// Title of the entry.
    pub title: Text,
    /// Beginning of the summary as HTML, to tell entries with the same title apart. Omitted when the entry has no summary.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Universitätsstadt", nullable = false)]
    pub snippet: Option<String>,
    /// Path of the entry.
    #[schema(example = "/v1/municipalities/konstanz", format = "uri-reference")]
    pub href: String,
}

/// Similar entries
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SimilarItems {
    /// Entries, most similar first, up to `limit`.
    pub items: Vec<SimilarItem>,
}

/// An entry that is similar to another one
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SimilarItem {
    /// Resource of the entry.
    pub resource: ResourceName,
    /// ID of the entry (UUID).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000008")]
    pub id: Uuid,
    /// Slug of the entry.
    #[schema(example = "bochum-tree-irrigation")]
    pub slug: String,
    /// Title of the entry.
    pub title: Text,
    /// Path of the entry.
    #[schema(example = "/v1/solutions/bochum-tree-irrigation", format = "uri-reference")]
    pub href: String,
    /// Similarity of the words of both entries, 0 to 1.
    #[schema(example = 0.42, minimum = 0, maximum = 1)]
    pub score: f64,
    /// What both entries have in common.
    pub reasons: SimilarityReasons,
}

/// What two entries have in common
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SimilarityReasons {
    /// Up to five words of both entries, the most important first.
    #[schema(example = json!(["Bewässerung"]))]
    pub words: Vec<String>,
    /// Slugs of themes of both entries.
    #[schema(example = json!(["climate-adaptation"]))]
    pub themes: Vec<String>,
}

/// Filters of a search across resources.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// Resource of the entries. Repeat for alternatives.
    #[param(style = Form, explode = true, inline, example = json!(["solutions"]))]
    pub resource: Vec<ResourceName>,
    /// Slug or ID of a theme. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["mobility"]))]
    pub theme: Vec<String>,
    /// Federal state (ISO 3166-2). Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["DE-NW"]))]
    pub federal_state: Vec<FederalState>,
    #[param(required = false, schema_with = Sort::<SearchOrder>::schema)]
    pub sort: Option<Sort<SearchOrder>>,
    /// Facet to count. Repeat for several. A facet ignores the filter with its own name.
    #[param(style = Form, explode = true, inline, example = json!(["resource"]))]
    pub facets: Vec<SearchFacet>,
}

impl Filters for SearchQuery {
    fn references(&mut self) -> Vec<(&'static Resource, &mut Vec<String>)> {
        vec![(&catalog::THEMES, &mut self.theme)]
    }
}

/// Sort keys of search results
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SearchOrder {
    Title,
    UpdatedAt,
    Relevance,
}

impl Order for SearchOrder {
    const VALUES: &'static [&'static str] = &["title", "updated_at", "relevance"];
}

/// Facets of the search
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SearchFacet {
    Resource,
    Theme,
    FederalState,
}

impl Record for SearchResult {
    const LISTS: &'static [Format] = &[Format::Json, Format::Csv, Format::Ndjson];
    const ENTRIES: &'static [Format] = &[Format::Json];
    const MARKED: bool = true;
    const CHANGES_WITH_VERSION: bool = true;
    const COLUMNS: &'static [&'static str] = &[
        "resource",
        "id",
        "slug",
        "title.de",
        "title.en",
        "snippet",
        "score",
        "href",
        "themes",
        "federal_states",
        "updated_at",
    ];

    fn id(&self) -> Uuid {
        self.id
    }

    fn texts(&self) -> Texts<'_> {
        let title = both(["title.de", "title.en"], Some(&self.title));
        both(["summary.de", "summary.en"], self.summary.as_ref()).chain(title).collect()
    }

    fn rank(&mut self, key: &str) {
        self.score = key.parse().ok().map(|rank: f64| rank / 1e6);
    }

    fn mark(&mut self, highlight: Highlight) {
        let found =
            ["summary.de", "summary.en", "title.de", "title.en"].iter().find_map(|member| highlight.get(*member));
        if let Some(found) = found {
            self.snippet.clone_from(found);
        }
    }
}
