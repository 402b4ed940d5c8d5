//! The client of a request, to which its costs are charged.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;
use ipnet::IpNet;
use uuid::Uuid;

use super::RateLimits;
use crate::auth::Caller;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Length of the prefix of an `IPv6` network that counts as one client. Networks of customers have this length or a shorter one.
const PREFIX: u8 = 64;

/// The client of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::http) enum Client {
    /// A network: an `IPv4` address, or the prefix of an `IPv6` address.
    Network(IpAddr),
    /// A token.
    Token(Uuid),
    /// The subject of a trusted issuer, whose tokens have no ID.
    Subject(String),
}

impl Client {
    /// Returns the client that a token stands for.
    pub(super) fn of(caller: &Caller) -> Self {
        caller.token.map_or_else(|| Self::Subject(caller.subject.clone()), Self::Token)
    }

    /// Returns the network that a request comes from.
    pub(super) fn network(req: &HttpRequest, limits: &RateLimits) -> Self {
        let peer = req.peer_addr().map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
        if !is_trusted(peer, &limits.proxies) {
            if req.headers().contains_key(FORWARDED_FOR) {
                limits.warn_of_proxy();
            }
            return Self::Network(prefix(peer));
        }
        // The client may have sent other bytes than text.
        let lines = req.headers().get_all(FORWARDED_FOR).map(|line| String::from_utf8_lossy(line.as_bytes()));
        let lines: Vec<_> = lines.collect();
        Self::Network(prefix(origin(peer, lines.iter().rev().flat_map(|line| line.rsplit(',')), &limits.proxies)))
    }
}

/// Returns the address that a request to a trusted proxy came from. `hops` are the addresses in `X-Forwarded-For` from the last to
/// the first. Each proxy adds the address that it received the request from, so the last one that is not a trusted proxy is the
/// client. What comes before it was sent by the client.
fn origin<'h>(peer: IpAddr, hops: impl Iterator<Item = &'h str>, proxies: &[IpNet]) -> IpAddr {
    let mut origin = peer;
    for hop in hops {
        let Some(address) = address(hop.trim()) else { break };
        origin = address;
        if !is_trusted(address, proxies) {
            break;
        }
    }
    origin
}

fn is_trusted(address: IpAddr, proxies: &[IpNet]) -> bool {
    proxies.iter().any(|network| network.contains(&address))
}

/// Reads an address, which some proxies write with a port.
fn address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().map(|address| address.ip());
    let in_brackets = || text.trim_start_matches('[').trim_end_matches(']').parse();
    text.parse().or_else(|_| with_port()).or_else(|_| in_brackets()).ok().map(|address: IpAddr| address.to_canonical())
}

fn prefix(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(_) => IpNet::new(address, PREFIX).map_or(address, |network| network.network()),
        IpAddr::V4(_) => address,
    }
}

/// Reads a network, or a single address.
pub(super) fn network(text: &str) -> Result<IpNet, ipnet::AddrParseError> {
    text.parse::<IpAddr>().map_or_else(|_| text.parse(), |address| Ok(address.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_name_the_client() {
        let proxies = ["10.0.0.0/8", "2001:db8:1::5"].map(|text| network(text).unwrap());
        for (peer, forwarded, expected) in [
            ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
            ("10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
            ("10.0.0.1", "198.51.100.7:4711, 10.1.2.3", "198.51.100.7"),
            ("10.0.0.1", "[2001:db8:2::7]:443", "2001:db8:2::7"),
            ("10.0.0.1", "[2001:db8:2::7],2001:db8:1::5", "2001:db8:2::7"),
            ("10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
            ("10.0.0.1", "198.51.100.7, unknown, 10.1.2.3", "10.1.2.3"),
            ("10.0.0.1", "10.3.2.1", "10.3.2.1"),
            ("10.0.0.1", "\u{fffd}, 198.51.100.7", "198.51.100.7"),
        ] {
            let hops = forwarded.rsplit(',').filter(|hop| !hop.is_empty());

            assert_eq!(origin(peer.parse().unwrap(), hops, &proxies).to_string(), expected, "{forwarded}");
        }
    }

    #[test]
    fn customers_have_a_network_of_64_bits() {
        for (address, expected) in [
            ("198.51.100.7", "198.51.100.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2::1", "2001:db8:1:2::"),
            ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ] {
            assert_eq!(prefix(address.parse().unwrap()).to_string(), expected);
        }
    }
}
