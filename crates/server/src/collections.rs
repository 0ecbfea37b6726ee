//! The collections: what each is called, what it holds, and what the document says of it. Lists in every format, records,
//! writes and histories follow.

use pledgegraph_model::{EdgeKind, EntityKind};
use pledgegraph_wire::filters::RELATIONS;

/// A collection of statements.
pub(crate) struct EdgeCollection {
    /// Its name in paths and operations, plural.
    pub(crate) name: &'static str,
    /// One item, in operations.
    pub(crate) item: &'static str,
    /// What it holds, for the document.
    pub(crate) description: &'static str,
    /// The kinds that it shows.
    pub(crate) kinds: &'static [EdgeKind],
    /// The name of the schema of an item.
    pub(crate) schema: &'static str,
    /// What an item is, for the document.
    pub(crate) shown: &'static str,
    /// The key of a statement in the bundled data.
    pub(crate) example: &'static str,
}

/// A collection of entities of one kind.
pub(crate) struct EntityCollection {
    /// Its name in paths and operations, plural.
    pub(crate) name: &'static str,
    /// One item, in operations.
    pub(crate) item: &'static str,
    /// What it holds, for the document.
    pub(crate) description: &'static str,
    /// The kind.
    pub(crate) kind: EntityKind,
    /// Only persons who hold an office.
    pub(crate) leaders: bool,
    /// The name of the schema of an item.
    pub(crate) schema: &'static str,
    /// What an item is, for the document.
    pub(crate) shown: &'static str,
    /// The slug of an entity of the bundled data.
    pub(crate) example: &'static str,
}

/// That of commitments.
pub(crate) const COMMITMENTS: EdgeCollection = EdgeCollection {
    name: "commitments",
    item: "commitment",
    description: "What actors pledge, refuse or leave open: how firmly (`stance`), what has been done (`stage`) and what it hangs on (`conditions`).",
    kinds: &[EdgeKind::Commitment],
    schema: "Commitment",
    shown: "A commitment: what an actor pledges to a beneficiary, how firmly, and what it hangs on.",
    example: "l21-gb-forces",
};

/// The collections of statements.
pub(crate) static STATEMENTS: &[EdgeCollection] = &[
    COMMITMENTS,
    EdgeCollection {
        name: "memberships",
        item: "membership",
        description: "Who belongs to a coalition or organization, and as what.",
        kinds: &[EdgeKind::Membership],
        schema: "Membership",
        shown: "A membership: who belongs to a coalition or organization.",
        example: "l08-gb-leader",
    },
    EdgeCollection {
        name: "offices",
        item: "office",
        description: "Who holds which office of a country or organization.",
        kinds: &[EdgeKind::Office],
        schema: "Office",
        shown: "An office: a person who holds it.",
        example: "l06-starmer-office",
    },
    EdgeCollection {
        name: "attendances",
        item: "attendance",
        description: "Who takes part in which meeting, as what, and from where.",
        kinds: &[EdgeKind::Attendance],
        schema: "Attendance",
        shown: "An attendance: who takes part in a meeting.",
        example: "l25-jp-absent",
    },
    EdgeCollection {
        name: "convenings",
        item: "convening",
        description: "Claims that a meeting is planned, held or called off, with its date, format and agenda.",
        kinds: &[EdgeKind::Convening],
        schema: "Convening",
        shown: "A convening: a claim that a meeting is planned, held or called off.",
        example: "l25-convening",
    },
    EdgeCollection {
        name: "requests",
        item: "request",
        description: "Who asks whom for what, and what became of it.",
        kinds: &[EdgeKind::Request],
        schema: "Request",
        shown: "A request: who asks whom for what.",
        example: "l16-gb-air-support",
    },
    EdgeCollection {
        name: "actions",
        item: "action",
        description: "Events that are no pledges: air raids, a failed attempt to persuade.",
        kinds: &[EdgeKind::Action],
        schema: "Action",
        shown: "An action: an event that is no pledge.",
        example: "l10-air-raids",
    },
    EdgeCollection {
        name: "outcomes",
        item: "outcome",
        description: "Who says that a condition is met or unmet.",
        kinds: &[EdgeKind::Outcome],
        schema: "Outcome",
        shown: "An outcome: a statement that a condition is met or unmet.",
        example: "",
    },
    EdgeCollection {
        name: "remarks",
        item: "remark",
        description: "Warnings, demands, assessments, acknowledgements, hopes and explanations.",
        kinds: &[EdgeKind::Remark],
        schema: "Remark",
        shown: "A remark: a warning, demand, assessment, acknowledgement, hope or explanation.",
        example: "l15-demand",
    },
    EdgeCollection {
        name: "relations",
        item: "relation",
        description: "Where a meeting or organization is (`location`), what is on the sidelines of what (`sidelines`) and what is part of what (`part_of`).",
        kinds: &RELATIONS,
        schema: "EdgeRelation",
        shown: "A relation: a location, a meeting on the sidelines of another, or a part of a whole.",
        example: "l04-conference-place",
    },
    EdgeCollection {
        name: "edges",
        item: "edge",
        description: "Statements of all kinds under one flat schema, with `kind`, `subject` and `object`.",
        kinds: &[],
        schema: "Edge",
        shown: "A statement of any kind: the fields that every statement has, and those of its kind.",
        example: "l21-gb-forces",
    },
];

