//! Trusted issuer of tokens, such as an OpenID provider.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value};
use tokio::sync::{Mutex, oneshot};

use super::mapping::Mapping;
use super::settings::Trust;
use super::token::{self, Audience, IssuerClaims, Times, TokenHeader};
use crate::base::error::{self, TokenError};
use crate::base::tasks::Tasks;

/// Longest lifetime of a token of a trusted issuer, which cannot be revoked here.
const LONGEST: chrono::Duration = chrono::Duration::days(1);
/// Shortest interval between two requests for the keys, even if tokens name unknown keys.
const PAUSE: Duration = Duration::from_mins(1);
/// Age after which the keys are fetched again, so that withdrawn keys stop being accepted.
const OLD: Duration = Duration::from_mins(10);
/// Time limit for fetching the keys.
const PATIENCE: Duration = Duration::from_secs(4);
/// Largest size of the key set, in bytes.
const BYTES: usize = 256 * 1024;

/// The trusted issuer. Clones share its state.
#[derive(Clone)]
pub(super) struct Trusted {
    state: Arc<IssuerState>,
    tasks: Tasks,
}

/// Settings of the trusted issuer, and its keys as last fetched.
struct IssuerState {
    issuer: String,
    audience: String,
    source: Source,
    mapping: Mapping,
    keys: RwLock<Arc<HashMap<String, VerificationKey>>>,
    /// Time of the last request for the keys. Locked while a request is in progress.
    requested: Mutex<Option<Instant>>,
}

/// Source of the keys.
enum Source {
    File(PathBuf),
    Address(reqwest::Client, reqwest::Url),
}

/// A verification key of the issuer, with its algorithm.
struct VerificationKey {
    key: DecodingKey,
    algorithm: Algorithm,
}

impl Trusted {
    /// Fetches the keys of the trusted issuer. Returns `None` if the settings name no issuer. Fails if the settings are
    /// invalid or the file of keys cannot be read. If a URL of keys cannot be fetched, the service starts without them.
    pub(super) async fn open(trust: &Trust, tasks: Tasks) -> Result<Option<Self>> {
        let Some(issuer) = trust.trusted_issuer.clone() else { return Ok(None) };
        let jwks = trust.trusted_jwks.as_deref().context("--trusted-issuer requires --trusted-jwks")?;
        let state = Arc::new(IssuerState {
            issuer,
            audience: trust.trusted_audience.clone(),
            source: Source::of(jwks)?,
            mapping: Mapping::of(trust)?,
            keys: RwLock::default(),
            requested: Mutex::default(),
        });
        match (state.refresh(PAUSE).await, &state.source) {
            (Err(error), Source::File(_)) => return Err(error),
            // The next request with a token of the issuer retries.
            (Err(error), Source::Address(..)) => {
                tracing::warn!(cause = %format!("{error:#}"), "the keys of the trusted issuer cannot be fetched; check --trusted-jwks");
            }
            (Ok(()), _) => {}
        }
        Ok(Some(Self { state, tasks }))
    }

    /// Verifies a token of the trusted issuer, and returns its claims. Fails with the `TokenError` of the first failed
    /// check.
    pub(super) async fn verify(&self, token: &str, head: &TokenHeader) -> error::Result<IssuerClaims> {
        // Most issuers use the type JWT for access tokens. Identity tokens are refused by audience and claims.
        if !head.is_access_token() && head.typ != "jwt" {
            return Err(TokenError::Type.into());
        }
        self.refresh(&head.kid).await;
        let keys = self.state.keys();
        let VerificationKey { key, algorithm } = keys.get(&head.kid).ok_or(TokenError::Key)?;
        if *algorithm != head.alg {
            return Err(TokenError::Type.into());
        }
        let claims: Map<String, Value> = token::claims(token, *algorithm, key)?;
        Ok(self.state.read(&claims)?)
    }

    /// Returns whether a subject ends with the trusted issuer in parentheses, as its subjects do.
    pub(super) fn issued(&self, subject: &str) -> bool {
        subject.strip_suffix(&format!(" ({})", self.state.issuer)).is_some_and(token::is_subject)
    }

    /// Fetches the keys again: before returning if the key ID is unknown, otherwise in the background if they are old.
    /// The task continues if the client closes the connection.
    async fn refresh(&self, kid: &str) {
        let (state, is_known) = (self.state.clone(), self.state.keys().contains_key(kid));
        let (done, is_done) = oneshot::channel();
        self.tasks.spawn_to_end("keys of the trusted issuer", async move {
            if let Err(error) = state.refresh(if is_known { OLD } else { PAUSE }).await {
                tracing::warn!(cause = %format!("{error:#}"), "the keys of the trusted issuer cannot be fetched; the previous keys stay in use");
            }
            let _ = done.send(());
        });
        if !is_known {
            let _ = is_done.await;
        }
    }
}

