//! The table of a structured query.

use pledgegraph_model::{
    AttendanceMode, AttendanceRole, Capability, Code, Codes, ConditionKind, Conditionality, EntityKind, Explicitness,
    Field, MAX_ITEMS, MAX_TEXT, MembershipRole, Mission, Modality, OrganizationClass, Pattern, Polarity, QueryAsk,
    QueryField, QueryTarget, RemarkType, Stage, Stance, Standing, Table, Takes, Truth,
};

use super::questions::{ASSUME, DAY, WITHDRAW};
use crate::body::tables::questions::RANKED_STANCES;

/// How many codes a list of codes may have.
const CODES: usize = 100;

static REGION: Pattern = Pattern {
    regex: "^[0-9]{3}$",
    matches: |text| text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit()),
    says: "a UN M49 code of three digits, such as 150",
};

static MONTH: Pattern = Pattern {
    regex: "^XXXX-(0[1-9]|1[0-2])$",
    matches: |text| {
        let month = text.strip_prefix("XXXX-").filter(|month| month.len() == 2);
        month.and_then(|month| month.parse::<u8>().ok()).is_some_and(|month| (1..=12).contains(&month))
    },
    says: "a month of any year such as XXXX-04",
};

const fn codes(name: &'static str, of: &'static Takes, description: &'static str) -> Field {
    Field::optional(name, Takes::List { of, min: 1, max: CODES }, description)
}

const fn references(name: &'static str, of: &'static Takes, description: &'static str) -> Field {
    Field::optional(name, Takes::List { of, min: 1, max: MAX_ITEMS }, description)
}

static ANY: Takes = Takes::Reference(EntityKind::ALL);
static COALITION: Takes = Takes::Reference(&[EntityKind::Coalition]);
static CONDITION: Takes = Takes::Reference(&[EntityKind::Condition]);
static MEETING: Takes = Takes::Reference(&[EntityKind::Meeting]);
static SOURCE: Takes = Takes::Reference(&[EntityKind::Source]);
static REGION_CODE: Takes = Takes::Pattern(&REGION);
static MONTH_OF_ANY_YEAR: Takes = Takes::Pattern(&MONTH);
static WHERE: Takes = Takes::Object(&QUERY_WHERE);

/// The members of a `where` that narrow statements and entities alike.
pub(crate) const OF_EITHER: &[&str] = &["all_of", "any_of", "none_of", "source", "q"];

/// The members of a `where` that narrow entities; all others narrow statements.
pub(crate) const OF_ENTITIES: &[&str] = &["is", "kind", "region", "class", "condition_kind", "subject_of", "object_of"];

