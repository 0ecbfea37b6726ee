//! The parameters that narrow lists of statements.

use pledgegraph_graph::{Counted, EdgeFilter, Span};
use pledgegraph_model::{
    AttendanceRole, Capability, Code, Conditionality, EdgeKind, EntityKind, Explicitness, MembershipRole, Mission,
    Modality, Polarity, Rank, Stage, Stance, StanceSet, Standing, Truth,
};

use crate::request::parameter::{Accepts, CodeNames, Parameter, codes};
use crate::request::reader::Reader;

/// A parameter and what it does to the filter.
pub(crate) struct EdgeParameter {
    pub(crate) parameter: Parameter,
    read: fn(&mut Reader<'_>, &'static str, &mut EdgeFilter),
}

use EntityKind::{Coalition, Condition, Country, Group, Meeting, Organization, Person, Place, Source};

pub(crate) const ACTORS: &[EntityKind] = &[Country, Coalition, Organization, Group];
pub(crate) const BENEFICIARIES: &[EntityKind] = &[Country, Coalition, Organization];
pub(crate) const ANY: &[EntityKind] =
    &[Country, Coalition, Organization, Group, Person, Meeting, Place, Condition, Source];
const AGENTS: &[EntityKind] = &[Person, Organization, Country, Coalition, Group, Source];

/// Joins a parameter's values with those of another parameter for the same field: both must hold.
fn narrow<T: PartialEq>(field: &mut Option<Vec<T>>, values: Option<Vec<T>>) {
    let Some(values) = values else { return };
    *field = Some(match field.take() {
        Some(known) => known.into_iter().filter(|value| values.contains(value)).collect(),
        None => values,
    });
}

/// A parameter that takes references.
macro_rules! references {
    ($(#[doc = $description:literal] $konst:ident = $name:literal, $kinds:expr, $example:literal => $field:ident;)*) => {$(
        pub(crate) const $konst: EdgeParameter = EdgeParameter {
            parameter: Parameter {
                name: $name,
                accepts: Accepts::References($kinds),
                description: $description,
                example: $example,
            },
            read: |reader, name, filter| narrow(&mut filter.$field, reader.references(name, $kinds)),
        };
    )*};
}

/// A parameter that takes codes of one list.
macro_rules! code_lists {
    ($(#[doc = $description:literal] $konst:ident = $name:literal, $code:ident, $example:literal => $field:ident;)*) => {$(
        pub(crate) const $konst: EdgeParameter = EdgeParameter {
            parameter: Parameter {
                name: $name,
                accepts: Accepts::Codes(CodeNames::of::<$code>(concat!(stringify!($code), "Filter"))),
                description: $description,
                example: $example,
            },
            read: |reader, name, filter| narrow(&mut filter.$field, reader.codes::<$code>(name)),
        };
    )*};
}

references! {
    #[doc = "Who or what the statement is about."]
    SUBJECT = "subject", ANY, "country:GB" => subject;
    #[doc = "To whom or what."]
    OBJECT = "object", ANY, "country:UA" => object;
    #[doc = "Either end."]
    TOUCHING = "touching", ANY, "country:GB" => touching;
    #[doc = "To whom."]
    BENEFICIARY = "beneficiary", BENEFICIARIES, "UA" => object;
    #[doc = "The coalition within which it is made."]
    COALITION = "coalition", &[Coalition], "of-the-willing" => coalition;
    #[doc = "The coalition or organization that the subject belongs to."]
    MEMBERSHIP_COALITION = "coalition", &[Coalition, Organization], "of-the-willing" => object;
    #[doc = "A condition anywhere in the tree."]
    CONDITIONAL_ON = "conditional_on", &[Condition], "us-backing" => condition;
    #[doc = "A document of the evidence."]
    SOURCE = "source", &[Source], "seed-article" => source;
    #[doc = "An agent anywhere in the chain of attribution."]
    SPEAKER = "speaker", AGENTS, "starmer" => agent;
    #[doc = "The meeting where it was announced."]
    MEETING = "meeting", &[Meeting], "coalition-april" => meeting;
    #[doc = "The meeting."]
    OF_MEETING = "meeting", &[Meeting], "coalition-april" => object;
    #[doc = "The condition."]
    OF_CONDITION = "condition", &[Condition], "ceasefire" => object;
    #[doc = "The person who holds the office."]
    PERSON = "person", &[Person], "starmer" => subject;
    #[doc = "Where it would take place, or from where the subject takes part."]
    PLACE = "place", &[Place, Country], "country:UA" => place;
    #[doc = "The person or body through which the subject acts."]
    ACTING_THROUGH = "acting_through", &[Person, Organization], "pentagon" => acting_through;
}

