//! The languages of questions.

use pledgegraph_model::CodeEntry;

/// The languages of questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    En,
    /// Arabic.
    Ar,
}

impl Lang {
    /// The tag.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ar => "ar",
        }
    }

    /// The label of a code.
    pub(crate) fn label(self, entry: &CodeEntry) -> &'static str {
        match self {
            Self::En => entry.label_en,
            Self::Ar => entry.label_ar,
        }
    }

    /// The place in tables of both languages.
    pub(crate) fn index(self) -> usize {
        match self {
            Self::En => 0,
            Self::Ar => 1,
        }
    }

    /// The language of a text: Arabic when it has more Arabic letters than Latin ones.
    pub fn of(text: &str) -> Self {
        let arabic = text.chars().filter(|c| ('\u{0600}'..='\u{06FF}').contains(c)).count();
        let latin = text.chars().filter(char::is_ascii_alphabetic).count();
        if arabic > latin { Self::Ar } else { Self::En }
    }
}