/// The collections of entities.
pub(crate) static ENTITIES: &[EntityCollection] = &[
    EntityCollection {
        name: "countries",
        item: "country",
        description: "All countries and territories of ISO 3166-1.",
        kind: EntityKind::Country,
        leaders: false,
        schema: "Country",
        shown: "A country or territory of ISO 3166-1.",
        example: "GB",
    },
    EntityCollection {
        name: "coalitions",
        item: "coalition",
        description: "States that act together for a purpose.",
        kind: EntityKind::Coalition,
        leaders: false,
        schema: "Coalition",
        shown: "A coalition: states that act together for a purpose.",
        example: "of-the-willing",
    },
    EntityCollection {
        name: "organizations",
        item: "organization",
        description: "Organised bodies: international, government, armed force, media.",
        kind: EntityKind::Organization,
        leaders: false,
        schema: "Organization",
        shown: "An organised body.",
        example: "politico-europe",
    },
    EntityCollection {
        name: "groups",
        item: "group",
        description: "Sets that no source lists in full.",
        kind: EntityKind::Group,
        leaders: false,
        schema: "Group",
        shown: "A set that no source lists in full.",
        example: "neighbours-of-russia",
    },
    EntityCollection {
        name: "persons",
        item: "person",
        description: "Persons, named or anonymous.",
        kind: EntityKind::Person,
        leaders: false,
        schema: "Person",
        shown: "A person, named or anonymous.",
        example: "starmer",
    },
    EntityCollection {
        name: "leaders",
        item: "leader",
        description: "The persons who hold an office.",
        kind: EntityKind::Person,
        leaders: true,
        schema: "Person",
        shown: "A person, named or anonymous.",
        example: "starmer",
    },
    EntityCollection {
        name: "meetings",
        item: "meeting",
        description: "Meetings, summits and conferences. Date, format and status are read from what the convenings say.",
        kind: EntityKind::Meeting,
        leaders: false,
        schema: "Meeting",
        shown: "A meeting, summit or conference.",
        example: "coalition-summit",
    },
    EntityCollection {
        name: "places",
        item: "place",
        description: "Places that are not countries.",
        kind: EntityKind::Place,
        leaders: false,
        schema: "Place",
        shown: "A place that is not a country.",
        example: "northwood",
    },
    EntityCollection {
        name: "conditions",
        item: "condition",
        description: "What pledges hang on. Many commitments share one condition.",
        kind: EntityKind::Condition,
        leaders: false,
        schema: "Condition",
        shown: "A condition: what pledges hang on.",
        example: "us-backing",
    },
    EntityCollection {
        name: "sources",
        item: "source",
        description: "Documents that say it.",
        kind: EntityKind::Source,
        leaders: false,
        schema: "Source",
        shown: "A document.",
        example: "seed-article",
    },
];
