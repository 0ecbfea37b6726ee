//! Lists of numbers beside plain sets.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn behaves_like_a_btree_set(
        start in prop::collection::btree_set(0u32..300_000, 0..9000),
        ops in prop::collection::vec((any::<bool>(), 0u32..300_000), 0..400),
    ) {
        let sorted: Vec<u32> = start.iter().copied().collect();
        let mut postings = Postings::from_sorted(&sorted);
        let before = postings.clone();
        let mut expected = start.clone();
        for (add, number) in ops {
            let changed = if add { expected.insert(number) } else { expected.remove(&number) };
            prop_assert_eq!(if add { postings.insert(number) } else { postings.remove(number) }, changed);
        }
        // Empty it almost wholly, so that every representation is passed through.
        for number in expected.clone().into_iter().skip(10) {
            prop_assert!(postings.contains(number) && postings.remove(number));
            expected.remove(&number);
        }
        prop_assert_eq!(postings.len(), expected.len());
        prop_assert_eq!(postings.iter().collect::<BTreeSet<_>>(), expected);
        prop_assert_eq!(before.iter().collect::<Vec<_>>(), sorted);
    }

    #[test]
    fn a_block_holds_its_numbers(set in prop::collection::btree_set(0u32..200_000, 0..6000)) {
        let postings = Postings::from_sorted(&set.iter().copied().collect::<Vec<_>>());
        for block in 0..4u16 {
            let mut bits = [0; WORDS];
            postings.or_block_into(block, &mut bits);
            let mut listed = Vec::new();
            postings.block_into(block, &mut listed);
            let expected: Vec<u16> = set.iter().filter(|n| split(**n).0 == block).map(|n| split(*n).1).collect();
            prop_assert_eq!(numbers(&bits).collect::<Vec<_>>(), expected.clone());
            prop_assert_eq!(postings.block_len(block), expected.len());
            prop_assert_eq!(listed, expected);
        }
    }
}
