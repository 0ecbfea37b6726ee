//! How much a check of a token may take.

/// How far a check may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::access) enum Effort {
    /// It may ask the database, or the issuer for its keys.
    Full,
    /// Only what is in memory: for addresses that failed too often, where others may still have good tokens.
    Memory,
}
