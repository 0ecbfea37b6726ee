//! Finds entities by any usual spelling.

use std::collections::HashMap;

use pledgegraph_model::{EntityKind, lookup_keys, search_key, words};

use crate::Graph;
use crate::names::spellings;
use crate::node::Node;
use crate::view::EntityView;

/// How many nodes a search looks at before it ranks.
const MOST_CANDIDATES: usize = 4_000;
/// How many distinct words a search with a slip of the pen is compared with.
const MOST_WORDS: usize = 200_000;

/// How well a name matches, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchQuality {
    /// The whole name.
    Exact,
    /// The name begins so.
    Prefix,
    /// Every word occurs, as the beginning of a word.
    Words,
    /// Every word occurs but for a slip of one or two letters.
    Fuzzy,
}

/// An entity found.
#[derive(Debug, Clone, Copy)]
pub struct SearchHit<'g> {
    /// The entity.
    pub entity: EntityView<'g>,
    /// The name or alias that matched.
    pub name: &'g str,
    /// Its language; `und` for the slug.
    pub lang: &'g str,
    /// How well it matched.
    pub quality: MatchQuality,
}

impl Graph {
    /// The entities of the given kinds (empty = all) that a text names, best first: by quality, then by how often
    /// statements mention them. Slips of the pen are considered only when nothing else matches.
    ///
    /// O(matches x log names); with a slip, one comparison a distinct word.
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// use pledgegraph_graph::MatchQuality;
    ///
    /// let first = |text| graph.search(text, &[], 1).into_iter().next().expect("a hit");
    /// assert_eq!(first("لوكسمبورج").entity.label("en").0, "Luxembourg");
    /// assert_eq!(first("Luxemburg").quality, MatchQuality::Exact);
    /// assert_eq!(first("Luxembrg").quality, MatchQuality::Fuzzy);
    /// ```
    pub fn search(&self, text: &str, kinds: &[EntityKind], limit: usize) -> Vec<SearchHit<'_>> {
        let keys = lookup_keys(text);
        let mut best: HashMap<Node, MatchQuality> = HashMap::new();
        for key in keys.iter().filter(|key| !key.is_empty()) {
            self.candidates(key, &mut best);
        }
        if best.is_empty() {
            for key in &keys {
                self.fuzzy_candidates(key, &mut best);
            }
        }
        let mut hits: Vec<SearchHit<'_>> = best
            .into_iter()
            .filter_map(|(node, quality)| self.hit(node, quality, &keys))
            .filter(|hit| kinds.is_empty() || kinds.contains(&hit.entity.kind()))
            .collect();
        hits.sort_by_key(|hit| (hit.quality, std::cmp::Reverse(hit.entity.mentions()), hit.entity.node()));
        hits.truncate(limit);
        hits
    }

    fn candidates(&self, key: &str, best: &mut HashMap<Node, MatchQuality>) {
        let mut take = |number: u32, quality: MatchQuality| {
            if best.len() < MOST_CANDIDATES || best.contains_key(&Node::new(number)) {
                let known = best.entry(Node::new(number)).or_insert(quality);
                *known = (*known).min(quality);
            }
        };
        for number in self.names.exact(key).into_iter().flat_map(|p| p.iter()) {
            take(number, MatchQuality::Exact);
        }
        for (_, postings) in self.names.whole_with_prefix(key).take(MOST_CANDIDATES) {
            postings.iter().for_each(|number| take(number, MatchQuality::Prefix));
        }
        for number in with_words(key, |word| {
            self.names.words_with_prefix(word).take(MOST_CANDIDATES).flat_map(|(_, p)| p.iter()).collect()
        }) {
            take(number, MatchQuality::Words);
        }
    }

    fn fuzzy_candidates(&self, key: &str, best: &mut HashMap<Node, MatchQuality>) {
        let near = |word: &str| {
            let slips = slips_allowed(word);
            let length = word.chars().count();
            let close = |other: &&str| {
                other.chars().count().abs_diff(length) <= slips && strsim::osa_distance(word, other) <= slips
            };
            let all = self.names.all_words().take(MOST_WORDS).filter(|(other, _)| close(other));
            all.flat_map(|(_, p)| p.iter()).collect()
        };
        for number in with_words(key, near).into_iter().take(MOST_CANDIDATES) {
            best.entry(Node::new(number)).or_insert(MatchQuality::Fuzzy);
        }
    }

    /// The spelling of a node that matched: the best by the same measure.
    fn hit(&self, node: Node, quality: MatchQuality, keys: &[String]) -> Option<SearchHit<'_>> {
        let record = self.record(node)?;
        let measure = |spelling: &str| {
            let own = search_key(spelling);
            keys.iter().map(|key| distance(&own, key)).min().unwrap_or((3, usize::MAX))
        };
        let (name, lang) = spellings(&record.entity).min_by_key(|(spelling, _)| measure(spelling))?;
        Some(SearchHit { entity: EntityView { node, record }, name, lang, quality })
    }
}

/// How far a name is from a key: the kind of match, then the difference in letters.
fn distance(own: &str, key: &str) -> (u8, usize) {
    if own == key {
        return (0, 0);
    }
    if own.starts_with(key) {
        return (1, own.len() - key.len());
    }
    let all = words(key).all(|word| words(own).any(|w| w.starts_with(word)));
    (if all { 2 } else { 3 }, strsim::osa_distance(own, key))
}

/// Short words must match to the letter.
fn slips_allowed(word: &str) -> usize {
    match word.chars().count() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// The nodes that `of_word` gives for every word of a key.
fn with_words(key: &str, of_word: impl Fn(&str) -> Vec<u32>) -> Vec<u32> {
    let mut common: Option<Vec<u32>> = None;
    for word in words(key) {
        let mut found = of_word(word);
        found.sort_unstable();
        found.dedup();
        common = Some(match common {
            None => found,
            Some(before) => before.into_iter().filter(|n| found.binary_search(n).is_ok()).collect(),
        });
    }
    common.unwrap_or_default()
}
