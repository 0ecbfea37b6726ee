//! Says things in a language: words, lists and numbers.

use std::collections::HashMap;

use chrono::NaiveDate;
use pledgegraph_graph::{EntityView, Graph};
use pledgegraph_model::CodeEntry;
use serde::Deserialize;

use crate::lang::Lang;
use crate::lexicon::{self, LexiconError};

/// How many values a sentence names.
pub(crate) const MOST: usize = 12;

/// Which digits numbers are written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Digits {
    /// 0 to 9.
    #[default]
    Western,
    /// ٠ to ٩.
    Arabic,
}

/// What is said by its key, in English and in Arabic.
pub(crate) type Table = HashMap<String, [String; 2]>;

/// The parts of sentences.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sentences {
    pub(crate) words: Table,
    #[serde(rename = "sentences")]
    whole: Table,
    pub(crate) relaxations: Table,
    pub(crate) truths: Table,
    pub(crate) truths_of_conditions: Table,
    pub(crate) months: Table,
}

impl Sentences {
    pub(crate) fn new(text: &str) -> Result<Self, LexiconError> {
        lexicon::read(text)
    }
}

/// Says answers in a language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Speaker<'a> {
    pub(crate) sentences: &'a Sentences,
    pub(crate) graph: &'a Graph,
    pub(crate) lang: Lang,
    pub(crate) digits: Digits,
    /// The day of standings.
    pub(crate) day: NaiveDate,
}

/// What stands in a table.
pub(crate) fn of<'s>(table: &'s Table, key: &str, lang: Lang) -> &'s str {
    table.get(key).map_or("", |both| &both[lang.index()])
}

/// A phrase with its values.
pub(crate) fn filled(phrase: &str, values: &[&str]) -> String {
    let mut parts = phrase.split("{}");
    let mut said = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        said.push_str(values.get(at).copied().unwrap_or_default());
        said.push_str(part);
    }
    said
}

impl Speaker<'_> {
    pub(crate) fn word(&self, key: &str) -> &str {
        of(&self.sentences.words, key, self.lang)
    }

    pub(crate) fn sentence(&self, key: &str, values: &[&str]) -> String {
        filled(of(&self.sentences.whole, key, self.lang), values)
    }

    /// What an entity is called.
    pub(crate) fn name<'g>(&self, view: &EntityView<'g>) -> &'g str {
        view.label(self.lang.as_str()).0
    }

    /// The label of a code, as it stands in a sentence.
    pub(crate) fn code(&self, entry: &CodeEntry) -> String {
        // The code of what no source specifies, alone, would say nothing.
        if entry.code == "unspecified" {
            return self.word("unspecified").to_owned();
        }
        let label = self.lang.label(entry);
        // In a sentence a label begins like any word; Arabic has no capitals.
        let mut letters = label.chars();
        let acronym = label.chars().nth(1).is_some_and(char::is_uppercase);
        match letters.next() {
            Some(first) if !acronym => first.to_lowercase().chain(letters).collect(),
            _ => label.to_owned(),
        }
    }

    /// Values joined by commas and an `and`; of many the first, and how many more there are.
    pub(crate) fn list<T>(&self, all: &[T], say: impl Fn(&T) -> String) -> String {
        let mut shown = self.shown(all, say);
        let Some(last) = shown.pop() else { return String::new() };
        if shown.is_empty() { last } else { shown.join(self.word("comma")) + self.word("and") + &last }
    }

    /// Values that are sentences of their own, joined by a mark; of many the first, and how many more there are.
    pub(crate) fn several<T>(&self, all: &[T], mark: &str, say: impl Fn(&T) -> String) -> String {
        self.shown(all, say).join(mark)
    }

    fn shown<T>(&self, all: &[T], say: impl Fn(&T) -> String) -> Vec<String> {
        // One more takes no more room than to say so.
        let most = if all.len() == MOST + 1 { all.len() } else { MOST };
        let mut shown: Vec<String> = all.iter().take(most).map(say).collect();
        if all.len() > most {
            shown.push(filled(self.word("more"), &[&self.number((all.len() - most) as u64)]));
        }
        shown
    }

    /// A number, from ten thousand on in groups of three digits.
    pub(crate) fn number(&self, number: u64) -> String {
        let plain = number.to_string();
        if number < 10_000 {
            return self.in_digits(&plain);
        }
        let mark = if self.digits == Digits::Arabic { '٬' } else { ',' };
        let mut grouped = String::new();
        for (at, digit) in plain.chars().enumerate() {
            if at > 0 && (plain.len() - at).is_multiple_of(3) {
                grouped.push(mark);
            }
            grouped.push(digit);
        }
        self.in_digits(&grouped)
    }

    pub(crate) fn in_digits(&self, text: &str) -> String {
        let arabic = |c: char| c.to_digit(10).and_then(|digit| char::from_u32(0x660 + digit)).unwrap_or(c);
        if self.digits == Digits::Arabic { text.chars().map(arabic).collect() } else { text.to_owned() }
    }
}
