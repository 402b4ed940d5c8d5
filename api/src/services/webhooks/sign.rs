//! Signing secrets and signatures according to Standard Webhooks.

use std::fmt::Display;

use aws_lc_rs::{hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::base::error::{Error, Result};

const PREFIX: &str = "whsec_";

/// Returns a new secret with 32 random bytes, as `whsec_` and base64. Fails with `Error::Internal` if the system
/// provides no random numbers.
pub(super) fn secret() -> Result<String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes)
        .map_err(|_| Error::internal(anyhow::anyhow!("the system provides no random bytes for a secret")))?;
    Ok(format!("{PREFIX}{}", STANDARD.encode(bytes)))
}

/// Returns the signatures of a message, one for each secret.
pub(super) fn signatures(secrets: &[String], id: impl Display, timestamp: i64, payload: &str) -> String {
    let sign = |secret: &String| {
        let secret = STANDARD.decode(secret.trim_start_matches(PREFIX)).unwrap_or_default();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let signature = hmac::sign(&key, format!("{id}.{timestamp}.{payload}").as_bytes());
        format!("v1,{}", STANDARD.encode(signature.as_ref()))
    };
    secrets.iter().map(sign).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uses the examples published by Standard Webhooks and its reference implementation.
    #[test]
    fn signature_matches_the_published_examples() {
        for (secret, id, timestamp, payload, published) in [
            (
                "whsec_plJ3nmyCDGBKInavdOK15jsl",
                "msg_loFOjxBNrRLzqYUf",
                1_731_705_121,
                r#"{"event_type":"ping","data":{"success":true}}"#,
                "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
            ),
            (
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                r#"{"test": 2432232314}"#,
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ),
        ] {
            let secrets = [secret, secret].map(str::to_owned);
            assert_eq!(signatures(&secrets, id, timestamp, payload), format!("{published} {published}"));
        }
    }

    #[test]
    fn secrets_are_unique() {
        let (one, other) = (secret().unwrap(), secret().unwrap());

        assert_ne!(one, other);
        assert_eq!(STANDARD.decode(one.trim_start_matches(PREFIX)).unwrap().len(), 32);
    }
}
