//! Issuers whose tokens the service accepts, with their private keys.

use anyhow::{Context, Result};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use tests::forgery::{access_token_header, ed25519, first_key, sign, with_member};

/// The trusted issuer.
pub(super) const TRUSTED: &str = "https://login.example/realms/atlas";

/// Length of what stands before an RSA key of 2,048 bits in PKCS #8.
const PKCS8_HEAD: usize = 26;

/// An issuer with one key.
pub(super) struct Issuer {
    pub(super) algorithm: Algorithm,
    pub(super) kid: String,
    pub(super) key: EncodingKey,
    /// The public key, as JSON Web Key.
    pub(super) public: Value,
    /// A key of the same kind that is not that of the issuer.
    pub(super) stranger: EncodingKey,
    /// The claims of a valid token.
    pub(super) claims: Value,
}

impl Issuer {
    /// Returns the service itself, with its file of keys and one of its tokens.
    pub(super) fn own(keys: &str, token: &str) -> Result<Self> {
        let (kid, key) = first_key(keys);
        let claims = token.split('.').nth(1).and_then(|claims| BASE64.decode(claims).ok()).context("a token")?;
        Ok(Self {
            algorithm: Algorithm::EdDSA,
            public: public_key(&key, Algorithm::EdDSA, &kid)?,
            kid,
            key,
            stranger: ed25519(&[7; 32]),
            claims: serde_json::from_slice(&claims)?,
        })
    }

    /// Returns the trusted issuer with a key on the curve P-256.
    pub(super) fn es256() -> Result<Self> {
        let key = || {
            let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
            key.map(|key| EncodingKey::from_ec_der(key.as_ref())).ok().context("a key")
        };
        Self::trusted(Algorithm::ES256, "curve", key()?, key()?)
    }

    /// Returns the trusted issuer with an RSA key.
    pub(super) fn rs256() -> Result<Self> {
        let key = || {
            let key = KeyPair::generate(KeySize::Rsa2048).and_then(|key| key.as_der()).ok().context("a key")?;
            Ok::<_, anyhow::Error>(EncodingKey::from_rsa_der(key.as_ref().get(PKCS8_HEAD..).context("a key")?))
        };
        Self::trusted(Algorithm::RS256, "rsa", key()?, key()?)
    }

    fn trusted(algorithm: Algorithm, kid: &str, key: EncodingKey, stranger: EncodingKey) -> Result<Self> {
        let now = api::base::clock::now().timestamp();
        let claims = json!({ "iss": TRUSTED, "aud": "transferatlas", "sub": "f3b1-4c", "iat": now, "nbf": now, "exp": now + 3600 });
        let public = public_key(&key, algorithm, kid)?;
        Ok(Self { algorithm, kid: kid.to_owned(), key, public, stranger, claims })
    }

    /// Returns whether the issuer is the service itself.
    pub(super) fn is_own(&self) -> bool {
        self.algorithm == Algorithm::EdDSA
    }

    /// Returns the header of a valid token.
    pub(super) fn header(&self) -> Value {
        access_token_header(self.algorithm, &self.kid)
    }

    /// Signs a header and claims.
    pub(super) fn sign(&self, head: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
        sign(self.algorithm, head, claims, &self.key)
    }

    /// Returns a valid token.
    pub(super) fn valid(&self) -> String {
        self.sign(self.header().to_string(), self.claims.to_string())
    }

    /// Returns a signed token with another value of a member of the header, or without it if the value is `absent`.
    pub(super) fn with_header(&self, member: &str, value: Value) -> String {
        self.sign(with_member(self.header(), member, value).to_string(), self.claims.to_string())
    }

    /// Returns a signed token with another value of a claim, or without it if the value is `absent`.
    pub(super) fn with_claim(&self, member: &str, value: Value) -> String {
        self.sign(self.header().to_string(), with_member(self.claims.clone(), member, value).to_string())
    }
}

fn public_key(key: &EncodingKey, algorithm: Algorithm, kid: &str) -> Result<Value> {
    let public = serde_json::to_value(Jwk::from_encoding_key(key, algorithm)?)?;
    Ok(with_member(with_member(public, "kid", json!(kid)), "use", json!("sig")))
}
