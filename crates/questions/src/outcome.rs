//! What becomes of a question that is asked.

use pledgegraph_graph::{EdgeView, EntityView};
use pledgegraph_model::{Query, QueryField};

use crate::answer::Answer;
use crate::lang::Lang;

/// What became of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It has an answer, or something is on record on the matter.
    Answered,
    /// It was understood, and no source in the graph says so.
    NoMatch,
    /// A name or a description stands for several entities.
    Ambiguous,
    /// Some words have no place and were left out; there are no answers where one of them turns the question.
    PartlyUnderstood,
    /// It was not understood.
    NotUnderstood,
}

impl Status {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::NoMatch => "no_match",
            Self::Ambiguous => "ambiguous",
            Self::PartlyUnderstood => "partly_understood",
            Self::NotUnderstood => "not_understood",
        }
    }
}

/// All that is told of a question.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// What became of it.
    pub status: Status,
    /// The answer in a sentence or two, in the language of the question.
    pub text: String,
    /// The language of the question.
    pub lang: Lang,
    /// How it was read: of an ambiguous question the first reading.
    pub interpretation: Option<Interpretation<'a>>,
    /// The words that have no place in that reading.
    pub unplaced: Vec<Part<'a>>,
    /// The other ways to read it, where it is ambiguous.
    pub alternatives: Vec<Interpretation<'a>>,
    /// The fields whose values the answers have.
    pub fields: Vec<QueryField>,
    /// The answers, the most exact first.
    pub answers: Told<AnswerInWords<'a>>,
    /// Statements that speak against what was asked.
    pub counter: Told<StatementInWords<'a>>,
    /// What is on record on the same matter, where no statement says what was asked.
    pub instead: Told<StatementInWords<'a>>,
    /// What would be answers or speak against them if it counted on the day.
    pub aside: Told<StatementInWords<'a>>,
    /// Questions with answers that leave one thing out, where this one has none.
    pub suggestions: Vec<Suggestion>,
    /// What is not told.
    pub cuts: Vec<Cut>,
}

impl<'a> Outcome<'a> {
    /// Nothing but that a question was not understood.
    pub(crate) fn not_understood(lang: Lang, text: String) -> Self {
        Self {
            status: Status::NotUnderstood,
            text,
            lang,
            interpretation: None,
            unplaced: Vec::new(),
            alternatives: Vec::new(),
            fields: Vec::new(),
            answers: Told::nothing(),
            counter: Told::nothing(),
            instead: Told::nothing(),
            aside: Told::nothing(),
            suggestions: Vec::new(),
            cuts: Vec::new(),
        }
    }

    /// All statements that are told: those of the answers, then what is told beside them.
    pub fn statements(&self) -> impl Iterator<Item = &StatementInWords<'a>> {
        let beside = [&self.counter, &self.instead, &self.aside];
        let of_answers = self.answers.items.iter().flat_map(|answer| &answer.statements);
        of_answers.chain(beside.into_iter().flat_map(|told| &told.items))
    }
}

/// The first of a list, and how many it has.
#[derive(Debug)]
pub struct Told<T> {
    /// Those that are told.
    pub items: Vec<T>,
    /// How many there are.
    pub total: usize,
}

impl<T> Told<T> {
    fn nothing() -> Self {
        Self { items: Vec::new(), total: 0 }
    }

    /// So many of a list at most.
    pub(crate) fn first<U>(all: Vec<U>, most: usize, say: impl FnMut(U) -> T) -> Self {
        let total = all.len();
        Self { items: all.into_iter().take(most).map(say).collect(), total }
    }
}

/// An answer.
#[derive(Debug)]
pub struct AnswerInWords<'a> {
    /// In words of the question's language.
    pub text: String,
    /// The answer itself.
    pub answer: Answer<'a>,
    /// The first of its statements.
    pub statements: Vec<StatementInWords<'a>>,
}

/// A statement.
#[derive(Debug)]
pub struct StatementInWords<'a> {
    /// What it says, in a few words of the question's language.
    pub text: String,
    /// The statement itself.
    pub view: EdgeView<'a>,
}

/// One way to read a question.
#[derive(Debug)]
pub struct Interpretation<'a> {
    /// The query.
    pub query: Query,
    /// The query in words.
    pub paraphrase: Paraphrase,
    /// The names that were found.
    pub spans: Vec<Part<'a>>,
    /// What was taken for granted where the words leave more open.
    pub assumptions: Vec<Assumption<'a>>,
    /// How many answers it has.
    pub answers: usize,
}

/// A query in words, which read as the same query.
#[derive(Debug)]
pub struct Paraphrase {
    /// In English.
    pub en: String,
    /// In Arabic.
    pub ar: String,
}

/// A part of a question.
#[derive(Debug)]
pub struct Part<'a> {
    /// Its words.
    pub text: &'a str,
    /// Its first character, counted from 0 in Unicode code points.
    pub start: usize,
    /// The character after its last one.
    pub end: usize,
    /// The entity that it was taken for.
    pub entity: Option<EntityView<'a>>,
}

/// What was taken for granted.
#[derive(Debug)]
pub enum Assumption<'a> {
    /// A description was taken for the one entity that it fits.
    Entity {
        /// The description.
        text: &'a str,
        /// What it was taken for.
        assumed: EntityView<'a>,
    },
    /// Of several meanings of the same words one was taken; these are the others.
    Meaning(Vec<Suggestion>),
}

/// Another question.
#[derive(Debug)]
pub struct Suggestion {
    /// The question.
    pub paraphrase: Paraphrase,
    /// How many answers it has.
    pub answers: usize,
}

/// What is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Only so many of all answers.
    Answers {
        /// How many are told.
        told: usize,
        /// How many there are.
        total: usize,
    },
    /// There is more than was looked at: numbers are the least that there are.
    Record,
}
