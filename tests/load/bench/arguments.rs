//! Command line of the benchmark.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Measures reads of the release build beside references in the same run
#[derive(Debug, Parser)]
pub(crate) struct Arguments {
    /// Number of generated solutions
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    pub(crate) entries: u32,

    /// Seconds of each measurement
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
    pub(crate) seconds: u64,

    /// Number of rounds. The table shows their medians
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=9))]
    pub(crate) rounds: u32,

    /// Numbers of connections, separated by commas
    #[arg(long, default_value = "1,4,16,64", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=512))]
    pub(crate) connections: Vec<u32>,

    /// Rows to measure: with the response cache, without it, or both
    #[arg(long, value_enum, default_value = "warm,cold", value_delimiter = ',')]
    pub(crate) rows: Vec<CacheState>,

    /// Only the requests whose name contains this text
    #[arg(long)]
    pub(crate) only: Option<String>,

    /// Program that builds the service. `cargo run` sets it
    #[arg(long, env = "CARGO", hide = true)]
    pub(crate) cargo: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) mode: Option<Mode>,
}

/// State of the response cache in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CacheState {
    /// The response is in the cache
    Warm,
    /// The service has no response cache
    Cold,
}

impl CacheState {
    /// Returns the name in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Warm => "warm",
            Self::Cold => "cold",
        }
    }

    /// Returns the settings of the service.
    pub(crate) fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Warm => &["--port", "0"],
            Self::Cold => &["--port", "0", "--cache-mib", "0"],
        }
    }
}

/// Other mode of the program.
#[derive(Debug, Subcommand)]
pub(crate) enum Mode {
    /// Check that no read scans a large table or sorts all entries, by the plans of PostgreSQL
    Plans,
    /// Serve the references. The benchmark starts this mode itself
    #[command(hide = true)]
    Reference {
        /// Folder with the fixed responses
        #[arg(long)]
        folder: PathBuf,
        /// URL of the database
        #[arg(long, env = "DATABASE_URL")]
        database_url: String,
    },
}
