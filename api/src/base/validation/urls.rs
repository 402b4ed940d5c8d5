//! Validation rules of URLs and e-mail addresses.

use std::net::IpAddr;

use url::{Host, Url};
use validator::ValidateEmail;

use super::rules::{Checked, broken, each, other_format, require, together};
use super::texts::{length, no_format, no_invisible, without};
use crate::base::addresses::{is_public, is_public_host};
use crate::base::characters::is_hidden;
use crate::base::error::{Rule, StringFormat};

/// Requires an http or https URL of up to 2,000 characters. Rejects text that a parser would repair.
pub(crate) fn url(address: &str) -> Checked {
    // A parser ignores the `@` of an empty user.
    let names_user = parsed(address).is_some_and(|url| has_credentials(&url));
    let is_repaired = !names_user && authority(address).is_some_and(|authority| authority.contains('@'));
    together([literal(address), require(!is_repaired, Rule::UrlCredentials {})])
}

/// Requires an http or https URL that leads to a public address, without a user and a password.
pub(crate) fn web(address: &str) -> Checked {
    together([
        literal(address),
        require(!has_user(address), Rule::UrlCredentials {}),
        private_host(address).map_or(Ok(()), |host| Err(broken(Rule::PrivateAddress { host }))),
    ])
}

/// Returns whether a URL has a user or a password, even an empty one.
pub(super) fn has_user(address: &str) -> bool {
    parsed(address).is_some_and(|url| has_credentials(&url))
        || authority(address).is_some_and(|authority| authority.contains('@'))
}

/// Returns a URL without user and password, which must not be in messages.
pub(super) fn without_user(address: &str) -> String {
    match authority(address).and_then(|authority| authority.rsplit_once('@')) {
        Some((user, _)) if !user.is_empty() => address.replacen(&format!("{user}@"), "", 1),
        _ => address.to_owned(),
    }
}

/// Returns the host of a URL if it is private or local.
pub(super) fn private_host(address: &str) -> Option<String> {
    parsed(address)?.host().filter(|host| !is_public_host(host)).map(|host| host.to_string())
}

/// Requires http or https URLs that lead to public addresses.
pub(crate) fn webs(addresses: &[String]) -> Checked {
    each(addresses, |address| web(address))
}

/// Requires an e-mail address whose host is a public domain name.
pub(crate) fn email(address: &str) -> Checked {
    together([mailbox(address), no_invisible(address), no_format(address)])
}

fn mailbox(address: &str) -> Checked {
    let other = || other_format(StringFormat::Email);
    // The document has the format `email`, which is ASCII. Invisible characters violate a rule of their own.
    let is_ascii = address.chars().all(|letter| letter.is_ascii() || is_hidden(letter));
    let domain = address.rsplit_once('@').map(|(_, domain)| domain).filter(|_| is_ascii && address.validate_email());
    let domain = domain.ok_or_else(other)?;
    let private = || broken(Rule::PrivateAddress { host: domain.to_owned() });
    if let Some(literal) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return Err(if literal.parse::<IpAddr>().is_ok_and(|ip| !is_public(ip)) { private() } else { other() });
    }
    match Host::parse(domain) {
        Ok(Host::Domain(name)) if is_public_host(&Host::Domain(name.as_str())) => Ok(()),
        Ok(Host::Ipv4(ip)) if is_public(ip.into()) => Err(other()),
        Ok(_) => Err(private()),
        Err(_) => Err(other()),
    }
}

/// Requires a URL as it must be written: with `http://` or `https://`, a host, and no characters that URLs do not allow.
pub(super) fn literal(address: &str) -> Checked {
    // Forbidden characters are removed first, because they violate rules of their own.
    let joined: String =
        address.chars().filter(|letter| !is_space(*letter) && !is_unwise(*letter) && !is_hidden(*letter)).collect();
    let is_http = authority(address).is_some_and(|authority| !authority.is_empty()) && parsed(&joined).is_some();
    together([
        require(is_http, Rule::Format { expected: StringFormat::Url }),
        if address.is_empty() { Ok(()) } else { length(address, 2000) },
        without(address, is_space, |characters| Rule::UrlSpaces { characters }),
        without(address, is_unwise, |characters| Rule::UrlCharacters { characters }),
        no_invisible(address),
        no_format(address),
    ])
}

