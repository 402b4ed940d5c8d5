//! The response of the database to COMMIT is lost.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tests::Proxy;
use tests::release::{Place, Response};

use crate::Finding;
use crate::caller::{Caller, header, theme};
use crate::client::start;

/// Longest time in which a retry may fail.
const LIMIT: Duration = Duration::from_mins(1);

/// Numbers of writes.
#[derive(Default)]
struct Writes {
    /// The first response was 503 with `Retry-After`.
    unavailable: usize,
    /// The retry was a replay of the stored response.
    replayed: usize,
    /// The next retry had the same response.
    equal: usize,
    /// Longest time until a retry succeeded.
    slowest: Duration,
}

/// Measures writes whose COMMIT the database executes without a response, and their retries.
pub(crate) async fn measure(place: &Place, count: usize) -> Result<Finding> {
    let proxy = Proxy::to(place.address()).await;
    let url = place.url_at(proxy.address);
    let (server, client) = start(place, "lost-answers", 0, &["--database-url", &url]).await?;
    let caller = Caller::new(&server.base)?.with("authorization", &client.authorization())?;
    let mut writes = Writes::default();
    for number in 0..count {
        writes.add(&proxy, &caller, &format!("lost-answer-{number:04}")).await?;
    }
    let rows = place.query("select count(*) from theme where slug like 'lost-answer-%'");
    let changes = place.query("select count(*) from change where resource = 'theme' and slug like 'lost-answer-%'");
    let Writes { unavailable, replayed, equal, slowest } = writes;
    let all = count.to_string();
    Ok(Finding {
        measured: format!(
            "{count} writes: {unavailable} × 503 with `Retry-After`, {replayed} replayed on retry, {equal} with the same response on the \
             next retry; {rows} rows and {changes} changes; slowest retry {slowest:.1?}"
        ),
        goal: "all are 503 first and replayed then, with one row and one change each".to_owned(),
        is_met: [unavailable, replayed, equal] == [count; 3] && [&rows, &changes] == [&all; 2],
    })
}

impl Writes {
    /// Creates a theme whose COMMIT gets no response, and repeats the request.
    async fn add(&mut self, proxy: &Proxy, caller: &Caller, slug: &str) -> Result<()> {
        let (caller, theme) = (caller.with("idempotency-key", slug)?, theme(slug));
        proxy.cut_at_commit_after(slug);
        let first = caller.post("/v1/themes", &theme).await?;
        proxy.restore();
        let began = Instant::now();
        let retry = loop {
            let retry = caller.post("/v1/themes", &theme).await?;
            if retry.status != 503 {
                break retry;
            }
            ensure!(began.elapsed() < LIMIT, "a retry is still 503 after {LIMIT:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        self.slowest = self.slowest.max(began.elapsed());
        let next = caller.post("/v1/themes", &theme).await?;
        self.unavailable += usize::from(first.status == 503 && !header(&first, "retry-after").is_empty());
        self.replayed += usize::from(retry.status == 201 && header(&retry, "idempotent-replayed") == "true");
        self.equal += usize::from(is_same(&retry, &next));
        Ok(())
    }
}

fn is_same(one: &Response, other: &Response) -> bool {
    let headers = ["etag", "location"];
    one.status == other.status
        && one.body == other.body
        && headers.iter().all(|name| header(one, name) == header(other, name))
}
