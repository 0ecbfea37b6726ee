//! Paths and bridges: the product against brute force on random small graphs, and shapes that overflow stacks.

use std::collections::BTreeSet;

use pledgegraph_graph::{BridgeQuery, Builder, Graph, PathQuery};
use pledgegraph_model::{Edge, EdgeId, Entity, EntityId, EntityRef};
use proptest::prelude::*;

fn node(at: usize) -> EntityId {
    EntityId::of_key(&format!("group:g{at}"))
}

/// A graph of groups that are part of each other.
fn graph(nodes: usize, links: &[(usize, usize)]) -> Graph {
    let read: Entity<EntityRef> =
        serde_json::from_str(r#"{"kind":"group","slug":"g","names":{"en":"G"}}"#).expect("an entity");
    let group = read.try_map(|r| Ok::<_, ()>(EntityId::of_key(&r.to_string()))).expect("total");
    let read: Entity<EntityRef> =
        serde_json::from_str(r#"{"kind":"source","slug":"s","names":{"en":"S"}}"#).expect("an entity");
    let source = read.try_map(|r| Ok::<_, ()>(EntityId::of_key(&r.to_string()))).expect("total");
    let groups =
        (0..nodes).map(|at| Entity { id: node(at), slug: format!("g{at}").parse().expect("a slug"), ..group.clone() });
    let read: Edge<EntityRef> = serde_json::from_str(
        r#"{"kind":"part_of","subject":"group:g0","object":"group:g1","evidence":[{"source":"source:s","explicitness":"explicit"}]}"#,
    )
    .expect("an edge");
    let one = read.try_map(|r: EntityRef| Ok::<_, ()>(EntityId::of_key(&r.to_string())), Ok).expect("total");
    let links = links.iter().enumerate().map(|(at, (from, to))| Edge {
        id: EdgeId::of_key(&format!("l{at}")),
        subject: node(*from),
        object: node(*to),
        ..one.clone()
    });
    Builder::one_commit(groups.chain([source]), links)
}

fn query(from: usize, to: usize, k: usize, max_hops: usize) -> PathQuery {
    PathQuery {
        from: node(from),
        to: node(to),
        k,
        max_hops,
        kinds: Vec::new(),
        valid_at: None,
        max_edges: 100,
        budget: 1_000_000,
    }
}

/// All paths without a loop, by trying.
fn all_paths(links: &[(usize, usize)], path: &mut Vec<usize>, to: usize, most: usize, found: &mut Vec<Vec<usize>>) {
    let last = path[path.len() - 1];
    if last == to {
        found.push(path.clone());
        return;
    }
    if path.len() > most {
        return;
    }
    let next: BTreeSet<usize> =
        links.iter().filter_map(|(a, b)| if *a == last { Some(*b) } else { (*b == last).then_some(*a) }).collect();
    for next in next {
        if !path.contains(&next) {
            path.push(next);
            all_paths(links, path, to, most, found);
            path.pop();
        }
    }
}

fn random() -> impl Strategy<Value = (usize, Vec<(usize, usize)>)> {
    (2..=7_usize).prop_flat_map(|nodes| (Just(nodes), prop::collection::vec((0..nodes, 0..nodes), 0..=14)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn paths_are_those_of_brute_force((nodes, links) in random(), k in 1..=6_usize, hops in 1..=6_usize) {
        let graph = graph(nodes, &links);
        let (from, to) = (0, nodes - 1);
        let found = graph.paths(&query(from, to, k, hops));
        prop_assert!(!found.truncated);
        let mut all = Vec::new();
        all_paths(&links, &mut vec![from], to, hops, &mut all);
        let mut lengths: Vec<usize> = all.iter().map(|path| path.len() - 1).collect();
        lengths.sort_unstable();
        lengths.truncate(k);
        prop_assert_eq!(found.paths.iter().map(Vec::len).collect::<Vec<_>>(), lengths);
        let mut seen = BTreeSet::new();
        for path in &found.paths {
            let at = |id: EntityId| (0..nodes).find(|at| node(*at) == id).expect("known");
            let mut own = vec![from];
            for hop in path {
                prop_assert_eq!(at(hop.from.id()), own[own.len() - 1]);
                own.push(at(hop.to.id()));
                let pair = [at(hop.from.id()), at(hop.to.id())];
                let between = links.iter().filter(|(a, b)| [*a, *b] == pair || [*b, *a] == pair).count();
                prop_assert_eq!((hop.total, hop.edges.len()), (between, between));
            }
            prop_assert!(all.contains(&own) && seen.insert(own));
        }
    }

    #[test]
    fn bridges_are_those_of_removal((nodes, links) in random()) {
        let graph = graph(nodes, &links);
        let answer =
            graph.bridges(&BridgeQuery { kinds: Vec::new(), valid_at: None, max_members: 100, budget: 10_000 });
        prop_assert!(!answer.exceeded);
        for removed in 0..nodes {
            let linked = |at: usize, other: usize| links.iter().any(|l| *l == (at, other) || *l == (other, at));
            // Who can be reached from whom, with the node and without it.
            let component = |start: usize, without: Option<usize>| {
                let mut reached = BTreeSet::from([start]);
                loop {
                    let more: Vec<usize> = (0..nodes)
                        .filter(|n| Some(*n) != without && !reached.contains(n) && reached.iter().any(|r| linked(*r, *n)))
                        .collect();
                    if more.is_empty() {
                        return reached;
                    }
                    reached.extend(more);
                }
            };
            let mut rest = component(removed, None);
            rest.remove(&removed);
            let mut parts: Vec<BTreeSet<usize>> = Vec::new();
            for at in rest {
                if !parts.iter().any(|part| part.contains(&at)) {
                    parts.push(component(at, Some(removed)));
                }
            }
            let found = answer.bridges.iter().find(|bridge| bridge.entity.id() == node(removed));
            prop_assert_eq!(found.is_some(), parts.len() > 1, "{} of {:?}", removed, &links);
            let Some(found) = found else { continue };
            let mut sizes: Vec<usize> = parts.iter().map(BTreeSet::len).collect();
            sizes.sort_unstable_by(|a, b| b.cmp(a));
            prop_assert_eq!(found.blocs.iter().map(|bloc| bloc.size).collect::<Vec<_>>(), sizes);
            let mut pairs = 0;
            for (i, one) in parts.iter().enumerate() {
                pairs += parts[i + 1..].iter().map(|other| one.len() * other.len()).sum::<usize>();
            }
            prop_assert_eq!(found.pairs, pairs as u64);
        }
    }
}

/// On a stack of 512 KiB.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(512 * 1024).spawn(run).expect("a thread");
    thread.join().expect("no panic, and no overflow");
}

#[test]
fn shapes_that_are_deep_or_wide_end() {
    on_a_small_stack(|| {
        let n = 200_000;
        let chain: Vec<(usize, usize)> = (1..n).map(|at| (at - 1, at)).collect();
        let graph = graph(n, &chain);
        let all = BridgeQuery { kinds: Vec::new(), valid_at: None, max_members: 3, budget: 10_000_000 };
        let answer = graph.bridges(&all);
        assert_eq!(answer.bridges.len(), n - 2);
        assert_eq!(answer.bridges[0].blocs.len(), 2);
        assert!(graph.bridges(&BridgeQuery { budget: 1_000, ..all }).exceeded);
        let found = graph.paths(&query(0, n - 1, 3, n));
        assert_eq!((found.paths.len(), found.paths[0].len()), (1, n - 1));
        assert!(graph.paths(&query(0, n - 1, 3, 6)).paths.is_empty());
    });
    on_a_small_stack(|| {
        let n = 600;
        let complete: Vec<(usize, usize)> = (0..n).flat_map(|a| (0..a).map(move |b| (a, b))).collect();
        let graph = graph(n, &complete);
        let found = graph.paths(&query(0, n - 1, 20, 6));
        assert!(found.truncated || found.paths.len() == 20);
        assert_eq!(found.paths[0].len(), 1);
        let all = BridgeQuery { kinds: Vec::new(), valid_at: None, max_members: 3, budget: 10_000_000 };
        assert!(graph.bridges(&all).bridges.is_empty());
    });
}
