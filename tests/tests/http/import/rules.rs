//! Rules across rows at the doors of an import; and whatever sequence of writes is accepted can be exported and imported.

use anyhow::{Result, ensure};
use pledgegraph_live::{Mutation, Write, WriteError};
use pledgegraph_model::{
    ConditionNode, Conditionality, Conditions, Edge, EdgeDetail, EdgeId, Entity, EntityId, EntityRef, Explicitness,
    Link, LinkType, Redirect, Relation,
};
use pledgegraph_tests::database::is_refused;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use crate::import::service::Service;
use crate::import::whole::LINES;

fn condition(slug: &str, tested: bool) -> Value {
    let kind = if tested { "third_party_backing" } else { "other" };
    let mut line = json!({"kind": "condition", "slug": slug, "names": {"en": slug}, "condition_kind": kind});
    if tested {
        line["test"] = json!({"actor": "country:XA", "capability": "humanitarian", "min_stance": "pledged"});
    }
    line
}

fn pledge(key: &str, negated: Option<&str>, supersedes: Option<&str>) -> Value {
    let mut line = json!({"kind": "commitment", "key": key, "subject": "country:XA", "object": "country:XB",
        "capability": "humanitarian", "stance": "pledged", "evidence": [{"source": "source:a"}]});
    if let Some(condition) = negated {
        let leaf = json!({"op": "condition", "condition": format!("condition:{condition}")});
        line["conditions"] =
            json!({"op": "all_of", "of": [{"op": "not", "of": [leaf.clone()]}, {"op": "not", "of": [leaf]}]});
    }
    if let Some(other) = supersedes {
        line["links"] = json!([{"type": "supersedes", "edge": other}]);
    }
    line
}

fn lines(lines: &[Value]) -> String {
    lines.iter().fold(String::new(), |all, line| all + &line.to_string() + "\n")
}

/// A condition without a test, and a pledge that hangs on its opposite.
fn plain() -> String {
    lines(&[condition("c", false), pledge("p", Some("c"), None)])
}

/// Pledges of which each supersedes the one before.
fn chain() -> String {
    lines(&[pledge("x", None, None), pledge("y", None, Some("x")), pledge("z", None, Some("y"))])
}

/// Of a file that comes to what stands, this line is refused; and nothing is written unless in batches.
async fn refused_by_a_rule(before: &str, file: &str, wrong: usize) -> Result<()> {
    let service = Service::empty().await?;
    service.import("", LINES).await?;
    if !before.is_empty() {
        service.import("", before.to_owned()).await?;
    }
    let seq = service.live.snapshot().seq();
    let errors = service.refused("?replace=true", file).await?;
    let place = format!("/lines/{wrong}");
    ensure!(
        errors.iter().any(|(pointer, code)| pointer.starts_with(&place) && code == "validation"),
        "{file}{errors:?}"
    );
    ensure!(service.live.snapshot().seq() == seq, "{file}");
    // In batches what can stand does, and the graph is sound.
    let report = service.import("?replace=true&batch=1", file.to_owned()).await?;
    ensure!(report.counts()[3] >= 1, "{file}{:?}", report.summary);
    let violations = service.live.snapshot().verify();
    ensure!(violations.is_empty(), "{file}{violations:?}");
    Ok(())
}

/// The rules do not hold of what stands and what comes together, in one commit or several, new or in place of another.
#[tokio::test]
async fn an_import_keeps_the_rules_across_rows() -> Result<()> {
    let (plain, chain) = (plain(), chain());
    for (before, file, wrong) in [
        (String::new(), lines(&[condition("c", true), pledge("p", Some("c"), None)]), 2),
        (String::new(), lines(&[pledge("p", Some("c"), None), condition("c", true)]), 1),
        (lines(&[condition("c", true)]), lines(&[pledge("p", Some("c"), None)]), 1),
        (plain, lines(&[condition("c", true)]), 1),
        (
            lines(&[condition("c", true), condition("d", false), pledge("p", Some("d"), None)]),
            lines(&[pledge("p", Some("c"), None)]),
            1,
        ),
        (chain.clone(), lines(&[pledge("x", None, Some("z"))]), 1),
        (chain, lines(&[pledge("x", None, Some("w")), pledge("w", None, Some("y"))]), 1),
        (
            String::new(),
            lines(&[pledge("x", None, Some("z")), pledge("y", None, Some("x")), pledge("z", None, Some("y"))]),
            1,
        ),
    ] {
        refused_by_a_rule(&before, &file, wrong).await?;
    }
    Ok(())
}

