//! Only a token that we issued is accepted, however it was forged.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};
use tests::{App, KEYS};

/// The key that the service under test signs with.
pub(crate) fn key() -> (String, EncodingKey) {
    let keys: Value = serde_json::from_str(&KEYS).unwrap();
    let private = BASE64.decode(keys["keys"][0]["d"].as_str().unwrap()).unwrap();
    (keys["keys"][0]["kid"].as_str().unwrap().to_owned(), ed25519(&private))
}

/// A private key in its PKCS #8 form.
fn ed25519(private: &[u8]) -> EncodingKey {
    let head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    EncodingKey::from_ed_der(&[&head[..], private].concat())
}

fn part(json: &str) -> String {
    BASE64.encode(json)
}

pub(crate) fn signed(head: &str, claims: &str, key: &EncodingKey) -> String {
    let message = format!("{}.{}", part(head), part(claims));
    let signature = crypto::sign(message.as_bytes(), key, Algorithm::EdDSA).unwrap();
    format!("{message}.{signature}")
}

pub(crate) fn head() -> Value {
    json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": key().0 })
}

/// What a token of ours says; it is one that was issued.
pub(crate) fn claims(jti: &str) -> Value {
    let now = api::base::clock::now().timestamp();
    json!({
        "iss": "transferatlas", "aud": "transferatlas", "sub": "stelle", "client_id": "stelle",
        "jti": jti, "iat": now, "nbf": now, "exp": now + 600, "scope": "themes:write",
    })
}

/// One member with another value; without it, if that is null.
fn with(mut json: Value, member: &str, value: Value) -> Value {
    if value == json!("absent") {
        json.as_object_mut().unwrap().remove(member);
    } else {
        json[member] = value;
    }
    json
}

fn good(jti: &str) -> String {
    signed(&head().to_string(), &claims(jti).to_string(), &key().1)
}

/// A token with the id of one that was issued, and other rights.
pub(crate) fn issued_once(jti: &str, scope: &str, municipalities: &[&str]) -> String {
    let claims = with(with(claims(jti), "scope", json!(scope)), "municipalities", json!(municipalities));
    signed(&head().to_string(), &claims.to_string(), &key().1)
}

/// A token with another letter in its signature.
fn forged(token: &str) -> String {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let letter = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{message}.{letter}{}", &signature[1..])
}

