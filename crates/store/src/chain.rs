//! The chain: every commit's link names the whole history up to it.

use sha2::{Digest, Sha256};

/// A link of the chain.
pub(crate) type Link = [u8; 16];

/// See [`Linking`].
pub(crate) fn link<'a>(
    before: Link,
    seq: i64,
    images: impl IntoIterator<Item = &'a str>,
    nonce: Link,
    origin: Option<&str>,
) -> Link {
    let mut linking = Linking::begin(before, seq);
    images.into_iter().for_each(|image| linking.image(image));
    linking.end(nonce, origin)
}

/// A link whose after-images come one by one: `sha256(before || seq || after-images || nonce || origin)`, first 16 bytes.
/// `seq` is 8 bytes, big-endian; the origin is left out where none is recorded.
pub(crate) struct Linking(Sha256);

impl Linking {
    pub(crate) fn begin(before: Link, seq: i64) -> Self {
        Self(Sha256::new().chain_update(before).chain_update(seq.to_be_bytes()))
    }

    pub(crate) fn image(&mut self, image: &str) {
        self.0.update(image.as_bytes());
    }

    pub(crate) fn end(self, nonce: Link, origin: Option<&str>) -> Link {
        let mut link = Link::default();
        let hash = self.0.chain_update(nonce).chain_update(origin.unwrap_or_default()).finalize();
        link.copy_from_slice(&hash[..16]);
        link
    }
}

/// What tells two histories with equal changes apart: 74 of its bits are random.
pub(crate) fn nonce() -> Link {
    *uuid::Uuid::now_v7().as_bytes()
}

/// Reads a link from its column, which a CHECK keeps at 16 bytes.
pub(crate) fn from_column(bytes: &[u8]) -> Link {
    bytes.try_into().unwrap_or_default()
}