static QUERY_WHERE: Table = Table {
    schema: "QueryWhere",
    description: "Which statements or entities: everything given must hold; of the values of one member any. At most 6 deep.",
    fields: &[
        Field::optional("all_of", Takes::List { of: &WHERE, min: 1, max: CODES }, "All of these hold."),
        Field::optional("any_of", Takes::List { of: &WHERE, min: 1, max: CODES }, "At least one of these holds."),
        Field::optional("none_of", Takes::List { of: &WHERE, min: 1, max: CODES }, "None of these holds."),
        references(
            "source",
            &SOURCE,
            "Statements: a source of the evidence. Entities: a source with a statement that they are an end of.",
        ),
        Field::optional("q", Takes::Words(MAX_TEXT), "Words of texts or names, each as the beginning of a word."),
        references(
            "subject",
            &ANY,
            "Statements: the subject: the pledger, the attendee, the member, the holder of an office, the speaker.",
        )
        .example(r#"["country:GB"]"#),
        references("object", &ANY, "Statements: the object: the beneficiary, the meeting, the coalition, the country."),
        Field::optional("subject_is", WHERE, "Statements: the subject is such an entity."),
        Field::optional("object_is", WHERE, "Statements: the object is such an entity."),
        references("coalition", &COALITION, "Commitments: the coalition within which it is pledged."),
        references("condition", &CONDITION, "Commitments: a condition that they hang on."),
        Field::optional(
            "explicitness",
            Takes::Code(Codes::of::<Explicitness>()),
            "Commitments: how that condition, or any, is stated.",
        ),
        references("meeting", &MEETING, "Commitments: the meeting where it was announced."),
        references("place", &ANY, "The place of a commitment or an attendance."),
        references("acting_through", &ANY, "The person or body through which the subject acts."),
        references("agent", &ANY, "Statements: somebody in the attribution."),
        codes(
            "capability",
            &Takes::Code(Codes::of::<Capability>()),
            "What is pledged or asked for; a parent takes its children in.",
        )
        .example(r#"["military.forces"]"#),
        codes("mission", &Takes::Code(Codes::of::<Mission>()), "What for."),
        codes("stance", &Takes::Code(Codes::of::<Stance>()), "How firm the words are."),
        Field::optional("stance_min", Takes::Code(RANKED_STANCES), "The least firm stance."),
        codes("stage", &Takes::Code(Codes::of::<Stage>()), "What has been done."),
        codes("conditionality", &Takes::Code(Codes::of::<Conditionality>()), "Whether it hangs on anything."),
        codes("modality", &Takes::Code(Codes::of::<Modality>()), "Whose stance the words are."),
        codes("polarity", &Takes::Code(Codes::of::<Polarity>()), "Asserted, denied or left open."),
        codes(
            "standing",
            &Takes::Code(Codes::of::<Standing>()),
            "Statements: whether they count on `valid_at` or today. Absent: `stands` and `may_stand` wherever something is \
             counted or concluded (counts, groups, values, joins and anti-joins, `stance`, `stance_min`, `in_force`), else \
             any.",
        ),
        codes("membership_role", &Takes::Code(Codes::of::<MembershipRole>()), "As what somebody belongs."),
        codes("attendance_role", &Takes::Code(Codes::of::<AttendanceRole>()), "As what somebody attends."),
        codes("attendance_mode", &Takes::Code(Codes::of::<AttendanceMode>()), "How somebody attends."),
        codes("remark_type", &Takes::Code(Codes::of::<RemarkType>()), "The type of a remark."),
        codes(
            "in_force",
            &Takes::Code(Codes::of::<Truth>()),
            "Commitments: whether they are in force, on `valid_at` or today.",
        ),
        Field::optional("about", Takes::Object(&RELATED), "About such a statement, by a link of the type `about`."),
        Field::optional("said_from", Takes::Pattern(&DAY), "Possibly said on or after this day."),
        Field::optional("said_to", Takes::Pattern(&DAY), "Possibly said on or before this day."),
        codes("month", &MONTH_OF_ANY_YEAR, "With a date that may lie in one of these months of any year (EDTF).")
            .example(r#"["XXXX-04"]"#),
        Field::optional("recorded_from", Takes::Pattern(&DAY), "Recorded or corrected on or after this day (UTC)."),
        Field::optional("valid_at", Takes::Pattern(&DAY), "A day on which the statement possibly holds."),
        references("is", &ANY, "Entities: one of these."),
        codes("kind", &Takes::Code(Codes::of::<EntityKind>()), "Entities: of one of these kinds."),
        codes("region", &REGION_CODE, "Countries: in one of these regions (UN M49 codes).").example(r#"["150"]"#),
        codes("class", &Takes::Code(Codes::of::<OrganizationClass>()), "Organizations: of one of these classes."),
        codes("condition_kind", &Takes::Code(Codes::of::<ConditionKind>()), "Conditions: of one of these kinds."),
        Field::optional("subject_of", Takes::Object(&RELATED), "Entities: the subject of such a statement."),
        Field::optional("object_of", Takes::Object(&RELATED), "Entities: the object of such a statement."),
    ],
    read_only: &[],
};

static RELATED: Table = Table {
    schema: "QueryRelated",
    description: "Statements that an entity is an end of, or that a statement is about.",
    fields: &[
        Field::required(
            "find",
            Takes::Code(Codes::of::<QueryTarget>()),
            "Which statements: a collection of statements.",
        )
        .example(r#""commitments""#),
        Field::optional("where", Takes::Object(&QUERY_WHERE), "Which of them; all unless it is given."),
    ],
    read_only: &[],
};

pub(crate) static QUERY: Table = Table {
    schema: "Query",
    description: "A question to the graph.",
    fields: &[
        Field::required("find", Takes::Code(Codes::of::<QueryTarget>()), "What is looked for.")
            .example(r#""countries""#),
        Field::optional("where", Takes::Object(&QUERY_WHERE), "Which of it; all unless it is given.")
            .example(r#"{"subject_of":{"find":"attendances"},"none_of":[{"subject_of":{"find":"commitments"}}]}"#),
        Field::optional(
            "ask",
            Takes::Code(Codes::of::<QueryAsk>()),
            "What is asked of them; `items` unless it is given.",
        ),
        Field::optional(
            "select",
            Takes::List { of: &Takes::Code(Codes::of::<QueryField>()), min: 1, max: 10 },
            "Statements: one row for each distinct combination of these values.",
        ),
        Field::optional(
            "group_by",
            Takes::Code(Codes::of::<QueryField>()),
            "Statements: one row for each value of this field, the most frequent first. Each statement is in one row: those \
                without a value in one whose list of values is empty, so the counts add up to `found`.",
        ),
        Field::optional("by_stance", Takes::Flag, "Commitments: the firmest first; else in the order of recording."),
        ASSUME,
        WITHDRAW,
        Field::optional(
            "at_least",
            Takes::Integer { min: 1, max: 1_000_000 },
            "Of sets: commitments of so many distinct actors are to be in force; all the commitments unless it is given.",
        ),
        Field::optional(
            "limit",
            Takes::Integer { min: 1, max: 10_000 },
            "At most so many rows; 1,000 unless it is given.",
        ),
    ],
    read_only: &[],
};
