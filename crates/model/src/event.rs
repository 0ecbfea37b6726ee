//! Requests, actions, outcomes of conditions, and remarks.

use crate::code::code_list;
use crate::value::fields;
use crate::{Capability, Date, EntityKind, Text};

code_list! {
    /// What became of a request.
    RequestOutcome in "request_outcomes" {
        Pending = "pending", "Pending", "قيد الانتظار", "Not decided.", "لم يُبتّ فيه.";
        Accepted = "accepted", "Accepted", "مقبول", "Granted.", "قُبل.";
        Refused = "refused", "Refused", "مرفوض", "Turned down.", "رُفض.";
        Unanswered = "unanswered", "Unanswered", "بلا رد", "No answer was given.", "لم يُجب عليه.";
    }
}

fields! {
    /// The fields of a `request` edge.
    pub struct Request<N> {
        /// What is asked for, where it is a capability.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[query(Capability)]
        #[bearing(Essence)]
        pub capability: Option<Capability>,
        /// What is asked for, in our own words, by language.
        #[serde(default, skip_serializing_if = "Text::is_empty")]
        #[query(Text)]
        #[bearing(Essence)]
        pub text: Text => optional,
        /// The person or body through which the subject acts.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[query(ActingThrough)]
        pub acting_through: Option<N> => reference(EntityKind::BODIES),
        /// What became of the request.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[query(Status)]
        pub outcome: Option<RequestOutcome>,
    }
}

code_list! {
    /// The class of an event that is no pledge, after PLOVER.
    ActionClass in "action_classes" {
        Agree = "agree", "Agree", "اتفاق", "Agrees or signs.", "يوافق أو يوقّع.";
        Consult = "consult", "Consult", "تشاور", "Meets, talks, negotiates.", "يجتمع أو يتباحث أو يتفاوض.";
        Support = "support", "Support", "دعم", "Supports in words or diplomacy.", "يدعم قولًا أو دبلوماسيًا.";
        Cooperate = "cooperate", "Cooperate", "تعاون", "Cooperates in substance.", "يتعاون عمليًا.";
        Aid = "aid", "Aid", "مساعدة", "Gives aid.", "يقدم مساعدة.";
        Concede = "concede", "Concede", "تنازل", "Yields or eases.", "يتنازل أو يخفف.";
        Retreat = "retreat", "Retreat", "انسحاب", "Withdraws.", "ينسحب.";
        Request = "request", "Request", "طلب", "Asks, or tries to persuade.", "يطلب أو يحاول الإقناع.";
        Accuse = "accuse", "Accuse", "اتهام", "Accuses or disapproves.", "يتهم أو يستنكر.";
        Reject = "reject", "Reject", "رفض", "Rejects.", "يرفض.";
        Threaten = "threaten", "Threaten", "تهديد", "Threatens.", "يهدد.";
        Protest = "protest", "Protest", "احتجاج", "Protests.", "يحتج.";
        Sanction = "sanction", "Sanction", "عقوبة", "Imposes sanctions or reduces relations.", "يفرض عقوبات أو يقلص العلاقات.";
        Mobilize = "mobilize", "Mobilize", "تعبئة", "Mobilises or shows force.", "يحشد أو يستعرض القوة.";
        Coerce = "coerce", "Coerce", "إكراه", "Coerces.", "يُكره.";
        Assault = "assault", "Assault", "هجوم", "Attacks.", "يهاجم.";
    }
}

fields! {
    /// The fields of an `action` edge.
    pub struct Action {
        /// The class of the event.
        #[bearing(Essence)]
        pub class: ActionClass,
        /// What happened, in our own words, by language.
        #[serde(default, skip_serializing_if = "Text::is_empty")]
        #[query(Text)]
        #[bearing(Essence)]
        pub text: Text => optional,
    }
}

code_list! {
    /// Whether a condition has come about.
    OutcomeValue in "outcome_values" {
        Met = "met", "Met", "متحقق", "The condition holds.", "الشرط متحقق.";
        Unmet = "unmet", "Unmet", "غير متحقق", "The condition does not hold.", "الشرط غير متحقق.";
    }
}

fields! {
    /// The fields of an `outcome` edge.
    pub struct Outcome {
        /// Whether the condition holds.
        #[query(Status)]
        #[bearing(Essence)]
        pub value: OutcomeValue,
        /// Since when the condition holds or not.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub since: Option<Date>,
    }
}

code_list! {
    /// What a remark does.
    RemarkType in "remark_types" {
        Warning = "warning", "Warning", "تحذير", "Warns.", "يحذر.";
        Demand = "demand", "Demand", "مطالبة", "Demands.", "يطالب.";
        Assessment = "assessment", "Assessment", "تقييم", "Judges or concludes.", "يقيّم أو يستنتج.";
        Acknowledgement = "acknowledgement", "Acknowledgement", "إقرار", "Admits.", "يقرّ.";
        Hope = "hope", "Hope", "أمل", "Hopes or expects.", "يأمل أو يتوقع.";
        Explanation = "explanation", "Explanation", "توضيح", "Explains or describes.", "يوضح أو يصف.";
    }
}

fields! {
    /// The fields of a `remark` edge.
    pub struct Remark {
        /// What the remark does.
        #[serde(rename = "type")]
        #[bearing(Essence)]
        pub remark_type as "type": RemarkType,
        /// What it says, in our own words, by language.
        #[query(Text)]
        #[bearing(Essence)]
        pub text: Text,
    }
}
