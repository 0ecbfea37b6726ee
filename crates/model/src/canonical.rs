//! The content hash of a row.

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use crate::{Edge, Entity};

/// Hash of an entity's id and content.
pub fn entity_hash(entity: &Entity) -> u64 {
    content_hash(entity)
}

/// Hash of an edge's id and content: its conditions, evidence and links included, its version and times of recording not.
pub fn edge_hash(edge: &Edge) -> u64 {
    content_hash(edge)
}

/// xxh3-64 over the canonical encoding: JSON with fields in the order of their declaration, map keys sorted, absent
/// fields omitted, no white space. The state's digest is the XOR of these over all live rows.
///
/// ```
/// use pledgegraph_model::{Synthetic, content_hash, encode, entity_hash};
///
/// let entities: Vec<_> = Synthetic::new(10, 1).entities().take(2).collect();
/// assert_eq!(content_hash(&entities[0]), entity_hash(&entities[0]));
/// assert_ne!(content_hash(&entities[0]), content_hash(&entities[1]));
/// // The hash is that of the text that the log keeps.
/// let (image, hash) = encode(&entities[0]);
/// assert_eq!(hash, content_hash(&entities[0]));
/// assert!(image.starts_with('{') && !image.contains('\n'));
/// ```
pub fn content_hash<T: Serialize>(content: &T) -> u64 {
    // Serialising to memory fails only for maps with keys that are not strings; the model has none.
    xxh3_64(&serde_json::to_vec(content).unwrap_or_default())
}

/// The canonical encoding and its hash: what the log keeps as the after-image of a row, and what stands in the row.
pub fn encode<T: Serialize>(content: &T) -> (String, u64) {
    // See `content_hash`: the model has no maps with keys that are not strings.
    let image = serde_json::to_string(content).unwrap_or_default();
    let hash = xxh3_64(image.as_bytes());
    (image, hash)
}
