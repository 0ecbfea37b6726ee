//! Records from their creation to their retraction and beyond, over HTTP: the real router, a real PostgreSQL.

mod answers;
mod caching;
mod client;
mod cycle;
mod faults;
mod keys;
mod merging;
mod rehearsing;
mod removing;
mod renaming;
mod rows;
mod statements;
mod versions;
