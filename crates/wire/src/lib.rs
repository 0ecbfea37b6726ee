//! What goes over the wire, whoever carries it: the shapes of answers and drafts, formats, parameters and bodies of
//! requests as they are read, refusals, and the schemas of all of these. No HTTP.

pub mod answers;
pub mod body;
pub mod csv;
pub mod filters;
pub mod format;
pub mod formats;
pub mod import;
pub mod items;
pub mod media;
pub mod openapi;
pub mod problem;
pub mod refusal;
pub mod request;
