//! Which entities a question names, and where.

use std::cell::OnceCell;
use std::collections::HashSet;

use pledgegraph_graph::{EdgeFilter, EntityFilter, EntityView, Graph, Page, SearchHit};
use pledgegraph_model::{Code, EdgeDetail, EdgeKind, EntityId, EntityKind, search_key};

use crate::grammar::Grammar;
use crate::words::{Lattice, bare};

/// The longest name, in words.
const LONGEST: usize = 12;
/// The shortest word that is taken for a part of a name, in letters.
const SHORTEST_PART: usize = 4;
/// How many entities of a kind are looked at for a description.
const MOST_CANDIDATES: usize = 200;
/// How many entities a noun for their kind may stand for.
const MOST_GENERIC: usize = 20;

/// A name in the question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named {
    /// The node after it.
    pub(crate) end: usize,
    /// First byte.
    pub(crate) start: usize,
    /// The byte after the last one.
    pub(crate) end_byte: usize,
    pub(crate) entity: EntityId,
    pub(crate) kind: EntityKind,
    /// Whether it is only described: by a noun for its kind, or by its office.
    pub(crate) described: bool,
}

/// An entity with the words of its names.
type Candidate<'a> = (EntityView<'a>, HashSet<String>);

/// The names that begin at each node.
pub(crate) struct Names<'a> {
    graph: &'a Graph,
    grammar: &'a Grammar,
    lattice: &'a Lattice,
    /// By kind: its entities with the words of their names.
    described: Vec<OnceCell<Vec<Candidate<'a>>>>,
    at: Vec<Vec<Named>>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(graph: &'a Graph, grammar: &'a Grammar, lattice: &'a Lattice) -> Self {
        let described = vec![OnceCell::new(); EntityKind::ALL.len()];
        let mut names = Self { graph, grammar, lattice, described, at: Vec::new() };
        for node in 0..lattice.edges.len() {
            let mut here = names.proper(node);
            here.extend(names.generic(node));
            if here.is_empty() {
                here = names.partial(node);
            }
            names.at.push(here);
        }
        let offices: Vec<Vec<Named>> = (0..names.at.len()).map(|node| names.offices(node)).collect();
        for (here, offices) in names.at.iter_mut().zip(offices) {
            here.extend(offices);
        }
        names
    }

    pub(crate) fn at(&self, node: usize) -> &[Named] {
        self.at.get(node).map(Vec::as_slice).unwrap_or_default()
    }

    /// The names and aliases that begin at a node.
    fn proper(&self, node: usize) -> Vec<Named> {
        let mut found: Vec<Named> = Vec::new();
        for first in &self.lattice.edges[node] {
            // A prefix alone is no name.
            if first.to > self.lattice.end() {
                continue;
            }
            let mut key = first.word.to_string();
            for last in first.token..(first.token + LONGEST).min(self.lattice.tokens.len()) {
                if last > first.token {
                    key = format!("{key} {}", self.lattice.tokens[last].key);
                }
                let place = (first.token, last);
                for key in [key.clone(), key.split(' ').map(bare).collect::<Vec<_>>().join(" ")] {
                    for view in self.graph.named(&key) {
                        if self.is_written_so(&view, &key, place)
                            && !found.iter().any(|n| n.end == last + 1 && n.entity == view.id())
                        {
                            found.push(self.named(place, &view, false));
                        }
                    }
                }
            }
        }
        found
    }

    fn named(&self, (first, last): (usize, usize), view: &EntityView<'_>, described: bool) -> Named {
        let tokens = &self.lattice.tokens;
        let (start, end_byte) = (tokens[first].start, tokens[last].end);
        Named { end: last + 1, start, end_byte, entity: view.id(), kind: view.kind(), described }
    }

    /// Whether a name or an alias (not the slug) has this key, and short ones in capitals are written in capitals.
    fn is_written_so(&self, view: &EntityView<'_>, key: &str, (first, last): (usize, usize)) -> bool {
        let entity = view.entity();
        let names = entity.names.iter().map(|(_, name)| name);
        let mut spellings = names.chain(entity.aliases.iter().map(|alias| alias.text.as_str()));
        let capitals = self.lattice.tokens[first..=last].iter().all(|token| token.capitals);
        spellings.any(|spelling| {
            let own = search_key(spelling);
            let same = own == key || own.split(' ').map(bare).eq(key.split(' ').map(bare));
            let short = spelling.chars().filter(|c| c.is_alphabetic()).count() <= 3;
            let acronym =
                short && spelling.chars().any(char::is_uppercase) && !spelling.chars().any(char::is_lowercase);
            same && (!acronym || capitals)
        })
    }

    /// The entities with a name of which a long word of the question is a part, where it is nothing else.
    fn partial(&self, node: usize) -> Vec<Named> {
        let Some(edge) = self.lattice.edges[node].iter().find(|edge| edge.whole) else { return Vec::new() };
        let bare = bare(&edge.word);
        if bare.chars().count() < SHORTEST_PART || self.grammar.known.contains(bare) {
            return Vec::new();
        }
        let kinds = [EntityKind::Country, EntityKind::Person];
        let mut hits = self.graph.search(&edge.word, &kinds, MOST_GENERIC);
        if hits.is_empty() {
            hits = self.graph.search(bare, &kinds, MOST_GENERIC);
        }
        // Of a country the noun, else an adjective would stand for every place that has it.
        let has_word = |hit: &SearchHit<'_>| {
            let key = search_key(hit.name);
            let mut words = key.split(' ').map(crate::words::bare);
            if hit.entity.kind() == EntityKind::Person {
                words.any(|word| word == bare)
            } else {
                is_noun_of(words, bare)
            }
        };
        hits.iter()
            .filter(|hit| has_word(hit))
            .map(|hit| self.named((edge.token, edge.token), &hit.entity, true))
            .collect()
    }

    /// The entities of a kind, where a noun for the kind stands instead of a name: alone, or among words of the name.
    fn generic(&self, node: usize) -> Vec<Named> {
        let mut found: Vec<Named> = Vec::new();
        for edge in self.lattice.edges[node].iter().filter(|edge| edge.to <= self.lattice.end()) {
            for (kind, nouns) in &self.grammar.generic {
                let is_noun = |word: &str| nouns.iter().any(|noun| bare(noun) == bare(word));
                let rest = self.lattice.tokens.get(edge.token + 1..).unwrap_or_default();
                let first = edge.token;
                let line: Vec<&str> =
                    std::iter::once(&*edge.word).chain(rest.iter().take(LONGEST).map(|token| &*token.key)).collect();
                if !line.iter().any(|word| is_noun(word)) || self.is_connecting(line[0]) {
                    continue;
                }
                for (view, words) in self.candidates(*kind) {
                    let fits = |word: &&&str| is_noun(word) || words.contains(bare(word)) || self.is_connecting(word);
                    let fitting = line.iter().take_while(fits).count();
                    let run = line.get(..fitting).unwrap_or_default();
                    // All places where the run may end: with a word that says something, a noun of the kind before it.
                    for (at, word) in run.iter().enumerate() {
                        let upto = run.get(..=at).unwrap_or_default();
                        if !self.is_connecting(word) && upto.iter().any(|word| is_noun(word)) {
                            found.push(self.named((first, first + at), view, true));
                        }
                    }
                }
            }
        }
        found
    }

    /// Whether a word only links the words of a name.
    fn is_connecting(&self, word: &str) -> bool {
        self.grammar.linking.contains(word)
    }

    /// The entities of a kind with the words of their names; made when they are first asked for.
    fn candidates(&self, kind: EntityKind) -> &[Candidate<'a>] {
        let made = || {
            let filter = EntityFilter { kinds: vec![kind], ..EntityFilter::default() };
            let all = self.graph.entities(&filter, Page::first(MOST_CANDIDATES)).items;
            let with_words = all.into_iter().map(|view| {
                let entity = view.entity();
                let names = entity.names.iter().map(|(_, name)| name);
                let spellings = names.chain(entity.aliases.iter().map(|alias| alias.text.as_str()));
                let words = spellings.flat_map(|name| {
                    let key = search_key(name);
                    key.split(' ').map(|word| bare(word).to_owned()).collect::<Vec<_>>()
                });
                (view, words.collect())
            });
            with_words.collect()
        };
        self.described.get(kind.index()).map(|cell| cell.get_or_init(made).as_slice()).unwrap_or_default()
    }

    /// Persons named by an office and its country: president of X, X's president; or by the office alone.
    fn offices(&self, node: usize) -> Vec<Named> {
        let mut found = Vec::new();
        for ways in &self.grammar.offices {
            for way in ways {
                if let Some((first, after)) = self.words(node, way) {
                    let countries = match &self.grammar.of {
                        Some(of) => self.words(after, std::slice::from_ref(of)).map(|(_, node)| node),
                        None => Some(after),
                    };
                    let of_country: Vec<Named> = countries.map(|node| self.at(node).to_vec()).unwrap_or_default();
                    let of_country = of_country.into_iter().filter(|named| named.kind == EntityKind::Country);
                    let before = found.len();
                    for country in of_country {
                        let place = (first, country.end - 1);
                        found.extend(
                            self.holders(ways, Some(country.entity)).iter().map(|view| self.named(place, view, true)),
                        );
                    }
                    if found.len() == before {
                        found.extend(
                            self.holders(ways, None).iter().map(|view| self.named((first, after - 1), view, true)),
                        );
                    }
                }
            }
        }
        found.extend(self.possessed(node));
        found
    }

    /// A country's office.
    fn possessed(&self, node: usize) -> Vec<Named> {
        let Some(mark) = &self.grammar.possessive else { return Vec::new() };
        let mut found = Vec::new();
        for country in self.at(node).iter().filter(|named| named.kind == EntityKind::Country) {
            let marked = self.words(country.end, std::slice::from_ref(mark)).map(|(_, after)| after);
            let after = marked.unwrap_or(country.end);
            for ways in &self.grammar.offices {
                for (_, end) in ways.iter().filter_map(|way| self.words(after, way)) {
                    let holders = self.holders(ways, Some(country.entity));
                    let end_byte = self.lattice.tokens[end - 1].end;
                    found.extend(holders.iter().map(|view| Named {
                        end,
                        start: country.start,
                        end_byte,
                        entity: view.id(),
                        kind: view.kind(),
                        described: true,
                    }));
                }
            }
        }
        found
    }

    /// The token at which some words begin at a node, and the node after them.
    fn words(&self, node: usize, words: &[Box<str>]) -> Option<(usize, usize)> {
        let mut node = node;
        let mut first = None;
        for word in words {
            let edge = self.lattice.edges.get(node)?.iter().find(|edge| bare(&edge.word) == bare(word))?;
            first.get_or_insert(edge.token);
            node = edge.to;
        }
        first.filter(|_| node <= self.lattice.end()).map(|first| (first, node))
    }

    /// Who holds an office whose title has one of these words.
    fn holders(&self, ways: &[Vec<Box<str>>], of: Option<EntityId>) -> Vec<EntityView<'a>> {
        let filter =
            EdgeFilter { kinds: vec![EdgeKind::Office], object: of.map(|id| vec![id]), ..EdgeFilter::default() };
        let mut found: Vec<EntityView<'a>> = Vec::new();
        for edge in self.graph.edges(&filter, Page::first(MOST_GENERIC * 5)).items {
            let EdgeDetail::Office(office) = edge.detail() else { continue };
            let title_has = |way: &Vec<Box<str>>| {
                office.title.iter().any(|(_, title)| {
                    let title = search_key(title);
                    let words: Vec<&str> = title.split(' ').collect();
                    words.windows(way.len()).any(|part| part.iter().zip(way).all(|(a, b)| bare(a) == bare(b)))
                })
            };
            let subject = edge.subject();
            if ways.iter().any(title_has) && !found.iter().any(|view| view.id() == subject.id()) {
                found.push(subject);
            }
        }
        found.truncate(MOST_GENERIC);
        found
    }
}

/// Whether a word is the noun of a country's name and not a part of a longer one: Congo in Congo - Kinshasa, Korea in
/// South Korea; not Virgin in British Virgin Islands.
fn is_noun_of<'w>(mut words: impl Iterator<Item = &'w str>, word: &str) -> bool {
    let (first, second, third) = (words.next(), words.next(), words.next());
    third.is_none() && [first, second].contains(&Some(word))
}
