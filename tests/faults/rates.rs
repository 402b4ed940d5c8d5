//! Clients send more requests than their rate limits allow.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;
use serde_json::json;
use tests::release::{Place, Response};

use crate::Finding;
use crate::caller::{Caller, header};
use crate::client::start;

/// Settings of a service behind a proxy, without stored responses, which cost less.
const SETTINGS: [&str; 6] = ["--rate-limits", "on", "--trusted-proxies", "127.0.0.1/32", "--cache-mib", "0"];

/// Largest deviation from a limit, in hundredths.
const TOLERANCE: f64 = 5.0;

/// The limits without a token, of `docs/api-design.md`.
const LIMITS: [Limit; 4] = [
    Limit { name: "exports", points: 60, path: "/v1/themes.csv", client: "198.51.100.1", at_once: 1 },
    Limit { name: "writes", points: 600, path: "/v1/themes", client: "198.51.100.2", at_once: 20 },
    Limit { name: "searches", points: 1200, path: "/v1/themes?q=licht&limit=", client: "2001:db8:1::", at_once: 20 },
    Limit { name: "reads", points: 6000, path: "/v1/themes?fields=slug&limit=", client: "198.51.100.4", at_once: 20 },
];

/// A rate limit, and a request that costs a point of it.
struct Limit {
    name: &'static str,
    /// Points at first, and refilled in an hour.
    points: u32,
    /// Path of the request. A number is appended to the limit of a page.
    path: &'static str,
    /// Address, or network of 64 bits.
    client: &'static str,
    /// Number of requests at once.
    at_once: usize,
}

/// What a service accepts.
struct Accepted {
    requests: u32,
    /// Deviation from the limit, in hundredths.
    deviation: f64,
    /// Value of `Retry-After` of the first refused request after that.
    retry_after: u64,
    /// Whether the request is accepted after that time.
    is_true: bool,
}

/// Measures how many requests are accepted.
pub(crate) async fn measure(place: &Place) -> Result<Finding> {
    let (first, _) = start(place, "rates-first", 0, &SETTINGS).await?;
    let (second, _) = start(place, "rates-second", 0, &SETTINGS).await?;
    let [first, second] = [Caller::new(&first.base)?, Caller::new(&second.base)?];
    let accepted = try_join_all(LIMITS.iter().map(|limit| limit.exhaust(&first))).await?;
    let (mut measured, mut is_met) = (vec![], true);
    for (limit, Accepted { requests, deviation, retry_after, is_true }) in LIMITS.iter().zip(accepted) {
        measured.push(format!(
            "{} {requests} ({deviation:+.1} %), {} after {retry_after} s",
            limit.name,
            if is_true { "accepted" } else { "refused" }
        ));
        is_met &= deviation.abs() <= TOLERANCE && is_true;
    }
    let mut full = 0;
    for limit in &LIMITS {
        let answer = limit.send(&second, 0).await?;
        full += usize::from(limit.is_full(&answer));
    }
    let (other, searches) = ("2001:db8:1:1::", &LIMITS[2]);
    let is_other_full = searches.is_full(&Limit { client: other, ..*searches }.send(&first, 0).await?);
    Ok(Finding {
        measured: format!(
            "{}; addresses of one /64 network count as one, of another separately: {is_other_full}; {full} of {} limits untouched on the other \
             instance",
            measured.join("; "),
            LIMITS.len()
        ),
        goal: format!(
            "within {TOLERANCE} % of the limit and its refill; accepted after `Retry-After`; each instance counts by itself"
        ),
        is_met: is_met && is_other_full && full == LIMITS.len(),
    })
}

impl Limit {
    /// Sends requests until one is refused, and again after the time in `Retry-After`.
    async fn exhaust(&self, service: &Caller) -> Result<Accepted> {
        let (began, mut sent, mut requests) = (Instant::now(), 0, 0);
        let mut is_refused = false;
        while !is_refused {
            let answers = try_join_all((0..self.at_once).map(|number| self.send(service, sent + number))).await?;
            sent += self.at_once;
            let expected = [429, if self.name == "writes" { 401 } else { 200 }];
            let other = answers.iter().find(|answer| !expected.contains(&answer.status));
            ensure!(other.is_none(), "a request of {} is {}", self.name, other.map_or(0, |answer| answer.status));
            let accepted = answers.iter().filter(|answer| answer.status != 429).count();
            requests += u32::try_from(accepted)?;
            is_refused = accepted < answers.len();
            ensure!(requests < 2 * self.points, "{} requests of {} are accepted", requests, self.name);
        }
        let allowed = f64::from(self.points) * (1.0 + began.elapsed().as_secs_f64() / 3600.0);
        let deviation = 100.0 * (f64::from(requests) / allowed - 1.0);
        let mut answer = self.send(service, sent).await?;
        while answer.status != 429 {
            answer = self.send(service, sent).await?;
        }
        let retry_after = header(&answer, "retry-after").parse().context("`Retry-After`")?;
        tokio::time::sleep(Duration::from_secs(retry_after)).await;
        let is_true = self.send(service, sent).await?.status != 429;
        Ok(Accepted { requests, deviation, retry_after, is_true })
    }

    /// Sends a request of the client. In a network, each number is another address.
    async fn send(&self, service: &Caller, number: usize) -> Result<Response> {
        let suffix = if self.client.ends_with(':') { format!("{:x}", 1 + number) } else { String::new() };
        let service = service.with("x-forwarded-for", &format!("{}{suffix}", self.client))?;
        match self.name {
            // Without a token, the write is refused after it was counted.
            "writes" => service.post(self.path, &json!({})).await,
            "exports" => service.get(self.path).await,
            // Equal requests at once share one response, and cost less.
            _ => service.get(&format!("{}{}", self.path, 1 + number % 100)).await,
        }
    }

    /// Returns whether a request was the first of its client.
    fn is_full(&self, answer: &Response) -> bool {
        let left = format!("\"{}\";r={};", self.name, self.points - 1);
        header(answer, "ratelimit").starts_with(&left)
    }
}
