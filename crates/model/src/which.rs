//! Filters: which statements or entities, declared once.
//!
//! Of the declaration below come the members of a `where` in `/v1/query`, the parameters of lists, what is said of both in the
//! document, how a filter is said in words and the address of the list that has it. What it lets through is found by
//! `pledgegraph-graph`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::field::{MAX_CODES, MAX_ITEMS};
use crate::filter::{Absent, MONTH, STANCES_AND_SETS, field, filters, given, mapped, narrows, read, rows, takes};
use crate::{
    AttendanceMode, AttendanceRole, Capability, Code as _, Codes, ConditionKind, Conditionality, DAY, DateMatch,
    EdgeKind, EntityId, EntityKind, Explicitness, Field, Filter, FilterValues, Given, MAX_TEXT, MembershipRole,
    Mission, Modality, Narrows, OrganizationClass, Polarity, QueryTarget, RANKED_STANCES, REGION, Rank, RemarkType,
    Stage, Stance, Standing, Table, Takes, Truth,
};

/// How deep conditions of a query may be nested.
pub const MAX_QUERY_DEPTH: usize = 6;

filters! {
    /// The subject: the pledger, the attendee, the member, the holder of an office, the speaker.
    subject: Vec<R> => entities(EntityKind::ALL) of Statements, "country:GB";
    /// The subject is such an entity.
    subject_is: Option<Box<Self>> => such of Statements;
    /// Who pledges; takes in the bodies and groups that are part of it.
    pledger: Vec<R> => entities(EntityKind::ACTORS_AND_GROUPS) of Statements [Commitment], "country:GB";
    /// The object: the beneficiary, the meeting, the coalition, the country.
    object: Vec<R> => entities(EntityKind::ALL) of Statements, "country:UA";
    /// The object is such an entity.
    object_is: Option<Box<Self>> => such of Statements;
    /// Either end.
    touching: Vec<R> => entities(EntityKind::ALL) of Statements, "country:GB";
    /// One of these.
    is: Vec<R> => entities(EntityKind::ALL) of Entities, "country:GB";
    /// Of one of these kinds.
    kind: Vec<EntityKind> => codes(EntityKind) of Entities, "country";
    /// In one of these regions (UN M49 codes).
    region: Vec<String> => texts(REGION) of Entities [Country], "150";
    /// What the organization is.
    class: Vec<OrganizationClass> => codes(OrganizationClass) of Entities [Organization], "media";
    /// What kind of condition.
    condition_kind: Vec<ConditionKind> => codes(ConditionKind) of Entities [Condition], "third_party_backing";
    /// What is pledged or asked for; a parent takes its children in.
    capability: Vec<Capability> => codes(Capability) of Statements [Commitment, Request], "military.forces";
    /// What for.
    mission: Vec<Mission> => codes(Mission) of Statements [Commitment], "ceasefire_monitoring";
    /// How firm the words are.
    stance: Vec<Stance> => stances of Statements [Commitment], "willing";
    /// At least as firm as this. `not_stated` is never firm enough.
    stance_min: Option<Stance> => ranked of Statements [Commitment], "willing";
    /// What has been done.
    stage: Vec<Stage> => codes(Stage) of Statements [Commitment], "suspended";
    /// The coalition within which it is pledged.
    coalition: Vec<R> => entities(&[EntityKind::Coalition]) of Statements [Commitment], "coalition:of-the-willing";
    /// A condition that it hangs on.
    condition: Vec<R> => entities(&[EntityKind::Condition]) of Statements [Commitment], "condition:us-backing";
    /// Whether the source states or implies the condition that is asked for, else any condition. Never tests the evidence.
    explicitness: Option<Explicitness> => either(Explicitness) of Statements [Commitment], "implied";
    /// Whether it hangs on anything.
    conditionality: Vec<Conditionality> => codes(Conditionality) of Statements [Commitment], "conditional";
    /// The meeting where it was announced.
    meeting: Vec<R> => entities(&[EntityKind::Meeting]) of Statements [Commitment], "meeting:coalition-april";
    /// Where it would take place, or from where the subject takes part.
    place: Vec<R> => entities(EntityKind::PLACES) of Statements [Commitment, Attendance], "country:UA";
    /// The person or body through which the subject acts.
    acting_through: Vec<R> => entities(EntityKind::BODIES) of Statements [Commitment, Request], "organization:pentagon";
    /// Somebody in the attribution.
    agent: Vec<R> => entities(EntityKind::SPEAKERS) of Statements, "person:starmer";
    /// A document of the evidence; of an entity, one with a statement that it is an end of.
    source: Vec<R> => entities(&[EntityKind::Source]) of Either, "source:seed-article";
    /// Whose stance the words are. Where something counts or is concluded, these modalities do in place of `own_statement` and
    /// `reported_by_others`.
    modality: Vec<Modality> => codes(Modality) of Statements, "reported_by_others";
    /// Asserted, denied, or left open by the source itself.
    polarity: Vec<Polarity> => codes(Polarity) of Statements, "asserted";
    /// How it stands among others on the same matter.
    rank: Vec<Rank> => codes(Rank) of Statements, "normal";
    /// Whether it counts on the day, which is today unless `valid_at` says otherwise. Whatever counts or concludes (lists with
    /// `stance`, `stance_min` or `in_force`, positions, the matrix and all analyses; counts, groups, values, joins and
    /// anti-joins of queries) takes `stands` and `may_stand` unless this says otherwise, and says how many it left out
    /// (warning `set-aside`; in CSV and NDJSON the header `Pledgegraph-Set-Aside`). Other lists show every statement, each with its
    /// `standing`.
    standing: Vec<Standing> => codes(Standing) of Statements, "stands";
    /// As what somebody belongs.
    membership_role: Vec<MembershipRole> => codes(MembershipRole) of Statements [Membership], "leader";
    /// As what somebody attends.
    attendance_role: Vec<AttendanceRole> => codes(AttendanceRole) of Statements [Attendance], "participant";
    /// How somebody attends.
    attendance_mode: Vec<AttendanceMode> => codes(AttendanceMode) of Statements [Attendance];
    /// The type of a remark.
    remark_type: Vec<RemarkType> => codes(RemarkType) of Statements [Remark];
    /// Whether it is in force on the day, today unless `valid_at` says otherwise.
    in_force: Vec<Truth> => codes(Truth) of Statements [Commitment], "true";
    /// Said on this day or later. A statement without a date passes unless `date_match` is `certain`.
    said_from: Option<NaiveDate> => from of Statements, "2025-01-01";
    /// Said on this day or earlier. A statement without a date passes unless `date_match` is `certain`.
    said_to: Option<NaiveDate> => until of Statements, "2025-12-31";
    /// With a date that may lie in one of these months of any year (EDTF); a statement without a date has none.
    month: Vec<String> => texts(MONTH) of Statements, "XXXX-04";
    /// To be done by this day or later; a commitment that names no day for it is none.
    due_from: Option<NaiveDate> => from of Statements [Commitment], "2025-01-01";
    /// To be done by this day or earlier; a commitment that names no day for it is none.
    due_to: Option<NaiveDate> => until of Statements [Commitment], "2030-12-31";
    /// Recorded or corrected on or after this day (UTC).
    recorded_from: Option<NaiveDate> => day of Statements, "2025-01-01";
    /// A day on which it possibly holds. Where standings are asked for, or something counts, the day of standings: today unless
    /// it is given.
    valid_at: Option<NaiveDate> => day of Statements, "2025-07-10";
    /// `possible` (the default): dates that may lie within. `certain`: dates that lie within whatever they mean.
    date_match: Option<DateMatch> => code(DateMatch) of Statements, "possible";
    /// Words in any language, each of which must occur as the beginning of a word: in a statement's own texts or the names of
    /// the entities it touches, its speakers included; in the names of an entity, in any usual spelling.
    q: Option<String> => words of Either;
    /// About such a statement, by a link of the type `about`.
    about: Option<Box<Related<R>>> => related of Statements;
    /// The subject of such a statement.
    subject_of: Option<Box<Related<R>>> => related of Entities;
    /// The object of such a statement.
    object_of: Option<Box<Related<R>>> => related of Entities;
    /// All of these hold.
    all_of: Vec<Self> => branches of Either;
    /// At least one of these holds.
    any_of: Vec<Self> => branches of Either;
    /// None of these holds.
    none_of: Vec<Self> => branches of Either;
}

