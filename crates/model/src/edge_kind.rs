//! The kinds of edges and which ends each may have.

use crate::EntityKind;
use crate::code::code_list;

code_list! {
    /// The kind of a statement.
    EdgeKind in "edge_kinds" {
        Membership = "membership", "Membership", "عضوية", "Belongs to a coalition or organization.", "ينتمي إلى تحالف أو منظمة.";
        Office = "office", "Office", "منصب", "Holds an office.", "يشغل منصبًا.";
        Attendance = "attendance", "Attendance", "حضور", "Takes part in a meeting.", "يشارك في اجتماع.";
        Convening = "convening", "Convening", "انعقاد", "Convenes a meeting.", "يعقد اجتماعًا.";
        Location = "location", "Location", "موقع", "Is at a place.", "يقع في مكان.";
        Sidelines = "sidelines", "On the sidelines of", "على هامش", "Is held on the sidelines of another meeting.", "يُعقد على هامش اجتماع آخر.";
        PartOf = "part_of", "Part of", "جزء من", "Belongs to a larger whole.", "ينتمي إلى كل أكبر.";
        Commitment = "commitment", "Commitment", "التزام", "What an actor pledges, refuses or leaves open.", "ما يتعهد به طرف أو يرفضه أو يتركه مفتوحًا.";
        Request = "request", "Request", "طلب", "Asks another for something.", "يطلب من غيره شيئًا.";
        Action = "action", "Action", "فعل", "An event that is no pledge.", "حدث ليس تعهدًا.";
        Outcome = "outcome", "Outcome", "نتيجة", "Says whether a condition holds.", "يقول هل تحقق شرط.";
        Remark = "remark", "Remark", "ملاحظة", "A warning, demand, assessment, acknowledgement, hope or explanation.",
            "تحذير أو مطالبة أو تقييم أو إقرار أو أمل أو توضيح.";
    }
}

/// Whether an edge of this kind may go from an entity of kind `subject` to one of kind `object`.
///
/// The same triples stand in the database's table `edge_triple`; a test compares the two.
pub fn ends_allowed(kind: EdgeKind, subject: EntityKind, object: EntityKind) -> bool {
    use EntityKind::{Coalition, Condition, Country, Group, Meeting, Organization, Person, Place};
    let actor_or_group = subject.is_actor() || subject == Group;
    match kind {
        EdgeKind::Membership => actor_or_group && matches!(object, Coalition | Organization),
        EdgeKind::Office => subject == Person && matches!(object, Country | Organization),
        EdgeKind::Attendance => (actor_or_group || subject == Person) && object == Meeting,
        EdgeKind::Convening => actor_or_group && object == Meeting,
        EdgeKind::Location => matches!(subject, Meeting | Organization) && object == Place,
        EdgeKind::Sidelines => subject == Meeting && object == Meeting,
        EdgeKind::PartOf => {
            (actor_or_group || matches!(subject, Person | Place))
                && (object.is_actor() || matches!(object, Group | Place))
        }
        EdgeKind::Commitment => actor_or_group && object.is_actor(),
        EdgeKind::Request => actor_or_group && (object.is_actor() || object == Person),
        EdgeKind::Action | EdgeKind::Remark => actor_or_group || subject == Person,
        EdgeKind::Outcome => subject.is_actor() && object == Condition,
    }
}
