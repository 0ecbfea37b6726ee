//! The service through its router, over a real PostgreSQL, without a port.

mod access;
mod api;
mod import;
mod lifecycle;
