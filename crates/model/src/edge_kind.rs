//! The kinds of edges and which ends each may have.

use crate::code::code_list;
use crate::{Code as _, EntityKind};

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

/// The kinds of entities that may stand at the ends of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// Who or what the statement is about.
    pub subjects: &'static [EntityKind],
    /// To whom or what.
    pub objects: &'static [EntityKind],
}

impl EdgeKind {
    /// What may stand at the ends of a statement of this kind.
    ///
    /// The same triples stand in the database's table `edge_triple`; a test compares the two.
    pub fn ends(self) -> Ends {
        use EntityKind::{Coalition, Condition, Country, Group, Meeting, Organization, Person, Place};
        let (subjects, objects): (&[EntityKind], &[EntityKind]) = match self {
            Self::Membership => (EntityKind::ACTORS_AND_GROUPS, &[Coalition, Organization]),
            Self::Office => (&[Person], &[Country, Organization]),
            Self::Attendance => (EntityKind::AGENTS, &[Meeting]),
            Self::Convening => (EntityKind::ACTORS_AND_GROUPS, &[Meeting]),
            Self::Location => (&[Meeting, Organization], &[Place]),
            Self::Sidelines => (&[Meeting], &[Meeting]),
            Self::PartOf => (
                &[Country, Coalition, Organization, Group, Person, Place],
                &[Country, Coalition, Organization, Group, Place],
            ),
            Self::Commitment => (EntityKind::ACTORS_AND_GROUPS, EntityKind::ACTORS),
            Self::Request => (EntityKind::ACTORS_AND_GROUPS, &[Country, Coalition, Organization, Person]),
            Self::Action | Self::Remark => (EntityKind::AGENTS, EntityKind::ALL),
            Self::Outcome => (EntityKind::ACTORS, &[Condition]),
        };
        Ends { subjects, objects }
    }

    /// Whether a statement of this kind may go from one kind of entity to another.
    pub fn joins(self, subject: EntityKind, object: EntityKind) -> bool {
        let ends = self.ends();
        ends.subjects.contains(&subject) && ends.objects.contains(&object)
    }
}
