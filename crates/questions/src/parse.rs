//! Finds the readings of a question: a chart of rules over the lattice of its words.
//!
//! Every rule is tried once at every node and the matches are kept (memoized top-down parsing; Frost, Hafiz & Callaghan,
//! Parser combinators for ambiguous left-recursive grammars, PADL 2008; no rule here is left-recursive). Words that no rule
//! takes may be passed over; each is noted, and readings that pass over fewer are better.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use pledgegraph_graph::Graph;
use pledgegraph_model::{EntityId, EntityKind, Query, QueryTarget};
use serde_json::Value;

use crate::dates::{DateUse, dates};
use crate::grammar::{Expr, Grammar, Slot, Way};
use crate::meaning::{Means, at, merged, query_of};
use crate::names::{Named, Names};
use crate::words::{Lattice, bare};

/// How many matches of a rule at a node are kept.
const MOST_MATCHES: usize = 40;
/// How many words that are known elsewhere a reading may pass over.
const MOST_SKIPPED: usize = 4;

/// What a part of the question was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    /// The entity, where it is one.
    pub entity: Option<EntityId>,
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
    /// Whether an entity was only described, by a noun for its kind or by an office.
    pub described: bool,
}

/// A match of a part of the grammar.
#[derive(Debug, Clone)]
struct Match {
    end: usize,
    means: Rc<Means>,
    /// Tokens passed over, ascending.
    skipped: Vec<usize>,
    /// How many words and names: fewer is the same in longer pieces.
    pieces: usize,
    /// The places of its ways in the lexicon, summed.
    order: usize,
    spans: Vec<Span>,
    described: bool,
}

impl Match {
    fn nothing(node: usize) -> Self {
        let means = Rc::new(Means::new());
        Self { end: node, means, skipped: Vec::new(), pieces: 0, order: 0, spans: Vec::new(), described: false }
    }

    /// This and then that; `None` when they contradict each other.
    fn then(&self, next: &Self) -> Option<Self> {
        let means = if next.means.is_empty() {
            Rc::clone(&self.means)
        } else if self.means.is_empty() {
            Rc::clone(&next.means)
        } else {
            Rc::new(merged(&self.means, &next.means)?)
        };
        Some(Self {
            end: next.end,
            means,
            skipped: [&self.skipped[..], &next.skipped].concat(),
            pieces: self.pieces + next.pieces,
            order: self.order + next.order,
            spans: [&self.spans[..], &next.spans].concat(),
            described: self.described || next.described,
        })
    }

