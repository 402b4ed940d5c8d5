//! Tokens whose form, signature, algorithm or header is wrong.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use tests::forgery::{base64url, sign, with_member};

use super::issuer::Issuer;

/// A token that the service must refuse.
#[derive(Clone)]
pub(super) struct Forgery {
    pub(super) kind: &'static str,
    pub(super) what: String,
    pub(super) token: String,
}

impl Forgery {
    pub(super) fn new(kind: &'static str, what: impl Into<String>, token: String) -> Self {
        Self { kind, what: what.into(), token }
    }
}

/// Names of algorithms, of which some do not exist.
const ALGORITHMS: [&str; 16] = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
    "EdDSA", "eddsa", "Ed448", "rs256",
];

/// Returns the tokens. `listener` is a URL that must not be called, `others` are the IDs of the keys of other issuers.
pub(super) fn forgeries(issuer: &Issuer, listener: &str, others: &[&str]) -> Vec<Forgery> {
    [forms(issuer), signatures(issuer, listener), algorithms(issuer), headers(issuer, listener, others)].concat()
}

fn forms(issuer: &Issuer) -> Vec<Forgery> {
    let valid = issuer.valid();
    let parts: Vec<_> = valid.split('.').collect();
    let [head, claims, signature] = parts.as_slice() else { return vec![] };
    let forms = [
        String::new(),
        "x".to_owned(),
        "null".to_owned(),
        ".".to_owned(),
        "..".to_owned(),
        "a.b".to_owned(),
        "a.b.c".to_owned(),
        (*head).to_owned(),
        format!("{head}.{claims}"),
        format!("{head}.{claims}."),
        format!("{head}..{signature}"),
        format!(".{claims}.{signature}"),
        format!("{claims}.{head}.{signature}"),
        format!("{head}.{head}.{signature}"),
        format!("{valid}."),
        format!(".{valid}"),
        format!("{valid}.x"),
        format!("{valid}.{valid}"),
        format!("{valid}="),
        format!("{head}=.{claims}.{signature}"),
        format!("{head}.{claims}=.{signature}"),
        format!("{head}.{claims}.{signature}.{head}.{claims}"),
        format!("{head}%2e{claims}%2e{signature}"),
        format!("{valid},{valid}"),
        json!({ "protected": head, "payload": claims, "signature": signature }).to_string(),
        valid.to_uppercase(),
        valid.chars().rev().collect(),
        "x".repeat(9_000),
        format!("{valid}{}", "A".repeat(9_000)),
    ];
    forms.into_iter().map(|token| Forgery::new("form", token.chars().take(40).collect::<String>(), token)).collect()
}

fn signatures(issuer: &Issuer, listener: &str) -> Vec<Forgery> {
    let valid = issuer.valid();
    let (message, signature) = valid.rsplit_once('.').unwrap_or_default();
    let other = issuer.with_claim("sub", json!("other"));
    let other = other.rsplit('.').next().unwrap_or_default();
    let replaced = |at: usize| {
        let letter = if signature.get(at..=at) == Some("A") { "B" } else { "A" };
        format!("{}{letter}{}", signature.get(..at).unwrap_or_default(), signature.get(at + 1..).unwrap_or_default())
    };
    let shorter = |by: usize| signature.get(..signature.len() - by).unwrap_or_default().to_owned();
    let length = signature.len();
    let changed = (0..8).map(|part| replaced(part * length / 8)).chain([1, 2, 4, length / 2, length].map(shorter));
    let changed = changed.chain([
        other.to_owned(),
        signature.repeat(2),
        "A".repeat(length),
        "_".repeat(length),
        with_unused_bits(signature),
        signature.chars().rev().collect(),
        format!("AAAA{signature}"),
        format!("{signature}AAAA"),
    ]);
    let changed = changed
        .enumerate()
        .map(|(number, changed)| Forgery::new("signature", format!("number {number}"), format!("{message}.{changed}")));
    changed.chain(strangers(issuer, listener)).collect()
}

/// Returns tokens that are signed with another key, some of which name or contain it.
fn strangers(issuer: &Issuer, listener: &str) -> Vec<Forgery> {
    let jwk = jsonwebtoken::jwk::Jwk::from_encoding_key(&issuer.stranger, issuer.algorithm).ok();
    let jwk = jwk.and_then(|jwk| serde_json::to_value(jwk).ok()).unwrap_or_default();
    let headers = [
        ("none", json!("absent")),
        ("jwk", jwk.clone()),
        ("jwk", json!(jwk.to_string())),
        ("jwks", json!({ "keys": [jwk] })),
        ("jku", json!(listener)),
        ("x5u", json!(listener)),
        ("iss", json!(listener)),
        ("url", json!(listener)),
        ("x5c", json!([base64url("certificate")])),
        ("x5t", json!(base64url("certificate"))),
    ];
    let token =
        |head: &Value, claims: &Value| sign(issuer.algorithm, head.to_string(), claims.to_string(), &issuer.stranger);
    let named = headers.into_iter().map(|(member, value)| {
        let head = with_member(issuer.header(), member, value);
        Forgery::new("signature", format!("other key with {member}"), token(&head, &issuer.claims))
    });
    let claims = with_member(issuer.claims.clone(), "iss", json!(listener));
    named.chain([Forgery::new("signature", "other key and issuer", token(&issuer.header(), &claims))]).collect()
}

