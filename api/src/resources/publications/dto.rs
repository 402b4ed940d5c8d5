//! What a publication looks like to the world.

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

/// A study, guide, strategy or other text
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Publication {
    /// Id of the entry.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000004")]
    pub id: Uuid,
    /// Short name in addresses: small letters and digits, words joined by hyphens.
    #[schema(example = "smart-city-charter-2017")]
    pub slug: String,
    /// What it is called.
    #[schema(example = "Smart City Charta")]
    pub title: String,
    /// What stands below the title.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Digitale Transformation in den Kommunen nachhaltig gestalten", nullable = false)]
    pub subtitle: Option<String>,
    /// What kind of text it is.
    pub kind: PublicationKind,
    /// The year it came out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 2017, nullable = false)]
    pub year: Option<i16>,
    /// Who brought it out.
    #[schema(example = json!(["BBSR", "BMWSB"]))]
    pub publishers: Vec<String>,
    /// The projects it comes from or is about.
    pub projects: Vec<Link>,
    /// Its fields of action.
    pub themes: Vec<Link>,
    /// The language it is written in, by ISO 639-1 code.
    #[schema(example = "de", pattern = "^[a-z]{2}$")]
    pub language: String,
    /// Where it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://www.smart-city-dialog.de/smart-city-charta", format = "iri", nullable = false)]
    pub url: Option<String>,
    /// Digital object identifier, without the resolver.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "10.1000/182", nullable = false)]
    pub doi: Option<String>,
    /// What it says, in up to 500 characters.
    pub summary: Text,
    /// Where the facts come from.
    #[schema(example = json!(["https://www.smart-city-dialog.de/"]))]
    pub sources: Vec<String>,
    /// With `highlight`, the texts the words were found in, by member, the words between `<mark>` and `</mark>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "title": "<mark>Smart City</mark> Charta" }), nullable = false)]
    pub highlight: Option<Highlight>,
    #[serde(skip)]
    pub revision: i64,
    /// When the entry was made.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// When the entry itself was last changed.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub updated_at: DateTime<Utc>,
}

/// Filters of the list of publications.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PublicationQuery {
    /// Kinds of text; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["study"]))]
    pub kind: Vec<PublicationKind>,
    /// Years they came out in; repeat for alternatives.
    #[param(value_type = Vec<i64>, style = Form, explode = true, example = json!([2023]))]
    pub year: Vec<BoundedInt<1900, 2999>>,
    /// Publishers, as they are written; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["KTS"]))]
    pub publisher: Vec<String>,
    /// Languages by ISO 639-1 code; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["de"]))]
    pub language: Vec<String>,
    /// Slugs or ids of themes; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["mobility"]))]
    pub theme: Vec<String>,
    /// Slugs or ids of projects; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["solingen"]))]
    pub project: Vec<String>,
    /// Official keys, slugs or ids of municipalities that carry a project of it; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["08335043"]))]
    pub municipality: Vec<String>,
    /// States by ISO 3166-2 code; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["DE-NW"]))]
    pub federal_state: Vec<FederalState>,
    #[param(required = false, schema_with = Sort::<PublicationOrder>::schema)]
    pub sort: Option<Sort<PublicationOrder>>,
    /// Facets to count; repeat for several. A facet leaves the filter of its own name out.
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

/// What publications can be ordered by
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

/// What publications can be counted by
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
        "title",
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
        Some(Item {
            title: &self.title,
            summary: Some(&self.summary.de),
            href: format!("/v1/publications/{}", self.slug),
            themes: self.themes.iter().map(|theme| (theme.slug.as_str(), theme.name.as_str())).collect(),
            published: self.created_at,
            updated: self.updated_at,
        })
    }

    fn texts(&self) -> Texts<'_> {
        let names = [("title", Some(self.title.as_str())), ("subtitle", self.subtitle.as_deref())];
        let names = names.into_iter().filter_map(|(member, text)| Some((member, text?)));
        let publishers = self.publishers.iter().map(|publisher| ("publishers", publisher.as_str()));
        names.chain(both(["summary.de", "summary.en"], Some(&self.summary))).chain(publishers).collect()
    }
}
