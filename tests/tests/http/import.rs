//! Imports and exports through the router.

mod batches;
mod races;
mod round_trip;
mod rules;
mod service;
mod whole;
