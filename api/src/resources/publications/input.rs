//! Writable members of a publication, with their validation.

use entity::Text;
use entity::vocabulary::PublicationKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::dto::Publication;
use crate::base::error::StringFormat;
use crate::base::text_limits::{ShortText, SummaryText};
use crate::base::validation::{Received, rules};

/// Writable members of a publication
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublicationInput {
    #[validate(custom(function = "rules::slug"))]
    #[schema(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", min_length = 2, max_length = 100)]
    pub slug: String,
    #[validate(custom(function = "rules::label"))]
    #[schema(value_type = ShortText)]
    pub title: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::name"))]
    #[schema(min_length = 1, max_length = 200)]
    pub subtitle: Option<String>,
    pub kind: PublicationKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1900, max = 2999))]
    #[schema(minimum = 1900, maximum = 2999)]
    pub year: Option<i16>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(custom(function = "rules::names"))]
    #[schema(max_items = 50)]
    pub publishers: Vec<String>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(max = 100))]
    /// Slugs or IDs of projects.
    #[schema(example = json!(["ulm"]), max_items = 100)]
    pub projects: Vec<String>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(max = 10))]
    /// Slugs or IDs of themes.
    #[schema(example = json!(["mobility"]), max_items = 10)]
    pub themes: Vec<String>,
    #[validate(custom(function = "rules::language"))]
    #[schema(pattern = "^[a-z]{2}$")]
    pub language: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::web"))]
    #[schema(format = "iri", max_length = 2000)]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(
        custom(function = "is_doi"),
        custom(function = "rules::no_invisible"),
        custom(function = "rules::no_format")
    )]
    pub doi: Option<String>,
    #[validate(custom(function = "rules::summary"))]
    #[schema(value_type = SummaryText)]
    pub summary: Text,
    #[validate(custom(function = "rules::sources"))]
    #[schema(min_items = 1, max_items = 50)]
    pub sources: Vec<String>,
}

impl Received for PublicationInput {
    const READ_ONLY: &'static [&'static str] = &["id", "highlight", "created_at", "updated_at"];
}

impl From<Publication> for PublicationInput {
    fn from(entry: Publication) -> Self {
        Self {
            slug: entry.slug,
            title: entry.title,
            subtitle: entry.subtitle,
            kind: entry.kind,
            year: entry.year,
            publishers: entry.publishers,
            projects: entry.projects.into_iter().map(|project| project.slug).collect(),
            themes: entry.themes.into_iter().map(|theme| theme.slug).collect(),
            language: entry.language,
            url: entry.url,
            doi: entry.doi,
            summary: entry.summary,
            sources: entry.sources,
        }
    }
}

/// Checks a digital object identifier (DOI) without the address of a resolver.
fn is_doi(doi: &str) -> Result<(), ValidationError> {
    let registrant = |number: &str| (4..=9).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let parts = doi.strip_prefix("10.").and_then(|rest| rest.split_once('/'));
    let suffix = |name: &str| {
        !name.is_empty()
            && name.len() <= 200
            && !name.contains(|letter: char| letter.is_whitespace() || letter.is_control())
    };
    if parts.is_some_and(|(number, name)| registrant(number) && suffix(name)) {
        Ok(())
    } else {
        Err(rules::other_format(StringFormat::Doi))
    }
}
