//! A claim that a meeting is planned, held or called off.

use crate::code::code_list;
use crate::value::fields;
use crate::{Date, Text};

code_list! {
    /// How people meet.
    ConveningFormat in "convening_formats" {
        InPerson = "in_person", "In person", "حضوري", "All on the spot.", "الجميع في المكان.";
        Virtual = "virtual", "Virtual", "افتراضي", "All by remote link.", "الجميع عن بعد.";
        Hybrid = "hybrid", "Hybrid", "مختلط", "Some on the spot, some by remote link.", "بعضهم حضوريًا وبعضهم عن بعد.";
    }
}

code_list! {
    /// What became of it.
    ConveningStatus in "convening_statuses" {
        Planned = "planned", "Planned", "مخطط", "Announced for the future.", "معلن عنه.";
        Held = "held", "Held", "انعقد", "Took place.", "انعقد.";
        Cancelled = "cancelled", "Cancelled", "ملغى", "Called off.", "ألغي.";
        Postponed = "postponed", "Postponed", "مؤجل", "Put off.", "أُجّل.";
    }
}

code_list! {
    /// What the source claims of the meeting among all meetings of the convener.
    ConveningClaim in "convening_claims" {
        Last = "last", "The last one", "الأخير",
            "The source says that none was held after it.", "يقول المصدر إنه لم يُعقد بعده اجتماع.";
        First = "first", "The first one", "الأول",
            "The source says that none was held before it.", "يقول المصدر إنه لم يُعقد قبله اجتماع.";
    }
}

fields! {
    /// The fields of a `convening` edge.
    pub struct Convening {
        /// When the meeting is or was.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub date: Option<Date>,
        /// How people meet.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[query(Mode)]
        pub format: Option<ConveningFormat>,
        /// What became of the meeting.
        #[query(Status)]
        #[bearing(Essence)]
        pub status: ConveningStatus,
        /// The agenda, an item at a time, each by language.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[query(Agenda)]
        #[bearing(Telling)]
        pub agenda: Vec<Text>,
        /// Whether the source gives the whole agenda.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[bearing(Telling)]
        pub agenda_complete: Option<bool>,
        /// What the source claims of the meeting among all.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[bearing(Telling)]
        pub claim: Option<ConveningClaim>,
    }
}
