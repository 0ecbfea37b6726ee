//! The text of a token: `plg_`, 32 random alphanumerics (190 bits), and a checksum of 6 characters.

use std::fmt;

use sha2::{Digest, Sha256};

/// How every token begins.
pub const PREFIX: &str = "plg_";

const RANDOM: usize = 32;
const CHECKSUM: usize = 6;
const SHOWN: usize = PREFIX.len() + 6;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A token as its holder has it. Never printed by accident: `Debug` hides it, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenText(String);

impl TokenText {
    /// A new one.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut text = PREFIX.to_owned();
        let mut bytes = [0_u8; 64];
        while text.len() < PREFIX.len() + RANDOM {
            getrandom::fill(&mut bytes)?;
            // 248 = 4 * 62: what lies above would make the first characters of the alphabet likelier.
            let even = bytes.iter().filter(|byte| **byte < 248);
            let characters = even.filter_map(|byte| ALPHABET.get(usize::from(byte % 62)));
            text.extend(characters.take(PREFIX.len() + RANDOM - text.len()).map(|byte| char::from(*byte)));
        }
        text.push_str(&checksum(&text));
        Ok(Self(text))
    }

    /// The text, if it has the form of a token and the right checksum: typing errors and other services' tokens cost no
    /// look-up. This tells nothing of which tokens exist.
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = text.len() == PREFIX.len() + RANDOM + CHECKSUM
            && text.starts_with(PREFIX)
            && text.bytes().skip(PREFIX.len()).all(|byte| byte.is_ascii_alphanumeric());
        let (body, given) = text.split_at_checked(PREFIX.len() + RANDOM)?;
        (well_formed && checksum(body) == given).then(|| Self(text.to_owned()))
    }

    /// What is kept of it: its SHA-256.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// Its first characters, by which its holder can tell it.
    pub fn shown(&self) -> &str {
        self.0.get(..SHOWN).unwrap_or(PREFIX)
    }

    /// All of it, for the one who is to have it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenText(***)")
    }
}

/// CRC-32 (ISO-HDLC) in base 62, six digits, the highest first.
fn checksum(text: &str) -> String {
    let crc = !text.bytes().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    });
    let digits = (0..6_u32).rev().map(|place| (crc / 62_u32.pow(place) % 62) as usize);
    digits.filter_map(|digit| ALPHABET.get(digit)).map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        // CRC-32 of "123456789" is 0xCBF43926 = 3421780262.
        let value = checksum("123456789").bytes().fold(0_u64, |value, byte| {
            value * 62 + ALPHABET.iter().position(|digit| *digit == byte).expect("a digit") as u64
        });
        assert_eq!(value, 0xCBF4_3926);
    }

    #[test]
    fn what_is_made_is_read_and_nothing_else() {
        let token = TokenText::random().expect("randomness");
        let text = token.reveal();
        assert_eq!(text.len(), 42);
        assert_eq!(TokenText::parse(text), Some(token.clone()));
        assert_eq!(token.shown(), &text[..10]);
        assert_eq!(format!("{token:?}"), "TokenText(***)");
        let at = text.len() - 10;
        let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
        let mut typing_error = text.to_owned();
        typing_error.replace_range(at..=at, other);
        for wrong in [typing_error.as_str(), "", "plg_", &text[1..], &text[..41], &format!("{text}x"), &"é".repeat(21)]
        {
            assert_eq!(TokenText::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn all_characters_come_up_and_none_repeats_a_token() {
        let tokens: HashSet<String> =
            (0..500).map(|_| TokenText::random().expect("randomness").reveal().to_owned()).collect();
        assert_eq!(tokens.len(), 500);
        let used: HashSet<u8> = tokens.iter().flat_map(|token| token.bytes().skip(PREFIX.len())).collect();
        assert_eq!(used.len(), ALPHABET.len());
    }
}
