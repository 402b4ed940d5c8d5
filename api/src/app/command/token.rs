use std::io::Write;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use entity::vocabulary::{TokenRole, Vocabulary};
use uuid::Uuid;

use super::database::open_filled;
use crate::app::settings::Settings;
use crate::auth::{Keys, Rotated, SCOPES, ScopeName, known, rotate};
use crate::base::error::Error;
use crate::services::tokens::{self, TokenInput};

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Issue a token, and write it on standard output: the only time it is shown
    Issue(Issue),
    /// List the tokens that were issued
    List,
    /// Revoke a token: it holds no more, on running instances within a second
    Revoke {
        /// Id of the token, as `list` shows it
        id: Uuid,
    },
    /// Add a key, which signs in a minute, when every instance knows it; tokens of the others go on holding
    Rotate {
        /// Drop all other keys at once, and with them every token
        #[arg(long)]
        only: bool,
    },
}

/// What to issue a token for.
#[derive(Debug, Args)]
pub(super) struct Issue {
    /// Whom it is for: an office or a program, never a person
    #[arg(long)]
    subject: String,

    /// Role whose scopes it gets: contributor, editor, admin or auditor
    #[arg(long, value_parser = role)]
    role: Option<TokenRole>,

    /// Scope, alone or beside those of the role; repeat for several
    #[arg(long = "scope", value_parser = scope)]
    scopes: Vec<ScopeName>,

    /// Municipality it acts for, by official key, slug or id; repeat for several, leave out for all. An admin and an auditor act
    /// for all
    #[arg(long = "municipality", value_name = "AGS")]
    municipalities: Vec<String>,

    /// Days it lives
    #[arg(long, default_value_t = 90)]
    days: i16,
}

fn role(text: &str) -> Result<TokenRole, String> {
    let names = || TokenRole::ALL.iter().map(|role| role.value()).collect::<Vec<_>>().join(", ");
    TokenRole::ALL.iter().copied().find(|role| role.value() == text).ok_or_else(|| format!("write one of: {}", names()))
}

fn scope(text: &str) -> Result<ScopeName, String> {
    let names = || SCOPES.iter().map(|(scope, _)| *scope).collect::<Vec<_>>().join(", ");
    known(text).map(ScopeName).ok_or_else(|| format!("write one of: {}", names()))
}

impl Token {
    pub(super) async fn run(self, settings: &Settings) -> Result<()> {
        if let Self::Rotate { only } = self {
            let Rotated { file, kid, dropped } = rotate(&settings.keys, &settings.database, only)?;
            eprintln!("added the key {kid}, dropped {}; see {}", dropped.len(), file.display());
            return Ok(());
        }
        // Whoever has no directory yet gets it with its first token.
        let database = open_filled(settings, false).await?;
        let done = match self {
            Self::Issue(issue) => issue.run(settings, &database).await,
            Self::List => list(&database).await,
            Self::Revoke { id } => match tokens::revoke(&database, id).await {
                Err(Error::NotFound) => Err(anyhow::anyhow!("no token has the id {id}")),
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
            bail!("there are no keys to sign with; make some: transferatlas token rotate");
        }
        match tokens::issue(database, &keys, input).await {
            Ok((token, id)) => {
                eprintln!("issued the token {id}; it is kept nowhere, so keep it well");
                Ok(writeln!(std::io::stdout().lock(), "{token}")?)
            }
            Err(Error::Invalid(violations)) => {
                let list = violations.iter().map(|violation| {
                    format!("{}: {}", violation.pointer.as_deref().unwrap_or_default(), violation.detail)
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
