//! Tokens: JSON Web Tokens as RFC 9068 describes them, checked as RFC 8725 asks.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::{DateTime, Utc};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::keys::{Key, Keys, LONGEST};
use crate::base::clock;
use crate::base::error::{Error, Result, TokenError};

/// Who issues our tokens, and whom they are for.
const ISSUER: &str = "transferatlas";
const AUDIENCE: &str = "transferatlas";
/// The media type of an access token (RFC 9068), in the form headers use.
const TYPE: &str = "at+jwt";
/// Longer tokens are not looked at.
const LENGTH: usize = 8 * 1024;
/// Seconds after which a new key is known everywhere.
const OVERLAP: i64 = 60;
/// Seconds that clocks may differ by.
const LEEWAY: i64 = 30;

/// What a token of ours says.
#[derive(Serialize, Deserialize)]
pub(super) struct Claims {
    pub iss: String,
    pub aud: Audience,
    pub sub: String,
    pub client_id: String,
    pub jti: Uuid,
    pub iat: i64,
    pub nbf: i64,
    pub exp: i64,
    /// Rights, separated by spaces (RFC 8693).
    pub scope: String,
    /// Ids of the municipalities it acts for, for whoever reads the token; what counts is what was noted when it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipalities: Option<Vec<String>>,
}

/// Whom a token is for: one, or several.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Several(Vec<String>),
}

/// The times of a token, of whoever issued it.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub iat: i64,
    pub nbf: i64,
    pub exp: i64,
}

impl Times {
    /// Is it now the time of a token that lives no longer than it may?
    pub(super) fn check(self, longest: chrono::Duration) -> Result<(), TokenError> {
        let now = clock::now().timestamp();
        if self.exp.saturating_add(LEEWAY) <= now {
            return Err(TokenError::Expired);
        }
        if self.nbf.saturating_sub(LEEWAY) > now || self.iat.saturating_sub(LEEWAY) > now {
            return Err(TokenError::Early);
        }
        let begins = self.iat.min(self.nbf);
        if self.exp <= begins || self.exp.saturating_sub(begins) > longest.num_seconds() {
            return Err(TokenError::Lifetime);
        }
        Ok(())
    }
}

/// The header of a token, as far as it decides on anything: where a key is said to be (`jku`, `x5u`, `jwk`) does not.
#[derive(Debug)]
pub(super) struct Head {
    pub alg: Algorithm,
    pub kid: String,
    pub typ: String,
}

impl Head {
    /// Reads the header of a token that is no longer than it may be.
    pub(super) fn read(token: &str) -> Result<Self, TokenError> {
        if token.len() > LENGTH || token.split('.').count() != 3 {
            return Err(TokenError::Form);
        }
        let head = token.split('.').next().and_then(|head| BASE64.decode(head).ok()).ok_or(TokenError::Form)?;
        // Members that stand twice could be understood in two ways.
        let Ok((Value::Object(head), doubts)) = crate::base::validation::parse(&head) else {
            return Err(TokenError::Form);
        };
        let text = |member| head.get(member).and_then(Value::as_str).map(str::to_owned);
        let (Some(alg), Some(kid), Some(typ)) = (text("alg"), text("kid"), text("typ")) else {
            return Err(TokenError::Type);
        };
        // Nobody here knows an extension that would have to be understood.
        if !doubts.is_empty() || head.contains_key("crit") || head.contains_key("b64") {
            return Err(TokenError::Type);
        }
        let typ = typ.to_ascii_lowercase();
        let typ = typ.strip_prefix("application/").unwrap_or(&typ).to_owned();
        Ok(Self { alg: alg.parse().map_err(|_| TokenError::Type)?, kid, typ })
    }

    pub(super) fn is_access_token(&self) -> bool {
        self.typ == TYPE
    }
}

