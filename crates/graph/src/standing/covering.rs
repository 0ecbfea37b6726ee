//! What commitments of an actor cover each other: the same matter, or more of it.

use pledgegraph_model::{Capability, Code, Commitment, Mission};

use super::matters::{Matter, Side, denial, number};
use crate::Graph;
use crate::node::Node;
use crate::record::EdgeRecord;
use crate::work;

/// A commitment with its slot and record.
pub(super) type Said<'g> = (u32, &'g EdgeRecord, &'g Commitment<Node>);

/// Whether one commitment is about the same as another of its actor, or about more.
pub(crate) fn covers(
    (wide, over): (&EdgeRecord, &Commitment<Node>),
    (narrow, under): (&EdgeRecord, &Commitment<Node>),
) -> bool {
    let capability = over.capability == Capability::Unspecified || under.capability.is_within(over.capability);
    let object = wide.object == narrow.object || Some(wide.object) == under.coalition;
    wide.subject == narrow.subject && capability && object && covers_rest(over, under)
}

/// Whether mission, coalition and place are the same, or not said.
fn covers_rest(over: &Commitment<Node>, under: &Commitment<Node>) -> bool {
    let mission = over.mission == Mission::Unspecified || over.mission == under.mission;
    let coalition = over.coalition.is_none() || over.coalition == under.coalition;
    let place = over.place.is_none() || (over.place == under.place && (over.area.is_none() || over.area == under.area));
    mission && coalition && place
}

