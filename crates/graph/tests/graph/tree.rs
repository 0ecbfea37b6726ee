//! Trees of conditions as tests draw them, and checks on what is drawn.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

#[derive(Debug, Clone)]
pub(crate) enum Tree {
    /// A condition, and whether it is implied.
    Leaf(usize, bool),
    Not(Box<Tree>),
    AtLeast(usize, Vec<Tree>),
}

impl Tree {
    /// As a draft has it.
    pub(crate) fn json(&self) -> String {
        match self {
            Self::Leaf(c, implied) => format!(
                r#"{{"op":"condition","condition":"condition:c{c}","explicitness":"{}"}}"#,
                if *implied { "implied" } else { "explicit" }
            ),
            Self::Not(of) => format!(r#"{{"op":"not","of":[{}]}}"#, of.json()),
            Self::AtLeast(k, of) => {
                let children: Vec<String> = of.iter().map(Self::json).collect();
                format!(r#"{{"op":"at_least","k":{k},"of":[{}]}}"#, children.join(","))
            }
        }
    }
}

/// Trees over so many conditions, with `not` over those alone that have no test. `implied` is how often a leaf is.
pub(crate) fn trees(conditions: usize, untested: Vec<usize>, implied: f64) -> BoxedStrategy<Tree> {
    let leaf = move |of: BoxedStrategy<usize>| {
        (of, prop::bool::weighted(implied)).prop_map(|(c, implied)| Tree::Leaf(c, implied)).boxed()
    };
    let any = leaf((0..conditions).boxed());
    let negated = if untested.is_empty() {
        any.clone()
    } else {
        let plain = leaf(prop::sample::select(untested).boxed());
        let pair = (1..=2_usize, prop::collection::vec(plain.clone(), 2)).prop_map(|(k, of)| Tree::AtLeast(k, of));
        prop_oneof![2 => plain, 1 => pair].prop_map(|tree| Tree::Not(Box::new(tree))).boxed()
    };
    let several = |inner: BoxedStrategy<Tree>| {
        prop::collection::vec(inner, 1..=4)
            .prop_flat_map(|of| (1..=of.len(), Just(of)))
            .prop_map(|(k, of)| Tree::AtLeast(k, of))
    };
    prop_oneof![4 => any, 1 => negated].prop_recursive(2, 8, 4, several).boxed()
}

/// Runs a check on what is drawn at random, the same each time.
pub(crate) fn random<S: Strategy>(cases: u32, strategy: &S, check: impl Fn(S::Value)) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let run = |value| {
        check(value);
        Ok(())
    };
    runner.run(strategy, run).unwrap_or_else(|error| panic!("{error}"));
}
