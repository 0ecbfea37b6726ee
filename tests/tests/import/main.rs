//! Imports and exports through the router.

mod batches;
mod round_trip;
mod service;
mod whole;
