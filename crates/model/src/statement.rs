//! What every statement has, whatever it says: modality, polarity, rank.

use crate::code::code_list;

code_list! {
    /// Whose stance the words are. What A expects of B is never B's stance.
    Modality in "modalities" default ReportedByOthers {
        OwnStatement = "own_statement", "Own statement", "تصريح ذاتي",
            "The actor speaks for itself.", "يتحدث الطرف عن نفسه.";
        ReportedByOthers = "reported_by_others", "Reported by others", "نقله آخرون",
            "Others report what the actor said or did.", "ينقل آخرون ما قاله الطرف أو فعله.";
        ExpectedByOthers = "expected_by_others", "Expected by others", "يتوقعه آخرون",
            "Others expect or hope for it.", "يتوقعه آخرون أو يأملونه.";
        AssessedByOthers = "assessed_by_others", "Assessed by others", "قدّره آخرون",
            "Others conclude or estimate it.", "يستنتجه آخرون أو يقدّرونه.";
        ConcededByOthers = "conceded_by_others", "Conceded by others", "أقرّ به آخرون",
            "Others admit it although it does not suit them.", "يقرّ به آخرون مع أنه لا يخدمهم.";
    }
}

impl Modality {
    /// Whether stance filters, positions and analyses count a statement of this modality unless told otherwise.
    pub fn counts(self) -> bool {
        matches!(self, Self::OwnStatement | Self::ReportedByOthers)
    }
}

code_list! {
    /// Whether the statement asserts, denies or leaves open what it says.
    Polarity in "polarities" default Asserted {
        Asserted = "asserted", "Asserted", "مثبت",
            "The source says that it is so.", "يقول المصدر إنه كذلك.";
        Denied = "denied", "Denied", "منفي",
            "The source says that it is not so.", "يقول المصدر إنه ليس كذلك.";
        Unknown = "unknown", "Unknown", "غير معلوم",
            "The source itself says that it is not known.", "يقول المصدر نفسه إن الأمر غير معلوم.";
    }
}

code_list! {
    /// How a statement stands among others on the same matter (Wikibase ranks).
    Rank in "ranks" default Normal {
        Preferred = "preferred", "Preferred", "مفضّل",
            "The best of the statements on this matter.", "أفضل العبارات في هذا الأمر.";
        Normal = "normal", "Normal", "عادي",
            "Neither preferred nor deprecated.", "لا مفضّل ولا مستبعد.";
        Deprecated = "deprecated", "Deprecated", "مستبعد",
            "Known to be wrong; kept because a source says it.", "معلوم أنه خطأ، ويُحفظ لأن مصدرًا يقوله.";
    }
}
