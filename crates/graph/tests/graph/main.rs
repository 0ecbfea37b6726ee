//! The graph from outside: drawn graphs, brute force on random ones, and shapes that are hard to get through.

mod conflicts;
mod consistency;
mod drawn;
mod force;
mod goals;
mod histories;
mod hostile;
mod links;
mod parts;
mod provenance;
mod query;
mod questions;
mod shapes;
mod tree;
mod work;
