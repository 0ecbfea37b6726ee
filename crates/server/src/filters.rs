//! Parameters that narrow a list, each with what it does to the filter.

pub(crate) mod analyses;
pub(crate) mod edges;
pub(crate) mod entities;
