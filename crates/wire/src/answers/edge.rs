//! The body of a statement: written from the tables of the model, without a form of its own.

use pledgegraph_graph::EdgeView;
use pledgegraph_model::{
    COMMON_FIELDS, Code, Codes, EdgeDetail, EdgeKind, EntityId, Ground, Quotation, Relation, Standing, Takes, Truth,
    Value,
};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::Wire;
use super::date::DateBody;
use super::evidence::{EvidenceList, LinkBody};
use super::force::{FixpointsBody, because};
use super::member::{Member, Members, Shows, stamp};
use super::value::Shown;

/// How bodies name the ends of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndNames {
    /// `pledger` and `beneficiary`: of commitments, where there is nothing else.
    Commitment,
    /// `subject` and `object`, beside `kind`.
    General,
}

impl EndNames {
    /// How a collection of these kinds names the ends.
    pub fn of(kinds: &[EdgeKind]) -> Self {
        if kinds == [EdgeKind::Commitment] { Self::Commitment } else { Self::General }
    }

    /// The names, each with what it is and an example, as JSON.
    pub fn names(self) -> [(&'static str, &'static str, &'static str); 2] {
        match self {
            Self::Commitment => [
                ("pledger", "Who pledges, refuses or leaves open.", r#""country:GB""#),
                ("beneficiary", "To whom.", r#""country:UA""#),
            ],
            Self::General => {
                [("subject", "Who or what the statement is about.", ""), ("object", "To whom or what.", "")]
            }
        }
    }
}

/// A statement of any kind: the fields that every statement has, and those of its kind.
#[must_use]
pub struct EdgeBody<'g> {
    wire: Wire<'g>,
    view: EdgeView<'g>,
    ends: EndNames,
    quotations: &'g [Option<Box<Quotation>>],
    /// Whether it says why it is in force or not.
    reasons: bool,
    /// Whether it says by which commit it was written.
    stamped: bool,
    /// The members that are written; `None` = all.
    only: Option<&'g [&'g str]>,
}

impl<'g> EdgeBody<'g> {
    /// A statement as a collection names its ends.
    pub fn named(wire: Wire<'g>, view: &EdgeView<'g>, ends: EndNames) -> Self {
        Self { wire, view: *view, ends, quotations: &[], reasons: false, stamped: true, only: None }
    }

    /// A statement with `subject`, `object` and `kind`, whatever its kind.
    pub fn new(wire: Wire<'g>, view: &EdgeView<'g>) -> Self {
        Self::named(wire, view, EndNames::General)
    }

    /// A commitment with `pledger` and `beneficiary`.
    pub fn commitment(wire: Wire<'g>, view: &EdgeView<'g>) -> Self {
        Self::named(wire, view, EndNames::Commitment)
    }

    /// With the words of the documents.
    pub fn with_quotations(self, quotations: &'g [Option<Box<Quotation>>]) -> Self {
        Self { quotations, ..self }
    }

    /// With the reasons why it is in force or not, where that is asked.
    pub fn with_reasons(self, reasons: bool) -> Self {
        Self { reasons, ..self }
    }

    /// Before its commit is known.
    pub fn unstamped(self) -> Self {
        Self { stamped: false, ..self }
    }

    /// Only these members; `None` = all.
    pub fn only(self, only: Option<&'g [&'g str]>) -> Self {
        Self { only, ..self }
    }

    fn put_force<S: SerializeMap>(&self, members: &mut Members<'_, S>) -> Result<(), S::Error> {
        let (wire, id) = (self.wire, self.view.id());
        if let Some(force) = wire.forces.and_then(|forces| forces.of(wire.graph, id)) {
            members.put("in_force", force.truth().as_str())?;
            members.put_some("fixpoints", FixpointsBody::gap(force))?;
        }
        if let Some(evaluation) = wire.force.filter(|_| self.reasons)
            && let Some(known) = evaluation.commitment(wire.graph, id)
        {
            let (because, sensitive_to) = because(wire, evaluation, id);
            members.put("ground", known.ground.as_str())?;
            members.put("because", because)?;
            members.put("sensitive_to", sensitive_to)?;
        }
        Ok(())
    }
}

