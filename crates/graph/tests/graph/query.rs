//! Structured queries against a scan of all statements and entities.

use std::collections::HashSet;
use std::sync::LazyLock;

use pledgegraph_graph::{Builder, Graph, QueryTerms};
use pledgegraph_model::{
    Capability, Code, Edge, EdgeDetail, EntityDetail, EntityId, EntityKind, MembershipRole, Query, QueryTarget,
    Related, Rows, Stage, Stance, Standing, Synthetic, Where,
};
use proptest::prelude::*;

use crate::drawn;

/// A small graph and the same as lists.
struct World {
    graph: Graph,
    entities: Vec<pledgegraph_model::Entity>,
    edges: Vec<Edge>,
}

/// They are made once: that takes longer than the queries.
static WORLDS: LazyLock<Vec<World>> = LazyLock::new(|| (0..20).map(world).collect());

fn world(seed: u64) -> World {
    let synthetic = Synthetic::new(150, seed);
    let (entities, edges): (Vec<_>, Vec<_>) = (synthetic.entities().collect(), synthetic.edges().collect());
    World { graph: Builder::one_commit(entities.clone(), edges.clone()), entities, edges }
}

impl World {
    fn terms(&self) -> QueryTerms {
        QueryTerms { day: self.graph.day(), concludes: false, limit: usize::MAX, budget: usize::MAX }
    }

    /// Whether a statement counts where it has to: in a join as a whole, and wherever it is asked how firm it is.
    fn counts(&self, edge: &Edge, which: &Where, concludes: bool) -> bool {
        let standing = self.graph.edge(edge.id).expect("it is there").standing(self.graph.day());
        if !which.standing.is_empty() {
            return which.standing.contains(&standing);
        }
        let firm = !which.stance.is_empty() || which.stance_min.is_some();
        let has_to = firm || (concludes && !names_standings(which));
        standing.counts() || !has_to
    }

    fn joined(&self, edge: &Edge, which: &Where) -> bool {
        self.statement(edge, which) && self.counts(edge, which, true)
    }

    fn statement(&self, edge: &Edge, which: &Where) -> bool {
        let commitment = edge.detail.commitment();
        let given = |narrows: bool, passes: bool| !narrows || passes;
        self.counts(edge, which, false)
            && given(!which.subject.is_empty(), which.subject.contains(&edge.subject))
            && given(!which.object.is_empty(), which.object.contains(&edge.object))
            && given(
                !which.capability.is_empty(),
                match &edge.detail {
                    EdgeDetail::Commitment(c) => which.capability.iter().any(|w| c.capability.is_within(*w)),
                    EdgeDetail::Request(r) => {
                        which.capability.iter().any(|w| r.capability.is_some_and(|c| c.is_within(*w)))
                    }
                    _ => false,
                },
            )
            && given(!which.stance.is_empty(), commitment.is_some_and(|c| which.stance.contains(&c.stance)))
            && given(which.stance_min.is_some(), {
                commitment.is_some_and(|c| which.stance_min.is_some_and(|least| c.stance.at_least(least)))
            })
            && given(!which.stage.is_empty(), commitment.is_some_and(|c| which.stage.contains(&c.stage)))
            && given(
                !which.membership_role.is_empty(),
                matches!(&edge.detail, EdgeDetail::Membership(m) if which.membership_role.contains(&m.role)),
            )
            && which.subject_is.as_ref().is_none_or(|such| self.entity_of(edge.subject, such))
            && which.object_is.as_ref().is_none_or(|such| self.entity_of(edge.object, such))
            && which.all_of.iter().all(|part| self.statement(edge, part))
            && (which.any_of.is_empty() || which.any_of.iter().any(|part| self.statement(edge, part)))
            && !which.none_of.iter().any(|part| self.statement(edge, part))
    }

    fn entity_of(&self, id: EntityId, which: &Where) -> bool {
        self.entities.iter().any(|entity| entity.id == id && self.entity(entity, which))
    }

    fn entity(&self, entity: &pledgegraph_model::Entity, which: &Where) -> bool {
        let in_region = |regions: &[String]| which.region.iter().any(|region| regions.contains(region));
        let related = |related: &Option<Box<Related>>, end: fn(&Edge) -> EntityId| {
            related.as_ref().is_none_or(|related| {
                let Rows::Statements(kinds) = related.find.rows() else { return false };
                let of_kind = |edge: &&Edge| kinds.is_empty() || kinds.contains(&edge.detail.kind());
                self.edges
                    .iter()
                    .filter(of_kind)
                    .any(|edge| end(edge) == entity.id && self.joined(edge, &related.which))
            })
        };
        (which.is.is_empty() || which.is.contains(&entity.id))
            && (which.kind.is_empty() || which.kind.contains(&entity.kind))
            && (which.region.is_empty()
                || matches!(&entity.detail, EntityDetail::Country(country) if in_region(&country.regions)))
            && related(&which.subject_of, |edge| edge.subject)
            && related(&which.object_of, |edge| edge.object)
            && which.all_of.iter().all(|part| self.entity(entity, part))
            && (which.any_of.is_empty() || which.any_of.iter().any(|part| self.entity(entity, part)))
            && !which.none_of.iter().any(|part| self.entity(entity, part))
    }
}

