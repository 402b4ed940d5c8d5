//! Requests with one idempotency key have one effect and one response. All responses have a status that the request allows.

use std::collections::BTreeMap;

use super::facts::Facts;
use super::{Fault, Violation, violation};
use crate::histories::history::{Exchange, Request};

/// Status codes of requests that are refused because of the state of an entry or the use of a key, or that failed.
const REFUSALS: [u16; 7] = [404, 409, 410, 412, 422, 503, 507];

pub(super) fn check(facts: &Facts) -> Vec<Violation> {
    let mut by_key: BTreeMap<&str, Vec<&Exchange>> = BTreeMap::new();
    for exchange in &facts.history.exchanges {
        if let Request::Step(Some(key)) = &exchange.request {
            by_key.entry(key).or_default().push(exchange);
        } else if let Request::Write(write) = &exchange.request
            && let Some(key) = &write.key
        {
            by_key.entry(key).or_default().push(exchange);
        }
    }
    let unexpected = facts.history.exchanges.iter().filter(|exchange| !is_expected(exchange));
    let unexpected = unexpected.map(|exchange| violation(Fault::UnexpectedStatus, format!("{exchange:?}")));
    by_key.values().filter_map(|exchanges| check_key(exchanges)).chain(unexpected).collect()
}

fn check_key(exchanges: &[&Exchange]) -> Option<Violation> {
    let successful = || exchanges.iter().filter(|exchange| exchange.answer.is_success());
    let first = successful().min_by_key(|exchange| exchange.ended)?;
    let differs = successful().any(|other| other.answer.text != first.answer.text);
    let is_made_twice = successful().filter(|exchange| !exchange.answer.is_replayed).count() > 1;
    // The response is stored for the same request. Another request with the key is refused.
    let is_same = |other: &Exchange| match (&first.request, &other.request) {
        (Request::Write(first), Request::Write(other)) => first.value == other.value,
        _ => true,
    };
    let is_refused = |other: &Exchange| {
        let in_progress = other.answer.text.contains("request-in-progress");
        other.began > first.ended && !other.answer.is_success() && !other.answer.is_unknown() && !in_progress
    };
    let refused = exchanges.iter().any(|other| is_same(other) && is_refused(other));
    (differs || is_made_twice || refused)
        .then(|| violation(Fault::DifferentResponses, format!("for one idempotency key: {exchanges:?}")))
}

fn is_expected(exchange: &Exchange) -> bool {
    let status = exchange.answer.status;
    let is_refusal = REFUSALS.contains(&status);
    match exchange.request {
        Request::Read(_) => matches!(status, 0 | 200 | 404 | 410 | 503),
        Request::Changes(_) => matches!(status, 0 | 200 | 503),
        Request::Write(_) | Request::Step(_) => status == 0 || exchange.answer.is_success() || is_refusal,
    }
}
