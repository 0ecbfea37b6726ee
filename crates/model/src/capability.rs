//! What is pledged: capability, mission and specificity.

use crate::code::{Code, Mapping, code_list};

code_list! {
    /// The means that a pledge puts forward. Dotted: a filter for a parent takes its children in.
    Capability in "capabilities" {
        MilitaryForces = "military.forces", "Forces", "قوات",
            "Armed personnel, branch not stated.", "أفراد مسلحون دون تحديد الفرع.";
        MilitaryForcesGround = "military.forces.ground", "Ground forces", "قوات برية",
            "Land forces.", "قوات برية.";
        MilitaryForcesAir = "military.forces.air", "Air forces", "قوات جوية",
            "Air force units with their crews.", "وحدات جوية بأطقمها.";
        MilitaryForcesNaval = "military.forces.naval", "Naval forces", "قوات بحرية",
            "Ships with their crews.", "سفن بأطقمها.";
        MilitaryAirDefence = "military.air_defence", "Air defence", "دفاع جوي",
            "Defence against aircraft, drones and missiles.", "الدفاع ضد الطائرات والمسيّرات والصواريخ.";
        MilitaryAirDefenceSystems = "military.air_defence.systems", "Air-defence systems", "أنظمة دفاع جوي",
            "Launchers, radars, batteries.", "قاذفات ورادارات وبطاريات.";
        MilitaryAirDefenceMunitions = "military.air_defence.munitions", "Air-defence munitions", "ذخائر الدفاع الجوي",
            "Interceptor missiles and other munitions of air defence.", "الصواريخ الاعتراضية وذخائر الدفاع الجوي.";
        MilitaryArms = "military.arms", "Arms", "أسلحة",
            "Weapons and their supply, type not stated.", "الأسلحة وإمداداتها دون تحديد النوع.";
        MilitaryArmsAmmunition = "military.arms.ammunition", "Ammunition", "ذخيرة",
            "Shells, cartridges and the like.", "القذائف والطلقات وما شابهها.";
        MilitaryArmsArmour = "military.arms.armour", "Armour", "مدرعات",
            "Tanks and armoured vehicles.", "الدبابات والعربات المدرعة.";
        MilitaryArmsAircraft = "military.arms.aircraft", "Aircraft", "طائرات",
            "Aeroplanes and helicopters handed over.", "طائرات ومروحيات تُسلَّم.";
        MilitaryArmsDrones = "military.arms.drones", "Drones", "طائرات مسيّرة",
            "Uncrewed vehicles.", "مركبات غير مأهولة.";
        MilitaryArmsMissiles = "military.arms.missiles", "Missiles", "صواريخ",
            "Missiles other than those of air defence.", "الصواريخ عدا صواريخ الدفاع الجوي.";
        MilitaryAirSupport = "military.air_support", "Air support", "دعم جوي",
            "Air cover or support for forces on the ground.", "غطاء أو دعم جوي للقوات على الأرض.";
        MilitaryIsr = "military.isr", "Intelligence, surveillance and reconnaissance", "استخبارات ومراقبة واستطلاع",
            "Gathering and sharing knowledge of the situation.", "جمع المعلومات عن الوضع ومشاركتها.";
        MilitaryIsrIntelligence = "military.isr.intelligence", "Intelligence", "دعم استخباراتي",
            "Sharing of intelligence.", "تبادل المعلومات الاستخباراتية.";
        MilitaryIsrReconnaissance = "military.isr.reconnaissance", "Reconnaissance", "استطلاع",
            "Reconnaissance from air, space or ground.", "الاستطلاع من الجو أو الفضاء أو الأرض.";
        MilitaryIsrBorderMonitoring = "military.isr.border_monitoring", "Border monitoring", "مراقبة الحدود",
            "Watching a border or a line of contact.", "مراقبة حدود أو خط تماس.";
        MilitaryTraining = "military.training", "Training", "تدريب",
            "Training of the beneficiary's forces.", "تدريب قوات المستفيد.";
        MilitaryLogistics = "military.logistics", "Logistics", "إمداد ونقل",
            "Transport, supply, maintenance.", "النقل والإمداد والصيانة.";
        MilitaryDemining = "military.demining", "Demining", "إزالة الألغام",
            "Clearing of mines on land or at sea.", "إزالة الألغام برًا أو بحرًا.";
        MilitaryMedical = "military.medical", "Medical support", "دعم طبي",
            "Military medical support.", "دعم طبي عسكري.";
        MilitaryCommandStaff = "military.command_staff", "Command and staff", "قيادة وأركان",
            "Headquarters and staff officers.", "مقار قيادة وضباط أركان.";
        MilitaryBasing = "military.basing", "Basing", "قواعد",
            "Use of bases, ports, territory or airspace.", "استخدام القواعد أو الموانئ أو الأراضي أو الأجواء.";
        PoliticalSecurityGuarantee = "political.security_guarantee", "Security guarantee", "ضمان أمني",
            "Undertaking to act if the beneficiary is attacked.", "تعهد بالتحرك إذا هوجم المستفيد.";
        PoliticalBackstop = "political.backstop", "Backstop", "دعم مساند",
            "Backing for another's deployment.", "مساندة لانتشار طرف آخر.";
        PoliticalEndorsement = "political.endorsement", "Endorsement", "تأييد",
            "Political support for a plan or a coalition.", "تأييد سياسي لخطة أو تحالف.";
        PoliticalMediation = "political.mediation", "Mediation", "وساطة",
            "Mediating between parties.", "الوساطة بين الأطراف.";
        PoliticalNegotiation = "political.negotiation", "Negotiation", "تفاوض",
            "Taking part in negotiations.", "المشاركة في المفاوضات.";
        PoliticalHosting = "political.hosting", "Hosting", "استضافة",
            "Hosting talks, meetings or bodies.", "استضافة محادثات أو اجتماعات أو هيئات.";
        Financial = "financial", "Financial support", "دعم مالي",
            "Money, instrument not stated.", "أموال دون تحديد الأداة.";
        FinancialGrant = "financial.grant", "Grant", "منحة",
            "Money that is not paid back.", "أموال لا تُسترد.";
        FinancialLoan = "financial.loan", "Loan", "قرض",
            "Money that is paid back.", "أموال تُسترد.";
        FinancialGuarantee = "financial.guarantee", "Financial guarantee", "ضمان مالي",
            "Guarantee of another's loan.", "ضمان قرض طرف آخر.";
        FinancialBudgetSupport = "financial.budget_support", "Budget support", "دعم الميزانية",
            "Money to the beneficiary's budget.", "أموال لميزانية المستفيد.";
        Humanitarian = "humanitarian", "Humanitarian aid", "مساعدات إنسانية",
            "Relief for people in need.", "إغاثة للمحتاجين.";
        PressureSanctions = "pressure.sanctions", "Sanctions", "عقوبات",
            "Sanctions and other pressure on an adversary.", "عقوبات وضغوط أخرى على خصم.";
        Unspecified = "unspecified", "Unspecified", "غير محدد",
            "The source does not say what.", "لا يذكر المصدر ماهيته.";
    }
    fn mappings(self) -> &'static [Mapping] {
        macro_rules! plover_and_cameo {
            ($plover:literal, $cameo:literal) => {
                &[Mapping { scheme: "PLOVER", code: $plover }, Mapping { scheme: "CAMEO", code: $cameo }]
            };
        }
        match self {
            Self::Humanitarian => plover_and_cameo!("AID", "073"),
            Self::MilitaryForces | Self::MilitaryForcesGround | Self::MilitaryForcesAir | Self::MilitaryForcesNaval => {
                plover_and_cameo!("AID", "074")
            }
            Self::PoliticalMediation => plover_and_cameo!("CONSULT", "045"),
            Self::PoliticalNegotiation => plover_and_cameo!("CONSULT", "046"),
            Self::PoliticalHosting => plover_and_cameo!("CONSULT", "043"),
            Self::PoliticalEndorsement | Self::PoliticalBackstop => plover_and_cameo!("SUPPORT", "051"),
            Self::PressureSanctions => plover_and_cameo!("SANCTION", "163"),
            Self::Unspecified | Self::PoliticalSecurityGuarantee => &[],
            money if money.as_str().starts_with("financial") => plover_and_cameo!("AID", "071"),
            _ => plover_and_cameo!("AID", "072"),
        }
    }
}