/// What a related statement is.
pub static RELATED: Table = Table {
    schema: "QueryRelated",
    description: "Statements that an entity is an end of, or that a statement is about.",
    fields: &[
        Field::required(
            "find",
            Takes::Code(Codes::of::<QueryTarget>()),
            "Which statements: a collection of statements.",
        )
        .example(r#""commitments""#),
        Field::optional("where", Takes::Object(&WHERE), "Which of them; all unless it is given."),
    ],
    read_only: &[],
};

/// Statements that an entity is an end of, or that a statement is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(serialize = "R: Serialize + PartialEq"))]
pub struct Related<R = EntityId> {
    /// Which statements; a collection of statements.
    pub find: QueryTarget,
    /// Which of them.
    #[serde(rename = "where", default = "Where::all", skip_serializing_if = "Where::is_all")]
    pub which: Where<R>,
}

static BRANCH: Takes = Takes::Object(&WHERE);

/// The filter of a name.
///
/// # Panics
/// When there is none: for names in the code.
pub const fn filter(name: &str) -> &'static Filter {
    let mut at = 0;
    while at < FILTERS.len() {
        if is_same(FILTERS[at].field.name, name) {
            return &FILTERS[at];
        }
        at += 1;
    }
    panic!("there is no filter of this name")
}

