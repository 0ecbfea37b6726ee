//! Schemas of the document that are made from what writes answers.

pub mod members;
pub mod schemas;
