//! A question to the graph as a value: what is looked for, which of it, and what is asked of that.
//!
//! The same value is the body of `POST /v1/query` and what a question in words is read as.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::code::code_list;
use crate::{
    AttendanceMode, AttendanceRole, Capability, ConditionKind, Conditionality, EdgeKind, EntityId, EntityKind,
    Explicitness, MembershipRole, Mission, Modality, OrganizationClass, Polarity, QueryField, RemarkType, Stage,
    Stance, Standing, Truth,
};

/// How deep conditions of a query may be nested.
pub const MAX_QUERY_DEPTH: usize = 6;

code_list! {
    /// What is looked for.
    QueryTarget in "query_targets" {
        Statements = "statements", "Statements", "أقوال", "Statements of any kind.", "أقوال من أي نوع.";
        Commitments = "commitments", "Commitments", "التزامات", "What actors pledge, refuse or leave open.", "ما تتعهد به الأطراف أو ترفضه أو تتركه مفتوحًا.";
        Memberships = "memberships", "Memberships", "عضويات", "Who belongs to a coalition or organization.", "من ينتمي إلى تحالف أو منظمة.";
        Offices = "offices", "Offices", "مناصب", "Who holds an office.", "من يشغل منصبًا.";
        Attendances = "attendances", "Attendances", "مشاركات", "Who takes part in a meeting.", "من يشارك في اجتماع.";
        Convenings = "convenings", "Convenings", "انعقادات", "That a meeting is planned, held or called off.", "أن اجتماعًا مخطط أو انعقد أو ألغي.";
        Locations = "locations", "Locations", "مواقع", "Where something is.", "أين يقع شيء.";
        Sidelines = "sidelines", "Sidelines", "هوامش", "Which meeting is held beside which.", "أي اجتماع يُعقد على هامش أي اجتماع.";
        Parts = "parts", "Parts", "أجزاء", "What belongs to a larger whole.", "ما ينتمي إلى كل أكبر.";
        Requests = "requests", "Requests", "طلبات", "What an actor asks of another.", "ما يطلبه طرف من غيره.";
        Actions = "actions", "Actions", "أفعال", "Events that are no pledges.", "أحداث ليست تعهدات.";
        Outcomes = "outcomes", "Outcomes", "نتائج", "Whether conditions hold.", "هل تحققت الشروط.";
        Remarks = "remarks", "Remarks", "ملاحظات", "Warnings, demands, assessments, hopes and explanations.", "تحذيرات ومطالبات وتقييمات وآمال وتوضيحات.";
        Actors = "actors", "Actors", "أطراف", "Countries, organizations, coalitions, groups and persons.", "دول ومنظمات وتحالفات ومجموعات وأشخاص.";
        Countries = "countries", "Countries", "دول", "Countries.", "دول.";
        Organizations = "organizations", "Organizations", "منظمات", "Organizations.", "منظمات.";
        Coalitions = "coalitions", "Coalitions", "تحالفات", "Coalitions.", "تحالفات.";
        Groups = "groups", "Groups", "مجموعات", "Groups that a source names together.", "مجموعات يذكرها مصدر معًا.";
        Persons = "persons", "Persons", "أشخاص", "Persons.", "أشخاص.";
        Meetings = "meetings", "Meetings", "اجتماعات", "Meetings.", "اجتماعات.";
        Places = "places", "Places", "أماكن", "Places.", "أماكن.";
        Conditions = "conditions", "Conditions", "شروط", "What commitments hang on.", "ما تتوقف عليه الالتزامات.";
        Sources = "sources", "Sources", "مصادر", "Documents.", "وثائق.";
    }
}

code_list! {
    /// What is asked of that which is found.
    QueryAsk in "query_asks" {
        Items = "items", "Items", "عناصر", "Each of them, or the values of `select`.", "كل منها، أو قيم الحقول المختارة.";
        Count = "count", "Count", "عدد", "How many there are, or how many distinct values of `select`.", "كم عددها، أو عدد القيم المختلفة.";
        Exists = "exists", "Exists", "وجود", "Whether there is any.", "هل يوجد أي منها.";
        UnlockingSets = "unlocking_sets", "Unlocking sets", "مجموعات كافية", "Of commitments: minimal sets of conditions that are enough for them.", "أصغر مجموعات الشروط الكافية لها.";
        BlockingSets = "blocking_sets", "Blocking sets", "مجموعات مانعة", "Of commitments: minimal sets of conditions whose failing makes them impossible.", "أصغر مجموعات الشروط التي يمنعها عدم تحققها.";
        Conflicts = "conflicts", "Conflicts", "تعارضات", "Of statements: which of them contradict others.", "أي منها يتعارض مع غيره.";
        Truth = "truth", "Truth", "صحة", "Of commitments: whether they are in force; of conditions: whether they hold; with what `assume` and `withdraw` suppose.", "هل الالتزامات سارية، وهل الشروط متحققة.";
    }
}

