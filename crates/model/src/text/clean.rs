//! What a name or a text may hold, and the form in which it is stored: NFC, otherwise exactly as given.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, JoiningType, Script};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

use super::{TextError, search_key};

/// The most code points of a name.
pub const MAX_NAME: usize = 512;
/// The most code points of a text.
pub const MAX_TEXT: usize = 65_536;
/// The most combining marks on one letter.
const MOST_MARKS: usize = 8;
/// The combining class of a virama: joiners after it decide which form Indic letters take (RFC 5892, A.1 and A.2).
const VIRAMA: u8 = 9;

/// A name as it is stored: NFC, without the direction marks U+200E, U+200F and U+061C, without white space at its ends, and
/// where several spaces stand together, with the first of them.
///
/// ```
/// use pledgegraph_model::{TextError, clean_name};
///
/// // Two code points become one letter, and of the spaces one is left.
/// assert_eq!(clean_name(" Co\u{302}te   d'Ivoire "), Ok("Côte d'Ivoire".to_owned()));
/// // The first letter is Cyrillic.
/// assert_eq!(clean_name("\u{421}oalition"), Err(TextError::MixedScript));
/// ```
///
/// # Errors
/// [`TextError`] names the rule that the name breaks: visible, at most [`MAX_NAME`] code points, no controls, bidi
/// controls, other invisible, private-use or unassigned characters, joiners only between letters that they join, at most
/// 8 marks on a letter, Latin, Cyrillic and Greek not mixed in a word.
pub fn clean_name(name: &str) -> Result<String, TextError> {
    let name: String = name.nfc().filter(|c| !is_direction_mark(*c)).collect();
    if name.contains(is_control) {
        return Err(TextError::ForbiddenCharacter);
    }
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let seen: String = name.chars().filter(|c| !ignorable.contains(*c)).collect();
    if search_key(&seen).is_empty() {
        return Err(TextError::Empty);
    }
    let name = without_spare_spaces(&name);
    if name.contains(|c| is_never(c) || is_hidden(c) || is_break(c) || is_bidi(c)) || !joins_well(&name) {
        return Err(TextError::ForbiddenCharacter);
    }
    if has_piled_marks(&name) {
        return Err(TextError::ForbiddenCharacter);
    }
    if mixes_scripts(&name) {
        return Err(TextError::MixedScript);
    }
    if name.chars().count() > MAX_NAME { Err(TextError::TooLong) } else { Ok(name) }
}

/// Checks that a name is as [`clean_name`] would store it.
///
/// # Errors
/// [`TextError`] names the rule.
pub fn check_name(name: &str) -> Result<(), TextError> {
    if clean_name(name)? == name { Ok(()) } else { Err(TextError::NotNormal) }
}

/// A text as it is stored: NFC. Line feeds and tabs are allowed, and bidi controls that are balanced in their paragraph.
///
/// # Errors
/// [`TextError`] names the rule that the text breaks; the other rules are those of names, save the one on scripts.
pub fn clean_text(text: &str) -> Result<String, TextError> {
    let text: String = text.nfc().collect();
    let forbidden = |c: char| (is_control(c) && !matches!(c, '\n' | '\t')) || is_never(c);
    let balanced = text.split(['\n', '\u{2029}']).all(is_balanced);
    if text.contains(forbidden) || !balanced || !joins_well(&text) || has_piled_marks(&text) {
        return Err(TextError::ForbiddenCharacter);
    }
    if text.chars().all(char::is_whitespace) {
        return Err(TextError::Empty);
    }
    if text.chars().count() > MAX_TEXT { Err(TextError::TooLong) } else { Ok(text) }
}

/// C0, C1 and DEL.
fn is_control(c: char) -> bool {
    c.is_control()
}

/// Private use, unassigned (which takes in the noncharacters), and tags.
fn is_never(c: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    matches!(category, GeneralCategory::PrivateUse | GeneralCategory::Unassigned)
        || matches!(c, '\u{E0000}'..='\u{E007F}')
}

