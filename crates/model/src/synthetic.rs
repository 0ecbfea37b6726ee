//! A synthetic graph for benchmarks and tests: the shapes of the real one, skewed degrees, the same for the same seed.

use std::sync::Arc;

use crate::{
    Action, ActionClass, Alias, AliasKind, Attendance, AttendanceMode, AttendanceRole, Attribution, AttributionMode,
    AttributionRole, Capability, Code, Commitment, ConditionKind, ConditionNode, ConditionOp, Conditionality,
    Conditions, Convening, ConveningStatus, Count, CountOp, Date, Edge, EdgeDetail, EdgeId, EdgeKind, Edtf, Entity,
    EntityDetail, EntityId, EntityKind, Evidence, Explicitness, Iso3166, Lang, Link, LinkType, Listed, Locator,
    Membership, MembershipRole, Mission, Modality, Office, OrganizationClass, Outcome, OutcomeValue, PartOf, Polarity,
    Rank, Relation, Remark, RemarkType, Request, RequestOutcome, Slug, Specificity, Stage, Stance, Text,
};

/// A graph of a given size, made from a seed.
#[derive(Debug, Clone, Copy)]
pub struct Synthetic {
    edges: usize,
    seed: u64,
}

/// `SplitMix64` (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    /// From 0 to `n` - 1, all alike.
    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % (n.max(1) as u64)).unwrap_or_default()
    }

    /// From 0 to `n` - 1, low numbers far more often: the cube of a uniform number.
    fn skewed(&mut self, n: usize) -> usize {
        let unit = 1 << 20;
        let x = self.below(unit) as u128;
        let place = x * x * x * n as u128 / (unit as u128).pow(3);
        usize::try_from(place).unwrap_or_default()
    }

    fn code<C: Code>(&mut self) -> C {
        C::ALL[self.below(C::ALL.len())]
    }

    fn skewed_code<C: Code>(&mut self) -> C {
        C::ALL[self.skewed(C::ALL.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

impl Synthetic {
    /// A graph of `edges` edges and about one node for every thirty.
    pub fn new(edges: usize, seed: u64) -> Self {
        Self { edges, seed }
    }

    /// How many entities of a kind it has.
    pub fn count(&self, kind: EntityKind) -> usize {
        match kind {
            EntityKind::Country => 200,
            EntityKind::Coalition => 10 + self.edges / 50_000,
            EntityKind::Organization => 40 + self.edges / 5_000,
            EntityKind::Person => 60 + self.edges / 300,
            EntityKind::Meeting => 30 + self.edges / 500,
            EntityKind::Group | EntityKind::Place | EntityKind::Condition => 30 + self.edges / 5_000,
            EntityKind::Source => 20 + self.edges / 40,
        }
    }

    /// The entities, kind by kind.
    pub fn entities(&self) -> impl Iterator<Item = Entity> + use<'_> {
        EntityKind::ALL.iter().flat_map(move |kind| (0..self.count(*kind)).map(move |n| self.entity(*kind, n)))
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

    fn entity(self, kind: EntityKind, n: usize) -> Entity {
        let mut random = Random(self.seed ^ 0xE17 ^ (n as u64) << 8 ^ kind.index() as u64);
        let name = |lang: &str, text: String| lang.parse::<Lang>().ok().map(|lang| (lang, text));
        let names: Text =
            [name("en", format!("Synthetic {kind} {n}")), name("ar", format!("{} اصطناعي {n}", kind.entry().label_ar))]
                .into_iter()
                .flatten()
                .collect();
        let alias = "en".parse().map(|lang| Alias { text: format!("{kind} no. {n}"), lang, kind: AliasKind::Short });
        let detail = match kind {
            EntityKind::Country => EntityDetail::Country {
                iso3166: Iso3166 { alpha2: letters(n, 2), alpha3: letters(n, 3), numeric: format!("{n:03}") },
                regions: vec!["150".to_owned(), "001".to_owned()],
            },
            EntityKind::Coalition => EntityDetail::Coalition {},
            EntityKind::Organization => EntityDetail::Organization { class: random.code::<OrganizationClass>() },
            EntityKind::Group => EntityDetail::Group {},
            EntityKind::Person => EntityDetail::Person { anonymous: random.chance(5), anonymity_reason: None },
            EntityKind::Meeting => EntityDetail::Meeting {},
            EntityKind::Place => EntityDetail::Place {},
            EntityKind::Condition => EntityDetail::Condition { condition_kind: ConditionKind::Other, test: None },
            EntityKind::Source => EntityDetail::Source {
                url: Some(format!("https://source.example/{n}")),
                title: None,
                publisher: Some(Self::id(EntityKind::Organization, n % self.count(EntityKind::Organization))),
                language: "en".parse().ok(),
                published: Some(date(&mut random)),
                sha256: None,
            },
        };
        let slug = Self::slug(kind, n).parse::<Slug>().unwrap_or_else(|_| unreachable!("the slug is well-formed"));
        let aliases = alias.ok().filter(|_| random.chance(30)).into_iter().collect();
        Entity { id: Self::id(kind, n), kind, slug, names, aliases, redirects: Vec::new(), detail }
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
            valid_until: Date::default(),
            evidence: vec![self.evidence(random)],
            links: links.into_iter().collect(),
        }
    }

    /// A line of a document, with the chain of attribution that this line has.
    fn evidence(self, random: &mut Random) -> Evidence<EntityId> {
        // A document of some forty statements has about fifteen lines that carry them.
        let (document, line) = (random.below(self.count(EntityKind::Source)), 3 + random.below(15));
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
            124..136 => {
                let role = random.skewed_code::<MembershipRole>();
                let detail = EdgeDetail::Membership(Membership { role, count: None });
                (self.pledger(random), detail, self.pick(random, EntityKind::Coalition))
            }
            136..160 => {
                let remark_type = random.code::<RemarkType>();
                let detail = EdgeDetail::Remark(Remark { remark_type, text: text(random) });
                (self.pick(random, EntityKind::Person), detail, self.pick(random, EntityKind::Country))
            }
            160..170 => self.request(random),
            170..182 => {
                let detail = EdgeDetail::Action(Action { class: random.code::<ActionClass>(), text: text(random) });
                (self.pledger(random), detail, self.pick(random, EntityKind::Country))
            }
            182..186 => {
                let detail = EdgeDetail::Office(Office { title: text(random) });
                (self.pick(random, EntityKind::Person), detail, self.pick(random, EntityKind::Country))
            }
            186..192 => self.convening(random),
            192..196 => {
                // From a higher number to a lower one, so that nothing is part of itself.
                let (a, b) = (random.below(self.count(EntityKind::Group)), random.below(self.count(EntityKind::Group)));
                let low = a.min(b).min(self.count(EntityKind::Group) - 2);
                let part = Self::id(EntityKind::Group, a.max(b).max(low + 1));
                (part, EdgeDetail::PartOf(PartOf { listed: Some(Listed::Partial) }), Self::id(EntityKind::Group, low))
            }
            196..198 => {
                (self.pick(random, EntityKind::Meeting), EdgeDetail::Location {}, self.pick(random, EntityKind::Place))
            }
            198 => {
                let (a, b) = (self.pick(random, EntityKind::Meeting), self.pick(random, EntityKind::Meeting));
                (a, EdgeDetail::Sidelines {}, b)
            }
            _ => {
                let detail = EdgeDetail::Outcome(Box::new(Outcome {
                    value: random.code::<OutcomeValue>(),
                    since: Some(date(random)),
                }));
                (self.pick(random, EntityKind::Country), detail, self.pick(random, EntityKind::Condition))
            }
        }
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

    fn commitment(self, random: &mut Random) -> EdgeDetail {
        let conditional = random.chance(50);
        EdgeDetail::Commitment(Commitment {
            capability: random.skewed_code(),
            mission: random.skewed_code::<Mission>(),
            specificity: random.skewed_code::<Specificity>(),
            stance: random.code::<Stance>(),
            stage: random.skewed_code::<Stage>(),
            conditionality: if conditional { Conditionality::Conditional } else { Conditionality::NotStated },
            conditions: conditional.then(|| Arc::new(self.conditions(random))),
            coalition: random.chance(60).then(|| self.pick(random, EntityKind::Coalition)),
            quantity: None,
            count: random.chance(3).then_some(Count { op: CountOp::Gt, value: 30 }),
            place: None,
            area: None,
            meeting: random.chance(10).then(|| self.pick(random, EntityKind::Meeting)),
            acting_through: random.chance(5).then(|| self.pick(random, EntityKind::Person)),
            rationale: if random.chance(5) { text(random) } else { Text::default() },
        })
    }

    fn conditions(self, random: &mut Random) -> Conditions<EntityId> {
        let leaf = |random: &mut Random| {
            let how = if random.chance(60) { Explicitness::Explicit } else { Explicitness::Implied };
            ConditionNode::leaf(self.pick(random, EntityKind::Condition), how)
        };
        let first = leaf(random);
        let root = if random.chance(50) {
            first
        } else {
            let op = if random.chance(70) { ConditionOp::AllOf } else { ConditionOp::AnyOf };
            ConditionNode { op, of: vec![first, leaf(random)], k: None, condition: None, explicitness: None }
        };
        Conditions { relation: if random.chance(90) { Relation::Necessary } else { Relation::Sufficient }, root }
    }
}

/// The number in capital letters, as the codes of countries are.
fn letters(n: usize, places: u32) -> String {
    let letter = |place| u8::try_from(n / 26_usize.pow(place) % 26).map_or('A', |at| char::from(b'A' + at));
    (0..places).rev().map(letter).collect()
}

/// A day, month or year from 2022 to 2026.
fn date(random: &mut Random) -> Date {
    let (year, month, day) = (2022 + random.below(5), 1 + random.below(12), 1 + random.below(28));
    let text = match random.below(10) {
        0 => format!("{year}"),
        1..3 => format!("{year}-{month:02}"),
        _ => format!("{year}-{month:02}-{day:02}"),
    };
    text.parse::<Edtf>().map(Date::from).unwrap_or_default()
}

/// One of a thousand short texts.
fn text(random: &mut Random) -> Text {
    const WORDS: [&str; 10] =
        ["border", "guarantee", "stock", "talks", "summit", "pressure", "defence", "support", "winter", "mandate"];
    let words = [(); 3].map(|()| WORDS[random.below(WORDS.len())]);
    "en".parse::<Lang>().map(|lang| (lang, words.join(" "))).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ends_allowed;

    #[test]
    fn every_edge_is_sound_and_the_seed_decides() {
        let graph = Synthetic::new(2_000, 7);
        let kinds: std::collections::HashMap<EntityId, EntityKind> = graph.entities().map(|e| (e.id, e.kind)).collect();
        for edge in graph.edges() {
            assert_eq!(edge.errors(), []);
            assert!(ends_allowed(edge.kind(), kinds[&edge.subject], kinds[&edge.object]), "{edge:?}");
        }
        assert!(Synthetic::new(50, 7).edges().eq(Synthetic::new(50, 7).edges()));
        assert!(!Synthetic::new(50, 7).edges().eq(Synthetic::new(50, 8).edges()));
    }
}
