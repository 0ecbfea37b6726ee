//! The keys of the issuer, kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use serde::Deserialize as _;
use serde_json::Value;
use tokio::sync::Mutex;

use super::error::OidcError;
use super::fetch::{FetchError, Fetcher};
use super::options::{OidcOptions, OidcSetupError, SigningAlgorithm};
use crate::access::effort::Effort;

/// The longest key identifier, in bytes.
pub(super) const LONGEST_KID: usize = 256;

/// How many keys are kept.
const MOST: usize = 64;
/// How long after a failed fetch the next may come while there are no keys.
const RETRY: Duration = Duration::from_secs(5);

/// A key and the one algorithm that it is for.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) algorithm: SigningAlgorithm,
    pub(super) decoding: DecodingKey,
}

/// The keys of the issuer by `kid`.
pub(super) struct Keys {
    fetcher: Fetcher,
    algorithms: Vec<SigningAlgorithm>,
    ttl: Duration,
    pause: Duration,
    loaded: RwLock<Loaded>,
    /// Held by the one that fetches.
    fetching: Mutex<()>,
}

#[derive(Default)]
struct Loaded {
    keys: HashMap<String, Key>,
    /// When the issuer gave them.
    at: Option<Instant>,
    /// When it was asked last.
    asked: Option<Instant>,
}

/// What the keys at hand say about a `kid`.
///
/// `ask_after`: the issuer should be asked, unless it was asked less than this ago.
enum Look {
    Found { key: Key, ask_after: Option<Duration> },
    Unknown { ask_after: Option<Duration> },
    NoKeys { ask_after: Option<Duration> },
}

impl Look {
    fn ask_after(&self) -> Option<Duration> {
        match self {
            Self::Found { ask_after, .. } | Self::Unknown { ask_after } | Self::NoKeys { ask_after } => *ask_after,
        }
    }
}

impl Loaded {
    fn rested(&self, pause: Duration) -> bool {
        self.asked.is_none_or(|asked| asked.elapsed() >= pause)
    }
}

impl Keys {
    pub(super) fn new(options: &OidcOptions) -> Result<Self, OidcSetupError> {
        if options.algorithms.is_empty() {
            return Err(OidcSetupError::NoAlgorithm);
        }
        if options.audience.is_empty() {
            return Err(OidcSetupError::NoAudience);
        }
        Ok(Self {
            fetcher: Fetcher::new(options)?,
            algorithms: options.algorithms.clone(),
            ttl: options.keys_ttl,
            pause: options.refetch_pause,
            loaded: RwLock::default(),
            fetching: Mutex::default(),
        })
    }

    /// The key with this identifier. Keys past half their time are fetched anew beside the request; an unknown one is
    /// asked for, but seldom.
    pub(super) async fn find(keys: &Arc<Self>, kid: &str, effort: Effort) -> Result<Key, OidcError> {
        let looked = keys.look(kid);
        if let Some(pause) = looked.ask_after().filter(|_| effort == Effort::Full) {
            // A task of its own: a client that goes away does not break it off.
            let fetching = tokio::spawn(Arc::clone(keys).fetch(pause));
            if !matches!(looked, Look::Found { .. }) {
                let _ = fetching.await;
            }
        }
        match keys.look(kid) {
            Look::Found { key, .. } => Ok(key),
            Look::Unknown { .. } => Err(OidcError::Invalid("kid is not known")),
            Look::NoKeys { .. } => Err(OidcError::NoKeys),
        }
    }

    fn look(&self, kid: &str) -> Look {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        let wanted = |pause: Duration| loaded.rested(pause).then_some(pause);
        let Some(age) = loaded.at.map(|at| at.elapsed()).filter(|age| *age < self.ttl) else {
            return Look::NoKeys { ask_after: wanted(RETRY.min(self.pause)) };
        };
        match loaded.keys.get(kid) {
            Some(key) => {
                let aging = age > self.ttl / 2;
                Look::Found { key: key.clone(), ask_after: wanted(self.pause).filter(|_| aging) }
            }
            None => Look::Unknown { ask_after: wanted(self.pause) },
        }
    }

    /// Fetches the keys unless somebody else did less than `pause` ago, perhaps while we waited.
    async fn fetch(self: Arc<Self>, pause: Duration) {
        let _fetching = self.fetching.lock().await;
        if !self.begin(pause) {
            return;
        }
        match self.fetcher.keys().await.and_then(|keys| self.usable(&keys)) {
            Ok(keys) => {
                tracing::debug!(target: "pledgegraph::access", keys = keys.len(), "the keys of the issuer are here");
                let mut loaded = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
                (loaded.keys, loaded.at) = (keys, Some(Instant::now()));
            }
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::warn!(target: "pledgegraph::access", %error, cause, "the keys of the issuer cannot be had");
            }
        }
    }

    fn begin(&self, pause: Duration) -> bool {
        let mut loaded = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
        let rested = loaded.rested(pause);
        if rested {
            loaded.asked = Some(Instant::now());
        }
        rested
    }

    /// Those that can be used, by `kid`. One that is not understood does not spoil the others.
    fn usable(&self, published: &[Value]) -> Result<HashMap<String, Key>, FetchError> {
        let keys = published.iter().take(MOST).filter_map(|jwk| self.key(jwk));
        let keys: HashMap<String, Key> = keys.collect();
        if keys.is_empty() { Err(FetchError::NoKey) } else { Ok(keys) }
    }

    fn key(&self, published: &Value) -> Option<(String, Key)> {
        let jwk = Jwk::deserialize(published).ok()?;
        let kid = jwk.common.key_id.clone().filter(|kid| (1..=LONGEST_KID).contains(&kid.len()))?;
        if !matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature)) {
            return None;
        }
        let algorithm = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => SigningAlgorithm::Rs256,
            AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => SigningAlgorithm::Es256,
            AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => SigningAlgorithm::EdDsa,
            _ => return None,
        };
        let said = published.get("alg").and_then(Value::as_str);
        let fits = said.is_none_or(|name| SigningAlgorithm::of_name(name) == Some(algorithm));
        let decoding = DecodingKey::from_jwk(&jwk).ok()?;
        (fits && self.algorithms.contains(&algorithm)).then_some((kid, Key { algorithm, decoding }))
    }
}
