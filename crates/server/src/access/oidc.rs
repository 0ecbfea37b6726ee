//! JWTs of one configured issuer, accepted beside tokens (RFC 7519, RFC 9068 in spirit, `OpenID` Connect Discovery).
//!
//! The token decides nothing about its own check: issuer, audience and algorithms are configured, a key is found by
//! `kid` among the keys of the issuer alone and fits one algorithm, and no address in a token is ever followed.

mod claims;
mod error;
mod fetch;
mod keys;
mod options;

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Validation, decode};
use serde::Deserialize;
use serde_json::{Map, Value};

pub(super) use self::error::OidcError;
use self::keys::{Keys, LONGEST_KID};
pub use self::options::{OidcOptions, OidcSetupError, SigningAlgorithm};
use super::Principal;
use super::effort::Effort;

/// The longest JWT, in bytes.
const LONGEST: usize = 8 * 1024;
/// By how much clocks may differ, in seconds.
const LEEWAY: u64 = 30;
/// Checks JWTs of a configured issuer. A clone shares the keys.
#[derive(Clone)]
pub struct Oidc {
    options: Arc<OidcOptions>,
    keys: Arc<Keys>,
}

impl fmt::Debug for Oidc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Oidc").field("options", &self.options).finish_non_exhaustive()
    }
}

/// The part of the header that counts (RFC 7515, section 4.1). Addresses of keys and keys in it are not looked at.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    /// Extensions that must be understood; none is.
    #[serde(default)]
    crit: Option<Value>,
}

impl Oidc {
    /// Checks the options; keys are fetched when the first JWT comes.
    ///
    /// # Errors
    /// When an address cannot be used, or no algorithm is given.
    pub fn new(options: OidcOptions) -> Result<Self, OidcSetupError> {
        let keys = Arc::new(Keys::new(&options)?);
        Ok(Self { options: Arc::new(options), keys })
    }

    /// Whom a JWT speaks for.
    pub(super) async fn principal(&self, token: &str, effort: Effort) -> Result<Principal, OidcError> {
        let header = header(token)?;
        let algorithm = SigningAlgorithm::of_name(&header.alg).filter(|a| self.options.algorithms.contains(a));
        let algorithm = algorithm.ok_or(OidcError::Invalid("alg is not configured"))?;
        let key = Keys::find(&self.keys, &header.kid, effort).await?;
        if key.algorithm != algorithm {
            return Err(OidcError::Invalid("alg is not that of the key"));
        }
        let decoded = decode::<Map<String, Value>>(token, &key.decoding, &self.validation(algorithm));
        let decoded = decoded.map_err(|error| OidcError::Invalid(reason(error.kind())))?;
        claims::principal(&decoded.claims, &self.options.scope_claim, LEEWAY).map_err(OidcError::Invalid)
    }

    fn validation(&self, algorithm: SigningAlgorithm) -> Validation {
        let mut validation = Validation::new(algorithm.into());
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.options.issuer]);
        validation.set_audience(&[&self.options.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation
    }
}

fn header(token: &str) -> Result<Header, OidcError> {
    if token.len() > LONGEST {
        return Err(OidcError::Invalid("longer than 8 KiB"));
    }
    let mut parts = token.split('.');
    let (Some(header), Some(_), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(OidcError::Invalid("not three parts"));
    };
    let header = URL_SAFE_NO_PAD.decode(header).ok().and_then(|bytes| serde_json::from_slice::<Header>(&bytes).ok());
    let header = header.ok_or(OidcError::Invalid("the header lacks alg or kid"))?;
    match header {
        Header { crit: Some(_), .. } => Err(OidcError::Invalid("crit")),
        Header { kid, .. } if kid.is_empty() || kid.len() > LONGEST_KID => Err(OidcError::Invalid("kid")),
        header => Ok(header),
    }
}

fn reason(kind: &jsonwebtoken::errors::ErrorKind) -> &'static str {
    use jsonwebtoken::errors::ErrorKind;
    match kind {
        ErrorKind::InvalidSignature => "signature",
        ErrorKind::ExpiredSignature => "expired",
        ErrorKind::ImmatureSignature => "nbf is in the future",
        ErrorKind::InvalidIssuer => "iss",
        ErrorKind::InvalidAudience => "aud",
        ErrorKind::MissingRequiredClaim(_) => "a claim is missing",
        ErrorKind::InvalidClaimFormat(_) => "a claim is of the wrong type",
        _ => "malformed",
    }
}
