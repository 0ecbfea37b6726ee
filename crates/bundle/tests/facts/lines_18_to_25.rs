//! The facts of lines 18 to 25: who would take part.

use crate::row::{ROW, Row};

const STARMER: &[&str] = &["person:starmer speaker paraphrase"];
const BRITISH_OFFICIALS: &[&str] = &["group:british-officials anonymous_official paraphrase"];
const SPOKESPERSON: &[&str] = &["person:starmer-spokesperson spokesperson paraphrase"];
const GB: &[&str] = &["country:GB speaker paraphrase"];
const FR: &[&str] = &["country:FR speaker paraphrase"];
const AU: &[&str] = &["country:AU speaker paraphrase"];
const MEMBERS: &[&str] = &["group:coalition-members speaker paraphrase"];

pub(crate) const ROWS: &[Row] = &[
    Row {
        line: 18,
        key: "l18-hoped-for-members",
        fact: "The United Kingdom hopes for 30 countries",
        says: "group:hoped-for-members membership coalition:of-the-willing",
        fields: "count.op=eq count.value=30 role=candidate",
        modality: "expected_by_others",
        chains: &[GB],
        ..ROW
    },
    Row {
        line: 19,
        key: "l19-expected-members",
        fact: "In April the British government expected more than 30 countries",
        says: "group:expected-members membership coalition:of-the-willing",
        fields: "count.op=gt count.value=30 role=member",
        modality: "expected_by_others",
        explicitness: "implied",
        chains: &[GB],
        dates: &[("said_at", "XXXX-04", "أبريل/نيسان", "")],
        ..ROW
    },
    Row {
        line: 19,
        key: "l19-british-officials",
        fact: "Unnamed officials of the United Kingdom",
        says: "group:british-officials part_of country:GB",
        ..ROW
    },
    Row {
        line: 19,
        key: "l19-no-ground-forces",
        fact: "They acknowledged that many countries would not deploy ground forces",
        says: "group:countries-without-ground-forces commitment country:UA",
        fields: "capability=military.forces.ground mission=unspecified specificity=specified stance=declined stage=none conditionality=not_stated coalition=coalition:of-the-willing",
        modality: "conceded_by_others",
        chains: &[BRITISH_OFFICIALS],
        dates: &[("said_at", "XXXX-04", "أبريل/نيسان", "")],
        ..ROW
    },
    Row {
        line: 20,
        key: "l20-spokesperson",
        fact: "A spokesperson of the Prime Minister",
        says: "person:starmer-spokesperson part_of organization:uk-prime-ministers-office",
        explicitness: "implied",
        ..ROW
    },
    Row {
        line: 20,
        key: "l20-peacekeepers",
        fact: "Many countries, not named, are ready to send peacekeepers if a peace deal is reached",
        says: "group:countries-ready-for-peacekeeping commitment country:UA",
        fields: "capability=military.forces mission=peacekeeping specificity=specified stance=willing stage=none conditionality=conditional area=inside coalition=coalition:of-the-willing place=country:UA",
        conditions: "necessary condition:peace-agreement explicit",
        chains: &[SPOKESPERSON],
        dates: &[("said_at", "XXXX-04", "حينها", "")],
        ..ROW
    },
    Row {
        line: 21,
        key: "l21-gb-forces",
        fact: "The United Kingdom is ready to send forces to monitor the ceasefire, both conditions implied",
        says: "country:GB commitment country:UA",
        fields: "capability=military.forces mission=ceasefire_monitoring specificity=specified stance=willing stage=none conditionality=conditional coalition=coalition:of-the-willing",
        conditions: "necessary all_of(condition:ceasefire implied, condition:us-backing implied)",
        ..ROW
    },
    Row {
        line: 21,
        key: "l21-fr-forces",
        fact: "France is ready to send forces to monitor the ceasefire, both conditions implied",
        says: "country:FR commitment country:UA",
        fields: "capability=military.forces mission=ceasefire_monitoring specificity=specified stance=willing stage=none conditionality=conditional coalition=coalition:of-the-willing",
        conditions: "necessary all_of(condition:ceasefire implied, condition:us-backing implied)",
        ..ROW
    },
    Row {
        line: 21,
        key: "l21-au-forces",
        fact: "Australia is ready to send forces to monitor the ceasefire, both conditions implied",
        says: "country:AU commitment country:UA",
        fields: "capability=military.forces mission=ceasefire_monitoring specificity=specified stance=willing stage=none conditionality=conditional coalition=coalition:of-the-willing",
        conditions: "necessary all_of(condition:ceasefire implied, condition:us-backing implied)",
        ..ROW
    },
    Row {
        line: 21,
        key: "l21-gb-warning",
        fact: "One reading: The United Kingdom warns that peace needs US military support",
        says: "country:GB remark country:US",
        fields: "type=warning",
        modality: "own_statement",
        chains: &[GB],
        texts: &[("text", "Peace cannot be guaranteed", "لا ضمان للسلام")],
        links: &["about l21-gb-forces"],
        ..ROW
    },
    Row {
        line: 21,
        key: "l21-fr-warning",
        fact: "One reading: France warns that peace needs US military support",
        says: "country:FR remark country:US",
        fields: "type=warning",
        modality: "own_statement",
        chains: &[FR],
        texts: &[("text", "Peace cannot be guaranteed", "لا ضمان للسلام")],
        links: &["about l21-fr-forces"],
        ..ROW
    },
    Row {
        line: 21,
        key: "l21-au-warning",
        fact: "One reading: Australia warns that peace needs US military support",
        says: "country:AU remark country:US",
        fields: "type=warning",
        modality: "own_statement",
        chains: &[AU],
        texts: &[("text", "Peace cannot be guaranteed", "لا ضمان للسلام")],
        links: &["about l21-au-forces"],
        ..ROW
    },
    Row {
        line: 21,
        key: "l21-members-warning",
        fact: "Other reading: all members of the coalition warn",
        says: "group:coalition-members remark country:US",
        fields: "type=warning",
        modality: "own_statement",
        chains: &[MEMBERS],
        texts: &[("text", "Peace cannot be guaranteed", "لا ضمان للسلام")],
        links: &[
            "alternative_reading l21-gb-warning",
            "alternative_reading l21-fr-warning",
            "alternative_reading l21-au-warning",
            "about l21-gb-forces",
            "about l21-fr-forces",
            "about l21-au-forces",
        ],
        ..ROW
    },
    Row {
        line: 22,
        key: "l22-dk-forces",
        fact: "Denmark is ready to contribute forces in one form or another to an agreed peacekeeping force",
        says: "country:DK commitment country:UA",
        fields: "capability=military.forces mission=peacekeeping specificity=some_form stance=willing stage=none conditionality=conditional area=inside coalition=coalition:of-the-willing place=country:UA",
        conditions: "necessary condition:agreed-force implied",
        ..ROW
    },
    Row {
        line: 22,
        key: "l22-dk-deployment",
        fact: "A deployment of Danish troops may be part of it",
        says: "country:DK remark country:UA",
        fields: "type=explanation",
        texts: &[("text", "deployment", "انتشار")],
        links: &["about l22-dk-forces"],
        ..ROW
    },
    Row {
        line: 22,
        key: "l22-se-forces",
        fact: "Sweden is ready to contribute forces in one form or another to an agreed peacekeeping force",
        says: "country:SE commitment country:UA",
        fields: "capability=military.forces mission=peacekeeping specificity=some_form stance=willing stage=none conditionality=conditional area=inside coalition=coalition:of-the-willing place=country:UA",
        conditions: "necessary condition:agreed-force implied",
        ..ROW
    },
    Row {
        line: 22,
        key: "l22-se-deployment",
        fact: "A deployment of Swedish troops may be part of it",
        says: "country:SE remark country:UA",
        fields: "type=explanation",
        texts: &[("text", "deployment", "انتشار")],
        links: &["about l22-se-forces"],
        ..ROW
    },
    Row {
        line: 23,
        key: "l23-eu-members",
        fact: "The larger group is one of EU members",
        says: "group:larger-group-of-eu-members membership organization:eu",
        fields: "role=member",
        ..ROW
    },
    Row {
        line: 23,
        key: "l23-group-forces",
        fact: "The group does not rule out taking part, on rules of engagement and a legal basis",
        says: "group:larger-group-of-eu-members commitment country:UA",
        fields: "capability=military.forces mission=unspecified specificity=specified stance=not_ruled_out stage=none conditionality=conditional coalition=coalition:of-the-willing",
        conditions: "necessary all_of(condition:rules-of-engagement explicit, condition:legal-basis explicit)",
        ..ROW
    },
    Row {
        line: 23,
        key: "l23-ie-in-group",
        fact: "Ireland is one of a group that is not listed in full",
        says: "country:IE part_of group:larger-group-of-eu-members",
        fields: "listed=partial",
        ..ROW
    },
    Row {
        line: 23,
        key: "l23-ie-forces",
        fact: "Ireland does not rule out taking part, on rules of engagement and a legal basis",
        says: "country:IE commitment country:UA",
        fields: "capability=military.forces mission=unspecified specificity=specified stance=not_ruled_out stage=none conditionality=conditional coalition=coalition:of-the-willing",
        conditions: "necessary all_of(condition:rules-of-engagement explicit, condition:legal-basis explicit)",
        ..ROW
    },
    Row {
        line: 23,
        key: "l23-lu-in-group",
        fact: "Luxembourg is one of a group that is not listed in full",
        says: "country:LU part_of group:larger-group-of-eu-members",
        fields: "listed=partial",
        ..ROW
    },
    Row {
        line: 23,
        key: "l23-lu-forces",
        fact: "Luxembourg does not rule out taking part, on rules of engagement and a legal basis",
        says: "country:LU commitment country:UA",
        fields: "capability=military.forces mission=unspecified specificity=specified stance=not_ruled_out stage=none conditionality=conditional coalition=coalition:of-the-willing",
        conditions: "necessary all_of(condition:rules-of-engagement explicit, condition:legal-basis explicit)",
        ..ROW
    },
    Row {
        line: 23,
        key: "l23-be-in-group",
        fact: "Belgium is one of a group that is not listed in full",
        says: "country:BE part_of group:larger-group-of-eu-members",
        fields: "listed=partial",
        ..ROW
    },
    Row {
        line: 23,
        key: "l23-be-forces",
        fact: "Belgium does not rule out taking part, on rules of engagement and a legal basis",
        says: "country:BE commitment country:UA",
        fields: "capability=military.forces mission=unspecified specificity=specified stance=not_ruled_out stage=none conditionality=conditional coalition=coalition:of-the-willing",
        conditions: "necessary all_of(condition:rules-of-engagement explicit, condition:legal-basis explicit)",
        ..ROW
    },
    Row {
        line: 24,
        key: "l24-group-forces",
        fact: "Neighbours of Russia take part in talks and commit nothing, as they need their forces at home",
        says: "group:neighbours-of-russia commitment country:UA",
        fields: "capability=military.forces mission=peacekeeping specificity=specified stance=in_discussion stage=none conditionality=not_stated coalition=coalition:of-the-willing",
        texts: &[("rationale", "needed at home", "أرضها")],
        ..ROW
    },
    Row {
        line: 24,
        key: "l24-fi-in-group",
        fact: "Finland is one of Russia's neighbours, who are not listed in full",
        says: "country:FI part_of group:neighbours-of-russia",
        fields: "listed=partial",
        ..ROW
    },
    Row {
        line: 24,
        key: "l24-fi-forces",
        fact: "Finland takes part in talks and commits nothing, as it needs its forces at home",
        says: "country:FI commitment country:UA",
        fields: "capability=military.forces mission=peacekeeping specificity=specified stance=in_discussion stage=none conditionality=not_stated coalition=coalition:of-the-willing",
        texts: &[("rationale", "needed at home", "أرضها")],
        ..ROW
    },
    Row {
        line: 24,
        key: "l24-pl-in-group",
        fact: "Poland is one of Russia's neighbours, who are not listed in full",
        says: "country:PL part_of group:neighbours-of-russia",
        fields: "listed=partial",
        ..ROW
    },
    Row {
        line: 24,
        key: "l24-pl-forces",
        fact: "Poland takes part in talks and commits nothing, as it needs its forces at home",
        says: "country:PL commitment country:UA",
        fields: "capability=military.forces mission=peacekeeping specificity=specified stance=in_discussion stage=none conditionality=not_stated coalition=coalition:of-the-willing",
        texts: &[("rationale", "needed at home", "أرضها")],
        ..ROW
    },
    Row {
        line: 25,
        key: "l25-convening",
        fact: "The coalition met in April, virtually, against line 8",
        says: "coalition:of-the-willing convening meeting:coalition-april",
        fields: "format=virtual status=held",
        dates: &[("date", "XXXX-04", "أبريل", "")],
        links: &["contradicts l08-last-meeting"],
        ..ROW
    },
    Row {
        line: 25,
        key: "l25-participants",
        fact: "Twenty-six countries took part",
        says: "group:april-meeting-countries attendance meeting:coalition-april",
        fields: "count.op=eq count.value=26 role=participant",
        ..ROW
    },
    Row {
        line: 25,
        key: "l25-eu-participant",
        fact: "The European Union took part",
        says: "organization:eu attendance meeting:coalition-april",
        fields: "role=participant",
        ..ROW
    },
    Row {
        line: 25,
        key: "l25-gb-participant",
        fact: "The United Kingdom took part",
        says: "country:GB attendance meeting:coalition-april",
        fields: "role=participant",
        ..ROW
    },
    Row {
        line: 25,
        key: "l25-au-participant",
        fact: "Australia took part",
        says: "country:AU attendance meeting:coalition-april",
        fields: "role=participant",
        ..ROW
    },
    Row {
        line: 25,
        key: "l25-ca-participant",
        fact: "Canada took part",
        says: "country:CA attendance meeting:coalition-april",
        fields: "role=participant",
        ..ROW
    },
    Row {
        line: 25,
        key: "l25-nz-participant",
        fact: "New Zealand took part",
        says: "country:NZ attendance meeting:coalition-april",
        fields: "role=participant",
        ..ROW
    },
    Row {
        line: 25,
        key: "l25-jp-absent",
        fact: "Japan was absent, says Starmer",
        says: "country:JP attendance meeting:coalition-april",
        fields: "role=absent",
        chains: &[STARMER],
        ..ROW
    },
    Row {
        line: 25,
        key: "l25-jp-support",
        fact: "Japan offered its support, its kind unsaid, says Starmer",
        says: "country:JP commitment coalition:of-the-willing",
        fields: "capability=unspecified mission=unspecified specificity=unspecified stance=offered stage=none conditionality=not_stated coalition=coalition:of-the-willing",
        chains: &[STARMER],
        ..ROW
    },
];