impl IssuerState {
    fn read(&self, claims: &Map<String, Value>) -> Result<IssuerClaims, TokenError> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let time = |name: &str| claims.get(name).and_then(Value::as_i64);
        if text("iss") != Some(&self.issuer) {
            return Err(TokenError::Issuer);
        }
        let audience = claims.get("aud").and_then(|claim| serde_json::from_value::<Audience>(claim.clone()).ok());
        if !audience.is_some_and(|audience| audience.includes(&self.audience)) {
            return Err(TokenError::Audience);
        }
        // Keycloak marks tokens that are not access tokens by these types.
        if matches!(text("typ"), Some("ID" | "Refresh" | "Offline")) {
            return Err(TokenError::Type);
        }
        let subject = text("sub").filter(|subject| token::is_subject(subject)).ok_or(TokenError::Claims)?;
        let (Some(iat), Some(exp)) = (time("iat"), time("exp")) else { return Err(TokenError::Claims) };
        // `nbf` is optional, but must be a time if present.
        let nbf = if claims.contains_key("nbf") { time("nbf").ok_or(TokenError::Claims)? } else { iat };
        Times { iat, nbf, exp }.check(LONGEST)?;
        let (scopes, everywhere) = self.mapping.rights(claims);
        let municipalities = self.mapping.municipalities(claims);
        Ok(IssuerClaims {
            subject: format!("{subject} ({})", self.issuer),
            scopes,
            municipalities: municipalities.or_else(|| (!everywhere).then(BTreeSet::new)),
            expires: exp,
        })
    }

    fn keys(&self) -> Arc<HashMap<String, VerificationKey>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fetches the keys, unless the last request is less than `pause` ago.
    async fn refresh(&self, pause: Duration) -> Result<()> {
        let mut requested = self.requested.lock().await;
        if requested.is_some_and(|at| at.elapsed() < pause) {
            return Ok(());
        }
        *requested = Some(Instant::now());
        let set: Value = serde_json::from_slice(&self.source.read().await?)
            .context("the keys of the trusted issuer are not valid JSON")?;
        let list = set
            .get("keys")
            .and_then(Value::as_array)
            .context("the keys of the trusted issuer are not a JSON Web Key Set")?;
        // A set may contain keys for other purposes, and keys of unknown types.
        let jwks = list.iter().filter_map(|key| serde_json::from_value::<Jwk>(key.clone()).ok());
        let keys: HashMap<_, _> =
            jwks.filter_map(|jwk| Some((jwk.common.key_id.clone()?, verification_key(&jwk)?))).collect();
        if keys.is_empty() {
            bail!("the keys of the trusted issuer contain no signing key of a supported type");
        }
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
        Ok(())
    }
}

/// Returns a public key bound to one algorithm: the one that it names, or the default of its type. Returns `None` for
/// keys that are not supported.
fn verification_key(jwk: &Jwk) -> Option<VerificationKey> {
    if jwk.common.public_key_use.as_ref().is_some_and(|purpose| *purpose != PublicKeyUse::Signature) {
        return None;
    }
    let named = match &jwk.common.key_algorithm {
        Some(algorithm) => Some(algorithm.to_string().parse().ok()?),
        None => None,
    };
    let (fitting, usual): (&[Algorithm], _) = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => (
            &[
                Algorithm::RS256,
                Algorithm::RS384,
                Algorithm::RS512,
                Algorithm::PS256,
                Algorithm::PS384,
                Algorithm::PS512,
            ],
            Algorithm::RS256,
        ),
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
            (&[Algorithm::ES256], Algorithm::ES256)
        }
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P384 => {
            (&[Algorithm::ES384], Algorithm::ES384)
        }
        AlgorithmParameters::OctetKeyPair(_) => (&[Algorithm::EdDSA], Algorithm::EdDSA),
        _ => return None,
    };
    let algorithm = named.unwrap_or(usual);
    fitting.contains(&algorithm).then_some(VerificationKey { key: DecodingKey::from_jwk(jwk).ok()?, algorithm })
}

impl Source {
    fn of(text: &str) -> Result<Self> {
        let Ok(address) = text.parse::<reqwest::Url>() else { return Ok(Self::File(text.into())) };
        let local = matches!(address.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        match address.scheme() {
            "https" => {}
            "http" if local => {}
            _ => bail!("--trusted-jwks must be an https URL or a file"),
        }
        let client = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
        Ok(Self::Address(client.no_proxy().build()?, address))
    }

    async fn read(&self) -> Result<Vec<u8>> {
        let (client, address) = match self {
            Self::File(file) => {
                return std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()));
            }
            Self::Address(client, address) => (client, address),
        };
        let mut answer = client.get(address.clone()).send().await?.error_for_status()?;
        let mut bytes = vec![];
        while let Some(chunk) = answer.chunk().await? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > BYTES {
                bail!("the keys of the trusted issuer exceed {BYTES} bytes");
            }
        }
        Ok(bytes)
    }
}
