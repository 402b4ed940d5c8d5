//! Tokens are revoked, and their keys rotated and removed, with two instances.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;
use tests::release::{Place, Server};

use crate::Finding;
use crate::caller::{Caller, text};
use crate::client::issue;

/// Key file of this test, because its keys are removed.
const KEYS: [&str; 2] = ["--keys-file", "rotated.json"];

/// Longest time until a revoked token and a removed key are refused.
const LIMIT: Duration = Duration::from_secs(5);

/// Pause between two requests.
const PAUSE: Duration = Duration::from_millis(100);

/// Numbers of a measurement.
pub(crate) struct Size {
    /// Number of tokens that are revoked.
    revoked: usize,
    /// Time after the rotation.
    rotation: Duration,
    /// Number of keys that sign tokens in this time.
    keys: usize,
}

/// Short form. The old key still signs at its end.
pub(crate) const SHORT: Size = Size { revoked: 5, rotation: Duration::from_secs(5), keys: 1 };

/// Full form. A new key signs after a minute.
pub(crate) const FULL: Size = Size { revoked: 50, rotation: Duration::from_secs(80), keys: 2 };

/// Requests with valid tokens.
#[derive(Default)]
struct Requests {
    sent: usize,
    failed: usize,
    /// First parts of the tokens, which name their keys.
    keys: HashSet<String>,
}

/// Measures when both instances refuse a token, and whether they refuse valid ones.
pub(crate) async fn measure(place: &Place, Size { revoked, rotation, keys: signing }: Size) -> Result<Finding> {
    rotate(place, &[]).await?;
    let settings = [&KEYS[..], &["--port", "0"]].concat();
    let first = Server::start(place, "tokens-first", &settings).await?;
    let second = Server::start(place, "tokens-second", &settings).await?;
    let admin = Caller::new(&first.base)?.with_token(&issue(place, &KEYS, "faults", "admin").await?)?;
    let instances = [admin.clone(), admin.at(&second.base)];

    let mut slowest = Duration::ZERO;
    for _ in 0..revoked {
        slowest = slowest.max(revoke(&instances).await?);
    }
    let ((), requests) = tokio::try_join!(rotate(place, &[]), use_tokens(&instances, rotation))?;
    let Requests { sent, failed, keys } = requests;
    rotate(place, &["--only"]).await?;
    let removed = until_refused(&instances).await?;
    let renewed = issue(place, &KEYS, "faults", "editor").await?;
    let accepted = accepts(&instances, &renewed).await?;
    Ok(Finding {
        measured: format!(
            "{revoked} revoked tokens refused by both instances after {slowest:.1?} at most, those of removed keys after {removed:.1?}; \
             {accepted} of 2 instances accept the new key; {failed} of {sent} requests failed in {rotation:?} from a rotation on, with \
             tokens of {} keys",
            keys.len()
        ),
        goal: format!("< {LIMIT:?}; 2 of 2; 0 failed, with tokens of {signing} keys"),
        is_met: slowest < LIMIT && removed < LIMIT && accepted == 2 && failed == 0 && keys.len() == signing,
    })
}

async fn rotate(place: &Place, arguments: &[&str]) -> Result<()> {
    place.run(&[&KEYS[..], &["token", "rotate"], arguments].concat()).await?;
    Ok(())
}

/// Issues a token on the first instance. Returns its ID and the token.
async fn issue_at(first: &Caller) -> Result<(String, String)> {
    let input = json!({ "subject": "faults", "role": "editor", "days": 1 });
    let issued = first.post("/v1/tokens", &input).await?;
    ensure!(issued.status == 201, "a token cannot be issued: {}", issued.status);
    Ok((text(&issued, "/id"), text(&issued, "/access_token")))
}

/// Returns the number of instances that accept a token.
async fn accepts(instances: &[Caller; 2], token: &str) -> Result<usize> {
    let mut accepted = 0;
    for instance in instances {
        accepted += usize::from(instance.with_token(token)?.get("/v1/me").await?.status == 200);
    }
    Ok(accepted)
}

/// Revokes a new token on the first instance. Returns the time until both refuse it.
async fn revoke(instances: &[Caller; 2]) -> Result<Duration> {
    let [first, second] = instances;
    let (id, token) = issue_at(first).await?;
    ensure!(accepts(instances, &token).await? == 2, "a new token is refused");
    let revoked = first.post(&format!("/v1/tokens/{id}/revocation"), &json!({})).await?;
    ensure!(revoked.status == 200, "a token cannot be revoked: {}", revoked.status);
    until_refused(&[first.with_token(&token)?, second.with_token(&token)?]).await
}

/// Returns the time until both instances refuse the tokens of the clients.
async fn until_refused(clients: &[Caller; 2]) -> Result<Duration> {
    let began = Instant::now();
    for client in clients {
        while client.get("/v1/me").await?.status != 401 {
            ensure!(began.elapsed() < 10 * LIMIT, "a token is accepted after {:?}", began.elapsed());
            tokio::time::sleep(PAUSE / 4).await;
        }
    }
    Ok(began.elapsed())
}

/// Issues tokens on the first instance, and sends each to both at once. Sends the first token too.
async fn use_tokens(instances: &[Caller; 2], time: Duration) -> Result<Requests> {
    let (began, mut requests) = (Instant::now(), Requests::default());
    let (_, old) = issue_at(&instances[0]).await?;
    while began.elapsed() < time {
        let (_, new) = issue_at(&instances[0]).await?;
        for token in [&old, &new] {
            requests.sent += instances.len();
            requests.failed += instances.len() - accepts(instances, token).await?;
            requests.keys.extend(token.split('.').next().map(str::to_owned));
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(requests)
}
