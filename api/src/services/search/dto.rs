//! What a hit looks like to the world.

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

/// An entry of any resource that was found
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Hit {
    /// The resource it is an entry of.
    pub resource: ResourceName,
    /// Id of the entry.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000008")]
    pub id: Uuid,
    /// Short name of the entry in addresses.
    #[schema(example = "open-smartcity-app")]
    pub slug: String,
    /// What the entry is called.
    pub title: Text,
    /// Where it was found, as HTML: text that is escaped, with the words between `<mark>` and `</mark>`; else how it begins.
    #[schema(example = "Modulare <mark>Bürger-App</mark> nach dem Open-Source-Prinzip")]
    pub snippet: String,
    /// How well it fits; higher is better, and only to be compared within one answer. Absent without `q`, and in
    /// another order than by relevance.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 12.5, nullable = false)]
    pub score: Option<f64>,
    /// Path of the entry.
    #[schema(example = "/v1/solutions/open-smartcity-app", format = "uri-reference")]
    pub href: String,
    /// Slugs of its themes.
    #[schema(example = json!(["participation"]))]
    pub themes: Vec<String>,
    /// The states it belongs to, by ISO 3166-2 code.
    pub federal_states: Vec<FederalState>,
    /// What it is about.
    #[serde(skip)]
    pub summary: Option<Text>,
    /// When the entry itself was last changed.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub updated_at: DateTime<Utc>,
}

/// Entries that begin like what was typed
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Suggestions {
    /// The entries, at most ten.
    pub items: Vec<Suggestion>,
}

/// An entry that somebody may mean
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Suggestion {
    /// The resource it is an entry of.
    pub resource: ResourceName,
    /// Id of the entry.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000002")]
    pub id: Uuid,
    /// Short name of the entry in addresses.
    #[schema(example = "konstanz")]
    pub slug: String,
    /// What the entry is called.
    pub title: Text,
    /// What tells it from others of that name: how what is said of it begins, as HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Universitätsstadt", nullable = false)]
    pub snippet: Option<String>,
    /// Path of the entry.
    #[schema(example = "/v1/municipalities/konstanz", format = "uri-reference")]
    pub href: String,
}

/// Filters of a search across resources.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HitQuery {
    /// Resources to look in; repeat for alternatives.
    #[param(style = Form, explode = true, inline, example = json!(["solutions"]))]
    pub resource: Vec<ResourceName>,
    /// Slugs or ids of themes; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["mobility"]))]
    pub theme: Vec<String>,
    /// States by ISO 3166-2 code; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["DE-NW"]))]
    pub federal_state: Vec<FederalState>,
    #[param(required = false, schema_with = Sort::<HitOrder>::schema)]
    pub sort: Option<Sort<HitOrder>>,
    /// Facets to count; repeat for several. A facet leaves the filter of its own name out.
    #[param(style = Form, explode = true, inline, example = json!(["resource"]))]
    pub facets: Vec<HitFacet>,
}

impl Filters for HitQuery {
    fn references(&mut self) -> Vec<(&'static Resource, &mut Vec<String>)> {
        vec![(&catalog::THEMES, &mut self.theme)]
    }
}

/// What hits can be ordered by
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HitOrder {
    Title,
    UpdatedAt,
    Relevance,
}

impl Order for HitOrder {
    const VALUES: &'static [&'static str] = &["title", "updated_at", "relevance"];
}

/// What hits can be counted by
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HitFacet {
    Resource,
    Theme,
    FederalState,
}

impl Record for Hit {
    const LISTS: &'static [Format] = &[Format::Json, Format::Csv, Format::Ndjson];
    const ENTRIES: &'static [Format] = &[Format::Json];
    const MARKED: bool = true;
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
            ["summary.de", "summary.en", "title.de", "title.en"].iter().find_map(|member| highlight.get(member));
        if let Some(found) = found {
            self.snippet.clone_from(found);
        }
    }
}
