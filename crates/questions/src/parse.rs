//! Finds the readings of a question: a chart of rules over the lattice of its words.
//!
//! Every rule is tried once at every node and the matches are kept (memoized top-down parsing; Frost, Hafiz & Callaghan,
//! Parser combinators for ambiguous left-recursive grammars, PADL 2008; no rule here is left-recursive). Words that no rule
//! takes may be passed over; each is noted, and readings that pass over fewer are better.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use chrono::NaiveDate;
use pledgegraph_graph::Graph;
use serde_json::Value;

use crate::dates::{Calendar, DateUse};
use crate::expr::{Expr, Slot};
use crate::grammar::Grammar;
use crate::matches::{Match, Span, fewest};
use crate::meaning::{Lists, Means, at, under, weight};
use crate::names::{Named, Names};
use crate::rule::Way;
use crate::words::{Edge, Lattice};

/// How often two matches are put together for a question; of those in `tests/sets/` none needs 2,000.
const MOST_STEPS: usize = 8_000;
/// How many words a reading may pass over, and of those that are known elsewhere one after the other.
const MOST_SKIPPED: (usize, usize) = (6, 4);

/// What a whole question can mean, the best first: nothing where too many of its words have no place in any reading.
pub(crate) fn matches(grammar: &Grammar, graph: &Graph, lattice: &Lattice, today: NaiveDate) -> Vec<Match> {
    let names = Names::new(graph, grammar, lattice, today);
    let unknown = unknown(grammar, lattice, &names);
    let most_skipped = MOST_SKIPPED.0.min(lattice.tokens.len() / 2);
    if unknown.iter().filter(|unknown| **unknown).count() > most_skipped {
        return Vec::new();
    }
    let calendar = Calendar { months: &grammar.months, relative: &grammar.relative, today };
    let mut parser = Parser::new(grammar, lattice, names, calendar, (&unknown, most_skipped));
    let whole = parser.rule(grammar.question, 0);
    // What was not looked at might have been better.
    if parser.steps > MOST_STEPS {
        return Vec::new();
    }
    let end = lattice.end();
    let mut matches: Vec<Match> = Vec::new();
    for found in whole.iter() {
        for hop in parser.hops[found.end].iter().filter(|hop| hop.node == end) {
            let skipped = [&found.skipped[..], &hop.skipped].concat();
            matches.push(Match { skipped, ..found.clone() });
        }
    }
    matches.sort_by_key(Match::rank);
    matches
}

/// The tokens that can be read as nothing at all.
fn unknown(grammar: &Grammar, lattice: &Lattice, names: &Names<'_>) -> Vec<bool> {
    let mut known = vec![false; lattice.tokens.len()];
    for (node, edges) in lattice.edges.iter().enumerate() {
        for edge in edges {
            if (grammar.knows(&edge.word) && (edge.whole || edge.word.chars().count() > 1))
                || grammar.is_noise(&edge.word)
            {
                known[edge.token] = true;
            }
        }
        for named in names.at(node) {
            for (token, place) in lattice.tokens.iter().zip(&mut known) {
                *place |= token.start >= named.start && token.end <= named.end_byte;
            }
        }
    }
    known.into_iter().map(|known| !known).collect()
}

/// A place to go on from after passing over words.
struct Hop {
    node: usize,
    skipped: Vec<usize>,
}

struct Parser<'a> {
    grammar: &'a Grammar,
    lattice: &'a Lattice,
    names: Names<'a>,
    calendar: Calendar<'a>,
    /// How many words a reading may pass over.
    most_skipped: usize,
    /// By node: where one can go on from there.
    hops: Vec<Vec<Hop>>,
    /// By node: the number of the word of each edge.
    numbers: Vec<Vec<Option<u32>>>,
    /// By node: the numbers of all words that can be the next.
    next: Vec<HashSet<u32>>,
    known: HashMap<(usize, usize), Rc<Vec<Match>>>,
    /// How often two matches were put together.
    steps: usize,
}

