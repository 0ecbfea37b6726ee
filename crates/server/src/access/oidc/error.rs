//! Why a JWT is not accepted.

/// Why a JWT is not accepted.
#[derive(Debug, thiserror::Error)]
pub(in crate::access) enum OidcError {
    /// It is not good; the text is for our own log.
    #[error("the JWT is not good: {0}")]
    Invalid(&'static str),
    /// There are no keys to check it with.
    #[error("the keys of the issuer cannot be had")]
    NoKeys,
}
