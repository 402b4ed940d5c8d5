//! Mapping of the claims of a trusted issuer to scopes and municipalities.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use entity::vocabulary::{TokenRole, Vocabulary};
use serde_json::{Map, Value};

use super::scope::{find_scope, scopes_of};
use super::settings::Trust;

/// Mapping of the claims of a trusted issuer.
pub(super) struct Mapping {
    scopes_claim: String,
    /// Right of each value of the scopes claim.
    scopes: BTreeMap<String, Right>,
    municipalities_claim: String,
}

#[derive(Clone, Copy)]
enum Right {
    Role(TokenRole),
    Scope(&'static str),
}

impl Right {
    fn read(text: &str) -> Option<Self> {
        let role = TokenRole::ALL.iter().copied().find(|role| role.value() == text);
        role.map(Self::Role).or_else(|| find_scope(text).map(Self::Scope))
    }
}

impl Mapping {
    /// Reads the mapping from the settings. Fails if a value maps to neither a role nor a scope.
    pub(super) fn of(trust: &Trust) -> Result<Self> {
        let mut scopes = BTreeMap::new();
        for pair in &trust.trusted_scopes {
            let right = pair.split_once('=').and_then(|(value, right)| Some((value.to_owned(), Right::read(right)?)));
            let Some((value, right)) = right else {
                bail!(
                    "`{pair}` in --trusted-scopes is not a mapping; write VALUE=ROLE or VALUE=SCOPE, such as atlas-editor=editor"
                )
            };
            scopes.insert(value, right);
        }
        Ok(Self {
            scopes_claim: trust.trusted_scopes_claim.clone(),
            scopes,
            municipalities_claim: trust.trusted_municipalities_claim.clone(),
        })
    }

    /// Returns the official keys, slugs or IDs of municipalities in the claims. Returns `None` if the claim is missing.
    pub(super) fn municipalities(&self, claims: &Map<String, Value>) -> Option<BTreeSet<String>> {
        at(claims, &self.municipalities_claim).map(|claim| texts(Some(claim)))
    }

    /// Returns the scopes that the claims grant, and whether a token without the claim of municipalities acts for all
    /// municipalities.
    pub(super) fn rights(&self, claims: &Map<String, Value>) -> (BTreeSet<String>, bool) {
        let values = texts(at(claims, &self.scopes_claim));
        let rights: Vec<Right> = values.iter().filter_map(|value| self.scopes.get(value)).copied().collect();
        // Editors, admins, and callers with no right other than that of auditors act for all municipalities by default.
        let edits = |right: &Right| matches!(right, Right::Role(TokenRole::Editor | TokenRole::Admin));
        let looks = |right: &Right| matches!(right, Right::Role(TokenRole::Auditor));
        let everywhere = rights.iter().any(edits) || !rights.is_empty() && rights.iter().all(looks);
        let scopes = rights.into_iter().flat_map(|right| match right {
            Right::Role(role) => scopes_of(role),
            Right::Scope(scope) => vec![scope],
        });
        (scopes.map(str::to_owned).collect(), everywhere)
    }
}

/// Returns the claim at a path such as `realm_access.roles`.
fn at<'c>(claims: &'c Map<String, Value>, path: &str) -> Option<&'c Value> {
    let mut parts = path.split('.');
    let first = claims.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// Returns the strings in a claim: one string, several separated by spaces, or a list.
fn texts(claim: Option<&Value>) -> BTreeSet<String> {
    match claim {
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => BTreeSet::new(),
    }
}
