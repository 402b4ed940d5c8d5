//! Clients send the same request at once, with the same idempotency key.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::Result;
use futures_util::future::try_join_all;
use tests::release::{Place, Server};

use crate::Finding;
use crate::caller::{Caller, header, text, theme};
use crate::client::{free_port, restart, start};

/// Requests at once.
const CLIENTS: usize = 50;

/// Names of the two instances.
const NAMES: [&str; 2] = ["repeats-first", "repeats-second"];

/// Responses to requests with the same key.
#[derive(Default)]
struct Repeats {
    /// Number of responses with the created entry.
    created: usize,
    /// Number of responses that name a request in progress.
    in_progress: usize,
    /// Statuses of other responses.
    others: Vec<u16>,
    /// Number of keys with responses that differ.
    different: usize,
    /// Number of requests with another body that were not refused with 422.
    accepted: usize,
}

/// Measures repeated requests on two instances, and after both were restarted.
pub(crate) async fn measure(place: &Place, rounds: usize) -> Result<Finding> {
    let ports = [free_port(), free_port()];
    let (first, client) = start(place, NAMES[0], ports[0], &[]).await?;
    let (second, _) = start(place, NAMES[1], ports[1], &[]).await?;
    let caller = Caller::new(&first.base)?.with("authorization", &client.authorization())?;
    let callers = [caller.at(&second.base), caller];
    let (mut before, mut after) = (Repeats::default(), Repeats::default());
    let mut stored = vec![];
    for round in 0..rounds {
        stored.push(before.repeat(&callers, &key(round), CLIENTS).await?);
    }
    stop([first, second]).await?;
    let _first = restart(place, NAMES[0], ports[0], &[]).await?;
    let _second = restart(place, NAMES[1], ports[1], &[]).await?;
    let mut changed = 0;
    for (round, stored) in stored.iter().enumerate() {
        changed += usize::from(after.repeat(&callers, &key(round), 2).await? != *stored);
    }
    let rows = place.query("select count(*) from theme where slug like 'repeated-%'");
    Ok(Finding {
        measured: format!(
            "{rounds} keys, {CLIENTS} requests each: {rows} rows; {before}; after the restarts of both instances: {after}, {changed} with \
             another response than before"
        ),
        goal: "1 row for each key; responses of a key are equal, or 409 `request-in-progress`; 0 accepted".to_owned(),
        is_met: rows == rounds.to_string() && before.is_met() && after.is_met() && changed == 0,
    })
}

fn key(round: usize) -> String {
    format!("repeated-{round:04}")
}

async fn stop(servers: [Server; 2]) -> Result<()> {
    for mut server in servers {
        server.process.terminate()?;
        server.process.wait(Duration::from_mins(1)).await?;
    }
    Ok(())
}

impl Repeats {
    /// Sends a request to both instances in turn, and requests with another body. Returns the body of the response.
    async fn repeat(&mut self, callers: &[Caller; 2], key: &str, count: usize) -> Result<Vec<u8>> {
        let [one, other] = callers.each_ref().map(|caller| caller.with("idempotency-key", key));
        let (one, other, created) = (one?, other?, theme(key));
        let requests =
            (0..count).map(|number| if number % 2 == 0 { &one } else { &other }.post("/v1/themes", &created));
        let mut bodies = HashSet::new();
        for answer in try_join_all(requests).await? {
            match answer.status {
                201 => {
                    self.created += 1;
                    bodies.insert(answer.body);
                }
                409 if text(&answer, "/type") == "/problems/request-in-progress"
                    && !header(&answer, "retry-after").is_empty() =>
                {
                    self.in_progress += 1;
                }
                status => self.others.push(status),
            }
        }
        self.different += usize::from(bodies.len() != 1);
        for caller in [&one, &other] {
            let answer = caller.post("/v1/themes", &theme(&format!("{key}-another"))).await?;
            self.accepted += usize::from(answer.status != 422);
        }
        Ok(bodies.into_iter().next().unwrap_or_default())
    }

    fn is_met(&self) -> bool {
        self.others.is_empty() && self.different == 0 && self.accepted == 0
    }
}

impl std::fmt::Display for Repeats {
    fn fmt(&self, text: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Self { created, in_progress, others, different, accepted } = self;
        write!(
            text,
            "{created} × 201, {in_progress} × 409, others {others:?}, {different} keys with different responses, {accepted} requests with \
             another body accepted"
        )
    }
}
