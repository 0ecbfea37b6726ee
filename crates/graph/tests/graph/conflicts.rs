//! Conflicts: the product against all pairs of random statements.

use std::collections::BTreeSet;

use pledgegraph_graph::{ConflictKind, ConflictQuery, EdgeView};
use pledgegraph_model::EdgeId;
use proptest::prelude::*;

/// One statement: what it says of whom and what, asserted or denied, by which document.
#[derive(Debug, Clone)]
struct Statement {
    says: Says,
    actor: usize,
    thing: usize,
    denied: bool,
    document: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Says {
    Member,
    Attends { absent: bool },
    Outcome { met: bool },
    Convenes { month: u32, cancelled: bool },
}

impl Statement {
    fn json(&self) -> String {
        let polarity = if self.denied { "denied" } else { "asserted" };
        let (thing, fields) = match self.says {
            Says::Member => ("coalition:w", r#""kind":"membership","role":"member""#.to_owned()),
            Says::Attends { absent } => {
                let role = if absent { "absent" } else { "participant" };
                ("meeting:m", format!(r#""kind":"attendance","role":"{role}""#))
            }
            Says::Outcome { met } => {
                ("condition:c", format!(r#""kind":"outcome","value":"{}""#, if met { "met" } else { "unmet" }))
            }
            Says::Convenes { month, cancelled } => {
                let status = if cancelled { "cancelled" } else { "held" };
                ("meeting:m", format!(r#""kind":"convening","status":"{status}","date":{{"edtf":"2025-0{month}"}}"#))
            }
        };
        format!(
            r#"{{{fields},"subject":"organization:a{}","object":"{thing}{}","polarity":"{polarity}","evidence":[{{"source":"source:s{}","explicitness":"explicit"}}]}}"#,
            self.actor, self.thing, self.document
        )
    }

    /// Whether the two cannot both be true, and in what.
    fn contradicts(&self, other: &Self) -> Vec<ConflictKind> {
        let mut found = Vec::new();
        let same_kind = std::mem::discriminant(&self.says) == std::mem::discriminant(&other.says);
        let same_ends = self.actor == other.actor && self.thing == other.thing;
        if same_kind && same_ends && !self.denied && other.denied {
            found.push(ConflictKind::Polarity);
        }
        if self.denied || other.denied || self.thing != other.thing {
            return found;
        }
        match (self.says, other.says) {
            (Says::Attends { absent: false }, Says::Attends { absent: true }) if same_ends => {
                found.push(ConflictKind::Attendance);
            }
            (Says::Outcome { met: true }, Says::Outcome { met: false }) => found.push(ConflictKind::Outcome),
            (Says::Convenes { cancelled: false, month }, Says::Convenes { cancelled: true, month: other }) => {
                found.push(ConflictKind::Status);
                found.extend((month < other).then_some(ConflictKind::Date));
            }
            (Says::Convenes { month, .. }, Says::Convenes { month: other, .. }) if month < other => {
                found.push(ConflictKind::Date);
            }
            _ => {}
        }
        found
    }
}

fn statements() -> impl Strategy<Value = Vec<Statement>> {
    let says = prop_oneof![
        Just(Says::Member),
        any::<bool>().prop_map(|absent| Says::Attends { absent }),
        any::<bool>().prop_map(|met| Says::Outcome { met }),
        (1..=3_u32, any::<bool>()).prop_map(|(month, cancelled)| Says::Convenes { month, cancelled }),
    ];
    let one = (says, 0..2_usize, 0..2_usize, prop::bool::weighted(0.3), 0..3_usize)
        .prop_map(|(says, actor, thing, denied, document)| Statement { says, actor, thing, denied, document });
    prop::collection::vec(one, 1..=8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_all_pairs_say(statements in statements()) {
        let mut entities = Vec::new();
        for at in 0..3 {
            entities.push(format!(r#"{{"kind":"organization","slug":"a{at}","names":{{"en":"A"}},"class":"other"}}"#));
            entities.push(format!(r#"{{"kind":"coalition","slug":"w{at}","names":{{"en":"W"}}}}"#));
            entities.push(format!(r#"{{"kind":"meeting","slug":"m{at}","names":{{"en":"M"}}}}"#));
            entities.push(format!(r#"{{"kind":"condition","slug":"c{at}","names":{{"en":"C"}},"condition_kind":"other"}}"#));
            entities.push(format!(r#"{{"kind":"source","slug":"s{at}","names":{{"en":"S"}}}}"#));
        }
        let edges: Vec<(String, String)> =
            statements.iter().enumerate().map(|(at, statement)| (format!("e{at}"), statement.json())).collect();
        let graph = crate::drawn::graph(&entities, &edges);
        let answer = graph.conflicts(&ConflictQuery { budget: 1_000, ..ConflictQuery::default() });
        prop_assert!(!answer.truncated);
        let at = |view: &EdgeView<'_>| {
            (0..statements.len()).find(|at| EdgeId::of_key(&format!("e{at}")) == view.id()).expect("known")
        };
        let mut found: BTreeSet<(ConflictKind, usize, usize)> = BTreeSet::new();
        for conflict in &answer.conflicts {
            let (one, other): (Vec<usize>, Vec<usize>) =
                (conflict.one.iter().map(at).collect(), conflict.other.iter().map(at).collect());
            let mut documents: Vec<(usize, usize)> = Vec::new();
            for (a, b) in one.iter().flat_map(|a| other.iter().map(move |b| (*a, *b))) {
                found.insert((conflict.kind, a, b));
                documents.push((statements[a].document, statements[b].document));
            }
            prop_assert_eq!(conflict.within_document, documents.iter().any(|(a, b)| a == b));
            prop_assert_eq!(conflict.between_documents, documents.iter().any(|(a, b)| a != b));
        }
        let mut expected: BTreeSet<(ConflictKind, usize, usize)> = BTreeSet::new();
        for (a, one) in statements.iter().enumerate() {
            for (b, other) in statements.iter().enumerate() {
                expected.extend(one.contradicts(other).into_iter().map(|kind| (kind, a, b)));
            }
        }
        // Of dates only those that end first stand against the later ones.
        let ends_first = |a: usize| {
            let month = |statement: &Statement| match statement.says {
                Says::Convenes { month, .. } if !statement.denied => Some(month),
                _ => None,
            };
            let of_meeting = statements.iter().filter(|other| other.thing == statements[a].thing);
            month(&statements[a]) == of_meeting.filter_map(month).min()
        };
        expected.retain(|(kind, a, _)| *kind != ConflictKind::Date || ends_first(*a));
        prop_assert_eq!(found, expected, "{:#?}", &statements);
    }
}
