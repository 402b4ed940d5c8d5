//! Rules that requests may break, with their codes, parameters and sentences.

use std::fmt;

use serde_json::Number;

use crate::base::language::Localized;

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $code:ident { $($field:ident: $type:ty),* } $english:literal $german:literal;)+) => {
        /// A broken rule: a code, and the parameters of its sentence.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "code", content = "parameters", rename_all = "kebab-case")]
        pub enum Rule { $($(#[doc = $doc])+ $code { $($field: $type),* }),+ }

        /// Code of a broken rule
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
        #[serde(rename_all = "kebab-case")]
        pub(crate) enum ViolationCode { $($(#[doc = $doc])+ $code),+ }

        /// All codes, with their sentences in German and English.
        pub(crate) const RULES: &[RuleText] = &[$(RuleText {
            code: ViolationCode::$code,
            meaning: concat!($($doc),+),
            text: Localized { german: $german, english: $english },
        }),+];

        impl Rule {
            /// Returns the sentence about a value that breaks the rule.
            pub(crate) fn text(&self, language: Language) -> String {
                match self {
                    $(Self::$code { $($field),* } => {
                        // The place of a violation names the member or parameter, so its sentence need not.
                        $(let $field = $field.phrase(language);
                        let _ = &$field;)*
                        match language {
                            Language::English => format!($english),
                            Language::German => format!($german),
                        }
                    }),+
                }
            }
        }
    };
}

// The macro is visible in modules that follow it.
mod table;

pub use self::table::Rule;
pub(crate) use self::table::{RULES, ViolationCode};

/// A rule as documented.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RuleText {
    pub code: ViolationCode,
    pub meaning: &'static str,
    /// Sentence with the names of its parameters in braces.
    pub text: Localized,
}

impl fmt::Display for Rule {
    /// Writes the rule as JSON, so that it passes unchanged through the errors of deserialisers, which are texts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl Rule {
    /// Returns the rule that the error of a deserialiser contains.
    pub(crate) fn of_message(message: &str) -> Option<Self> {
        serde_json::from_str(message).ok()
    }

    /// Returns the rule of a value that is not in a closed list.
    pub(crate) fn unknown_value<T: Into<String>>(value: &str, allowed: impl IntoIterator<Item = T>) -> Self {
        let value = value.chars().take(100).collect();
        Self::UnknownValue { value, allowed: allowed.into_iter().map(Into::into).collect() }
    }

    /// Returns the rule of a number of items.
    pub(crate) fn items(min: usize, max: usize) -> Self {
        Self::Items { min, max }
    }

    /// Returns the rule of a range of whole numbers.
    pub(crate) fn range(min: i64, max: i64) -> Self {
        Self::Range { min: min.into(), max: max.into() }
    }

    /// Returns the rule of a range of numbers.
    pub(crate) fn decimals(min: f64, max: f64) -> Self {
        let number = |bound| Number::from_f64(bound).unwrap_or_else(|| 0.into());
        Self::Range { min: number(min), max: number(max) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::language::Language;

    #[test]
    fn a_rule_passes_through_a_message() {
        let rule = Rule::unknown_value("blue", ["red", "green"]);
        assert_eq!(Rule::of_message(&rule.to_string()), Some(rule.clone()));
        assert_eq!(Rule::of_message("a text"), None);
        assert_eq!(rule.text(Language::English), "`blue` is not allowed; use one of: red, green");
        assert_eq!(Rule::range(1, 20_000).text(Language::German), "muss zwischen 1 und 20.000 liegen");
    }
}
