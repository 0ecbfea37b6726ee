//! The body of a statement.

use chrono::{DateTime, Utc};
use pledgegraph_graph::{EdgeView, Node};
use pledgegraph_model::{self as model, Code, Commitment, Convening, EdgeDetail, EdgeKind, Quotation, Text};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::condition::ConditionNodeBody;
use super::date::{CountBody, DateBody, QuantityBody, text};
use super::evidence::{EvidenceBody, EvidenceList, LinkBody};
use super::force::{FixpointsBody, ReasonBody, because};
use super::list::WarningBody;
use super::reference::ReferenceBody;
use super::{Wire, codes};

/// A statement of any kind: the fields that every statement has, and those of its kind.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = Edge)]
pub(crate) struct EdgeBody<'g> {
    /// Stable identifier.
    id: Uuid,
    /// The kind of statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::EdgeKind>)]
    kind: Option<&'static str>,
    /// Who pledges, refuses or leaves open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pledger: Option<ReferenceBody<'g>>,
    /// To whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    beneficiary: Option<ReferenceBody<'g>>,
    /// Who or what the statement is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<ReferenceBody<'g>>,
    /// To whom or what.
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<ReferenceBody<'g>>,
    /// The coalition within which it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    coalition: Option<ReferenceBody<'g>>,
    /// What is pledged or asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Capability>)]
    capability: Option<&'static str>,
    /// What for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Mission>)]
    mission: Option<&'static str>,
    /// How exactly the source says what.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Specificity>)]
    specificity: Option<&'static str>,
    /// How firm the words are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Stance>)]
    stance: Option<&'static str>,
    /// What has been done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Stage>)]
    stage: Option<&'static str>,
    /// What the subject is to the coalition, organization or meeting.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "leader")]
    role: Option<&'static str>,
    /// How the subject takes part.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::AttendanceMode>)]
    mode: Option<&'static str>,
    /// Title of the office, by language.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    title: Option<&'g Text>,
    /// Whether the source lists the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Listed>)]
    listed: Option<&'static str>,
    /// When the meeting is or was.
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<DateBody<'g>>,
    /// How people meet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::ConveningFormat>)]
    format: Option<&'static str>,
    /// What became of the meeting.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::ConveningStatus>)]
    status: Option<&'static str>,
    /// The agenda, an item at a time, each by language.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<std::collections::BTreeMap<String, String>>>)]
    agenda: Option<&'g [Text]>,
    /// Whether the source gives the whole agenda.
    #[serde(skip_serializing_if = "Option::is_none")]
    agenda_complete: Option<bool>,
    /// What the source claims of the meeting among all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::ConveningClaim>)]
    claim: Option<&'static str>,
    /// The class of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::ActionClass>)]
    class: Option<&'static str>,
    /// What the remark does.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::RemarkType>)]
    remark_type: Option<&'static str>,
    /// What it says, in our own words, by language.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    text: Option<&'g Text>,
    /// What became of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::RequestOutcome>)]
    outcome: Option<&'static str>,
    /// Whether the condition holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::OutcomeValue>)]
    value: Option<&'static str>,
    /// Since when the condition holds or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<DateBody<'g>>,
    /// Whose stance the words are.
    #[schema(value_type = codes::Modality)]
    modality: &'static str,
    /// Whether it is asserted, denied or left open.
    #[schema(value_type = codes::Polarity)]
    polarity: &'static str,
    /// How it stands among others on the same matter.
    #[schema(value_type = codes::Rank)]
    rank: &'static str,
    /// Whether it counts on the day asked, today unless `valid_at` says otherwise. Derived, and absent from answers to
    /// writes, histories and neighbourhoods.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Standing>)]
    standing: Option<&'static str>,
    /// Whether it hangs on anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Conditionality>)]
    conditionality: Option<&'static str>,
    /// How the conditions bear on the pledge: `necessary` is "only if", `sufficient` is "if".
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Relation>)]
    relation: Option<&'static str>,
    /// What it hangs on; present exactly when it is `conditional`.
    #[serde(skip_serializing_if = "Option::is_none")]
    conditions: Option<ConditionNodeBody<'g>>,
    /// When it was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    said_at: Option<DateBody<'g>>,
    /// From when it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<DateBody<'g>>,
    /// Until when it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<DateBody<'g>>,
    /// How much.
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<QuantityBody<'g>>,
    /// How many, where the subject is a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<CountBody>,
    /// Where, or from where.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<ReferenceBody<'g>>,
    /// Inside or outside `place`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Area>)]
    area: Option<&'static str>,
    /// The meeting where it was announced.
    #[serde(skip_serializing_if = "Option::is_none")]
    meeting: Option<ReferenceBody<'g>>,
    /// The person or body through which the subject acts.
    #[serde(skip_serializing_if = "Option::is_none")]
    acting_through: Option<ReferenceBody<'g>>,
    /// Why, in our own words, by language; never evaluated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    rationale: Option<&'g Text>,
    /// Whether it is in force on the day asked, today unless `valid_at` says otherwise. Derived, and absent from answers to
    /// writes, histories and neighbourhoods.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Truth>)]
    in_force: Option<&'static str>,
    /// What decides whether it is in force. Only with `include=because`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Ground>)]
    ground: Option<&'static str>,
    /// Whether it is in force when nobody moves on trust, and when everyone moves; where these differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    fixpoints: Option<FixpointsBody>,
    /// Its conditions, each with its truth and what decides it. Only with `include=because`.
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<Vec<ReasonBody<'g>>>,
    /// The conditions each of which alone could change `in_force`. Only with `include=because`.
    #[serde(skip_serializing_if = "Option::is_none")]
    sensitive_to: Option<Vec<ReferenceBody<'g>>>,
    /// Who says so; at least one piece.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<EvidenceBody>>)]
    evidence: Option<EvidenceList<'g>>,
    /// How it bears on other statements, and they on it.
    links: Vec<LinkBody>,
    /// The version that last wrote it: the number of a commit.
    version: i64,
    /// When that commit was recorded.
    #[serde(serialize_with = "crate::wire::moment::serialize")]
    recorded_at: DateTime<Utc>,
    /// What to know of a write, in its answer; absent where there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    warnings: Option<Vec<WarningBody>>,
}

