//! What a statement says, apart from whether it is asserted, who says so and when: so that a denial is set against the same.

use std::hash::{Hash, Hasher};

use pledgegraph_model::{Code, Conditions, Count, Date, EdgeDetail, Quantity, Stage, Text};

use crate::node::Node;
use crate::record::EdgeRecord;

/// What a statement is, by the fields without which it would be another one: ends, kind, roles, texts and matter. Equal
/// sayings are the same, whoever says them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Saying<'g>(pub(crate) &'g EdgeRecord);

/// The same fields of any kind side by side; a code is its number, an absent one none.
#[derive(PartialEq, Eq, Hash)]
struct Core<'g> {
    codes: [Option<usize>; 4],
    nodes: [Option<Node>; 2],
    text: Option<&'g str>,
}

/// What a statement may leave open without being another one. A denial of the whole denies each more exact statement too.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Details<'g> {
    count: Option<Count>,
    quantity: Option<&'g Quantity>,
    conditions: Option<&'g Conditions<Node>>,
    date: Option<&'g Date>,
    codes: [Option<usize>; 2],
    nodes: [Option<Node>; 2],
}

impl PartialEq for Saying<'_> {
    fn eq(&self, other: &Self) -> bool {
        let ends = |edge: &EdgeRecord| (edge.kind(), edge.subject, edge.object);
        ends(self.0) == ends(other.0) && self.core() == other.core()
    }
}

impl Eq for Saying<'_> {}

impl Hash for Saying<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.0.kind(), self.0.subject, self.0.object, self.core()).hash(state);
    }
}

impl<'g> Saying<'g> {
    fn core(self) -> Core<'g> {
        let none = Core { codes: [None; 4], nodes: [None; 2], text: None };
        match &*self.0.detail {
            EdgeDetail::Membership(own) => Core { codes: [code(own.role), None, None, None], ..none },
            EdgeDetail::Office(own) => Core { text: words(&own.title), ..none },
            EdgeDetail::Attendance(own) => Core { codes: [code(own.role), None, None, None], ..none },
            EdgeDetail::Convening(own) => Core { codes: [code(own.status), None, None, None], ..none },
            EdgeDetail::Location(_) | EdgeDetail::Sidelines(_) | EdgeDetail::PartOf(_) => none,
            EdgeDetail::Commitment(own) => Core {
                codes: [code(own.capability), code(own.mission), code(own.stance), own.area.and_then(code)],
                nodes: [own.coalition, own.place],
                ..none
            },
            EdgeDetail::Request(own) => {
                Core { codes: [own.capability.and_then(code), None, None, None], text: words(&own.text), ..none }
            }
            EdgeDetail::Action(own) => {
                Core { codes: [code(own.class), None, None, None], text: words(&own.text), ..none }
            }
            EdgeDetail::Outcome(own) => Core { codes: [code(own.value), None, None, None], ..none },
            EdgeDetail::Remark(own) => {
                Core { codes: [code(own.remark_type), None, None, None], text: words(&own.text), ..none }
            }
        }
    }

    /// What it says more exactly than it must.
    pub(crate) fn details(self) -> Details<'g> {
        let none =
            Details { count: None, quantity: None, conditions: None, date: None, codes: [None; 2], nodes: [None; 2] };
        match &*self.0.detail {
            EdgeDetail::Membership(own) => Details { count: own.count, ..none },
            EdgeDetail::Attendance(own) => {
                Details { count: own.count, codes: [own.mode.and_then(code), None], nodes: [own.place, None], ..none }
            }
            EdgeDetail::Convening(own) => {
                Details { date: own.date.as_ref(), codes: [own.format.and_then(code), None], ..none }
            }
            EdgeDetail::PartOf(own) => Details { codes: [own.listed.and_then(code), None], ..none },
            EdgeDetail::Commitment(own) => Details {
                count: own.count,
                quantity: own.quantity.as_deref(),
                conditions: own.conditions.as_deref(),
                codes: [Some(own.stage).filter(|stage| *stage != Stage::None).and_then(code), None],
                nodes: [own.meeting, own.acting_through],
                ..none
            },
            EdgeDetail::Request(own) => {
                Details { codes: [own.outcome.and_then(code), None], nodes: [own.acting_through, None], ..none }
            }
            EdgeDetail::Outcome(own) => Details { date: own.since.as_ref(), ..none },
            EdgeDetail::Office(_)
            | EdgeDetail::Location(_)
            | EdgeDetail::Sidelines(_)
            | EdgeDetail::Action(_)
            | EdgeDetail::Remark(_) => none,
        }
    }
}

impl Details<'_> {
    /// Whether all that this says is said by the other one too.
    pub(crate) fn are_in(&self, other: &Self) -> bool {
        fn within<T: PartialEq>(own: Option<&T>, other: Option<&T>) -> bool {
            own.is_none_or(|own| other == Some(own))
        }
        within(self.count.as_ref(), other.count.as_ref())
            && within(self.quantity.as_ref(), other.quantity.as_ref())
            && within(self.conditions.as_ref(), other.conditions.as_ref())
            && within(self.date.as_ref(), other.date.as_ref())
            && self.codes.iter().zip(&other.codes).all(|(own, other)| within(own.as_ref(), other.as_ref()))
            && self.nodes.iter().zip(&other.nodes).all(|(own, other)| within(own.as_ref(), other.as_ref()))
    }
}

impl EdgeRecord {
    /// Whether two statements say the same: ends, kind, role, text, class, title, capability, mission, stance, coalition,
    /// place, value; and if this one is more exact (an amount, conditions, a date), the other says that too. So a denial
    /// denies whatever it says the same as, and this is no symmetrical question: who denies a pledge denies a pledge of
    /// 5 million, who denies a pledge of 5 million does not deny a pledge.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        let (own, other) = (Saying(self), Saying(other));
        own == other && own.details().are_in(&other.details())
    }

    /// Whether there may be a day on which both hold.
    pub(crate) fn may_hold_with(&self, other: &Self) -> bool {
        let ends_before = |one: &Self, other: &Self| {
            let (end, begin) = (one.circumstances().valid_until.latest(), other.circumstances().valid_from.earliest());
            end.zip(begin).is_some_and(|(end, begin)| end < begin)
        };
        !ends_before(self, other) && !ends_before(other, self)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "an absent code is none")]
fn code<C: Code>(code: C) -> Option<usize> {
    Some(code.index())
}

/// The English text, for want of it the first one: a translation that was added does not make it another text.
fn words(text: &Text) -> Option<&str> {
    text.get("en").or_else(|| text.iter().next().map(|(_, text)| text))
}
