//! The public URL: the address at which clients reach the service, with the path prefix of a reverse proxy.

use std::cell::RefCell;
use std::fmt::{self, Display};
use std::net::SocketAddr;
use std::str::FromStr;

use url::Url;

thread_local! {
    static PUBLIC_URL: RefCell<PublicUrl> = RefCell::default();
}

/// The public URL of one service. Behind a reverse proxy, it may have a path, such as `/atlas`, as the prefix of all paths
/// of the service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PublicUrl {
    /// Scheme and host, such as `https://host.example`.
    origin: String,
    /// The path, without a slash at its end. Empty at the root of the host.
    prefix: String,
}

impl PublicUrl {
    /// Returns the URL of a service without a configured public URL, from the address that it listens on.
    pub(crate) fn of(address: SocketAddr) -> Self {
        Self { origin: format!("http://{address}"), prefix: String::new() }
    }

    /// Makes this the public URL in the current thread. Tests run several services in one process, each on its own
    /// threads.
    pub(crate) fn install(&self) {
        PUBLIC_URL.set(self.clone());
    }
}

impl Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.prefix)
    }
}

impl FromStr for PublicUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| "write a URL such as https://host.example/path")?;
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-._~/".contains(letter);
        if !matches!(url.scheme(), "http" | "https") {
            Err("write a URL with http or https")
        } else if !url.username().is_empty() || url.password().is_some() {
            Err("leave out the user and the password")
        } else if url.query().is_some() || url.fragment().is_some() {
            Err("leave out the query and the fragment")
        } else if !url.path().chars().all(is_plain) || url.path().contains("//") {
            Err("write a path of letters, digits and - . _ ~ without empty segments")
        } else {
            let prefix = url.path().trim_end_matches('/').to_owned();
            Ok(Self { origin: url.origin().ascii_serialization(), prefix })
        }
    }
}

/// Returns the path before the paths of the service. Empty at the root of the host.
pub(crate) fn prefix() -> String {
    PUBLIC_URL.with_borrow(|url| url.prefix.clone())
}

/// Returns the path, with its query if any, by which clients reach a path of the service.
pub(crate) fn public_path(path: impl Display) -> String {
    PUBLIC_URL.with_borrow(|url| format!("{}{path}", url.prefix))
}

/// Returns the absolute URL of a path that `public_path` returned.
pub(crate) fn absolute(public_path: &str) -> String {
    PUBLIC_URL.with_borrow(|url| format!("{}{public_path}", url.origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_url_may_have_a_path() {
        for (text, expected) in [
            ("https://host.example", "https://host.example"),
            ("https://host.example/", "https://host.example"),
            ("https://host.example/atlas/", "https://host.example/atlas"),
            ("http://127.0.0.1:8080/a/b", "http://127.0.0.1:8080/a/b"),
            ("https://[::1]:443/atlas", "https://[::1]/atlas"),
            ("https://MÜNCHEN.example/atlas", "https://xn--mnchen-3ya.example/atlas"),
        ] {
            assert_eq!(text.parse::<PublicUrl>().unwrap().to_string(), expected);
        }
    }

    #[test]
    fn invalid_public_url_is_rejected() {
        for text in [
            "",
            "host.example",
            "/atlas",
            "ftp://host.example",
            "https://user:password@host.example",
            "https://host.example/?a=b",
            "https://host.example/#top",
            "https://host.example/a//b",
            "https://host.example/\"><b>",
        ] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }
}
