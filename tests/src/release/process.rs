//! Processes that the benchmark starts. Each is ended when its value is dropped, also after an error.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// Interval at which processes and their memory are observed.
const INTERVAL: Duration = Duration::from_millis(10);

/// Time for a process to end after SIGTERM, until it is killed.
const END_TIMEOUT: Duration = Duration::from_secs(5);

/// A started process with the file that its standard error is written to.
pub struct Process {
    child: Child,
    name: String,
    log: PathBuf,
}

/// Result of a process that has ended.
pub struct Ended {
    /// Time from its start to its end.
    pub time: Duration,
    /// Largest resident memory, in kibibytes.
    pub peak: u64,
}

impl Process {
    /// Starts a process. Standard output can be read with `output`, standard error is appended to the file `log`.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let errors = OpenOptions::new().create(true).append(true).open(log)?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors);
        let child = command.spawn().with_context(|| format!("{name} cannot be started"))?;
        Ok(Self { child, name, log: log.to_owned() })
    }

    /// Returns the current value of a line in `/proc/<pid>/status`, such as `VmRSS`, in kibibytes. Returns 0 after the
    /// end of the process.
    pub fn memory(&self, line: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let value = status.lines().find_map(|status| status.strip_prefix(line)?.strip_prefix(':'));
        value.and_then(|value| value.split_whitespace().next()?.parse().ok()).unwrap_or_default()
    }

    /// Waits until the process ends. Fails after `limit`, or if the process fails.
    pub async fn wait(&mut self, limit: Duration) -> Result<Ended> {
        let (began, mut peak) = (Instant::now(), 0);
        let status = loop {
            peak = self.memory("VmHWM").max(peak);
            if let Some(status) = self.child.try_wait()? {
                break status;
            }
            if began.elapsed() > limit {
                bail!("{} did not end within {} seconds", self.name, limit.as_secs());
            }
            tokio::time::sleep(INTERVAL).await;
        };
        self.require_success(status)?;
        Ok(Ended { time: began.elapsed(), peak })
    }

    /// Waits until the log contains a text, and returns the word that follows it. Fails after `limit`, or if the
    /// process ends.
    pub async fn wait_for(&mut self, text: &str, limit: Duration) -> Result<String> {
        let began = Instant::now();
        while began.elapsed() < limit {
            let log = self.log_text();
            // The line may still be incomplete.
            if let Some((_, rest)) = log.split_once(text).filter(|(_, rest)| rest.contains('\n')) {
                return Ok(rest.split([',', ' ', '\n']).next().unwrap_or_default().to_owned());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended with {status}:\n{log}", self.name);
            }
            tokio::time::sleep(INTERVAL).await;
        }
        bail!("{} does not write `{text}`:\n{}", self.name, self.log_text())
    }

    /// Makes `VmHWM` the current resident memory.
    pub fn reset_peak(&self) -> Result<()> {
        Ok(std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5")?)
    }

    /// Returns the number of open file descriptors.
    pub fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).map_or(0, Iterator::count)
    }

    /// Returns the number of lines in the log that contain a text.
    pub fn log_lines_with(&self, text: &str) -> usize {
        self.log_lines().iter().filter(|line| line.contains(text)).count()
    }

    /// Returns the number of lines in the log that do not contain a text.
    pub fn log_lines_without(&self, text: &str) -> usize {
        self.log_lines().iter().filter(|line| !line.contains(text)).count()
    }

    fn log_lines(&self) -> Vec<String> {
        std::fs::read_to_string(&self.log).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// Kills the process, and waits for its end.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) -> Result<()> {
        let sent = Command::new("kill").arg(self.child.id().to_string()).status()?;
        ensure!(sent.success(), "{} has ended", self.name);
        Ok(())
    }

    /// Empties the log, so that it does not fill the disk.
    pub fn empty_log(&self) -> Result<()> {
        Ok(OpenOptions::new().write(true).open(&self.log)?.set_len(0)?)
    }

    /// Returns the standard output of a process that has ended.
    pub fn output(&mut self) -> Result<String> {
        let mut text = String::new();
        if let Some(mut output) = self.child.stdout.take() {
            output.read_to_string(&mut text)?;
        }
        Ok(text)
    }

    fn require_success(&self, status: ExitStatus) -> Result<()> {
        if !status.success() {
            bail!("{} ended with {status}:\n{}", self.name, self.log_text());
        }
        Ok(())
    }

    /// Returns the beginning of the log.
    fn log_text(&self) -> String {
        let mut bytes = vec![];
        if let Ok(log) = File::open(&self.log) {
            let _ = log.take(1 << 16).read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Ok(Some(_)) = self.child.try_wait() {
            return;
        }
        let id = self.child.id().to_string();
        let _ = Command::new("kill").arg(id).stderr(Stdio::null()).status();
        let began = Instant::now();
        while began.elapsed() < END_TIMEOUT {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            std::thread::sleep(INTERVAL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
