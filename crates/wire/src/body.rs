//! Bodies of requests: read strictly, checked against tables that also document them, and built into values of the
//! model.
//!
//! The *draft form* of a record is what POST and PUT take, what a merge patch is applied to, what an export writes and
//! an import reads. It has the names of the fields that GET answers with; references are strings.

mod draft;
mod edge;
mod entity;
pub mod json;
pub mod line;
mod merge;
mod pointer;
pub mod query;
pub mod question;
mod reader;
mod resolve;
mod rules;
mod scalar;
pub mod schema;
pub mod tables;
#[cfg(test)]
mod tests;
mod write;

use pledgegraph_model::{Edge, EdgeKind, Entity, EntityKind};
use serde_json::Value;

pub use draft::{Draft, Form};
pub use merge::{patch_edge, patch_entity};
pub use resolve::{Except, Lookalike, Resolve};
pub use write::{Naming, write_edge, write_entity};

use crate::refusal::FieldError;

/// Reads the draft of an entity of a kind.
///
/// # Errors
/// Everything that is wrong with it, each with its JSON pointer.
pub fn read_entity(
    value: &Value,
    kind: EntityKind,
    form: Form,
    resolve: &dyn Resolve,
) -> Result<Draft<Entity>, Vec<FieldError>> {
    entity::read(value, kind, form, resolve)
}

/// Reads the draft of a statement of one of some kinds; where there are several, its `kind` says which.
///
/// # Errors
/// Everything that is wrong with it, each with its JSON pointer.
pub fn read_edge(
    value: &Value,
    kinds: &[EdgeKind],
    form: Form,
    resolve: &dyn Resolve,
) -> Result<Draft<Edge>, Vec<FieldError>> {
    edge::read(value, kinds, form, resolve)
}