/// Tokens that are wrong in one way each, by what is said of them.
#[expect(clippy::too_many_lines, reason = "a line for each token")]
fn wrong(jti: &str) -> Vec<(&'static str, String)> {
    let (_, own) = key();
    let other = ed25519(&[7; 32]);
    let now = api::base::clock::now().timestamp();
    let heads =
        |member: &str, value: Value| signed(&with(head(), member, value).to_string(), &claims(jti).to_string(), &own);
    let body =
        |member: &str, value: Value| signed(&head().to_string(), &with(claims(jti), member, value).to_string(), &own);
    let dead = || json!("absent");
    let hs256 = {
        let message =
            format!("{}.{}", part(&with(head(), "alg", json!("HS256")).to_string()), part(&claims(jti).to_string()));
        let public: Value = serde_json::from_str(&KEYS).unwrap();
        let secret = EncodingKey::from_secret(&BASE64.decode(public["keys"][0]["x"].as_str().unwrap()).unwrap());
        let signature = crypto::sign(message.as_bytes(), &secret, Algorithm::HS256).unwrap();
        format!("{message}.{signature}")
    };
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": BASE64.encode([7; 32]) });
    let cut = |token: String, from: usize| token.chars().take(token.len() - from).collect::<String>();
    let none = format!("{}.{}.", part(&with(head(), "alg", json!("none")).to_string()), part(&claims(jti).to_string()));
    let twice = claims(jti).to_string().replacen('{', "{\"scope\":\"tokens:admin\",", 1);

    vec![
        ("form", String::new()),
        ("form", "x".to_owned()),
        ("form", "a.b".to_owned()),
        ("form", format!("{}.x", good(jti))),
        ("signature", format!("{}..", part(&head().to_string()))),
        ("form", format!("{}.{}", good(jti), "x".repeat(9000))),
        ("signature", cut(good(jti), 2)),
        ("signature", forged(&good(jti))),
        ("signature", signed(&head().to_string(), &claims(jti).to_string(), &other)),
        ("signature", signed(&with(head(), "jwk", jwk.clone()).to_string(), &claims(jti).to_string(), &other)),
        (
            "signature",
            signed(&with(head(), "jku", json!("http://127.0.0.1:1/")).to_string(), &claims(jti).to_string(), &other),
        ),
        (
            "signature",
            signed(&with(head(), "x5u", json!("http://127.0.0.1:1/")).to_string(), &claims(jti).to_string(), &other),
        ),
        ("key", heads("kid", json!("nobody"))),
        ("key", heads("kid", json!("../../../../dev/null"))),
        ("header", heads("kid", dead())),
        ("header", heads("kid", json!(7))),
        ("header", heads("typ", dead())),
        ("header", heads("typ", json!("JWT"))),
        ("header", heads("typ", json!("id+jwt"))),
        ("header", heads("alg", json!("RS256"))),
        ("header", heads("alg", json!("ES256"))),
        ("header", heads("alg", json!("eddsa"))),
        ("header", hs256),
        ("header", none),
        ("header", heads("crit", json!(["exp"]))),
        ("header", heads("crit", json!(["b64"]))),
        ("header", heads("crit", json!([]))),
        ("header", heads("b64", json!(false))),
        ("header", signed(&head().to_string().replacen('{', "{\"alg\":\"none\",", 1), &claims(jti).to_string(), &own)),
        ("issuer", body("iss", json!("somebody"))),
        ("claim", body("iss", dead())),
        ("claim", body("iss", json!(null))),
        ("claim", body("iss", json!(5))),
        ("claim", body("iss", json!(["somebody", "transferatlas"]))),
        ("audience", body("aud", json!("somebody"))),
        ("audience", body("aud", json!(["somebody"]))),
        ("audience", body("aud", json!([]))),
        ("claim", body("aud", dead())),
        ("claim", body("aud", json!(null))),
        ("claim", body("aud", json!({}))),
        ("claim", body("sub", dead())),
        ("claim", body("sub", json!(""))),
        ("claim", body("sub", json!("  "))),
        ("claim", body("sub", json!(null))),
        ("claim", body("sub", json!(7))),
        ("claim", body("sub", json!("a\u{0}b"))),
        ("claim", body("sub", json!("a\nb"))),
        ("claim", body("jti", dead())),
        ("claim", body("jti", json!("one"))),
        ("not issued by this service", body("jti", json!("0197f2a0-0000-7000-8000-0000000000aa"))),
        ("claim", body("iat", dead())),
        ("claim", body("iat", json!("now"))),
        ("claim", body("nbf", dead())),
        ("claim", body("nbf", json!("now"))),
        ("claim", body("exp", dead())),
        ("claim", body("exp", json!("never"))),
        ("claim", body("exp", json!(1e300))),
        ("claim", body("scope", json!(["themes:write"]))),
        ("claim", body("municipalities", json!("08335043"))),
        ("claim", signed(&head().to_string(), &twice, &own)),
        ("claim", signed(&head().to_string(), "[]", &own)),
        ("claim", signed(&head().to_string(), "nothing", &own)),
        ("not valid yet", body("nbf", json!(now + 300))),
        ("not valid yet", body("iat", json!(now + 300))),
        ("expired", body("exp", json!(now - 60))),
        ("expired", body("exp", json!(i64::MIN))),
        ("lifetime", body("exp", json!(now + 400 * 86_400))),
        ("lifetime", body("exp", json!(i64::MAX))),
        ("lifetime", body("nbf", json!(now - 500 * 86_400))),
    ]
}

#[tokio::test]
async fn only_a_token_of_ours_is_accepted() {
    let app = App::start();
    let own = key().1;
    let theme = json!({ "slug": "water-x", "title": { "de": "Wasser" } });
    let issued =
        app.admin().post("/v1/tokens", &json!({ "subject": "stelle", "scopes": ["themes:write"] })).await.json();
    let jti = issued["id"].as_str().unwrap();
    let wrong = wrong(jti);
    let count = wrong.len();
    for (kind, token) in wrong {
        let client = app.anonymous().with_token(&token);
        for answer in
            [client.post("/v1/themes", &theme).await, client.get("/v1/themes").await, client.get("/v1/me").await]
        {
            assert_eq!((answer.status, answer.problem().as_str()), (401, "invalid-token"), "{kind}: {token}");
            let told = answer.header("www-authenticate");
            assert!(told.starts_with("Bearer realm=\"transferatlas\", error=\"invalid_token\""), "{told}");
            assert!(told.contains(kind) || kind == "form" && told.contains("not a signed"), "{kind}: {told} {token}");
            assert!(!answer.text().contains(&token) || token.len() < 4, "a token is not told back");
        }
    }
    assert!(count > 60);
    assert_eq!(
        app.anonymous().with_token(&good(jti)).post("/v1/themes", &theme).await.status,
        201,
        "and this one is right"
    );
    let several = with(claims(jti), "aud", json!(["somebody", "transferatlas"]));
    let many = signed(&head().to_string(), &several.to_string(), &own);
    assert_eq!(app.anonymous().with_token(&many).get("/v1/me").await.status, 200);
    let typed = signed(&with(head(), "typ", json!("application/AT+JWT")).to_string(), &claims(jti).to_string(), &own);
    assert_eq!(app.anonymous().with_token(&typed).get("/v1/me").await.status, 200);
}
