//! Entities that have a name, a word of it, or the looks of it in common.

use pledgegraph_model::{EntityKind, skeleton};

use crate::Graph;
use crate::names::spellings;
use crate::node::Node;
use crate::view::EntityView;

/// The most entities that a question for lookalikes answers with.
const MOST_ALIKE: usize = 1_000;

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
