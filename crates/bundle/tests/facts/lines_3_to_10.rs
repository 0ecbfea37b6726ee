//! The facts of lines 3 to 10: the summit, the coalition, the war.

use crate::row::{ROW, Row};

const POLITICO: &[&str] = &["organization:politico outlet report"];
const POLITICO_EUROPE: &[&str] = &["organization:politico-europe outlet report"];
const ELYSEE_PARAPHRASED: &[&str] =
    &["person:elysee-official anonymous_official paraphrase", "organization:politico-europe outlet report"];
const ELYSEE_QUOTED: &[&str] =
    &["person:elysee-official anonymous_official direct_quote", "organization:politico-europe outlet report"];
const REPUBLISHED: &[&str] =
    &["organization:politico outlet report", "organization:alsharq-alawsat-alikhbari republisher report"];

pub(crate) const ROWS: &[Row] = &[
    Row {
        line: 3,
        key: "l03-convening",
        fact: "The United Kingdom will host a meeting of the coalition on a Thursday that is not dated",
        says: "country:GB convening meeting:coalition-summit",
        fields: "status=planned",
        chains: &[POLITICO],
        dates: &[("date", "", "الخميس المقبل", "unresolved")],
        ..ROW
    },
    Row {
        line: 0,
        key: "politico-europe-convening",
        fact: "By the public record that Thursday is 10 July 2025",
        says: "country:GB convening meeting:coalition-summit",
        fields: "status=planned",
        source: "source:politico-europe-2025-07-04",
        chains: &[POLITICO_EUROPE],
        dates: &[("date", "2025-07-10", "Thursday", "")],
        links: &["supports l03-convening"],
        ..ROW
    },
    Row {
        line: 3,
        key: "l03-gb-host",
        fact: "The United Kingdom is the host",
        says: "country:GB attendance meeting:coalition-summit",
        fields: "role=host",
        chains: &[POLITICO],
        ..ROW
    },
    Row {
        line: 3,
        key: "l03-sidelines",
        fact: "The meeting is beside the Franco-British summit",
        says: "meeting:coalition-summit sidelines meeting:franco-british-summit",
        chains: &[POLITICO],
        ..ROW
    },
    Row {
        line: 3,
        key: "l03-members",
        fact: "The coalition is made up of countries",
        says: "group:coalition-members membership coalition:of-the-willing",
        fields: "role=member",
        chains: &[POLITICO],
        ..ROW
    },
    Row {
        line: 3,
        key: "l03-members-western",
        fact: "They are Western countries",
        says: "group:coalition-members part_of group:western-countries",
        chains: &[POLITICO],
        ..ROW
    },
    Row {
        line: 3,
        key: "l03-members-support",
        fact: "They have pledged support to Ukraine, its kind unsaid",
        says: "group:coalition-members commitment country:UA",
        fields: "capability=unspecified mission=unspecified specificity=unspecified stance=pledged stage=none conditionality=not_stated coalition=coalition:of-the-willing",
        chains: &[POLITICO],
        ..ROW
    },
    Row {
        line: 4,
        key: "l04-politico-europe",
        fact: "Politico has a European edition",
        says: "organization:politico-europe part_of organization:politico",
        ..ROW
    },
    Row {
        line: 4,
        key: "l04-elysee-official",
        fact: "Its informant is an official of the Elysee",
        says: "person:elysee-official part_of organization:elysee",
        chains: &[POLITICO_EUROPE],
        ..ROW
    },
    Row {
        line: 4,
        key: "l04-elysee-france",
        fact: "The Elysee speaks for France",
        says: "organization:elysee part_of country:FR",
        explicitness: "implied",
        ..ROW
    },
    Row {
        line: 4,
        key: "l04-heads-remote",
        fact: "Many heads of state and government join by remote link from Rome",
        says: "group:heads-joining-from-rome attendance meeting:coalition-summit",
        fields: "mode=remote place=place:rome role=participant",
        chains: &[ELYSEE_PARAPHRASED],
        ..ROW
    },
    Row {
        line: 4,
        key: "l04-zelensky-remote",
        fact: "Zelensky joins by remote link from Rome",
        says: "person:zelensky attendance meeting:coalition-summit",
        fields: "mode=remote place=place:rome role=participant",
        chains: &[ELYSEE_PARAPHRASED],
        ..ROW
    },
    Row {
        line: 4,
        key: "l04-zelensky-among-heads",
        fact: "Zelensky is one of those heads, who are not listed in full",
        says: "person:zelensky part_of group:heads-joining-from-rome",
        fields: "listed=partial",
        chains: &[ELYSEE_PARAPHRASED],
        ..ROW
    },
    Row {
        line: 4,
        key: "l04-zelensky-office",
        fact: "Zelensky is President of Ukraine",
        says: "person:zelensky office country:UA",
        texts: &[("title", "President of Ukraine", "رئيس")],
        ..ROW
    },
    Row {
        line: 4,
        key: "l04-zelensky-conference",
        fact: "Zelensky attends a conference in support of Kyiv",
        says: "person:zelensky attendance meeting:support-conference-rome",
        fields: "role=participant",
        chains: &[ELYSEE_PARAPHRASED],
        ..ROW
    },
    Row {
        line: 4,
        key: "l04-conference-place",
        fact: "That conference is in Rome",
        says: "meeting:support-conference-rome location place:rome",
        chains: &[ELYSEE_PARAPHRASED],
        ..ROW
    },
    Row {
        line: 5,
        key: "l05-convening",
        fact: "The official announces a summit with an agenda of three items among others",
        says: "coalition:of-the-willing convening meeting:coalition-summit",
        fields: "agenda_complete=false status=planned",
        chains: &[ELYSEE_QUOTED],
        texts: &[
            ("agenda 1", "able to fight", "قادرة على القتال"),
            ("agenda 2", "pressure on Russia", "الضغوط"),
            ("agenda 3", "what comes next", "الإعداد"),
        ],
        ..ROW
    },
    Row {
        line: 5,
        key: "l05-macron-chair",
        fact: "The President of France leads the summit",
        says: "person:macron attendance meeting:coalition-summit",
        fields: "role=chair",
        chains: &[ELYSEE_QUOTED],
        ..ROW
    },
    Row {
        line: 5,
        key: "l05-starmer-chair",
        fact: "The Prime Minister of the United Kingdom leads the summit",
        says: "person:starmer attendance meeting:coalition-summit",
        fields: "role=chair",
        chains: &[ELYSEE_QUOTED],
        ..ROW
    },
    Row {
        line: 6,
        key: "l06-starmer-office",
        fact: "Starmer is Prime Minister",
        says: "person:starmer office country:GB",
        texts: &[("title", "Prime Minister", "رئيس وزراء")],
        ..ROW
    },
    Row {
        line: 6,
        key: "l06-prime-ministers-office",
        fact: "The Prime Minister has an office, a body of the United Kingdom",
        says: "organization:uk-prime-ministers-office part_of country:GB",
        ..ROW
    },
    Row {
        line: 6,
        key: "l06-request-for-comment",
        fact: "That office did not at once answer Politico's request for comment",
        says: "organization:politico request organization:uk-prime-ministers-office",
        fields: "outcome=unanswered",
        chains: &[REPUBLISHED],
        texts: &[("text", "asked for comment", "تعليقًا")],
        ..ROW
    },
    Row {
        line: 6,
        key: "l06-attendance-unknown",
        fact: "Which leaders will attend is not yet known, by the source itself",
        says: "group:coalition-leaders attendance meeting:coalition-summit",
        fields: "role=participant",
        polarity: "unknown",
        chains: &[REPUBLISHED],
        ..ROW
    },
    Row {
        line: 6,
        key: "l06-members-count",
        fact: "The coalition has more than 30 countries",
        says: "group:coalition-members membership coalition:of-the-willing",
        fields: "count.op=gt count.value=30 role=member",
        chains: &[REPUBLISHED],
        ..ROW
    },
    Row {
        line: 7,
        key: "l07-macron-office",
        fact: "Macron is President of France",
        says: "person:macron office country:FR",
        texts: &[("title", "President of France", "رئيس فرنسا")],
        ..ROW
    },
    Row {
        line: 7,
        key: "l07-macron-northwood",
        fact: "Macron takes part from Northwood",
        says: "person:macron attendance meeting:coalition-summit",
        fields: "place=place:northwood role=participant",
        ..ROW
    },
    Row {
        line: 7,
        key: "l07-starmer-northwood",
        fact: "Starmer takes part from Northwood",
        says: "person:starmer attendance meeting:coalition-summit",
        fields: "place=place:northwood role=participant",
        ..ROW
    },
    Row {
        line: 7,
        key: "l07-maritime-command-nato",
        fact: "The maritime command is NATO's",
        says: "organization:nato-maritime-command part_of organization:nato",
        ..ROW
    },
    Row {
        line: 7,
        key: "l07-maritime-command-place",
        fact: "Its headquarters are in Northwood",
        says: "organization:nato-maritime-command location place:northwood",
        ..ROW
    },
    Row {
        line: 8,
        key: "l08-fr-leader",
        fact: "France leads the coalition",
        says: "country:FR membership coalition:of-the-willing",
        fields: "role=leader",
        ..ROW
    },
    Row {
        line: 8,
        key: "l08-gb-leader",
        fact: "The United Kingdom leads the coalition",
        says: "country:GB membership coalition:of-the-willing",
        fields: "role=leader",
        ..ROW
    },
    Row {
        line: 8,
        key: "l08-guarantees",
        fact: "The coalition seeks to give Ukraine security guarantees in the event of a ceasefire",
        says: "coalition:of-the-willing commitment country:UA",
        fields: "capability=political.security_guarantee mission=unspecified specificity=specified stance=not_stated stage=none conditionality=conditional coalition=coalition:of-the-willing",
        conditions: "necessary condition:ceasefire explicit",
        ..ROW
    },
    Row {
        line: 8,
        key: "l08-last-meeting",
        fact: "The coalition has not met since March of the year before",
        says: "coalition:of-the-willing convening meeting:coalition-march",
        fields: "claim=last status=held",
        dates: &[("date", "", "مارس/آذار من العام الماضي", "unresolved")],
        ..ROW
    },
    Row {
        line: 8,
        key: "l08-reason-for-not-meeting",
        fact: "The reason is disagreement over the role and the backing of the United States",
        says: "coalition:of-the-willing remark country:US",
        fields: "type=explanation",
        texts: &[("text", "disagree", "اختلاف")],
        links: &["about l08-last-meeting"],
        ..ROW
    },
    Row {
        line: 8,
        key: "l08-reassurance-force",
        fact: "A reassurance force after a ceasefire, with US backing, is talked about",
        says: "coalition:of-the-willing commitment country:UA",
        fields: "capability=military.forces mission=reassurance specificity=specified stance=in_discussion stage=none conditionality=conditional area=inside coalition=coalition:of-the-willing place=country:UA",
        conditions: "necessary all_of(condition:us-backing explicit, condition:ceasefire explicit)",
        ..ROW
    },
    Row {
        line: 9,
        key: "l09-us-arms",
        fact: "The United States suspended arms deliveries to Ukraine",
        says: "country:US commitment country:UA",
        fields: "capability=military.arms mission=unspecified specificity=specified stance=not_stated stage=suspended conditionality=not_stated",
        ..ROW
    },
    Row {
        line: 9,
        key: "l09-effect-on-ukraine",
        fact: "That was sudden and made Kyiv's difficulties worse at a critical moment",
        says: "organization:seed-article-publisher remark country:UA",
        fields: "type=assessment",
        modality: "own_statement",
        texts: &[("text", "suddenly", "مفاجئًا")],
        links: &["about l09-us-arms"],
        ..ROW
    },
    Row {
        line: 10,
        key: "l10-trump-office",
        fact: "Trump is President of the United States",
        says: "person:trump office country:US",
        texts: &[("title", "President of the United States", "رئيس الولايات")],
        ..ROW
    },
    Row {
        line: 10,
        key: "l10-trump-attempt",
        fact: "Trump failed to bring Moscow into ceasefire talks",
        says: "person:trump action country:RU",
        fields: "class=request",
        chains: &[POLITICO],
        texts: &[("text", "failed", "لم ينجح")],
        ..ROW
    },
    Row {
        line: 10,
        key: "l10-debate",
        fact: "After that the Europeans' debate moved to Ukraine's needs",
        says: "group:europeans action country:UA",
        fields: "class=consult",
        chains: &[POLITICO],
        texts: &[("text", "what Ukraine needs", "نقاشهم")],
        ..ROW
    },
    Row {
        line: 10,
        key: "l10-air-raids",
        fact: "Russia stepped up air raids on Ukrainian cities",
        says: "country:RU action country:UA",
        fields: "class=assault",
        chains: &[POLITICO],
        texts: &[("text", "Kyiv and other cities", "العاصمة ومدن")],
        ..ROW
    },
    Row {
        line: 10,
        key: "l10-air-raids-kyiv",
        fact: "Kyiv is one of them",
        says: "country:RU action place:kyiv",
        fields: "class=assault",
        chains: &[POLITICO],
        texts: &[("text", "Kyiv", "كييف")],
        ..ROW
    },
    Row {
        line: 10,
        key: "l10-kyiv-ukraine",
        fact: "Kyiv is a city of Ukraine",
        says: "place:kyiv part_of country:UA",
        explicitness: "implied",
        ..ROW
    },
];
