//! Membership, office, and what is part of what.

use crate::code::code_list;
use crate::value::fields;
use crate::{Count, Text};

code_list! {
    /// What a member is to a coalition or organization.
    MembershipRole in "membership_roles" {
        Leader = "leader", "Leader", "قائد", "Leads it.", "يقوده.";
        Member = "member", "Member", "عضو", "Belongs to it.", "ينتمي إليه.";
        Supporter = "supporter", "Supporter", "داعم", "Supports it without belonging to it.", "يدعمه دون عضوية.";
        Observer = "observer", "Observer", "مراقب", "Watches its work.", "يراقب أعماله.";
        Candidate = "candidate", "Candidate", "مرشح", "Seeks to belong, or is sought.", "يسعى إلى العضوية أو تُطلب منه.";
    }
}

fields! {
    /// The fields of a `membership` edge.
    pub struct Membership {
        /// What the member is to it.
        #[query(Role)]
        #[bearing(Essence)]
        pub role: MembershipRole,
        /// How many, where the subject is a group.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[query(Number)]
        pub count: Option<Count>,
    }
}

fields! {
    /// The fields of an `office` edge.
    pub struct Office {
        /// Title of the office, by language.
        #[example(r#"{"en": "Prime Minister"}"#)]
        #[query(Title)]
        #[bearing(Essence)]
        pub title: Text,
    }
}

code_list! {
    /// Whether a source lists the whole.
    Listed in "listings" {
        Partial = "partial", "Partial", "جزئي", "The source names only some of the parts.", "يذكر المصدر بعض الأجزاء فقط.";
        Full = "full", "Full", "كامل", "The source names all the parts.", "يذكر المصدر كل الأجزاء.";
    }
}

fields! {
    /// The fields of a `part_of` edge.
    pub struct PartOf {
        /// Whether the source lists the whole.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub listed: Option<Listed>,
    }
}
