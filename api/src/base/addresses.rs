//! Distinguishes public hosts and IP addresses from private and local ones.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::Host;

/// Returns whether a host belongs to the public internet, as far as this can be decided without name resolution.
pub(crate) fn is_public_host(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => is_public_v4(*address),
        Host::Ipv6(address) => is_public_v6(*address),
        Host::Domain(name) => !is_local_name(name),
    }
}

/// Top-level names of private networks (RFC 6761, RFC 6762, RFC 8375), and names that routers and offices use like these.
const LOCAL: [&str; 9] =
    ["localhost", "local", "internal", "home.arpa", "lan", "localdomain", "intranet", "corp", "home"];

/// Returns whether a name is resolved only in a local network: a name without a full stop, or one below a name of `LOCAL`.
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_lowercase();
    !name.contains('.')
        || LOCAL.iter().any(|local| name.strip_suffix(local).is_some_and(|rest| rest.ends_with('.')))
        || LOCAL.contains(&name.as_str())
}

/// Returns whether an address belongs to the public internet.
pub(crate) fn is_public(address: IpAddr) -> bool {
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
        // Addresses that embed an IPv4 address: NAT64 (RFC 6052) and 6to4 (RFC 3056).
        (0x64, 0xff9b) => [third, fourth, fifth, sixth] == [0; 4] && hidden(last_but_one, last),
        (0x2002, _) => hidden(second, third),
        // IETF protocol assignments such as Teredo (2001::/23), and documentation (2001:db8::/32 and 3fff::/20).
        (0x2001, 0..0x200 | 0xdb8) | (0x3fff, 0..0x1000) => false,
        _ => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_are_not_public() {
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
    fn host_names_of_local_networks_are_not_public() {
        for local in
            ["localhost", "wiki", "LOCALHOST.", "drucker.local", "api.cluster.internal", "nas.home.arpa", "fritz.lan"]
        {
            assert!(!is_public_host(&Host::Domain(local)), "{local}");
        }
        for public in
            ["example.org", "local.example.org", "www.heimat-internal.de", "kommunal.digital", "nachbarschaft.lokal.de"]
        {
            assert!(is_public_host(&Host::Domain(public)), "{public}");
        }
    }
}