/// What stands and what comes in its place change together, and the rules hold.
#[tokio::test]
async fn an_import_changes_together_what_a_rule_ties() -> Result<()> {
    let (plain, chain) = (plain(), chain());
    let service = Service::empty().await?;
    service.import("", LINES).await?;
    service.import("", plain).await?;
    service.import("?replace=true", lines(&[condition("c", true), pledge("p", None, None)])).await?;
    service.import("", chain).await?;
    service.import("?replace=true", lines(&[pledge("x", None, Some("z")), pledge("z", None, None)])).await?;
    let violations = service.live.snapshot().verify();
    ensure!(violations.is_empty(), "{violations:?}");
    Ok(())
}

/// What is written, with numbers that choose among what may be there.
#[derive(Debug, Clone, Copy)]
enum Step {
    Condition(usize, bool),
    Pledge(usize, [usize; 2], Tree),
    Retract(usize),
    Remove(usize),
    Merge(usize, usize),
}

#[derive(Debug, Clone, Copy)]
enum Tree {
    None,
    Leaf(usize),
    Not(usize),
    NotEither(usize, usize),
}

const SOME: usize = 5;

fn step() -> impl Strategy<Value = Step> {
    let n = 0..SOME;
    let tree = prop_oneof![
        Just(Tree::None),
        n.clone().prop_map(Tree::Leaf),
        n.clone().prop_map(Tree::Not),
        (n.clone(), n.clone()).prop_map(|(a, b)| Tree::NotEither(a, b)),
    ];
    prop_oneof![
        3 => (n.clone(), any::<bool>()).prop_map(|(at, tested)| Step::Condition(at, tested)),
        6 => (n.clone(), [0..2 * SOME, 0..2 * SOME], tree).prop_map(|(at, links, tree)| Step::Pledge(at, links, tree)),
        1 => n.clone().prop_map(Step::Retract),
        1 => n.clone().prop_map(Step::Remove),
        2 => (n.clone(), n).prop_map(|(from, into)| Step::Merge(from, into)),
    ]
}

fn id(reference: &str) -> EntityId {
    EntityId::of_key(reference)
}

fn named(number: usize) -> String {
    format!("condition:c{number}")
}

fn statement(number: usize) -> EdgeId {
    EdgeId::of_key(&format!("pledge {number}"))
}

/// The rows that stand.
#[derive(Default)]
struct Standing {
    conditions: BTreeMap<EntityId, Entity>,
    pledges: BTreeMap<EdgeId, Edge>,
}

impl Standing {
    fn mutations(&self, step: Step) -> Result<Vec<Mutation>> {
        Ok(match step {
            Step::Condition(number, tested) => {
                let mut entity = entity(&condition(&format!("c{number}"), tested))?;
                if let Some(before) = self.conditions.get(&entity.id) {
                    entity.redirects.clone_from(&before.redirects);
                }
                vec![Mutation::PutEntity(entity)]
            }
            Step::Pledge(number, links, tree) => vec![Mutation::PutEdge(commitment(number, links, tree)?)],
            Step::Retract(number) => vec![Mutation::RemoveEdge(statement(number))],
            Step::Remove(number) => vec![Mutation::RemoveEntity(id(&named(number)))],
            Step::Merge(from, into) => self.merge(id(&named(from)), id(&named(into))),
        })
    }

    fn merge(&self, gone: EntityId, stays: EntityId) -> Vec<Mutation> {
        let (Some(from), Some(into)) = (self.conditions.get(&gone), self.conditions.get(&stays)) else {
            return Vec::new();
        };
        let mut into = into.clone();
        into.redirects.push(Redirect { id: gone, slug: from.slug.clone() });
        into.redirects.extend(from.redirects.clone());
        let heir = |id: EntityId| Ok::<_, Infallible>(if id == gone { stays } else { id });
        let mut mutations = vec![Mutation::MergeEntity { from: gone, into: stays }, Mutation::PutEntity(into)];
        for edge in self.pledges.values() {
            let rewritten = edge.clone().try_map(heir, Ok).unwrap_or_else(|never| match never {});
            mutations.extend((rewritten != *edge).then_some(Mutation::PutEdge(rewritten)));
        }
        mutations
    }

