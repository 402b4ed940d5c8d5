//! Processes that are killed, and connections that are reset, during writes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, ensure};
use rustix::net::sockopt::set_socket_linger;
use tests::release::Place;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::Finding;
use crate::client::{Client, address, free_port, restart, start, until_success};

/// Clients that write at once.
const WRITERS: usize = 4;

/// Time limit of a start.
const LIMIT: Duration = Duration::from_mins(1);

/// The themes whose creation was acknowledged.
type Ledger = Arc<Mutex<Vec<String>>>;

/// Kills the service during writes.
pub(crate) async fn service(place: &Place, kills: usize) -> Result<Finding> {
    let port = free_port();
    let (mut server, client) = start(place, "killed-service", port, &[]).await?;
    let (ledger, writers) = write(&client);
    let mut slowest = Duration::ZERO;
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        server.process.kill()?;
        drop(server);
        let began = std::time::Instant::now();
        server = restart(place, "killed-service", port, &[]).await?;
        slowest = slowest.max(began.elapsed());
    }
    finish(&client, ledger, writers, Recovery { kills, of: "the service", slowest, goal: Duration::from_secs(2) }).await
}

/// Kills the database during writes.
pub(crate) async fn database(place: &Place, kills: usize) -> Result<Finding> {
    let (_server, client) = start(place, "killed-database", 0, &[]).await?;
    let (ledger, writers) = write(&client);
    let mut slowest = Duration::ZERO;
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_secs(2)).await;
        place.server().kill();
        place.server().restart();
        slowest = slowest.max(until_success("a write", LIMIT, async || client.change_theme().await).await?);
    }
    finish(&client, ledger, writers, Recovery { kills, of: "the database", slowest, goal: Duration::from_secs(2) })
        .await
}

/// Sends complete writes and resets the connections at different moments, and then writes whose responses are read.
pub(crate) async fn resets(place: &Place, count: usize) -> Result<Finding> {
    let (server, client) = start(place, "resets", 0, &[]).await?;
    for number in 0..count {
        let body = format!(r#"{{"slug":"reset-{number}","title":{{"de":"Thema"}}}}"#);
        let head = format!(
            "POST /v1/themes HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            client.authorization(),
            body.len()
        );
        let mut stream = TcpStream::connect(address(&server)).await?;
        stream.write_all(format!("{head}{body}").as_bytes()).await?;
        tokio::time::sleep(Duration::from_micros(u64::try_from(number % 40)? * 250)).await;
        // The connection is closed with a reset.
        set_socket_linger(&stream, Some(Duration::ZERO))?;
    }
    let mut created = vec![];
    for _ in 0..count / 4 {
        let (slug, answer) = client.create_theme().await;
        ensure!(answer.status == 201, "a write after the resets is {}", answer.status);
        created.push(slug);
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    let left_open = place.query("select count(*) from pg_stat_activity where state like 'idle in transaction%'");
    let lost = missing(&client, &created).await;
    Ok(Finding {
        measured: format!(
            "{count} resets; {lost} of {} acknowledged writes lost; {left_open} sessions idle in a transaction after 5 s",
            created.len()
        ),
        goal: "0 lost, 0 sessions".to_owned(),
        is_met: lost == 0 && left_open == "0",
    })
}

/// Starts clients that create themes until their tasks are aborted.
fn write(client: &Client) -> (Ledger, Vec<JoinHandle<()>>) {
    let ledger = Ledger::default();
    let writers = (0..WRITERS).map(|_| {
        let (client, ledger) = (client.clone(), ledger.clone());
        tokio::spawn(async move {
            loop {
                let (slug, answer) = client.create_theme().await;
                if answer.status == 201 {
                    ledger.lock().unwrap_or_else(PoisonError::into_inner).push(slug);
                } else {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        })
    });
    let writers = writers.collect();
    (ledger, writers)
}

/// Kills of a process, and the slowest recovery.
struct Recovery {
    kills: usize,
    of: &'static str,
    slowest: Duration,
    goal: Duration,
}

async fn finish(client: &Client, ledger: Ledger, writers: Vec<JoinHandle<()>>, recovery: Recovery) -> Result<Finding> {
    tokio::time::sleep(Duration::from_secs(1)).await;
    writers.iter().for_each(JoinHandle::abort);
    let acknowledged = ledger.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let lost = missing(client, &acknowledged).await;
    let Recovery { kills, of, slowest, goal } = recovery;
    Ok(Finding {
        measured: format!(
            "{kills} kills of {of}; {lost} of {} acknowledged writes lost; slowest recovery {slowest:.1?}",
            acknowledged.len()
        ),
        goal: format!("0 lost; recovery < {goal:?}"),
        is_met: lost == 0 && slowest < goal && acknowledged.len() > 10 * kills,
    })
}

/// Returns how many of the themes are missing.
async fn missing(client: &Client, slugs: &[String]) -> usize {
    let mut missing = 0;
    for slug in slugs {
        let answer = client.get(&format!("/v1/themes/{slug}")).await;
        missing += usize::from(!answer.is_success());
    }
    missing
}
