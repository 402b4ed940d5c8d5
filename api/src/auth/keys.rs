//! Token signing keys: a JSON Web Key Set (RFC 7517, RFC 8037), newest first.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, anyhow, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::DateTime;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::settings::KeySettings;
use crate::base::clock;
use crate::base::db::DatabaseSettings;
use crate::base::secret::Secret;

/// Longest lifetime of a token, and so the longest time that a replaced key is needed.
pub(super) const LONGEST: chrono::Duration = chrono::Duration::days(366);
/// Interval at which the file is checked for changes.
const LOOK: Duration = Duration::from_secs(1);
/// Prefix of the 32 bytes of a private key in PKCS #8 (RFC 8410).
const PKCS8: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// The current keys. Clones share them.
#[derive(Clone)]
pub struct Keys {
    all: Arc<RwLock<Arc<Vec<Key>>>>,
    /// File of the keys. `None` if the setting itself contains the keys.
    file: Option<PathBuf>,
}

/// A key of this service.
pub(crate) struct Key {
    /// ID of the key: the SHA-256 thumbprint of its public half in keys of this program.
    pub id: String,
    /// Public half, which verifies signatures.
    pub checking: DecodingKey,
    /// Time of creation, in seconds since 1970.
    pub made: i64,
    /// Private half, which signs. `None` if only the public half is known.
    pub signing: Option<EncodingKey>,
    /// Public half as a JSON Web Key, as published.
    public: Value,
}

/// A key as stored in the file.
#[derive(Clone, Serialize, Deserialize)]
struct StoredKey {
    kty: String,
    crv: String,
    kid: String,
    /// Public half.
    x: String,
    /// Private half.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    d: Option<String>,
    /// Time of creation, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
}

#[derive(Default, Serialize, Deserialize)]
struct StoredKeySet {
    keys: Vec<StoredKey>,
}

impl StoredKey {
    fn generate() -> Result<Self> {
        let mut private = [0; 32];
        aws_lc_rs::rand::fill(&mut private)
            .map_err(|_| anyhow!("the system provides no random numbers to generate a key"))?;
        Self::of(&private)
    }

    fn of(private: &[u8; 32]) -> Result<Self> {
        let signing = EncodingKey::from_ed_der(&[PKCS8.as_slice(), private].concat());
        let public = Jwk::from_encoding_key(&signing, Algorithm::EdDSA)?;
        let kid = public.thumbprint(ThumbprintHash::SHA256)?;
        let public = serde_json::to_value(&public)?;
        let x = public.get("x").and_then(Value::as_str).context("the generated key has no public half")?.to_owned();
        let d = Some(BASE64.encode(private));
        Ok(Self { kty: "OKP".to_owned(), crv: "Ed25519".to_owned(), kid, x, d, iat: Some(clock::now().timestamp()) })
    }

    fn key(&self) -> Result<Key> {
        let Self { kty, crv, kid, x, d, iat } = self;
        if (kty.as_str(), crv.as_str()) != ("OKP", "Ed25519") || kid.is_empty() {
            bail!("a key must have the `kty` OKP, the `crv` Ed25519 and a `kid`");
        }
        let private = d.as_ref().map(|d| BASE64.decode(d)).transpose().context("a `d` is not base64url")?;
        let private =
            private.map(|private| <[u8; 32]>::try_from(private).map_err(|_| anyhow!("a `d` is not 32 bytes")));
        let private = private.transpose()?;
        if let Some(private) = &private
            && Self::of(private)?.x != *x
        {
            bail!("`x` and `d` of the key {kid} do not belong together");
        }
        Ok(Key {
            id: kid.clone(),
            made: iat.unwrap_or_default(),
            checking: DecodingKey::from_ed_components(x).context("an `x` is not base64url")?,
            signing: private.map(|private| EncodingKey::from_ed_der(&[PKCS8.as_slice(), &private].concat())),
            public: json!({ "kty": kty, "crv": crv, "alg": "EdDSA", "use": "sig", "kid": kid, "x": x }),
        })
    }
}

/// Source of the keys.
enum Source<'s> {
    Text(&'s Secret),
    File(PathBuf),
}

fn source<'s>(settings: &'s KeySettings, database: &DatabaseSettings) -> Source<'s> {
    match (&settings.keys, &settings.keys_file) {
        (Some(text), _) if !text.0.is_empty() => Source::Text(text),
        (_, Some(file)) => Source::File(file.clone()),
        _ => Source::File(database.data_dir.join("keys.json")),
    }
}

impl Keys {
    /// Opens the keys that the settings name. With the embedded database, keys are created on first start. With a
    /// database server, they are not, because several instances have to share them.
    ///
    /// # Errors
    ///
    /// Fails if `--keys-file` does not exist, or if a key is malformed. Messages contain no secrets.
    pub fn open(settings: &KeySettings, database: &DatabaseSettings) -> Result<Self> {
        let source = source(settings, database);
        let file = match &source {
            Source::Text(_) => None,
            Source::File(file) => Some(file.clone()),
        };
        let kept = match source {
            Source::Text(text) => read(&text.0)?,
            Source::File(file) if file.exists() => load(&file)?,
            Source::File(file) if settings.keys_file.is_some() => {
                bail!("there is no {}; create it with `{}`", file.display(), rotation(&file))
            }
            Source::File(file) if database.is_embedded() => {
                let kept = StoredKeySet { keys: vec![StoredKey::generate()?] };
                keep(&file, &kept)?;
                kept
            }
            Source::File(_) => StoredKeySet::default(),
        };
        Ok(Self { all: Arc::new(RwLock::new(Arc::new(kept.in_force()?))), file })
    }

