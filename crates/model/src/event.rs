//! Requests, actions, outcomes of conditions, and remarks.

use serde::{Deserialize, Serialize};

use crate::code::code_list;
use crate::{Capability, Date, Text};

code_list! {
    /// What became of a request.
    RequestOutcome in "request_outcomes" {
        Pending = "pending", "Pending", "قيد الانتظار", "Not decided.", "لم يُبتّ فيه.";
        Accepted = "accepted", "Accepted", "مقبول", "Granted.", "قُبل.";
        Refused = "refused", "Refused", "مرفوض", "Turned down.", "رُفض.";
        Unanswered = "unanswered", "Unanswered", "بلا رد", "No answer was given.", "لم يُجب عليه.";
    }
}

/// The fields of a `request` edge.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request<N> {
    /// What is asked for, where it is a capability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capability: Option<Capability>,
    /// What is asked for, in our words.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub text: Text,
    /// The person or body through which the subject asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acting_through: Option<N>,
    /// What became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<RequestOutcome>,
}

impl<N> Request<N> {
    pub(crate) fn try_map<M, E>(self, f: &mut impl FnMut(N) -> Result<M, E>) -> Result<Request<M>, E> {
        Ok(Request {
            capability: self.capability,
            text: self.text,
            acting_through: self.acting_through.map(f).transpose()?,
            outcome: self.outcome,
        })
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

/// The fields of an `action` edge.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// The class of the event.
    pub class: ActionClass,
    /// What happened, in our words.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub text: Text,
}

code_list! {
    /// Whether a condition has come about.
    OutcomeValue in "outcome_values" {
        Met = "met", "Met", "متحقق", "The condition holds.", "الشرط متحقق.";
        Unmet = "unmet", "Unmet", "غير متحقق", "The condition does not hold.", "الشرط غير متحقق.";
    }
}

/// The fields of an `outcome` edge.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Whether it holds.
    pub value: OutcomeValue,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
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

/// The fields of a `remark` edge.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// What the remark does.
    #[serde(rename = "type")]
    pub remark_type: RemarkType,
    /// What it says, in our words, by language.
    pub text: Text,
}
