//! From credentials to a principal.

use std::collections::HashMap;

use pledgegraph_live::{Live, StoreError, Token, TokenText};
use sha2::{Digest, Sha256};

use super::Principal;
use super::effort::Effort;
use super::failures::Failures;
use super::oidc::{Oidc, OidcError};

/// Why a token is not accepted.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Malformed, unknown, expired or revoked: nobody is told which.
    Invalid,
    /// The database cannot be asked.
    Store(StoreError),
    /// The keys of the issuer cannot be had.
    Keys(OidcError),
}

/// All that the access layer goes by.
pub(crate) struct Access {
    live: Live,
    fixed: HashMap<[u8; 32], Principal>,
    oidc: Option<Oidc>,
    pub(super) failures: Failures,
    pub(super) closed_reads: bool,
}

impl Access {
    /// What the options say.
    pub(crate) fn new(live: Live, options: &crate::ServerOptions) -> Self {
        let hashed = |text: &str| -> [u8; 32] { Sha256::digest(text.as_bytes()).into() };
        let fixed = options.fixed_tokens.iter().map(|(text, principal)| (hashed(text), principal.clone())).collect();
        let (oidc, closed_reads) = (options.oidc.clone(), options.closed_reads);
        Self { live, fixed, oidc, failures: Failures::default(), closed_reads }
    }

    /// Whose token it is. Tokens are found by their hash, so the time of a look-up says nothing about their text.
    pub(super) async fn authenticate(&self, token: &str, effort: Effort) -> Result<Principal, Refusal> {
        if !self.fixed.is_empty()
            && let Some(principal) = self.fixed.get(&<[u8; 32]>::from(Sha256::digest(token.as_bytes())))
        {
            return Ok(principal.clone());
        }
        if let Some(text) = TokenText::parse(token) {
            let hash = text.hash();
            let found = match effort {
                Effort::Full => self.live.token(&hash).await.map_err(Refusal::Store)?,
                Effort::Memory => self.live.token_in_memory(&hash),
            };
            return found.map(principal).ok_or(Refusal::Invalid);
        }
        match &self.oidc {
            Some(oidc) => oidc.principal(token, effort).await.map_err(|error| match error {
                OidcError::Invalid(reason) => {
                    tracing::debug!(target: "pledgegraph::access", reason, "a JWT is not accepted");
                    Refusal::Invalid
                }
                OidcError::NoKeys => Refusal::Keys(error),
            }),
            None => Err(Refusal::Invalid),
        }
    }
}

fn principal(token: Token) -> Principal {
    Principal { name: token.name, token: Some(token.id), scope: Some(token.scope) }
}
