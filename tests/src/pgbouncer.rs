//! PgBouncer between the service and the PostgreSQL server.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use url::Url;

use crate::TestDatabase;
use crate::postgres::{temporary_folder, unprivileged};

/// Pooling mode of PgBouncer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// A client keeps its server session until it disconnects.
    Session,
    /// A client has a server session only during a transaction.
    Transaction,
}

/// A running `pgbouncer` process, ended when it is dropped.
pub struct PgBouncer {
    /// Address that PgBouncer listens on.
    pub address: SocketAddr,
    process: Child,
    _folder: TempDir,
}

impl PgBouncer {
    /// Starts PgBouncer in front of the server of a database, with at most `sessions` server sessions per database.
    pub fn start(database: &TestDatabase, pooling: Pooling, sessions: u32) -> Self {
        let url = database.settings().database_url.expect("a database on a server").0;
        let url = Url::parse(&url).expect("an address");
        let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
        let (host, port) = (url.host_str().unwrap_or("127.0.0.1"), url.port().unwrap_or(5432));
        let password = url.password().map(|password| format!("password={password}")).unwrap_or_default();
        let mode = if pooling == Pooling::Session { "session" } else { "transaction" };
        let settings = format!(
            "[databases]\n* = host={host} port={port} user={} {password}\n\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = {mode}\ndefault_pool_size = {sessions}\nmax_client_conn = 200\n",
            url.username(),
            address.port()
        );
        let folder = temporary_folder();
        let file = folder.path().join("pgbouncer.ini");
        fs::write(&file, settings).expect("a file");
        let process = unprivileged(&program()).arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let bouncer = Self { address, process: process.expect("pgbouncer"), _folder: folder };
        for _ in 0..100 {
            if TcpStream::connect(address).is_ok() {
                return bouncer;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("pgbouncer does not listen")
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn program() -> std::path::PathBuf {
    let places = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"].map(Path::new);
    let program = places.iter().find(|place| place.exists());
    program.expect("pgbouncer, which the tests on a server need: apt-get install pgbouncer").to_path_buf()
}