    fn note(&mut self, mutations: Vec<Mutation>) {
        for mutation in mutations {
            match mutation {
                Mutation::PutEntity(entity) => drop(self.conditions.insert(entity.id, entity)),
                Mutation::PutEdge(edge) => drop(self.pledges.insert(edge.id, edge)),
                Mutation::RemoveEntity(id) | Mutation::MergeEntity { from: id, .. } => {
                    drop(self.conditions.remove(&id));
                }
                Mutation::RemoveEdge(id) => drop(self.pledges.remove(&id)),
            }
        }
    }
}

fn entity(fields: &Value) -> Result<Entity> {
    let entity: Entity<EntityRef> = serde_json::from_value(fields.clone())?;
    Ok(entity.try_map(|named| Ok::<_, Infallible>(id(&named.to_string()))).unwrap_or_else(|never| match never {}))
}

fn commitment(number: usize, links: [usize; 2], tree: Tree) -> Result<Edge> {
    let fields = json!({"kind": "commitment", "subject": "country:XA", "object": "country:XB", "capability": "humanitarian",
        "stance": "pledged", "evidence": [{"source": "source:a", "explicitness": "explicit"}]});
    let edge: Edge<EntityRef, String> = serde_json::from_value(fields)?;
    let by_key = |named: EntityRef| Ok::<_, Infallible>(id(&named.to_string()));
    let mut edge = edge.try_map(by_key, |key| Ok(EdgeId::of_key(&key))).unwrap_or_else(|never| match never {});
    edge.id = statement(number);
    let leaf = |number: usize| ConditionNode::leaf(id(&named(number)), Explicitness::Explicit);
    let root = match tree {
        Tree::None => None,
        Tree::Leaf(a) => Some(leaf(a)),
        Tree::Not(a) => Some(serde_json::from_value(json!({"op": "not", "of": [leaf(a)]}))?),
        Tree::NotEither(a, b) => {
            Some(serde_json::from_value(json!({"op": "not", "of": [{"op": "any_of", "of": [leaf(a), leaf(b)]}]}))?)
        }
    };
    if let (Some(root), EdgeDetail::Commitment(own)) = (root, &mut edge.detail) {
        own.conditionality = Conditionality::Conditional;
        own.conditions = Some(Arc::new(Conditions { relation: Relation::Necessary, root }));
    }
    for other in links {
        let link = Link { link_type: LinkType::Supersedes, edge: statement(other) };
        if other < SOME && other != number && !edge.links.contains(&link) {
            edge.links.push(link);
        }
    }
    Ok(edge)
}

async fn run(steps: &[Step]) -> Result<[usize; 2]> {
    let service = Service::empty().await?;
    // Known by their keys, so that a step can name them.
    let world = LINES.lines().filter(|line| !line.is_empty()).take(4);
    let world: Vec<Mutation> =
        world.map(|line| Ok(Mutation::PutEntity(entity(&serde_json::from_str(line)?)?))).collect::<Result<_>>()?;
    service.live.write(Write { mutations: world, ..Write::default() }).await?;
    let mut standing = Standing::default();
    let mut done = [0, 0];
    for step in steps {
        let mutations = standing.mutations(*step)?;
        match service.live.write(Write { mutations: mutations.clone(), ..Write::default() }).await {
            Ok(_) => {
                done[0] += 1;
                standing.note(mutations);
            }
            Err(WriteError::NotAllowed { .. }) => done[1] += 1,
            Err(error) => ensure!(is_refused(&error), error),
        }
        let violations = service.live.snapshot().verify();
        ensure!(violations.is_empty(), "{step:?}: {violations:?}");
    }
    let export = service.export().await?.text;
    for query in ["", "?batch=3"] {
        let other = Service::empty().await?;
        let report = other.import(query, export.clone()).await?;
        ensure!(report.counts()[3] == 0, "{query}: {:?}", report.lines);
        ensure!(other.digest() == service.digest(), "{query}");
        other.live.shutdown().await;
    }
    service.live.shutdown().await;
    Ok(done)
}

#[test]
fn whatever_is_accepted_can_be_exported_and_imported() {
    let mut config =
        ProptestConfig { cases: 12, max_shrink_iters: 64, failure_persistence: None, ..ProptestConfig::default() };
    if let Some(cases) = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()) {
        config.cases = cases;
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let refused = std::cell::Cell::new(0);
    let strategy = prop::collection::vec(step(), 20..60);
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let outcome = runner.run(&strategy, |steps| {
        let done = runtime.block_on(run(&steps)).map_err(|error| TestCaseError::fail(format!("{error:#}")))?;
        refused.set(refused.get() + done[1]);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(refused.get() > 10, "the rules were met {} times only", refused.get());
}
