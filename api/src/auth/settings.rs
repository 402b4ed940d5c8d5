//! Settings of signing keys and of a trusted issuer.

use std::path::PathBuf;

use clap::Args;

use crate::base::secret::Secret;

/// Settings of the token signing keys.
#[derive(Clone, Debug, Default, Args)]
pub struct KeySettings {
    /// File with the token signing keys (JSON Web Key Set). Defaults to `keys.json` in the data directory, which is
    /// created on first start with the embedded database
    #[arg(long, env = "TRANSFERATLAS_KEYS_FILE", global = true, value_name = "FILE")]
    pub keys_file: Option<PathBuf>,

    /// Token signing keys, as a JSON Web Key Set. Takes precedence over the file. Use the environment variable, so that
    /// the keys are not visible in the process list
    #[arg(long, env = "TRANSFERATLAS_KEYS", hide_env_values = true, global = true, value_name = "JWKS")]
    pub keys: Option<Secret>,
}

/// Settings of a trusted issuer of tokens, such as an OpenID provider.
#[derive(Clone, Debug, Default, Args)]
pub struct Trust {
    /// Issuer (`iss`) whose tokens are accepted in addition to those of this service
    #[arg(long, env = "TRANSFERATLAS_TRUSTED_ISSUER", value_name = "ISS")]
    pub trusted_issuer: Option<String>,

    /// Keys of the trusted issuer (JSON Web Key Set): an https URL or a file, read at most once a minute. Required with
    /// `--trusted-issuer`
    #[arg(long, env = "TRANSFERATLAS_TRUSTED_JWKS", value_name = "URL|FILE")]
    pub trusted_jwks: Option<String>,

    /// Audience (`aud`) that tokens of the trusted issuer must have
    #[arg(long, env = "TRANSFERATLAS_TRUSTED_AUDIENCE", default_value = "transferatlas", value_name = "AUD")]
    pub trusted_audience: String,

    /// Claim with the roles or scopes of the caller. Separate nested members by dots, as in `realm_access.roles`
    #[arg(long, env = "TRANSFERATLAS_TRUSTED_SCOPES_CLAIM", default_value = "scope", value_name = "CLAIM")]
    pub trusted_scopes_claim: String,

    /// Role or scope that a value of the scopes claim grants, such as `atlas-editor=editor`. Repeat or separate by
    /// commas. Other values grant nothing
    #[arg(long, env = "TRANSFERATLAS_TRUSTED_SCOPES", value_delimiter = ',', value_name = "VALUE=ROLE|SCOPE")]
    pub trusted_scopes: Vec<String>,

    /// Claim with the municipalities that the caller acts for, by official key, slug or ID. Without the claim, editors,
    /// admins, and callers that are auditors only act for all municipalities, and other callers for none
    #[arg(
        long,
        env = "TRANSFERATLAS_TRUSTED_MUNICIPALITIES_CLAIM",
        default_value = "municipalities",
        value_name = "CLAIM"
    )]
    pub trusted_municipalities_claim: String,
}
