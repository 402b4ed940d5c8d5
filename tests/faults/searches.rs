//! A few clients send expensive searches while others read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, ensure};
use tests::Random;
use tests::generated::Words;
use tests::release::Place;
use tokio::task::JoinSet;

use crate::Finding;
use crate::client::{Answer, Client, failures, percentile, start};
use crate::databases::large;

/// Clients that search.
const SEARCHERS: usize = 8;

/// Time of such a client for a search: two searches a second in all.
const SEARCH_PACE: Duration = Duration::from_secs(4);

/// Clients that read.
const READERS: usize = 4;

/// Time of such a client for a read: 80 reads a second in all.
const READ_PACE: Duration = Duration::from_millis(50);

/// Longest time of a search. Its budget is 300 ms.
const SLOWEST_SEARCH: Duration = Duration::from_secs(1);

/// A 99th percentile of reads that is good in any case.
const FAST: Duration = Duration::from_millis(20);

/// Size of a measurement.
pub(crate) struct Size {
    /// Number of generated solutions.
    entries: usize,
    /// Time of each phase.
    time: Duration,
}

/// Short form.
pub(crate) const SHORT: Size = Size { entries: 3_000, time: Duration::from_secs(10) };

/// Full form.
pub(crate) const FULL: Size = Size { entries: 100_000, time: Duration::from_mins(1) };

/// Measures reads alone, and beside expensive searches. Without the response cache.
pub(crate) async fn measure(place: &Place, Size { entries, time }: Size) -> Result<Finding> {
    let url = large(place, entries).await?;
    let (_server, client) =
        start(place, "expensive-searches", 0, &["--database-url", &url, "--cache-mib", "0"]).await?;
    let reads = Reads { client: client.clone(), entries };
    // The first page counts the entries of the directory version.
    reads.run(Duration::from_secs(2)).await?;
    let alone = reads.run(time).await?;

    let stop = Arc::new(AtomicBool::default());
    let clients: JoinSet<_> = (0..SEARCHERS).map(|number| search_until(client.clone(), number, stop.clone())).collect();
    let beside = reads.run(time).await?;
    stop.store(true, Ordering::Relaxed);
    let searches: Vec<Answer> = clients.join_all().await.into_iter().collect::<Result<Vec<_>>>()?.concat();
    ensure!(searches.len() >= SEARCHERS, "only {} searches were sent", searches.len());

    let [before, after] = [&alone, &beside].map(|answers| percentile(answers, 99));
    let [failed, failed_searches] = [&beside, &searches].map(|answers| failures(answers).len());
    let incomplete = searches.iter().filter(|answer| answer.body.pointer("/search/incomplete") == Some(&true.into()));
    let slowest = percentile(&searches, 100);
    Ok(Finding {
        measured: format!(
            "{entries} solutions: p99 of {} reads {before:.1?} alone, of {} reads {after:.1?} beside searches, {failed} failed; \
             {} searches, {} of them incomplete, slowest {slowest:.1?}, {failed_searches} failed",
            alone.len(),
            beside.len(),
            searches.len(),
            incomplete.count(),
        ),
        goal: format!("p99 at most doubles or is ≤ {FAST:?}; searches ≤ {SLOWEST_SEARCH:?}; 0 failed"),
        is_met: after <= (2 * before).max(FAST) && slowest <= SLOWEST_SEARCH && failed + failed_searches == 0,
    })
}

/// The reads of the other clients.
struct Reads {
    client: Client,
    /// Number of generated solutions.
    entries: usize,
}

impl Reads {
    /// Reads entries and pages for some time.
    async fn run(&self, time: Duration) -> Result<Vec<Answer>> {
        let mut readers = JoinSet::new();
        for reader in 0..READERS {
            let (client, entries) = (self.client.clone(), self.entries);
            readers.spawn(async move {
                let (mut answers, mut random) = (vec![], Random::of_part(1, reader));
                let mut pace = tokio::time::interval(READ_PACE);
                let end = tokio::time::Instant::now() + time;
                while pace.tick().await < end {
                    let number = random.below(entries);
                    let path = match random.below(4) {
                        0 => format!("/v1/solutions?limit={}", 1 + number % 20),
                        1 => format!("/v1/projects?limit={}", 1 + number % 20),
                        _ => format!("/v1/solutions/generated-{number:07}"),
                    };
                    answers.push(client.get(&path).await.without_body());
                }
                answers
            });
        }
        Ok(readers.join_all().await.concat())
    }
}

/// Sends expensive searches until a flag is set.
async fn search_until(client: Client, number: usize, stop: Arc<AtomicBool>) -> Result<Vec<Answer>> {
    let (words, mut random, mut answers) = (Words::read()?, Random::of_part(2, number), vec![]);
    tokio::time::sleep(SEARCH_PACE * u32::try_from(number)? / u32::try_from(SEARCHERS)?).await;
    let mut pace = tokio::time::interval(SEARCH_PACE);
    while !stop.load(Ordering::Relaxed) {
        pace.tick().await;
        let query = match random.below(3) {
            0 => (0..24).map(|_| invented(&mut random)).collect::<Vec<_>>().join("+"),
            1 => misspelt(&words.thing(&mut random), &mut random),
            _ => alternatives(&words, &mut random),
        };
        answers.push(client.get(&format!("/v1/search?q={query}")).await);
    }
    Ok(answers)
}

/// Returns up to twelve common words with `or`.
fn alternatives(words: &Words, random: &mut Random) -> String {
    let mut query = random.pick(&words.topics).to_owned();
    for _ in 1..12 {
        let word = random.pick(&words.topics);
        query = [&query, word].join("+or+");
    }
    query
}

/// Returns a word that does not exist.
fn invented(random: &mut Random) -> String {
    (0..2).map(|_| random.pick(&["bo", "ko", "mi", "ru", "ste", "ner", "lu", "tag"])).collect()
}

/// Returns the word with two letters exchanged.
fn misspelt(word: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = 1 + random.below(letters.len().saturating_sub(2));
    letters.swap(at - 1, at);
    letters.into_iter().collect()
}
