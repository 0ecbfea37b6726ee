//! The body of an entity: written from the tables of the model, without a form of its own.

use pledgegraph_graph::{Counted, EntityView, MatchQuality, SearchHit};
use pledgegraph_model::{
    Code, Codes, ConveningFormat, ConveningStatus, EntityDetail, EntityId, EntityKind, Takes, Truth,
};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::Wire;
use super::date::DateBody;
use super::force::{DecidedByBody, DependentsBody, FixpointsBody};
use super::meeting::Claimed;
use super::member::{Member, Members, Shows, stamp};
use super::reference::RefText;
use super::value::Shown;

/// An entity of any kind: the fields that every entity has, and those of its kind.
#[must_use]
pub struct EntityBody<'g> {
    wire: Wire<'g>,
    view: EntityView<'g>,
    found: Option<MatchBody<'g>>,
    /// Whether it says by which commit it was written.
    stamped: bool,
    /// The members that are written; `None` = all.
    only: Option<&'g [&'g str]>,
}

/// How a search found an entity.
#[derive(Serialize, ToSchema)]
#[schema(as = NameMatch)]
pub(crate) struct MatchBody<'g> {
    /// The name or alias that matched.
    name: &'g str,
    /// Its language; `und` for the slug.
    lang: &'g str,
    /// `exact`, `prefix`, `words` or `fuzzy`, best first. An open set.
    #[schema(example = "exact")]
    quality: &'static str,
}

impl<'g> EntityBody<'g> {
    /// The body of an entity, whole.
    pub fn new(wire: Wire<'g>, view: &EntityView<'g>) -> Self {
        Self { wire, view: *view, found: None, stamped: true, only: None }
    }

    /// Before its commit is known.
    pub fn unstamped(self) -> Self {
        Self { stamped: false, ..self }
    }

    /// Only these members; `None` = all.
    pub fn only(self, only: Option<&'g [&'g str]>) -> Self {
        Self { only, ..self }
    }

    /// An entity that a search found.
    pub fn found(wire: Wire<'g>, hit: &SearchHit<'g>) -> Self {
        let quality = match hit.quality {
            MatchQuality::Exact => "exact",
            MatchQuality::Prefix => "prefix",
            MatchQuality::Words => "words",
            MatchQuality::Fuzzy => "fuzzy",
        };
        Self { found: Some(MatchBody { name: hit.name, lang: hit.lang, quality }), ..Self::new(wire, &hit.entity) }
    }

    fn put_truth<S: SerializeMap>(&self, members: &mut Members<'_, S>) -> Result<(), S::Error> {
        let (wire, node) = (self.wire, self.view.node());
        let Some((evaluation, day)) = wire.force.zip(wire.day) else { return Ok(()) };
        let Some(known) = evaluation.condition(wire.graph, node) else { return Ok(()) };
        members.put("truth", known.force.truth().as_str())?;
        members.put_some("fixpoints", FixpointsBody::gap(known.force))?;
        members.put_some("disputed", known.disputed.then_some(true))?;
        members.put("decided_by", DecidedByBody::new(known.statements))?;
        members.put("dependents", DependentsBody::new(&wire.graph.dependents(node, &Counted::on(day))))
    }

    fn put_claims<S: SerializeMap>(&self, members: &mut Members<'_, S>) -> Result<(), S::Error> {
        let claimed = Claimed::new(&self.wire.graph.meeting(self.view.id()));
        members.put_some("date", claimed.date.map(DateBody::new))?;
        members.put_some("format", claimed.format)?;
        members.put_some("status", claimed.status)?;
        members.put_some("convenings", claimed.statements)
    }
}

