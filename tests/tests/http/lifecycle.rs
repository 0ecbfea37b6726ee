//! Records from their creation to their retraction and beyond, over HTTP: the real router, a real PostgreSQL.

mod answers;
mod caching;
mod client;
mod cycle;
mod due;
mod ended;
mod faults;
mod keys;
mod merging;
mod rehearsing;
mod removing;
mod renaming;
mod rows;
mod rules;
mod statements;
mod versions;
