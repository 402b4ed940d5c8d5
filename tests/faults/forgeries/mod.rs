//! Forged tokens, and tokens that break the rules, of the service and of a trusted issuer.

mod claims;
mod issuer;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use reqwest::header::AUTHORIZATION;
use serde_json::json;
use tests::Endpoint;
use tests::release::Place;

use self::issuer::{Issuer, TRUSTED};
use self::tokens::Forgery;
use crate::Finding;
use crate::client::{http, start};

/// Smallest number of tokens of an algorithm.
const LEAST: usize = 120;

/// Largest difference between the medians of the response times of two kinds.
const SPREAD: Duration = Duration::from_millis(5);

/// Sends each token this number of times, and measures the responses.
pub(crate) async fn measure(place: &Place, repetitions: usize) -> Result<Finding> {
    let trusted = [Issuer::es256()?, Issuer::rs256()?];
    let file = place.file("trusted.json");
    std::fs::write(&file, json!({ "keys": trusted.each_ref().map(|issuer| &issuer.public) }).to_string())?;
    let file = file.to_str().context("a path that is text")?;
    let (server, client) = start(place, "forgeries", 0, &["--trusted-issuer", TRUSTED, "--trusted-jwks", file]).await?;
    let own = Issuer::own(&std::fs::read_to_string(place.file("keys.json"))?, &client.authorization())?;
    let [es256, rs256] = trusted;
    let issuers = [own, es256, rs256];
    let sender = Sender { http: http()?, url: format!("{}/v1/me", server.base) };
    let listener = Endpoint::open().await;

    let forgeries = forge(&issuers, &listener.url(), &sender).await?;
    let counts = issuers.iter().zip(&forgeries).map(|(issuer, own)| format!("{} {:?}", own.len(), issuer.algorithm));
    let counts: Vec<_> = counts.collect();
    let mut results = Results::default();
    for _ in 0..repetitions {
        for (issuer, forgery) in interleaved(&issuers, &forgeries) {
            results.add(issuer, forgery, sender.send(&forgery.token).await?);
        }
    }
    let (spread, connections) = (results.spread(), listener.connection_count());
    let Results { accepted, failed, others, .. } = &results;
    Ok(Finding {
        measured: format!(
            "{} tokens, each {repetitions} times: {} accepted {accepted:?}, {} 5xx {failed:?}, {} other than 401 {others:?}; \
             {connections} connections to the address in them; spread of the medians of {} kinds {spread:.1?}",
            counts.join(", "),
            accepted.len(),
            failed.len(),
            others.len(),
            results.times.len(),
        ),
        goal: format!("all 401, 0 connections, spread < {SPREAD:?}"),
        is_met: accepted.len() + failed.len() + others.len() + connections == 0 && spread < SPREAD,
    })
}

/// Returns the tokens of each issuer. `listener` is a URL that must not be called.
async fn forge(issuers: &[Issuer], listener: &str, sender: &Sender) -> Result<Vec<Vec<Forgery>>> {
    let mut forgeries = vec![];
    for issuer in issuers {
        let status = sender.send(&issuer.valid()).await?.0;
        ensure!(status == 200, "a valid token with {:?} is {status}", issuer.algorithm);
        let other_keys: Vec<_> = issuers.iter().map(|other| &*other.kid).filter(|kid| *kid != issuer.kid).collect();
        let own = [tokens::forgeries(issuer, listener, &other_keys), claims::forgeries(issuer)].concat();
        ensure!(own.len() >= LEAST, "only {} tokens with {:?}", own.len(), issuer.algorithm);
        forgeries.push(own);
    }
    Ok(forgeries)
}

/// Sends tokens to an operation that requires any token.
struct Sender {
    http: reqwest::Client,
    url: String,
}

impl Sender {
    /// Returns the status of the response, and its time.
    async fn send(&self, token: &str) -> Result<(u16, Duration)> {
        let began = Instant::now();
        let response = self.http.get(&self.url).header(AUTHORIZATION, format!("Bearer {token}")).send().await?;
        let status = response.status().as_u16();
        response.bytes().await?;
        Ok((status, began.elapsed()))
    }
}

/// Returns the tokens of all issuers in an order in which kinds alternate, so that a change of the load of the machine affects all.
fn interleaved<'f>(issuers: &'f [Issuer], forgeries: &'f [Vec<Forgery>]) -> Vec<(&'f Issuer, &'f Forgery)> {
    let mut positions = BTreeMap::new();
    let mut all = vec![];
    for (issuer, own) in issuers.iter().zip(forgeries) {
        for forgery in own {
            let position: &mut usize = positions.entry((&issuer.kid, forgery.kind)).or_default();
            *position += 1;
            all.push((*position, issuer, forgery));
        }
    }
    all.sort_by_key(|(position, ..)| *position);
    all.into_iter().map(|(_, issuer, forgery)| (issuer, forgery)).collect()
}

/// Response times by algorithm and kind, and the tokens whose response was not 401.
#[derive(Default)]
struct Results {
    times: BTreeMap<String, Vec<Duration>>,
    accepted: BTreeSet<String>,
    failed: BTreeSet<String>,
    others: BTreeSet<String>,
}

impl Results {
    fn add(&mut self, issuer: &Issuer, forgery: &Forgery, (status, time): (u16, Duration)) {
        let kind = format!("{:?} {}", issuer.algorithm, forgery.kind);
        let named = format!("{kind}: {}", forgery.what);
        self.times.entry(kind).or_default().push(time);
        match status {
            401 => false,
            200..300 => self.accepted.insert(named),
            500.. => self.failed.insert(named),
            _ => self.others.insert(format!("{named} ({status})")),
        };
    }

    /// Returns the difference between the fastest and the slowest kind.
    fn spread(&self) -> Duration {
        let medians = self.times.values().filter_map(|times| {
            let mut times = times.clone();
            times.sort_unstable();
            times.get(times.len() / 2).copied()
        });
        let (fastest, slowest) = medians.fold((Duration::MAX, Duration::ZERO), |(fastest, slowest), median| {
            (median.min(fastest), median.max(slowest))
        });
        slowest.saturating_sub(fastest)
    }
}
