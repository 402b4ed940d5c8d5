//! Official municipality keys (Amtlicher Gemeindeschlüssel, AGS).

use entity::vocabulary::{FederalState, MunicipalityKind};
use serde::Deserialize;
use validator::ValidationError;

use crate::base::validation::rules;

/// Checks that an official key has the length of its kind and begins with the two digits of its federal state.
pub(crate) fn check(ags: &str, kind: MunicipalityKind, federal_state: FederalState) -> Result<(), ValidationError> {
    let length = match kind {
        MunicipalityKind::District => 5,
        MunicipalityKind::IndependentCity | MunicipalityKind::Town | MunicipalityKind::Municipality => 8,
        MunicipalityKind::Association => 9,
    };
    if ags.len() != length || !ags.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(rules::broken(format!("`ags` must have {length} digits for this `kind`")));
    }
    let state = federal_state.key();
    if !ags.starts_with(state) {
        return Err(rules::broken(format!("`ags` must begin with {state} in this `federal_state`")));
    }
    Ok(())
}

/// The first 1 to 9 digits of an official key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct AgsPrefix(pub String);

impl TryFrom<String> for AgsPrefix {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text))
        } else {
            Err(format!("`{text}` is no beginning of an official key; write 1 to 9 digits, such as 08335"))
        }
    }
}
