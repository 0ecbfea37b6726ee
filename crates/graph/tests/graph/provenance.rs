//! Independent sources and single origins: the product against removal and enumeration on random small chains.

use std::collections::BTreeSet;

use pledgegraph_graph::{Graph, Witness};
use pledgegraph_model::EdgeId;
use proptest::prelude::*;

/// A line of report: agents, each an entity or only a name, then the document.
type Line = (Vec<(usize, bool)>, usize);

fn graph(lines: &[Line]) -> Graph {
    let mut entities = Vec::new();
    for at in 0..4 {
        entities.push(format!(r#"{{"kind":"person","slug":"p{at}","names":{{"en":"P"}}}}"#));
        entities.push(format!(r#"{{"kind":"source","slug":"s{at}","names":{{"en":"S"}}}}"#));
    }
    entities.push(r#"{"kind":"coalition","slug":"w","names":{"en":"W"}}"#.to_owned());
    let pieces: Vec<String> = lines
        .iter()
        .map(|(agents, document)| {
            let chain: Vec<String> = agents
                .iter()
                .map(|(at, named)| {
                    let who = if *named { format!(r#""name":"N{at}""#) } else { format!(r#""agent":"person:p{at}""#) };
                    format!(r#"{{{who},"role":"speaker","mode":"report"}}"#)
                })
                .collect();
            format!(
                r#"{{"source":"source:s{document}","explicitness":"explicit","attribution":[{}]}}"#,
                chain.join(",")
            )
        })
        .collect();
    let json = format!(
        r#"{{"kind":"membership","subject":"coalition:w","object":"coalition:w","role":"member","evidence":[{}]}}"#,
        pieces.join(",")
    );
    crate::drawn::graph(&entities, &[("claim".to_owned(), json)])
}

/// The witnesses of a line, as text; repeats are left out.
fn witnesses((agents, document): &Line) -> Vec<String> {
    let mut found = Vec::new();
    for (at, named) in agents {
        let witness = if *named { format!("N{at} in s{document}") } else { format!("p{at}") };
        if !found.contains(&witness) {
            found.push(witness);
        }
    }
    found.push(format!("s{document}"));
    found
}

/// Whether a report still reaches the statement without these witnesses: step by step from witness to witness.
fn reaches(lines: &[Vec<String>], without: &BTreeSet<&String>) -> bool {
    let free = |witness: &String| !without.contains(witness);
    let mut reached: BTreeSet<&String> = lines.iter().map(|line| &line[0]).filter(|w| free(w)).collect();
    loop {
        let mut more: Vec<&String> = Vec::new();
        for line in lines {
            for pair in line.windows(2) {
                if reached.contains(&pair[0]) && free(&pair[1]) && !reached.contains(&pair[1]) {
                    more.push(&pair[1]);
                }
            }
        }
        if more.is_empty() {
            return lines.iter().any(|line| line.last().is_some_and(|last| reached.contains(last)));
        }
        reached.extend(more);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_removal_and_enumeration_say(
        lines in prop::collection::vec((prop::collection::vec((0..4_usize, prop::bool::weighted(0.3)), 0..=3), 0..4_usize), 1..=4)
    ) {
        let graph = graph(&lines);
        let found = graph.provenance(&[EdgeId::of_key("claim")]);
        let name = |witness: &Witness<'_>| match witness {
            Witness::Document(view) | Witness::Agent(view) => view.entity().slug.as_str().to_owned(),
            Witness::Name(name, document) => format!("{name} in {}", document.entity().slug.as_str()),
        };
        let known: Vec<Vec<String>> = lines.iter().map(witnesses).collect();
        let all: Vec<&String> = known.iter().flatten().collect::<BTreeSet<_>>().into_iter().collect();
        let through: BTreeSet<String> = found.through.iter().map(name).collect();
        let needed: BTreeSet<String> =
            all.iter().filter(|w| !reaches(&known, &BTreeSet::from([**w]))).map(|w| (*w).clone()).collect();
        prop_assert_eq!(through, needed, "{:?}", &lines);
        // The fewest witnesses without whom nothing is left (Menger).
        let fewest = (0..1_usize << all.len())
            .filter(|case| {
                let without = all.iter().enumerate().filter(|(at, _)| case >> at & 1 == 1).map(|(_, w)| *w).collect();
                !reaches(&known, &without)
            })
            .map(usize::count_ones)
            .min();
        prop_assert_eq!(Some(u32::try_from(found.independent).expect("small")), fewest, "{:?}", &lines);
        let documents: BTreeSet<usize> = lines.iter().map(|(_, document)| *document).collect();
        prop_assert_eq!(found.documents.len(), documents.len());
    }
}
