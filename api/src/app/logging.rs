//! Logging on standard error.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use crate::app::settings::{LogFormat, Settings};

/// Starts logging, and logs panics as errors. Fails if the log filter is invalid.
pub(crate) fn start(settings: &Settings) -> Result<()> {
    let filter = EnvFilter::try_new(&settings.log)
        .context("the log filter is invalid; use a level such as info, or levels by module such as info,api=debug")?;
    // The informational messages of these libraries are of no use to operators.
    let quiet = ["pglite_oxide=error", "sqlx=warn", "sea_orm_migration=warn", "actix_server=warn"];
    let filter = quiet.iter().try_fold(filter, |filter, one| anyhow::Ok(filter.add_directive(one.parse()?)))?;
    let registry = tracing_subscriber::registry().with(filter);
    match settings.log_format {
        LogFormat::Json => registry
            .with(fmt::layer().json().flatten_event(true).with_span_list(false).with_writer(std::io::stderr))
            .try_init(),
        LogFormat::Pretty => registry
            .with(
                fmt::layer()
                    .compact()
                    .with_target(false)
                    .with_ansi(std::io::stderr().is_terminal())
                    .with_writer(std::io::stderr),
            )
            .try_init(),
    }?;
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "a thread panicked")));
    Ok(())
}