impl<'a> Parser<'a> {
    fn new(
        grammar: &'a Grammar,
        lattice: &'a Lattice,
        names: Names<'a>,
        calendar: Calendar<'a>,
        (unknown, most_skipped): (&[bool], usize),
    ) -> Self {
        let hop = |node| hops(grammar, lattice, (unknown, most_skipped), node);
        let hops: Vec<Vec<Hop>> = (0..lattice.edges.len()).map(hop).collect();
        // A pronoun is passed over only where it is whose thing it is, and there is somebody whom it can stand for.
        let mut words = lattice.edges.iter().flatten();
        let is_of_somebody = !names.is_empty() || words.any(|edge| grammar.is_somebody(&edge.word));
        let before = |edge: &Edge| lattice.tokens.get(edge.token.checked_sub(1)?).map(|token| &*token.key);
        let plain =
            |edge: &&Edge| !edge.owned || (is_of_somebody && grammar.can_drop_pronoun(&edge.word, before(edge)));
        // What is done to somebody is not what somebody does.
        let active = |edge: &&Edge| {
            !lattice.tokens.get(edge.token).is_some_and(|token| token.passive) || grammar.is_passive(&edge.word)
        };
        let number_of =
            |edge: &Edge| Some(edge).filter(plain).filter(active).and_then(|edge| grammar.number(&edge.word));
        let number = |edges: &Vec<Edge>| edges.iter().map(number_of).collect();
        let numbers: Vec<Vec<Option<u32>>> = lattice.edges.iter().map(number).collect();
        let reached = |hops: &Vec<Hop>| hops.iter().flat_map(|hop| &numbers[hop.node]).copied().flatten().collect();
        let next = hops.iter().map(reached).collect();
        Self { grammar, lattice, names, calendar, most_skipped, hops, numbers, next, known: HashMap::new(), steps: 0 }
    }

    /// Whether a way can begin at a node.
    fn can_begin(&self, way: &Way, node: usize) -> bool {
        way.first.open || way.first.empty || way.first.words.iter().any(|word| self.next[node].contains(word))
    }

    /// The matches of a rule at a node, the best first.
    fn rule(&mut self, rule: usize, node: usize) -> Rc<Vec<Match>> {
        if let Some(known) = self.known.get(&(rule, node)) {
            return Rc::clone(known);
        }
        let grammar = self.grammar;
        let mut found: Vec<Match> = Vec::new();
        for way in &grammar.rules[rule] {
            if self.can_begin(way, node) {
                found.extend(self.way(way, node));
            }
        }
        let found = Rc::new(fewest(found));
        self.known.insert((rule, node), Rc::clone(&found));
        found
    }

    fn way(&mut self, way: &Way, node: usize) -> Vec<Match> {
        let mut found = self.expr(&way.expr, node, way.lists);
        let means = Match { means: Rc::new(way.means.clone()), ..Match::nothing(node) };
        found.retain_mut(|part| {
            let Some(mut whole) = means.then(part, way.lists) else { return false };
            if let Some(place) = way.under {
                let Some(moved) = under(place, &whole.means) else { return false };
                whole.means = Rc::new(moved);
            }
            *part = Match { order: way.order + part.order, ..whole };
            true
        });
        found
    }

    fn expr(&mut self, expr: &Expr, node: usize, lists: Lists) -> Vec<Match> {
        match expr {
            Expr::Word(word) => self.word(*word, node),
            Expr::Rule(rule) => self.rule(*rule, node).as_ref().clone(),
            Expr::Name(slot) => self.name(slot, node),
            Expr::Number => self.number(node),
            Expr::Date(used) => self.date(*used, node),
            Expr::Sequence(parts) => {
                let mut found = vec![Match::nothing(node)];
                for part in parts {
                    found = self.go_on(&found, part, lists);
                }
                found
            }
            Expr::Either(ways) => fewest(ways.iter().flat_map(|way| self.expr(way, node, lists)).collect()),
            Expr::Maybe(part) => {
                let mut found = self.expr(part, node, lists);
                found.push(Match::nothing(node));
                found
            }
            Expr::Any(part) => {
                let mut all = vec![Match::nothing(node)];
                let mut last = all.clone();
                // Each round takes a word, so that there are at most as many as words.
                while !last.is_empty() {
                    let before = last.iter().map(|found| found.pieces).min().unwrap_or_default();
                    last = self.go_on(&last, part, lists);
                    last.retain(|found| found.pieces > before);
                    all.extend(last.iter().cloned());
                }
                fewest(all)
            }
        }
    }

