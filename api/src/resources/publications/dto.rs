//! Representation of a publication.

use chrono::{DateTime, Utc};
use entity::Text;
use entity::vocabulary::{FederalState, PublicationKind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::base::link::Link;
use crate::http::format::{Format, Item, Record, impl_entry_record};
use crate::http::{BoundedInt, Filters, Order, Sort};
use crate::model::catalog::{self, Resource};
use crate::model::highlight::{Highlight, Texts, both};

/// Study, guide, strategy or other publication
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Publication {
    /// ID of the entry (UUID version 7).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000004")]
    pub id: Uuid,
    /// Slug: lowercase letters and digits in words joined by hyphens. Unique within the resource.
    #[schema(example = "smart-city-charter-2017")]
    pub slug: String,
    /// Title.
    pub title: Text,
    /// Subtitle. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Digitale Transformation in den Kommunen nachhaltig gestalten", nullable = false)]
    pub subtitle: Option<String>,
    /// Kind of publication.
    pub kind: PublicationKind,
    /// Year of publication. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 2017, nullable = false)]
    pub year: Option<i16>,
    /// Names of the publishers.
    #[schema(example = json!(["BBSR", "BMWSB"]))]
    pub publishers: Vec<String>,
    /// Model projects that the publication comes from or is about.
    pub projects: Vec<Link>,
    /// Themes.
    pub themes: Vec<Link>,
    /// Language of the publication by ISO 639-1 code.
    #[schema(example = "de", pattern = "^[a-z]{2}$")]
    pub language: String,
    /// URL of the publication. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://www.smart-city-dialog.de/smart-city-charta", format = "iri", nullable = false)]
    pub url: Option<String>,
    /// Digital object identifier (DOI), without `https://doi.org/`. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "10.1000/182", nullable = false)]
    pub doi: Option<String>,
    /// Summary, up to 500 characters.
    pub summary: Text,
    /// URLs of the sources of the information.
    #[schema(example = json!(["https://www.smart-city-dialog.de/"]))]
    pub sources: Vec<String>,
    /// Texts that match `q`, by member, with the matched words between `<mark>` and `</mark>`. Omitted unless `q` and
    /// `highlight` are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "title.de": "<mark>Smart City</mark> Charta" }), nullable = false)]
    pub highlight: Option<Highlight>,
    #[serde(skip)]
    pub revision: i64,
    /// Time of creation (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// Time of the last change to the entry itself (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub updated_at: DateTime<Utc>,
}

/// Query parameters of the list of publications.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PublicationQuery {
    /// Kind of publication. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["study"]))]
    pub kind: Vec<PublicationKind>,
    /// Year of publication. Repeat for alternatives.
    #[param(inline, style = Form, explode = true, example = json!([2023]))]
    pub year: Vec<BoundedInt<1900, 2999>>,
    /// Name of a publisher, matched exactly. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["KTS"]))]
    pub publisher: Vec<String>,
    /// Language by ISO 639-1 code. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["de"]))]
    pub language: Vec<String>,
    /// Slug or ID of a theme. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["mobility"]))]
    pub theme: Vec<String>,
    /// Slug or ID of a project. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["solingen"]))]
    pub project: Vec<String>,
    /// Official key, slug or ID of a municipality. Repeat for alternatives. Matches members of the projects.
    #[param(style = Form, explode = true, example = json!(["08335043"]))]
    pub municipality: Vec<String>,
    /// Federal state by ISO 3166-2 code. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["DE-NW"]))]
    pub federal_state: Vec<FederalState>,
    #[param(required = false, schema_with = Sort::<PublicationOrder>::schema)]
    pub sort: Option<Sort<PublicationOrder>>,
    /// Facet to count. Repeat for several facets. A facet ignores the filter of the same name.
    #[param(style = Form, explode = true, inline, example = json!(["kind", "year"]))]
    pub facets: Vec<PublicationFacet>,
}

impl Filters for PublicationQuery {
    fn references(&mut self) -> Vec<(&'static Resource, &mut Vec<String>)> {
        vec![
            (&catalog::THEMES, &mut self.theme),
            (&catalog::PROJECTS, &mut self.project),
            (&catalog::MUNICIPALITIES, &mut self.municipality),
        ]
    }
}

/// Sort orders of the list of publications
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PublicationOrder {
    Year,
    Title,
    CreatedAt,
    UpdatedAt,
    Relevance,
}

impl Order for PublicationOrder {
    const VALUES: &'static [&'static str] = &["year", "title", "created_at", "updated_at", "relevance"];
}

/// Facets of the list of publications
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PublicationFacet {
    Kind,
    Year,
    Publisher,
    Language,
    Theme,
    Project,
    FederalState,
}

impl Record for Publication {
    const LISTS: &'static [Format] = &[Format::Json, Format::Csv, Format::Ndjson, Format::Atom];
    const ENTRIES: &'static [Format] = &[Format::Json];
    const FEED: &'static str = "Publikationen im Transferatlas";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "slug",
        "title.de",
        "title.en",
        "subtitle",
        "kind",
        "year",
        "publishers",
        "projects.slug",
        "themes.slug",
        "language",
        "url",
        "doi",
        "summary.de",
        "summary.en",
        "sources",
        "created_at",
        "updated_at",
    ];

    impl_entry_record!();

    fn item(&self) -> Option<Item<'_>> {
        let doi = || self.doi.as_ref().map(|doi| format!("https://doi.org/{doi}"));
        Some(Item {
            title: &self.title.de,
            summary: Some(&self.summary.de),
            page: self.url.clone().or_else(doi).or_else(|| self.sources.first().cloned()),
            href: catalog::PUBLICATIONS.href(&self.slug),
            themes: self.themes.iter().map(|theme| (theme.slug.as_str(), theme.title.de.as_str())).collect(),
            published: self.created_at,
            updated: self.updated_at,
        })
    }

    fn texts(&self) -> Texts<'_> {
        let title = both(["title.de", "title.en"], Some(&self.title));
        let subtitle = self.subtitle.as_deref().map(|subtitle| ("subtitle", subtitle));
        let publishers = self.publishers.iter().map(|publisher| ("publishers", publisher.as_str()));
        title.chain(subtitle).chain(both(["summary.de", "summary.en"], Some(&self.summary))).chain(publishers).collect()
    }
}
