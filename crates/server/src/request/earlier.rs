//! The snapshot that a request goes on with.

use std::sync::Arc;

use pledgegraph_graph::Graph;

/// The snapshot that a cursor is of, where it is not the one that the request came to.
#[derive(Debug, Clone)]
pub(crate) struct Earlier(pub(crate) Arc<Graph>);
