//! Representation of a course.

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

/// Course for people who work on smart city projects
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Course {
    /// ID of the entry (UUID version 7).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000003")]
    pub id: Uuid,
    /// Slug: lowercase letters and digits in words joined by hyphens. Unique within the resource.
    #[schema(example = "smart-city-manager")]
    pub slug: String,
    /// Title.
    pub title: Text,
    /// Summary, up to 500 characters.
    pub summary: Text,
    /// Name of the provider.
    #[schema(example = "KTS")]
    pub provider: String,
    /// Format of the course. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub format: Option<CourseFormat>,
    /// Language of the course by ISO 639-1 code.
    #[schema(example = "de", pattern = "^[a-z]{2}$")]
    pub language: String,
    /// Duration in hours. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 40, minimum = 0, nullable = false)]
    pub duration_hours: Option<f64>,
    /// Whether the course is free of charge. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = true, nullable = false)]
    pub free: Option<bool>,
    /// URL for information or registration. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://wuv.smart-city-dialog.de", format = "iri", nullable = false)]
    pub url: Option<String>,
    /// Themes.
    pub themes: Vec<Link>,
    /// Target groups.
    pub target_groups: Vec<TargetGroup>,
    /// URLs of the sources of the information.
    #[schema(example = json!(["https://www.smart-city-dialog.de/aktuelles"]))]
    pub sources: Vec<String>,
    /// Texts that match `q`, by member, with the matched words between `<mark>` and `</mark>`. Omitted unless `q` and
    /// `highlight` are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "title.de": "<mark>Smart City</mark> Manager" }), nullable = false)]
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

/// Query parameters of the list of courses.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CourseQuery {
    /// Format of the course. Repeat for alternatives. Filters by the member `format`; the parameter `format` selects
    /// the representation.
    #[param(style = Form, explode = true, example = json!(["online_live"]))]
    pub course_format: Vec<CourseFormat>,
    /// Language by ISO 639-1 code. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["de"]))]
    pub language: Vec<String>,
    /// Whether the course is free of charge. Courses without this information match neither value.
    #[param(value_type = Option<bool>, example = true)]
    pub free: Option<bool>,
    /// Slug or ID of a theme. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["participation"]))]
    pub theme: Vec<String>,
    /// Target group. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["municipal_staff"]))]
    pub target_group: Vec<TargetGroup>,
    #[param(required = false, schema_with = Sort::<CourseOrder>::schema)]
    pub sort: Option<Sort<CourseOrder>>,
    /// Facet to count. Repeat for several facets. A facet ignores the filter of the same name.
    #[param(style = Form, explode = true, inline, example = json!(["theme", "target_group"]))]
    pub facets: Vec<CourseFacet>,
}

impl Filters for CourseQuery {
    fn references(&mut self) -> Vec<(&'static Resource, &mut Vec<String>)> {
        vec![(&catalog::THEMES, &mut self.theme)]
    }
}

/// Sort orders of the list of courses
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

/// Facets of the list of courses
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
