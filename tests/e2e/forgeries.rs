//! Forged and malformed access tokens are rejected.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};
pub(crate) use tests::forgery::claims;
use tests::forgery::{access_token_header, base64url, ed25519, first_key, sign, with_member};
use tests::{App, KEYS};

/// Returns the id and the private key that the service under test signs with.
pub(crate) fn signing_key() -> (String, EncodingKey) {
    first_key(&KEYS)
}

pub(crate) fn sign_token(head: &str, claims: &str, key: &EncodingKey) -> String {
    sign(Algorithm::EdDSA, head, claims, key)
}

pub(crate) fn token_header() -> Value {
    access_token_header(Algorithm::EdDSA, &signing_key().0)
}

fn valid_token(jti: &str) -> String {
    sign_token(&token_header().to_string(), &claims(jti).to_string(), &signing_key().1)
}

/// Returns a signed token with the id of an issued token, and the given scope and municipalities.
pub(crate) fn token_with_rights(jti: &str, scope: &str, municipalities: &[&str]) -> String {
    let claims = with_member(with_member(claims(jti), "scope", json!(scope)), "municipalities", json!(municipalities));
    sign_token(&token_header().to_string(), &claims.to_string(), &signing_key().1)
}

/// Returns the token with the first letter of its signature changed.
fn with_forged_signature(token: &str) -> String {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let letter = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{message}.{letter}{}", &signature[1..])
}

/// Returns invalid tokens, each with a text that its error description contains.
#[expect(clippy::too_many_lines, reason = "one line per token")]
fn invalid_tokens(jti: &str) -> Vec<(&'static str, String)> {
    let (_, own) = signing_key();
    let other = ed25519(&[7; 32]);
    let now = api::base::clock::now().timestamp();
    let with_header = |member: &str, value: Value| {
        sign_token(&with_member(token_header(), member, value).to_string(), &claims(jti).to_string(), &own)
    };
    let with_claim = |member: &str, value: Value| {
        sign_token(&token_header().to_string(), &with_member(claims(jti), member, value).to_string(), &own)
    };
    let absent = || json!("absent");
    let hs256 = {
        let message = format!(
            "{}.{}",
            base64url(with_member(token_header(), "alg", json!("HS256")).to_string()),
            base64url(claims(jti).to_string())
        );
        let public: Value = serde_json::from_str(&KEYS).unwrap();
        let secret = EncodingKey::from_secret(&BASE64.decode(public["keys"][0]["x"].as_str().unwrap()).unwrap());
        let signature = crypto::sign(message.as_bytes(), &secret, Algorithm::HS256).unwrap();
        format!("{message}.{signature}")
    };
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": BASE64.encode([7; 32]) });
    let truncated = |token: String, from: usize| token.chars().take(token.len() - from).collect::<String>();
    let none = format!(
        "{}.{}.",
        base64url(with_member(token_header(), "alg", json!("none")).to_string()),
        base64url(claims(jti).to_string())
    );
    let duplicate_claim = claims(jti).to_string().replacen('{', "{\"scope\":\"tokens:admin\",", 1);

    vec![
        ("form", String::new()),
        ("form", "x".to_owned()),
        ("form", "a.b".to_owned()),
        ("form", format!("{}.x", valid_token(jti))),
        ("signature", format!("{}..", base64url(token_header().to_string()))),
        ("form", format!("{}.{}", valid_token(jti), "x".repeat(9000))),
        ("signature", truncated(valid_token(jti), 2)),
        ("signature", with_forged_signature(&valid_token(jti))),
        ("signature", sign_token(&token_header().to_string(), &claims(jti).to_string(), &other)),
        (
            "signature",
            sign_token(&with_member(token_header(), "jwk", jwk.clone()).to_string(), &claims(jti).to_string(), &other),
        ),
        (
            "signature",
            sign_token(
                &with_member(token_header(), "jku", json!("http://127.0.0.1:1/")).to_string(),
                &claims(jti).to_string(),
                &other,
            ),
        ),
        (
            "signature",
            sign_token(
                &with_member(token_header(), "x5u", json!("http://127.0.0.1:1/")).to_string(),
                &claims(jti).to_string(),
                &other,
            ),
        ),
        ("key", with_header("kid", json!("nobody"))),
        ("key", with_header("kid", json!("../../../../dev/null"))),
        ("header", with_header("kid", absent())),
        ("header", with_header("kid", json!(7))),
        ("header", with_header("typ", absent())),
        ("header", with_header("typ", json!("JWT"))),
        ("header", with_header("typ", json!("id+jwt"))),
        ("header", with_header("alg", json!("RS256"))),
        ("header", with_header("alg", json!("ES256"))),
        ("header", with_header("alg", json!("eddsa"))),
        ("header", hs256),
        ("header", none),
        ("header", with_header("crit", json!(["exp"]))),
        ("header", with_header("crit", json!(["b64"]))),
        ("header", with_header("crit", json!([]))),
        ("header", with_header("b64", json!(false))),
        (
            "header",
            sign_token(
                &token_header().to_string().replacen('{', "{\"alg\":\"none\",", 1),
                &claims(jti).to_string(),
                &own,
            ),
        ),
        ("issuer", with_claim("iss", json!("somebody"))),
        ("claim", with_claim("iss", absent())),
        ("claim", with_claim("iss", json!(null))),
        ("claim", with_claim("iss", json!(5))),
        ("claim", with_claim("iss", json!(["somebody", "transferatlas"]))),
        ("audience", with_claim("aud", json!("somebody"))),
        ("audience", with_claim("aud", json!(["somebody"]))),
        ("audience", with_claim("aud", json!([]))),
        ("claim", with_claim("aud", absent())),
        ("claim", with_claim("aud", json!(null))),
        ("claim", with_claim("aud", json!({}))),
        ("claim", with_claim("sub", absent())),
        ("claim", with_claim("sub", json!(""))),
        ("claim", with_claim("sub", json!("  "))),
        ("claim", with_claim("sub", json!(null))),
        ("claim", with_claim("sub", json!(7))),
        ("claim", with_claim("sub", json!("a\u{0}b"))),
        ("claim", with_claim("sub", json!("a\nb"))),
        ("claim", with_claim("jti", absent())),
        ("claim", with_claim("jti", json!("one"))),
        ("not issued by this service", with_claim("jti", json!("0197f2a0-0000-7000-8000-0000000000aa"))),
        ("claim", with_claim("iat", absent())),
        ("claim", with_claim("iat", json!("now"))),
        ("claim", with_claim("nbf", absent())),
        ("claim", with_claim("nbf", json!("now"))),
        ("claim", with_claim("exp", absent())),
        ("claim", with_claim("exp", json!("never"))),
        ("claim", with_claim("exp", json!(1e300))),
        ("claim", with_claim("scope", json!(["themes:write"]))),
        ("claim", with_claim("municipalities", json!("08335043"))),
        ("claim", sign_token(&token_header().to_string(), &duplicate_claim, &own)),
        ("claim", sign_token(&token_header().to_string(), "[]", &own)),
        ("claim", sign_token(&token_header().to_string(), "nothing", &own)),
        ("not valid yet", with_claim("nbf", json!(now + 300))),
        ("not valid yet", with_claim("iat", json!(now + 300))),
        ("expired", with_claim("exp", json!(now - 60))),
        ("expired", with_claim("exp", json!(i64::MIN))),
        ("lifetime", with_claim("exp", json!(now + 400 * 86_400))),
        ("lifetime", with_claim("exp", json!(i64::MAX))),
        ("lifetime", with_claim("nbf", json!(now - 500 * 86_400))),
    ]
}

