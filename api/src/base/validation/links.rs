//! Validation rules of the links of Markdown.

use super::rules::{Checked, together};
use super::texts::{none_of, shown};
use super::urls::{has_user, literal, private_host, without_user};
use crate::base::error::MarkdownFault;

/// Requires that links lead to http, https or mailto, with URLs that follow the rules of members with a URL. Each link is
/// given by its Markdown and its URL.
pub(super) fn sound_links(links: &[(String, String)]) -> Checked {
    let (web, others): (Vec<_>, Vec<_>) =
        links.iter().partition(|(_, url)| url.starts_with("http://") || url.starts_with("https://"));
    let others = others.into_iter().filter(|(_, url)| !url.starts_with("mailto:")).map(|(found, _)| found.clone());
    let with = |is_wrong: fn(&str) -> bool| -> Vec<String> {
        web.iter().filter(|(_, url)| is_wrong(url)).map(|(_, url)| shown(&without_user(url))).collect()
    };
    together([
        none_of(MarkdownFault::Link, others.collect()),
        none_of(MarkdownFault::LinkUrl, with(|url| literal(url).is_err())),
        none_of(MarkdownFault::LinkCredentials, with(has_user)),
        none_of(MarkdownFault::LinkPrivateAddress, with(|url| private_host(url).is_some())),
    ])
}
