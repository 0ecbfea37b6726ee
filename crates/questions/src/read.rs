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
pub enum Extent {
    /// Every word has its place in one reading.
    Wholly,
    /// Every word has its place, but a name or a description stands for several entities.
    Ambiguously,
    /// There is a reading, but some words have no place in it.
    Partly,
    /// There is no reading, or most words have no place in it.
    NotAtAll,
}

/// What a question is read as.
#[derive(Debug, Clone)]
pub struct Understanding<'q> {
    /// The question.
    pub text: &'q str,
    /// The day on which it is asked.
    pub today: NaiveDate,
    /// Its language.
    pub lang: Lang,
    /// How far it was understood.
    pub extent: Extent,
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
    pub(crate) fn speaker<'a>(&'a self, graph: &'a Graph, lang: Lang, digits: Digits, day: NaiveDate) -> Speaker<'a> {
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
    pub fn read<'q>(&self, graph: &Graph, text: &'q str, today: NaiveDate) -> Understanding<'q> {
        let read = |lang, extent, readings, is_turned| Understanding { text, today, lang, extent, readings, is_turned };
        let paraphrased =
            [Lang::En, Lang::Ar].into_iter().find_map(|lang| Some((lang, self.phrases.read(graph, text, lang)?)));
        if let Some((lang, query)) = paraphrased {
            let reading = Reading { query, spans: Vec::new(), unplaced: Vec::new(), others: Vec::new() };
            return read(lang, Extent::Wholly, vec![reading], false);
        }
        let lang = Lang::of(text);
        let grammar = match lang {
            Lang::En => &self.en,
            Lang::Ar => &self.ar,
        };
        let lattice = Lattice::new(text);
        let readings = readings(grammar, graph, &lattice, today);
        match extent(grammar, &lattice, &readings) {
            Extent::NotAtAll => read(lang, Extent::NotAtAll, Vec::new(), false),
            extent => {
                let is_turned = readings.first().is_some_and(|first| is_turned(grammar, &lattice, first));
                read(lang, extent, readings, is_turned)
            }
        }
    }
}

/// How far a question was understood that has these readings.
fn extent(grammar: &Grammar, lattice: &Lattice, readings: &[Reading]) -> Extent {
    let Some((first, others)) = readings.split_first() else { return Extent::NotAtAll };
    if first.unplaced.is_empty() {
        return if others.is_empty() { Extent::Wholly } else { Extent::Ambiguously };
    }
    // What is left of the question must be more than what is left out, and so must the words of it that say something.
    let (left_out, placed): (Vec<_>, Vec<_>) = lattice.tokens.iter().partition(|token| is_unplaced(first, token));
    let says = |token: &&&Token| !grammar.is_function(&token.key);
    let saying = |tokens: &[&Token]| tokens.iter().filter(says).count();
    let too_little = left_out.len() >= placed.len() || saying(&left_out) >= saying(&placed).max(1);
    if too_little { Extent::NotAtAll } else { Extent::Partly }
}

/// Whether a word that has no place in a reading turns the question.
fn is_turned(grammar: &Grammar, lattice: &Lattice, reading: &Reading) -> bool {
    let turns = |(at, token): (usize, &Token)| {
        let mut words = lattice.edges.iter().flatten().filter(|edge| edge.token == at);
        is_unplaced(reading, token) && words.any(|edge| grammar.turns(&edge.word))
    };
    lattice.tokens.iter().enumerate().any(turns)
}

fn is_unplaced(reading: &Reading, token: &Token) -> bool {
    reading.unplaced.iter().any(|(start, _)| *start == token.start)
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
