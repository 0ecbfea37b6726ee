//! Names of entities by search key: whole names and single words.

use imbl::OrdMap;
use pledgegraph_model::{Entity, EntityKind, search_key, skeleton, words};

use crate::Graph;
use crate::node::Node;
use crate::postings::Postings;
use crate::view::EntityView;

/// The most entities that a question for lookalikes answers with.
const MOST_ALIKE: usize = 1_000;

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

/// The entries of a sorted map whose key begins with `prefix`.
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
    fn with_word(&self, word: &str) -> Option<&Postings> {
        self.words.get(word)
    }

    /// The nodes that have a name with this skeleton.
    fn with_skeleton(&self, key: &str) -> Option<&Postings> {
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

impl Graph {
    /// The entities with a name, an alias or a slug that has exactly this search key. O(log names).
    pub fn named(&self, key: &str) -> Vec<EntityView<'_>> {
        let nodes = self.names.exact(key).into_iter().flat_map(|postings| postings.iter().map(Node::new));
        nodes.filter_map(|node| self.record(node).map(|record| EntityView { node, record })).collect()
    }

    /// The entities of some kinds with a name, an alias or a slug one of whose words is exactly this search key; at most `most`.
    /// O(log words + entities looked at).
    pub fn named_in_part(&self, word: &str, kinds: &[EntityKind], most: usize) -> Vec<EntityView<'_>> {
        let nodes = self.names.with_word(word).into_iter().flat_map(|postings| postings.iter().map(Node::new));
        let views = nodes.filter_map(|node| self.record(node).map(|record| EntityView { node, record }));
        views.filter(|view| kinds.contains(&view.kind())).take(most).collect()
    }

    /// The entities of a kind with a name, an alias or a slug that looks like `text` (the same skeleton, UTS 39), once
    /// for each such spelling with its language; `und` for a slug. At most a thousand entities.
    ///
    /// O(matches x names of each).
    pub fn lookalikes(&self, kind: EntityKind, text: &str) -> Vec<(EntityView<'_>, &str, &str)> {
        let key = skeleton(text);
        let nodes = self.names.with_skeleton(&key).into_iter().flat_map(|postings| postings.iter().map(Node::new));
        let records = nodes.filter_map(|node| Some((node, self.record(node)?)));
        let of_kind = records.filter(|(_, record)| record.entity.kind == kind).take(MOST_ALIKE);
        of_kind
            .flat_map(|(node, record)| {
                let alike = spellings(&record.entity).filter(|(spelling, _)| skeleton(spelling) == key);
                alike.map(move |(spelling, lang)| (EntityView { node, record }, spelling, lang)).collect::<Vec<_>>()
            })
            .collect()
    }
}