impl Graph {
    /// The places from `first` to `last`. It is a range without an end, left when `last` is passed: for a range with both
    /// ends the tree would be searched twice.
    fn matters_from(&self, first: Matter, last: Matter) -> impl Iterator<Item = Matter> + '_ {
        let all = self.matters.range(first..).take_while(move |matter| **matter <= last);
        work::over_keys(all.copied())
    }

    /// What an actor says on one side of a capability as stated, to one beneficiary.
    fn exactly(&self, actor: Node, side: Side, capability: Capability, object: Node) -> impl Iterator<Item = Matter> {
        let at = |mission, slot, coalition| Matter {
            actor,
            side: side as u8,
            capability: number(capability.index()),
            object,
            mission,
            slot,
            coalition,
        };
        self.matters_from(at(0, 0, 0), at(u8::MAX, u32::MAX, u8::MAX))
    }

    /// The commitments of an actor on one side within a capability, to anybody; all where none is given.
    fn within(&self, actor: Node, side: Side, capability: Option<Capability>) -> impl Iterator<Item = u32> {
        let all = (0, u8::MAX);
        let (first, last) = capability.map_or(all, |capability| {
            let codes = capability.with_children().map(|code| number(code.index()));
            codes.fold((u8::MAX, 0), |(first, last), code| (first.min(code), last.max(code)))
        });
        let at = |capability, object, mission, slot, coalition| Matter {
            actor,
            side: side as u8,
            capability,
            object,
            mission,
            slot,
            coalition,
        };
        let (first, last) = (at(first, Node::FIRST, 0, 0, 0), at(last, Node::LAST, u8::MAX, u32::MAX, u8::MAX));
        self.matters_from(first, last).map(|matter| matter.slot)
    }

    /// The commitments of an actor within a capability, to anybody; all where none is given. In no order.
    pub(crate) fn said_within(&self, actor: Node, capability: Option<Capability>) -> impl Iterator<Item = u32> {
        Side::OF_STANCE.into_iter().flat_map(move |side| self.within(actor, side, capability))
    }

    /// The positive commitments of an actor within a capability, to anybody. In no order.
    pub(crate) fn pledged_within(&self, actor: Node, capability: Capability) -> impl Iterator<Item = u32> {
        self.within(actor, Side::Positive, Some(capability))
    }

    /// The commitments of an actor within a capability, to anybody, that may reach a stance: the positive ones, then those
    /// that leave it open, then those that say no, for what was cancelled has a stance too.
    pub(crate) fn reaching_within(&self, actor: Node, capability: Capability) -> impl Iterator<Item = u32> {
        let sides = [Side::Positive, Side::Open, Side::Negative].into_iter();
        sides.flat_map(move |side| self.within(actor, side, Some(capability)))
    }

    /// The commitments of an actor on one capability as stated and one mission, to one beneficiary.
    pub(crate) fn said_on(
        &self,
        actor: Node,
        (capability, mission, object): (Capability, Mission, Node),
    ) -> impl Iterator<Item = u32> + '_ {
        Side::OF_STANCE.into_iter().flat_map(move |side| {
            let (capability, mission) = (number(capability.index()), number(mission.index()));
            let at = |slot, coalition| Matter { actor, side: side as u8, capability, object, mission, slot, coalition };
            self.matters_from(at(0, 0), at(u32::MAX, u8::MAX)).map(|matter| matter.slot)
        })
    }

    fn said(&self, slot: u32) -> Option<Said<'_>> {
        let edge = self.edge_record(slot)?;
        Some((slot, edge, edge.detail.commitment()?))
    }

    /// The commitments of the same actor, on one side, that cover this one; perhaps itself.
    pub(crate) fn covering<'g>(
        &'g self,
        edge: &EdgeRecord,
        commitment: &Commitment<Node>,
        side: Side,
    ) -> impl Iterator<Item = Said<'g>> {
        self.covering_of(edge.subject, (edge, commitment), side)
    }

    /// The commitments of an actor, on one side, that would cover this one if it were its own.
    pub(crate) fn covering_of<'g>(
        &'g self,
        actor: Node,
        (edge, commitment): (&EdgeRecord, &Commitment<Node>),
        side: Side,
    ) -> impl Iterator<Item = Said<'g>> {
        let own = commitment.capability;
        let none = self.within(actor, side, None).next().is_none();
        let wider = std::iter::successors((!none).then_some(own), |capability| capability.parent());
        let unspecified = (!none && own != Capability::Unspecified).then_some(Capability::Unspecified);
        let objects = [Some(edge.object), commitment.coalition.filter(|coalition| *coalition != edge.object)];
        let places = wider.chain(unspecified).flat_map(move |capability| {
            let objects = objects.into_iter().flatten();
            objects.flat_map(move |object| self.exactly(actor, side, capability, object))
        });
        let said = places.filter(|place| place.may_cover(commitment)).filter_map(|place| self.said(place.slot));
        said.filter(move |(_, _, over)| covers_rest(over, commitment))
    }

    /// The commitments of the same actor that this one covers; perhaps itself.
    pub(crate) fn covered<'g>(&'g self, edge: &EdgeRecord, commitment: &Commitment<Node>) -> Vec<Said<'g>> {
        let (actor, object) = (edge.subject, edge.object);
        let is_coalition =
            self.record(object).is_some_and(|r| r.entity.kind == pledgegraph_model::EntityKind::Coalition);
        let wide = commitment.capability == Capability::Unspecified;
        let mut slots: Vec<u32> = Vec::new();
        for side in Side::ALL {
            if wide || is_coalition {
                slots.extend(self.within(actor, side, (!wide).then_some(commitment.capability)));
            } else {
                let narrower = commitment.capability.with_children();
                let places = narrower.flat_map(|capability| self.exactly(actor, side, capability, object));
                slots.extend(places.map(|place| place.slot));
            }
        }
        slots.sort_unstable();
        slots.dedup();
        let all = slots.into_iter().filter_map(|slot| self.said(slot));
        all.filter(|(_, other, under)| covers((edge, commitment), (other, under))).collect()
    }

    /// The statements that deny something of the same kind between the same ends, by slot.
    pub(crate) fn denials_of(&self, edge: &EdgeRecord) -> impl Iterator<Item = (u32, &EdgeRecord)> {
        let last = denial(edge, u32::MAX);
        let range = self.denials.range(denial(edge, 0)..).take_while(move |denial| **denial <= last);
        range.filter_map(|(.., slot)| Some((*slot, self.edge_record(*slot)?)))
    }
}
