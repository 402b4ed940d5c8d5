//! Where the keys are, and which other issuer is trusted.

use std::path::PathBuf;

use clap::Args;

use crate::base::secret::Secret;

/// Where the keys are that tokens are signed and checked with.
#[derive(Clone, Debug, Default, Args)]
pub struct KeySettings {
    /// File of the keys that tokens are signed and checked with; by default `keys.json` in the data folder, which the
    /// embedded database gets at its first start
    #[arg(long, env = "TRANSFERATLAS_KEYS_FILE", global = true, value_name = "FILE")]
    pub keys_file: Option<PathBuf>,

    /// Those keys themselves, as a JSON Web Key Set; give them in the variable, where nobody else sees them
    #[arg(long, env = "TRANSFERATLAS_KEYS", hide_env_values = true, global = true, value_name = "JWKS")]
    pub keys: Option<Secret>,
}

/// Another issuer of tokens, such as an OpenID provider, and what its claims mean here.
#[derive(Clone, Debug, Default, Args)]
pub struct Trust {
    /// Issuer whose tokens are accepted beside our own: its `iss`
    #[arg(long, global = true, env = "TRANSFERATLAS_TRUSTED_ISSUER", value_name = "ISS")]
    pub trusted_issuer: Option<String>,

    /// Its keys, a JSON Web Key Set: an address that is asked at most once a minute, or a file
    #[arg(long, global = true, env = "TRANSFERATLAS_TRUSTED_JWKS", value_name = "URL|FILE")]
    pub trusted_jwks: Option<String>,

    /// Whom its tokens must be for: their `aud`
    #[arg(
        long,
        global = true,
        env = "TRANSFERATLAS_TRUSTED_AUDIENCE",
        default_value = "transferatlas",
        value_name = "AUD"
    )]
    pub trusted_audience: String,

    /// Its claim that tells what somebody may do; a dot goes into it, as in `realm_access.roles`
    #[arg(
        long,
        global = true,
        env = "TRANSFERATLAS_TRUSTED_SCOPES_CLAIM",
        default_value = "scope",
        value_name = "CLAIM"
    )]
    pub trusted_scopes_claim: String,

    /// What a value of that claim gives: a role or a scope of ours; repeat or separate by commas
    #[arg(
        long,
        global = true,
        env = "TRANSFERATLAS_TRUSTED_SCOPES",
        value_delimiter = ',',
        value_name = "VALUE=ROLE|SCOPE"
    )]
    pub trusted_scopes: Vec<String>,

    /// Its claim that lists municipalities somebody acts for, by official key
    #[arg(
        long,
        global = true,
        env = "TRANSFERATLAS_TRUSTED_MUNICIPALITIES_CLAIM",
        default_value = "municipalities",
        value_name = "CLAIM"
    )]
    pub trusted_municipalities_claim: String,
}
