//! Reads a question.

use chrono::NaiveDate;
use pledgegraph_graph::Graph;
use pledgegraph_model::{Capability, Code, Mission, Query};
use serde_json::json;

use crate::grammar::Grammar;
use crate::lang::Lang;
use crate::lexicon::{Label, LexiconError};
use crate::paraphrase::Phrases;
use crate::readings::{Reading, readings};
use crate::speaker::{Digits, Sentences, Speaker};
use crate::words::{Lattice, Token};

/// How far a question was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Every word has its place in one reading.
    Understood,
    /// Every word has its place, but a name or a description stands for several entities.
    Ambiguous,
    /// There is a reading, but some words have no place in it.
    PartlyUnderstood,
    /// There is no reading, or most words have no place in it.
    NotUnderstood,
}

/// What became of a question.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its language.
    pub lang: Lang,
    /// How far it was understood.
    pub status: Status,
    /// The reading; several where it is ambiguous, none where it was not understood.
    pub readings: Vec<Reading>,
    /// Whether a word that has no place could turn the question into another (not, except, only): what is read without it is
    /// no answer.
    pub is_turned: bool,
}

/// The grammars of all languages.
#[derive(Debug)]
pub struct Questions {
    en: Grammar,
    ar: Grammar,
    phrases: Phrases,
    sentences: Sentences,
}

impl Questions {
    /// Reads the lexicons that are part of the program.
    ///
    /// # Errors
    /// [`LexiconError`] when one of them is not well formed; a test reads them.
    pub fn new() -> Result<Self, LexiconError> {
        Ok(Self {
            en: Grammar::read(include_str!("../lexicon/en.toml"), &labels(Lang::En))?,
            ar: Grammar::read(include_str!("../lexicon/ar.toml"), &labels(Lang::Ar))?,
            phrases: Phrases::new(include_str!("../lexicon/paraphrase.toml"))?,
            sentences: Sentences::new(include_str!("../lexicon/answers.toml"))?,
        })
    }

    /// Says answers in a language; what does not stand on the day is marked.
    pub fn speaker<'a>(&'a self, graph: &'a Graph, lang: Lang, digits: Digits, day: NaiveDate) -> Speaker<'a> {
        Speaker { sentences: &self.sentences, graph, lang, digits, day }
    }

    /// All words of the lexicons that stand for themselves, by their search keys; not the names of regions (UN M49).
    pub fn words(&self) -> Vec<&str> {
        [self.en.words(), self.ar.words()].concat()
    }

    /// A query in words, which [`Questions::read`] reads as the same query.
    pub fn paraphrase(&self, graph: &Graph, query: &Query, lang: Lang) -> String {
        self.phrases.say(graph, query, lang)
    }

    /// Reads a question; `today` is what `yesterday` and such go from.
    pub fn read(&self, graph: &Graph, text: &str, today: NaiveDate) -> Outcome {
        let lang = Lang::of(text);
        let paraphrased =
            [Lang::En, Lang::Ar].into_iter().find_map(|lang| Some((lang, self.phrases.read(graph, text, lang)?)));
        if let Some((lang, query)) = paraphrased {
            let reading = Reading { query, spans: Vec::new(), unplaced: Vec::new(), others: Vec::new() };
            return Outcome { lang, status: Status::Understood, readings: vec![reading], is_turned: false };
        }
        let grammar = match lang {
            Lang::En => &self.en,
            Lang::Ar => &self.ar,
        };
        let lattice = Lattice::new(text);
        let mut readings = readings(grammar, graph, &lattice, today);
        let unplaced = readings.first().map(|reading| reading.unplaced.clone()).unwrap_or_default();
        // What is left of the question must be more than what is left out, and so must the words of it that say something.
        let is_unplaced = |token: &&Token| unplaced.iter().any(|(start, _)| *start == token.start);
        let says = |token: &&Token| !grammar.is_function(&token.key);
        let (left_out, placed): (Vec<_>, Vec<_>) = lattice.tokens.iter().partition(is_unplaced);
        let saying = |tokens: &[&Token]| tokens.iter().filter(|token| says(token)).count();
        let too_little = left_out.len() >= placed.len() || saying(&left_out) >= saying(&placed).max(1);
        let status = match readings.len() {
            0 => Status::NotUnderstood,
            _ if !unplaced.is_empty() && too_little => Status::NotUnderstood,
            _ if !unplaced.is_empty() => Status::PartlyUnderstood,
            1 => Status::Understood,
            _ => Status::Ambiguous,
        };
        if status == Status::NotUnderstood {
            readings.clear();
        }
        let turns = |(at, token): (usize, &Token)| {
            let mut words = lattice.edges.iter().flatten().filter(|edge| edge.token == at);
            is_unplaced(&token) && words.any(|edge| grammar.turns(&edge.word))
        };
        let is_turned = status != Status::NotUnderstood && lattice.tokens.iter().enumerate().any(turns);
        Outcome { lang, status, readings, is_turned }
    }
}

/// The labels of codes as ways to say them.
fn labels(lang: Lang) -> Vec<Label> {
    fn of<C: Code>(rule: &'static str, member: &str, lang: Lang) -> impl Iterator<Item = Label> {
        C::ALL
            .iter()
            .filter(|code| code.as_str() != "unspecified")
            .map(move |code| {
                let words = lang.label(code.entry());
                let means = json!({"where": {member: [code.as_str()]}}).as_object().cloned().unwrap_or_default();
                (rule, words.to_owned(), means)
            })
            .collect::<Vec<_>>()
            .into_iter()
    }
    of::<Capability>("CAPABILITY", "capability", lang).chain(of::<Mission>("MISSION", "mission", lang)).collect()
}
