//! The truth of a condition or a pledge, in the strong logic of Kleene.

use crate::code::code_list;

code_list! {
    /// Whether something holds, as far as the statements on record decide it; ordered false, unknown, true.
    ///
    /// Strong Kleene logic (Kleene, Introduction to Metamathematics, 1952, section 64): "and" is the least of the values,
    /// "or" the greatest, "at least k of n" the k-th greatest, "not" swaps true and false and keeps unknown.
    ///
    /// ```
    /// use pledgegraph_model::Truth;
    ///
    /// let (ceasefire, backing) = (Truth::Unknown, Truth::False);
    /// assert_eq!(ceasefire.min(backing), Truth::False, "both");
    /// assert_eq!(ceasefire.max(backing), Truth::Unknown, "either");
    /// assert_eq!(!ceasefire, Truth::Unknown);
    /// ```
    Truth in "truths" {
        False = "false", "False", "كاذب", "The statements on record decide that it does not hold.", "تقطع البيانات المسجلة بأنه غير متحقق.";
        Unknown = "unknown", "Unknown", "غير معروف",
            "They do not decide it, or they disagree.", "لا تقطع البيانات المسجلة به، أو هي متعارضة.";
        True = "true", "True", "صحيح", "The statements on record decide that it holds.", "تقطع البيانات المسجلة بأنه متحقق.";
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }
}

code_list! {
    /// What decides whether a pledge is in force.
    Ground in "grounds" {
        Conditions = "conditions", "Its conditions", "شروطه", "The truth of its tree of conditions.", "قيمة صدق شروطه.";
        NoConditions = "no_conditions", "No conditions on record", "لا شروط مسجلة",
            "The source names none, so it is in force as far as stated.", "لا يذكر المصدر شروطًا، فهو سارٍ بقدر ما ذُكر.";
        ConditionsNotStated = "conditions_not_stated", "Conditions not named", "شروط غير مسماة",
            "The source says that it is conditional and not on what.", "يقول المصدر إنه مشروط دون أن يسمي الشروط.";
        NoPledge = "no_pledge", "No pledge", "ليس تعهدًا",
            "The stance is negative or leaves it open, or none was taken: nothing less firm than `willing` is in force.", "الموقف سلبي أو مفتوح أو لم يُتخذ موقف، فلا يسري ما هو أقل من الاستعداد.";
        Interrupted = "interrupted", "Interrupted", "متوقف",
            "Its stage is suspended, halted or cancelled, or a later statement suspended or halted it and none resumed it.", "مرحلته معلقة أو متوقفة أو ملغاة، أو علّقه قول لاحق ولم يُستأنف.";
        TakenBack = "taken_back", "Taken back", "تم التراجع عنه",
            "The actor has since said the opposite of the same or more.", "قال الطرف بعد ذلك عكسه في الأمر نفسه أو ما هو أوسع.";
        Superseded = "superseded", "Superseded", "استُبدل",
            "A later or corrected statement takes its place.", "حل محله قول لاحق أو مصحح.";
        Deprecated = "deprecated", "Deprecated", "مستبعد",
            "Known to be wrong.", "معلوم أنه خطأ.";
        NotCounted = "not_counted", "Not counted", "لا يُحتسب",
            "It is not the pledger's own or reported word, or it is not asserted.", "ليس قول المتعهد نفسه أو المنقول عنه، أو أنه غير مؤكد.";
        NotValid = "not_valid", "Not valid on that day", "غير سارٍ في ذلك اليوم",
            "It does not hold on the day asked.", "لا يسري في اليوم المطلوب.";
        Supposed = "supposed", "Supposed", "افتراض",
            "The question supposes that the actor withdraws.", "يفترض السؤال انسحاب الطرف.";
    }
}
