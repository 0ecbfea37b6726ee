//! Finds the readings of a question: a chart of rules over the lattice of its words.
//!
//! Every rule is tried once at every node and the matches are kept (memoized top-down parsing; Frost, Hafiz & Callaghan,
//! Parser combinators for ambiguous left-recursive grammars, PADL 2008; no rule here is left-recursive). Words that no rule
//! takes may be passed over; each is noted, and readings that pass over fewer are better.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use chrono::NaiveDate;
use pledgegraph_graph::Graph;
use pledgegraph_model::{EntityId, Query};
use serde_json::Value;

use crate::dates::{Calendar, DateUse};
use crate::grammar::{Expr, Grammar, Slot, Way};
use crate::meaning::{Lists, Means, at, merged, under, weight};
use crate::names::{Named, Names};
use crate::resolve::{of_all_countries, resolve};
use crate::words::{Edge, Lattice};

/// How many matches of a rule at a node are kept.
const MOST_MATCHES: usize = 120;
/// How many of them that end at one node.
const MOST_ENDING: usize = 24;
/// How often two matches are put together for a question; of those in `tests/sets/` none needs 2,000.
const MOST_STEPS: usize = 8_000;
/// How many other meanings of the same words are kept.
const MOST_OTHERS: usize = 3;
/// How many words a reading may pass over, and of those that are known elsewhere one after the other.
const MOST_SKIPPED: (usize, usize) = (6, 4);

/// What a part of the question was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    /// The entity, where it is one.
    pub entity: Option<EntityId>,
    /// Whether the entity is only described: by a noun for its kind, an office, a part of its name.
    pub described: bool,
}

/// A reading.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The query.
    pub query: Query,
    /// The entities that were named, where.
    pub spans: Vec<Span>,
    /// Words that it passes over: first byte, byte after the last one.
    pub unplaced: Vec<(usize, usize)>,
    /// What the same words could mean too, of equal length and as full: the order of the lexicon decided.
    pub others: Vec<Query>,
}

/// A match of a part of the grammar.
#[derive(Debug, Clone)]
struct Match {
    end: usize,
    means: Rc<Means>,
    /// Tokens passed over, ascending.
    skipped: Vec<usize>,
    /// How much it says: the members of the query that it gives a value.
    weight: usize,
    /// How many words and names: fewer is the same in longer pieces.
    pieces: usize,
    /// The places of its ways in the lexicon, summed.
    order: usize,
    spans: Vec<Span>,
    described: bool,
}

/// How good a match is but for the order of the lexicon, the best first.
type Fullness = (usize, bool, usize, Reverse<usize>);

/// How good a match is, the best first.
type Rank = (Fullness, usize);

impl Match {
    fn nothing(node: usize) -> Self {
        let means = Rc::new(Means::new());
        Self {
            end: node,
            means,
            skipped: Vec::new(),
            weight: 0,
            pieces: 0,
            order: 0,
            spans: Vec::new(),
            described: false,
        }
    }

    /// This and then that; `None` when they contradict each other.
    fn then(&self, next: &Self, lists: Lists) -> Option<Self> {
        let means = if next.means.is_empty() {
            Rc::clone(&self.means)
        } else if self.means.is_empty() {
            Rc::clone(&next.means)
        } else {
            Rc::new(merged(&self.means, &next.means, lists)?)
        };
        Some(Self {
            end: next.end,
            weight: weight(&means),
            means,
            skipped: [&self.skipped[..], &next.skipped].concat(),
            pieces: self.pieces + next.pieces,
            order: self.order + next.order,
            spans: [&self.spans[..], &next.spans].concat(),
            described: self.described || next.described,
        })
    }

    /// Of two readings the better: it passes over fewer words, names more of its entities, in longer pieces, says more of what
    /// is looked for, and its rules stand first.
    fn rank(&self) -> Rank {
        (self.fullness(), self.order)
    }

    fn fullness(&self) -> Fullness {
        (self.skipped.len(), self.described, self.pieces, Reverse(self.weight))
    }
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

/// The best readings of a question, those that pass over the fewest words. Several: they differ in an entity alone.
pub(crate) fn readings(grammar: &Grammar, graph: &Graph, lattice: &Lattice, today: NaiveDate) -> Vec<Reading> {
    let names = Names::new(graph, grammar, lattice, today);
    let unknown = unknown(grammar, lattice, &names);
    let most_skipped = MOST_SKIPPED.0.min(lattice.tokens.len() / 2);
    // Too many of its words have no place in any reading.
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
    let mut readings: Vec<Reading> = Vec::new();
    let mut others: Vec<Query> = Vec::new();
    let mut best: Option<Rank> = None;
    for found in matches {
        if best.is_some_and(|(fullness, _)| fullness != found.fullness()) {
            break;
        }
        let Some(query) = resolve(graph, &found.means, today) else { continue };
        let best = *best.get_or_insert_with(|| found.rank());
        if readings.iter().any(|known| known.query == query) || others.contains(&query) {
            continue;
        }
        // What differs in no entity differs in the meaning of the words.
        let same_entities = readings.first().is_some_and(|first| first.spans == found.spans);
        if found.rank() != best || same_entities {
            others.push(query);
            continue;
        }
        let place = |token: &usize| lattice.tokens.get(*token).map(|token| (token.start, token.end));
        let unplaced = found.skipped.iter().filter_map(place).collect();
        readings.push(Reading { query, spans: found.spans, unplaced, others: Vec::new() });
    }
    // Where entities differ the question is ambiguous as it is.
    if let [only] = readings.as_mut_slice() {
        others.extend(of_all_countries(&only.query));
        others.truncate(MOST_OTHERS);
        only.others = others;
    }
    readings
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
            for (end, span) in
                self.calendar.dates(self.lattice, hop.node).into_iter().filter(|(_, span)| used.takes(*span))
            {
                if let Some(means) = used.means(span) {
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

/// The best of some matches, each once.
fn fewest(mut matches: Vec<Match>) -> Vec<Match> {
    matches.sort_by_key(Match::rank);
    let mut kept: Vec<Match> = Vec::new();
    for found in matches {
        let ending = kept.iter().filter(|known| known.end == found.end);
        if ending.clone().count() < MOST_ENDING && !ending.clone().any(|known| known.means == found.means) {
            kept.push(found);
            if kept.len() == MOST_MATCHES {
                break;
            }
        }
    }
    kept
}