/// The kinds of rows that a query goes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Statements of these kinds; empty = all.
    Statements(&'static [EdgeKind]),
    /// Entities of these kinds.
    Entities(&'static [EntityKind]),
}

impl QueryTarget {
    /// What it goes over.
    pub fn rows(self) -> Rows {
        use EntityKind::{Coalition, Condition, Country, Group, Meeting, Organization, Person, Place, Source};
        match self {
            Self::Statements => Rows::Statements(&[]),
            Self::Commitments => Rows::Statements(&[EdgeKind::Commitment]),
            Self::Memberships => Rows::Statements(&[EdgeKind::Membership]),
            Self::Offices => Rows::Statements(&[EdgeKind::Office]),
            Self::Attendances => Rows::Statements(&[EdgeKind::Attendance]),
            Self::Convenings => Rows::Statements(&[EdgeKind::Convening]),
            Self::Locations => Rows::Statements(&[EdgeKind::Location]),
            Self::Sidelines => Rows::Statements(&[EdgeKind::Sidelines]),
            Self::Parts => Rows::Statements(&[EdgeKind::PartOf]),
            Self::Requests => Rows::Statements(&[EdgeKind::Request]),
            Self::Actions => Rows::Statements(&[EdgeKind::Action]),
            Self::Outcomes => Rows::Statements(&[EdgeKind::Outcome]),
            Self::Remarks => Rows::Statements(&[EdgeKind::Remark]),
            Self::Actors => Rows::Entities(&[Country, Organization, Coalition, Group, Person]),
            Self::Countries => Rows::Entities(&[Country]),
            Self::Organizations => Rows::Entities(&[Organization]),
            Self::Coalitions => Rows::Entities(&[Coalition]),
            Self::Groups => Rows::Entities(&[Group]),
            Self::Persons => Rows::Entities(&[Person]),
            Self::Meetings => Rows::Entities(&[Meeting]),
            Self::Places => Rows::Entities(&[Place]),
            Self::Conditions => Rows::Entities(&[Condition]),
            Self::Sources => Rows::Entities(&[Source]),
        }
    }
}

/// A question to the graph. References are `R`: identifiers inside, `kind:slug` outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(serialize = "R: Serialize + PartialEq"))]
pub struct Query<R = EntityId> {
    /// What is looked for.
    pub find: QueryTarget,
    /// Which of it; absent: all.
    #[serde(rename = "where", default = "Where::all", skip_serializing_if = "Where::is_all")]
    pub which: Where<R>,
    /// What is asked of them.
    #[serde(default = "items", skip_serializing_if = "is_items")]
    pub ask: QueryAsk,
    /// Fields of statements: one row for each distinct combination of values.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub select: Vec<QueryField>,
    /// The field by whose values rows are put together and counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_by: Option<QueryField>,
    /// Whether the firmest stance comes first, and what is not comparable last; else the order of recording.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_stance: bool,
    /// Conditions whose truth is supposed.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub assume: Vec<Assumed<R>>,
    /// Actors whose commitments are supposed to be withdrawn.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub withdraw: Vec<R>,
    /// Of sets: commitments of so many distinct actors are to be in force; absent: all the commitments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<usize>,
}

/// A condition and what is supposed of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assumed<R = EntityId> {
    /// The condition.
    pub condition: R,
    /// What is supposed.
    pub truth: Truth,
}

