//! Reasons for the refusal of a token.

use std::fmt;

/// The check that a token failed. The caller gets no further details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    Scheme,
    Form,
    Type,
    Key,
    Signature,
    Claims,
    Issuer,
    Audience,
    Early,
    Expired,
    Lifetime,
    Unknown,
    Revoked,
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "the scheme of `Authorization` is not Bearer; send `Authorization: Bearer` with the token",
            Self::Form => "it is not a signed JSON Web Token",
            Self::Type => "its header is not that of an access token",
            Self::Key => "its key ID is unknown",
            Self::Signature => "its signature is invalid",
            Self::Claims => "a claim is missing or malformed",
            Self::Issuer => "its issuer is unknown",
            Self::Audience => "its audience is a different one",
            Self::Early => "it is not valid yet",
            Self::Expired => "it has expired",
            Self::Lifetime => "its lifetime exceeds the limit",
            Self::Unknown => "it was not issued by this service",
            Self::Revoked => "it was revoked",
        })
    }
}
