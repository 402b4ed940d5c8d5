//! Tokens of a trusted external issuer.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tests::{App, Listen, TestDatabase, Trust, keys, listen};

const ISSUER: &str = "https://login.example/realms/atlas";

/// Returns a signing key of the external issuer and its public key.
fn key(kid: &str) -> (EncodingKey, Value) {
    let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let key = EncodingKey::from_ec_der(pair.as_ref());
    let mut public = serde_json::to_value(Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap()).unwrap();
    public["kid"] = kid.into();
    public["use"] = "sig".into();
    (key, public)
}

fn claims(roles: &[&str]) -> Value {
    let now = api::base::clock::now().timestamp();
    json!({
        "iss": ISSUER, "aud": ["account", "transferatlas"], "sub": "f3b1-4c", "iat": now, "exp": now + 300,
        "typ": "Bearer", "realm_access": { "roles": roles },
    })
}

fn token(kid: &str, key: &EncodingKey, claims: &Value) -> String {
    encode(&Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::ES256) }, claims, key).unwrap()
}

fn listen_with_trust(jwks: String) -> Listen {
    let scopes = ["atlas-redaktion=editor", "atlas-kommune=contributor", "atlas-beispiele=practice_examples:write"];
    let trust = Trust {
        trusted_issuer: Some(ISSUER.to_owned()),
        trusted_jwks: Some(jwks),
        trusted_audience: "transferatlas".to_owned(),
        trusted_scopes_claim: "realm_access.roles".to_owned(),
        trusted_scopes: scopes.map(str::to_owned).to_vec(),
        trusted_municipalities_claim: "ags".to_owned(),
    };
    Listen { trust, ..listen() }
}

fn start(listen: Listen) -> App {
    let database = TestDatabase::filled();
    let settings = database.settings();
    App::start_as(database, settings, keys(), listen)
}

#[tokio::test]
async fn claims_of_a_trusted_issuer_map_to_scopes() {
    let (signing, public) = key("one");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), json!({ "keys": [public] }).to_string()).unwrap();
    let app = start(listen_with_trust(file.path().display().to_string()));
    let me = async |claims: &Value| app.anonymous().with_token(&token("one", &signing, claims)).get("/v1/me").await;

    let editor = me(&claims(&["atlas-redaktion", "offline_access"])).await.json();
    assert_eq!(editor["subject"], format!("f3b1-4c ({ISSUER})"));
    assert!(
        editor["scopes"].as_array().unwrap().contains(&json!("projects:write"))
            && editor.get("municipalities").is_none()
    );
    let nobody = me(&claims(&["offline_access"])).await.json();
    assert_eq!((&nobody["scopes"], &nobody["municipalities"]), (&json!([]), &json!([])));
    let unbound = me(&claims(&["atlas-kommune"])).await.json();
    assert_eq!(unbound["municipalities"], json!([]), "a contributor without named municipalities acts for none");
    for roles in [&["atlas-beispiele"][..], &["atlas-kommune", "atlas-beispiele"]] {
        let nowhere = me(&claims(roles)).await.json();
        assert_eq!(nowhere["municipalities"], json!([]), "a scope without named municipalities applies to none");
    }
    let mut bound = claims(&["atlas-beispiele"]);
    bound["ags"] = json!(["08335043"]);
    assert_eq!(me(&bound).await.json()["municipalities"], json!(["08335043"]));

    let konstanz = app.anonymous().with_token(&token("one", &signing, &bound));
    let example = |municipality: &str| {
        json!({
            "slug": format!("e-{municipality}"), "title": { "de": "Erfunden" }, "municipality": municipality,
            "relation": "origin", "sources": ["https://example.org/"],
        })
    };
    assert_eq!(konstanz.post("/v1/practice-examples", &example("08335043")).await.status, 201);
    assert_eq!(konstanz.post("/v1/practice-examples", &example("08421000")).await.status, 403);
    let audit = app.admin().get("/v1/audit?resource=practice-examples&limit=1").await;
    assert_eq!(audit.each("actor"), [json!(format!("f3b1-4c ({ISSUER})"))]);
}

#[tokio::test]
async fn invalid_tokens_of_a_trusted_issuer_are_rejected() {
    let ((signing, public), (stranger, _)) = (key("one"), key("one"));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), json!({ "keys": [public] }).to_string()).unwrap();
    let app = start(listen_with_trust(file.path().display().to_string()));
    let good = claims(&["atlas-redaktion"]);
    let now = api::base::clock::now().timestamp();
    let with = |member: &str, value: Value| {
        let mut claims = good.clone();
        claims[member] = value;
        token("one", &signing, &claims)
    };
    // Claims of the service itself, signed by the external issuer.
    let ours = json!({
        "iss": "transferatlas", "aud": "transferatlas", "sub": "x", "client_id": "x", "jti": "0197f2a0-0000-7000-8000-0000000000aa",
        "iat": now, "nbf": now, "exp": now + 60, "scope": "themes:write",
    });

    for (kind, token) in [
        ("signature", token("one", &stranger, &good)),
        ("key", token("two", &signing, &good)),
        ("issuer", token("one", &signing, &ours)),
        ("issuer", with("iss", json!("https://login.example/realms/other"))),
        ("audience", with("aud", json!("account"))),
        ("header", with("typ", json!("ID"))),
        ("header", with("typ", json!("Refresh"))),
        ("claim", with("sub", json!(""))),
        ("claim", with("exp", json!(null))),
        ("expired", with("exp", json!(now - 100))),
        ("not valid yet", with("nbf", json!(now + 100))),
        ("claim", with("nbf", json!("soon"))),
        ("lifetime", with("exp", json!(now + 3 * 86_400))),
    ] {
        let refused = app.anonymous().with_token(&token).get("/v1/me").await;
        assert_eq!(refused.status, 401, "{kind}");
        assert!(refused.header("www-authenticate").contains(kind), "{kind}: {}", refused.header("www-authenticate"));
    }
    assert_eq!(app.anonymous().with_token(&token("one", &signing, &good)).get("/v1/me").await.status, 200);
}

#[tokio::test]
async fn issuer_keys_are_cached_while_the_issuer_is_unavailable() {
    let (signing, public) = key("one");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let requests = Arc::new(AtomicUsize::new(0));
    let count = requests.clone();
    std::thread::spawn(move || {
        let body =
            json!({ "keys": [public, { "kty": "oct", "k": "AAAA", "kid": "secret" }, { "kty": "new" }] }).to_string();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            // The first response contains the keys; later responses are errors.
            let first = count.fetch_add(1, Ordering::Relaxed) == 0;
            let answer = if first {
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
            } else {
                "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned()
            };
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    let app = start(listen_with_trust(format!("http://{address}/certs")));
    let good = token("one", &signing, &claims(&["atlas-redaktion"]));

    for _ in 0..20 {
        assert_eq!(app.anonymous().with_token(&good).get("/v1/me").await.status, 200);
        let unknown = app.anonymous().with_token(&token("two", &signing, &claims(&[]))).get("/v1/me").await;
        assert_eq!(unknown.status, 401);
    }
    let secret = EncodingKey::from_secret(&[0, 0, 0]);
    let header = Header { kid: Some("secret".to_owned()), ..Header::new(Algorithm::HS256) };
    let shared = encode(&header, &claims(&["atlas-redaktion"]), &secret).unwrap();

    assert_eq!(app.anonymous().with_token(&shared).get("/v1/me").await.status, 401, "a symmetric key is not accepted");
    assert_eq!(requests.load(Ordering::Relaxed), 1, "unknown key IDs cause no further requests");
}
