//! What can be set of a course.

use entity::Text;
use entity::vocabulary::{CourseFormat, TargetGroup};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::dto::Course;
use crate::validate;

/// What can be set of a course
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct CourseInput {
    #[validate(custom(function = "validate::slug"))]
    pub slug: String,
    #[validate(custom(function = "validate::label"))]
    pub title: Text,
    #[validate(custom(function = "validate::summary"))]
    pub summary: Text,
    #[validate(custom(function = "validate::name"))]
    pub provider: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<CourseFormat>,
    #[validate(custom(function = "validate::language"))]
    pub language: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(exclusive_min = 0.0, max = 10_000.0, message = "must be hours above 0, at most 10,000"))]
    pub duration_hours: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "validate::web"))]
    pub url: Option<String>,
    #[serde(default)]
    #[validate(length(max = 10, message = "must be at most 10 themes"))]
    pub themes: Vec<String>,
    #[serde(default)]
    #[validate(custom(function = "validate::each_once"))]
    pub target_groups: Vec<TargetGroup>,
    #[validate(custom(function = "validate::sources"))]
    pub sources: Vec<String>,
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
