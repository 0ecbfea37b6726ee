//! The rules of a language: ways to say things, and what they mean.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::expr::Expr;
use crate::lexicon::{Label, LexiconError, RuleLine};
use crate::meaning::{Lists, Under};
use crate::notation::Notation;

/// One way to say a rule.
#[derive(Debug)]
pub(crate) struct Way {
    pub(crate) expr: Expr,
    /// What it means.
    pub(crate) means: Map<String, Value>,
    /// Where the part that it is about goes, if not beside the rest.
    pub(crate) under: Option<Under>,
    /// Whether its own parts are any of what they list.
    pub(crate) lists: Lists,
    /// Its place in the lexicon: of two readings the one that stands first.
    pub(crate) order: usize,
    /// With what it can begin.
    pub(crate) first: First,
}

impl Way {
    fn plain(expr: Expr, means: Map<String, Value>) -> Self {
        Self { expr, means, under: None, lists: Lists::Contradict, order: 0, first: First::default() }
    }
}

/// The rules of a language, while they are read.
#[derive(Debug)]
pub(crate) struct Rules {
    notation: Notation,
    /// By number of the rule.
    ways: Vec<Vec<Way>>,
    /// How many ways there are.
    count: usize,
}

impl Rules {
    /// Rules of these names that cannot be said yet, with the forms of inflected words.
    pub(crate) fn named<'n>(forms: HashMap<String, Vec<String>>, names: impl Iterator<Item = &'n str>) -> Self {
        let mut notation = Notation::new(forms);
        names.for_each(|name| notation.name_rule(name));
        let mut ways = Vec::new();
        ways.resize_with(notation.rules.len(), Vec::new);
        Self { notation, ways, count: 0 }
    }

    /// The number of a rule.
    pub(crate) fn number(&self, name: &str) -> Result<usize, LexiconError> {
        self.notation.rules.get(name).copied().ok_or_else(|| LexiconError(format!("no {name}")))
    }

    /// The number of the next word that is new.
    pub(crate) fn next_word(&self) -> u32 {
        self.notation.count + 1
    }

    /// Adds the ways of a line.
    pub(crate) fn add(&mut self, line: &RuleLine) -> Result<(), LexiconError> {
        let lists = if line.any { Lists::Any } else { Lists::Contradict };
        for say in &line.say {
            let expr = self.notation.read(say)?;
            self.push(&line.name, Way { under: line.under, lists, ..Way::plain(expr, line.means.clone()) })?;
        }
        Ok(())
    }

    /// Adds words that stand for themselves.
    pub(crate) fn add_label(&mut self, (name, words, means): &Label) -> Result<(), LexiconError> {
        let expr = self.notation.words(words);
        self.push(name, Way::plain(expr, means.clone()))
    }

    fn push(&mut self, name: &str, way: Way) -> Result<(), LexiconError> {
        let number = self.number(name)?;
        self.count += 1;
        self.ways[number].push(Way { order: self.count, ..way });
        Ok(())
    }

    /// The ways of all rules by number, each with what it can begin with, and the numbers of all words. No rule is
    /// left-recursive, so this ends.
    pub(crate) fn whole(self) -> (Vec<Vec<Way>>, HashMap<Box<str>, u32>) {
        let mut ways = self.ways;
        let mut known: Vec<Option<First>> = vec![None; ways.len()];
        let firsts: Vec<Vec<First>> =
            ways.iter().map(|own| own.iter().map(|way| first_of(&ways, &way.expr, &mut known)).collect()).collect();
        for (way, first) in ways.iter_mut().flatten().zip(firsts.into_iter().flatten()) {
            way.first = first;
        }
        (ways, self.notation.numbers)
    }
}

/// With which words a part of the grammar can begin.
#[derive(Debug, Clone, Default)]
pub(crate) struct First {
    /// Numbers of words, ascending.
    pub(crate) words: Vec<u32>,
    /// Or with a name, a number or a date.
    pub(crate) open: bool,
    /// Or it can be left out.
    pub(crate) empty: bool,
}

fn first_of_rule(rules: &[Vec<Way>], rule: usize, known: &mut Vec<Option<First>>) -> First {
    if let Some(first) = &known[rule] {
        return first.clone();
    }
    let first = joined(rules[rule].iter().map(|way| first_of(rules, &way.expr, known)).collect());
    known[rule] = Some(first.clone());
    first
}

fn first_of(rules: &[Vec<Way>], expr: &Expr, known: &mut Vec<Option<First>>) -> First {
    match expr {
        Expr::Word(word) => First { words: vec![*word], open: false, empty: false },
        Expr::Rule(rule) => first_of_rule(rules, *rule, known),
        Expr::Either(ways) => joined(ways.iter().map(|way| first_of(rules, way, known)).collect()),
        Expr::Sequence(parts) => {
            // Up to the first part that cannot be left out.
            let mut firsts = Vec::new();
            for part in parts {
                firsts.push(first_of(rules, part, known));
                if firsts.last().is_some_and(|first| !first.empty) {
                    break;
                }
            }
            let empty = firsts.iter().all(|first| first.empty);
            First { empty, ..joined(firsts) }
        }
        Expr::Maybe(part) | Expr::Any(part) => First { empty: true, ..first_of(rules, part, known) },
        Expr::Name(_) | Expr::Number | Expr::Date(_) => First { words: Vec::new(), open: true, empty: false },
    }
}

/// Any of these.
fn joined(firsts: Vec<First>) -> First {
    let open = firsts.iter().any(|first| first.open);
    let empty = firsts.iter().any(|first| first.empty);
    let mut words: Vec<u32> = firsts.into_iter().flat_map(|first| first.words).collect();
    words.sort_unstable();
    words.dedup();
    First { words, open, empty }
}
