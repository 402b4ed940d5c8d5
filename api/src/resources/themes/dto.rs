//! Representation of a theme.

use chrono::{DateTime, Utc};
use entity::Text;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::base::text_limits::{LongText, ShortText};
use crate::base::validation::{Received, rules};
use crate::http::format::{Format, Record, impl_entry_record};
use crate::http::{BoundedInt, Filters, Order, Sort};
use crate::model::highlight::{Highlight, Texts, both};
use crate::query::sublists::Lists;

/// Theme: a field of action of the programme
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Theme {
    /// ID of the entry (UUID version 7).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000001")]
    pub id: Uuid,
    /// Slug: lowercase letters and digits in words joined by hyphens. Unique within the resource.
    #[schema(example = "mobility")]
    pub slug: String,
    /// Title.
    pub title: Text,
    /// Description. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<Text>,
    /// Numbers of the Sustainable Development Goals of the United Nations that the theme serves, 1 to 17.
    #[schema(example = json!([9, 11, 13]))]
    pub sdgs: Vec<i16>,
    /// Number of entries with the theme, by resource.
    pub counts: ThemeCounts,
    /// Paths of the lists filtered by the theme.
    pub lists: Lists,
    /// Texts that match `q`, by member, with the matched words between `<mark>` and `</mark>`. Omitted unless `q` and
    /// `highlight` are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "title.de": "<mark>Mobilität</mark> und Verkehr" }), nullable = false)]
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

/// Number of entries with a theme, by resource
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ThemeCounts {
    /// Number of model projects.
    #[schema(example = 28)]
    pub projects: i64,
    /// Number of solutions.
    #[schema(example = 62)]
    pub solutions: i64,
    /// Number of practice examples.
    #[schema(example = 0)]
    pub practice_examples: i64,
    /// Number of working groups.
    #[schema(example = 2)]
    pub working_groups: i64,
    /// Number of learning partnerships.
    #[schema(example = 1)]
    pub learning_partnerships: i64,
    /// Number of events.
    #[schema(example = 0)]
    pub events: i64,
    /// Number of courses.
    #[schema(example = 1)]
    pub courses: i64,
    /// Number of publications.
    #[schema(example = 4)]
    pub publications: i64,
}

/// Writable members of a theme
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ThemeInput {
    #[validate(custom(function = "rules::slug"))]
    #[schema(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", min_length = 2, max_length = 100)]
    pub slug: String,
    #[validate(custom(function = "rules::label"))]
    #[schema(value_type = ShortText)]
    pub title: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::description"))]
    #[schema(value_type = Option<LongText>)]
    pub description: Option<Text>,
    #[serde(default)]
    #[validate(custom(function = "rules::goals"))]
    #[schema(max_items = 17)]
    pub sdgs: Vec<i16>,
}

impl Received for ThemeInput {
    const READ_ONLY: &'static [&'static str] = &["id", "counts", "lists", "highlight", "created_at", "updated_at"];
}

impl From<Theme> for ThemeInput {
    fn from(Theme { slug, title, description, sdgs, .. }: Theme) -> Self {
        Self { slug, title, description, sdgs }
    }
}

/// Query parameters of the list of themes.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ThemeQuery {
    /// Number of a Sustainable Development Goal, 1 to 17. Repeat for alternatives.
    #[param(inline, style = Form, explode = true, example = json!([11]))]
    pub sdg: Vec<BoundedInt<1, 17>>,
    #[param(required = false, schema_with = Sort::<ThemeOrder>::schema)]
    pub sort: Option<Sort<ThemeOrder>>,
    /// Facet to count. Repeat for several facets. A facet ignores the filter of the same name.
    #[param(style = Form, explode = true, inline, example = json!(["sdg"]))]
    pub facets: Vec<ThemeFacet>,
}

/// Sort orders of the list of themes
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ThemeOrder {
    Title,
    CreatedAt,
    UpdatedAt,
    Relevance,
}

impl Order for ThemeOrder {
    const VALUES: &'static [&'static str] = &["title", "created_at", "updated_at", "relevance"];
}

/// Facets of the list of themes
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ThemeFacet {
    Sdg,
}

impl Filters for ThemeQuery {}

impl Record for Theme {
    const LISTS: &'static [Format] = &[Format::Json, Format::Csv, Format::Ndjson];
    const ENTRIES: &'static [Format] = &[Format::Json];
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "slug",
        "title.de",
        "title.en",
        "description.de",
        "description.en",
        "sdgs",
        "counts.projects",
        "counts.solutions",
        "counts.practice_examples",
        "counts.working_groups",
        "counts.learning_partnerships",
        "counts.events",
        "counts.courses",
        "counts.publications",
        "created_at",
        "updated_at",
    ];

    impl_entry_record!();

    fn texts(&self) -> Texts<'_> {
        let title = both(["title.de", "title.en"], Some(&self.title));
        title.chain(both(["description.de", "description.en"], self.description.as_ref())).collect()
    }
}