/// Format characters without a form of their own, joiners aside; the signs of Arabic numbers and verses have one.
fn is_hidden(c: char) -> bool {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c);
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    ignorable && category == GeneralCategory::Format && !is_joiner(c) || matches!(c, '\u{FEFF}')
}

/// Line and paragraph separators.
fn is_break(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}')
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// Whether every embedding and isolate of a paragraph is closed in it, in order.
fn is_balanced(paragraph: &str) -> bool {
    let mut open = Vec::new();
    for c in paragraph.chars() {
        let closes = match c {
            '\u{202A}' | '\u{202B}' | '\u{202D}' | '\u{202E}' => {
                open.push('\u{202C}');
                continue;
            }
            '\u{2066}'..='\u{2068}' => {
                open.push('\u{2069}');
                continue;
            }
            '\u{202C}' | '\u{2069}' => c,
            _ => continue,
        };
        if open.pop() != Some(closes) {
            return false;
        }
    }
    open.is_empty()
}

/// Whether every joiner stands between Arabic letters that join, or after a virama.
fn joins_well(text: &str) -> bool {
    if !text.contains(is_joiner) {
        return true;
    }
    let chars: Vec<char> = text.chars().collect();
    let joining = CodePointMapData::<JoiningType>::new();
    let solid = |c: &&char| joining.get(**c) != JoiningType::Transparent && !is_joiner(**c);
    let scripts = CodePointMapData::<Script>::new();
    let joins = |c: &char| {
        let kind = joining.get(*c);
        let letter = matches!(kind, JoiningType::DualJoining | JoiningType::RightJoining | JoiningType::LeftJoining);
        letter && scripts.get(*c) == Script::Arabic
    };
    chars.iter().enumerate().filter(|(_, c)| is_joiner(**c)).all(|(at, _)| {
        let (before, after) = (&chars[..at], &chars[at + 1..]);
        let virama = before.last().is_some_and(|c| canonical_combining_class(*c) == VIRAMA);
        virama || (before.iter().rev().find(solid).is_some_and(joins) && after.iter().find(solid).is_some_and(joins))
    })
}

fn has_piled_marks(text: &str) -> bool {
    let mut run = 0;
    text.nfd().any(|c| {
        run = if is_combining_mark(c) { run + 1 } else { 0 };
        run > MOST_MARKS
    })
}

/// A name without the white space at its ends, and with the first alone where several spaces stand together. Line and
/// paragraph separators stay, for the caller to refuse.
fn without_spare_spaces(name: &str) -> String {
    let is_space = |c: char| c.is_whitespace() && !is_break(c);
    let mut after_space = false;
    let spare = |c: &char| {
        let spare = after_space && is_space(*c);
        after_space = is_space(*c);
        !spare
    };
    name.trim_matches(is_space).chars().filter(spare).collect()
}

/// Whether there is a Latin letter.
pub fn has_latin(text: &str) -> bool {
    let scripts = CodePointMapData::<Script>::new();
    text.chars().any(|c| scripts.get(c) == Script::Latin)
}