impl Serialize for EdgeBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (wire, view) = (self.wire, &self.view);
        let mut members = Members::new(serializer.serialize_map(None)?, self.only);
        members.put("id", view.id().0)?;
        if self.ends == EndNames::General {
            members.put("kind", view.kind().as_str())?;
        }
        let [(subject, ..), (object, ..)] = self.ends.names();
        members.put(subject, wire.reference(&view.subject()))?;
        members.put(object, wire.reference(&view.object()))?;
        for (field, value) in view.detail().values() {
            if let Value::Conditions(conditions) = value {
                members.put("relation", conditions.relation.as_str())?;
            }
            members.put(field.name, Shown { wire, value })?;
        }
        members.put("modality", view.modality().as_str())?;
        members.put("polarity", view.polarity().as_str())?;
        members.put("rank", view.rank().as_str())?;
        members.put_some("standing", wire.counted.map(|counted| view.standing_as(counted).as_str()))?;
        members.put("said_at", DateBody::new(view.said_at()))?;
        members.put_some("valid_from", DateBody::known(view.valid_from()))?;
        members.put_some("valid_until", DateBody::known(view.valid_until()))?;
        self.put_force(&mut members)?;
        members.put("evidence", EvidenceList { wire, pieces: view.evidence(), quotations: self.quotations })?;
        members.put("links", view.links().iter().map(LinkBody::new).collect::<Vec<_>>())?;
        if self.stamped {
            members.put_stamp(view.version(), view.recorded_at())?;
        }
        members.end()
    }
}

/// The members of the answers of a collection, for the document and for `fields=`.
pub fn members(kinds: &[EdgeKind], ends: EndNames) -> Vec<Member> {
    let mut members = vec![Member::always("id", Shows::Uuid, "Stable identifier.")];
    if ends == EndNames::General {
        let kind = Shows::Field(Takes::Code(Codes::of::<EdgeKind>()));
        members.push(Member::always("kind", kind, "The kind."));
    }
    members.extend(ends.names().map(|(name, what, _)| Member::always(name, Shows::Schema("Reference"), what)));
    members.extend(own(kinds));
    for field in &COMMON_FIELDS {
        // An unknown date of saying is told as such, and links are a list also where there are none.
        let always = field.is_always_there() || ["said_at", "links"].contains(&field.name);
        members.push(Member::of_field(field).if_always(always));
        match field.name {
            "rank" => members.push(Member::code::<Standing>(
                "standing",
                "Whether it counts on the day asked, today unless `valid_at` says otherwise. Derived, and absent from \
                 answers to writes, histories and neighbourhoods.",
            )),
            "valid_until" if ends == EndNames::Commitment => members.extend(of_force()),
            _ => {}
        }
    }
    members.extend(stamp());
    members
}

/// What the kinds have of their own; what not all of them have may be absent.
fn own(kinds: &[EdgeKind]) -> Vec<Member> {
    let fields = |kind: &EdgeKind| EdgeDetail::<EntityId>::fields(*kind);
    let mut members: Vec<Member> = Vec::new();
    for field in kinds.iter().flat_map(fields) {
        if let Some(known) = members.iter_mut().find(|known| known.name == field.name) {
            known.or(field);
            continue;
        }
        if matches!(field.takes, Takes::Conditions(_)) {
            members.push(Member::code::<Relation>(
                "relation",
                "How the conditions bear on the pledge: `necessary` is \"only if\", `sufficient` is \"if\".",
            ));
        }
        members.push(Member::of_field(field));
    }
    let everywhere = |name: &str| kinds.iter().all(|kind| fields(kind).iter().any(|field| field.name == name));
    for member in &mut members {
        member.always &= everywhere(member.name);
    }
    members
}

/// What a commitment says of being in force.
fn of_force() -> [Member; 5] {
    [
        Member::code::<Truth>(
            "in_force",
            "Whether it is in force on the day asked, today unless `valid_at` says otherwise. Derived, and absent from \
             answers to writes, histories and neighbourhoods.",
        ),
        Member::code::<Ground>("ground", "What decides whether it is in force. Only with `include=because`."),
        Member::sometimes(
            "fixpoints",
            Shows::Schema("Fixpoints"),
            "Whether it is in force when nobody moves on trust, and when everyone moves; where these differ.",
        ),
        Member::sometimes(
            "because",
            Shows::Schemas("Reason"),
            "Its conditions, each with its truth and what decides it. Only with `include=because`.",
        ),
        Member::sometimes(
            "sensitive_to",
            Shows::Schemas("Reference"),
            "The conditions each of which alone could change `in_force`. Only with `include=because`.",
        ),
    ]
}
