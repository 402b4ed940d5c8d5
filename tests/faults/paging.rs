//! A list is read page by page during writes.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::release::Place;

use crate::Finding;
use crate::caller::{Caller, header};
use crate::databases::{large, solution, start_on};

/// Clients that write at once.
const WRITERS: usize = 8;

/// Time of a writer for a write: 100 writes a second in all.
const PACE: Duration = Duration::from_millis(80);

/// Sort orders. No write changes the place of an entry in them.
const ORDERS: [&str; 4] = ["", "&sort=title", "&sort=-title", "&sort=created_at"];

/// Sizes of a measurement.
pub(crate) struct Size {
    /// Number of generated entries.
    pub(crate) entries: usize,
    /// Number of entries of a page.
    pub(crate) page: usize,
    /// Number of times that all pages are read.
    pub(crate) walks: usize,
}

/// Short form.
pub(crate) const SHORT: Size = Size { entries: 3_000, page: 20, walks: 3 };

/// Full form.
pub(crate) const FULL: Size = Size { entries: 100_000, page: 100, walks: 20 };

/// Measures duplicate and missing entries.
pub(crate) async fn measure(place: &Place, Size { entries, page, walks }: Size) -> Result<Finding> {
    let url = large(place, entries).await?;
    let (_server, caller) = start_on(place, "paging", &url).await?;
    let present: HashSet<_> = walk(&caller, &format!("limit={page}")).await?.into_iter().collect();
    ensure!(present.len() > entries, "the list has only {} entries", present.len());

    let (stop, written) = (Arc::new(AtomicBool::default()), Arc::new(AtomicUsize::default()));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let writer = Writer { caller: caller.clone(), number: writer, entries, written: written.clone() };
            tokio::spawn(writer.write_until(stop.clone()))
        })
        .collect();
    let (began, mut duplicates, mut missing) = (Instant::now(), 0, 0);
    for number in 0..walks {
        let order = ORDERS.get(number % ORDERS.len()).copied().unwrap_or_default();
        let read = walk(&caller, &format!("limit={page}{order}")).await?;
        let different: HashSet<_> = read.iter().cloned().collect();
        duplicates += read.len() - different.len();
        missing += present.difference(&different).count();
    }
    let seconds = began.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await??;
    }
    let written = written.load(Ordering::Relaxed);
    Ok(Finding {
        measured: format!(
            "{walks} times all pages of {} entries, {page} each, with {:.0} writes/s: {duplicates} duplicate, {missing} missing",
            present.len(),
            f64::from(u32::try_from(written)?) / seconds,
        ),
        goal: "0 duplicate, 0 missing of the entries that were there throughout".to_owned(),
        is_met: duplicates + missing == 0 && written > walks,
    })
}

/// Follows the links to next pages, and returns the slugs of all entries.
async fn walk(caller: &Caller, query: &str) -> Result<Vec<String>> {
    let (mut slugs, mut next) = (vec![], Some(format!("/v1/solutions?fields=slug&{query}")));
    while let Some(path) = next {
        let page = caller.get(&path).await?;
        ensure!(page.status == 200, "{path} is {}", page.status);
        let body: Value = serde_json::from_slice(&page.body)?;
        let items = body.get("items").and_then(Value::as_array).context("items")?;
        slugs.extend(items.iter().filter_map(|item| Some(item.get("slug")?.as_str()?.to_owned())));
        let mut links = header(&page, "link").split(", <");
        let link = links.find_map(|link| link.trim_start_matches('<').split_once(">; rel=\"next\""));
        next = link.map(|(path, _)| path.to_owned());
    }
    Ok(slugs)
}

/// A client that writes.
struct Writer {
    caller: Caller,
    number: usize,
    /// Number of generated entries.
    entries: usize,
    written: Arc<AtomicUsize>,
}

impl Writer {
    /// Creates and deletes entries at different places of the list, and changes others, until a flag is set.
    async fn write_until(self, stop: Arc<AtomicBool>) -> Result<()> {
        let caller = self.caller.with("if-match", "*")?;
        let mut pace = tokio::time::interval(PACE);
        pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        for round in 0.. {
            let entry = (self.number + WRITERS * round) * 7919 % self.entries;
            let path = format!("/v1/solutions/created-{entry:07}");
            let summary = json!({ "summary": { "de": format!("Geändert in Runde {round}.") } });
            pace.tick().await;
            let created = self.caller.post("/v1/solutions", &solution(entry)).await?;
            pace.tick().await;
            let changed = caller.patch(&format!("/v1/solutions/generated-{entry:07}"), &summary).await?;
            pace.tick().await;
            let deleted = caller.delete(&path).await?;
            let statuses = [created, changed, deleted].map(|answer| answer.status);
            // A busy service may refuse some of the writes.
            let deletion = if statuses[0] == 201 { 204 } else { 404 };
            let is_allowed =
                statuses.iter().zip([201, 200, deletion]).all(|(status, expected)| [expected, 503].contains(status))
                    || (statuses[0] == 503 && statuses[2] == 204);
            ensure!(is_allowed, "the writes about {path} are {statuses:?}");
            let succeeded = statuses.iter().filter(|status| (200..300).contains(*status)).count();
            self.written.fetch_add(succeeded, Ordering::Relaxed);
            if stop.load(Ordering::Relaxed) {
                break;
            }
        }
        Ok(())
    }
}
