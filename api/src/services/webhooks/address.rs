//! Restriction of webhook URLs to public addresses, so that no request reaches the internal network.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::base::addresses::is_public;
use crate::base::error::{Rule, StringFormat};

/// Timeout for the response of an endpoint.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Returns the rule that a URL breaks, as far as this can be decided without name resolution.
pub(super) fn broken_rule(url: &str, private: bool) -> Option<Rule> {
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
        return Some(Rule::PrivateAddress { host: url.host_str().unwrap_or_default().to_owned() });
    }
    None
}

/// Error for a host name that resolves to an address that is not public.
#[derive(Debug, thiserror::Error)]
#[error("the host name resolves to a private or local address")]
pub(super) struct NotPublic;

impl NotPublic {
    /// Returns whether this error prevented a request.
    pub(super) fn is_cause_of(error: &reqwest::Error) -> bool {
        let begin: &(dyn std::error::Error + 'static) = error;
        std::iter::successors(Some(begin), |error| error.source()).any(<dyn std::error::Error>::is::<Self>)
    }
}

/// DNS resolver that fails with `NotPublic` for a host name with a private or local address.
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.is_empty() {
                return Err("the host name has no addresses".into());
            }
            // A single private address is a reason to refuse the name, because the client may connect to any of the addresses.
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
    fn webhook_url_is_validated_without_name_resolution() {
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
            assert!(broken_rule(bad, false).is_some(), "{bad}");
        }
        assert_eq!(broken_rule("https://example.org/hook?x=1", false), None);
        assert_eq!(broken_rule("http://127.0.0.1:9000/", true), None);
    }
}
