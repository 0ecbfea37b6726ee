//! What a query looks for: the collections of statements and entities.

use crate::code::code_list;
use crate::{EdgeKind, EntityKind};

code_list! {
    /// What is looked for.
    QueryTarget in "query_targets" {
        Statements = "statements", "Statements", "أقوال", "Statements of any kind.", "أقوال من أي نوع.";
        Commitments = "commitments", "Commitments", "التزامات", "What actors pledge, refuse or leave open.", "ما تتعهد به الأطراف أو ترفضه أو تتركه مفتوحًا.";
        Memberships = "memberships", "Memberships", "عضويات", "Who belongs to a coalition or organization.", "من ينتمي إلى تحالف أو منظمة.";
        Offices = "offices", "Offices", "مناصب", "Who holds an office.", "من يشغل منصبًا.";
        Attendances = "attendances", "Attendances", "مشاركات", "Who takes part in a meeting.", "من يشارك في اجتماع.";
        Convenings = "convenings", "Convenings", "انعقادات", "That a meeting is planned, held or called off.", "أن اجتماعًا مخطط أو انعقد أو ألغي.";
        Locations = "locations", "Locations", "مواقع", "Where something is.", "أين يقع شيء.";
        Sidelines = "sidelines", "Sidelines", "هوامش", "Which meeting is held beside which.", "أي اجتماع يُعقد على هامش أي اجتماع.";
        Parts = "parts", "Parts", "أجزاء", "What belongs to a larger whole.", "ما ينتمي إلى كل أكبر.";
        Requests = "requests", "Requests", "طلبات", "What an actor asks of another.", "ما يطلبه طرف من غيره.";
        Actions = "actions", "Actions", "أفعال", "Events that are no pledges.", "أحداث ليست تعهدات.";
        Outcomes = "outcomes", "Outcomes", "نتائج", "Whether conditions hold.", "هل تحققت الشروط.";
        Remarks = "remarks", "Remarks", "ملاحظات", "Warnings, demands, assessments, hopes and explanations.", "تحذيرات ومطالبات وتقييمات وآمال وتوضيحات.";
        Actors = "actors", "Actors", "أطراف", "Countries, organizations, coalitions, groups and persons.", "دول ومنظمات وتحالفات ومجموعات وأشخاص.";
        Countries = "countries", "Countries", "دول", "Countries.", "دول.";
        Organizations = "organizations", "Organizations", "منظمات", "Organizations.", "منظمات.";
        Coalitions = "coalitions", "Coalitions", "تحالفات", "Coalitions.", "تحالفات.";
        Groups = "groups", "Groups", "مجموعات", "Groups that a source names together.", "مجموعات يذكرها مصدر معًا.";
        Persons = "persons", "Persons", "أشخاص", "Persons.", "أشخاص.";
        Meetings = "meetings", "Meetings", "اجتماعات", "Meetings.", "اجتماعات.";
        Places = "places", "Places", "أماكن", "Places.", "أماكن.";
        Conditions = "conditions", "Conditions", "شروط", "What commitments hang on.", "ما تتوقف عليه الالتزامات.";
        Sources = "sources", "Sources", "مصادر", "Documents.", "وثائق.";
    }
}

/// The kinds of rows that a query goes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows<'a> {
    /// Statements of these kinds; empty = all.
    Statements(&'a [EdgeKind]),
    /// Entities of these kinds.
    Entities(&'a [EntityKind]),
}

impl QueryTarget {
    /// What it goes over.
    pub fn rows(self) -> Rows<'static> {
        use EntityKind::{Coalition, Condition, Country, Group, Meeting, Organization, Person, Place, Source};
        match self {
            Self::Statements => Rows::Statements(&[]),
            Self::Commitments => Rows::Statements(&[EdgeKind::Commitment]),
            Self::Memberships => Rows::Statements(&[EdgeKind::Membership]),
            Self::Offices => Rows::Statements(&[EdgeKind::Office]),
            Self::Attendances => Rows::Statements(&[EdgeKind::Attendance]),
            Self::Convenings => Rows::Statements(&[EdgeKind::Convening]),
            Self::Locations => Rows::Statements(&[EdgeKind::Location]),
            Self::Sidelines => Rows::Statements(&[EdgeKind::Sidelines]),
            Self::Parts => Rows::Statements(&[EdgeKind::PartOf]),
            Self::Requests => Rows::Statements(&[EdgeKind::Request]),
            Self::Actions => Rows::Statements(&[EdgeKind::Action]),
            Self::Outcomes => Rows::Statements(&[EdgeKind::Outcome]),
            Self::Remarks => Rows::Statements(&[EdgeKind::Remark]),
            Self::Actors => Rows::Entities(&[Country, Organization, Coalition, Group, Person]),
            Self::Countries => Rows::Entities(&[Country]),
            Self::Organizations => Rows::Entities(&[Organization]),
            Self::Coalitions => Rows::Entities(&[Coalition]),
            Self::Groups => Rows::Entities(&[Group]),
            Self::Persons => Rows::Entities(&[Person]),
            Self::Meetings => Rows::Entities(&[Meeting]),
            Self::Places => Rows::Entities(&[Place]),
            Self::Conditions => Rows::Entities(&[Condition]),
            Self::Sources => Rows::Entities(&[Source]),
        }
    }
}
