//! A commitment: what an actor pledges to a beneficiary, how firmly, and what it hangs on.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::code::code_list;
use crate::condition::Conditions;
use crate::{Capability, Mission, Specificity, Stance, Text};

code_list! {
    /// What has been done. Independent of how firm the words are ([`Stance`]).
    Stage in "stages" {
        None = "none", "None", "لا شيء",
            "Nothing has been done.", "لم يُنفذ شيء.";
        Planned = "planned", "Planned", "مخطط",
            "Planning or preparation has begun.", "بدأ التخطيط أو الإعداد.";
        Allocated = "allocated", "Allocated", "مخصص",
            "Means have been set aside.", "خُصصت الوسائل.";
        InDelivery = "in_delivery", "In delivery", "قيد التسليم",
            "Delivery or deployment goes on.", "التسليم أو الانتشار جارٍ.";
        PartiallyDelivered = "partially_delivered", "Partially delivered", "سُلّم جزئيًا",
            "Part has been delivered.", "سُلّم جزء.";
        Delivered = "delivered", "Delivered", "سُلّم",
            "All has been delivered.", "سُلّم بالكامل.";
        Suspended = "suspended", "Suspended", "معلّق",
            "Interrupted for now.", "متوقف مؤقتًا.";
        Halted = "halted", "Halted", "متوقف",
            "Stopped, resumption open.", "متوقف دون موعد للاستئناف.";
        Cancelled = "cancelled", "Cancelled", "ملغى",
            "Stopped for good.", "متوقف نهائيًا.";
    }
}

code_list! {
    /// Whether the pledge hangs on anything.
    Conditionality in "conditionalities" {
        Unconditional = "unconditional", "Unconditional", "غير مشروط",
            "The source says that it has no conditions.", "يقول المصدر إنه بلا شروط.";
        Conditional = "conditional", "Conditional", "مشروط",
            "Conditions are stated or implied.", "توجد شروط مذكورة أو ضمنية.";
        NotStated = "not_stated", "Not stated", "غير مذكور",
            "The source says nothing of conditions, which is not the same as unconditional.",
            "لا يذكر المصدر شروطًا، وهذا لا يعني أنه غير مشروط.";
    }
}

code_list! {
    /// On which side of the named place.
    Area in "areas" {
        Inside = "inside", "Inside", "داخل",
            "Within the place.", "داخل المكان.";
        Outside = "outside", "Outside", "خارج",
            "Outside the place.", "خارج المكان.";
    }
}

code_list! {
    /// How a count relates to the number given.
    CountOp in "count_ops" {
        Eq = "eq", "Exactly", "بالضبط", "Exactly the number.", "العدد بالضبط.";
        Gt = "gt", "More than", "أكثر من", "More than the number.", "أكثر من العدد.";
        Lt = "lt", "Fewer than", "أقل من", "Fewer than the number.", "أقل من العدد.";
    }
}

/// A number of members or participants, as stated: "more than 30".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// How the true number relates to `value`.
    pub op: CountOp,
    /// The number.
    pub value: u32,
}

/// An amount with its unit, in whole units.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// Whole units, from 0 to 2^53 - 1.
    pub value: u64,
    /// What is counted: an ISO 4217 currency code or a noun (`troops`, `EUR`).
    pub unit: String,
}

/// The fields of a `commitment` edge. The pledger is the subject, the beneficiary the object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commitment<N> {
    /// What is pledged.
    pub capability: Capability,
    /// What for.
    #[serde(default = "unspecified_mission")]
    pub mission: Mission,
    /// How exactly the source says what.
    #[serde(default = "specified")]
    pub specificity: Specificity,
    /// How firm the words are.
    pub stance: Stance,
    /// What has been done.
    #[serde(default = "no_stage")]
    pub stage: Stage,
    /// Whether it hangs on anything.
    #[serde(default = "not_stated")]
    pub conditionality: Conditionality,
    /// What it hangs on. Present exactly when `conditionality` is `conditional`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Arc<Conditions<N>>>,
    /// The coalition within which it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coalition: Option<N>,
    /// How much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Box<Quantity>>,
    /// How many pledgers, where the subject is a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<Count>,
    /// Where it would take place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<N>,
    /// Inside or outside `place`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// The meeting where it was announced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meeting: Option<N>,
    /// The person or body through which the pledger acts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acting_through: Option<N>,
    /// Why, by language; never evaluated.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub rationale: Text,
}

fn unspecified_mission() -> Mission {
    Mission::Unspecified
}

fn specified() -> Specificity {
    Specificity::Specified
}

fn no_stage() -> Stage {
    Stage::None
}

fn not_stated() -> Conditionality {
    Conditionality::NotStated
}

impl<N: Clone> Commitment<N> {
    pub(crate) fn try_map<M, E>(self, f: &mut impl FnMut(N) -> Result<M, E>) -> Result<Commitment<M>, E> {
        Ok(Commitment {
            capability: self.capability,
            mission: self.mission,
            specificity: self.specificity,
            stance: self.stance,
            stage: self.stage,
            conditionality: self.conditionality,
            conditions: self.conditions.map(|c| Arc::unwrap_or_clone(c).try_map(f)).transpose()?.map(Arc::new),
            coalition: self.coalition.map(&mut *f).transpose()?,
            quantity: self.quantity,
            count: self.count,
            place: self.place.map(&mut *f).transpose()?,
            area: self.area,
            meeting: self.meeting.map(&mut *f).transpose()?,
            acting_through: self.acting_through.map(&mut *f).transpose()?,
            rationale: self.rationale,
        })
    }
}
