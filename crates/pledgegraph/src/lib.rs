//! pledgegraph

pub mod postgres;
