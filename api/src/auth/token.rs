//! Access tokens: JSON Web Tokens (RFC 9068), verified by the rules of RFC 8725.

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

/// Issuer of tokens of this service.
const ISSUER: &str = "transferatlas";
/// Audience of tokens of this service.
const AUDIENCE: &str = "transferatlas";
/// Media type of an access token (RFC 9068), in the form used in headers.
const TYPE: &str = "at+jwt";
/// Largest size of a token, in bytes.
const LENGTH: usize = 8 * 1024;
/// Seconds until every instance has loaded a new key.
const OVERLAP: i64 = 60;
/// Tolerated clock skew, in seconds.
const LEEWAY: i64 = 30;

/// Claims of a token of this service.
#[derive(Serialize, Deserialize)]
pub(super) struct Claims {
    /// Issuer.
    pub iss: String,
    /// Audience.
    pub aud: Audience,
    /// Subject.
    pub sub: String,
    /// Client ID, equal to the subject (RFC 9068).
    pub client_id: String,
    /// ID of the token.
    pub jti: Uuid,
    /// Time of issue, in seconds since 1970.
    pub iat: i64,
    /// Start of validity, in seconds since 1970.
    pub nbf: i64,
    /// Expiry time, in seconds since 1970.
    pub exp: i64,
    /// Scopes, separated by spaces (RFC 8693).
    pub scope: String,
    /// IDs of the municipalities that the token acts for, as information for its holder. The row in the database takes
    /// precedence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipalities: Option<Vec<String>>,
}

/// Audience of a token: a string, or a list of strings.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Times of a token, in seconds since 1970.
#[derive(Clone, Copy)]
pub(super) struct Times {
    /// Time of issue.
    pub iat: i64,
    /// Start of validity.
    pub nbf: i64,
    /// Expiry time.
    pub exp: i64,
}

impl Times {
    /// Fails with `TokenError::Expired`, `TokenError::Early`, or `TokenError::Lifetime` if the token is valid for
    /// longer than `longest`.
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

/// The header of a token. Parameters that point to or contain a key (`jku`, `x5u`, `jwk`) are ignored.
#[derive(Debug)]
pub(super) struct TokenHeader {
    /// Signature algorithm.
    pub alg: Algorithm,
    /// ID of the signing key.
    pub kid: String,
    /// Media type in lower case, without `application/`.
    pub typ: String,
}

impl TokenHeader {
    /// Parses the header of a token. Fails with `TokenError::Form` or `TokenError::Type` if the token is too long or
    /// malformed, or has critical extensions.
    pub(super) fn read(token: &str) -> Result<Self, TokenError> {
        if token.len() > LENGTH || token.split('.').count() != 3 {
            return Err(TokenError::Form);
        }
        let head = token.split('.').next().and_then(|head| BASE64.decode(head).ok()).ok_or(TokenError::Form)?;
        // Headers with duplicate members are refused, because parsers read them differently.
        let Ok((Value::Object(head), doubts)) = crate::base::validation::parse(&head) else {
            return Err(TokenError::Form);
        };
        let text = |member| head.get(member).and_then(Value::as_str).map(str::to_owned);
        let (Some(alg), Some(kid), Some(typ)) = (text("alg"), text("kid"), text("typ")) else {
            return Err(TokenError::Type);
        };
        // No critical extension is supported.
        if !doubts.is_empty() || head.contains_key("crit") || head.contains_key("b64") {
            return Err(TokenError::Type);
        }
        let typ = typ.to_ascii_lowercase();
        let typ = typ.strip_prefix("application/").unwrap_or(&typ).to_owned();
        Ok(Self { alg: alg.parse().map_err(|_| TokenError::Type)?, kid, typ })
    }

    /// Returns whether the type is that of an access token (RFC 9068).
    pub(super) fn is_access_token(&self) -> bool {
        self.typ == TYPE
    }
}

/// Verifies the signature of a token and returns its claims, which the calling function has to validate. Fails with a
/// `TokenError`.
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
    // The signature is valid. The payload is parsed again to refuse ambiguous members.
    let body = token.split('.').nth(1).and_then(|body| BASE64.decode(body).ok()).ok_or(TokenError::Form)?;
    match crate::base::validation::parse(&body) {
        Ok((value, doubts)) if doubts.is_empty() => serde_json::from_value(value).map_err(|_| TokenError::Claims),
        _ => Err(TokenError::Claims),
    }
}

/// Returns whether a string is a valid subject: 1 to 100 ASCII letters, digits or `._-@:+/`, which are safe to log.
pub(crate) fn is_subject(subject: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "._-@:+/".contains(letter);
    (1..=100).contains(&subject.len()) && subject.chars().all(fits)
}

impl Audience {
    /// Returns whether a name is among the audience.
    pub(super) fn includes(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Several(several) => several.iter().any(|one| one == audience),
        }
    }
}

/// Claims of a token of the trusted issuer.
pub(super) struct IssuerClaims {
    /// Subject, followed by the issuer in parentheses.
    pub subject: String,
    /// Scopes, as mapped from the claims.
    pub scopes: BTreeSet<String>,
    /// Official keys, slugs or IDs of the municipalities that the token acts for. `None` stands for all municipalities.
    pub municipalities: Option<BTreeSet<String>>,
    /// Expiry time, in seconds since 1970.
    pub expires: i64,
}

/// Verifies the signature and the claims of a token of this service, and returns the claims. Fails with the
/// `TokenError` of the first failed check.
pub(super) fn own(token: &str, head: &TokenHeader, key: &Key) -> Result<Claims, TokenError> {
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

/// Rights of a token to be issued.
pub(crate) struct Rights {
    /// ID of the token.
    pub id: Uuid,
    /// Subject of the token.
    pub subject: String,
    /// Scopes of the token.
    pub scopes: Vec<String>,
    /// IDs of the municipalities that the token acts for. `None` stands for all municipalities.
    pub municipalities: Option<Vec<Uuid>>,
    /// Start and end of validity, to the second.
    pub time: [DateTime<Utc>; 2],
}

/// Signs a token. Returns the token and the ID of the signing key. Fails with `Error::NotIssuing` if no private key is
/// available.
pub(crate) fn sign(keys: &Keys, rights: &Rights) -> Result<(String, String)> {
    let keys = keys.all();
    // A new key signs only after every instance has had time to load it.
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
