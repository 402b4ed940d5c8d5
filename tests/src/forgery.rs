//! Tokens with any header and any claims, signed with any key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

/// Returns the ID and the private key of the first of the signing keys in a file of the service.
pub fn first_key(keys: &str) -> (String, EncodingKey) {
    let keys: Value = serde_json::from_str(keys).expect("a JSON Web Key Set");
    let text = |member: &str| keys["keys"][0][member].as_str().expect("a text");
    (text("kid").to_owned(), ed25519(&BASE64.decode(text("d")).expect("base64url")))
}

/// Wraps a private key in PKCS #8.
pub fn ed25519(private: &[u8]) -> EncodingKey {
    let head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    EncodingKey::from_ed_der(&[&head[..], private].concat())
}

/// Encodes bytes as in a token.
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    BASE64.encode(bytes)
}

/// Signs a header and claims.
pub fn sign(algorithm: Algorithm, head: impl AsRef<[u8]>, claims: impl AsRef<[u8]>, key: &EncodingKey) -> String {
    let message = format!("{}.{}", base64url(head), base64url(claims));
    let signature = crypto::sign(message.as_bytes(), key, algorithm).expect("a signature");
    format!("{message}.{signature}")
}

/// Returns the header of an access token.
pub fn access_token_header(algorithm: Algorithm, kid: &str) -> Value {
    json!({ "typ": "at+jwt", "alg": algorithm, "kid": kid })
}

/// Returns the claims of a valid token of the service with the ID of an issued token.
pub fn claims(jti: &str) -> Value {
    let now = api::base::clock::now().timestamp();
    json!({
        "iss": "transferatlas", "aud": "transferatlas", "sub": "stelle", "client_id": "stelle",
        "jti": jti, "iat": now, "nbf": now, "exp": now + 600, "scope": "themes:write",
    })
}

/// Returns the object with another value of one member, or without the member if the value is `absent`.
#[must_use]
pub fn with_member(mut json: Value, member: &str, value: Value) -> Value {
    if value == json!("absent") {
        json.as_object_mut().expect("an object").remove(member);
    } else {
        json[member] = value;
    }
    json
}
