//! Rules of URLs.

use url::Url;
use validator::ValidateUrl;

use super::rules::{Checked, broken, each, require, together};
use super::texts::{length, no_format, without};
use crate::base::addresses::is_public_host;
use crate::base::error::{Rule, StringFormat};

/// Requires an http or https URL of up to 2,000 characters.
pub(crate) fn url(address: &str) -> Checked {
    // White space has a rule of its own.
    let joined: String = address.chars().filter(|letter| !is_space(*letter)).collect();
    let is_http = parsed(&joined).is_some() && joined.validate_url();
    together([
        require(is_http, Rule::Format { expected: StringFormat::Url }),
        if address.is_empty() { Ok(()) } else { length(address, 2000) },
        without(address, is_space, |characters| Rule::UrlSpaces { characters }),
        no_format(address),
    ])
}

/// Requires an http or https URL that leads to a public address, without a user and a password.
pub(crate) fn web(address: &str) -> Checked {
    let parsed = parsed(address);
    let has_user = parsed.as_ref().is_some_and(|url| !url.username().is_empty() || url.password().is_some());
    let private = parsed.as_ref().and_then(Url::host).filter(|host| !is_public_host(host));
    together([
        url(address),
        require(!has_user, Rule::UrlCredentials {}),
        private.map_or(Ok(()), |host| Err(broken(Rule::PrivateAddress { host: host.to_string() }))),
    ])
}

/// Requires http or https URLs that lead to public addresses.
pub(crate) fn webs(addresses: &[String]) -> Checked {
    each(addresses, |address| web(address))
}

/// Returns an http or https URL with a host.
fn parsed(address: &str) -> Option<Url> {
    Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn is_space(letter: char) -> bool {
    letter.is_whitespace() || letter.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::error::CharacterAt;
    use crate::base::validation::violations::rules_of;

    fn broken_by(address: &str) -> Vec<Rule> {
        web(address).err().iter().flat_map(rules_of).collect()
    }

    #[test]
    fn each_fault_of_an_address_has_its_own_rule() {
        let other = || Rule::Format { expected: StringFormat::Url };
        let private = |host: &str| Rule::PrivateAddress { host: host.to_owned() };

        assert_eq!(broken_by("https://example.org/a?b=c#d"), []);
        assert_eq!(broken_by("https://münchen.de/straße"), []);
        assert_eq!(broken_by("javascript:alert(1)"), [other()]);
        assert_eq!(broken_by(""), [other()]);
        assert_eq!(broken_by("https://user:secret@example.org/"), [Rule::UrlCredentials {}]);
        for host in [
            "localhost",
            "127.0.0.1",
            "10.0.0.8",
            "192.168.1.1",
            "169.254.169.254",
            "[::1]",
            "nas.local",
            "wiki.internal",
        ] {
            assert_eq!(broken_by(&format!("http://{host}:8080/x")), [private(host)], "{host}");
        }
        let space = Rule::UrlSpaces { characters: vec![CharacterAt::new(' ', 22)] };
        assert_eq!(broken_by("https://example.org/a b"), [space]);
    }
}
