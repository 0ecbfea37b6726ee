//! Tables of statements: what every kind has, and what each has of its own.

use pledgegraph_model::{
    ActionClass, Area, AttendanceMode, AttendanceRole, Capability, Conditionality, ConveningClaim, ConveningFormat,
    ConveningStatus, EdgeKind, EntityKind, Listed, MembershipRole, Mission, Modality, OutcomeValue, Polarity, Rank,
    Relation, RemarkType, RequestOutcome, Specificity, Stage, Stance,
};

use super::parts::{CONDITION_NODE, COUNT, DATE, END, EVIDENCE, ITEMS, LINK, MANY, QUANTITY};
use crate::body::field::{Field, Takes, code};
use EntityKind::{Coalition, Condition, Country, Group, Meeting, Organization, Person, Place};

/// Fields of answers that no client sets.
pub(crate) const READ_ONLY: &[&str] = &[
    "id",
    "version",
    "ver",
    "hash",
    "seq",
    "recorded_at",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "known_at",
    "in_force",
    "standing",
];

/// What lines of imports carry beside the draft of a statement.
pub(crate) static EDGE_LINE: [Field; 1] = [Field::optional("id", Takes::Id, "The identifier; made if left out.")];

/// The kind: may be given where there is one, must be given where there are several.
pub(crate) static KIND: Field =
    Field::optional("kind", code::<EdgeKind>("EdgeKindCode"), "The kind of statement; it never changes.");

type Kinds = &'static [EntityKind];

const ACTORS: Kinds = &[Country, Coalition, Organization];
const ACTORS_AND_GROUPS: Kinds = &[Country, Coalition, Organization, Group];
const WHO: Kinds = &[Country, Coalition, Organization, Group, Person];
const PLACES: Kinds = &[Place, Country];
const THROUGH: Kinds = &[Person, Organization];
const ANY: Kinds = &[Country, Coalition, Organization, Group, Person, Meeting, Place, Condition, EntityKind::Source];

/// The kinds of entities that may stand at the ends of a kind of statement, as
/// [`pledgegraph_model::ends_allowed`] has it.
pub(crate) fn ends(kind: EdgeKind) -> (Kinds, Kinds) {
    match kind {
        EdgeKind::Membership => (ACTORS_AND_GROUPS, &[Coalition, Organization]),
        EdgeKind::Office => (&[Person], &[Country, Organization]),
        EdgeKind::Attendance => (WHO, &[Meeting]),
        EdgeKind::Convening => (ACTORS_AND_GROUPS, &[Meeting]),
        EdgeKind::Location => (&[Meeting, Organization], &[Place]),
        EdgeKind::Sidelines => (&[Meeting], &[Meeting]),
        EdgeKind::PartOf => (
            &[Country, Coalition, Organization, Group, Person, Place],
            &[Country, Coalition, Organization, Group, Place],
        ),
        EdgeKind::Commitment => (ACTORS_AND_GROUPS, ACTORS),
        EdgeKind::Request => (ACTORS_AND_GROUPS, &[Country, Coalition, Organization, Person]),
        EdgeKind::Action | EdgeKind::Remark => (WHO, ANY),
        EdgeKind::Outcome => (ACTORS, &[Condition]),
    }
}

