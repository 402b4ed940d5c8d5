//! What a course looks like to the world.

use chrono::{DateTime, Utc};
use entity::Text;
use entity::vocabulary::{CourseFormat, TargetGroup};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::base::link::Link;
use crate::http::format::{Format, Record, impl_entry_record};
use crate::http::{Filters, Order, Sort};
use crate::model::catalog::{self, Resource};
use crate::model::highlight::{Highlight, Texts, both};

/// A course for people who work on a smart city
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Course {
    /// Id of the entry.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000003")]
    pub id: Uuid,
    /// Short name in addresses: small letters and digits, words joined by hyphens.
    #[schema(example = "smart-city-manager")]
    pub slug: String,
    /// What it is called.
    pub title: Text,
    /// What it teaches, in up to 500 characters.
    pub summary: Text,
    /// Who offers it.
    #[schema(example = "KTS")]
    pub provider: String,
    /// How it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub format: Option<CourseFormat>,
    /// The language it is held in, by ISO 639-1 code.
    #[schema(example = "de", pattern = "^[a-z]{2}$")]
    pub language: String,
    /// How long it takes, in hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 40, minimum = 0, nullable = false)]
    pub duration_hours: Option<f64>,
    /// Does it cost nothing? Absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = true, nullable = false)]
    pub free: Option<bool>,
    /// Where to learn more or to register.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://wuv.smart-city-dialog.de", format = "iri", nullable = false)]
    pub url: Option<String>,
    /// Its fields of action.
    pub themes: Vec<Link>,
    /// Who it is for.
    pub target_groups: Vec<TargetGroup>,
    /// Where the facts come from.
    #[schema(example = json!(["https://www.smart-city-dialog.de/aktuelles"]))]
    pub sources: Vec<String>,
    /// With `highlight`, the texts the words were found in, by member, the words between `<mark>` and `</mark>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "title.de": "<mark>Smart City</mark> Manager" }), nullable = false)]
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

/// Filters of the list of courses.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CourseQuery {
    /// How they are held; repeat for alternatives. The form of the answer is asked for by `Accept` or `format`, so this has
    /// another name than the member.
    #[param(style = Form, explode = true, example = json!(["online_live"]))]
    pub course_format: Vec<CourseFormat>,
    /// Languages by ISO 639-1 code; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["de"]))]
    pub language: Vec<String>,
    /// Only those that cost nothing, or only those that do.
    #[param(value_type = Option<bool>, example = true)]
    pub free: Option<bool>,
    /// Slugs or ids of themes; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["participation"]))]
    pub theme: Vec<String>,
    /// Who they are for; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["municipal_staff"]))]
    pub target_group: Vec<TargetGroup>,
    #[param(required = false, schema_with = Sort::<CourseOrder>::schema)]
    pub sort: Option<Sort<CourseOrder>>,
    /// Facets to count; repeat for several. A facet leaves the filter of its own name out.
    #[param(style = Form, explode = true, inline, example = json!(["theme", "target_group"]))]
    pub facets: Vec<CourseFacet>,
}

impl Filters for CourseQuery {
    fn references(&mut self) -> Vec<(&'static Resource, &mut Vec<String>)> {
        vec![(&catalog::THEMES, &mut self.theme)]
    }
}

/// What courses can be ordered by
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CourseOrder {
    Title,
    Provider,
    DurationHours,
    CreatedAt,
    UpdatedAt,
    Relevance,
}

impl Order for CourseOrder {
    const VALUES: &'static [&'static str] =
        &["title", "provider", "duration_hours", "created_at", "updated_at", "relevance"];
}

/// What courses can be counted by
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CourseFacet {
    CourseFormat,
    Language,
    Free,
    Theme,
    TargetGroup,
}

impl Record for Course {
    const LISTS: &'static [Format] = &[Format::Json, Format::Csv, Format::Ndjson];
    const ENTRIES: &'static [Format] = &[Format::Json];
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "slug",
        "title.de",
        "title.en",
        "summary.de",
        "summary.en",
        "provider",
        "format",
        "language",
        "duration_hours",
        "free",
        "url",
        "themes.slug",
        "target_groups",
        "sources",
        "created_at",
        "updated_at",
    ];

    impl_entry_record!();

    fn texts(&self) -> Texts<'_> {
        let title = both(["title.de", "title.en"], Some(&self.title));
        let summary = both(["summary.de", "summary.en"], Some(&self.summary));
        title.chain(summary).chain([("provider", self.provider.as_str())]).collect()
    }
}
