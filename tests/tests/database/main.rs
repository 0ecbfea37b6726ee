//! The store and the live graph against a real PostgreSQL.

mod fixture;
mod live;
mod store;