/// Returns a signature that decodes to the same bytes if the unused bits of the last letter are ignored.
fn with_unused_bits(signature: &str) -> String {
    let last = signature.chars().next_back().and_then(|last| char::from_u32(u32::from(last) + 1));
    let last = last.filter(char::is_ascii_alphanumeric).unwrap_or('h');
    format!("{}{last}", signature.get(..signature.len().saturating_sub(1)).unwrap_or_default())
}

fn algorithms(issuer: &Issuer) -> Vec<Forgery> {
    let own = format!("{:?}", issuer.algorithm);
    let valid = issuer.valid();
    let signature = valid.rsplit('.').next().unwrap_or_default();
    let mut forgeries = vec![];
    for none in
        [json!("none"), json!("None"), json!("NONE"), json!("nOnE"), json!(""), json!(null), json!(0), json!([own])]
    {
        let what = format!("alg {none}");
        let head = base64url(with_member(issuer.header(), "alg", none).to_string());
        for signature in ["", signature] {
            let token = format!("{head}.{}.{signature}", base64url(issuer.claims.to_string()));
            forgeries.push(Forgery::new("algorithm", what.clone(), token));
        }
    }
    for name in ALGORITHMS.into_iter().filter(|name| *name != own) {
        forgeries.push(Forgery::new("algorithm", format!("alg {name}"), issuer.with_header("alg", json!(name))));
    }
    forgeries.push(Forgery::new("algorithm", "no alg", issuer.with_header("alg", json!("absent"))));
    for secret in secrets(&issuer.public) {
        let key = EncodingKey::from_secret(&secret);
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let head = with_member(issuer.header(), "alg", json!(algorithm));
            let token = sign(algorithm, head.to_string(), issuer.claims.to_string(), &key);
            forgeries.push(Forgery::new("algorithm", format!("{algorithm:?} with {} bytes", secret.len()), token));
        }
    }
    forgeries
}

/// Returns forms of a public key, as secrets of a symmetric algorithm.
fn secrets(public: &Value) -> Vec<Vec<u8>> {
    let parts = ["x", "n"].into_iter().filter_map(|member| public.get(member)?.as_str());
    let bytes = parts.flat_map(|part| [part.as_bytes().to_vec(), BASE64.decode(part).unwrap_or_default()]);
    bytes.chain([public.to_string().into_bytes(), b"secret".to_vec()]).collect()
}

fn headers(issuer: &Issuer, listener: &str, others: &[&str]) -> Vec<Forgery> {
    let others = others.iter().map(|kid| ("kid", json!(kid)));
    // Tokens of a trusted issuer may have this type.
    let typ = issuer.is_own().then(|| ("typ", json!("JWT")));
    let members = members(&issuer.kid, listener).into_iter().chain(others).chain(typ);
    let changed = members.map(|(member, value)| {
        let what = format!("{member} {value}").chars().take(40).collect::<String>();
        Forgery::new("header", what, issuer.with_header(member, value))
    });
    let header = issuer.header().to_string();
    let texts = [
        header.replacen('{', "{\"alg\":\"none\",", 1),
        header.replacen('{', "{\"kid\":\"nobody\",", 1),
        header.replacen('{', "{\"typ\":\"JWT\",", 1),
        format!("{header}{header}"),
        format!("[{header}]"),
        header.trim_end_matches('}').to_owned(),
        "null".to_owned(),
        "{}".to_owned(),
        String::new(),
    ];
    let texts = texts.map(|text| Forgery::new("header", text.clone(), issuer.sign(text, issuer.claims.to_string())));
    changed.chain(texts).collect()
}

/// Returns wrong values of members of the header.
fn members(kid: &str, listener: &str) -> Vec<(&'static str, Value)> {
    let absent = || json!("absent");
    vec![
        ("typ", absent()),
        ("typ", json!(null)),
        ("typ", json!(5)),
        ("typ", json!("")),
        ("typ", json!("id+jwt")),
        ("typ", json!("logout+jwt")),
        ("typ", json!("application/json")),
        ("typ", json!(["at+jwt"])),
        ("kid", absent()),
        ("kid", json!(null)),
        ("kid", json!(7)),
        ("kid", json!([kid])),
        ("kid", json!({})),
        ("kid", json!("")),
        ("kid", json!("nobody")),
        ("kid", json!(format!("{}\0", kid))),
        ("kid", json!("../../../../../../dev/null")),
        ("kid", json!("' union all values ('AA'); --")),
        ("kid", json!("x".repeat(2_000))),
        ("kid", json!(listener)),
        ("crit", json!(["exp"])),
        ("crit", json!(["b64"])),
        ("crit", json!([])),
        ("crit", json!("exp")),
        ("crit", json!(null)),
        ("b64", json!(false)),
        ("b64", json!(true)),
    ]
}
