//! The chain: every commit's link names the whole history up to it.

use sha2::{Digest, Sha256};

/// A link of the chain.
pub(crate) type Link = [u8; 16];

/// `sha256(before || seq || after-images || nonce)`, first 16 bytes. `seq` is 8 bytes, big-endian.
pub(crate) fn link<'a>(before: Link, seq: i64, images: impl IntoIterator<Item = &'a str>, nonce: Link) -> Link {
    let mut hasher = Sha256::new();
    hasher.update(before);
    hasher.update(seq.to_be_bytes());
    for image in images {
        hasher.update(image.as_bytes());
    }
    hasher.update(nonce);
    let mut link = Link::default();
    link.copy_from_slice(&hasher.finalize()[..16]);
    link
}

/// What tells two histories with equal changes apart: 74 of its bits are random.
pub(crate) fn nonce() -> Link {
    *uuid::Uuid::now_v7().as_bytes()
}

/// Reads a link from its column, which a CHECK keeps at 16 bytes.
pub(crate) fn from_column(bytes: &[u8]) -> Link {
    bytes.try_into().unwrap_or_default()
}
