//! Who may write: only whoever holds a token that we issued, as long as it holds, within its rights.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::Utc;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};
use tests::{App, KEYS, Secret, Settings, TestDatabase, listen};

/// The key that the service under test signs with.
fn key() -> (String, EncodingKey) {
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

fn signed(head: &str, claims: &str, key: &EncodingKey) -> String {
    let message = format!("{}.{}", part(head), part(claims));
    let signature = crypto::sign(message.as_bytes(), key, Algorithm::EdDSA).unwrap();
    format!("{message}.{signature}")
}

fn head() -> Value {
    json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": key().0 })
}

/// What a token of ours says; it is one that was issued.
fn claims(jti: &str) -> Value {
    let now = Utc::now().timestamp();
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
    let now = Utc::now().timestamp();
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
        ("not issued here", body("jti", json!("0197f2a0-0000-7000-8000-0000000000aa"))),
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
        ("too long", body("exp", json!(now + 400 * 86_400))),
        ("too long", body("exp", json!(i64::MAX))),
        ("too long", body("nbf", json!(now - 500 * 86_400))),
    ]
}

#[tokio::test]
async fn only_a_token_of_ours_is_accepted() {
    let app = App::start();
    let own = key().1;
    let theme = json!({ "slug": "water-x", "label": { "de": "Wasser" } });
    let issued =
        app.admin().post("/v1/tokens", &json!({ "subject": "stelle", "scopes": ["themes:write"] })).await.json();
    let jti = issued["token"]["id"].as_str().unwrap();
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

#[tokio::test]
async fn a_token_says_who_one_is_and_what_one_may() {
    let app = App::start();
    let input =
        json!({ "subject": "konstanz.stabsstelle", "role": "contributor", "municipalities": ["konstanz"], "days": 2 });

    let issued = app.admin().post("/v1/tokens", &input).await;
    let token = issued.json()["access_token"].as_str().unwrap().to_owned();
    let me = app.anonymous().with_token(&token).get("/v1/me").await;
    let listed = app.admin().get("/v1/tokens?subject=konstanz.stabsstelle&active=true").await;
    let one = app.admin().get(issued.header("location")).await;

    assert_eq!((issued.status, issued.header("cache-control")), (201, "no-store"));
    assert_eq!(me.json()["subject"], "konstanz.stabsstelle");
    assert_eq!(me.json()["scopes"], json!(["submissions:write", "webhooks:write"]));
    assert_eq!(me.json()["municipalities"], json!(["08335043"]));
    assert_eq!(me.json()["token"], issued.json()["token"]["id"]);
    assert_eq!((listed.json()["total"].clone(), &listed.json()["items"][0]["id"]), (json!(1), &me.json()["token"]));
    assert!(one.json()["last_used_at"].is_string());
    for text in [listed.text(), one.text(), app.admin().get("/v1/audit?resource=tokens").await.text()] {
        assert!(!text.contains(token.rsplit('.').next().unwrap()), "the token itself is kept nowhere");
    }
    assert_eq!(app.anonymous().get("/v1/me").await.status, 401);
}

#[tokio::test]
async fn a_token_passes_on_no_more_than_it_has() {
    let app = App::start();
    let token = json!({ "subject": "x", "scopes": ["tokens:admin", "themes:write"] });
    let keeper = app.with_token(token).await;
    let bound = app.with_scopes(&["tokens:admin", "audit:read"], &["08335043"]).await;

    let beyond = keeper.post("/v1/tokens", &json!({ "subject": "y", "role": "editor" })).await;
    let within = keeper.post("/v1/tokens", &json!({ "subject": "y", "scopes": ["themes:write"] })).await;
    let repeated = keeper.post_with("/v1/tokens", &json!({ "subject": "y" }), &[("idempotency-key", "one")]).await;
    let flawed = json!({ "subject": "a person", "role": "king", "municipalities": ["nowhere"], "days": 1000, "scopes": ["all"] });
    let flawed = keeper.post("/v1/tokens", &flawed).await;
    let unknown = keeper
        .post("/v1/tokens", &json!({ "subject": "y", "scopes": ["themes:write"], "municipalities": ["x"] }))
        .await;

    assert_eq!((beyond.status, beyond.problem().as_str()), (403, "beyond"));
    assert_eq!(within.status, 201);
    assert_eq!((repeated.status, repeated.problem().as_str()), (400, "header"));
    let pointers: Vec<_> =
        flawed.json()["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
    assert_eq!(
        (flawed.status, pointers),
        (422, ["/days", "/role", "/scopes/0", "/subject"].map(|at| json!(at)).to_vec())
    );
    assert_eq!((unknown.status, &unknown.json()["errors"][0]["pointer"]), (422, &json!("/municipalities/0")));
    for answer in [
        bound.get("/v1/tokens").await,
        bound.get("/v1/audit").await,
        bound.post("/v1/tokens", &json!({ "subject": "y", "scopes": ["tokens:admin"] })).await,
    ] {
        assert_eq!((answer.status, answer.problem().as_str()), (403, "municipality"));
    }
    let history = bound.get("/v1/themes/mobility/history").await;
    assert!(history.json()["items"][0].get("actor").is_none(), "nor from the history of an entry");
}

#[tokio::test]
async fn a_revoked_token_holds_no_more() {
    let app = App::start();
    let client = app.editor().await;
    let id = client.get("/v1/me").await.json()["token"].as_str().unwrap().to_owned();

    let revoked = app.admin().post(&format!("/v1/tokens/{id}/revocation"), &json!({})).await;
    let again = app.admin().post(&format!("/v1/tokens/{id}/revocation"), &json!({})).await;
    let nowhere = app.admin().post("/v1/tokens/0197f2a0-0000-7000-8000-00000000dead/revocation", &json!({})).await;

    assert_eq!((revoked.status, again.status, nowhere.status), (200, 200, 404));
    assert_eq!(revoked.json()["revoked_at"], again.json()["revoked_at"]);
    let refused = client.get("/v1/themes").await;
    assert!(refused.header("www-authenticate").contains("revoked"));
    let audit = app.admin().get(&format!("/v1/audit?entry={id}")).await;
    assert_eq!(audit.each("action"), ["revoke", "issue"]);
}

#[tokio::test]
async fn a_token_revoked_on_one_instance_ends_on_the_other() {
    let database = TestDatabase::filled();
    if database.server_address().is_none() {
        return;
    }
    let shared = database.shared();
    let (one, other) = (App::start_on(database), App::start_on(shared));
    let client = one.editor().await;
    let elsewhere = other.anonymous().with_token(&one.issue(json!({ "subject": "y", "role": "editor" })).await);
    let id = elsewhere.get("/v1/me").await.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(client.get("/v1/me").await.status, 200);

    assert_eq!(one.admin().post(&format!("/v1/tokens/{id}/revocation"), &json!({})).await.status, 200);
    tokio::time::sleep(std::time::Duration::from_millis(900)).await;

    assert_eq!(elsewhere.get("/v1/me").await.status, 401);
}

#[tokio::test]
async fn without_keys_everything_can_be_read_and_nothing_written() {
    let database = TestDatabase::filled();
    let settings = Settings { keys: Some(Secret("{\"keys\": []}".to_owned())), ..database.settings() };
    let app = App::start_as((database, settings), listen());

    let read = app.anonymous().get("/v1/themes").await;
    let known = app.anonymous().with_token("whatever").get("/v1/themes/mobility").await;
    let written = app.anonymous().with_token("whatever").post("/v1/themes", &json!({})).await;
    let keys = app.anonymous().get("/.well-known/jwks.json").await;

    assert_eq!((read.status, known.status), (200, 200));
    assert_eq!((written.status, written.problem().as_str()), (403, "read-only"));
    assert_eq!(keys.json(), json!({ "keys": [] }));
}

#[tokio::test]
async fn keys_change_places_while_the_service_runs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.json");
    let old = api::auth::Keys::generate().unwrap();
    std::fs::write(&file, &old).unwrap();
    let database = TestDatabase::filled();
    let settings = Settings { keys_file: Some(file.clone()), ..database.settings() };
    let app = App::start_as((database, settings), listen());
    let before = app.editor().await;

    let mut both: Value = serde_json::from_str(&api::auth::Keys::generate().unwrap()).unwrap();
    let first: Value = serde_json::from_str(&old).unwrap();
    both["keys"].as_array_mut().unwrap().push(first["keys"][0].clone());
    // A key signs once it has been known for a minute.
    both["keys"][0]["iat"] = json!(1_000_000_000);
    std::fs::write(&file, both.to_string()).unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    let after = app.editor().await;
    let public = app.anonymous().get("/.well-known/jwks.json").await;
    assert_eq!((before.get("/v1/me").await.status, after.get("/v1/me").await.status), (200, 200), "both hold");
    assert_eq!(public.json()["keys"].as_array().unwrap().len(), 2);
    assert!(!public.text().contains("\"d\""), "the private halves stay here");

    both["keys"].as_array_mut().unwrap().pop();
    std::fs::write(&file, both.to_string()).unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert_eq!((before.get("/v1/me").await.status, after.get("/v1/me").await.status), (401, 200), "one is gone");

    std::fs::write(&file, "broken").unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert_eq!(after.get("/v1/me").await.status, 200, "the last good ones stay");
}
