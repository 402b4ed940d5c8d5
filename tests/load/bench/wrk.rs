//! Load from the program `wrk`.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::requests::Target;
use tests::release::{Place, Process};

/// Prints the result in one line, and requests the targets of a file one after another if there is a file.
const SCRIPT: &str = r#"
local threads = 0
function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

local requests, place = {}, 0
function init(arguments)
    if not arguments[1] then return end
    for line in io.lines(arguments[1]) do
        local parts = {}
        for part in line:gmatch("[^\t]+") do parts[#parts + 1] = part end
        local headers = {}
        for index = 2, #parts do
            local name, value = parts[index]:match("^(.-): (.*)$")
            headers[name] = value
        end
        requests[#requests + 1] = wrk.format("GET", parts[1], headers)
    end
    -- The threads begin at different places.
    place = number * math.floor(#requests / tonumber(arguments[2]))
    request = function()
        place = place % #requests + 1
        return requests[place]
    end
end

function done(summary, latency)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.timeout
    io.write(string.format("measured %d %d %d %d %d %d %d\n", summary.requests, summary.duration, summary.bytes,
        latency:percentile(50), latency:percentile(99), errors.status, failed))
end
"#;

/// Time for `wrk` to end after the measurement.
const GRACE: Duration = Duration::from_secs(30);

/// Parameters of one measurement.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    /// Number of connections.
    pub(crate) connections: u32,
    /// Duration in seconds.
    pub(crate) seconds: u64,
}

/// Result of one measurement.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measured {
    /// Completed requests.
    pub(crate) requests: f64,
    /// Requests per second.
    pub(crate) rate: f64,
    /// Median of the latency in milliseconds.
    pub(crate) median: f64,
    /// 99th percentile of the latency in milliseconds.
    pub(crate) p99: f64,
    /// Responses with an error status, and failed requests.
    pub(crate) errors: u64,
    /// Bytes received for each request, with headers.
    pub(crate) bytes: f64,
}

/// The program `wrk` with its script.
pub(crate) struct Wrk {
    script: PathBuf,
    targets: PathBuf,
    log: PathBuf,
}

impl Wrk {
    /// Writes the script into a temporary file. Fails if the program is not installed.
    pub(crate) fn new(place: &Place) -> Result<Self> {
        if Command::new("wrk").arg("--version").output().is_err() {
            bail!("the program `wrk` is not installed: apt-get install wrk");
        }
        let wrk = Self { script: place.file("wrk.lua"), targets: place.file("targets"), log: place.file("wrk.log") };
        std::fs::write(&wrk.script, SCRIPT)?;
        Ok(wrk)
    }

    /// Requests the targets one after another. A single target is requested without the cost of a script.
    pub(crate) async fn run(&self, base: &str, targets: &[Target], load: Load) -> Result<Measured> {
        let threads = load.connections.min(2).to_string();
        let first = targets.first().context("a target")?;
        let mut command = Command::new("wrk");
        command.args(["-t", &threads, "-c", &load.connections.to_string(), "--timeout", "20s"]);
        command.args(["-d", &format!("{}s", load.seconds), "-s"]).arg(&self.script);
        if targets.len() == 1 {
            for line in &first.headers {
                command.args(["-H", line]);
            }
            command.arg(format!("{base}{}", first.path));
        } else {
            let lines: Vec<_> =
                targets.iter().map(|target| format!("{}\t{}", target.path, target.headers.join("\t"))).collect();
            std::fs::write(&self.targets, lines.join("\n") + "\n")?;
            command.arg(base).arg("--").arg(&self.targets).arg(&threads);
        }
        let mut process = Process::start(&mut command, &self.log)?;
        process.wait(Duration::from_secs(load.seconds) + GRACE).await?;
        parse(&process.output()?)
    }
}

fn parse(output: &str) -> Result<Measured> {
    let line = output.lines().find_map(|line| line.strip_prefix("measured ")).context(output.to_owned())?;
    let numbers: Vec<f64> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
    let [requests, duration, bytes, median, p99, status, failed] = *numbers else { bail!("wrk printed {line}") };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let errors = (status + failed) as u64;
    Ok(Measured {
        requests,
        rate: requests * 1e6 / duration.max(1.0),
        median: median / 1e3,
        p99: p99 / 1e3,
        errors,
        bytes: bytes / requests.max(1.0),
    })
}
