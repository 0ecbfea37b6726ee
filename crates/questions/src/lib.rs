//! Questions in English and Arabic, read as structured queries.
//!
//! A closed grammar: what a language can say stands in its lexicon (`lexicon/`), names come from the graph. A word that has
//! no place in a reading is never dropped silently: the reading says so.

mod address;
mod analyses;
mod answer;
mod answering;
mod ask;
mod beside;
mod conditions;
mod dates;
mod expr;
mod grade;
mod grammar;
mod lang;
mod lexicon;
mod matches;
mod meaning;
mod names;
mod notation;
mod outcome;
mod paraphrase;
mod parse;
mod phrases;
mod possible;
mod read;
mod readings;
mod resolve;
mod rule;
mod say;
mod search;
mod speaker;
mod words;

pub use address::{address, encoded};
pub use answer::{Answer, Answers};
pub use answering::{Budget, answer};
pub use ask::Limits;
pub use grade::{Grade, Relaxation};
pub use lang::Lang;
pub use lexicon::LexiconError;
pub use matches::Span;
pub use outcome::{
    AnswerInWords, Assumption, Cut, Interpretation, Outcome, Paraphrase, Part, StatementInWords, Status, Suggestion,
    Told,
};
pub use read::{Extent, Questions, Understanding};
pub use readings::Reading;
pub use speaker::Digits;
