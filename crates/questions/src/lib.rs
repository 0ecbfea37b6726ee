//! Questions in English and Arabic, read as structured queries.
//!
//! A closed grammar: what a language can say stands in its lexicon (`lexicon/`), names come from the graph. A word that has
//! no place in a reading is never dropped silently: the reading says so.

mod address;
mod answer;
mod beside;
mod dates;
mod grade;
mod grammar;
mod meaning;
mod names;
mod notation;
mod paraphrase;
mod parse;
mod phrases;
mod possible;
mod read;
mod resolve;
mod say;
mod words;

pub use address::address;
pub use answer::{Answer, Answers, Limits, answer};
pub use grade::{Grade, Relaxation};
pub use grammar::LexiconError;
pub use parse::{Reading, Span};
pub use read::{Lang, Outcome, Questions, Status};
pub use say::{Digits, Speaker};