impl Capability {
    /// Whether `self` is `other` or one of its dotted children: `military.forces.air` is within `military.forces`.
    ///
    /// ```
    /// use pledgegraph_model::Capability;
    ///
    /// assert!(Capability::MilitaryForcesAir.is_within(Capability::MilitaryForces));
    /// assert!(!Capability::MilitaryForces.is_within(Capability::MilitaryForcesAir));
    /// assert_eq!(Capability::MilitaryForcesAir.parent(), Some(Capability::MilitaryForces));
    /// assert_eq!(Capability::MilitaryForces.parent(), None, "`military` alone is no code");
    /// ```
    pub fn is_within(self, other: Self) -> bool {
        self.as_str().strip_prefix(other.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// The code one level up, where that is a code itself.
    pub fn parent(self) -> Option<Self> {
        let (head, _) = self.as_str().rsplit_once('.')?;
        Self::parse(head).ok()
    }

    /// This code and all its dotted children.
    pub fn with_children(self) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |c| c.is_within(self))
    }
}

code_list! {
    /// What the means are for.
    Mission in "missions" default Unspecified {
        Reassurance = "reassurance", "Reassurance", "طمأنة",
            "A force that reassures the host after a ceasefire.", "قوة تطمئن البلد المضيف بعد وقف إطلاق النار.";
        Peacekeeping = "peacekeeping", "Peacekeeping", "حفظ السلام",
            "Keeping a peace that was agreed.", "حفظ سلام متفق عليه.";
        CeasefireMonitoring = "ceasefire_monitoring", "Ceasefire monitoring", "مراقبة وقف إطلاق النار",
            "Watching that a ceasefire holds.", "مراقبة صمود وقف إطلاق النار.";
        Deterrence = "deterrence", "Deterrence", "ردع",
            "Deterring a renewed attack.", "ردع هجوم جديد.";
        BorderMonitoring = "border_monitoring", "Border monitoring", "مراقبة الحدود",
            "Watching a border.", "مراقبة الحدود.";
        Training = "training", "Training", "تدريب",
            "Training the host's forces.", "تدريب قوات البلد المضيف.";
        AirPolicing = "air_policing", "Air policing", "شرطة جوية",
            "Guarding airspace.", "حراسة الأجواء.";
        MaritimeSecurity = "maritime_security", "Maritime security", "أمن بحري",
            "Guarding sea lanes and ports.", "حراسة الممرات البحرية والموانئ.";
        Unspecified = "unspecified", "Unspecified", "غير محدد",
            "The source does not say what for.", "لا يذكر المصدر الغرض.";
    }
}

code_list! {
    /// How exactly the source says what is pledged. Ties of stance are broken by it, most specific first.
    Specificity in "specificities" default Specified {
        Specified = "specified", "Specified", "محدد",
            "The source says what.", "يذكر المصدر ماهيته.";
        SomeForm = "some_form", "In some form", "بشكل أو بآخر",
            "The source says: in one form or another.", "يقول المصدر: بشكل أو بآخر.";
        Unspecified = "unspecified", "Unspecified", "غير محدد",
            "The source does not say.", "لا يذكر المصدر.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_takes_its_children_in_and_a_prefix_of_a_word_is_no_parent() {
        let forces: Vec<_> = Capability::MilitaryForces.with_children().map(Code::as_str).collect();
        assert_eq!(
            forces,
            ["military.forces", "military.forces.ground", "military.forces.air", "military.forces.naval"]
        );
        assert!(!Capability::MilitaryAirSupport.is_within(Capability::MilitaryAirDefence));
        assert_eq!(Capability::MilitaryIsrIntelligence.parent(), Some(Capability::MilitaryIsr));
        assert_eq!(Capability::MilitaryIsr.parent(), None);
    }
}
