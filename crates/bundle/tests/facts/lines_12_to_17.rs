//! The facts of lines 12 to 17: the part of the United States.

use crate::row::{ROW, Row};

const EARLIER_REPORTS: &[&str] = &["تقارير سابقة outlet report"];
const ALLIES: &[&str] = &["group:european-allies speaker paraphrase", "تقارير سابقة outlet report"];
const BLOOMBERG: &[&str] = &["organization:bloomberg outlet report"];
const STARMER_QUOTED: &[&str] = &["person:starmer speaker direct_quote"];
const UKRAINIAN_OFFICIALS: &[&str] = &["group:ukrainian-officials anonymous_official paraphrase"];
const GB: &[&str] = &["country:GB speaker paraphrase"];
const FR: &[&str] = &["country:FR speaker paraphrase"];

pub(crate) const ROWS: &[Row] = &[
    Row {
        line: 12,
        key: "l12-pentagon-us",
        fact: "The Pentagon acts for the United States",
        says: "organization:pentagon part_of country:US",
        explicitness: "implied",
        ..ROW
    },
    Row {
        line: 12,
        key: "l12-us-air-defence-munitions",
        fact: "Last week the Pentagon stopped air-defence missiles, for fear for US stocks",
        says: "country:US commitment country:UA",
        fields: "capability=military.air_defence.munitions mission=unspecified specificity=specified stance=not_stated stage=suspended conditionality=not_stated acting_through=organization:pentagon",
        dates: &[("valid_from", "", "الأسبوع الماضي", "unresolved")],
        texts: &[("rationale", "stocks would run out", "استنفاد")],
        ..ROW
    },
    Row {
        line: 12,
        key: "l12-ukrainian-officials",
        fact: "Unnamed officials of Ukraine",
        says: "group:ukrainian-officials part_of country:UA",
        ..ROW
    },
    Row {
        line: 12,
        key: "l12-warning",
        fact: "They warned that this would encourage Russia",
        says: "group:ukrainian-officials remark country:US",
        fields: "type=warning",
        modality: "own_statement",
        chains: &[UKRAINIAN_OFFICIALS],
        texts: &[("text", "encourage Russia", "روسيا")],
        links: &["about l12-us-air-defence-munitions"],
        ..ROW
    },
    Row {
        line: 13,
        key: "l13-talks",
        fact: "European allies talked with their US counterparts",
        says: "group:european-allies action country:US",
        fields: "class=consult",
        chains: &[EARLIER_REPORTS],
        dates: &[("said_at", "", "سابقة", "unresolved")],
        texts: &[("text", "counterparts", "تباحثوا")],
        ..ROW
    },
    Row {
        line: 13,
        key: "l13-request",
        fact: "They had asked for guarantees in support of the coalition",
        says: "group:european-allies request person:trump",
        fields: "capability=political.security_guarantee",
        chains: &[EARLIER_REPORTS],
        dates: &[("said_at", "", "سابقة", "unresolved")],
        texts: &[("text", "guarantees", "ضمانات")],
        ..ROW
    },
    Row {
        line: 13,
        key: "l13-us-guarantees",
        fact: "They concluded that Trump would not give them",
        says: "country:US commitment coalition:of-the-willing",
        fields: "capability=political.security_guarantee mission=unspecified specificity=specified stance=declined stage=none conditionality=not_stated acting_through=person:trump",
        modality: "assessed_by_others",
        chains: &[ALLIES],
        dates: &[("said_at", "", "سابقة", "unresolved")],
        links: &["about l13-request"],
        ..ROW
    },
    Row {
        line: 14,
        key: "l14-gb-plan",
        fact: "The United Kingdom proposed a security plan for Ukraine with France",
        says: "country:GB action country:UA",
        fields: "class=support",
        texts: &[("text", "security plan", "خطة أمنية")],
        ..ROW
    },
    Row {
        line: 14,
        key: "l14-fr-plan",
        fact: "France proposed a security plan for Ukraine with the United Kingdom",
        says: "country:FR action country:UA",
        fields: "class=support",
        texts: &[("text", "security plan", "خطة أمنية")],
        ..ROW
    },
    Row {
        line: 14,
        key: "l14-us-backstop",
        fact: "The United States refuses to back that plan",
        says: "country:US commitment country:UA",
        fields: "capability=political.backstop mission=unspecified specificity=specified stance=refused stage=none conditionality=not_stated",
        links: &["about l14-gb-plan", "about l14-fr-plan"],
        ..ROW
    },
    Row {
        line: 14,
        key: "l14-reading-refused-support",
        fact: "One reading: air-defence systems are the support refused",
        says: "country:US commitment country:UA",
        fields: "capability=military.air_defence.systems mission=deterrence specificity=specified stance=refused stage=none conditionality=not_stated",
        explicitness: "implied",
        ..ROW
    },
    Row {
        line: 14,
        key: "l14-reading-part-of-plan",
        fact: "Other reading: air-defence systems are part of the plan, against a breach of a future ceasefire",
        says: "organization:seed-article-publisher remark country:UA",
        fields: "type=explanation",
        modality: "own_statement",
        explicitness: "implied",
        texts: &[("text", "The plan itself", "الخطة نفسها")],
        links: &["alternative_reading l14-reading-refused-support", "about l14-gb-plan", "about l14-fr-plan"],
        ..ROW
    },
    Row {
        line: 15,
        key: "l15-demand",
        fact: "Starmer said in February that there must be US backing",
        says: "person:starmer remark country:US",
        fields: "type=demand",
        modality: "own_statement",
        chains: &[STARMER_QUOTED],
        dates: &[("said_at", "XXXX-02", "فبراير/شباط", "")],
        texts: &[("text", "has to be American backing", "مساندة")],
        ..ROW
    },
    Row {
        line: 15,
        key: "l15-only-deterrent",
        fact: "And that only a US security guarantee deters Russia from attacking again",
        says: "person:starmer remark country:US",
        fields: "type=assessment",
        modality: "own_statement",
        chains: &[STARMER_QUOTED],
        dates: &[("said_at", "XXXX-02", "فبراير/شباط", "")],
        texts: &[("text", "security guarantee of the United States", "ضمانة أمنية")],
        ..ROW
    },
    Row {
        line: 16,
        key: "l16-gb-air-support",
        fact: "The United Kingdom tried to persuade Trump to provide air support",
        says: "country:GB request person:trump",
        fields: "capability=military.air_support",
        chains: &[BLOOMBERG],
        dates: &[("said_at", "", "في وقت سابق", "unresolved")],
        texts: &[("text", "air support", "مساندة جوية")],
        ..ROW
    },
    Row {
        line: 16,
        key: "l16-gb-border-monitoring",
        fact: "The United Kingdom tried to persuade Trump to take part in border monitoring",
        says: "country:GB request person:trump",
        fields: "capability=military.isr.border_monitoring",
        chains: &[BLOOMBERG],
        dates: &[("said_at", "", "في وقت سابق", "unresolved")],
        texts: &[("text", "monitoring the border", "متابعة الحدود")],
        ..ROW
    },
    Row {
        line: 16,
        key: "l16-gb-reconnaissance",
        fact: "The United Kingdom tried to persuade Trump to take part in reconnaissance",
        says: "country:GB request person:trump",
        fields: "capability=military.isr.reconnaissance",
        chains: &[BLOOMBERG],
        dates: &[("said_at", "", "في وقت سابق", "unresolved")],
        texts: &[("text", "reconnaissance", "الاستطلاع")],
        ..ROW
    },
    Row {
        line: 16,
        key: "l16-fr-air-support",
        fact: "France tried to persuade Trump to provide air support",
        says: "country:FR request person:trump",
        fields: "capability=military.air_support",
        chains: &[BLOOMBERG],
        dates: &[("said_at", "", "في وقت سابق", "unresolved")],
        texts: &[("text", "air support", "مساندة جوية")],
        ..ROW
    },
    Row {
        line: 16,
        key: "l16-fr-border-monitoring",
        fact: "France tried to persuade Trump to take part in border monitoring",
        says: "country:FR request person:trump",
        fields: "capability=military.isr.border_monitoring",
        chains: &[BLOOMBERG],
        dates: &[("said_at", "", "في وقت سابق", "unresolved")],
        texts: &[("text", "monitoring the border", "متابعة الحدود")],
        ..ROW
    },
    Row {
        line: 16,
        key: "l16-fr-reconnaissance",
        fact: "France tried to persuade Trump to take part in reconnaissance",
        says: "country:FR request person:trump",
        fields: "capability=military.isr.reconnaissance",
        chains: &[BLOOMBERG],
        dates: &[("said_at", "", "في وقت سابق", "unresolved")],
        texts: &[("text", "reconnaissance", "الاستطلاع")],
        ..ROW
    },
    Row {
        line: 17,
        key: "l17-gb-lower-expectations",
        fact: "The United Kingdom has lowered its expectations of US support after the war",
        says: "country:GB remark country:US",
        fields: "type=hope",
        texts: &[("text", "less support", "دعمًا أقل")],
        ..ROW
    },
    Row {
        line: 17,
        key: "l17-fr-lower-expectations",
        fact: "France has lowered its expectations of US support after the war",
        says: "country:FR remark country:US",
        fields: "type=hope",
        texts: &[("text", "less support", "دعمًا أقل")],
        ..ROW
    },
    Row {
        line: 17,
        key: "l17-us-intelligence",
        fact: "Both expect the United States to go on with intelligence support",
        says: "country:US commitment country:UA",
        fields: "capability=military.isr.intelligence mission=unspecified specificity=specified stance=not_stated stage=in_delivery conditionality=not_stated",
        modality: "expected_by_others",
        chains: &[GB, FR],
        ..ROW
    },
    Row {
        line: 17,
        key: "l17-us-border-monitoring",
        fact: "Both expect the United States to go on monitoring the border",
        says: "country:US commitment country:UA",
        fields: "capability=military.isr.border_monitoring mission=border_monitoring specificity=specified stance=not_stated stage=in_delivery conditionality=not_stated",
        modality: "expected_by_others",
        chains: &[GB, FR],
        ..ROW
    },
];
