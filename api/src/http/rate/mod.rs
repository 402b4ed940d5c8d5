//! Rate limits: how much a client may request per hour. Each instance of the service counts by itself.
//!
//! A client is a token, or otherwise the network that requests come from. Each of its quotas is a bucket that is full at first, and
//! is refilled evenly.

mod account;
mod client;

use std::hash::BuildHasher;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::web::Data;
use clap::{Args, ValueEnum};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use ipnet::IpNet;

use crate::base::error::{Error, RateLimit, Result};

pub(crate) use self::account::limit_rate;
pub(super) use self::account::{Account, Charge};
pub(super) use self::client::Client;

const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Number of parts of a point. The cheapest requests cost one part.
const PARTS: u32 = 10;

/// Interval at which clients are forgotten whose quotas are full again.
const CLEAN_UP_INTERVAL: Duration = Duration::from_mins(1);

/// A quota, in points per hour.
struct Budget {
    limit: RateLimit,
    name: &'static str,
    /// For a network without a token.
    network: u32,
    /// For a token.
    token: u32,
}

/// The quotas, in the order of [`RateLimit`].
const BUDGETS: [Budget; 4] = [
    Budget { limit: RateLimit::Reads, name: "reads", network: 6_000, token: 60_000 },
    Budget { limit: RateLimit::Searches, name: "searches", network: 1_200, token: 12_000 },
    Budget { limit: RateLimit::Exports, name: "exports", network: 60, token: 600 },
    Budget { limit: RateLimit::Writes, name: "writes", network: 600, token: 12_000 },
];

/// Settings of the rate limits.
#[derive(Clone, Debug, Args)]
pub struct RateSettings {
    /// Whether the number of requests of a client is limited. `auto` limits it unless the service listens on a loopback address
    #[arg(long, env = "TRANSFERATLAS_RATE_LIMITS", value_enum, default_value_t = RateLimiting::Auto)]
    pub rate_limits: RateLimiting,

    /// Address or network of a reverse proxy, such as `10.0.0.0/8`, whose `X-Forwarded-For` has the addresses of clients. Repeat
    /// or separate by commas
    #[arg(long, env = "TRANSFERATLAS_TRUSTED_PROXIES", value_delimiter = ',', value_name = "NETWORK", value_parser = client::network)]
    pub trusted_proxies: Vec<IpNet>,
}

/// Whether the number of requests of a client is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RateLimiting {
    /// Always
    On,
    /// Never
    Off,
    /// Unless the service listens on a loopback address
    Auto,
}

type Buckets = RateLimiter<Client, DashMapStateStore<Client>, DefaultClock, StateInformationMiddleware>;

/// The quotas of all clients.
pub(crate) struct RateLimits {
    quotas: [Counted; 4],
    proxies: Vec<IpNet>,
    /// Whether a proxy that is not trusted was reported.
    has_warned: AtomicBool,
}

/// A quota with the buckets of all clients.
struct Counted {
    budget: &'static Budget,
    networks: Buckets,
    tokens: Buckets,
}

/// What is left of a quota after a charge.
#[derive(Clone, Copy)]
pub(super) struct Balance {
    name: &'static str,
    /// Points per hour.
    quota: u32,
    /// Points that are left.
    left: u32,
}

impl RateLimits {
    /// Returns the rate limits for these settings. `None` if the number of requests is not limited.
    pub(crate) fn of(settings: &RateSettings, is_loopback: bool) -> Option<Self> {
        let is_on = match settings.rate_limits {
            RateLimiting::On => true,
            RateLimiting::Off => false,
            RateLimiting::Auto => !is_loopback,
        };
        let quotas = BUDGETS.each_ref().map(|budget| Counted {
            budget,
            networks: buckets(budget.network),
            tokens: buckets(budget.token),
        });
        is_on.then(|| Self { quotas, proxies: settings.trusted_proxies.clone(), has_warned: AtomicBool::default() })
    }