/// Which rows: everything given must hold; of the values of one field any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default = "Where::all", bound(serialize = "R: Serialize + PartialEq"))]
pub struct Where<R = EntityId> {
    /// All of these hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub all_of: Vec<Self>,
    /// At least one of these holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<Self>,
    /// None of these holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub none_of: Vec<Self>,
    /// Statements: the subject.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subject: Vec<R>,
    /// Statements: the object.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub object: Vec<R>,
    /// Statements: the subject is such an entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_is: Option<Box<Self>>,
    /// Statements: the object is such an entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_is: Option<Box<Self>>,
    /// Commitments: the coalition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub coalition: Vec<R>,
    /// Commitments: a condition that they hang on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub condition: Vec<R>,
    /// Commitments: how that condition, or any, is stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explicitness: Option<Explicitness>,
    /// Commitments: the meeting where it was announced.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub meeting: Vec<R>,
    /// The place of a commitment or an attendance.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub place: Vec<R>,
    /// The person or body through which the subject acts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acting_through: Vec<R>,
    /// Statements: a source of the evidence. Entities: a source that says anything of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<R>,
    /// Statements: somebody in the attribution.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub agent: Vec<R>,
    /// What is pledged or asked for, children included.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capability: Vec<Capability>,
    /// What for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mission: Vec<Mission>,
    /// The stance.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stance: Vec<Stance>,
    /// The least firm stance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stance_min: Option<Stance>,
    /// The stage.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stage: Vec<Stage>,
    /// Whether it hangs on anything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditionality: Vec<Conditionality>,
    /// Whose stance the words are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub modality: Vec<Modality>,
    /// Asserted, denied, unknown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub polarity: Vec<Polarity>,
    /// Statements: their standing on the day. Absent: `stands` and `may_stand` where something is counted or concluded, else
    /// any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub standing: Vec<Standing>,
    /// The role of a membership.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub membership_role: Vec<MembershipRole>,
    /// The role of an attendance.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attendance_role: Vec<AttendanceRole>,
    /// How somebody attends.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attendance_mode: Vec<AttendanceMode>,
    /// Statements: about such a statement, by a link of the type `about`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<Box<Related<R>>>,
    /// The type of a remark.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remark_type: Vec<RemarkType>,
    /// Commitments: whether they are in force.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub in_force: Vec<Truth>,
    /// Said on or after this day, possibly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said_from: Option<NaiveDate>,
    /// Said on or before this day, possibly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said_to: Option<NaiveDate>,
    /// Statements: with a date that may lie in one of these months of any year (EDTF, `XXXX-04`); those without a date are
    /// none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub month: Vec<String>,
    /// Statements: recorded, or corrected, on or after this day (UTC).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_from: Option<NaiveDate>,
    /// The day on which statements hold, possibly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_at: Option<NaiveDate>,
    /// Words of texts or names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Entities: these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub is: Vec<R>,
    /// Entities: of these kinds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kind: Vec<EntityKind>,
    /// Countries: in any of these regions (UN M49 codes).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub region: Vec<String>,
    /// Organizations: of these classes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub class: Vec<OrganizationClass>,
    /// Conditions: of these kinds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub condition_kind: Vec<ConditionKind>,
    /// Entities: the subject of such a statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_of: Option<Box<Related<R>>>,
    /// Entities: the object of such a statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_of: Option<Box<Related<R>>>,
}

/// Statements that an entity is an end of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(serialize = "R: Serialize + PartialEq"))]
pub struct Related<R = EntityId> {
    /// Which statements; a collection of statements.
    pub find: QueryTarget,
    /// Which of them.
    #[serde(rename = "where", default = "Where::all", skip_serializing_if = "Where::is_all")]
    pub which: Where<R>,
}

