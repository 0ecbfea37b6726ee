//! Whether a statement counts on a day.

use crate::code::code_list;

code_list! {
    /// Whether a statement counts on a day, as known at a moment: the first that applies, in this order. The rule stands in
    /// `pledgegraph-graph` and, as the view `statement_standing`, in PostgreSQL.
    Standing in "standings" {
        Denied = "denied", "Denied", "منفي",
            "The source says that it is not so.", "يقول المصدر إنه ليس كذلك.";
        Unverified = "unverified", "Unverified", "غير مؤكد",
            "The source leaves open whether it is so.", "يترك المصدر الأمر مفتوحًا.";
        Deprecated = "deprecated", "Deprecated", "مستبعد",
            "Known to be wrong.", "معلوم أنه خطأ.";
        NotYet = "not_yet", "Not yet", "لم يبدأ بعد",
            "The day lies certainly before it begins, or before a commitment was said.",
            "اليوم قبل بدايته قطعًا، أو قبل صدور الالتزام.";
        Over = "over", "Over", "انتهى",
            "The day lies certainly after its end.", "اليوم بعد نهايته قطعًا.";
        Superseded = "superseded", "Superseded", "استُبدل",
            "A later or corrected statement takes its place.", "حل محله قول لاحق أو مصحح.";
        TakenBack = "taken_back", "Taken back", "تم التراجع عنه",
            "The actor has since said the opposite of the same or more.", "قال الطرف بعد ذلك عكسه في الأمر نفسه أو ما هو أوسع.";
        NotCounted = "not_counted", "Not counted", "لا يُحتسب",
            "Others expect, assess or concede it; it is not the actor's own or reported word.",
            "يتوقعه آخرون أو يقدّرونه أو يقرّون به، وليس قول الطرف نفسه أو المنقول عنه.";
        MayStand = "may_stand", "May stand", "ربما قائم",
            "It may be over or not begun, or something may take it back, deny or contradict it.",
            "ربما انتهى أو لم يبدأ، أو ربما تراجع عنه قول آخر أو نفاه أو عارضه.";
        Stands = "stands", "Stands", "قائم",
            "It counts.", "يُحتسب.";
    }
}

impl Standing {
    /// Whether what counts or concludes takes such a statement, unless it is told otherwise.
    pub fn counts(self) -> bool {
        matches!(self, Self::MayStand | Self::Stands)
    }
}
