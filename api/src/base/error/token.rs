//! Reasons why the service refuses a token.

use std::fmt;

use super::Error;

/// The check that a token failed. The caller gets no further details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// `Authorization` has another scheme than Bearer.
    Scheme,
    /// The token is not a signed JSON Web Token, or it is too long.
    Form,
    /// The header does not describe an access token, or names another algorithm.
    Type,
    /// The key ID is unknown.
    Key,
    /// The signature is invalid.
    Signature,
    /// A claim is missing or malformed.
    Claims,
    /// The issuer is unknown.
    Issuer,
    /// The audience is a different one.
    Audience,
    /// The token is not valid yet.
    Early,
    /// The token has expired.
    Expired,
    /// The lifetime exceeds the limit.
    Lifetime,
    /// The token has no row in the database.
    Unknown,
    /// The token was revoked.
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

impl From<TokenError> for Error {
    fn from(error: TokenError) -> Self {
        Self::Refused(error)
    }
}