fn items() -> QueryAsk {
    QueryAsk::Items
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_items(ask: &QueryAsk) -> bool {
    *ask == QueryAsk::Items
}

impl<R> Query<R> {
    /// All of something.
    pub fn of(find: QueryTarget) -> Self {
        Self {
            find,
            which: Where::all(),
            ask: QueryAsk::Items,
            select: Vec::new(),
            group_by: None,
            by_stance: false,
            assume: Vec::new(),
            withdraw: Vec::new(),
            at_least: None,
        }
    }
}

impl<R> Default for Where<R> {
    fn default() -> Self {
        Self::all()
    }
}

impl<R> Where<R> {
    /// Nothing is narrowed.
    pub fn all() -> Self {
        Self {
            all_of: Vec::new(),
            any_of: Vec::new(),
            none_of: Vec::new(),
            subject: Vec::new(),
            object: Vec::new(),
            subject_is: None,
            object_is: None,
            coalition: Vec::new(),
            condition: Vec::new(),
            explicitness: None,
            meeting: Vec::new(),
            place: Vec::new(),
            acting_through: Vec::new(),
            source: Vec::new(),
            agent: Vec::new(),
            capability: Vec::new(),
            mission: Vec::new(),
            stance: Vec::new(),
            stance_min: None,
            stage: Vec::new(),
            conditionality: Vec::new(),
            modality: Vec::new(),
            polarity: Vec::new(),
            standing: Vec::new(),
            membership_role: Vec::new(),
            attendance_role: Vec::new(),
            attendance_mode: Vec::new(),
            about: None,
            remark_type: Vec::new(),
            in_force: Vec::new(),
            said_from: None,
            said_to: None,
            month: Vec::new(),
            recorded_from: None,
            valid_at: None,
            q: None,
            is: Vec::new(),
            kind: Vec::new(),
            region: Vec::new(),
            class: Vec::new(),
            condition_kind: Vec::new(),
            subject_of: None,
            object_of: None,
        }
    }
}

impl<R: PartialEq> Where<R> {
    /// Whether nothing is narrowed.
    pub fn is_all(&self) -> bool {
        *self == Self::all()
    }
}

impl<R: Clone> Query<R> {
    /// The same with every reference replaced.
    ///
    /// # Errors
    /// The first error of `f`.
    pub fn try_map<S, E>(&self, f: &mut impl FnMut(&R) -> Result<S, E>) -> Result<Query<S>, E> {
        let assumed = |f: &mut dyn FnMut(&R) -> Result<S, E>| {
            let mut list = Vec::with_capacity(self.assume.len());
            for assumed in &self.assume {
                list.push(Assumed { condition: f(&assumed.condition)?, truth: assumed.truth });
            }
            Ok(list)
        };
        Ok(Query {
            find: self.find,
            which: self.which.try_map(f)?,
            ask: self.ask,
            select: self.select.clone(),
            group_by: self.group_by,
            by_stance: self.by_stance,
            assume: assumed(f)?,
            withdraw: each(&self.withdraw, f)?,
            at_least: self.at_least,
        })
    }
}

impl<R: Clone> Where<R> {
    /// The same with every reference replaced. The depth is bounded by whoever read it.
    ///
    /// # Errors
    /// The first error of `f`.
    pub fn try_map<S, E>(&self, f: &mut impl FnMut(&R) -> Result<S, E>) -> Result<Where<S>, E> {
        let parts = |parts: &[Self], f: &mut _| parts.iter().map(|part| part.try_map(f)).collect::<Result<Vec<_>, E>>();
        let such = |such: &Option<Box<Self>>, f: &mut _| such.as_ref().map(|s| s.try_map(f).map(Box::new)).transpose();
        let related = |related: &Option<Box<Related<R>>>, f: &mut _| {
            let related = related.as_ref();
            related.map(|r| Ok(Box::new(Related { find: r.find, which: r.which.try_map(f)? }))).transpose()
        };
        Ok(Where {
            all_of: parts(&self.all_of, f)?,
            any_of: parts(&self.any_of, f)?,
            none_of: parts(&self.none_of, f)?,
            subject: each(&self.subject, f)?,
            object: each(&self.object, f)?,
            subject_is: such(&self.subject_is, f)?,
            object_is: such(&self.object_is, f)?,
            coalition: each(&self.coalition, f)?,
            condition: each(&self.condition, f)?,
            explicitness: self.explicitness,
            meeting: each(&self.meeting, f)?,
            place: each(&self.place, f)?,
            acting_through: each(&self.acting_through, f)?,
            source: each(&self.source, f)?,
            agent: each(&self.agent, f)?,
            capability: self.capability.clone(),
            mission: self.mission.clone(),
            stance: self.stance.clone(),
            stance_min: self.stance_min,
            stage: self.stage.clone(),
            conditionality: self.conditionality.clone(),
            modality: self.modality.clone(),
            polarity: self.polarity.clone(),
            standing: self.standing.clone(),
            membership_role: self.membership_role.clone(),
            attendance_role: self.attendance_role.clone(),
            attendance_mode: self.attendance_mode.clone(),
            about: related(&self.about, f)?,
            remark_type: self.remark_type.clone(),
            in_force: self.in_force.clone(),
            said_from: self.said_from,
            said_to: self.said_to,
            month: self.month.clone(),
            recorded_from: self.recorded_from,
            valid_at: self.valid_at,
            q: self.q.clone(),
            is: each(&self.is, f)?,
            kind: self.kind.clone(),
            region: self.region.clone(),
            class: self.class.clone(),
            condition_kind: self.condition_kind.clone(),
            subject_of: related(&self.subject_of, f)?,
            object_of: related(&self.object_of, f)?,
        })
    }

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

fn each<R, S, E>(list: &[R], f: &mut impl FnMut(&R) -> Result<S, E>) -> Result<Vec<S>, E> {
    list.iter().map(f).collect()
}
