//! PostgreSQL servers that tests start, with the programs in `/usr/lib/postgresql`.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// A PostgreSQL server on the loopback interface, stopped when it is dropped. The superuser is `postgres` with the password
/// `hush-hush`.
pub struct Postgres {
    folder: TempDir,
    /// Port that the server listens on.
    pub port: u16,
}

impl Postgres {
    /// Creates and starts a server that requires passwords.
    pub fn start() -> Self {
        let folder = temporary_folder();
        let password = folder.path().join("password");
        fs::write(&password, "hush-hush").expect("a file");
        let data = folder.path().join("data");
        let (data, password) = (text(&data), text(&password));
        let options = ["-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"];
        run(program("initdb").args(options).args(["-D", &data, "--pwfile", &password]));
        Self::serve(folder)
    }

    /// Creates and starts a standby of this server that serves reads.
    #[must_use]
    pub fn standby(&self) -> Self {
        let folder = temporary_folder();
        let data = text(&folder.path().join("data"));
        let from = format!("host=127.0.0.1 port={} user=postgres password=hush-hush", self.port);
        run(program("pg_basebackup").args(["-D", &data, "-d", &from, "-R", "-c", "fast", "--no-sync"]));
        Self::serve(folder)
    }

    fn serve(folder: TempDir) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let server = Self { folder, port };
        run(&mut server.start_command());
        server
    }

    fn start_command(&self) -> Command {
        let (port, folder) = (self.port, text(self.folder.path()));
        let options = format!("-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {folder}");
        let mut command = self.control();
        command.args(["-w", "-o", &options, "-l", &text(&self.log()), "start"]);
        command
    }

    /// Kills the server, as a crash does.
    pub fn kill(&self) {
        let pid = fs::read_to_string(self.folder.path().join("data/postmaster.pid")).expect("a running server");
        run(Command::new("kill").args(["-9", pid.lines().next().expect("a process ID")]));
    }

    /// Starts the server after it was killed.
    pub fn restart(&self) {
        let start = || is_successful(&mut self.start_command());
        // Sessions of the killed server may still be ending.
        let started = (0..100).any(|_| {
            start() || {
                std::thread::sleep(Duration::from_millis(100));
                false
            }
        });
        assert!(started, "the server starts again");
    }

    /// Returns the path of the log.
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Promotes a standby to primary.
    pub fn promote(&self) {
        run(self.control().args(["-w", "promote"]));
    }

    /// Executes statements in a database, each in its own transaction.
    pub fn execute(&self, database: &str, statements: &[&str]) {
        let mut psql = program("psql");
        psql.args(["-q", "-v", "ON_ERROR_STOP=1", "-d", &self.url(database)]);
        for statement in statements {
            psql.args(["-c", statement]);
        }
        run(&mut psql);
    }

    /// Returns the result of a query in a database.
    pub fn query(&self, database: &str, query: &str) -> String {
        let mut psql = program("psql");
        let output = psql.args(["-X", "-A", "-t", "-d", &self.url(database), "-c", query]).output().expect("psql");
        assert!(output.status.success(), "{query}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Starts statements in a database, in a process of its own.
    pub fn begin(&self, database: &str, statements: &str) -> Child {
        let mut psql = program("psql");
        psql.args(["-X", "-q", "-d", &self.url(database), "-c", statements]).stdout(Stdio::null());
        psql.spawn().expect("psql")
    }

    /// Returns the URL of a database for the superuser.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres:hush-hush@127.0.0.1:{}/{database}", self.port)
    }

    /// Returns a program of the newest installed version, such as `pg_dump`.
    pub fn program(name: &str) -> Command {
        program(name)
    }

    fn control(&self) -> Command {
        let mut command = program("pg_ctl");
        command.args(["-D", &text(&self.folder.path().join("data"))]);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.control().args(["-m", "immediate", "stop"]).stdout(Stdio::null()).status();
    }
}

/// Returns a program of the newest installed PostgreSQL version.
fn program(name: &str) -> Command {
    let versions = fs::read_dir("/usr/lib/postgresql").map(|folders| folders.flatten().map(|entry| entry.path()));
    let programs = versions.into_iter().flatten().map(|version| version.join("bin").join(name));
    let newest = programs.filter(|program| program.exists()).max_by_key(|program| version(program));
    unprivileged(&newest.expect("PostgreSQL in /usr/lib/postgresql: apt-get install postgresql"))
}

fn version(program: &Path) -> u32 {
    program.components().nth(4).and_then(|version| version.as_os_str().to_str()?.parse().ok()).unwrap_or_default()
}

/// Returns a command that runs as `postgres` if the current user is root, because PostgreSQL refuses to run as root.
pub(crate) fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program).current_dir("/");
    command
}

fn is_root() -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| status.contains("\nUid:\t0\t"))
}

/// Creates a temporary folder owned by the user that runs the server.
pub(crate) fn temporary_folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    if is_root() {
        run(Command::new("chown").arg("postgres").arg(folder.path()));
    }
    folder
}

pub(crate) fn run(command: &mut Command) {
    assert!(is_successful(command), "{command:?} failed");
}

fn is_successful(command: &mut Command) -> bool {
    // A started server would keep inherited streams open.
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("a program").success()
}

fn text(path: &Path) -> String {
    PathBuf::from(path).into_os_string().into_string().expect("a name that is text")
}
