//! A synthetic graph for benchmarks and tests: the shapes of the real one, the same for the same seed.
//!
//! Who and what a statement names is skewed, as in real data, where a few countries are in most statements: the number of the
//! country is the cube of a uniform number, so that the first of n has the (1/n)^(1/3)-th part of all (of 200 countries,
//! 17 %). Each edge is made by itself, from the seed and its number.

mod commitments;
mod entities;
mod random;

use std::sync::Arc;

use self::random::{Random, date, date_of, text};
use crate::{
    Action, ActionClass, Attendance, AttendanceMode, AttendanceRole, Attribution, AttributionMode, AttributionRole,
    Bare, Capability, Code, Convening, ConveningStatus, Date, Edge, EdgeDetail, EdgeId, EdgeKind, Entity, EntityId,
    EntityKind, Evidence, Explicitness, Link, LinkType, Listed, Locator, Membership, MembershipRole, Modality, Office,
    Outcome, OutcomeValue, PartOf, Polarity, Rank, Remark, RemarkType, Request, RequestOutcome,
};

/// A graph of a given size, made from a seed.
#[derive(Debug, Clone, Copy)]
pub struct Synthetic {
    edges: usize,
    seed: u64,
}

/// How many entities of a kind there are at least, and one more for how many edges; of other kinds there are none.
const SHARES: [(EntityKind, usize, usize); 9] = [
    (EntityKind::Country, 200, usize::MAX),
    (EntityKind::Coalition, 10, 50_000),
    (EntityKind::Organization, 40, 5_000),
    (EntityKind::Group, 30, 5_000),
    (EntityKind::Person, 60, 300),
    (EntityKind::Meeting, 30, 500),
    (EntityKind::Place, 30, 5_000),
    (EntityKind::Condition, 40, 1_000),
    (EntityKind::Source, 20, 40),
];

impl Synthetic {
    /// A graph of `edges` edges and about one node for every thirty.
    pub fn new(edges: usize, seed: u64) -> Self {
        Self { edges, seed }
    }

    /// How many entities of a kind it has.
    pub fn count(&self, kind: EntityKind) -> usize {
        let known = SHARES.iter().find(|(known, ..)| *known == kind);
        known.map_or(0, |(_, least, edges)| least + self.edges / edges)
    }

