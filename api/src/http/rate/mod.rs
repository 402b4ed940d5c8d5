//! Rate limits: how much a client may request per hour. Each instance of the service counts by itself.
//!
//! A client is a token, or otherwise the network that requests come from. For each rate limit, it has a bucket of points that is full
//! at first, and is refilled evenly.

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

const HOUR: Duration = Duration::from_hours(1);

/// Number of parts of a point. The cheapest requests cost one part.
const PARTS: u32 = 10;

/// Interval at which clients are forgotten whose buckets are full again.
const CLEAN_UP_INTERVAL: Duration = Duration::from_mins(1);

/// Points per hour of a rate limit.
struct Policy {
    limit: RateLimit,
    /// Name in the headers.
    name: &'static str,
    /// Points of a network without a token.
    network: u32,
    /// Points of a token.
    token: u32,
}

const POLICIES: [Policy; 4] = [
    Policy { limit: RateLimit::Reads, name: "reads", network: 6_000, token: 60_000 },
    Policy { limit: RateLimit::Searches, name: "searches", network: 1_200, token: 12_000 },
    Policy { limit: RateLimit::Exports, name: "exports", network: 60, token: 600 },
    Policy { limit: RateLimit::Writes, name: "writes", network: 600, token: 12_000 },
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

/// The rate limits of all clients.
pub(crate) struct RateLimits {
    limits: [LimitBuckets; 4],
    proxies: Vec<IpNet>,
    /// Whether a proxy that is not trusted was reported.
    has_warned: AtomicBool,
}

/// The buckets of all clients for a rate limit.
struct LimitBuckets {
    policy: &'static Policy,
    networks: Buckets,
    tokens: Buckets,
}

/// What is left of a rate limit after a charge.
#[derive(Clone, Copy)]
pub(super) struct Balance {
    name: &'static str,
    /// Points per hour.
    points: u32,
    /// Parts of points that are left.
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
        if !is_on {
            return None;
        }
        let limits = POLICIES.each_ref().map(|policy| LimitBuckets {
            policy,
            networks: buckets(policy.network),
            tokens: buckets(policy.token),
        });
        Some(Self { limits, proxies: settings.trusted_proxies.clone(), has_warned: AtomicBool::default() })
    }

    /// Takes a number of parts of a point from a bucket of a client. Takes nothing if fewer are left. Returns what is left.
    fn charge(&self, client: &Client, limit: RateLimit, parts: NonZeroU32) -> (Option<Balance>, Result<()>) {
        let Some(LimitBuckets { policy, networks, tokens }) =
            self.limits.iter().find(|buckets| buckets.policy.limit == limit)
        else {
            return (None, Ok(()));
        };
        let (buckets, points) = match client {
            Client::Network(_) => (networks, policy.network),
            Client::Token(_) | Client::Subject(_) => (tokens, policy.token),
        };
        let balance = |left| Some(Balance { name: policy.name, points, left });
        match buckets.check_key_n(client, parts) {
            Ok(Ok(state)) => (balance(state.remaining_burst_capacity()), Ok(())),
            Ok(Err(refused)) => {
                let wait = refused.wait_time_from(DefaultClock::default().now());
                let missing = wait.as_nanos().div_ceil((HOUR / (points * PARTS)).as_nanos());
                let left = parts.get().saturating_sub(u32::try_from(missing).unwrap_or(u32::MAX));
                (balance(left), Err(Error::RateLimited { limit, seconds: with_jitter(wait) }))
            }
            // No request costs as much as a full bucket.
            Err(error) => (None, Err(Error::internal(error))),
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

    /// Forgets clients whose buckets are full again, until the process ends.
    pub(crate) async fn forget_idle(limits: Data<Self>) {
        loop {
            tokio::time::sleep(CLEAN_UP_INTERVAL).await;
            for buckets in limits.limits.iter().flat_map(|limit| [&limit.networks, &limit.tokens]) {
                buckets.retain_recent();
                buckets.shrink_to_fit();
            }
        }
    }
}

impl Balance {
    /// Adds the headers of `draft-ietf-httpapi-ratelimit-headers`.
    pub(super) fn write(self, headers: &mut HeaderMap) {
        let Self { name, points, left } = self;
        let all = u64::from(points * PARTS);
        let full_in = (all - u64::from(left).min(all)) * HOUR.as_secs();
        for (header, text) in [
            (LIMIT, format!("\"{name}\";r={};t={}", left / PARTS, full_in.div_ceil(all))),
            (POLICY, format!("\"{name}\";q={points};w={}", HOUR.as_secs())),
        ] {
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
    fn refused_client_learns_what_is_left() {
        let (limits, client) = (on(), Client::Network("192.0.2.1".parse().unwrap()));
        let charge = |points: u32| limits.charge(&client, RateLimit::Exports, NonZeroU32::new(points * PARTS).unwrap());
        assert!(charge(57).1.is_ok());

        let (balance, refused) = charge(50);

        let mut headers = HeaderMap::new();
        balance.unwrap().write(&mut headers);
        let limit = headers.get(LIMIT).unwrap();
        // The 57 points are refilled within 57 minutes.
        assert_eq!(limit, "\"exports\";r=3;t=3420");
        assert!(matches!(refused, Err(Error::RateLimited { .. })), "{refused:?}");
        assert!(charge(3).1.is_ok());
    }

    #[test]
    fn each_client_has_its_own_buckets() {
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
        assert!(limits.charge(&first, RateLimit::Reads, point).1.is_ok(), "the rate limits are separate");
        let (balance, refused) = limits.charge(&first, RateLimit::Exports, point);
        assert!(balance.is_some_and(|balance| (balance.points, balance.left) == (60, 0)));
        // A point is refilled each minute.
        assert!(matches!(refused, Err(Error::RateLimited { seconds: 59..=73, .. })), "{refused:?}");
    }
}
