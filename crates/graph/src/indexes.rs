//! Indexes over all edges, by what is asked often.

use std::sync::Arc;

use imbl::OrdMap;
use pledgegraph_model::{
    AttendanceRole, Capability, Code, Conditionality, EdgeDetail, EdgeKind, Explicitness, MembershipRole, Mission,
    Modality, Polarity, Rank, Stage, Stance,
};

use crate::postings::Postings;
use crate::record::EdgeRecord;
use crate::said::{SaidBuilder, SaidMonths};

/// Which codes of a record are indexed. One place for bulk building, applying and verifying.
pub(crate) fn codes(record: &EdgeRecord, mut each: impl FnMut(Index, usize)) {
    each(Index::Kind, record.kind().index());
    each(Index::Modality, record.modality.index());
    each(Index::Polarity, record.polarity.index());
    each(Index::Rank, record.rank.index());
    match &*record.detail {
        EdgeDetail::Membership(membership) => each(Index::MembershipRole, membership.role.index()),
        EdgeDetail::Attendance(attendance) => each(Index::AttendanceRole, attendance.role.index()),
        _ => {}
    }
    if record.is_bounded() {
        each(Index::Bounded, 0);
    }
    if record.modality.counts() {
        each(Index::Counted, 0);
    }
    if let Some(commitment) = record.detail.commitment() {
        each_capability(commitment.capability, Index::Capability, &mut each);
        each(Index::Mission, commitment.mission.index());
        each(Index::Stance, commitment.stance.index());
        for least in Stance::ALL.iter().filter(|least| commitment.stance.at_least(**least)) {
            each(Index::StanceAtLeast, least.index());
        }
        each(Index::Stage, commitment.stage.index());
        each(Index::Conditionality, commitment.conditionality.index());
    }
    if let EdgeDetail::Request(request) = &*record.detail
        && let Some(capability) = request.capability
    {
        each_capability(capability, Index::RequestCapability, &mut each);
    }
    for how in record.leaf_explicitness() {
        each(Index::Explicitness, how.index());
    }
}

/// A capability and all above it, so that a parent's list has its children in.
fn each_capability(own: Capability, index: Index, each: &mut impl FnMut(Index, usize)) {
    for capability in std::iter::successors(Some(own), |c| c.parent()) {
        each(index, capability.index());
    }
}

/// The indexes by code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Index {
    Kind,
    /// Of commitments; children are in their parent's list too.
    Capability,
    /// Of requests, likewise.
    RequestCapability,
    Mission,
    Stance,
    /// The stances from this one up.
    StanceAtLeast,
    Stage,
    Conditionality,
    Modality,
    /// One list: the modalities that count.
    Counted,
    Polarity,
    Rank,
    MembershipRole,
    AttendanceRole,
    /// One list: what holds from or until a stated day.
    Bounded,
    /// Of any leaf of the condition tree.
    Explicitness,
}

impl Index {
    const ALL: [(Self, usize); 16] = [
        (Self::Kind, EdgeKind::ALL.len()),
        (Self::Capability, Capability::ALL.len()),
        (Self::RequestCapability, Capability::ALL.len()),
        (Self::Mission, Mission::ALL.len()),
        (Self::Stance, Stance::ALL.len()),
        (Self::StanceAtLeast, Stance::ALL.len()),
        (Self::Stage, Stage::ALL.len()),
        (Self::Conditionality, Conditionality::ALL.len()),
        (Self::Modality, Modality::ALL.len()),
        (Self::Counted, 1),
        (Self::Polarity, Polarity::ALL.len()),
        (Self::Rank, Rank::ALL.len()),
        (Self::MembershipRole, MembershipRole::ALL.len()),
        (Self::AttendanceRole, AttendanceRole::ALL.len()),
        (Self::Bounded, 1),
        (Self::Explicitness, Explicitness::ALL.len()),
    ];
}

