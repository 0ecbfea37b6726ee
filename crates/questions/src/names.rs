//! Which entities a question names, and where.

mod described;

use std::cell::OnceCell;
use std::collections::HashSet;

use chrono::NaiveDate;
use pledgegraph_graph::{EntityView, Graph};
use pledgegraph_model::{AliasKind, Code, EntityId, EntityKind, search_key};

use crate::expr::Spelling;
use crate::grammar::Grammar;
use crate::words::{Lattice, bare};

/// The longest name, in words.
const LONGEST: usize = 12;
/// The shortest word that is taken for a part of a name, in letters.
const SHORTEST_PART: usize = 4;
/// How many entities a noun for their kind may stand for.
pub(crate) const MOST_GENERIC: usize = 20;

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
    pub(crate) spelling: Spelling,
}

/// An entity with the words of its names.
type Candidate<'a> = (EntityView<'a>, HashSet<String>);

/// The names that begin at each node.
pub(crate) struct Names<'a> {
    graph: &'a Graph,
    grammar: &'a Grammar,
    lattice: &'a Lattice,
    /// The day on which offices are held.
    today: NaiveDate,
    /// By kind: its entities with the words of their names.
    described: Vec<OnceCell<Vec<Candidate<'a>>>>,
    at: Vec<Vec<Named>>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(graph: &'a Graph, grammar: &'a Grammar, lattice: &'a Lattice, today: NaiveDate) -> Self {
        let described = vec![OnceCell::new(); EntityKind::ALL.len()];
        let mut names = Self { graph, grammar, lattice, today, described, at: Vec::new() };
        for node in 0..lattice.edges.len() {
            let mut here = names.proper(node);
            here.extend(names.generic(node));
            if here.is_empty() {
                here = names.partial(node);
            }
            names.at.push(here);
        }
        let more: Vec<Vec<Named>> =
            (0..names.at.len()).map(|node| [names.offices(node), names.conditions(node)].concat()).collect();
        for (here, more) in names.at.iter_mut().zip(more) {
            here.extend(more);
        }
        names
    }

    /// Whether nothing is named at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.at.iter().all(Vec::is_empty)
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
                // Several people are called as one is: Americans.
                let one = ["s", "ون", "ين"].into_iter().find_map(|ending| key.strip_suffix(ending));
                let one = one
                    .filter(|one| one.chars().count() >= SHORTEST_PART)
                    .map(|one| one.split(' ').map(bare).collect::<Vec<_>>().join(" "));
                let without_article = key.split(' ').map(bare).collect::<Vec<_>>().join(" ");
                // NATO's command is called the NATO command.
                let owned = self.grammar.possessive.as_deref().map(|s| format!(" {s} "));
                let unowned = owned.map(|owned| key.replace(&owned, " ")).filter(|unowned| *unowned != key);
                let ways = std::iter::once((key.clone(), false));
                let ways = ways.chain((without_article != key).then_some((without_article, false)));
                let ways = ways.chain(unowned.map(|unowned| (unowned, false)));
                for (key, is_plural) in ways.chain(one.map(|one| (one, true))) {
                    for view in self.graph.named(&key) {
                        let Some(spelling) = self.written_so(&view, &key, place) else { continue };
                        // A people is a noun.
                        let spelling = if is_plural { Spelling::Name } else { spelling };
                        let known = found.iter_mut().find(|n| n.end == last + 1 && n.entity == view.id());
                        match known {
                            Some(known) => known.spelling = known.spelling.min(spelling),
                            None => found.push(Named { spelling, ..self.named(place, &view, false) }),
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
        let spelling = Spelling::Name;
        Named { end: last + 1, start, end_byte, entity: view.id(), kind: view.kind(), described, spelling }
    }

    /// Whether a name or an alias (not the slug) has this key; a short one in capitals is taken for a word of the language
    /// unless it is written in capitals, if there is such a word.
    ///
    /// `None`: none has it; of several the first.
    fn written_so(&self, view: &EntityView<'_>, key: &str, (first, last): (usize, usize)) -> Option<Spelling> {
        let entity = view.entity();
        let names = entity.names.iter().map(|(_, name)| (name, Spelling::Name));
        let aliases = entity.aliases.iter().map(|alias| {
            let spelling = match alias.kind {
                AliasKind::Demonym => Spelling::Demonym,
                AliasKind::Metonym => Spelling::Metonym,
                _ => Spelling::Name,
            };
            (alias.text.as_str(), spelling)
        });
        let tokens = &self.lattice.tokens[first..=last];
        let capitals = tokens.iter().all(|token| token.capitals || !self.is_ordinary(&token.key));
        let is_so = |text: &str, spelling: Spelling| {
            let own = search_key(text);
            let same = own == key || own.split(' ').map(bare).eq(key.split(' ').map(bare));
            let short = text.chars().filter(|c| c.is_alphabetic()).count() <= 3;
            let acronym = short && text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase);
            let spelling = if acronym { spelling.max(Spelling::Abbreviation) } else { spelling };
            (same && (!acronym || capitals)).then_some(spelling)
        };
        names.chain(aliases).filter_map(|(text, spelling)| is_so(text, spelling)).min()
    }

    /// Whether a word says something in the language.
    fn is_ordinary(&self, word: &str) -> bool {
        self.grammar.knows(word) || self.grammar.is_function(word)
    }

    /// The entities with a name of which a long word of the question is a part, where it is nothing else.
    fn partial(&self, node: usize) -> Vec<Named> {
        let Some(edge) = self.lattice.edges[node].iter().find(|edge| edge.whole) else { return Vec::new() };
        let bare = bare(&edge.word);
        if bare.chars().count() < SHORTEST_PART || self.grammar.knows(bare) {
            return Vec::new();
        }
        let kinds = [EntityKind::Country, EntityKind::Person];
        let mut found = self.graph.named_in_part(&edge.word, &kinds, MOST_GENERIC);
        if found.is_empty() {
            found = self.graph.named_in_part(bare, &kinds, MOST_GENERIC);
        }
        // Of a country the noun, else an adjective would stand for every place that has it.
        let has_word = |view: &EntityView<'_>| {
            spellings(view).any(|name| {
                let key = search_key(name);
                let mut words = key.split(' ').map(crate::words::bare);
                if view.kind() == EntityKind::Person { words.any(|word| word == bare) } else { is_noun_of(words, bare) }
            })
        };
        let place = (edge.token, edge.token);
        found.iter().filter(|view| has_word(view)).map(|view| self.named(place, view, true)).collect()
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
}

/// The names and aliases of an entity.
fn spellings<'e>(view: &'e EntityView<'_>) -> impl Iterator<Item = &'e str> {
    let entity = view.entity();
    let names = entity.names.iter().map(|(_, name)| name);
    names.chain(entity.aliases.iter().map(|alias| alias.text.as_str()))
}

/// Whether a word is the noun of a country's name and not a part of a longer one: Congo in Congo - Kinshasa, Korea in
/// South Korea; not Virgin in British Virgin Islands.
fn is_noun_of<'w>(mut words: impl Iterator<Item = &'w str>, word: &str) -> bool {
    let (first, second, third) = (words.next(), words.next(), words.next());
    third.is_none() && [first, second].contains(&Some(word))
}
