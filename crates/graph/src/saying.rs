//! What a statement says, apart from whether it is asserted, who says so and when: so that a denial is set against the same.

use std::hash::{Hash, Hasher};

use pledgegraph_model::{Bearing, Value};

use crate::node::Node;
use crate::record::EdgeRecord;

/// What a statement is, by the fields without which it would be another one: ends, kind, roles, texts and matter. Equal
/// sayings are the same, whoever says them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Saying<'g>(pub(crate) &'g EdgeRecord);

/// What a statement may leave open without being another one, by field. A denial of the whole denies each more exact
/// statement too.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Details<'g>(Vec<(&'static str, Said<'g>)>);

/// A value as it counts for what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Said<'g> {
    /// A text: the English one, for want of it the first one, so that a translation that was added does not make it another.
    Text(&'g str),
    Other(Value<'g, Node>),
}

impl<'g> Said<'g> {
    fn of(value: Value<'g, Node>) -> Self {
        let Value::Text(text) = value else { return Self::Other(value) };
        text.get("en").or_else(|| text.iter().next().map(|(_, text)| text)).map_or(Self::Other(value), Self::Text)
    }
}

impl PartialEq for Saying<'_> {
    fn eq(&self, other: &Self) -> bool {
        let ends = |edge: &EdgeRecord| (edge.kind(), edge.subject, edge.object);
        ends(self.0) == ends(other.0) && self.essence().eq(other.essence())
    }
}

impl Eq for Saying<'_> {}

impl Hash for Saying<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.0.kind(), self.0.subject, self.0.object).hash(state);
        self.essence().for_each(|said| said.hash(state));
    }
}

impl<'g> Saying<'g> {
    /// Without which it would be another statement.
    fn essence(self) -> impl Iterator<Item = (&'static str, Said<'g>)> {
        self.0.detail.bearing(Bearing::Essence).map(|(field, value)| (field.name, Said::of(value)))
    }

    /// What it says more exactly than it must; what is meant where nothing is said is not said.
    pub(crate) fn details(self) -> Details<'g> {
        let details = self.0.detail.bearing(Bearing::Exactness);
        let said = details.filter(|(field, value)| !value.is_default(field.presence));
        Details(said.map(|(field, value)| (field.name, Said::of(value))).collect())
    }
}

impl Details<'_> {
    /// Whether all that this says is said by the other one too.
    pub(crate) fn are_in(&self, other: &Self) -> bool {
        self.0.iter().all(|said| other.0.contains(said))
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
