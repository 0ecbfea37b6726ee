//! Text by language, and the search key under which any usual spelling finds a name.

mod clean;
mod skeleton;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

pub use clean::{MAX_NAME, MAX_TEXT, check_name, clean_name, clean_text, has_latin, mixes_scripts};
pub use skeleton::skeleton;

/// A language tag (BCP 47): two or three lower-case letters, then subtags.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Lang(Box<str>);

impl Lang {
    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Lang {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('-');
        let primary = parts.next().unwrap_or_default();
        let primary_ok = (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase());
        let rest_ok = parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
        if primary_ok && rest_ok && text.len() <= 35 { Ok(Self(text.into())) } else { Err(TextError::Lang) }
    }
}

/// The tags to look for in turn where a text is wanted in a language: the tag itself, then without its subtags, the last
/// first (look-up, RFC 4647 3.4).
///
/// ```
/// let tags: Vec<&str> = pledgegraph_model::language_ranges("zh-Hant-x-home").collect();
/// assert_eq!(tags, ["zh-Hant-x-home", "zh-Hant", "zh"]);
/// ```
pub fn language_ranges(tag: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(tag), |tag| {
        let (shorter, _) = tag.rsplit_once('-')?;
        // A subtag of one character only announces what follows it.
        Some(shorter.rsplit_once('-').filter(|(_, last)| last.len() == 1).map_or(shorter, |(without, _)| without))
    })
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Lang {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A text in one or more languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Text(Option<Arc<[InLang]>>);

/// A text and its language; the parts of a [`Text`] ascend by tag.
type InLang = (Lang, Box<str>);

impl Text {
    /// Whether there is no text in any language.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The text in each language, by tag.
    pub fn iter(&self) -> impl Iterator<Item = (&Lang, &str)> {
        self.0.iter().flat_map(|texts| texts.iter().map(|(lang, text)| (lang, &**text)))
    }

    /// The text in one language.
    pub fn get(&self, lang: &str) -> Option<&str> {
        self.iter().find(|(l, _)| l.as_str() == lang).map(|(_, text)| text)
    }
}

impl FromIterator<(Lang, String)> for Text {
    fn from_iter<I: IntoIterator<Item = (Lang, String)>>(texts: I) -> Self {
        let texts: BTreeMap<Lang, String> = texts.into_iter().collect();
        let texts: Vec<_> = texts.into_iter().map(|(lang, text)| (lang, text.into_boxed_str())).collect();
        Self((!texts.is_empty()).then(|| texts.into()))
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(BTreeMap::<Lang, String>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TextError {
    /// Not a language tag.
    #[error("a language tag has two or three lower-case letters, then subtags (BCP 47)")]
    Lang,
    /// Nothing to see.
    #[error("it has no visible character")]
    Empty,
    /// A control, an unbalanced bidi control, a joiner that joins nothing, too many marks, private use or unassigned.
    #[error(
        "it holds a control, bidi control, invisible, private-use or unassigned character, or more than 8 marks on a letter"
    )]
    ForbiddenCharacter,
    /// Latin, Cyrillic and Greek letters in one word.
    #[error("a word mixes Latin, Cyrillic or Greek letters")]
    MixedScript,
    /// Not in NFC, with direction marks, or with more spaces than one between words.
    #[error("the name is not in NFC, or holds direction marks or spare spaces")]
    NotNormal,
    /// Over [`MAX_NAME`] or [`MAX_TEXT`] code points.
    #[error("it is too long: a name has at most 512 characters, a text 65536")]
    TooLong,
}

/// The key under which a name is looked up: NFKD without marks, lower case, Arabic letters and digits unified, tatweel
/// and invisible joiners dropped, everything else that is no letter or digit a single space.
///
/// ```
/// use pledgegraph_model::search_key;
///
/// assert_eq!(search_key("Côte d'Ivoire"), "cote d ivoire");
/// assert_eq!(search_key("أوكرانيا"), search_key("اوكرانيا"));
/// assert_eq!(search_key("٢٠٢٥"), "2025");
/// ```
pub fn search_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        if is_combining_mark(c) || matches!(c, '\u{0640}' | 'ء' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}') {
            continue;
        }
        let Some(c) = unify(c) else {
            gap = true;
            continue;
        };
        if gap && !key.is_empty() {
            key.push(' ');
        }
        gap = false;
        match c {
            'ß' => key.push_str("ss"),
            c => key.push(c),
        }
    }
    key
}

