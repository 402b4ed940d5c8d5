//! Restriction of webhook URLs to public addresses, so that no request reaches the internal network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::base::error::{Rule, StringFormat};

/// Timeout for the response of an endpoint.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Returns whether an address belongs to the public internet.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Excludes the special-purpose addresses of RFC 6890.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = matches!(
        address.octets(),
        [0 | 10 | 127 | 224..=255, ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 168, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    );
    !special
}

/// Accepts global unicast addresses only, and none that embeds a non-public `IPv4` address.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, third, fourth, fifth, sixth, last_but_one, last] = address.segments();
    let hidden = |high: u16, low: u16| {
        let ([one, two], [three, four]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(one, two, three, four))
    };
    match (first, second) {
        // Translated addresses (RFC 6052), and 6to4.
        (0x64, 0xff9b) => [third, fourth, fifth, sixth] == [0; 4] && hidden(last_but_one, last),
        (0x2002, _) => hidden(second, third),
        // Teredo, benchmarks, identifiers, documentation.
        (0x2001, 0..0x200 | 0xdb8) | (0x3fff, 0..0x1000) => false,
        _ => (0x2000..0x4000).contains(&first),
    }
}

/// Returns the rule that a URL breaks, as far as this can be decided without name resolution.
pub(super) fn objection(url: &str, private: bool) -> Option<Rule> {
    let https = || Some(Rule::Format { expected: StringFormat::HttpsUrl });
    let Ok(url) = Url::parse(url) else { return https() };
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(Host::Domain(_)) => None,
        None => return https(),
    };
    if url.scheme() != "https" && !(private && url.scheme() == "http") {
        return https();
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Some(Rule::UrlParts {});
    }
    if literal.is_some_and(|address| !private && !is_public(address)) {
        return Some(Rule::PrivateAddress {});
    }
    None
}

/// Error for a host name that resolves to an address that is not public.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to a private or local address")]
pub(super) struct NotPublic;

impl NotPublic {
    /// Returns whether this error prevented a request.
    pub(super) fn is_cause_of(error: &reqwest::Error) -> bool {
        let begin: &(dyn std::error::Error + 'static) = error;
        std::iter::successors(Some(begin), |error| error.source()).any(<dyn std::error::Error>::is::<Self>)
    }
}

/// Resolver that refuses host names with an address that is not public.
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.is_empty() {
                return Err("the name leads nowhere".into());
            }
            // One private address is enough to refuse the name: the client could connect to any of them.
            if !found.iter().all(|address| is_public(address.ip())) {
                return Err(NotPublic.into());
            }
            Ok::<Addrs, _>(Box::new(found.into_iter()))
        })
    }
}

/// Returns an HTTP client that follows no redirects, and connects to private addresses only if `private` is set.
pub(super) fn client(private: bool) -> reqwest::Result<reqwest::Client> {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        .user_agent(concat!("transferatlas/", env!("CARGO_PKG_VERSION")));
    let client = if private { client } else { client.dns_resolver(Arc::new(PublicOnly)).https_only(true) };
    client.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_way_leads_into_our_own_network() {
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.9.9",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::101:101",
            "2002:7f00:1::1",
            "2001:db8::1",
            "2001::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in
            ["1.1.1.1", "172.32.0.1", "192.0.1.1", "198.20.0.1", "2606:4700::1111", "2a00:1450::1", "64:ff9b::101:101"]
        {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn an_address_is_held_to_what_can_be_seen_of_it() {
        for bad in [
            "http://example.org/",
            "ftp://example.org/",
            "https://10.0.0.1/",
            "https://[::1]/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://user@example.org/",
            "https://example.org/#x",
            "https:",
            "example.org",
            "",
        ] {
            assert!(objection(bad, false).is_some(), "{bad}");
        }
        assert_eq!(objection("https://example.org/hook?x=1", false), None);
        assert_eq!(objection("http://127.0.0.1:9000/", true), None);
    }
}