/// Parses an http or https URL with a host. Returns `None` for any other text.
fn parsed(address: &str) -> Option<Url> {
    Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Returns the part of a URL between `//` and its path. Returns `None` unless the URL begins with `http://` or `https://`.
fn authority(address: &str) -> Option<&str> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    // Parsers read a backslash as a slash.
    rest.split(['/', '?', '#', '\\']).next()
}

fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn is_space(letter: char) -> bool {
    letter.is_whitespace() || letter.is_control()
}

/// Returns whether a visible character must be percent-encoded in URLs (RFC 3987).
fn is_unwise(letter: char) -> bool {
    matches!(letter, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::error::CharacterAt;
    use crate::base::validation::violations::rules_of;

    fn violated_rules(address: &str) -> Vec<Rule> {
        web(address).err().iter().flat_map(rules_of).collect()
    }

    #[test]
    fn each_url_violation_has_its_own_rule() {
        let other = || Rule::Format { expected: StringFormat::Url };
        let private = |host: &str| Rule::PrivateAddress { host: host.to_owned() };

        assert_eq!(violated_rules("https://example.org/a?b=c#d"), []);
        assert_eq!(violated_rules("https://münchen.de/straße"), []);
        assert_eq!(violated_rules("javascript:alert(1)"), [other()]);
        assert_eq!(violated_rules(""), [other()]);
        assert_eq!(violated_rules("https://user:secret@example.org/"), [Rule::UrlCredentials {}]);
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
            assert_eq!(violated_rules(&format!("http://{host}:8080/x")), [private(host)], "{host}");
        }
        let space = Rule::UrlSpaces { characters: vec![CharacterAt::new(' ', 22)] };
        assert_eq!(violated_rules("https://example.org/a b"), [space]);
    }

    #[test]
    fn url_that_a_parser_repairs_is_rejected() {
        let at = |found: &[(char, usize)]| found.iter().map(|(letter, at)| CharacterAt::new(*letter, *at)).collect();
        let other = || Rule::Format { expected: StringFormat::Url };
        let unwise = |found| Rule::UrlCharacters { characters: at(found) };

        assert_eq!(violated_rules("https:/example.org"), [other()]);
        assert_eq!(violated_rules("https:///example.org"), [other()]);
        assert_eq!(violated_rules("HTTPS://example.org/"), [other()]);
        assert_eq!(violated_rules(r"https:\\example.org\a"), [other(), unwise(&[('\\', 7), ('\\', 8), ('\\', 20)])]);
        let tag = unwise(&[('"', 21), ('>', 22), ('<', 23), ('>', 30)]);
        assert_eq!(violated_rules(r#"https://example.org/"><script>"#), [tag]);
        let hidden = Rule::InvisibleCharacters { characters: at(&[('\u{200b}', 11)]) };
        assert_eq!(violated_rules("https://ex\u{200b}ample.org/"), [hidden]);
        for empty in ["https://@example.org/", "https://:@example.org/"] {
            assert_eq!(violated_rules(empty), [Rule::UrlCredentials {}], "{empty}");
            assert!(url(empty).is_err(), "{empty}");
        }
        assert_eq!(violated_rules("https://example.org/@name?q=a@b"), []);
    }

    #[test]
    fn email_host_must_be_a_public_name() {
        let rules = |address: &str| email(address).err().iter().flat_map(rules_of).collect::<Vec<Rule>>();
        let other = || Rule::Format { expected: StringFormat::Email };

        for good in ["amt@example.org", "amt@xn--mnchen-3ya.de", "a.b+c@mail.local.example.org"] {
            assert_eq!(rules(good), [], "{good}");
        }
        for host in ["localhost", "intranet", "nas.local", "[10.0.0.1]", "10.0.0.1", "[::1]"] {
            let private = Rule::PrivateAddress { host: host.to_owned() };
            assert_eq!(rules(&format!("a@{host}")), [private], "{host}");
        }
        for bad in ["a", "a@", "a@[8.8.8.8]", "a@8.8.8.8", "a@x[8.8.8.8]", "a@example.org\\", "amt@münchen.de"] {
            assert_eq!(rules(bad), [other()], "{bad}");
        }
        let hidden = Rule::InvisibleCharacters { characters: vec![CharacterAt::new('\u{200b}', 5)] };
        assert_eq!(rules("a@ex\u{200b}ample.org"), [hidden]);
    }
}