impl Serialize for EntityBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (wire, view) = (self.wire, &self.view);
        let entity = view.entity();
        let (label, label_lang) = wire.label(view);
        let mut members = Members::new(serializer.serialize_map(None)?, self.only);
        members.put("id", entity.id.0)?;
        members.put("ref", RefText(entity))?;
        members.put("kind", entity.kind.as_str())?;
        members.put("slug", entity.slug.as_str())?;
        members.put("label", label)?;
        members.put_some("label_lang", label_lang)?;
        members.put("names", &entity.names)?;
        members.put("aliases", &entity.aliases)?;
        members.put_some("redirects", (!entity.redirects.is_empty()).then_some(&entity.redirects))?;
        members.put_some("match", self.found.as_ref())?;
        for (field, value) in entity.detail.values() {
            members.put(field.name, Shown { wire, value })?;
        }
        if entity.kind == EntityKind::Meeting {
            self.put_claims(&mut members)?;
        }
        self.put_truth(&mut members)?;
        if self.stamped {
            members.put_stamp(view.version(), view.recorded_at())?;
        }
        members.end()
    }
}

/// The members of the answers of a collection of a kind, or of all kinds with how a search found them, for the document and
/// for `fields=`.
pub fn members(kind: Option<EntityKind>) -> Vec<Member> {
    let mut members = vec![
        Member::always("id", Shows::Uuid, "Stable identifier."),
        Member::text("ref", "`kind:slug`, accepted wherever an identifier is.", r#""country:GB""#),
        Member::always("kind", Shows::Field(Takes::Code(Codes::of::<EntityKind>())), "The kind."),
        Member::text("slug", "Unique within the kind.", r#""GB""#),
        Member::text("label", "Its name in the language asked, else in English, else in any.", r#""United Kingdom""#),
        Member::text("label_lang", "The language of the label, where it is not the one asked.", "").if_always(false),
        Member::always("names", Shows::Field(Takes::Names), "The name in each language."),
        Member::always("aliases", Shows::Schemas("Alias"), "Other names."),
        Member::sometimes(
            "redirects",
            Shows::Schemas("Redirect"),
            "References that lead here since a merge or a renaming; absent where there are none.",
        ),
    ];
    if let Some(kind) = kind {
        members.extend(own(kind));
    } else {
        members.push(Member::sometimes("match", Shows::Schema("NameMatch"), "How the search found it."));
        let of_kind = |kind: &EntityKind| own(*kind).into_iter().filter(|member| !of_truth(member.name));
        members.extend(EntityKind::ALL.iter().flat_map(of_kind).map(|member| member.if_always(false)));
    }
    members.extend(stamp());
    members
}

/// Whether a member says if a condition holds, which only its own collection does.
fn of_truth(name: &str) -> bool {
    ["truth", "fixpoints", "disputed", "decided_by", "dependents"].contains(&name)
}

/// What a kind has of its own, and what is derived for it.
fn own(kind: EntityKind) -> Vec<Member> {
    let mut members: Vec<Member> = EntityDetail::<EntityId>::fields(kind).iter().map(Member::of_field).collect();
    match kind {
        EntityKind::Meeting => members.extend([
            Member::sometimes(
                "date",
                Shows::Schema("StatedDate"),
                "When the meeting is or was, as its convenings say.",
            ),
            Member::code::<ConveningFormat>("format", "How people meet, as the convenings say."),
            Member::code::<ConveningStatus>("status", "What became of the meeting, as the convenings say."),
            Member::always("convenings", Shows::Schema("MeetingStatements"), "Which convenings say so."),
        ]),
        EntityKind::Condition => members.extend([
            Member::code::<Truth>(
                "truth",
                "Whether the condition holds on the day asked, today unless `valid_at` says otherwise. Only in \
                 `/v1/conditions`.",
            ),
            Member::sometimes(
                "fixpoints",
                Shows::Schema("Fixpoints"),
                "The truth when nobody moves on trust, and when everyone moves; where these differ.",
            ),
            Member::sometimes(
                "disputed",
                Shows::Field(Takes::Flag),
                "Set where sources disagree, or the test and an outcome, so that the truth is unknown.",
            ),
            Member::sometimes("decided_by", Shows::Schema("DecidedBy"), "The statements that decide it."),
            Member::sometimes("dependents", Shows::Schema("Dependents"), "The commitments that hang on it."),
        ]),
        _ => {}
    }
    members
}
