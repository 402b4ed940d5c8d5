//! The throw-away database, filled by the programs that operators use.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::process::{Ended, Process};
use crate::Postgres;

const DATABASE: &str = "reads";

/// Time limit of a command of `transferatlas`. An import of a million entries takes long.
const COMMAND_LIMIT: Duration = Duration::from_hours(3);

/// A PostgreSQL server with the directory, the program `transferatlas`, and a temporary folder.
#[derive(Clone)]
pub struct Place {
    server: Arc<Postgres>,
    folder: Arc<TempDir>,
    program: PathBuf,
}

impl Place {
    /// Starts an empty server for a program.
    pub fn start(program: PathBuf) -> Result<Self> {
        let (folder, server) = (tempfile::tempdir()?, Postgres::start());
        server.execute("postgres", &[&format!("create database {DATABASE}")]);
        Ok(Self { server: server.into(), folder: folder.into(), program })
    }

    /// Returns the place with another release of the program.
    #[must_use]
    pub fn with_program(&self, program: PathBuf) -> Self {
        Self { program, ..self.clone() }
    }

    /// Returns the URL of the database.
    pub fn url(&self) -> String {
        self.server.url(DATABASE)
    }

    /// Returns the URL of the database through a proxy.
    pub fn url_at(&self, proxy: SocketAddr) -> String {
        self.url().replace(&self.address(), &proxy.to_string())
    }

    /// Returns the address of the server.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.server.port)
    }

    /// Returns the server.
    pub fn server(&self) -> &Postgres {
        &self.server
    }

    /// Returns the result of a query in the database.
    pub fn query(&self, query: &str) -> String {
        self.server.query(DATABASE, query)
    }

    /// Starts statements in the database. The process has to be waited for.
    pub fn begin(&self, statements: &str) -> Child {
        self.server.begin(DATABASE, statements)
    }

    /// Returns the path of a temporary file.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns a command of `transferatlas` with no other settings than the database.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.env_clear().env("DATABASE_URL", self.url()).current_dir(self.folder.path()).args(arguments);
        command
    }

    /// Runs a command of `transferatlas` to its end.
    pub async fn run(&self, arguments: &[&str]) -> Result<Ended> {
        Process::start(&mut self.command(arguments), &self.file("command.log"))?.wait(COMMAND_LIMIT).await
    }

    /// Runs a command of `transferatlas` to its end, and returns its standard output.
    pub async fn output(&self, arguments: &[&str]) -> Result<String> {
        let mut process = Process::start(&mut self.command(arguments), &self.file("command.log"))?;
        process.wait(COMMAND_LIMIT).await?;
        process.output()
    }

    /// Loads the content of the release.
    pub async fn fill(&self) -> Result<()> {
        self.run(&["migrate"]).await?;
        self.run(&["seed"]).await?;
        self.prepare().await
    }

    /// Imports a file into the filled database, and returns the result of the import.
    pub async fn import(&self, file: &Path) -> Result<Ended> {
        let imported = self.run(&["import", text(file)?]).await?;
        self.prepare().await?;
        Ok(imported)
    }

    /// Builds the representations, as the service does in the background, and updates the statistics of the planner.
    async fn prepare(&self) -> Result<()> {
        self.run(&["check", "--repair"]).await?;
        self.server.execute(DATABASE, &["analyze"]);
        Ok(())
    }

    /// Makes the server log how it executes each statement.
    pub fn log_plans(&self) {
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
    pub fn server_log(&self) -> Result<String> {
        std::fs::read_to_string(self.server.log()).context("the log of the server cannot be read")
    }

    /// Exports all solutions as NDJSON, and returns the result of the command.
    pub async fn export(&self) -> Result<Ended> {
        let file = self.file("export.ndjson");
        let exported = self.run(&["export", "solutions", "--output", text(&file)?]).await?;
        std::fs::remove_file(file)?;
        Ok(exported)
    }
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is text")
}
