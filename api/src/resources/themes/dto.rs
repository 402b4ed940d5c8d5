//! What a theme looks like to the world.

use chrono::{DateTime, Utc};
use entity::Text;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::base::text_limits::{LongText, ShortText};
use crate::base::validation::rules;
use crate::http::format::{Format, Record, impl_entry_record};
use crate::http::{BoundedInt, Filters, Order, Sort};
use crate::model::highlight::{Highlight, Texts, both};
use crate::query::sublists::Lists;

/// A field of action
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Theme {
    /// Id of the entry.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000001")]
    pub id: Uuid,
    /// Short name in addresses: small letters and digits, words joined by hyphens.
    #[schema(example = "mobility")]
    pub slug: String,
    /// What the theme is called.
    pub label: Text,
    /// What belongs to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<Text>,
    /// Numbers of the United Nations' Sustainable Development Goals it serves, 1 to 17.
    #[schema(example = json!([9, 11, 13]))]
    pub sdgs: Vec<i16>,
    /// How much there is about it.
    pub counts: ThemeCounts,
    /// Where those lists are.
    pub lists: Lists,
    /// With `highlight`, the texts the words were found in, by member, the words between `<mark>` and `</mark>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "name": "<mark>Ulm</mark>" }), nullable = false)]
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

/// How much there is about a theme
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ThemeCounts {
    /// Model projects.
    #[schema(example = 28)]
    pub projects: i64,
    /// Solutions.
    #[schema(example = 62)]
    pub solutions: i64,
    /// Practice examples.
    #[schema(example = 0)]
    pub practice_examples: i64,
    /// Working groups.
    #[schema(example = 2)]
    pub working_groups: i64,
    /// Learning partnerships.
    #[schema(example = 1)]
    pub learning_partnerships: i64,
    /// Events.
    #[schema(example = 0)]
    pub events: i64,
    /// Courses.
    #[schema(example = 1)]
    pub courses: i64,
    /// Publications.
    #[schema(example = 4)]
    pub publications: i64,
}

/// What can be set of a theme
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ThemeInput {
    #[validate(custom(function = "rules::slug"))]
    #[schema(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", min_length = 2, max_length = 100)]
    pub slug: String,
    #[validate(custom(function = "rules::label"))]
    #[schema(value_type = ShortText)]
    pub label: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::description"))]
    #[schema(value_type = Option<LongText>)]
    pub description: Option<Text>,
    #[serde(default)]
    #[validate(custom(function = "rules::goals"))]
    #[schema(max_items = 17)]
    pub sdgs: Vec<i16>,
}

impl From<Theme> for ThemeInput {
    fn from(Theme { slug, label, description, sdgs, .. }: Theme) -> Self {
        Self { slug, label, description, sdgs }
    }
}

/// Filters of the list of themes.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ThemeQuery {
    /// Sustainable Development Goals, 1 to 17; repeat for alternatives.
    #[param(value_type = Vec<i64>, style = Form, explode = true, example = json!([11]))]
    pub sdg: Vec<BoundedInt<1, 17>>,
    #[param(required = false, schema_with = Sort::<ThemeOrder>::schema)]
    pub sort: Option<Sort<ThemeOrder>>,
    /// Facets to count; repeat for several. A facet leaves the filter of its own name out.
    #[param(style = Form, explode = true, inline, example = json!(["sdg"]))]
    pub facets: Vec<ThemeFacet>,
}

/// What themes can be ordered by
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ThemeOrder {
    Label,
    CreatedAt,
    UpdatedAt,
    Relevance,
}

impl Order for ThemeOrder {
    const VALUES: &'static [&'static str] = &["label", "created_at", "updated_at", "relevance"];
}

/// What themes can be counted by
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
        "label.de",
        "label.en",
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
        let label = both(["label.de", "label.en"], Some(&self.label));
        label.chain(both(["description.de", "description.en"], self.description.as_ref())).collect()
    }
}
