//! The language of texts in responses.

use std::cmp::Reverse;

use actix_web::http::header::{HeaderValue, LanguageTag, Preference, Quality, QualityItem, from_comma_delimited};

tokio::task_local! {
    /// `Accept-Language` of the request. Serialisation and error conversion write texts, and cannot take the request as
    /// an argument.
    static ACCEPTED: Option<HeaderValue>;
}

/// A language of texts in responses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    German,
    #[default]
    English,
}

impl Language {
    /// Returns the language of the current request. Outside of requests, this is English.
    pub(crate) fn current() -> Self {
        // Parsed only when a text is written, because most responses have no text in either language.
        ACCEPTED.try_with(|accepted| accepted.as_ref().map(Self::preferred)).ok().flatten().unwrap_or_default()
    }

    /// Runs a future as part of a request with this `Accept-Language`.
    pub(crate) async fn scope<T>(accepted: Option<HeaderValue>, future: impl Future<Output = T>) -> T {
        ACCEPTED.scope(accepted, future).await
    }

    /// Wraps a future so that it keeps the language of the current request when it is spawned as a separate task.
    pub(crate) fn in_current<T>(future: impl Future<Output = T>) -> impl Future<Output = T> {
        Self::scope(ACCEPTED.try_with(Clone::clone).ok().flatten(), future)
    }

    /// Returns the value of `Content-Language`.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::German => "de",
            Self::English => "en",
        }
    }

    fn preferred(accepted: &HeaderValue) -> Self {
        let mut ranges: Vec<QualityItem<Preference<LanguageTag>>> =
            from_comma_delimited(std::iter::once(accepted)).unwrap_or_default();
        ranges.sort_by_key(|range| Reverse(range.quality));
        let offered = |range: &QualityItem<Preference<LanguageTag>>| match &range.item {
            Preference::Any => Some(Self::English),
            Preference::Specific(tag) => match tag.primary_language() {
                "de" => Some(Self::German),
                "en" => Some(Self::English),
                _ => None,
            },
        };
        ranges.iter().filter(|range| range.quality > Quality::ZERO).find_map(offered).unwrap_or_default()
    }
}

/// A text in both languages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Localized {
    /// German text.
    pub german: &'static str,
    /// English text.
    pub english: &'static str,
}

impl Localized {
    /// Returns the text in a language.
    pub(crate) fn in_language(self, language: Language) -> &'static str {
        match language {
            Language::German => self.german,
            Language::English => self.english,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_with_the_highest_quality_is_preferred() {
        for (accepted, language) in [
            ("de", Language::German),
            ("de-AT", Language::German),
            ("de, en;q=0.8", Language::German),
            ("en;q=0.8, de;q=0.9", Language::German),
            ("fr, de;q=0.5, en;q=0.4", Language::German),
            ("en-GB, de", Language::English),
            ("fr", Language::English),
            ("*", Language::English),
            ("de;q=0", Language::English),
            ("", Language::English),
            ("d√e", Language::English),
        ] {
            let accepted = HeaderValue::from_bytes(accepted.as_bytes()).unwrap();
            assert_eq!(Language::preferred(&accepted), language, "{accepted:?}");
        }
    }
}
