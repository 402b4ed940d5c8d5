//! Why a token is not accepted.

use std::fmt;

/// Which check a token did not pass; the caller learns no more than that.
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
            Self::Key => "its key is not known",
            Self::Signature => "its signature does not hold",
            Self::Claims => "a claim is missing or malformed",
            Self::Issuer => "its issuer is not ours",
            Self::Audience => "it is for another audience",
            Self::Early => "it is not valid yet",
            Self::Expired => "it has expired",
            Self::Lifetime => "it lives too long",
            Self::Unknown => "it was not issued here",
            Self::Revoked => "it was revoked",
        })
    }
}