code_lists! {
    #[doc = "What is pledged or asked for; a parent takes its children in."]
    CAPABILITY = "capability", Capability, "military.forces" => capability;
    #[doc = "What for."]
    MISSION = "mission", Mission, "ceasefire_monitoring" => mission;
    #[doc = "What has been done."]
    STAGE = "stage", Stage, "suspended" => stage;
    #[doc = "Whether it hangs on anything."]
    CONDITIONALITY = "conditionality", Conditionality, "conditional" => conditionality;
    #[doc = "Whose stance the words are. Where something counts or is concluded, these modalities do in place of `own_statement` and `reported_by_others`."]
    MODALITY = "modality", Modality, "reported_by_others" => modality;
    #[doc = "Asserted, denied, or left open by the source itself."]
    POLARITY = "polarity", Polarity, "asserted" => polarity;
    #[doc = "How it stands among others on the same matter."]
    RANK = "rank", Rank, "normal" => rank;
    #[doc = "What the subject is to the coalition or organization."]
    MEMBERSHIP_ROLE = "role", MembershipRole, "leader" => membership_role;
    #[doc = "What the subject is to the meeting."]
    ATTENDANCE_ROLE = "role", AttendanceRole, "participant" => attendance_role;
}

pub(crate) const KIND: EdgeParameter = EdgeParameter {
    parameter: Parameter {
        name: "kind",
        accepts: Accepts::Codes(CodeNames::of::<EdgeKind>("EdgeKindFilter")),
        description: "The kind of statement.",
        example: "commitment",
    },
    read: |reader, name, filter| filter.kinds = reader.codes(name).unwrap_or_default(),
};

/// Narrows a collection of several kinds to some of them.
pub(crate) const RELATION_KIND: EdgeParameter = EdgeParameter {
    parameter: Parameter {
        name: "kind",
        accepts: Accepts::Codes(CodeNames { schema: "RelationKindFilter", all: relation_kinds }),
        description: "The kind of relation.",
        example: "part_of",
    },
    read: |reader, name, filter| {
        let known = |value: &str| RELATIONS.iter().copied().find(|kind| kind.as_str() == value);
        if let Some(kinds) = reader.some_of(name, relation_kinds, known) {
            filter.kinds = kinds;
        }
    },
};

/// The kinds of the collection `relations`.
pub(crate) const RELATIONS: [EdgeKind; 3] = [EdgeKind::Location, EdgeKind::Sidelines, EdgeKind::PartOf];

fn relation_kinds() -> Vec<&'static str> {
    RELATIONS.iter().map(|kind| kind.as_str()).collect()
}

pub(crate) const PLEDGER: EdgeParameter = EdgeParameter {
    parameter: Parameter {
        name: "pledger",
        accepts: Accepts::References(ACTORS),
        description: "Who pledges; takes in the bodies and groups that are part of it.",
        example: "GB",
    },
    read: |reader, name, filter| {
        filter.subject_with_parts = reader.has(name);
        narrow(&mut filter.subject, reader.references(name, ACTORS));
    },
};

pub(crate) const STANCE: EdgeParameter = EdgeParameter {
    parameter: Parameter {
        name: "stance",
        accepts: Accepts::Codes(CodeNames { schema: "StanceFilter", all: stances }),
        description: "How firm the words are: stances, or the sets `positive` (willing and firmer), `firm` (pledged and \
            firmer), `open` (in_discussion, not_ruled_out), `negative` (refused, declined, withdrawn).",
        example: "willing",
    },
    read: |reader, name, filter| {
        let Some(wanted) = reader.some_of(name, stances, stances_named) else { return };
        narrow(&mut filter.stance, Some(wanted.concat()));
    },
};

