//! Tables of questions: bodies that ask and store nothing.

use pledgegraph_model::{
    Capability, Codes, DAY, EntityKind, Field, MAX_ITEMS, Mission, Modality, RANKED_STANCES, Table, Takes, Truth,
};

static ASSUMPTION: Table = Table {
    schema: "Assumption",
    description: "A condition and the truth that is supposed of it, whatever is on record.",
    fields: &[
        Field::required("condition", Takes::Reference(&[EntityKind::Condition]), "The condition.")
            .example(r#""condition:us-backing""#),
        Field::required("truth", Takes::Code(Codes::of::<Truth>()), "What is supposed: a string.").example(r#""true""#),
    ],
    read_only: &[],
};

static ONE_ASSUMPTION: Takes = Takes::Object(&ASSUMPTION);
pub(crate) const ASSUME: Field = Field::optional(
    "assume",
    Takes::List { of: &ONE_ASSUMPTION, min: 0, max: MAX_ITEMS },
    "Conditions whose truth is supposed; it overrides their tests and outcomes.",
)
.example(r#"[{"condition":"condition:us-backing","truth":"true"}]"#);
pub(crate) const WITHDRAW: Field = Field::optional(
    "withdraw",
    Takes::List { of: &Takes::Reference(EntityKind::ACTORS_AND_GROUPS), min: 0, max: MAX_ITEMS },
    "Actors whose commitments are supposed to be withdrawn.",
);
const STANCE_MIN: Field = Field::optional(
    "stance_min",
    Takes::Code(RANKED_STANCES),
    "Only commitments at least as firm; `willing` unless it is given.",
)
.example(r#""willing""#);
const INCLUDE_IMPLIED: Field = Field::optional(
    "include_implied",
    Takes::Flag,
    "Whether conditions that a source only implies are taken in; true unless it is given.",
);
const MODALITY: Field = Field::optional(
    "modality",
    Takes::List { of: &Takes::Code(Codes::of::<Modality>()), min: 1, max: 10 },
    "Whose words count; `own_statement` and `reported_by_others` unless it is given.",
);
const VALID_AT: Field =
    Field::optional("valid_at", Takes::Pattern(&DAY), "The day on which statements hold; today unless it is given.");
const CAPABILITY: Field = Field::optional(
    "capability",
    Takes::Code(Codes::of::<Capability>()),
    "What is pledged; a parent takes its children in.",
)
.example(r#""military.forces""#);
const MISSION: Field = Field::optional("mission", Takes::Code(Codes::of::<Mission>()), "What for.");
const COALITION: Field = Field::optional(
    "coalition",
    Takes::Reference(&[EntityKind::Coalition]),
    "The coalition within which it is pledged.",
);
const BENEFICIARY: Field = Field::optional("beneficiary", Takes::Reference(EntityKind::ACTORS), "To whom.");
const LIMIT: Field = Field::optional(
    "limit",
    Takes::Integer { min: 1, max: 10_000 },
    "At most so many items; 1,000 unless it is given.",
);

/// What would be.
pub static SCENARIO: Table = Table {
    schema: "ScenarioQuestion",
    description: "What is supposed, and which commitments are asked about.",
    fields: &[
        ASSUME,
        WITHDRAW,
        STANCE_MIN,
        INCLUDE_IMPLIED,
        MODALITY,
        VALID_AT,
        CAPABILITY,
        MISSION,
        COALITION,
        BENEFICIARY,
        LIMIT,
    ],
    read_only: &[],
};

static GOAL: Table = Table {
    schema: "Goal",
    description: "What is to be in force: `commitments`, so many of them; or so many distinct actors with a commitment that \
        the other fields describe. A group counts for its listed members.",
    fields: &[
        Field::optional(
            "commitments",
            Takes::List { of: &Takes::Statement, min: 1, max: MAX_ITEMS },
            "These commitments; not together with fields that describe some.",
        ),
        Field::optional(
            "actors",
            Takes::List { of: &Takes::Reference(EntityKind::ACTORS_AND_GROUPS), min: 1, max: MAX_ITEMS },
            "These actors; all unless it is given.",
        )
        .example(r#"["country:GB","country:FR","country:AU"]"#),
        Field::optional(
            "actor_kinds",
            Takes::List { of: &Takes::Code(Codes::of::<EntityKind>()), min: 1, max: 9 },
            "Actors of these kinds only; countries unless it or `actors` is given.",
        ),
        CAPABILITY,
        MISSION,
        COALITION,
        BENEFICIARY,
        Field::optional(
            "at_least",
            Takes::Integer { min: 1, max: 1_000_000 },
            "How many: of the commitments or actors that are named, all unless it is given; else one.",
        )
        .example("3"),
    ],
    read_only: &[],
};

/// What a goal takes.
pub static GOAL_QUESTION: Table = Table {
    schema: "GoalQuestion",
    description: "A goal and what is taken as given.",
    fields: &[
        Field::required("goal", Takes::Object(&GOAL), "What is to be in force."),
        ASSUME,
        WITHDRAW,
        STANCE_MIN,
        INCLUDE_IMPLIED,
        MODALITY,
        VALID_AT,
        LIMIT,
    ],
    read_only: &[],
};
