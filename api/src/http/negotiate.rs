//! Content negotiation.

use actix_web::http::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderName};

use super::coding::Coding;
use super::format::Format;
use crate::base::error::{Error, Result, Rule, Violation};

/// Returns the values of a header such as `text/csv, */*;q=0.5` with their weights, highest first. Returns `None` if the
/// header is absent or empty.
pub(crate) fn weighted(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<(String, f32)>> {
    let lines = headers.get_all(name).filter_map(|line| line.to_str().ok());
    let mut lines = lines.filter(|line| !line.trim().is_empty()).peekable();
    lines.peek()?;
    let mut parts: Vec<(String, f32)> = lines.flat_map(|line| line.split(',')).filter_map(part).collect();
    parts.sort_by(|(_, left), (_, right)| right.total_cmp(left));
    Some(parts)
}

fn part(text: &str) -> Option<(String, f32)> {
    let mut pieces = text.split(';').map(str::trim);
    let name = pieces.next().filter(|name| !name.is_empty())?;
    let weight = pieces.find_map(|piece| piece.strip_prefix("q=").or_else(|| piece.strip_prefix("Q=")));
    let weight = weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
    Some((name.to_ascii_lowercase(), weight))
}

/// Returns whether the client requests server-sent events.
pub(crate) fn is_stream(headers: &HeaderMap) -> bool {
    let wanted = |(range, weight): &(String, f32)| range == "text/event-stream" && *weight > 0.0;
    weighted(headers, &ACCEPT).is_some_and(|ranges| ranges.iter().any(wanted))
}

/// Returns whether the client prefers an HTML page to JSON.
pub(crate) fn prefers_html(headers: &HeaderMap) -> bool {
    let ranges = weighted(headers, &ACCEPT).unwrap_or_default();
    let is_offered = |range: &str| range == "text/html" || Format::Json.fits(range);
    let first = ranges.iter().find(|(range, weight)| *weight > 0.0 && is_offered(range));
    first.is_some_and(|(range, _)| range == "text/html")
}

/// Returns the requested format, or the offered format that `Accept` prefers, or JSON if both are omitted. Fails with
/// `Error::NotAcceptable` if no such format is offered.
pub(crate) fn negotiate(headers: &HeaderMap, asked: Option<Format>, offered: &[Format]) -> Result<Format> {
    let refused = || Error::NotAcceptable(offered.iter().map(|form| form.media_type()).collect::<Vec<_>>().join(", "));
    if let Some(asked) = asked {
        return if offered.contains(&asked) { Ok(asked) } else { Err(refused()) };
    }
    let Some(ranges) = weighted(headers, &ACCEPT) else {
        return Ok(Format::Json);
    };
    let excluded = |form: &Format| ranges.iter().any(|(range, weight)| *weight <= 0.0 && range == form.media_type());
    let fitting = |range: &str| offered.iter().find(|form| form.fits(range) && !excluded(form));
    let found = ranges.iter().filter(|(_, weight)| *weight > 0.0).find_map(|(range, _)| fitting(range));
    found.copied().ok_or_else(refused)
}

/// Limits the allowed values in violations of an unknown `format` to the formats that the path offers.
pub(super) fn name_offered(violations: &mut [Violation], offered: &[Format]) {
    for violation in violations.iter_mut().filter(|violation| violation.parameter.as_deref() == Some("format")) {
        if let Rule::UnknownValue { allowed, .. } = &mut violation.rule {
            *allowed = offered.iter().map(|format| format.name().to_owned()).collect();
        }
    }
}

/// Returns the content coding with the highest weight in `Accept-Encoding`. If weights are equal, the first one in `offered`
/// takes precedence.
pub(super) fn coding(headers: &HeaderMap, offered: &[Coding]) -> Coding {
    let Some(taken) = weighted(headers, &ACCEPT_ENCODING) else {
        return Coding::Identity;
    };
    let weight = |coding: Coding| {
        let named = taken.iter().find(|(name, _)| name == coding.name());
        named.or_else(|| taken.iter().find(|(name, _)| name == "*")).map_or(0.0, |(_, weight)| *weight)
    };
    let mut best = (Coding::Identity, 0.0);
    for &coding in offered {
        if weight(coding) > best.1 {
            best = (coding, weight(coding));
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        [(name, value.parse().unwrap())].into_iter().collect()
    }

    #[test]
    fn format_with_the_highest_weight_is_chosen() {
        let chosen = |accept| negotiate(&headers(ACCEPT, accept), None, &[Format::Json, Format::Csv]).ok();

        assert_eq!(chosen("text/csv;q=0.5, application/json"), Some(Format::Json));
        assert_eq!(chosen("application/json;q=0.1, text/*"), Some(Format::Csv));
        assert_eq!(chosen("text/html, */*;q=0.1"), Some(Format::Json));
        assert_eq!(chosen("text/csv;q=0, */*"), Some(Format::Json));
        assert_eq!(chosen("image/png"), None);
    }

    #[test]
    fn excluded_coding_is_not_chosen() {
        let chosen = |accept| coding(&headers(ACCEPT_ENCODING, accept), &Coding::COMPLETE);

        assert_eq!(chosen("gzip, deflate, br, zstd"), Coding::Brotli);
        assert_eq!(chosen("gzip;q=1, br;q=0.2"), Coding::Gzip);
        assert_eq!(chosen("br;q=0, *"), Coding::Zstd);
        assert_eq!(chosen("identity"), Coding::Identity);
    }
}