    /// The entities, kind by kind.
    pub fn entities(&self) -> impl Iterator<Item = Entity> + use<'_> {
        EntityKind::ALL.iter().flat_map(move |kind| (0..self.count(*kind)).filter_map(move |n| self.entity(*kind, n)))
    }

    /// The edges.
    pub fn edges(&self) -> impl Iterator<Item = Edge> + use<'_> {
        (0..self.edges).map(move |n| self.edge(n))
    }

    fn slug(kind: EntityKind, n: usize) -> String {
        format!("synthetic-{}-{n}", &kind.as_str()[..3])
    }

    fn id(kind: EntityKind, n: usize) -> EntityId {
        EntityId::of_key(&format!("{kind}:{}", Self::slug(kind, n)))
    }

    fn edge_id(self, n: usize) -> EdgeId {
        EdgeId::of_key(&format!("synthetic-{}-{n}", self.seed))
    }

    fn pick(self, random: &mut Random, kind: EntityKind) -> EntityId {
        Self::id(kind, random.skewed(self.count(kind)))
    }

    /// A country most often, else an organization or a group.
    fn pledger(self, random: &mut Random) -> EntityId {
        let kind = match random.below(10) {
            0 => EntityKind::Organization,
            1 => EntityKind::Group,
            _ => EntityKind::Country,
        };
        self.pick(random, kind)
    }

    fn edge(self, n: usize) -> Edge {
        let edge = self.plain(n);
        self.revision(n, &edge).unwrap_or(edge)
    }

    /// An edge as if no other existed.
    fn plain(self, n: usize) -> Edge {
        let random = &mut Random(self.seed ^ (n as u64).wrapping_mul(0x5851_F42D_4C95_7F2D));
        let (subject, detail, mut object) = self.statement(random);
        // Nothing asks itself, or meets on the sidelines of itself.
        if subject == object && matches!(detail.kind(), EdgeKind::Request | EdgeKind::Sidelines) {
            let kind = if detail.kind() == EdgeKind::Request { EntityKind::Country } else { EntityKind::Meeting };
            object = Self::id(kind, usize::from(object == Self::id(kind, 0)));
        }
        let said_at = if random.chance(60) { date(random) } else { Date::default() };
        let held = detail.kind() == EdgeKind::Office || detail.kind() == EdgeKind::Membership;
        let valid_from = if held && random.chance(50) { date(random) } else { Date::default() };
        // Some ends are past and some to come; none is before its beginning.
        let valid_until = match (random.chance(10), valid_from.is_unknown()) {
            (false, _) => Date::default(),
            (true, true) => date_of(random, 2023, 7),
            (true, false) => date_of(random, 2027, 3),
        };
        let links = (n > 0 && random.chance(1))
            .then(|| Link { link_type: LinkType::Contradicts, edge: self.edge_id(random.below(n)) });
        Edge {
            id: self.edge_id(n),
            subject,
            detail,
            object,
            polarity: if random.chance(95) { Polarity::Asserted } else { random.code() },
            modality: if random.chance(85) { Modality::ReportedByOthers } else { random.code() },
            rank: if random.chance(95) { Rank::Normal } else { random.code() },
            said_at,
            valid_from,
            valid_until,
            evidence: vec![self.evidence(random)],
            links: links.into_iter().collect(),
        }
    }

    /// A line of a document, with the chain of attribution that this line has.
    fn evidence(self, random: &mut Random) -> Evidence<EntityId> {
        // A document of some forty statements has about fifteen lines that carry them; the first ones are databases.
        let document = random.skewed(self.count(EntityKind::Source));
        let line = 3 + random.below(15 + 4_000 / (1 + document));
        let of_line = &mut Random(self.seed ^ ((document as u64) << 20 | line as u64));
        let outlet = Attribution {
            agent: Some(self.pick(of_line, EntityKind::Organization)),
            name: None,
            role: AttributionRole::Outlet,
            mode: Some(AttributionMode::Report),
        };
        let mut attribution = vec![outlet];
        if of_line.chance(30) {
            let speaker = Some(self.pick(of_line, EntityKind::Person));
            let mode = Some(AttributionMode::Paraphrase);
            attribution.insert(0, Attribution { agent: speaker, name: None, role: AttributionRole::Speaker, mode });
        }
        Evidence {
            source: Self::id(EntityKind::Source, document),
            locator: Locator { line: u32::try_from(line).ok(), page: None, quote: None },
            quotation: None,
            explicitness: if random.chance(90) { Explicitness::Explicit } else { Explicitness::Implied },
            attribution: Arc::from(attribution),
        }
    }

    fn statement(self, random: &mut Random) -> (EntityId, EdgeDetail, EntityId) {
        match random.below(200) {
            0..100 => (self.pledger(random), self.commitment(random), self.pick(random, EntityKind::Country)),
            100..124 => self.attendance(random),
            124..136 => self.membership(random),
            136..160 => self.remark(random),
            160..170 => self.request(random),
            170..182 => self.action(random),
            182..186 => self.office(random),
            186..192 => self.convening(random),
            192..196 => self.part_of(random),
            196..198 => (
                self.pick(random, EntityKind::Meeting),
                EdgeDetail::Location(Bare {}),
                self.pick(random, EntityKind::Place),
            ),
            198 => {
                let (a, b) = (self.pick(random, EntityKind::Meeting), self.pick(random, EntityKind::Meeting));
                (a, EdgeDetail::Sidelines(Bare {}), b)
            }
            _ => self.outcome(random),
        }
    }

    fn membership(self, random: &mut Random) -> (EntityId, EdgeDetail, EntityId) {
        let role = random.skewed_code::<MembershipRole>();
        let detail = EdgeDetail::Membership(Membership { role, count: None });
        (self.pledger(random), detail, self.pick(random, EntityKind::Coalition))
    }

    fn remark(self, random: &mut Random) -> (EntityId, EdgeDetail, EntityId) {
        let remark_type = random.code::<RemarkType>();
        let detail = EdgeDetail::Remark(Remark { remark_type, text: text(random) });
        (self.pick(random, EntityKind::Person), detail, self.pick(random, EntityKind::Country))
    }

    fn action(self, random: &mut Random) -> (EntityId, EdgeDetail, EntityId) {
        let detail = EdgeDetail::Action(Action { class: random.code::<ActionClass>(), text: text(random) });
        (self.pledger(random), detail, self.pick(random, EntityKind::Country))
    }

    fn office(self, random: &mut Random) -> (EntityId, EdgeDetail, EntityId) {
        let detail = EdgeDetail::Office(Office { title: text(random) });
        (self.pick(random, EntityKind::Person), detail, self.pick(random, EntityKind::Country))
    }

    fn part_of(self, random: &mut Random) -> (EntityId, EdgeDetail, EntityId) {
        // From a higher number to a lower one, so that nothing is part of itself.
        let (a, b) = (random.below(self.count(EntityKind::Group)), random.below(self.count(EntityKind::Group)));
        let low = a.min(b).min(self.count(EntityKind::Group) - 2);
        let part = Self::id(EntityKind::Group, a.max(b).max(low + 1));
        (part, EdgeDetail::PartOf(PartOf { listed: Some(Listed::Partial) }), Self::id(EntityKind::Group, low))
    }

    fn outcome(self, random: &mut Random) -> (EntityId, EdgeDetail, EntityId) {
        let detail =
            EdgeDetail::Outcome(Box::new(Outcome { value: random.code::<OutcomeValue>(), since: Some(date(random)) }));
        (self.pick(random, EntityKind::Country), detail, self.pick(random, EntityKind::Condition))
    }

    fn attendance(self, random: &mut Random) -> (EntityId, EdgeDetail, EntityId) {
        let detail = EdgeDetail::Attendance(Attendance {
            role: if random.chance(80) { AttendanceRole::Participant } else { random.code() },
            mode: random.chance(40).then(|| random.code::<AttendanceMode>()),
            place: random.chance(5).then(|| self.pick(random, EntityKind::Place)),
            count: None,
        });
        let subject = if random.chance(70) { EntityKind::Country } else { EntityKind::Person };
        (self.pick(random, subject), detail, self.pick(random, EntityKind::Meeting))
    }

    fn request(self, random: &mut Random) -> (EntityId, EdgeDetail, EntityId) {
        let detail = EdgeDetail::Request(Request {
            capability: random.chance(80).then(|| random.skewed_code::<Capability>()),
            text: text(random),
            acting_through: random.chance(10).then(|| self.pick(random, EntityKind::Person)),
            outcome: random.chance(50).then(|| random.code::<RequestOutcome>()),
        });
        (self.pledger(random), detail, self.pick(random, EntityKind::Country))
    }

    fn convening(self, random: &mut Random) -> (EntityId, EdgeDetail, EntityId) {
        let detail = EdgeDetail::Convening(Box::new(Convening {
            date: Some(date(random)),
            format: random.chance(60).then(|| random.code()),
            status: random.skewed_code::<ConveningStatus>(),
            agenda: Vec::new(),
            agenda_complete: None,
            claim: None,
        }));
        (self.pick(random, EntityKind::Country), detail, self.pick(random, EntityKind::Meeting))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::commitments::Revision;
    use super::*;
    use crate::{Commitment, EntityDetail, Stage, Stance};

    #[test]
    fn every_edge_is_sound_and_the_seed_decides() {
        let graph = Synthetic::new(2_000, 7);
        let kinds: HashMap<EntityId, EntityKind> = graph.entities().map(|e| (e.id, e.kind)).collect();
        for edge in graph.edges() {
            assert_eq!(edge.errors(), []);
            assert!(edge.kind().joins(kinds[&edge.subject], kinds[&edge.object]), "{edge:?}");
        }
        assert!(Synthetic::new(50, 7).edges().eq(Synthetic::new(50, 7).edges()));
        assert!(!Synthetic::new(50, 7).edges().eq(Synthetic::new(50, 8).edges()));
    }

    /// What a statement is about.
    fn matter(edge: &Edge) -> Option<(EntityId, EntityId, &Commitment<EntityId>)> {
        edge.detail.commitment().map(|commitment| (edge.subject, edge.object, commitment))
    }

    /// In thousandths.
    fn share(part: usize, whole: usize) -> usize {
        part * 1_000 / whole
    }

    fn drawn() -> (Synthetic, Vec<Edge>) {
        let graph = Synthetic::new(20_000, 1);
        (graph, graph.edges().collect())
    }

    #[test]
    fn pledges_are_revised_as_often_as_real_ones() {
        let (graph, edges) = drawn();
        let commitments: Vec<usize> = (0..edges.len()).filter(|n| edges[*n].kind() == EdgeKind::Commitment).collect();
        let mut count = HashMap::<bool, usize>::new();
        for n in &commitments {
            let Some((kind, earlier)) = graph.target(*n) else { continue };
            assert!(earlier < *n);
            let (before, after) = (&edges[earlier], &edges[*n]);
            let (subject, object, was) = matter(before).expect("a commitment");
            let (later_subject, later_object, is) = matter(after).expect("a commitment");
            assert_eq!((subject, object), (later_subject, later_object));
            assert_eq!((was.capability, was.mission), (is.capability, is.mission));
            assert!(before.said_at.latest() < after.said_at.earliest(), "{before:?} {after:?}");
            let supersedes = kind == Revision::Supersedes;
            let back = matches!(is.stance, Stance::Withdrawn | Stance::Declined) || is.stage == Stage::Cancelled;
            assert!(back || supersedes, "{is:?}");
            let link = Link { link_type: LinkType::Supersedes, edge: before.id };
            assert_eq!(after.links.contains(&link), supersedes);
            *count.entry(supersedes).or_default() += 1;
        }
        assert!((17..=23).contains(&share(count[&false], commitments.len())));
        assert!((8..=12).contains(&share(count[&true], commitments.len())));
    }

    #[test]
    fn a_tenth_has_an_end() {
        let (_, edges) = drawn();
        let ended = edges.iter().filter(|edge| !edge.valid_until.is_unknown()).count();
        assert!((90..=110).contains(&share(ended, edges.len())));
    }

    #[test]
    fn some_conditions_are_pledges_of_others() {
        let (graph, edges) = drawn();
        let test = |entity: Entity| match entity.detail {
            EntityDetail::Condition(condition) => Some((entity.id, condition.test.is_some())),
            _ => None,
        };
        let tested: HashMap<EntityId, bool> = graph.entities().filter_map(test).collect();
        let trees = edges.iter().filter_map(|edge| edge.detail.commitment()?.conditions.as_deref());
        let leaves: Vec<EntityId> = trees.flat_map(|tree| tree.root.leaves()).map(|(leaf, _)| *leaf).collect();
        let on_pledges = leaves.iter().filter(|leaf| tested[*leaf]).count();
        assert!((40..=60).contains(&share(on_pledges, leaves.len())));
    }

    #[test]
    fn some_entities_are_hubs() {
        let (_, edges) = drawn();
        let hub = |of: fn(&Edge) -> EntityId| {
            let mut counts: HashMap<EntityId, usize> = HashMap::new();
            for edge in &edges {
                *counts.entry(of(edge)).or_default() += 1;
            }
            share(counts.into_values().max().unwrap_or_default(), edges.len())
        };
        assert!(hub(|edge| edge.subject) > 80 && hub(|edge| edge.object) > 80);
        assert!(hub(|edge| edge.evidence[0].source) > 80);
    }
}
