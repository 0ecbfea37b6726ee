//! The readings of a question.

use chrono::NaiveDate;
use pledgegraph_graph::Graph;
use pledgegraph_model::Query;

use crate::grammar::Grammar;
use crate::matches::{Rank, Span};
use crate::parse::matches;
use crate::resolve::{of_all_countries, resolve};
use crate::words::Lattice;

/// How many other meanings of the same words are kept.
const MOST_OTHERS: usize = 3;

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

/// The best readings of a question, those that pass over the fewest words. Several: they differ in an entity alone.
pub(crate) fn readings(grammar: &Grammar, graph: &Graph, lattice: &Lattice, today: NaiveDate) -> Vec<Reading> {
    let mut readings: Vec<Reading> = Vec::new();
    let mut others: Vec<Query> = Vec::new();
    let mut best: Option<Rank> = None;
    for found in matches(grammar, graph, lattice, today) {
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