/// Whether it says which standings, or a part about the same rows does.
fn names_standings(which: &Where) -> bool {
    let parts = which.all_of.iter().chain(&which.any_of).chain(&which.none_of);
    !which.standing.is_empty() || parts.into_iter().any(names_standings)
}

/// A random tree, from a list of random numbers.
struct Dice<'a> {
    world: &'a World,
    numbers: std::vec::IntoIter<u32>,
}

impl Dice<'_> {
    fn roll(&mut self, sides: usize) -> usize {
        self.numbers.next().unwrap_or_default() as usize % sides
    }

    fn some_entity(&mut self) -> EntityId {
        let at = self.roll(self.world.entities.len());
        self.world.entities[at].id
    }

    fn code<C: Code>(&mut self) -> C {
        C::ALL[self.roll(C::ALL.len())]
    }

    fn branches(&mut self, which: &mut Where, deep: usize, statements: bool) {
        if deep == 0 {
            return;
        }
        for _ in 0..self.roll(3) {
            let part = if statements { self.statements(deep - 1) } else { self.entities(deep - 1) };
            match self.roll(3) {
                0 => which.all_of.push(part),
                1 => which.any_of.push(part),
                _ => which.none_of.push(part),
            }
        }
    }

    fn statements(&mut self, deep: usize) -> Where {
        let mut which = Where::all();
        match self.roll(11) {
            0 => which.subject = vec![self.some_entity(), self.some_entity()],
            1 => which.object = vec![self.some_entity()],
            2 => which.capability = vec![self.code::<Capability>(), self.code::<Capability>()],
            3 => which.stance = vec![self.code::<Stance>(), self.code::<Stance>(), self.code::<Stance>()],
            4 => which.stance_min = Some(self.code::<Stance>()).filter(|stance| stance.rank().is_some()),
            5 => which.stage = vec![self.code::<Stage>()],
            9 => which.standing = vec![self.code::<Standing>(), self.code::<Standing>()],
            6 => which.membership_role = vec![self.code::<MembershipRole>()],
            7 if deep > 0 => which.subject_is = Some(Box::new(self.entities(deep - 1))),
            8 if deep > 0 => which.object_is = Some(Box::new(self.entities(deep - 1))),
            _ => {}
        }
        self.branches(&mut which, deep, true);
        which
    }

    fn entities(&mut self, deep: usize) -> Where {
        let mut which = Where::all();
        match self.roll(6) {
            0 => which.is = vec![self.some_entity(), self.some_entity()],
            1 => which.kind = vec![self.code::<EntityKind>(), self.code::<EntityKind>()],
            2 => which.region = vec![["150", "001", "142"][self.roll(3)].to_owned()],
            3 if deep > 0 => which.subject_of = Some(Box::new(self.related(deep - 1))),
            4 if deep > 0 => which.object_of = Some(Box::new(self.related(deep - 1))),
            _ => {}
        }
        self.branches(&mut which, deep, false);
        which
    }

    fn related(&mut self, deep: usize) -> Related {
        let find = [QueryTarget::Statements, QueryTarget::Commitments, QueryTarget::Memberships][self.roll(3)];
        Related { find, which: self.statements(deep) }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_query_finds_what_a_scan_finds(at in 0_usize..20, numbers in prop::collection::vec(any::<u32>(), 60)) {
        let world = &WORLDS[at];
        let mut dice = Dice { world, numbers: numbers.into_iter() };
        let find = dice.code::<QueryTarget>();
        let mut query = Query::of(find);
        match find.rows() {
            Rows::Statements(kinds) => {
                query.which = dice.statements(3);
                let of_kind = |edge: &&Edge| kinds.is_empty() || kinds.contains(&edge.detail.kind());
                let expected: HashSet<_> = world.edges.iter().filter(of_kind).filter(|edge| world.statement(edge, &query.which)).map(|edge| edge.id).collect();
                let found = world.graph.query(&query, world.terms()).map_err(|spent| TestCaseError::fail(format!("{spent:?}")))?;
                let rows: HashSet<_> = found.rows.iter().flat_map(|row| row.statements.iter().map(pledgegraph_graph::EdgeView::id)).collect();
                prop_assert_eq!(found.total, expected.len());
                prop_assert_eq!(rows, expected);
            }
            Rows::Entities(kinds) => {
                query.which = dice.entities(3);
                let expected: HashSet<_> = world.entities.iter().filter(|entity| kinds.contains(&entity.kind) && world.entity(entity, &query.which)).map(|entity| entity.id).collect();
                let found = world.graph.query(&query, world.terms()).map_err(|spent| TestCaseError::fail(format!("{spent:?}")))?;
                let rows: HashSet<_> = found.rows.iter().filter_map(|row| row.entity.map(|entity| entity.id())).collect();
                prop_assert_eq!(rows, expected);
            }
        }
    }
}