    /// Takes a number of parts of a point from a quota of a client. Takes nothing if fewer are left.
    fn charge(&self, client: &Client, limit: RateLimit, parts: NonZeroU32) -> (Balance, Result<()>) {
        let [reads, searches, exports, writes] = &self.quotas;
        let quota = match limit {
            RateLimit::Reads => reads,
            RateLimit::Searches => searches,
            RateLimit::Exports => exports,
            RateLimit::Writes => writes,
        };
        let (buckets, points) = match client {
            Client::Network(_) => (&quota.networks, quota.budget.network),
            Client::Token(_) | Client::Subject(_) => (&quota.tokens, quota.budget.token),
        };
        let balance = |left| Balance { name: quota.budget.name, quota: points, left };
        match buckets.check_key_n(client, parts) {
            Ok(Ok(state)) => (balance(state.remaining_burst_capacity() / PARTS), Ok(())),
            Ok(Err(refused)) => {
                let wait = refused.wait_time_from(DefaultClock::default().now());
                (balance(0), Err(Error::RateLimited { limit: quota.budget.limit, seconds: with_jitter(wait) }))
            }
            // No request costs as much as a full quota.
            Err(error) => (balance(0), Err(Error::internal(error))),
        }
    }

    /// Reports once that a proxy is not trusted.
    fn warn_of_proxy(&self) {
        if !self.has_warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "a request with X-Forwarded-For came from an address that is not in --trusted-proxies; behind a reverse proxy, all \
                 clients share the rate limits of one unless its address is there"
            );
        }
    }

    /// Forgets clients whose quotas are full again, until the process ends.
    pub(crate) async fn forget_idle(limits: Data<Self>) {
        loop {
            tokio::time::sleep(CLEAN_UP_INTERVAL).await;
            for buckets in limits.quotas.iter().flat_map(|quota| [&quota.networks, &quota.tokens]) {
                buckets.retain_recent();
                buckets.shrink_to_fit();
            }
        }
    }
}

impl Balance {
    /// Adds the headers of `draft-ietf-httpapi-ratelimit-headers`.
    pub(super) fn write(self, headers: &mut HeaderMap) {
        const HOUR: u32 = 3600;
        let Self { name, quota, left } = self;
        let full_in = u64::from(quota - left.min(quota)) * u64::from(HOUR) / u64::from(quota);
        for (header, text) in
            [(LIMIT, format!("\"{name}\";r={left};t={full_in}")), (POLICY, format!("\"{name}\";q={quota};w={HOUR}"))]
        {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(header, value);
            }
        }
    }
}

fn buckets(points: u32) -> Buckets {
    let parts = NonZeroU32::new(points * PARTS).unwrap_or(NonZeroU32::MIN);
    RateLimiter::dashmap(Quota::per_hour(parts)).with_middleware()
}

/// Returns the seconds to wait. Adds up to a fifth and a second, so that clients that were refused together do not all return
/// together.
fn with_jitter(wait: Duration) -> u64 {
    let random = std::hash::RandomState::new().hash_one(());
    let seconds = wait.as_secs() + 1;
    seconds + random % (seconds / 5 + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on() -> RateLimits {
        let settings = RateSettings { rate_limits: RateLimiting::On, trusted_proxies: vec![] };
        RateLimits::of(&settings, true).unwrap()
    }

    #[test]
    fn auto_does_not_limit_on_loopback() {
        for (rate_limits, on_loopback, elsewhere) in
            [(RateLimiting::On, true, true), (RateLimiting::Off, false, false), (RateLimiting::Auto, false, true)]
        {
            let settings = RateSettings { rate_limits, trusted_proxies: vec![] };

            assert_eq!(RateLimits::of(&settings, true).is_some(), on_loopback);
            assert_eq!(RateLimits::of(&settings, false).is_some(), elsewhere);
        }
    }

    #[test]
    fn each_client_has_its_own_quota() {
        let limits = on();
        let first = Client::Network("192.0.2.1".parse().unwrap());
        let point = NonZeroU32::new(PARTS).unwrap();
        let exports = |client: &Client| {
            (0..1000).take_while(|_| limits.charge(client, RateLimit::Exports, point).1.is_ok()).count()
        };

        assert_eq!(exports(&first), 60);
        assert_eq!(exports(&first), 0);
        assert_eq!(exports(&Client::Network("192.0.2.2".parse().unwrap())), 60);
        assert_eq!(exports(&Client::Subject("stelle (https://issuer.example)".to_owned())), 600);
        assert!(limits.charge(&first, RateLimit::Reads, point).1.is_ok(), "the quotas are separate");
        let (balance, refused) = limits.charge(&first, RateLimit::Exports, point);
        assert_eq!((balance.quota, balance.left), (60, 0));
        // A point is refilled each minute.
        assert!(matches!(refused, Err(Error::RateLimited { seconds: 59..=73, .. })), "{refused:?}");
    }
}