/// All indexes.
#[derive(Debug, Clone)]
pub(crate) struct Indexes {
    /// By [`Index`], then by the code's number.
    by_code: Vec<Arc<Vec<Postings>>>,
    /// By word of the texts.
    pub(crate) words: OrdMap<Box<str>, Postings>,
    /// By the time of saying.
    pub(crate) said: SaidMonths,
    /// All live edges.
    pub(crate) live: Postings,
}

impl Default for Indexes {
    fn default() -> Self {
        let by_code = Index::ALL.iter().map(|(_, codes)| Arc::new(vec![Postings::default(); *codes])).collect();
        Self { by_code, words: OrdMap::new(), said: SaidMonths::default(), live: Postings::default() }
    }
}

impl Indexes {
    /// The edges that hold from or until a stated day.
    pub(crate) fn bounded(&self) -> &Postings {
        &self.by_code[Index::Bounded as usize][0]
    }

    /// The edges whose modality counts.
    pub(crate) fn counted(&self) -> &Postings {
        &self.by_code[Index::Counted as usize][0]
    }

    /// The edges that have a code.
    pub(crate) fn get<C: Code>(&self, index: Index, code: C) -> &Postings {
        &self.by_code[index as usize][code.index()]
    }

    /// Builds all from the records in slot order.
    pub(crate) fn build<'a>(records: impl Iterator<Item = (u32, &'a EdgeRecord)>) -> Self {
        let mut by_code: Vec<Vec<Vec<u32>>> = Index::ALL.iter().map(|(_, codes)| vec![Vec::new(); *codes]).collect();
        let mut by_word: std::collections::HashMap<Box<str>, Vec<u32>> = std::collections::HashMap::new();
        let mut live = Vec::new();
        let mut said = SaidBuilder::default();
        for (slot, record) in records {
            live.push(slot);
            said.push(slot, &record.circumstances().said_at);
            codes(record, |index, code| by_code[index as usize][code].push(slot));
            for word in record.words() {
                by_word.entry(word).or_default().push(slot);
            }
        }
        let freeze = |lists: Vec<Vec<u32>>| Arc::new(lists.iter().map(|l| Postings::from_sorted(l)).collect());
        Self {
            by_code: by_code.into_iter().map(freeze).collect(),
            words: by_word.into_iter().map(|(word, slots)| (word, Postings::from_sorted(&slots))).collect(),
            said: said.finish(),
            live: Postings::from_sorted(&live),
        }
    }

    /// Enters a record or takes it out.
    pub(crate) fn change(&mut self, slot: u32, record: &EdgeRecord, add: bool) {
        let change = |postings: &mut Postings| if add { postings.insert(slot) } else { postings.remove(slot) };
        change(&mut self.live);
        self.said.change(&record.circumstances().said_at, change);
        codes(record, |index, code| {
            change(&mut Arc::make_mut(&mut self.by_code[index as usize])[code]);
        });
        for word in record.words() {
            let mut postings = self.words.get(&word).cloned().unwrap_or_default();
            change(&mut postings);
            if postings.is_empty() {
                self.words.remove(&word);
            } else {
                self.words.insert(word, postings);
            }
        }
    }
}

impl Indexes {
    /// Every list by code, with the name of its index.
    pub(crate) fn lists(&self) -> impl Iterator<Item = (&'static str, &Postings)> {
        const NAMES: [&str; 16] = [
            "kind",
            "capability",
            "request capability",
            "mission",
            "stance",
            "stance at least",
            "stage",
            "conditionality",
            "modality",
            "counted",
            "polarity",
            "rank",
            "membership role",
            "attendance role",
            "bounded",
            "explicitness",
        ];
        let by_code =
            NAMES.iter().zip(&self.by_code).flat_map(|(name, lists)| lists.iter().map(|postings| (*name, postings)));
        by_code.chain(self.said.lists().map(|postings| ("said", postings)))
    }
}
