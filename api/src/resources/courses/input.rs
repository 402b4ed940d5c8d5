//! Writable members of a course, with their validation.

use entity::Text;
use entity::vocabulary::{CourseFormat, TargetGroup};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::dto::Course;
use crate::base::text_limits::{ShortText, SummaryText};
use crate::base::validation::{Received, rules};

/// Writable members of a course
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CourseInput {
    #[validate(custom(function = "rules::slug"))]
    #[schema(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", min_length = 2, max_length = 100)]
    pub slug: String,
    #[validate(custom(function = "rules::label"))]
    #[schema(value_type = ShortText)]
    pub title: Text,
    #[validate(custom(function = "rules::summary"))]
    #[schema(value_type = SummaryText)]
    pub summary: Text,
    #[validate(custom(function = "rules::name"))]
    #[schema(min_length = 1, max_length = 200)]
    pub provider: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<CourseFormat>,
    #[validate(custom(function = "rules::language"))]
    #[schema(pattern = "^[a-z]{2}$")]
    pub language: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(exclusive_min = 0.0, max = 10_000.0))]
    #[schema(exclusive_minimum = 0, maximum = 10_000)]
    pub duration_hours: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::web"))]
    #[schema(format = "iri", max_length = 2000)]
    pub url: Option<String>,
    /// Slugs or IDs of themes.
    #[serde(default)]
    #[validate(length(max = 10))]
    #[schema(example = json!(["mobility"]), max_items = 10)]
    pub themes: Vec<String>,
    #[serde(default)]
    #[validate(custom(function = "rules::each_once"))]
    #[schema(max_items = 50)]
    pub target_groups: Vec<TargetGroup>,
    #[validate(custom(function = "rules::sources"))]
    #[schema(min_items = 1, max_items = 50)]
    pub sources: Vec<String>,
}

impl Received for CourseInput {
    const READ_ONLY: &'static [&'static str] = &["id", "highlight", "created_at", "updated_at"];
}

impl From<Course> for CourseInput {
    fn from(entry: Course) -> Self {
        Self {
            slug: entry.slug,
            title: entry.title,
            summary: entry.summary,
            provider: entry.provider,
            format: entry.format,
            language: entry.language,
            duration_hours: entry.duration_hours,
            free: entry.free,
            url: entry.url,
            themes: entry.themes.into_iter().map(|theme| theme.slug).collect(),
            target_groups: entry.target_groups,
            sources: entry.sources,
        }
    }
}