/// The names of the ends in a body, with what they are.
pub(crate) fn end_names(typed: bool) -> [(&'static str, &'static str, &'static str); 2] {
    if typed {
        [
            ("pledger", "Who pledges, refuses or leaves open.", r#""country:GB""#),
            ("beneficiary", "To whom.", r#""country:UA""#),
        ]
    } else {
        [("subject", "Who or what the statement is about.", ""), ("object", "To whom or what.", "")]
    }
}

/// What statements of every kind have.
pub(crate) static COMMON: [Field; 8] = [
    Field::optional(
        "modality",
        code::<Modality>("ModalityCode"),
        "Whose stance the words are; `reported_by_others` if left out.",
    ),
    Field::optional(
        "polarity",
        code::<Polarity>("PolarityCode"),
        "Whether it is asserted, denied or left open; `asserted` if left out.",
    ),
    Field::optional(
        "rank",
        code::<Rank>("RankCode"),
        "How it stands among others on the same matter; `normal` if left out.",
    )
    .example(r#""normal""#),
    Field::optional("said_at", Takes::Object(&DATE), "When it was said."),
    Field::optional("valid_from", Takes::Object(&DATE), "From when it holds."),
    Field::optional("valid_until", Takes::Object(&END), "Until when it holds."),
    Field::required(
        "evidence",
        Takes::List { of: &Takes::Object(&EVIDENCE), min: 1, max: MANY },
        "Who says so; at least one piece.",
    ),
    Field::optional(
        "links",
        Takes::List { of: &Takes::Object(&LINK), min: 0, max: MANY },
        "How it bears on other statements. Links that others hold to it are theirs.",
    ),
];

const HOW_MANY: Field = Field::optional("count", Takes::Object(&COUNT), "How many, where the subject is a group.");
const ACTING_THROUGH: Field =
    Field::optional("acting_through", Takes::Reference(THROUGH), "The person or body through which the subject acts.");

static MEMBERSHIP: [Field; 2] =
    [Field::required("role", code::<MembershipRole>("MembershipRoleCode"), "What the member is to it."), HOW_MANY];
static OFFICE: [Field; 1] =
    [Field::required("title", Takes::Texts, "Title of the office, by language.")
        .example(r#"{"en": "Prime Minister"}"#)];
static ATTENDANCE: [Field; 4] = [
    Field::required("role", code::<AttendanceRole>("AttendanceRoleCode"), "What the subject is to the meeting."),
    Field::optional("mode", code::<AttendanceMode>("AttendanceModeCode"), "How it takes part."),
    Field::optional("place", Takes::Reference(PLACES), "From where it takes part."),
    HOW_MANY,
];
static CONVENING: [Field; 6] = [
    Field::optional("date", Takes::Object(&DATE), "When the meeting is or was."),
    Field::optional("format", code::<ConveningFormat>("ConveningFormatCode"), "How people meet."),
    Field::required("status", code::<ConveningStatus>("ConveningStatusCode"), "What became of the meeting."),
    Field::optional(
        "agenda",
        Takes::List { of: &Takes::Texts, min: 0, max: ITEMS },
        "The agenda, an item at a time, each by language.",
    ),
    Field::optional("agenda_complete", Takes::Flag, "Whether the source gives the whole agenda."),
    Field::optional(
        "claim",
        code::<ConveningClaim>("ConveningClaimCode"),
        "What the source claims of the meeting among all.",
    ),
];
static PART_OF: [Field; 1] =
    [Field::optional("listed", code::<Listed>("ListedCode"), "Whether the source lists the whole.")];
static COMMITMENT: [Field; 16] = [
    Field::required("capability", code::<Capability>("CapabilityCode"), "What is pledged."),
    Field::optional("mission", code::<Mission>("MissionCode"), "What for; `unspecified` if left out."),
    Field::optional(
        "specificity",
        code::<Specificity>("SpecificityCode"),
        "How exactly the source says what; `specified` if left out.",
    ),
    Field::required("stance", code::<Stance>("StanceCode"), "How firm the words are.").example(r#""willing""#),
    Field::optional("stage", code::<Stage>("StageCode"), "What has been done; `none` if left out."),
    Field::optional(
        "conditionality",
        code::<Conditionality>("ConditionalityCode"),
        "Whether it hangs on anything. If left out: `conditional` where `conditions` are given, else `not_stated`.",
    )
    .example(r#""conditional""#),
    Field::optional(
        "relation",
        code::<Relation>("RelationCode"),
        "How the conditions bear on the pledge: `necessary` (only if), the default, or `sufficient` (if). Only with `conditions`.",
    ),
    Field::optional("conditions", Takes::Object(&CONDITION_NODE), "What it hangs on: the root of a tree."),
    Field::optional("coalition", Takes::Reference(&[Coalition]), "The coalition within which it is made.")
        .example(r#""coalition:of-the-willing""#),
    Field::optional("quantity", Takes::Object(&QUANTITY), "How much."),
    HOW_MANY,
    Field::optional("place", Takes::Reference(PLACES), "Where it would take place.").example(r#""country:UA""#),
    Field::optional("area", code::<Area>("AreaCode"), "Inside or outside `place`; only with it."),
    Field::optional("meeting", Takes::Reference(&[Meeting]), "The meeting where it was announced."),
    ACTING_THROUGH,
    Field::optional("rationale", Takes::Texts, "Why, in our own words, by language; never evaluated."),
];
static REQUEST: [Field; 4] = [
    Field::optional("capability", code::<Capability>("CapabilityCode"), "What is asked for, where it is a capability."),
    Field::optional("text", Takes::Texts, "What is asked for, in our own words, by language."),
    ACTING_THROUGH,
    Field::optional("outcome", code::<RequestOutcome>("RequestOutcomeCode"), "What became of the request."),
];
static ACTION: [Field; 2] = [
    Field::required("class", code::<ActionClass>("ActionClassCode"), "The class of the event."),
    Field::optional("text", Takes::Texts, "What happened, in our own words, by language."),
];
static OUTCOME: [Field; 2] = [
    Field::required("value", code::<OutcomeValue>("OutcomeValueCode"), "Whether the condition holds."),
    Field::optional("since", Takes::Object(&DATE), "Since when the condition holds or not."),
];
static REMARK: [Field; 2] = [
    Field::required("type", code::<RemarkType>("RemarkTypeCode"), "What the remark does."),
    Field::required("text", Takes::Texts, "What it says, in our own words, by language."),
];

/// What a kind has of its own.
pub(crate) fn own(kind: EdgeKind) -> &'static [Field] {
    match kind {
        EdgeKind::Membership => &MEMBERSHIP,
        EdgeKind::Office => &OFFICE,
        EdgeKind::Attendance => &ATTENDANCE,
        EdgeKind::Convening => &CONVENING,
        EdgeKind::Location | EdgeKind::Sidelines => &[],
        EdgeKind::PartOf => &PART_OF,
        EdgeKind::Commitment => &COMMITMENT,
        EdgeKind::Request => &REQUEST,
        EdgeKind::Action => &ACTION,
        EdgeKind::Outcome => &OUTCOME,
        EdgeKind::Remark => &REMARK,
    }
}

#[cfg(test)]
mod tests {
    use pledgegraph_model::{Code, ends_allowed};

    use super::*;

    #[test]
    fn the_ends_are_those_of_the_model() {
        for kind in EdgeKind::ALL {
            let (subjects, objects) = ends(*kind);
            for subject in EntityKind::ALL {
                for object in EntityKind::ALL {
                    let here = subjects.contains(subject) && objects.contains(object);
                    assert_eq!(here, ends_allowed(*kind, *subject, *object), "{kind} {subject} {object}");
                }
            }
        }
    }
}
