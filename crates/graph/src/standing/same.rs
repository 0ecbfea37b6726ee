//! Whether two statements say the same of the same, so that a denial of one is a denial of the other.

use pledgegraph_model::{Commitment, EdgeDetail, StanceSet};

use crate::node::Node;
use crate::record::EdgeRecord;

/// Whether two statements have the same kind and ends, and what makes them say one thing and not another: the role, the
/// title, the class, the text, the matter and the sign of the stance. How firm, how much and when is not part of it.
pub(crate) fn says_the_same(one: &EdgeRecord, other: &EdgeRecord) -> bool {
    one.subject == other.subject && one.object == other.object && same_content(&one.detail, &other.detail)
}

fn same_content(one: &EdgeDetail<Node>, other: &EdgeDetail<Node>) -> bool {
    match (one, other) {
        (EdgeDetail::Membership(one), EdgeDetail::Membership(other)) => one.role == other.role,
        (EdgeDetail::Office(one), EdgeDetail::Office(other)) => one.title == other.title,
        (EdgeDetail::Attendance(one), EdgeDetail::Attendance(other)) => one.role == other.role,
        (EdgeDetail::Convening(one), EdgeDetail::Convening(other)) => one.status == other.status,
        (EdgeDetail::Commitment(one), EdgeDetail::Commitment(other)) => matter(one) == matter(other),
        (EdgeDetail::Request(one), EdgeDetail::Request(other)) => {
            one.capability == other.capability && one.text == other.text
        }
        (EdgeDetail::Action(one), EdgeDetail::Action(other)) => one.class == other.class && one.text == other.text,
        (EdgeDetail::Outcome(one), EdgeDetail::Outcome(other)) => one.value == other.value,
        (EdgeDetail::Remark(one), EdgeDetail::Remark(other)) => {
            one.remark_type == other.remark_type && one.text == other.text
        }
        (EdgeDetail::PartOf(_), EdgeDetail::PartOf(_))
        | (EdgeDetail::Location(_), EdgeDetail::Location(_))
        | (EdgeDetail::Sidelines(_), EdgeDetail::Sidelines(_)) => true,
        _ => false,
    }
}

/// What a commitment is about, and whether it gives or refuses.
fn matter(commitment: &Commitment<Node>) -> impl PartialEq {
    let sign = match commitment.stance.rank() {
        Some(rank) if rank >= 1 => 1,
        _ if StanceSet::Negative.contains(commitment.stance) => -1,
        _ => 0,
    };
    let Commitment { capability, mission, coalition, place, area, .. } = commitment;
    (*capability, *mission, *coalition, *place, *area, sign)
}
