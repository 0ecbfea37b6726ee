//! The schema of a commitment in bodies that hold some.

use std::borrow::Cow;

use pledgegraph_wire::openapi::members::{parts, statement};
use pledgegraph_wire::openapi::schemas::NamedSchema;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::collections::COMMITMENTS;

/// Stands for the schema of commitments where another body holds them.
pub(crate) struct CommitmentSchema;

impl PartialSchema for CommitmentSchema {
    fn schema() -> RefOr<Schema> {
        statement(COMMITMENTS.shown, COMMITMENTS.kinds)
    }
}

impl ToSchema for CommitmentSchema {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed(COMMITMENTS.schema)
    }

    fn schemas(schemas: &mut Vec<NamedSchema>) {
        parts(schemas);
    }
}
