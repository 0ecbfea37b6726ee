//! What happens to every request and answer, whatever the path. `router::build` puts these in order.

pub(crate) mod access;
pub(crate) mod compression;
pub(crate) mod cors;
pub(crate) mod guards;
pub(crate) mod headers;
pub(crate) mod negotiation;
pub(crate) mod pace;
pub(crate) mod problems;
pub(crate) mod rate;
pub(crate) mod request_id;
pub(crate) mod shed;
pub(crate) mod target;
pub(crate) mod unread;
pub(crate) mod version;
