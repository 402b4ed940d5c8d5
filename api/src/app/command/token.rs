//! The command `token`.

use std::io::Write;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use entity::vocabulary::{TokenRole, Vocabulary};
use uuid::Uuid;

use super::database::open_filled;
use crate::app::settings::Settings;
use crate::auth::{Keys, Rotated, SCOPES, ScopeName, find_scope, rotate};
use crate::base::error::Error;
use crate::services::tokens::{self, TokenInput};

/// Subcommands of `token`.
#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Issue a token, and write it to standard output. The token cannot be shown again
    Issue(Issue),
    /// List all tokens, including expired and revoked ones, newest first, as one JSON object per line
    List,
    /// Revoke a token. Running instances stop accepting it within a second
    Revoke {
        /// ID of the token, as shown by `list`
        id: Uuid,
    },
    /// Add a signing key to the key file. It signs new tokens after a minute, when every instance has loaded it.
    /// Existing tokens stay valid
    Rotate {
        /// Remove all other keys immediately, which invalidates every existing token
        #[arg(long)]
        only: bool,
    },
}

/// Arguments of `token issue`.
#[derive(Debug, Args)]
pub(super) struct Issue {
    /// Subject of the token: an office or a program, not a person. 1 to 100 ASCII letters, digits and characters of
    /// `._-@:+/`
    #[arg(long)]
    subject: String,

    /// Role whose scopes the token gets: contributor, editor, admin or auditor. Required without `--scope`
    #[arg(long, value_parser = role)]
    role: Option<TokenRole>,

    /// Scope of the token, such as `solutions:write`, in addition to those of the role. Repeat for several. Required
    /// without `--role`
    #[arg(long = "scope", value_parser = scope)]
    scopes: Vec<ScopeName>,

    /// Official key, slug or ID of a municipality that the token acts for. Repeat for several. Required for
    /// contributors. Omit to act for all municipalities, as admins and auditors must
    #[arg(long = "municipality", value_name = "AGS")]
    municipalities: Vec<String>,

    /// Lifetime of the token in days, 1 to 366
    #[arg(long, default_value_t = 90)]
    days: i16,
}

fn role(text: &str) -> Result<TokenRole, String> {
    let names = || TokenRole::ALL.iter().map(|role| role.value()).collect::<Vec<_>>().join(", ");
    TokenRole::ALL.iter().copied().find(|role| role.value() == text).ok_or_else(|| format!("use one of: {}", names()))
}

fn scope(text: &str) -> Result<ScopeName, String> {
    let names = || SCOPES.iter().map(|(scope, _)| *scope).collect::<Vec<_>>().join(", ");
    find_scope(text).map(ScopeName).ok_or_else(|| format!("use one of: {}", names()))
}

impl Token {
    pub(super) async fn run(self, settings: &Settings) -> Result<()> {
        if let Self::Rotate { only } = self {
            let Rotated { file, kid, dropped } = rotate(&settings.keys, &settings.database, only)?;
            eprintln!("added the signing key {kid} to {}; number of keys removed: {}", file.display(), dropped.len());
            return Ok(());
        }
        // A token may be issued before the first start of the service, and its municipalities must be in the directory.
        let database = open_filled(settings, false).await?;
        let done = match self {
            Self::Issue(issue) => issue.run(settings, &database).await,
            Self::List => list(&database).await,
            Self::Revoke { id } => match tokens::revoke(&database, id).await {
                Err(Error::NotFound { .. }) => {
                    Err(anyhow::anyhow!("no token has the ID {id}; `transferatlas token list` shows the IDs"))
                }
                other => Ok(other?),
            },
            Self::Rotate { .. } => Ok(()),
        };
        database.close().await?;
        done
    }
}

impl Issue {
    async fn run(self, settings: &Settings, database: &crate::base::db::Database) -> Result<()> {
        let Self { subject, role, scopes, municipalities, days } = self;
        let input = TokenInput { scopes, municipalities, days, ..TokenInput::new(&subject, role) };
        let keys = Keys::open(&settings.keys, &settings.database)?;
        if keys.are_none() {
            bail!("there are no signing keys; {}", keys.remedy());
        }
        match tokens::issue(database, &keys, input).await {
            Ok((token, id)) => {
                eprintln!("issued the token {id}; store it in a safe place, because it cannot be shown again");
                Ok(writeln!(std::io::stdout().lock(), "{token}")?)
            }
            Err(Error::Invalid(violations)) => {
                let list = violations.iter().map(|violation| {
                    format!("{}: {}", violation.pointer.as_deref().unwrap_or_default(), violation.detail())
                });
                bail!("no token was issued:\n  {}", list.collect::<Vec<_>>().join("\n  "))
            }
            Err(error) => Err(error.into()),
        }
    }
}

async fn list(database: &crate::base::db::Database) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for token in tokens::all(database).await? {
        writeln!(out, "{}", serde_json::to_string(&token)?)?;
    }
    Ok(())
}
