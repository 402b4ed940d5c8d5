//! The command `migrate`.

use std::fmt;
use std::io::{IsTerminal, Write};

use anyhow::{Result, bail};
use clap::Args;

use crate::app::settings::Settings;
use crate::base::db::{Database, Removal, Schema};

/// Arguments of `migrate`.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// Revert the newest STEPS schema steps. Shows the data to be removed, and asks for confirmation. Removed data cannot be
    /// recovered
    #[arg(long, value_name = "STEPS", value_parser = clap::value_parser!(u32).range(1..))]
    down: Option<u32>,

    /// Revert steps without confirmation. Required if standard input is not a terminal
    #[arg(long, requires = "down")]
    yes: bool,
}

impl Migrate {
    pub(super) async fn run(self, settings: &Settings) -> Result<()> {
        let database = Database::open(&settings.database).await?;
        let done = self.act(&database).await;
        database.close().await?;
        done
    }

    async fn act(&self, database: &Database) -> Result<()> {
        if database.schema().await? == Schema::Newer {
            bail!("the database was made by a newer version of this program; run that version");
        }
        if let Some(steps) = self.down {
            self.confirm(database, steps).await?;
        }
        database.migrate(self.down).await?;
        tracing::info!(schema = ?database.schema().await?, "migrated");
        Ok(())
    }

    /// Shows the data that reverting steps removes, and asks for confirmation. Fails without confirmation.
    async fn confirm(&self, database: &Database, steps: u32) -> Result<()> {
        let made = database.steps_made().await?.len();
        if usize::try_from(steps)? > made {
            bail!(
                "nothing was changed: `--down {steps}` exceeds the number of schema steps; the database has {made} schema steps"
            );
        }
        eprint!("{}", Report(&database.preview_down(steps).await?));
        if self.yes {
            return Ok(());
        }
        if !std::io::stdin().is_terminal() {
            bail!("nothing was changed; to revert these steps, run the command again with `--yes`");
        }
        eprint!("Type `yes` to revert these steps: ");
        std::io::stderr().flush()?;
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer)?;
        if answer.trim() != "yes" {
            bail!("nothing was changed");
        }
        Ok(())
    }
}

/// Displays a removal as text.
struct Report<'a>(&'a Removal);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Removal { steps, tables, columns, rows } = self.0;
        writeln!(f, "Reverting these schema steps deletes the data that they store:")?;
        steps.iter().try_for_each(|step| writeln!(f, "  step {step}"))?;
        tables.iter().try_for_each(|(table, rows)| writeln!(f, "  table {table} and its {}", Rows(*rows)))?;
        columns.iter().try_for_each(|column| writeln!(f, "  column {column}"))?;
        rows.iter().try_for_each(|(table, rows)| writeln!(f, "  {} of table {table}", Rows(*rows)))
    }
}

/// Displays a number of rows.
struct Rows(i64);

impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, if self.0 == 1 { "row" } else { "rows" })
    }
}