    fn rank(&self) -> (usize, bool, usize, usize) {
        (self.skipped.len(), self.described, self.pieces, self.order)
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
    /// Tokens that neither a rule nor a name has.
    unknown: Vec<bool>,
    known: HashMap<(usize, usize), Rc<Vec<Match>>>,
}

/// The best readings of a question, those that pass over the fewest words. Several: they differ in an entity alone.
pub(crate) fn readings(grammar: &Grammar, graph: &Graph, lattice: &Lattice) -> Vec<Reading> {
    let names = Names::new(graph, grammar, lattice);
    let unknown = unknown(grammar, lattice, &names);
    let mut parser = Parser { grammar, lattice, names, unknown, known: HashMap::new() };
    let whole = parser.rule(grammar.question, 0);
    let end = lattice.end();
    let mut matches: Vec<Match> = Vec::new();
    for found in whole.iter() {
        for hop in parser.hops(found.end).into_iter().filter(|hop| hop.node == end) {
            let skipped = [&found.skipped[..], &hop.skipped].concat();
            matches.push(Match { skipped, ..found.clone() });
        }
    }
    matches.sort_by_key(Match::rank);
    let Some(best) = matches.first().map(Match::rank) else { return Vec::new() };
    let mut readings: Vec<Reading> = Vec::new();
    for found in matches.into_iter().filter(|found| found.rank() == best) {
        let Ok(mut query) = serde_json::from_value::<Query>(query_of(&found.means)) else { continue };
        through_persons(graph, &mut query);
        if readings.iter().any(|known| known.query == query) {
            continue;
        }
        let place = |token: &usize| lattice.tokens.get(*token).map(|token| (token.start, token.end));
        let unplaced = found.skipped.iter().filter_map(place).collect();
        readings.push(Reading { query, spans: found.spans, unplaced, described: found.described });
    }
    readings
}

/// Persons pledge and ask for their countries: they stand as whom these act through, never as the subject.
fn through_persons(graph: &Graph, query: &mut Query) {
    let which = &mut query.which;
    let is_person = |id: &EntityId| graph.entity(*id).is_some_and(|view| view.kind() == EntityKind::Person);
    let acts = matches!(query.find, QueryTarget::Commitments | QueryTarget::Requests);
    if acts && !which.subject.is_empty() && which.subject.iter().all(is_person) {
        which.acting_through.append(&mut which.subject);
    }
}

/// The tokens that can be read as nothing at all.
fn unknown(grammar: &Grammar, lattice: &Lattice, names: &Names<'_>) -> Vec<bool> {
    let mut known = vec![false; lattice.tokens.len()];
    for (node, edges) in lattice.edges.iter().enumerate() {
        for edge in edges {
            if (grammar.known.contains(bare(&edge.word)) && (edge.whole || edge.word.chars().count() > 1))
                || grammar.noise.contains(&edge.word)
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

impl Parser<'_> {
    /// The matches of a rule at a node, the best first.
    fn rule(&mut self, rule: usize, node: usize) -> Rc<Vec<Match>> {
        if let Some(known) = self.known.get(&(rule, node)) {
            return Rc::clone(known);
        }
        let grammar = self.grammar;
        let mut found: Vec<Match> = Vec::new();
        for way in &grammar.rules[rule] {
            found.extend(self.way(way, node));
        }
        let found = Rc::new(fewest(found));
        self.known.insert((rule, node), Rc::clone(&found));
        found
    }

    fn way(&mut self, way: &Way, node: usize) -> Vec<Match> {
        let mut found = self.expr(&way.expr, node);
        let means = Match { means: Rc::new(way.means.clone()), ..Match::nothing(node) };
        found.retain_mut(|part| {
            let Some(whole) = means.then(part) else { return false };
            *part = Match { order: way.order + part.order, ..whole };
            true
        });
        found
    }

    fn expr(&mut self, expr: &Expr, node: usize) -> Vec<Match> {
        match expr {
            Expr::Word(word) => self.word(word, node),
            Expr::Rule(rule) => self.rule(*rule, node).as_ref().clone(),
            Expr::Name(slot) => self.name(slot, node),
            Expr::Number => self.number(node),
            Expr::Date(used) => self.date(*used, node),
            Expr::Sequence(parts) => {
                let mut found = vec![Match::nothing(node)];
                for part in parts {
                    found = self.go_on(&found, part);
                }
                found
            }
            Expr::Either(ways) => fewest(ways.iter().flat_map(|way| self.expr(way, node)).collect()),
            Expr::Maybe(part) => {
                let mut found = self.expr(part, node);
                found.push(Match::nothing(node));
                found
            }
            Expr::Any(part) => {
                let mut all = vec![Match::nothing(node)];
                let mut last = all.clone();
                // Each round takes a word, so that there are at most as many as words.
                while !last.is_empty() {
                    last = self.go_on(&last, part);
                    all.extend(last.iter().cloned());
                }
                fewest(all)
            }
        }
    }

    fn go_on(&mut self, before: &[Match], part: &Expr) -> Vec<Match> {
        let mut found = Vec::new();
        let mut from: HashMap<usize, Vec<Match>> = HashMap::new();
        for start in before {
            let next = from.entry(start.end).or_insert_with(|| self.expr(part, start.end));
            found.extend(next.iter().filter_map(|next| start.then(next)));
        }
        fewest(found)
    }

    /// A word, after any words that may be passed over.
    fn word(&self, word: &str, node: usize) -> Vec<Match> {
        let mut found = Vec::new();
        for hop in self.hops(node) {
            for edge in &self.lattice.edges[hop.node] {
                if bare(&edge.word) == bare(word) {
                    found.push(Match { skipped: hop.skipped.clone(), pieces: 1, ..Match::nothing(edge.to) });
                }
            }
        }
        found
    }

    /// A date, after any words that may be passed over.
    fn date(&self, used: DateUse, node: usize) -> Vec<Match> {
        let mut found = Vec::new();
        for hop in self.hops(node) {
            for (end, range) in dates(self.lattice, &self.grammar.months, hop.node) {
                if let Some(means) = used.means(range) {
                    let skipped = hop.skipped.clone();
                    found.push(Match { means: Rc::new(means), skipped, pieces: 1, ..Match::nothing(end) });
                }
            }
        }
        found
    }

    /// A number in digits, after any words that may be passed over.
    fn number(&self, node: usize) -> Vec<Match> {
        let mut found = Vec::new();
        for hop in self.hops(node) {
            for edge in self.lattice.edges[hop.node].iter().filter(|edge| edge.whole) {
                if let Ok(number) = edge.word.parse::<u16>() {
                    let means = Means::from_iter([("at_least".to_owned(), Value::from(number))]);
                    let skipped = hop.skipped.clone();
                    found.push(Match { means: Rc::new(means), skipped, pieces: 1, ..Match::nothing(edge.to) });
                }
            }
        }
        found
    }

    /// A name, after any words that may be passed over.
    fn name(&self, slot: &Slot, node: usize) -> Vec<Match> {
        let mut found = Vec::new();
        for hop in self.hops(node) {
            for Named { end, start, end_byte, entity, kind, described } in self.names.at(hop.node) {
                if slot.kinds.contains(kind) {
                    found.push(Match {
                        end: *end,
                        means: Rc::new(at(&slot.path, *entity)),
                        skipped: hop.skipped.clone(),
                        pieces: 1,
                        order: 0,
                        spans: vec![Span { start: *start, end: *end_byte, entity: Some(*entity) }],
                        described: *described,
                    });
                }
            }
        }
        found
    }

    /// Where one can go on from a node after passing over whole tokens: noise costs nothing.
    fn hops(&self, node: usize) -> Vec<Hop> {
        let mut hops = vec![Hop { node, skipped: Vec::new() }];
        let mut here = node;
        let mut skipped: Vec<usize> = Vec::new();
        let mut known = 0;
        while let Some(edge) = self.lattice.edges[here].iter().find(|edge| edge.whole) {
            if !self.grammar.noise.contains(&edge.word) {
                if !self.unknown[edge.token] {
                    known += 1;
                }
                if known > MOST_SKIPPED {
                    break;
                }
                skipped.push(edge.token);
            }
            here = edge.to;
            hops.push(Hop { node: here, skipped: skipped.clone() });
        }
        hops
    }
}

/// The best of some matches, each once.
fn fewest(mut matches: Vec<Match>) -> Vec<Match> {
    matches.sort_by_key(Match::rank);
    let mut seen: HashSet<(usize, String)> = HashSet::new();
    matches.retain(|found| seen.insert((found.end, Value::Object((*found.means).clone()).to_string())));
    matches.truncate(MOST_MATCHES);
    matches
}
