//! Settings of the HTTP layer.

use clap::Args;

use super::rate::RateSettings;
use crate::base::public_url::PublicUrl;

/// Settings of the public URL, cross-origin writes, the response cache, exports and rate limits.
#[derive(Clone, Debug, Args)]
pub struct HttpSettings {
    /// Origin whose pages may send writes (CORS), such as `https://front.example`. Repeat or separate by commas
    #[arg(long, env = "TRANSFERATLAS_WRITE_ORIGINS", value_delimiter = ',', value_name = "ORIGIN")]
    pub write_origins: Vec<String>,

    /// Public URL of the service, with its path behind a reverse proxy: `https://host.example/atlas`. Defaults to the
    /// address that the service listens on
    #[arg(long, env = "TRANSFERATLAS_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<PublicUrl>,

    /// Size of the response cache, in mebibytes
    #[arg(long, env = "TRANSFERATLAS_CACHE_MIB", default_value_t = 64, value_name = "MIB")]
    pub cache_mib: u64,

    /// Largest number of lists that are sent as a whole at once
    #[arg(long, env = "TRANSFERATLAS_MAX_EXPORTS", default_value_t = 32, value_name = "NUMBER")]
    pub max_exports: u16,

    /// Settings of the rate limits.
    #[command(flatten)]
    pub rate: RateSettings,
}
