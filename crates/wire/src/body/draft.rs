//! What a draft is, whatever it is a draft of.

use crate::answers::warning::WarningBody;

/// Where a draft stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The body of a request: identifiers, versions and redirects are not the client's to set.
    Request,
    /// A line of an import: names its `kind`, and may carry `id`, `key` and `redirects`.
    Line,
}

/// A record that was read, and what to know about it.
#[derive(Debug)]
pub struct Draft<T> {
    /// The record.
    pub value: T,
    /// What to know: names that look like others, say.
    pub warnings: Vec<WarningBody>,
}
