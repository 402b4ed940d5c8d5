//! Secrets, and what is signed with them, as Standard Webhooks has it.

use aws_lc_rs::{hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use crate::error::{Error, Result};

const PREFIX: &str = "whsec_";

/// A new secret: 32 random bytes.
pub(super) fn secret() -> Result<String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| Error::fault(anyhow::anyhow!("there is no randomness to make a secret of")))?;
    Ok(format!("{PREFIX}{}", STANDARD.encode(bytes)))
}

/// The signatures of a message, one with each secret.
pub(super) fn signatures(secrets: &[String], id: Uuid, timestamp: i64, payload: &str) -> String {
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

    /// HMAC-SHA256 as RFC 4231 has it in its second test case, with the content of a message before it known.
    #[test]
    fn a_signature_is_that_of_id_time_and_payload() {
        let secret = format!("{PREFIX}{}", STANDARD.encode("Jefe"));
        let id = Uuid::nil();
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"Jefe");
        let expected = hmac::sign(&key, format!("{id}.1700000000.{{}}").as_bytes());

        let signed = signatures(&[secret.clone(), secret], id, 1_700_000_000, "{}");

        let one = format!("v1,{}", STANDARD.encode(expected.as_ref()));
        assert_eq!(signed, format!("{one} {one}"));
    }

    #[test]
    fn no_secret_is_like_another() {
        let (one, other) = (secret().unwrap(), secret().unwrap());

        assert_ne!(one, other);
        assert_eq!(STANDARD.decode(one.trim_start_matches(PREFIX)).unwrap().len(), 32);
    }
}
