//! The throw-away database, filled by the programs that operators use.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tests::Postgres;

use crate::generate;
use crate::process::{Ended, Process};

const DATABASE: &str = "reads";

/// Time limit of a command of `transferatlas`. An import of a million entries takes long.
const COMMAND_LIMIT: Duration = Duration::from_hours(3);

/// A PostgreSQL server with the directory, the program `transferatlas`, and a temporary folder.
pub(crate) struct Place {
    server: Postgres,
    folder: TempDir,
    program: PathBuf,
}

impl Place {
    /// Starts an empty server. Fails if `transferatlas` is not beside this program.
    pub(crate) fn start() -> Result<Self> {
        let program = std::env::current_exe()?.with_file_name("transferatlas");
        if !program.exists() {
            bail!("{} is missing: start this program with `cargo run --release`, which builds it", program.display());
        }
        let (folder, server) = (tempfile::tempdir()?, Postgres::start());
        server.execute("postgres", &[&format!("create database {DATABASE}")]);
        Ok(Self { server, folder, program })
    }

    /// Returns the URL of the database.
    pub(crate) fn url(&self) -> String {
        self.server.url(DATABASE)
    }

    /// Returns the path of a temporary file.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns a command of `transferatlas` with no other settings than the database.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.env_clear().env("DATABASE_URL", self.url()).current_dir(self.folder.path()).args(arguments);
        command
    }

    /// Runs a command of `transferatlas` to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Result<Ended> {
        Process::start(&mut self.command(arguments), &self.file("command.log"))?.wait(COMMAND_LIMIT).await
    }

    /// Loads the content of the release and `count` generated solutions. Returns the result of the import.
    pub(crate) async fn fill(&self, count: usize) -> Result<Ended> {
        self.run(&["migrate"]).await?;
        self.run(&["seed"]).await?;
        let file = self.file("solutions.ndjson");
        generate::write(&file, count)?;
        let imported = self.run(&["import", text(&file)?]).await?;
        std::fs::remove_file(file)?;
        // Builds the representations, as the service does in the background.
        self.run(&["check", "--repair"]).await?;
        self.server.execute(DATABASE, &["analyze"]);
        Ok(imported)
    }

    /// Makes the server log how it executes each statement.
    pub(crate) fn log_plans(&self) {
        let set = |setting: &str| format!("alter database {DATABASE} set {setting}");
        let settings = [
            "session_preload_libraries = 'auto_explain'",
            "auto_explain.log_min_duration = 0",
            "auto_explain.log_format = 'json'",
            "auto_explain.log_analyze = on",
            "auto_explain.log_timing = off",
        ];
        let statements = settings.map(set);
        self.server.execute("postgres", &statements.each_ref().map(String::as_str));
    }

    /// Returns the log of the server.
    pub(crate) fn server_log(&self) -> Result<String> {
        std::fs::read_to_string(self.server.log()).context("the log of the server cannot be read")
    }

    /// Exports all solutions as NDJSON, and returns the result of the command.
    pub(crate) async fn export(&self) -> Result<Ended> {
        let file = self.file("export.ndjson");
        let exported = self.run(&["export", "solutions", "--output", text(&file)?]).await?;
        std::fs::remove_file(file)?;
        Ok(exported)
    }
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is text")
}