impl<'g> EdgeBody<'g> {
    /// A statement with `subject`, `object` and `kind`, whatever its kind.
    pub(crate) fn new(wire: Wire<'g>, view: &EdgeView<'g>) -> Self {
        let mut body = Self::common(wire, view);
        body.kind = Some(view.kind().as_str());
        body.subject = Some(wire.reference(&view.subject()));
        body.object = Some(wire.reference(&view.object()));
        body
    }

    /// A commitment with `pledger` and `beneficiary`.
    pub(crate) fn commitment(wire: Wire<'g>, view: &EdgeView<'g>) -> Self {
        let mut body = Self::common(wire, view);
        body.pledger = Some(wire.reference(&view.subject()));
        body.beneficiary = Some(wire.reference(&view.object()));
        body
    }

    /// With the words of the documents.
    pub(crate) fn with_quotations(mut self, quotations: &'g [Option<Box<Quotation>>]) -> Self {
        if let Some(evidence) = &mut self.evidence {
            evidence.quotations = quotations;
        }
        self
    }

    /// With the reasons why it is in force or not.
    pub(crate) fn with_reasons(mut self, wire: Wire<'g>, view: &EdgeView<'g>) -> Self {
        if let Some(evaluation) = wire.force
            && let Some(known) = evaluation.commitment(wire.graph, view.id())
        {
            let (because, sensitive_to) = because(wire, evaluation, view.id());
            self.ground = Some(known.ground.as_str());
            self.because = Some(because);
            self.sensitive_to = Some(sensitive_to);
        }
        self
    }

    /// With what to know of its write.
    pub(crate) fn with_warnings(self, warnings: Vec<WarningBody>) -> Self {
        Self { warnings: (!warnings.is_empty()).then_some(warnings), ..self }
    }

