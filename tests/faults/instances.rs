//! Two instances are read after writes.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures_util::future::try_join_all;
use serde_json::json;
use tests::release::{Place, Response};

use crate::Finding;
use crate::caller::{Caller, header, text, theme};
use crate::client::start;

/// Longest time until an instance shows a write of another one.
const LIMIT: Duration = Duration::from_secs(2);

/// The entry that the writes change.
const ENTRY: &str = "/v1/themes/changing";

/// Paths whose responses the entity tags name.
const PATHS: [&str; 5] =
    [ENTRY, "/v1/themes?limit=100", "/v1/themes.ndjson", "/v1/statistics", "/v1/changes?limit=1000"];

/// Setting of both instances, because responses contain URLs.
const SETTINGS: [&str; 2] = ["--public-url", "https://directory.example"];

/// Pause of a client between requests.
const PAUSE: Duration = Duration::from_millis(5);

/// A path, an entity tag and a digest of the body.
type Tagged = (&'static str, String, u64);

/// Times until the other instance showed the writes.
#[derive(Default)]
struct Delays {
    /// Number of writes that the first read with the same token showed.
    at_once: usize,
    own: Duration,
    others: Duration,
}

/// Measures when writes on one instance are visible on the other, and whether an entity tag names different bodies.
pub(crate) async fn measure(place: &Place, rounds: usize) -> Result<Finding> {
    let (first, client) = start(place, "instances-first", 0, &SETTINGS).await?;
    let (second, _) = start(place, "instances-second", 0, &SETTINGS).await?;
    let readers = [Caller::new(&first.base)?, Caller::new(&second.base)?];
    let [one, other] = readers.clone().map(|reader| reader.with("authorization", &client.authorization()));
    let writers = [one?.with("if-match", "*")?, other?.with("if-match", "*")?];
    ensure!(writers[0].post("/v1/themes", &theme("changing")).await?.status == 201, "the entry cannot be created");
    for reader in &readers {
        until_shown(reader, "Thema changing").await?;
    }

    let stop = Arc::new(AtomicBool::default());
    let reading = readers.each_ref().map(|reader| tokio::spawn(read_tags(reader.clone(), stop.clone())));
    let mut delays = Delays::default();
    for round in 0..rounds {
        let (here, there) = (round % 2, 1 - round % 2);
        let (Some(writer), Some(own), Some(reader)) = (writers.get(here), writers.get(there), readers.get(there))
        else {
            continue;
        };
        delays.add(writer, own, reader, &format!("Titel {round}")).await?;
    }
    stop.store(true, Ordering::Relaxed);
    let mut tagged = vec![];
    for reading in try_join_all(reading).await? {
        tagged.extend(reading?);
    }
    Ok(delays.finding(rounds, &Tags::of(&tagged)))
}

impl Delays {
    /// Changes the entry on one instance, and reads it on the other.
    async fn add(&mut self, writer: &Caller, own: &Caller, reader: &Caller, title: &str) -> Result<()> {
        let changed = writer.patch(ENTRY, &json!({ "title": { "de": title } })).await?;
        ensure!(changed.status == 200, "a write is {}", changed.status);
        let began = Instant::now();
        let own = async {
            let is_at_once = is_shown(&own.get(ENTRY).await?, title);
            until_shown(own, title).await?;
            anyhow::Ok((is_at_once, began.elapsed()))
        };
        let others = async {
            until_shown(reader, title).await?;
            anyhow::Ok(began.elapsed())
        };
        let ((is_at_once, own), others) = tokio::try_join!(own, others)?;
        self.at_once += usize::from(is_at_once);
        (self.own, self.others) = (self.own.max(own), self.others.max(others));
        Ok(())
    }

    fn finding(&self, rounds: usize, tags: &Tags) -> Finding {
        let Self { at_once, own, others } = *self;
        let Tags { responses, different, ambiguous } = tags;
        Finding {
            measured: format!(
                "{rounds} writes: the first read on the other instance with the same token shows {at_once}, each read does after \
                 {own:.1?} at most, without a token after {others:.1?}; {different} strong entity tags in {responses} responses, of {ambiguous:?} \
                 with different bodies"
            ),
            goal: format!("with the same token at once, others < {LIMIT:?}; 0 with different bodies"),
            is_met: at_once == rounds && own < LIMIT && others < LIMIT && ambiguous.is_empty() && *different > rounds,
        }
    }
}

fn is_shown(response: &Response, title: &str) -> bool {
    text(response, "/title/de") == title
}

/// Reads the entry until it has a title.
async fn until_shown(reader: &Caller, title: &str) -> Result<()> {
    let began = Instant::now();
    while !is_shown(&reader.get(ENTRY).await?, title) {
        ensure!(began.elapsed() < 10 * LIMIT, "a write is not visible after {:?}", 10 * LIMIT);
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// Reads the paths until a flag is set.
async fn read_tags(reader: Caller, stop: Arc<AtomicBool>) -> Result<Vec<Tagged>> {
    let mut tagged = vec![];
    for path in PATHS.into_iter().cycle() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let response = reader.get(path).await?;
        ensure!(response.status == 200, "{path} is {}", response.status);
        let mut digest = DefaultHasher::new();
        response.body.hash(&mut digest);
        tagged.push((path, header(&response, "etag").to_owned(), digest.finish()));
        tokio::time::sleep(PAUSE).await;
    }
    Ok(tagged)
}

/// Strong entity tags of responses.
struct Tags {
    responses: usize,
    different: usize,
    /// Paths of which an entity tag names several bodies.
    ambiguous: BTreeSet<&'static str>,
}

impl Tags {
    fn of(tagged: &[Tagged]) -> Self {
        let mut bodies: HashMap<(&'static str, &str), Vec<u64>> = HashMap::new();
        for (path, etag, digest) in tagged.iter().filter(|(_, etag, _)| etag.starts_with('"')) {
            let digests = bodies.entry((path, etag)).or_default();
            if !digests.contains(digest) {
                digests.push(*digest);
            }
        }
        let ambiguous = bodies.iter().filter(|(_, digests)| digests.len() > 1).map(|((path, _), _)| *path).collect();
        Self { responses: tagged.len(), different: bodies.len(), ambiguous }
    }
}
