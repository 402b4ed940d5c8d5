//! Rules for requests. Each rule has a code, parameters, and a sentence in German and English about a value that breaks
//! the rule.

use std::fmt;

use serde_json::Number;

use crate::base::language::Localized;

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $code:ident { $($field:ident: $type:ty),* } $english:literal $german:literal;)+) => {
        /// A broken rule: a code, and the parameters of its sentence.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "code", content = "parameters", rename_all = "kebab-case")]
        pub enum Rule {
            $($(#[doc = $doc])+ $code {
                $(
                    /// Parameter of the sentence.
                    $field: $type
                ),*
            }),+
        }

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
                        // A sentence does not have to use all parameters, because the violation names the member.
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
    /// Code of the rule.
    pub code: ViolationCode,
    /// Description of the rule in English.
    pub meaning: &'static str,
    /// Sentence in German and English, with the names of its parameters in braces.
    pub text: Localized,
}

impl fmt::Display for Rule {
    /// Writes the rule as JSON. Errors of deserialisers are texts, and `of_message` reads the rule from such a text again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl Rule {
    /// Returns the rule that the message of a deserialiser contains as JSON. Returns `None` for other messages.
    pub(crate) fn of_message(message: &str) -> Option<Self> {
        serde_json::from_str(message).ok()
    }

    /// Returns `UnknownValue` for a value that is not in a closed list. The value is cut to 100 characters.
    pub(crate) fn unknown_value<T: Into<String>>(value: &str, allowed: impl IntoIterator<Item = T>) -> Self {
        let value = value.chars().take(100).collect();
        Self::UnknownValue { value, allowed: allowed.into_iter().map(Into::into).collect() }
    }

    /// Returns `Items`: the list must have `min` to `max` items.
    pub(crate) fn items(min: usize, max: usize) -> Self {
        Self::Items { min, max }
    }

    /// Returns `Range` with whole numbers as bounds.
    pub(crate) fn range(min: i64, max: i64) -> Self {
        Self::Range { min: min.into(), max: max.into() }
    }

    /// Returns `Range` with floating-point numbers as bounds.
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
    fn rule_round_trips_through_a_message() {
        let rule = Rule::unknown_value("blue", ["red", "green"]);
        assert_eq!(Rule::of_message(&rule.to_string()), Some(rule.clone()));
        assert_eq!(Rule::of_message("a text"), None);
        assert_eq!(rule.text(Language::English), "`blue` is not allowed; use one of: red, green");
        assert_eq!(Rule::range(1, 20_000).text(Language::German), "muss zwischen 1 und 20.000 liegen");
    }
}
