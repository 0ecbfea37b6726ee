//! A commitment: what an actor pledges to a beneficiary, how firmly, and what it hangs on.

use std::sync::Arc;

use crate::code::code_list;
use crate::condition::{CONDITION_NODE, Conditions};
use crate::value::fields;
use crate::{Capability, Count, Date, EntityKind, Mission, Quantity, Specificity, Stance, Text};

code_list! {
    /// What has been done. Independent of how firm the words are ([`Stance`]).
    Stage in "stages" default None {
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
    Conditionality in "conditionalities" default NotStated {
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

fields! {
    /// The fields of a `commitment` edge. The pledger is the subject, the beneficiary the object.
    pub struct Commitment<N> {
        /// What is pledged.
        #[query(Capability)]
        #[bearing(Essence)]
        pub capability: Capability,
        /// What for.
        #[serde(default)]
        #[query(Mission)]
        #[bearing(Essence)]
        pub mission: Mission,
        /// How exactly the source says what.
        #[serde(default)]
        #[bearing(Telling)]
        pub specificity: Specificity,
        /// How firm the words are.
        #[example(r#""willing""#)]
        #[query(Stance)]
        #[bearing(Essence)]
        pub stance: Stance,
        /// What has been done.
        #[serde(default)]
        #[query(Stage)]
        pub stage: Stage,
        /// Whether it hangs on anything; `conditional` where `conditions` are given.
        #[serde(default)]
        #[example(r#""conditional""#)]
        #[bearing(Telling)]
        pub conditionality: Conditionality,
        /// What it hangs on; present exactly when it is `conditional`.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[query(Conditions)]
        pub conditions: Option<Arc<Conditions<N>>> => tree(&CONDITION_NODE),
        /// The coalition within which it is made.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[example(r#""coalition:of-the-willing""#)]
        #[query(Coalition)]
        #[bearing(Essence)]
        pub coalition: Option<N> => reference(&[EntityKind::Coalition]),
        /// How much.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[query(Quantity)]
        pub quantity: Option<Box<Quantity>>,
        /// How many, where the subject is a group.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[query(Number)]
        pub count: Option<Count>,
        /// Where it would take place.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[example(r#""country:UA""#)]
        #[query(Place)]
        #[bearing(Essence)]
        pub place: Option<N> => reference(EntityKind::PLACES),
        /// Inside or outside `place`; only with it.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[bearing(Essence)]
        pub area: Option<Area>,
        /// The meeting where it was announced.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub meeting: Option<N> => reference(&[EntityKind::Meeting]),
        /// The person or body through which the subject acts.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[query(ActingThrough)]
        pub acting_through: Option<N> => reference(EntityKind::BODIES),
        /// Why, in our own words, by language; never evaluated.
        #[serde(default, skip_serializing_if = "Text::is_empty")]
        #[query(Rationale)]
        #[bearing(Telling)]
        pub rationale: Text => optional,
        /// By when it is to be done.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[example(r#"{"edtf": "2026-12"}"#)]
        #[query(Due)]
        pub due: Option<Box<Date>>,
    }
}
