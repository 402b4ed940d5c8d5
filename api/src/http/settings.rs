//! Settings of the HTTP layer.

use clap::Args;

/// The public URL of a service with default settings.
pub const DEFAULT_PUBLIC_URL: &str = "http://127.0.0.1:8080";

/// How responses are cached, and which pages may write.
#[derive(Clone, Debug, Args)]
pub struct HttpSettings {
    /// Origin whose pages may send writes (CORS), such as `https://front.example`. Repeat or separate by commas
    #[arg(long, global = true, env = "TRANSFERATLAS_WRITE_ORIGINS", value_delimiter = ',', value_name = "ORIGIN")]
    pub write_origins: Vec<String>,

    /// Public URL of the service, for absolute URLs in the OpenAPI document
    #[arg(long, global = true, env = "TRANSFERATLAS_PUBLIC_URL", default_value = DEFAULT_PUBLIC_URL, value_name = "URL")]
    pub public_url: String,

    /// Size of the response cache, in mebibytes
    #[arg(long, global = true, env = "TRANSFERATLAS_CACHE_MIB", default_value_t = 64, value_name = "MIB")]
    pub cache_mib: u64,
}
