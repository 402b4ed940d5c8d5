//! Tokens with the right signature, and with claims that break the rules.

use serde_json::{Value, json};

use super::issuer::Issuer;
use super::tokens::Forgery;

/// A day, in seconds.
const DAY: i64 = 86_400;

/// Returns the tokens.
pub(super) fn forgeries(issuer: &Issuer) -> Vec<Forgery> {
    let now = api::base::clock::now().timestamp();
    let required = if issuer.is_own() { own() } else { trusted() };
    let claims = types(issuer.is_own()).into_iter().chain(values()).chain(required);
    let claims = claims.map(|(claim, value)| forgery("claims", issuer, claim, value));
    let times = times(now).into_iter().map(|(claim, value)| forgery("times", issuer, claim, value));
    let texts = texts(&issuer.claims.to_string());
    let texts = texts.into_iter().map(|text| {
        let what = text.chars().take(40).collect::<String>();
        Forgery::new("payload", what, issuer.sign(issuer.header().to_string(), text))
    });
    claims.chain(times).chain(texts).collect()
}

fn forgery(kind: &'static str, issuer: &Issuer, claim: &str, value: Value) -> Forgery {
    let what = format!("{claim} {value}").chars().take(40).collect::<String>();
    Forgery::new(kind, what, issuer.with_claim(claim, value))
}

/// Returns values of unexpected types for each claim that is checked.
fn types(is_own: bool) -> Vec<(&'static str, Value)> {
    let values = [
        json!("absent"),
        json!(null),
        json!(true),
        json!(5),
        json!([]),
        json!({}),
        json!(""),
        json!([["transferatlas"]]),
    ];
    let claims = ["iss", "aud", "sub", "exp", "iat", "nbf"];
    let all = claims.into_iter().flat_map(|claim| values.clone().map(|value| (claim, value)));
    // `nbf` is optional in tokens of a trusted issuer.
    all.filter(|(claim, value)| is_own || *claim != "nbf" || *value != json!("absent")).collect()
}

/// Returns wrong values of the right types.
fn values() -> Vec<(&'static str, Value)> {
    vec![
        ("iss", json!("somebody")),
        ("iss", json!("TRANSFERATLAS")),
        ("iss", json!("transferatlas ")),
        ("iss", json!(["somebody", "transferatlas"])),
        ("aud", json!("somebody")),
        ("aud", json!("Transferatlas")),
        ("aud", json!("transferatlas ")),
        ("aud", json!(["somebody"])),
        ("aud", json!(["transferatlas", 5])),
        ("sub", json!("  ")),
        ("sub", json!("a\u{0}b")),
        ("sub", json!("a\nb")),
        ("sub", json!("ä")),
        ("sub", json!("x".repeat(101))),
    ]
}

/// Returns claims that only tokens of the service have.
fn own() -> Vec<(&'static str, Value)> {
    let values = [json!("absent"), json!(null), json!(5), json!("one"), json!("0197f2a0-0000-7000-8000-0000000000aa")];
    let jti = values.map(|value| ("jti", value));
    let others = [("scope", json!(["themes:write"])), ("scope", json!(5)), ("municipalities", json!("08335043"))];
    jti.into_iter().chain(others).collect()
}

/// Returns claims of tokens of an issuer that are not access tokens.
fn trusted() -> Vec<(&'static str, Value)> {
    ["ID", "Refresh", "Offline"].map(|kind| ("typ", json!(kind))).to_vec()
}

fn times(now: i64) -> Vec<(&'static str, Value)> {
    vec![
        ("exp", json!(now - 60)),
        ("exp", json!(now - 365 * DAY)),
        ("exp", json!(-1)),
        ("exp", json!(i64::MIN)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(1e300)),
        ("exp", json!(600.5)),
        ("exp", json!((now + 600).to_string())),
        ("exp", json!(now + 1_000 * DAY)),
        ("iat", json!(now + 300)),
        ("iat", json!(i64::MAX)),
        ("iat", json!(i64::MIN)),
        ("iat", json!(now - 1_000 * DAY)),
        ("nbf", json!(now + 300)),
        ("nbf", json!(i64::MAX)),
        ("nbf", json!(i64::MIN)),
        ("nbf", json!(now - 1_000 * DAY)),
        ("nbf", json!("soon")),
    ]
}

/// Returns payloads that are ambiguous, or no object.
fn texts(claims: &str) -> Vec<String> {
    vec![
        claims.replacen('{', "{\"sub\":\"other\",", 1),
        claims.replacen('{', "{\"exp\":1,", 1),
        claims.replacen('{', "{\"aud\":\"other\",", 1),
        claims.replacen('{', "{\"scope\":\"tokens:admin\",\"scope\":\"themes:write\",", 1),
        format!("{claims}{claims}"),
        format!("[{claims}]"),
        claims.trim_end_matches('}').to_owned(),
        "{}".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        "\"transferatlas\"".to_owned(),
        "nothing".to_owned(),
        String::new(),
    ]
}
