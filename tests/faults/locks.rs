//! A table of one resource is locked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, ensure};
use futures_util::future::join_all;
use tests::release::Place;

use crate::Finding;
use crate::client::{Answer, Client, percentile, start};

/// Time for which the table is locked.
const LOCK: Duration = Duration::from_secs(12);

/// Measures requests that need the locked table, and others.
pub(crate) async fn measure(place: &Place) -> Result<Finding> {
    let (_server, client) = start(place, "locks", 0, &["--cache-mib", "0"]).await?;
    let lock =
        format!("begin; lock table course in access exclusive mode; select pg_sleep({}); commit", LOCK.as_secs());
    let mut locking = place.begin(&lock);
    tokio::time::sleep(Duration::from_millis(500)).await;

    let is_done = AtomicBool::default();
    let others = async {
        let answers = tokio::join!(read_others(&client), write_others(&client));
        is_done.store(true, Ordering::Relaxed);
        answers
    };
    let (needing, (others, writes)) = tokio::join!(join_all((0..20).map(|_| read_locked(&client, &is_done))), others);
    let needing = needing.concat();
    ensure!(locking.wait()?.success(), "the table could not be locked");

    let slowest = [percentile(&needing, 100), percentile(&others, 100), percentile(&writes, 100)];
    let [failed_needing, failed_reads, failed_writes] = [&needing, &others, &writes].map(|answers| failed(answers));
    Ok(Finding {
        measured: format!(
            "{failed_needing} of {} reads of the locked table failed, after {:.1?} at most; of others, {failed_reads} of {} failed \
             ({:.1?}), and {failed_writes} of {} writes ({:.1?})",
            needing.len(),
            slowest[0],
            others.len(),
            slowest[1],
            writes.len(),
            slowest[2],
        ),
        goal: "reads of the table < 5 s; 0 others failed, reads < 500 ms, writes < 3 s".to_owned(),
        is_met: failed_reads + failed_writes == 0
            && slowest[0] < Duration::from_secs(5)
            && slowest[1] < Duration::from_millis(500)
            && slowest[2] < Duration::from_secs(3),
    })
}

/// Reads the locked table again and again.
async fn read_locked(client: &Client, is_done: &AtomicBool) -> Vec<Answer> {
    let mut answers = vec![];
    while !is_done.load(Ordering::Relaxed) {
        answers.push(client.get("/v1/courses?limit=2").await);
    }
    answers
}

async fn read_others(client: &Client) -> Vec<Answer> {
    let mut answers = vec![];
    for number in 0..100 {
        for path in [&format!("/v1/projects?limit={}", 1 + number), "/v1/themes/mobility", "/nowhere"] {
            answers.push(client.get(path).await);
        }
    }
    answers
}

async fn write_others(client: &Client) -> Vec<Answer> {
    let mut answers = vec![];
    for _ in 0..10 {
        answers.push(client.create_theme().await.1);
    }
    answers
}

fn failed(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.status >= 500 || answer.status == 0).count()
}
