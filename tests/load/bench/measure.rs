//! The measurements: the service and its references in turn, in several rounds.

use anyhow::{Result, ensure};

use crate::arguments::CacheState;
use crate::reference::{Reference, fixed_path};
use crate::report::{Compared, Line};
use crate::requests::{Request, Target};
use crate::wrk::{Load, Measured, Wrk};
use tests::release::Server;

/// Bytes that the headers of a response can have.
const HEADERS: usize = 4096;

/// The servers and settings of the measurements.
pub(crate) struct Bench<'a> {
    /// The service.
    pub(crate) service: &'a Server,
    /// The references.
    pub(crate) references: &'a Server,
    /// State of the response cache of the service.
    pub(crate) state: CacheState,
    /// The load program.
    pub(crate) wrk: &'a Wrk,
    /// Number of rounds.
    pub(crate) rounds: u32,
    /// Duration of each measurement in seconds.
    pub(crate) seconds: u64,
    /// Numbers of connections.
    pub(crate) connections: &'a [u32],
}

/// A measured request, prepared for one state of the cache.
struct Prepared<'a> {
    request: &'a Request,
    number: usize,
    targets: &'a [Target],
    /// Smallest body in bytes.
    smallest: usize,
    /// Largest body in bytes.
    largest: usize,
    references: &'a [Reference],
}

impl Bench<'_> {
    /// Measures a request at each number of connections.
    pub(crate) async fn measure(&self, number: usize, request: &Request) -> Result<Vec<Line>> {
        let prepared = self.prepare(number, request).await?;
        // Unmeasured, so that connections, plans and responses are there.
        self.wrk.run(&self.service.base, prepared.targets, Load { connections: 1, seconds: 1 }).await?;
        let mut lines = vec![];
        for connections in self.connections {
            let load = Load { connections: *connections, seconds: self.seconds };
            lines.extend(self.measure_at(&prepared, load).await?);
        }
        Ok(lines)
    }

    /// Verifies each URL once.
    async fn prepare<'a>(&self, number: usize, request: &'a Request) -> Result<Prepared<'a>> {
        let (targets, references): (&[Target], &[Reference]) = match self.state {
            CacheState::Warm => {
                (request.targets.get(..1).unwrap_or_default(), &[Reference::SameHeaders, Reference::Ceiling])
            }
            CacheState::Cold if request.has_sql => (&request.targets, &[Reference::Sql]),
            CacheState::Cold => (&request.targets, &[]),
        };
        let (mut smallest, mut largest) = (usize::MAX, 0);
        for target in targets {
            let response = self.service.get(&target.path, &target.headers).await?;
            ensure!(response.status == request.status, "{}: {}", target.path, response.status);
            smallest = smallest.min(response.body.len());
            largest = largest.max(response.body.len());
        }
        Ok(Prepared { request, number, targets, smallest, largest, references })
    }

    async fn measure_at(&self, prepared: &Prepared<'_>, load: Load) -> Result<Vec<Line>> {
        let mut service = vec![];
        let mut others: Vec<Vec<Measured>> = prepared.references.iter().map(|_| vec![]).collect();
        for _ in 0..self.rounds {
            service.push(self.run(self.service, prepared, prepared.targets, load).await?);
            for (reference, measured) in prepared.references.iter().zip(&mut others) {
                let fixed = fixed_targets(*reference, prepared);
                measured.push(self.run(self.references, prepared, &fixed, load).await?);
            }
        }
        let service = median(&service);
        let line = |reference| Line {
            request: prepared.request.name,
            state: self.state,
            connections: load.connections,
            service,
            reference,
        };
        if others.is_empty() {
            return Ok(vec![line(None)]);
        }
        let named = prepared.references.iter().zip(&others);
        Ok(named
            .map(|(reference, measured)| line(Some(Compared { name: reference.name(), measured: median(measured) })))
            .collect())
    }

    async fn run(&self, server: &Server, prepared: &Prepared<'_>, targets: &[Target], load: Load) -> Result<Measured> {
        let mut measured = self.wrk.run(&server.base, targets, load).await?;
        server.process.empty_log()?;
        // A response of another length is not the one that was verified. wrk also counts unfinished responses.
        let least = as_number(prepared.smallest);
        let most =
            as_number(prepared.largest + HEADERS) * (1.0 + f64::from(load.connections) / measured.requests.max(1.0));
        if measured.requests > 0.0 && !(least..=most).contains(&measured.bytes) {
            measured.errors += 1;
        }
        Ok(measured)
    }
}

/// Returns the URLs of a reference.
fn fixed_targets(reference: Reference, prepared: &Prepared<'_>) -> Vec<Target> {
    match reference {
        Reference::Sql => prepared.targets.to_vec(),
        Reference::SameHeaders | Reference::Ceiling => vec![Target::from(fixed_path(reference, prepared.number))],
    }
}

/// Returns the medians of several rounds, with the sum of their errors.
fn median(rounds: &[Measured]) -> Measured {
    let middle = |value: fn(&Measured) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    Measured {
        requests: middle(|round| round.requests),
        rate: middle(|round| round.rate),
        median: middle(|round| round.median),
        p99: middle(|round| round.p99),
        errors: rounds.iter().map(|round| round.errors).sum(),
        bytes: middle(|round| round.bytes),
    }
}

#[expect(clippy::cast_precision_loss, reason = "the length of a response is small")]
fn as_number(bytes: usize) -> f64 {
    bytes as f64
}
