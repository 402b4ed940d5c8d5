//! The program as a separate process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::copies::copy;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_transferatlas");

/// Time limit for the start, a response and the end of the program. The first start fills the directory, which takes a minute
/// on a slow computer that runs other tests.
const LIMIT: Duration = Duration::from_mins(4);

/// The running program, which serves a data folder on a free port.
pub(crate) struct Serving {
    pub process: Child,
    pub address: String,
    /// Log output so far.
    log: Arc<Mutex<String>>,
}

impl Serving {
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    pub(crate) fn start_with(data: &Path, arguments: &[&str]) -> Self {
        let mut process = command(data).args(["--port", "0"]).args(arguments).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let log = Arc::new(Mutex::new(String::new()));
        let (log_copy, (send, address)) = (log.clone(), mpsc::channel());
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some((_, address)) =
                    line.split_once("http://").filter(|_| line.contains("serving the directory"))
                {
                    send.send(address.split(',').next().unwrap().to_owned()).unwrap();
                }
                log_copy.lock().unwrap().extend([&line, "\n"]);
            }
        });
        let Ok(address) = address.recv_timeout(LIMIT) else {
            let _ = process.kill();
            panic!("the program did not serve within {LIMIT:?}; it logged:\n{}", log.lock().unwrap());
        };
        Self { process, address, log }
    }

    pub(crate) fn get(&self, path: &str) -> String {
        self.exchange(&format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).unwrap()
    }

    /// Creates a theme and returns the response, if there is one.
    pub(crate) fn create(&self, token: &str, slug: &str) -> Option<String> {
        let body = format!("{{\"slug\": \"{slug}\", \"title\": {{\"de\": \"{slug}\"}}}}");
        let request = format!(
            "POST /v1/themes HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        self.exchange(&request).ok()
    }

    fn exchange(&self, request: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(LIMIT))?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// Returns the log output so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.process.id().to_string()]).status().unwrap().success());
    }

    /// Sends a signal, waits for the end of the program and returns its exit code. Prints the log if the code is not 0.
    pub(crate) fn end(mut self, signal: &str) -> Option<i32> {
        self.signal(signal);
        let limit = Instant::now() + LIMIT;
        let status = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            if Instant::now() > limit {
                let _ = self.process.kill();
                panic!("the program did not end within {LIMIT:?}; it logged:\n{}", self.log.lock().unwrap());
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        if !status.success() {
            eprintln!("the program ended with {status}; it logged:\n{}", self.log.lock().unwrap());
        }
        status.code()
    }
}

pub(crate) fn command(data: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.env_clear().arg("--data-dir").arg(data).stdin(Stdio::null());
    command
}

pub(crate) fn run(data: &Path, arguments: &[&str]) -> Output {
    command(data).args(arguments).output().unwrap()
}

pub(crate) fn stderr_text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Returns a copy of the data folder after a first start, which takes seconds and happens once.
pub(crate) fn filled_folder() -> TempDir {
    static FIRST: OnceLock<TempDir> = OnceLock::new();
    let first = FIRST.get_or_init(|| {
        let first = folder();
        assert_eq!(Serving::start(first.path()).end("-TERM"), Some(0));
        first
    });
    let copied = folder();
    copy(first.path(), copied.path());
    copied
}

/// Ends the program also when a test fails.
impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
