//! What is configured about the issuer.

use std::str::FromStr;
use std::time::Duration;

use jsonwebtoken::Algorithm;

/// An algorithm by which an issuer signs. Those with a shared secret do not exist here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// `Ed25519`.
    EdDsa,
}

impl SigningAlgorithm {
    const ALL: [(Self, &'static str); 3] = [(Self::Rs256, "RS256"), (Self::Es256, "ES256"), (Self::EdDsa, "EdDSA")];

    /// The one with this name in JOSE.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == name).map(|(algorithm, _)| algorithm)
    }
}

impl FromStr for SigningAlgorithm {
    type Err = OidcSetupError;

    fn from_str(text: &str) -> Result<Self, OidcSetupError> {
        Self::of_name(text).ok_or_else(|| OidcSetupError::Algorithm(text.to_owned()))
    }
}

impl From<SigningAlgorithm> for Algorithm {
    fn from(algorithm: SigningAlgorithm) -> Self {
        match algorithm {
            SigningAlgorithm::Rs256 => Self::RS256,
            SigningAlgorithm::Es256 => Self::ES256,
            SigningAlgorithm::EdDsa => Self::EdDSA,
        }
    }
}

/// Which JWTs are accepted.
#[derive(Debug, Clone)]
pub struct OidcOptions {
    /// `iss`, exactly; also where the issuer describes itself unless `jwks_url` is given.
    pub issuer: String,
    /// What must be in `aud`.
    pub audience: String,
    /// Where the keys of the issuer are; else found by discovery.
    pub jwks_url: Option<String>,
    /// The claim with the scopes: words like `pledgegraph:write`.
    pub scope_claim: String,
    /// How the issuer signs.
    pub algorithms: Vec<SigningAlgorithm>,
    /// For how long keys are good without word from the issuer. They are fetched anew after half of it.
    pub keys_ttl: Duration,
    /// The shortest time between two fetches because of an unknown `kid`.
    pub refetch_pause: Duration,
}

impl OidcOptions {
    /// The usual options for an issuer and an audience.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            jwks_url: None,
            scope_claim: "scope".to_owned(),
            algorithms: vec![SigningAlgorithm::Rs256],
            keys_ttl: Duration::from_mins(10),
            refetch_pause: Duration::from_mins(1),
        }
    }
}

/// Why an issuer cannot be configured like this.
#[derive(Debug, thiserror::Error)]
pub enum OidcSetupError {
    /// Not an address, or not a safe one.
    #[error("`{0}` is not an https address (http is accepted for this machine only)")]
    Address(String),
    /// Not an algorithm that is accepted.
    #[error("`{0}` is not one of RS256, ES256, EdDSA")]
    Algorithm(String),
    /// No algorithm at all.
    #[error("no signing algorithm is given")]
    NoAlgorithm,
    /// The audience is empty.
    #[error("no audience is given")]
    NoAudience,
    /// The client cannot be made.
    #[error("the HTTPS client cannot be set up")]
    Client(#[source] reqwest::Error),
}
