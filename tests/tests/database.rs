//! The store and the live graph against a real PostgreSQL.

mod fixture;

mod store;
