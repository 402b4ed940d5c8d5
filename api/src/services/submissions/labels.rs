//! Labels and German help texts of submission forms, from `labels.json`. The English help texts come from the OpenAPI document.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// Labels and help text of a member.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Labels {
    /// English label.
    pub en: &'static str,
    /// German label.
    pub de: &'static str,
    /// German help text.
    pub help: &'static str,
}

/// Texts by the name of a member, or by `Schema.member` if they apply to one schema only.
#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
static LABELS: LazyLock<BTreeMap<&str, Labels>> =
    LazyLock::new(|| serde_json::from_str(include_str!("labels.json")).expect("labels.json contains valid labels"));

/// Returns the texts of a member. Texts for its schema take precedence.
pub(super) fn labels(schema: &str, member: &str) -> Option<Labels> {
    let own = format!("{schema}.{member}");
    LABELS.get(own.as_str()).or_else(|| LABELS.get(member)).copied()
}

/// Returns the name of every member that has texts.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    LABELS.keys().copied()
}