pub(crate) const STANCE_MIN: EdgeParameter = EdgeParameter {
    parameter: Parameter {
        name: "stance_min",
        accepts: Accepts::Code(CodeNames { schema: "StanceMinimum", all: ranked_stances }),
        description: "At least as firm as this. `not_stated` is never firm enough.",
        example: "willing",
    },
    read: |reader, name, filter| {
        let Some(value) = reader.text(name) else { return };
        let ranked = |value: &str| Stance::parse(value).ok().filter(|stance| stance.rank().is_some());
        if let Some(least) = reader.one_of(name, value, ranked_stances, ranked) {
            let enough = Stance::ALL.iter().copied().filter(|stance| stance.at_least(least));
            narrow(&mut filter.stance, Some(enough.collect()));
        }
    },
};

/// Read with all others: see [`counted`].
pub(crate) const STANDING: EdgeParameter = EdgeParameter {
    parameter: Parameter {
        name: "standing",
        accepts: Accepts::Codes(CodeNames::of::<Standing>("StandingFilter")),
        description: "Whether it counts on the day, which is today unless `valid_at` says otherwise. Whatever counts or \
            concludes takes `stands` and `may_stand` unless this says otherwise, and says how many it left out (warning \
            `set-aside`; in CSV the header `Pledgegraph-Set-Aside`): lists with `stance`, `stance_min` or `in_force`, \
            positions, the matrix and all analyses. Other lists show every statement, each with its `standing`.",
        example: "stands",
    },
    read: |_, _, _| {},
};

/// Read by the collection itself: it takes an evaluation.
pub(crate) const IN_FORCE: EdgeParameter = EdgeParameter {
    parameter: Parameter {
        name: "in_force",
        accepts: Accepts::Codes(CodeNames::of::<Truth>("InForceFilter")),
        description: "Whether it is in force on the day asked, today unless `valid_at` says otherwise.",
        example: "true",
    },
    read: |_, _, _| {},
};

pub(crate) const EXPLICITNESS: EdgeParameter = EdgeParameter {
    parameter: Parameter {
        name: "explicitness",
        accepts: Accepts::Codes(CodeNames::of::<Explicitness>("ExplicitnessFilter")),
        description: "Whether the source states or implies the condition that `conditional_on` names, else any \
            condition. Never tests the evidence.",
        example: "implied",
    },
    read: |reader, name, filter| filter.explicitness = reader.codes(name),
};

pub(crate) const SAID_FROM: EdgeParameter = EdgeParameter {
    parameter: Parameter {
        name: "said_from",
        accepts: Accepts::Date,
        description: "Said on this date or later. A statement without a date passes unless `date_match=certain`.",
        example: "2025-01",
    },
    read: |reader, name, filter| {
        if let Some(day) = reader.first_day(name) {
            filter.said.get_or_insert_with(Span::default).from = Some(day);
        }
    },
};

pub(crate) const SAID_TO: EdgeParameter = EdgeParameter {
    parameter: Parameter {
        name: "said_to",
        accepts: Accepts::Date,
        description: "Said on this date or earlier. A statement without a date passes unless `date_match=certain`.",
        example: "2025-12",
    },
    read: |reader, name, filter| {
        if let Some(day) = reader.last_day(name) {
            filter.said.get_or_insert_with(Span::default).to = Some(day);
        }
    },
};

pub(crate) const DATE_MATCH: EdgeParameter = EdgeParameter {
    parameter: Parameter {
        name: "date_match",
        accepts: Accepts::Code(CodeNames { schema: "DateMatch", all: date_matches }),
        description: "`possible` (the default): dates that may lie within. `certain`: dates that lie within whatever \
            they mean.",
        example: "possible",
    },
    read: |reader, name, filter| {
        let Some(value) = reader.text(name) else { return };
        let known = |value: &str| date_matches().contains(&value).then_some(value == "certain");
        filter.date_match_certain = reader.one_of(name, value, date_matches, known).unwrap_or_default();
    },
};

pub(crate) const VALID_AT: EdgeParameter = EdgeParameter {
    parameter: Parameter {
        name: "valid_at",
        accepts: Accepts::Day,
        description: "The day, or `now` (UTC), on which statements stand: today if it is absent. A list that does not ask for \
            `standing`, or for what counts, has only those that hold on it, and all if it is absent.",
        example: "now",
    },
    read: |reader, name, filter| filter.valid_at = reader.day(name),
};

pub(crate) const Q: EdgeParameter = EdgeParameter {
    parameter: Parameter {
        name: "q",
        accepts: Accepts::Text,
        description: "Words of the statement's own texts and of the names of the entities it touches, its speakers \
            included, in any language; each must occur, as the beginning of a word.",
        example: "stocks",
    },
    read: |reader, name, filter| filter.text = reader.text(name).map(str::to_owned),
};

