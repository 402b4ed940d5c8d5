//! Official municipality keys (Amtlicher Gemeindeschlüssel, AGS).

use entity::vocabulary::{FederalState, MunicipalityKind, Vocabulary};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::ValidationError;

use crate::base::error::{Rule, StringFormat};
use crate::base::validation::rules;

/// Checks that an official key has the length of its kind (5, 8 or 9 digits) and begins with the two digits of its
/// federal state. Fails with `Rule::AgsDigits` or `Rule::AgsState`.
pub(crate) fn check(ags: &str, kind: MunicipalityKind, federal_state: FederalState) -> Result<(), ValidationError> {
    let length = match kind {
        MunicipalityKind::District => 5,
        MunicipalityKind::IndependentCity | MunicipalityKind::Town | MunicipalityKind::Municipality => 8,
        MunicipalityKind::Association => 9,
    };
    let has_length = ags.len() == length && ags.bytes().all(|byte| byte.is_ascii_digit());
    rules::require(has_length, Rule::AgsDigits { digits: length, kind: kind.value().to_owned() })?;
    let (digits, state) = (federal_state.key(), federal_state.value());
    rules::require(ags.starts_with(digits), Rule::AgsState { digits: digits.to_owned(), state: state.to_owned() })
}

/// The first 1 to 9 digits of an official key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, pattern = "^[0-9]{1,9}$")]
pub(crate) struct AgsPrefix(pub String);

impl TryFrom<String> for AgsPrefix {
    type Error = Rule;

    fn try_from(text: String) -> Result<Self, Rule> {
        if (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text))
        } else {
            Err(Rule::Format { expected: StringFormat::AgsPrefix })
        }
    }
}
