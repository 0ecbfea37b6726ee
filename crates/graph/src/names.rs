//! Names of entities by search key: whole names and single words.

use imbl::OrdMap;
use pledgegraph_model::{Entity, search_key, skeleton, words};

use crate::node::Node;
use crate::postings::Postings;

/// Nodes by search key. Sorted, so that a prefix is a range.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    whole: OrdMap<Box<str>, Postings>,
    words: OrdMap<Box<str>, Postings>,
    /// By skeleton (UTS 39).
    skeletons: OrdMap<Box<str>, Postings>,
}

/// Every text under which an entity is found, with its language: names, aliases, the slug and those that lead to it.
pub(crate) fn spellings(entity: &Entity) -> impl Iterator<Item = (&str, &str)> {
    let names = entity.names.iter().map(|(lang, name)| (name, lang.as_str()));
    let aliases = entity.aliases.iter().map(|alias| (alias.text.as_str(), alias.lang.as_str()));
    let slugs = entity.redirects.iter().map(|redirect| (redirect.slug.as_str(), "und"));
    names.chain(aliases).chain([(entity.slug.as_str(), "und")]).chain(slugs)
}

fn change(map: &mut OrdMap<Box<str>, Postings>, key: &str, node: Node, add: bool) {
    let mut postings = map.get(key).cloned().unwrap_or_default();
    if add {
        postings.insert(node.number());
    } else {
        postings.remove(node.number());
    }
    if postings.is_empty() {
        map.remove(key);
    } else {
        map.insert(key.into(), postings);
    }
}

/// The entries of a sorted map whose key begins with `prefix`: they stand together, for "ger" from "ger" to before "ges".
pub(crate) fn with_prefix<'m>(
    map: &'m OrdMap<Box<str>, Postings>,
    prefix: &'m str,
) -> impl Iterator<Item = (&'m str, &'m Postings)> {
    map.range::<_, str>((std::ops::Bound::Included(prefix), std::ops::Bound::Unbounded))
        .map(|(key, postings)| (&**key, postings))
        .take_while(move |(key, _)| key.starts_with(prefix))
}

impl Names {
    pub(crate) fn insert(&mut self, entity: &Entity, node: Node) {
        self.change(entity, node, true);
    }

    pub(crate) fn remove(&mut self, entity: &Entity, node: Node) {
        self.change(entity, node, false);
    }

    fn change(&mut self, entity: &Entity, node: Node, add: bool) {
        for (spelling, _) in spellings(entity) {
            let key = search_key(spelling);
            change(&mut self.whole, &key, node, add);
            change(&mut self.skeletons, &skeleton(spelling), node, add);
            for word in words(&key) {
                change(&mut self.words, word, node, add);
            }
        }
    }

    /// The nodes that have a name with exactly this key.
    pub(crate) fn exact(&self, key: &str) -> Option<&Postings> {
        self.whole.get(key)
    }

    /// The nodes that have a name one of whose words is exactly this key.
    pub(crate) fn with_word(&self, word: &str) -> Option<&Postings> {
        self.words.get(word)
    }

    /// The nodes that have a name with this skeleton.
    pub(crate) fn with_skeleton(&self, key: &str) -> Option<&Postings> {
        self.skeletons.get(key)
    }

    /// The whole names that begin with this key.
    pub(crate) fn whole_with_prefix<'m>(&'m self, key: &'m str) -> impl Iterator<Item = (&'m str, &'m Postings)> {
        with_prefix(&self.whole, key)
    }

    /// The words of names that begin with this key.
    pub(crate) fn words_with_prefix<'m>(&'m self, key: &'m str) -> impl Iterator<Item = (&'m str, &'m Postings)> {
        with_prefix(&self.words, key)
    }

    /// All words of names.
    pub(crate) fn all_words(&self) -> impl Iterator<Item = (&str, &Postings)> {
        self.words.iter().map(|(word, postings)| (&**word, postings))
    }
}