/// The parameters that every list of statements has.
pub(crate) const COMMON: [&EdgeParameter; 12] = [
    &SOURCE,
    &SPEAKER,
    &MODALITY,
    &POLARITY,
    &RANK,
    &STANDING,
    &SAID_FROM,
    &SAID_TO,
    &VALID_AT,
    &DATE_MATCH,
    &Q,
    &TOUCHING,
];

fn stances() -> Vec<&'static str> {
    codes::<Stance>().into_iter().chain(StanceSet::ALL.iter().map(|set| set.name())).collect()
}

pub(crate) fn ranked_stances() -> Vec<&'static str> {
    Stance::ALL.iter().filter(|stance| stance.rank().is_some()).map(|stance| stance.as_str()).collect()
}

fn date_matches() -> Vec<&'static str> {
    vec!["possible", "certain"]
}

/// The stances of a stance or of a named set.
fn stances_named(name: &str) -> Option<Vec<Stance>> {
    if let Some(set) = StanceSet::ALL.iter().find(|set| set.name() == name) {
        return Some(Stance::ALL.iter().copied().filter(|stance| set.contains(*stance)).collect());
    }
    Stance::parse(name).ok().map(|stance| vec![stance])
}

/// What counts in a request that counts or concludes: the standings that it names, else those that count anyway and what it
/// names by `polarity` or `rank` itself.
fn counted(reader: &mut Reader<'_>, filter: &EdgeFilter) -> Counted {
    let known = filter.counted.as_ref().map(|counted| counted.day);
    let day = filter.valid_at.or(known).unwrap_or_else(|| reader.today());
    let standings = reader.codes::<Standing>(STANDING.parameter.name).unwrap_or_else(|| {
        let named = |names: bool, standing| names.then_some(standing);
        let polarity = |of| filter.polarity.as_ref().is_some_and(|polarities| polarities.contains(&of));
        let rank = filter.rank.as_ref().is_some_and(|ranks| ranks.contains(&Rank::Deprecated));
        let also: Vec<Standing> = [
            named(polarity(Polarity::Denied), Standing::Denied),
            named(polarity(Polarity::Unknown), Standing::Unverified),
            named(rank, Standing::Deprecated),
        ]
        .into_iter()
        .flatten()
        .collect();
        if also.is_empty() {
            return also;
        }
        Standing::ALL.iter().copied().filter(|standing| standing.counts() || also.contains(standing)).collect()
    });
    Counted::on(day).of(filter.modality.clone().unwrap_or_default()).standing(standings)
}

/// The filter that the parameters of a request make over statements of some kinds.
pub(crate) fn read(reader: &mut Reader<'_>, kinds: &[EdgeKind], parameters: &[&EdgeParameter]) -> EdgeFilter {
    let mut filter = EdgeFilter { kinds: kinds.to_vec(), ..EdgeFilter::default() };
    for parameter in parameters {
        (parameter.read)(reader, parameter.parameter.name, &mut filter);
    }
    window(reader, filter.said);
    // A list shows every statement, unless it is asked how firm they are or how they stand.
    let is_about_firmness = filter.stance.is_some() || reader.has(IN_FORCE.parameter.name);
    if is_about_firmness || reader.has(STANDING.parameter.name) {
        return counting(reader, filter);
    }
    filter
}

/// The filter of a request that counts or concludes: it takes what counts on the day. What is not yet or is over has a standing of its own, so the day hides nothing
/// that is not said to be set aside, or asked for by its standing.
pub(crate) fn counting(reader: &mut Reader<'_>, filter: EdgeFilter) -> EdgeFilter {
    let counted = counted(reader, &filter);
    let valid_at = filter.valid_at.filter(|_| filter.date_match_certain && counted.standings.is_empty());
    EdgeFilter { valid_at, counted: Some(counted), ..filter }
}

/// Refuses a window that ends before it begins: no day lies in it, and yet each bound alone lets undated statements pass.
fn window(reader: &mut Reader<'_>, said: Option<Span>) {
    let Some(Span { from: Some(from), to: Some(to) }) = said else { return };
    if from > to {
        let (first, last) = (SAID_FROM.parameter.name, SAID_TO.parameter.name);
        for name in [first, last] {
            reader.fail(name, format!("`{first}` lies after `{last}`: {from} and {to}; no day is in both"));
        }
    }
}
