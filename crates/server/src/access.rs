//! Who asks, and what they may do: bearer tokens of our own, JWTs of a configured issuer, and the scope each call needs.
//!
//! `required.rs` says what each call needs, `credentials.rs` takes out of a request what it brings, `authenticator.rs`
//! finds out whose that is, and `layer.rs` lets the request in or refuses it.

mod authenticator;
mod credentials;
mod effort;
mod failures;
mod layer;
mod oidc;
mod principal;
mod required;

pub(crate) use authenticator::Access;
pub(crate) use layer::layer;
pub use oidc::{Oidc, OidcOptions, OidcSetupError, SigningAlgorithm};
pub use pledgegraph_live::Scope;
pub(crate) use principal::network;
pub use principal::{ClientAddress, Principal, origin};