#[tokio::test]
async fn forged_and_malformed_tokens_are_rejected() {
    let app = App::start();
    let own = signing_key().1;
    let theme = json!({ "slug": "water-x", "title": { "de": "Wasser" } });
    let issued =
        app.admin().post("/v1/tokens", &json!({ "subject": "stelle", "scopes": ["themes:write"] })).await.json();
    let jti = issued["id"].as_str().unwrap();
    let tokens = invalid_tokens(jti);
    let count = tokens.len();
    for (kind, token) in tokens {
        let client = app.anonymous().with_token(&token);
        for answer in
            [client.post("/v1/themes", &theme).await, client.get("/v1/themes").await, client.get("/v1/me").await]
        {
            assert_eq!((answer.status, answer.problem().as_str()), (401, "invalid-token"), "{kind}: {token}");
            let challenge = answer.header("www-authenticate");
            assert!(challenge.starts_with("Bearer realm=\"transferatlas\", error=\"invalid_token\""), "{challenge}");
            assert!(
                challenge.contains(kind) || kind == "form" && challenge.contains("not a signed"),
                "{kind}: {challenge} {token}"
            );
            assert!(!answer.text().contains(&token) || token.len() < 4, "the response does not contain the token");
        }
    }
    assert!(count > 60);
    assert_eq!(
        app.anonymous().with_token(&valid_token(jti)).post("/v1/themes", &theme).await.status,
        201,
        "a valid token is accepted"
    );
    let several = with_member(claims(jti), "aud", json!(["somebody", "transferatlas"]));
    let many = sign_token(&token_header().to_string(), &several.to_string(), &own);
    assert_eq!(app.anonymous().with_token(&many).get("/v1/me").await.status, 200);
    let typed = sign_token(
        &with_member(token_header(), "typ", json!("application/AT+JWT")).to_string(),
        &claims(jti).to_string(),
        &own,
    );
    assert_eq!(app.anonymous().with_token(&typed).get("/v1/me").await.status, 200);
}