/// A part tells only of what the parts around it leave: a denied pledge of another is nothing that the whole left out.
#[test]
fn what_a_part_leaves_out_is_of_the_whole() {
    let entities = [
        r#"{"kind":"group","slug":"a","names":{"en":"A"}}"#,
        r#"{"kind":"group","slug":"b","names":{"en":"B"}}"#,
        r#"{"kind":"coalition","slug":"w","names":{"en":"W"}}"#,
        r#"{"kind":"source","slug":"s","names":{"en":"S"}}"#,
    ]
    .map(str::to_owned);
    let pledge = |key: &str, pledger: &str, capability: &str, polarity: &str| {
        let json = format!(
            r#"{{"kind":"commitment","subject":"group:{pledger}","object":"coalition:w","capability":"{capability}","stance":"pledged","polarity":"{polarity}","evidence":[{{"source":"source:s","explicitness":"explicit"}}]}}"#
        );
        (key.to_owned(), json)
    };
    let edges = [
        pledge("1", "a", "financial", "denied"),
        pledge("2", "a", "humanitarian", "denied"),
        pledge("3", "a", "humanitarian", "unknown"),
        pledge("4", "b", "financial", "denied"),
        pledge("5", "b", "humanitarian", "denied"),
        pledge("6", "a", "financial", "asserted"),
    ];
    let graph = drawn::graph(&entities, &edges);
    let firm = |capability| Where { capability: vec![capability], stance_min: Some(Stance::Pledged), ..Where::all() };
    let (financial, humanitarian) = (firm(Capability::Financial), firm(Capability::Humanitarian));
    let of_a = Where { subject: vec![drawn::id("group:a")], ..Where::all() };
    let of_b = Where { subject: vec![drawn::id("group:b")], ..Where::all() };
    let denied = |path: &str| (path.to_owned(), vec![(Standing::Denied, 1)]);
    for (which, expected) in [
        (
            Where { any_of: vec![financial.clone(), humanitarian.clone()], ..of_a.clone() },
            vec![
                denied("/where/any_of/0"),
                ("/where/any_of/1".to_owned(), vec![(Standing::Denied, 1), (Standing::Unverified, 1)]),
            ],
        ),
        (Where { none_of: vec![financial.clone()], ..of_a.clone() }, vec![denied("/where/none_of/0")]),
        // Whichever comes first.
        (Where { all_of: vec![financial.clone(), of_a.clone()], ..Where::all() }, vec![denied("/where/all_of/0")]),
        (Where { all_of: vec![of_a.clone(), financial.clone()], ..Where::all() }, vec![denied("/where/all_of/1")]),
        (
            Where { any_of: vec![financial.clone()], none_of: vec![of_b.clone()], ..Where::all() },
            vec![denied("/where/any_of/0")],
        ),
        (Where { none_of: vec![of_b.clone(), financial.clone()], ..Where::all() }, vec![denied("/where/none_of/1")]),
        (Where { all_of: vec![financial.clone()], ..of_a.clone() }, vec![denied("/where/all_of/0")]),
        (
            Where { all_of: vec![Where { any_of: vec![financial.clone()], ..Where::all() }], ..of_a },
            vec![denied("/where/all_of/0/any_of/0")],
        ),
        (
            Where { any_of: vec![financial], ..Where::all() },
            vec![("/where/any_of/0".to_owned(), vec![(Standing::Denied, 2)])],
        ),
    ] {
        let query = Query { which, ..Query::of(QueryTarget::Commitments) };
        let terms = QueryTerms { day: graph.day(), concludes: false, limit: 10, budget: usize::MAX };
        let found = graph.query(&query, terms).expect("there is no budget");
        let told: Vec<_> = found.set_aside.into_iter().map(|set| (set.path, set.standings)).collect();
        assert_eq!(told, expected, "{query:?}");
    }
}
