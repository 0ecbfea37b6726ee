//! The tables of all bodies.

pub(crate) mod edges;
pub(crate) mod entities;
pub(crate) mod query;
pub(crate) mod questions;
