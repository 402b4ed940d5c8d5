//! The program as a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_transferatlas");

/// The program, serving a data folder on a free port.
pub(crate) struct Serving {
    pub process: Child,
    pub address: String,
}

impl Serving {
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    pub(crate) fn start_with(data: &Path, arguments: &[&str]) -> Self {
        let mut process = command(data).args(["--port", "0"]).args(arguments).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("serving the directory") {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "the program ended");
        }
        let address = line.split("http://").nth(1).unwrap().split(',').next().unwrap().to_owned();
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Self { process, address }
    }

    pub(crate) fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).unwrap()
    }

    /// Creates a theme; tells the head of the answer, if there was one.
    pub(crate) fn create(&self, token: &str, slug: &str) -> Option<String> {
        let body = format!("{{\"slug\": \"{slug}\", \"label\": {{\"de\": \"{slug}\"}}}}");
        let request = format!(
            "POST /v1/themes HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        self.ask(&request).ok()
    }

    fn ask(&self, request: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    pub(crate) fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.process.id().to_string()]).status().unwrap().success());
    }

    /// How the program ended.
    pub(crate) fn end(mut self, signal: &str) -> Option<i32> {
        self.signal(signal);
        self.process.wait().unwrap().code()
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

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}
