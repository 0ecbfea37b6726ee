//! The read API over the bundled data: the real router, a real PostgreSQL.

mod commitments;
mod peek;
