//! How firm the words of a statement are.

use crate::code::{Mapping, code_list};

code_list! {
    /// How firm the words are; one per statement. Independent of what has been done ([`crate::Stage`]).
    Stance in "stances" {
        Refused = "refused", "Refused", "رفض",
            "Rejects a request or a plan.", "يرفض طلبًا أو خطة.";
        Declined = "declined", "Declined", "امتنع",
            "Says that it will not.", "يقول إنه لن يفعل.";
        Withdrawn = "withdrawn", "Withdrawn", "سحب موقفه",
            "Takes back an earlier positive stance.", "يتراجع عن موقف إيجابي سابق.";
        NoPosition = "no_position", "No position", "بلا موقف",
            "Asked or involved, says nothing.", "سُئل أو شارك ولم يقل شيئًا.";
        InDiscussion = "in_discussion", "In discussion", "قيد النقاش",
            "Takes part in talks, explicitly without a commitment.", "يشارك في المحادثات دون التزام صريح.";
        NotRuledOut = "not_ruled_out", "Not ruled out", "غير مستبعد",
            "Leaves the option open.", "يترك الخيار مفتوحًا.";
        Willing = "willing", "Willing", "مستعد",
            "Expresses readiness.", "يبدي استعداده.";
        Offered = "offered", "Offered", "عرض",
            "Makes an offer to the recipient or the coalition.", "يقدم عرضًا للمستفيد أو للتحالف.";
        Pledged = "pledged", "Pledged", "تعهد",
            "Announces that it will; not binding.", "يعلن أنه سيفعل دون إلزام قانوني.";
        Committed = "committed", "Committed", "التزم",
            "Binding: signed, voted or budgeted.", "ملزم: موقّع أو مصوّت عليه أو مدرج في الميزانية.";
        NotStated = "not_stated", "Not stated", "غير مذكور",
            "The source states no stance, as with a suspension; in no named set, passes no stance filter.",
            "لا يذكر المصدر موقفًا؛ لا يدخل في أي مجموعة ولا يجتاز أي مرشح للموقف.";
    }
    fn mappings(self) -> &'static [Mapping] {
        match self {
            Self::Pledged => &[Mapping { scheme: "IATI", code: "12" }],
            Self::Committed => &[Mapping { scheme: "IATI", code: "2" }],
            _ => &[],
        }
    }
}

impl Stance {
    /// Firmness from -3 (`refused`) to 6 (`committed`); `None` for `not_stated`, which is not comparable.
    pub fn rank(self) -> Option<i8> {
        Some(match self {
            Self::Refused => -3,
            Self::Declined => -2,
            Self::Withdrawn => -1,
            Self::NoPosition => 0,
            Self::InDiscussion => 1,
            Self::NotRuledOut => 2,
            Self::Willing => 3,
            Self::Offered => 4,
            Self::Pledged => 5,
            Self::Committed => 6,
            Self::NotStated => return None,
        })
    }

    /// Whether this stance is at least as firm as `min`; never true when either is `not_stated`.
    ///
    /// ```
    /// use pledgegraph_model::Stance;
    ///
    /// assert!(Stance::Pledged.at_least(Stance::Willing));
    /// assert!(!Stance::NotRuledOut.at_least(Stance::Willing));
    /// assert!(!Stance::NotStated.at_least(Stance::Refused), "what is not stated cannot be compared");
    /// ```
    pub fn at_least(self, min: Self) -> bool {
        matches!((self.rank(), min.rank()), (Some(own), Some(least)) if own >= least)
    }
}

/// Named sets of stances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StanceSet {
    /// Rank 3 and above.
    Positive,
    /// Rank 5 and above.
    Firm,
    /// Ranks 1 and 2.
    Open,
    /// Below 0.
    Negative,
}

impl StanceSet {
    /// All sets.
    pub const ALL: [Self; 4] = [Self::Positive, Self::Firm, Self::Open, Self::Negative];

    /// The name that filters accept beside the stances themselves.
    pub fn name(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Firm => "firm",
            Self::Open => "open",
            Self::Negative => "negative",
        }
    }

    /// Whether the set holds a stance.
    pub fn contains(self, stance: Stance) -> bool {
        stance.rank().is_some_and(|rank| match self {
            Self::Positive => rank >= 3,
            Self::Firm => rank >= 5,
            Self::Open => (1..=2).contains(&rank),
            Self::Negative => rank < 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    #[test]
    fn ranks_follow_the_published_order_and_not_stated_is_in_no_set() {
        let ranks: Vec<_> = Stance::ALL.iter().filter_map(|s| s.rank()).collect();
        assert_eq!(ranks, (-3..=6).collect::<Vec<_>>());
        assert!(StanceSet::ALL.iter().all(|set| !set.contains(Stance::NotStated)));
        assert!(!Stance::NotStated.at_least(Stance::Refused));
        assert!(Stance::Offered.at_least(Stance::Willing) && !Stance::NotRuledOut.at_least(Stance::Willing));
    }

    #[test]
    fn sets_split_the_ranks_as_published() {
        let of =
            |set: StanceSet| Stance::ALL.iter().filter(|s| set.contains(**s)).map(|s| s.as_str()).collect::<Vec<_>>();
        assert_eq!(of(StanceSet::Positive), ["willing", "offered", "pledged", "committed"]);
        assert_eq!(of(StanceSet::Firm), ["pledged", "committed"]);
        assert_eq!(of(StanceSet::Open), ["in_discussion", "not_ruled_out"]);
        assert_eq!(of(StanceSet::Negative), ["refused", "declined", "withdrawn"]);
    }
}
