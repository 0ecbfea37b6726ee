//! Imports and exports through the router.

mod batches;
mod races;
mod round_trip;
mod service;
mod whole;