    fn common(wire: Wire<'g>, view: &EdgeView<'g>) -> Self {
        let mut body = Self {
            id: view.id().0,
            modality: view.modality().as_str(),
            polarity: view.polarity().as_str(),
            rank: view.rank().as_str(),
            said_at: Some(DateBody::new(view.said_at())),
            valid_from: DateBody::known(view.valid_from()),
            valid_until: DateBody::known(view.valid_until()),
            evidence: Some(EvidenceList { wire, pieces: view.evidence(), quotations: &[] }),
            links: view.links().iter().map(LinkBody::new).collect(),
            version: view.version(),
            recorded_at: view.recorded_at(),
            ..Self::default()
        };
        body.put_detail(wire, view.detail());
        body.standing = wire.counted.map(|counted| view.standing_as(counted).as_str());
        if let Some(force) = wire.forces.and_then(|forces| forces.of(wire.graph, view.id())) {
            body.in_force = Some(force.truth().as_str());
            body.fixpoints = FixpointsBody::gap(force);
        }
        body
    }

    fn put_detail(&mut self, wire: Wire<'g>, detail: &'g EdgeDetail<Node>) {
        match detail {
            EdgeDetail::Membership(detail) => {
                self.role = Some(detail.role.as_str());
                self.count = detail.count.map(CountBody::new);
            }
            EdgeDetail::Office(detail) => self.title = Some(&detail.title),
            EdgeDetail::Attendance(detail) => {
                self.role = Some(detail.role.as_str());
                self.mode = detail.mode.map(Code::as_str);
                self.place = detail.place.map(|node| wire.node(node));
                self.count = detail.count.map(CountBody::new);
            }
            EdgeDetail::Convening(detail) => self.put_convening(detail),
            EdgeDetail::Location {} | EdgeDetail::Sidelines {} => {}
            EdgeDetail::PartOf(detail) => self.listed = detail.listed.map(Code::as_str),
            EdgeDetail::Commitment(detail) => self.put_commitment(wire, detail),
            EdgeDetail::Request(detail) => {
                self.capability = detail.capability.map(Code::as_str);
                self.text = text(&detail.text);
                self.acting_through = detail.acting_through.map(|node| wire.node(node));
                self.outcome = detail.outcome.map(Code::as_str);
            }
            EdgeDetail::Action(detail) => {
                self.class = Some(detail.class.as_str());
                self.text = text(&detail.text);
            }
            EdgeDetail::Outcome(detail) => {
                self.value = Some(detail.value.as_str());
                self.since = detail.since.as_ref().map(DateBody::new);
            }
            EdgeDetail::Remark(detail) => {
                self.remark_type = Some(detail.remark_type.as_str());
                self.text = Some(&detail.text);
            }
        }
    }

    fn put_convening(&mut self, detail: &'g Convening) {
        self.date = detail.date.as_ref().map(DateBody::new);
        self.format = detail.format.map(Code::as_str);
        self.status = Some(detail.status.as_str());
        self.agenda = (!detail.agenda.is_empty()).then_some(&detail.agenda);
        self.agenda_complete = detail.agenda_complete;
        self.claim = detail.claim.map(Code::as_str);
    }

    fn put_commitment(&mut self, wire: Wire<'g>, detail: &'g Commitment<Node>) {
        let node = |node: Option<Node>| node.map(|node| wire.node(node));
        self.coalition = node(detail.coalition);
        self.capability = Some(detail.capability.as_str());
        self.mission = Some(detail.mission.as_str());
        self.specificity = Some(detail.specificity.as_str());
        self.stance = Some(detail.stance.as_str());
        self.stage = Some(detail.stage.as_str());
        self.conditionality = Some(detail.conditionality.as_str());
        self.relation = detail.conditions.as_ref().map(|c| c.relation.as_str());
        self.conditions = detail.conditions.as_ref().map(|c| ConditionNodeBody::new(wire, &c.root));
        self.quantity = detail.quantity.as_deref().map(QuantityBody::new);
        self.count = detail.count.map(CountBody::new);
        self.place = node(detail.place);
        self.area = detail.area.map(|area: model::Area| area.as_str());
        self.meeting = node(detail.meeting);
        self.acting_through = node(detail.acting_through);
        self.rationale = text(&detail.rationale);
    }
}

/// The body that a collection of these kinds shows.
pub(crate) fn body_of(kinds: &[EdgeKind]) -> for<'g> fn(Wire<'g>, &EdgeView<'g>) -> EdgeBody<'g> {
    if kinds == [EdgeKind::Commitment] {
        |wire, view| EdgeBody::commitment(wire, view)
    } else {
        |wire, view| EdgeBody::new(wire, view)
    }
}