    fn go_on(&mut self, before: &[Match], part: &Expr, lists: Lists) -> Vec<Match> {
        let mut found = Vec::new();
        let mut from: HashMap<usize, Vec<Match>> = HashMap::new();
        for start in before {
            let next = from.entry(start.end).or_insert_with(|| self.expr(part, start.end, lists));
            let within = |found: &Match| found.skipped.len() <= self.most_skipped;
            self.steps += next.len();
            if self.steps > MOST_STEPS {
                return Vec::new();
            }
            found.extend(next.iter().filter_map(|next| start.then(next, lists)).filter(within));
        }
        fewest(found)
    }

    /// A word, after any words that may be passed over.
    fn word(&self, word: u32, node: usize) -> Vec<Match> {
        let mut found = Vec::new();
        if !self.next[node].contains(&word) {
            return found;
        }
        for hop in &self.hops[node] {
            for (edge, number) in self.lattice.edges[hop.node].iter().zip(&self.numbers[hop.node]) {
                if *number == Some(word) {
                    found.push(Match { skipped: hop.skipped.clone(), pieces: 1, ..Match::nothing(edge.to) });
                }
            }
        }
        found
    }

    /// A date, after any words that may be passed over.
    fn date(&self, used: DateUse, node: usize) -> Vec<Match> {
        let mut found = Vec::new();
        for hop in &self.hops[node] {
            for (end, period) in
                self.calendar.dates(self.lattice, hop.node).into_iter().filter(|(_, period)| used.takes(*period))
            {
                if let Some(means) = used.means(period) {
                    let skipped = hop.skipped.clone();
                    let weight = weight(&means);
                    found.push(Match { means: Rc::new(means), skipped, weight, pieces: 1, ..Match::nothing(end) });
                }
            }
        }
        found
    }

    /// A number in digits, after any words that may be passed over.
    fn number(&self, node: usize) -> Vec<Match> {
        let mut found = Vec::new();
        for hop in &self.hops[node] {
            for edge in self.lattice.edges[hop.node].iter().filter(|edge| edge.whole) {
                if let Ok(number) = edge.word.parse::<u16>() {
                    let means = Means::from_iter([("at_least".to_owned(), Value::from(number))]);
                    let skipped = hop.skipped.clone();
                    let to = edge.to;
                    found.push(Match { means: Rc::new(means), skipped, weight: 1, pieces: 1, ..Match::nothing(to) });
                }
            }
        }
        found
    }

    /// A name, after any words that may be passed over.
    fn name(&self, slot: &Slot, node: usize) -> Vec<Match> {
        let mut found = Vec::new();
        for hop in &self.hops[node] {
            for Named { end, start, end_byte, entity, kind, described, spelling } in self.names.at(hop.node) {
                if slot.kinds.contains(kind) && *spelling <= slot.spelling {
                    found.push(Match {
                        end: *end,
                        means: Rc::new(at(&slot.path, *entity)),
                        skipped: hop.skipped.clone(),
                        weight: 1,
                        pieces: 1,
                        order: 0,
                        spans: vec![Span {
                            start: *start,
                            end: *end_byte,
                            entity: Some(*entity),
                            described: *described,
                        }],
                        described: *described,
                    });
                }
            }
        }
        found
    }
}

/// Where one can go on from a node after passing over whole tokens: noise costs nothing.
fn hops(grammar: &Grammar, lattice: &Lattice, (unknown, most_skipped): (&[bool], usize), node: usize) -> Vec<Hop> {
    let mut hops = vec![Hop { node, skipped: Vec::new() }];
    let mut here = node;
    let mut skipped: Vec<usize> = Vec::new();
    let mut known = 0;
    while let Some(edge) = lattice.edges[here].iter().find(|edge| edge.whole) {
        if !grammar.is_noise(&edge.word) {
            if !unknown[edge.token] {
                known += 1;
            }
            if known > MOST_SKIPPED.1 || skipped.len() == most_skipped {
                break;
            }
            skipped.push(edge.token);
        }
        here = edge.to;
        hops.push(Hop { node: here, skipped: skipped.clone() });
    }
    hops
}
