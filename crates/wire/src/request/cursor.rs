//! Opaque cursors: where a list goes on, pinned to its question and its version, and sealed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Datelike, NaiveDate};
use pledgegraph_graph::Graph;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What every cursor looks like, for the document.
pub const PATTERN: &str = "^[A-Za-z0-9_-]{71}$";

const FORMAT: u8 = 1;
const SEAL: usize = 8;
const CONTENT: usize = 1 + 8 + 8 + 16 + 4 + 8;

/// Seals cursors. Replicas that share a key take each other's cursors.
#[derive(Clone)]
pub struct CursorKey([u8; 32]);

impl std::fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CursorKey(..)")
    }
}

impl CursorKey {
    /// The key that a secret gives.
    pub fn of_secret(secret: &[u8]) -> Self {
        Self(Sha256::new_with_prefix(b"pledgegraph cursor key\0").chain_update(secret).finalize().into())
    }

    /// A key of this process alone: cursors do not outlive it.
    pub fn random() -> Self {
        let entropy: Vec<u8> = (0..4).flat_map(|_| Uuid::now_v7().into_bytes()).collect();
        Self::of_secret(&entropy)
    }

    fn seal(&self, content: &[u8]) -> [u8; SEAL] {
        let digest: [u8; 32] =
            Sha256::new_with_prefix(self.0).chain_update(content).chain_update(self.0).finalize().into();
        let mut seal = [0; SEAL];
        seal.copy_from_slice(&digest[..SEAL]);
        seal
    }
}

/// Where a list goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The version that the list is of.
    pub seq: i64,
    /// The beginning of that version's chain link.
    pub chain: [u8; 8],
    /// The last item before, or how many went before.
    pub after: u128,
    /// What `now` means in it.
    pub today: NaiveDate,
    /// Hash of the question.
    pub question: u64,
}

impl Cursor {
    /// Whether this is the version that the list is of.
    pub fn is_of(&self, graph: &Graph) -> bool {
        self.seq == graph.seq() && graph.chain().starts_with(&self.chain)
    }

    /// The cursor as it stands on the wire.
    pub fn encode(&self, key: &CursorKey) -> String {
        let mut bytes = Vec::with_capacity(CONTENT + SEAL);
        bytes.push(FORMAT);
        bytes.extend(self.seq.to_be_bytes());
        bytes.extend(self.chain);
        bytes.extend(self.after.to_be_bytes());
        bytes.extend(self.today.num_days_from_ce().to_be_bytes());
        bytes.extend(self.question.to_be_bytes());
        let seal = key.seal(&bytes);
        bytes.extend(seal);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor; `None` when this key did not seal it.
    pub fn decode(text: &str, key: &CursorKey) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == CONTENT + SEAL)?;
        let (content, seal) = bytes.split_at(CONTENT);
        if key.seal(content) != seal || content.first() != Some(&FORMAT) {
            return None;
        }
        Some(Self {
            seq: i64::from_be_bytes(content.get(1..9)?.try_into().ok()?),
            chain: content.get(9..17)?.try_into().ok()?,
            after: u128::from_be_bytes(content.get(17..33)?.try_into().ok()?),
            today: NaiveDate::from_num_days_from_ce_opt(i32::from_be_bytes(content.get(33..37)?.try_into().ok()?))?,
            question: u64::from_be_bytes(content.get(37..45)?.try_into().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        let today = NaiveDate::from_ymd_opt(2025, 7, 4).expect("a day");
        Cursor { seq: 17, chain: [7; 8], after: u128::MAX - 3, today, question: 42 }
    }

    #[test]
    fn comes_back_as_it_was() {
        let key = CursorKey::of_secret(b"k");
        let text = cursor().encode(&key);
        assert_eq!(text.len(), 71);
        assert_eq!(Cursor::decode(&text, &key), Some(cursor()));
    }

    #[test]
    fn refuses_what_it_did_not_seal() {
        let key = CursorKey::of_secret(b"k");
        let text = cursor().encode(&key);
        assert_eq!(Cursor::decode(&text, &CursorKey::of_secret(b"other")), None);
        assert_eq!(Cursor::decode("", &key), None);
        for at in 0..text.len() {
            let mut forged = text.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).expect("ASCII");
            assert_eq!(Cursor::decode(&forged, &key), None, "{at}");
        }
    }
}
