//! Two instances behind nginx are restarted in turn.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tests::Nginx;
use tests::release::{Place, Server};
use tokio::task::JoinSet;

use crate::Finding;
use crate::client::{Answer, Client, failures, free_port, restart, start};

/// Pause of a client between requests.
const PAUSE: Duration = Duration::from_millis(20);

/// Clients that read at once. Another one writes.
const READERS: usize = 8;

/// Restarts each instance this number of times, with the default settings.
pub(crate) async fn measure(place: &Place, restarts: usize) -> Result<Finding> {
    let ports = [free_port(), free_port()];
    let [one, other] = ports;
    let (first, client) = start(place, "first", one, &[]).await?;
    let (second, _) = start(place, "second", other, &[]).await?;
    let balancer = Nginx::free_address();
    let targets = ports.map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
    let _nginx = Nginx::balance(balancer, &targets);
    let client = client.at(&format!("http://{balancer}"));

    let load = Load::start(&client);
    let mut instances = [
        Instance { server: first, name: "first", port: one },
        Instance { server: second, name: "second", port: other },
    ];
    let slowest = restart_in_turn(place, &mut instances, restarts).await?;
    let answers = load.end().await?;
    let failed = failures(&answers);
    let statuses: BTreeSet<_> = failed.iter().collect();
    Ok(Finding {
        measured: format!(
            "{} of {} requests failed {statuses:?} in {} restarts; slowest end {slowest:.1?}",
            failed.len(),
            answers.len(),
            2 * restarts
        ),
        goal: "0 failed; end < 25 s".to_owned(),
        is_met: failed.is_empty() && slowest < Duration::from_secs(25),
    })
}

/// A running instance.
struct Instance {
    server: Server,
    name: &'static str,
    port: u16,
}

/// Restarts each instance a number of times. Returns the longest time that one took to end.
async fn restart_in_turn(place: &Place, instances: &mut [Instance; 2], restarts: usize) -> Result<Duration> {
    let mut slowest = Duration::ZERO;
    for _ in 0..restarts {
        for Instance { server, name, port } in instances.iter_mut() {
            let began = Instant::now();
            server.process.terminate()?;
            server.process.wait(Duration::from_mins(1)).await?;
            slowest = slowest.max(began.elapsed());
            *server = restart(place, name, *port, &[]).await?;
            // nginx tries an instance again after a second.
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }
    Ok(slowest)
}

/// Clients that read and one that writes.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    clients: JoinSet<Vec<Answer>>,
}

impl Load {
    /// Starts the clients.
    pub(crate) fn start(client: &Client) -> Self {
        let stop = Arc::new(AtomicBool::default());
        let mut clients: JoinSet<_> = (0..READERS).map(|reader| read(client.clone(), stop.clone(), reader)).collect();
        clients.spawn(write(client.clone(), stop.clone()));
        Self { stop, clients }
    }

    /// Stops the clients, and returns the responses that they received.
    pub(crate) async fn end(self) -> Result<Vec<Answer>> {
        self.stop.store(true, Ordering::Relaxed);
        let answers = self.clients.join_all().await.concat();
        ensure!(answers.len() > 100, "only {} requests were sent", answers.len());
        Ok(answers)
    }
}

async fn read(client: Client, stop: Arc<AtomicBool>, reader: usize) -> Vec<Answer> {
    let mut answers = vec![];
    while !stop.load(Ordering::Relaxed) {
        let path = format!("/v1/solutions?limit={}", 1 + (reader + answers.len()) % 100);
        answers.push(client.get(&path).await.without_body());
        tokio::time::sleep(PAUSE).await;
    }
    answers
}

async fn write(client: Client, stop: Arc<AtomicBool>) -> Vec<Answer> {
    let mut answers = vec![];
    while !stop.load(Ordering::Relaxed) {
        answers.push(client.create_theme().await.1);
        tokio::time::sleep(5 * PAUSE).await;
    }
    answers
}