/// The filters that together are a span of days: the first and the last.
pub fn spans() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILTERS.iter().filter_map(|first| {
        let of = first.field.name.strip_suffix("_from")?;
        let last = FILTERS.iter().find(|last| last.field.name.strip_suffix("_to") == Some(of))?;
        Some((first.field.name, last.field.name))
    })
}

/// `==`, for constants.
const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

impl<R: Clone> Related<R> {
    /// The same with every reference replaced.
    ///
    /// # Errors
    /// The first error of `f`.
    pub fn try_map<S, E>(&self, f: &mut impl FnMut(&R) -> Result<S, E>) -> Result<Related<S>, E> {
        Ok(Related { find: self.find, which: self.which.try_map(f)? })
    }
}

impl<R> Default for Where<R> {
    fn default() -> Self {
        Self::all()
    }
}

impl<R: PartialEq> Where<R> {
    /// Whether nothing is narrowed.
    pub fn is_all(&self) -> bool {
        *self == Self::all()
    }
}

impl<R> Where<R> {
    /// The day that it names, by itself or by a part that must hold too. The depth is bounded by whoever read it.
    pub fn day(&self) -> Option<NaiveDate> {
        self.valid_at.or_else(|| self.all_of.iter().find_map(Self::day))
    }

    /// The parts of it that are about the same rows: in "countries that are in Europe, and that are the subject of a pledge"
    /// the first, for the second is about pledges and among [`Where::joins`].
    pub fn branches(&self) -> impl Iterator<Item = &Self> {
        self.all_of.iter().chain(&self.any_of).chain(&self.none_of)
    }

    /// Whether it is about how firm a statement is: then it takes what counts, unless it says which standings.
    pub fn is_about_firmness(&self) -> bool {
        !self.stance.is_empty() || self.stance_min.is_some() || !self.in_force.is_empty()
    }

    /// Whether it, or a part of it about the same rows, says which standings. The depth is bounded by whoever read it.
    pub fn names_standings(&self) -> bool {
        !self.standing.is_empty() || self.branches().any(Self::names_standings)
    }

    /// What is said of the entities at the ends of a statement.
    pub fn ends(&self) -> impl Iterator<Item = &Self> {
        self.subject_is.iter().chain(&self.object_is).map(|such| &**such)
    }

    /// The statements that a row is joined with.
    pub fn joins(&self) -> impl Iterator<Item = &Related<R>> {
        self.subject_of.iter().chain(&self.object_of).chain(&self.about).map(|related| &**related)
    }

    /// How deep it is nested: 1 without any branch.
    pub fn depth(&self) -> usize {
        let related = self.joins().map(|related| &related.which);
        1 + self.branches().chain(self.ends()).chain(related).map(Self::depth).max().unwrap_or_default()
    }
}