/// Whether a word mixes Latin, Cyrillic and Greek letters.
pub fn mixes_scripts(name: &str) -> bool {
    let scripts = CodePointMapData::<Script>::new();
    let mut of_word: Option<Script> = None;
    for c in name.chars() {
        if !c.is_alphanumeric() && !is_combining_mark(c) && !is_joiner(c) {
            of_word = None;
            continue;
        }
        let script = scripts.get(c);
        if !matches!(script, Script::Latin | Script::Cyrillic | Script::Greek) {
            continue;
        }
        if of_word.is_some_and(|known| known != script) {
            return true;
        }
        of_word = Some(script);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_names_are_stored_as_given_but_for_nfc_direction_marks_and_spare_spaces() {
        for name in [
            "United Kingdom",
            "المملكة المتحدة",
            "می\u{200C}خواهم",
            "دار\u{200C}ها",
            "ශ්\u{200D}රී ලංකාව",
            "O'Neill",
            "Україна",
            "Ελλάδα",
            "Україна Ukraine",
            "5th Division",
            "日本",
        ] {
            assert_eq!(clean_name(name).as_deref(), Ok(name), "{name}");
        }
        assert_eq!(clean_name("Co\u{302}te d'Ivoire").as_deref(), Ok("Côte d'Ivoire"));
        assert_eq!(clean_name("\u{200F}مصر\u{200E}\u{061C}").as_deref(), Ok("مصر"));
        assert_eq!(clean_name(" \u{A0}United \u{2003} Kingdom ").as_deref(), Ok("United Kingdom"));
        assert_eq!(clean_name("\u{200F} مصر").as_deref(), Ok("مصر"));
        assert_eq!(clean_name("Côte\u{A0}d'Ivoire").as_deref(), Ok("Côte\u{A0}d'Ivoire"));
    }

    #[test]
    fn bad_names() {
        use TextError::{Empty, ForbiddenCharacter, MixedScript, TooLong};
        let piled = format!("e{}", "\u{301}".repeat(9));
        let long = "x".repeat(513);
        for (name, error) in [
            ("a\u{0}b", ForbiddenCharacter),
            ("a\u{7}b", ForbiddenCharacter),
            ("a\tb", ForbiddenCharacter),
            ("a\nb", ForbiddenCharacter),
            ("a\u{85}b", ForbiddenCharacter),
            ("a\u{202E}b", ForbiddenCharacter),
            ("a\u{2067}b\u{2069}", ForbiddenCharacter),
            ("a\u{200B}b", ForbiddenCharacter),
            ("a\u{FEFF}b", ForbiddenCharacter),
            ("a\u{200C}b", ForbiddenCharacter),
            ("می\u{200C}", ForbiddenCharacter),
            ("a\u{FDD0}", ForbiddenCharacter),
            ("a\u{FFFE}", ForbiddenCharacter),
            ("a\u{1FFFF}", ForbiddenCharacter),
            ("a\u{E000}", ForbiddenCharacter),
            ("a\u{10FFFD}", ForbiddenCharacter),
            ("a\u{378}", ForbiddenCharacter),
            ("a\u{E0041}", ForbiddenCharacter),
            ("a\u{2028}b", ForbiddenCharacter),
            (&piled, ForbiddenCharacter),
            ("p\u{430}ypal", MixedScript),
            ("\u{391}thens", MixedScript),
            ("Київ\u{3B1}", MixedScript),
            ("", Empty),
            ("   ", Empty),
            (" \u{200B}\u{3164}\u{A0}", Empty),
            ("\u{200E}\u{200F}", Empty),
            ("...", Empty),
            (&long, TooLong),
        ] {
            assert_eq!(clean_name(name), Err(error), "{name:?}");
        }
        assert!(clean_name(&"é".repeat(512)).is_ok());
        assert!(clean_name(&format!("e{}", "\u{301}".repeat(8))).is_ok());
    }

    #[test]
    fn texts() {
        for text in [
            "one\n\ttwo",
            "mixed \u{2067}שלום\u{2069} isolate",
            "\u{202B}x\u{202C}\n\u{2066}y\u{2069}",
            "\u{200F}mark\u{061C}",
            "p\u{430}ypal",
        ] {
            assert_eq!(clean_text(text).as_deref(), Ok(text), "{text:?}");
        }
        for (text, error) in [
            ("a\u{0}", TextError::ForbiddenCharacter),
            ("a\rb", TextError::ForbiddenCharacter),
            ("\u{2067}open", TextError::ForbiddenCharacter),
            ("\u{2067}a\n\u{2069}", TextError::ForbiddenCharacter),
            ("\u{2067}\u{202B}a\u{2069}\u{202C}", TextError::ForbiddenCharacter),
            ("a\u{202C}", TextError::ForbiddenCharacter),
            ("a\u{FFFF}", TextError::ForbiddenCharacter),
            (" \n ", TextError::Empty),
        ] {
            assert_eq!(clean_text(text), Err(error), "{text:?}");
        }
        assert_eq!(clean_text(&"x".repeat(MAX_TEXT + 1)), Err(TextError::TooLong));
    }
}