/// One letter for all that Arabic, Persian and Kurdish spelling uses for it; `None` where words part.
fn unify(c: char) -> Option<char> {
    Some(match c {
        'ٱ' => 'ا',
        'ى' | 'ی' | 'ې' => 'ي',
        'ک' | 'ڪ' | 'گ' => 'ك',
        'ة' | 'ۀ' | 'ہ' | 'ە' => 'ه',
        'چ' => 'ج',
        'پ' => 'ب',
        'ڤ' => 'ف',
        '٠'..='٩' => char::from(b'0' + u8::try_from(u32::from(c) - 0x660).ok()?),
        '۰'..='۹' => char::from(b'0' + u8::try_from(u32::from(c) - 0x6F0).ok()?),
        c => return c.is_alphanumeric().then_some(c),
    })
}

/// The words of a search key.
pub fn words(key: &str) -> impl Iterator<Item = &str> {
    key.split(' ').filter(|w| !w.is_empty())
}

/// The keys under which to look a typed text up: the key itself, then, without an English article, and for Arabic, each word without the article and
/// the one-letter prefixes that are written onto it (and, with, for, as, so). Only for look-up, never for storage.
///
/// ```
/// use pledgegraph_model::lookup_keys;
///
/// assert_eq!(lookup_keys("The United States"), ["the united states", "united states"]);
/// // "For Britain": the one-letter word is written onto the name.
/// assert!(lookup_keys("لبريطانيا").contains(&"بريطانيا".to_owned()));
/// ```
pub fn lookup_keys(text: &str) -> Vec<String> {
    let key = search_key(text);
    let mut keys = vec![key.clone()];
    let mut push = |candidate: String| {
        if !candidate.is_empty() && !keys.contains(&candidate) {
            keys.push(candidate);
        }
    };
    push(key.strip_prefix("the ").unwrap_or(&key).to_owned());
    push(words(&key).map(strip_article).collect::<Vec<_>>().join(" "));
    push(words(&key).map(strip_prefix).collect::<Vec<_>>().join(" "));
    push(words(&key).map(|w| strip_article(strip_prefix(w))).collect::<Vec<_>>().join(" "));
    keys
}

fn strip_article(word: &str) -> &str {
    word.strip_prefix("ال").filter(|rest| rest.chars().count() >= 2).unwrap_or(word)
}

fn strip_prefix(word: &str) -> &str {
    if let Some(rest) = word.strip_prefix("لل").filter(|rest| rest.chars().count() >= 3) {
        return rest;
    }
    word.strip_prefix(['و', 'ف', 'ب', 'ل', 'ك']).filter(|rest| rest.chars().count() >= 3).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_spellings_share_a_key() {
        for (a, b) in [
            ("أوكرانيا", "اوكرانيا"),
            ("إستونيا", "استونيا"),
            ("الولايات المتّحدة", "الولايات المتحدة"),
            ("لوكسمبورغ", "لوكسمبـــورغ"),
            ("تركية", "تركيه"),
            ("علی", "على"),
            ("٢٠٢٥", "2025"),
            ("Côte d'Ivoire", "cote d ivoire"),
            ("Türkiye", "turkiye"),
            ("U.S.", "u s"),
            ("Straße", "STRASSE"),
            ("ﻻ", "لا"),
        ] {
            assert_eq!(search_key(a), search_key(b), "{a} / {b}");
        }
        assert_ne!(search_key("Niger"), search_key("Nigeria"));
    }

    #[test]
    fn lookup_strips_the_article_and_prefixes() {
        assert!(lookup_keys("والولايات المتحدة").contains(&"ولايات متحده".to_owned()));
        assert!(lookup_keys("لبريطانيا").contains(&"بريطانيا".to_owned()));
        assert_eq!(lookup_keys("Britain"), ["britain"]);
        assert_eq!(lookup_keys("The United States"), ["the united states", "united states"]);
    }

    #[test]
    fn a_name_of_a_data_file_is_in_its_stored_form() {
        assert_eq!(check_name("United Kingdom"), Ok(()));
        assert_eq!(check_name("Co\u{302}te"), Err(TextError::NotNormal));
        assert_eq!(check_name("a\u{202E}b"), Err(TextError::ForbiddenCharacter));
    }
}