    /// Returns a new key as a JSON Web Key Set.
    pub fn generate() -> Result<String> {
        Ok(serde_json::to_string_pretty(&StoredKeySet { keys: vec![StoredKey::generate()?] })?)
    }

    /// Returns the current keys.
    pub(crate) fn all(&self) -> Arc<Vec<Key>> {
        self.all.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns whether there are no keys.
    pub(crate) fn are_none(&self) -> bool {
        self.all().is_empty()
    }

    /// Returns an instruction for the operator to create keys.
    pub(crate) fn remedy(&self) -> String {
        match &self.file {
            Some(file) => format!(
                "create them with `{}`, and give every instance that file (--keys-file) or its content (TRANSFERATLAS_KEYS)",
                rotation(file)
            ),
            None => format!(
                "TRANSFERATLAS_KEYS contains no keys; create them with `{}`, and set the variable to the content of that file",
                rotation(Path::new("keys.json"))
            ),
        }
    }

    /// Returns the public halves as a JSON Web Key Set.
    pub(crate) fn public(&self) -> Value {
        json!({ "keys": self.all().iter().map(|key| &key.public).collect::<Vec<_>>() })
    }

    /// Reloads the keys when the file changes, until the process ends.
    pub(crate) async fn follow(self) {
        let Some(file) = self.file else { return };
        let stamp = |file: &Path| fs::metadata(file).and_then(|metadata| metadata.modified()).ok();
        let mut seen: Option<SystemTime> = stamp(&file);
        loop {
            tokio::time::sleep(LOOK).await;
            let now = stamp(&file);
            if now.is_none() || now == seen {
                continue;
            }
            seen = now;
            match load(&file).and_then(|kept| kept.in_force()) {
                Ok(keys) => {
                    tracing::info!(keys = keys.len(), "reloaded the token signing keys");
                    *self.all.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
                }
                Err(error) => {
                    tracing::error!(cause = %format!("{error:#}"), "the token signing keys cannot be read; the previous keys stay in use until the file is corrected");
                }
            }
        }
    }
}

/// Returns the command that adds a key to a file.
fn rotation(file: &Path) -> String {
    format!("transferatlas token rotate --keys-file {}", file.display())
}

impl StoredKeySet {
    fn in_force(&self) -> Result<Vec<Key>> {
        self.keys.iter().map(StoredKey::key).collect()
    }
}

/// Result of a key rotation.
pub(crate) struct Rotated {
    /// File of the keys.
    pub file: PathBuf,
    /// ID of the new key.
    pub kid: String,
    /// IDs of the removed keys.
    pub dropped: Vec<String>,
}

/// Adds a new key, which signs once all instances have had time to load it. Keeps the keys of tokens that may still be
/// valid, unless `only` is set. Fails if the keys are not in a file.
pub(crate) fn rotate(settings: &KeySettings, database: &DatabaseSettings, only: bool) -> Result<Rotated> {
    let Source::File(file) = source(settings, database) else {
        bail!("the keys are in TRANSFERATLAS_KEYS, which this command cannot change; unset it, and set --keys-file")
    };
    let kept = if file.exists() { load(&file)? } else { StoredKeySet::default() };
    let new = StoredKey::generate()?;
    // A key signs until the key before it in the list is created.
    let made: Vec<Option<i64>> = [&new].into_iter().chain(&kept.keys).map(|key| key.iat).collect();
    let needed = |followed: Option<i64>| {
        let until = followed.and_then(|at| DateTime::from_timestamp(at, 0)).map(|at| at + LONGEST);
        !only && until.is_none_or(|until| until > clock::now())
    };
    let (stay, go): (Vec<_>, Vec<_>) = kept.keys.into_iter().zip(made).partition(|(_, followed)| needed(*followed));
    let keys = [new.clone()].into_iter().chain(stay.into_iter().map(|(key, _)| key)).collect();
    keep(&file, &StoredKeySet { keys })?;
    Ok(Rotated { file, kid: new.kid, dropped: go.into_iter().map(|(key, _)| key.kid).collect() })
}

fn load(file: &Path) -> Result<StoredKeySet> {
    let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    read(&text).with_context(|| format!("{} contains no valid keys", file.display()))
}

fn read(text: &str) -> Result<StoredKeySet> {
    // The message of the parser may contain a secret.
    serde_json::from_str(text).map_err(|error| {
        anyhow!("the keys are not a JSON Web Key Set; check line {}, column {}", error.line(), error.column())
    })
}

/// Replaces the file of keys atomically, readable by its owner only.
fn keep(file: &Path, keys: &StoredKeySet) -> Result<()> {
    let failed = || format!("{} cannot be written", file.display());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(failed)?;
    }
    let beside = file.with_extension("new");
    let _ = fs::remove_file(&beside);
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).with_context(failed)?;
    out.write_all(serde_json::to_string_pretty(keys)?.as_bytes()).and_then(|()| out.sync_all()).with_context(failed)?;
    fs::rename(&beside, file).with_context(failed)
}