/// The claims of a token whose signature holds. Each of them is checked by whoever asks.
pub(super) fn claims<T: DeserializeOwned>(
    token: &str,
    algorithm: Algorithm,
    key: &DecodingKey,
) -> Result<T, TokenError> {
    let mut rules = Validation::new(algorithm);
    rules.required_spec_claims.clear();
    (rules.validate_exp, rules.validate_nbf, rules.validate_aud) = (false, false, false);
    decode::<Map<String, Value>>(token, key, &rules).map_err(|error| match error.kind() {
        ErrorKind::InvalidSignature => TokenError::Signature,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidKeyFormat => TokenError::Type,
        ErrorKind::Json(_) | ErrorKind::Utf8(_) => TokenError::Claims,
        _ => TokenError::Form,
    })?;
    // The signature holds. What was signed is read again, for nothing in it may be understood in two ways.
    let body = token.split('.').nth(1).and_then(|body| BASE64.decode(body).ok()).ok_or(TokenError::Form)?;
    match crate::base::validation::parse(&body) {
        Ok((value, doubts)) if doubts.is_empty() => serde_json::from_value(value).map_err(|_| TokenError::Claims),
        _ => Err(TokenError::Claims),
    }
}

/// May this be whom a token is issued to: an office or a program, in a form that no log misreads?
pub(crate) fn is_subject(subject: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "._-@:+/".contains(letter);
    (1..=100).contains(&subject.len()) && subject.chars().all(fits)
}

impl Audience {
    pub(super) fn includes(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Several(several) => several.iter().any(|one| one == audience),
        }
    }
}

/// What a token of another issuer says.
pub(super) struct Foreign {
    pub subject: String,
    pub scopes: BTreeSet<String>,
    /// Names of the municipalities it acts for; absent where it acts for all.
    pub municipalities: Option<BTreeSet<String>>,
    pub expires: i64,
}

/// What a token of ours says.
pub(super) fn own(token: &str, head: &Head, key: &Key) -> Result<Claims, TokenError> {
    if head.alg != Algorithm::EdDSA || !head.is_access_token() {
        return Err(TokenError::Type);
    }
    let claims: Claims = claims(token, Algorithm::EdDSA, &key.checking)?;
    let Claims { iss, aud, sub, iat, nbf, exp, .. } = &claims;
    if iss != ISSUER {
        return Err(TokenError::Issuer);
    }
    if !aud.includes(AUDIENCE) {
        return Err(TokenError::Audience);
    }
    if !is_subject(sub) {
        return Err(TokenError::Claims);
    }
    Times { iat: *iat, nbf: *nbf, exp: *exp }.check(LONGEST)?;
    Ok(claims)
}

/// What a token is issued for.
pub(crate) struct Rights {
    pub id: Uuid,
    pub subject: String,
    pub scopes: Vec<String>,
    pub municipalities: Option<Vec<Uuid>>,
    /// When it begins and ends.
    pub time: [DateTime<Utc>; 2],
}

/// Signs a token with one of our keys, if its private half is known. Also tells which key that is.
pub(crate) fn sign(keys: &Keys, rights: &Rights) -> Result<(String, String)> {
    let keys = keys.all();
    // A new key signs once every instance has had the time to learn of it.
    let is_known = |key: &&Key| key.made + OVERLAP <= clock::now().timestamp();
    let key = keys.iter().find(is_known).or(keys.last()).ok_or(Error::NotIssuing)?;
    let signing = key.signing.as_ref().ok_or(Error::NotIssuing)?;
    let [begins, ends] = rights.time.map(|time| time.timestamp());
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: Audience::One(AUDIENCE.to_owned()),
        sub: rights.subject.clone(),
        client_id: rights.subject.clone(),
        jti: rights.id,
        iat: begins,
        nbf: begins,
        exp: ends,
        scope: rights.scopes.join(" "),
        municipalities: rights.municipalities.as_ref().map(|own| own.iter().map(Uuid::to_string).collect()),
    };
    let header = Header { typ: Some(TYPE.to_owned()), kid: Some(key.id.clone()), ..Header::new(Algorithm::EdDSA) };
    Ok((encode(&header, &claims, signing).map_err(Error::internal)?, key.id.clone()))
}
