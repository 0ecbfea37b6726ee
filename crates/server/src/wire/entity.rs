//! The body of an entity.

use chrono::{DateTime, Utc};
use pledgegraph_graph::{Counted, EntityView, MatchQuality, SearchHit};
use pledgegraph_model::{Alias, Code, EntityDetail, EntityId, EntityKind, Iso3166, Lang, Redirect, Text};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::condition::ConditionTestBody;
use super::date::DateBody;
use super::force::{DecidedByBody, DependentsBody, FixpointsBody};
use super::list::WarningBody;
use super::meeting::{Claimed, MeetingStatements};
use super::reference::{RefText, ReferenceBody};
use super::{Each, Wire, codes};

/// An entity of any kind: the fields that every entity has, and those of its kind.
#[derive(Serialize, ToSchema)]
#[schema(as = Entity)]
pub(crate) struct EntityBody<'g> {
    /// Stable identifier.
    id: Uuid,
    /// `kind:slug`, accepted wherever an identifier is.
    #[serde(rename = "ref")]
    #[schema(value_type = String, example = "country:GB")]
    reference: RefText<'g>,
    /// The kind.
    #[schema(value_type = codes::EntityKind)]
    kind: &'static str,
    /// Unique within the kind.
    #[schema(example = "GB")]
    slug: &'g str,
    /// Its name in the language asked, else in English, else in any.
    #[schema(example = "United Kingdom")]
    label: &'g str,
    /// The language of the label, where it is not the one asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    label_lang: Option<&'g str>,
    /// The name in each language.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    names: &'g Text,
    /// Other names.
    #[schema(value_type = Vec<AliasBody>)]
    aliases: Each<'g, Alias, AliasBody<'g>>,
    /// References that lead here since a merge or a renaming; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<RedirectBody>>)]
    redirects: Option<Each<'g, Redirect, RedirectBody<'g>>>,
    /// How the search found it.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    found: Option<MatchBody<'g>>,
    /// The codes of ISO 3166-1.
    #[serde(skip_serializing_if = "Option::is_none")]
    iso3166: Option<Iso3166Body<'g>>,
    /// UN M49 regions that contain the country, nearest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    regions: Option<&'g [String]>,
    /// What the organization is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::OrganizationClass>)]
    class: Option<&'static str>,
    /// Whether no source names the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    anonymous: Option<bool>,
    /// Why not, where the source says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    anonymity_reason: Option<&'g str>,
    /// When the meeting is or was, as its convenings say.
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<DateBody<'g>>,
    /// How people meet, as the convenings say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::ConveningFormat>)]
    format: Option<&'static str>,
    /// What became of the meeting, as the convenings say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::ConveningStatus>)]
    status: Option<&'static str>,
    /// Which convenings say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    convenings: Option<MeetingStatements>,
    /// What kind of condition.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::ConditionKind>)]
    condition_kind: Option<&'static str>,
    /// What decides it, for the kinds that have a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    test: Option<ConditionTestBody<'g>>,
    /// Whether the condition holds on the day asked, today unless `valid_at` says otherwise. Only in `/v1/conditions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Truth>)]
    truth: Option<&'static str>,
    /// The truth when nobody moves on trust, and when everyone moves; where these differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    fixpoints: Option<FixpointsBody>,
    /// Set where sources disagree, or the test and an outcome, so that the truth is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    disputed: Option<bool>,
    /// The statements that decide it.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<DecidedByBody>,
    /// The commitments that hang on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    dependents: Option<DependentsBody>,
    /// Address of the document; the service never fetches it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri", value_type = Option<String>)]
    url: Option<&'g str>,
    /// Title as published.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'g str>,
    /// Who published the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher: Option<ReferenceBody<'g>>,
    /// Language of the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ar")]
    language: Option<&'g str>,
    /// When it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<DateBody<'g>>,
    /// SHA-256 of its text, 64 hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'g str>,
    /// The version that last wrote it: the number of a commit.
    version: i64,
    /// When that commit was recorded.
    #[serde(serialize_with = "crate::wire::moment::serialize")]
    recorded_at: DateTime<Utc>,
    /// What to know of a write, in its answer; absent where there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    warnings: Option<Vec<WarningBody>>,
}

/// Another name.
#[derive(Serialize, ToSchema)]
#[schema(as = Alias)]
pub(crate) struct AliasBody<'g> {
    /// The name.
    #[schema(example = "Britain")]
    text: &'g str,
    /// Its language.
    #[schema(example = "en")]
    lang: &'g str,
    /// What kind of name it is.
    #[schema(value_type = codes::AliasKind)]
    kind: &'static str,
}

impl<'g> AliasBody<'g> {
    fn new(_: Wire<'g>, alias: &'g Alias) -> Self {
        Self { text: &alias.text, lang: alias.lang.as_str(), kind: alias.kind.as_str() }
    }
}

/// A reference that leads to an entity.
#[derive(Serialize, ToSchema)]
#[schema(as = Redirect)]
pub(crate) struct RedirectBody<'g> {
    /// The identifier that goes with it: of the entity that was merged, or this one's own.
    id: Uuid,
    /// The slug; the kind is that of the entity.
    slug: &'g str,
}

impl<'g> RedirectBody<'g> {
    fn new(_: Wire<'g>, redirect: &'g Redirect) -> Self {
        Self { id: redirect.id.0, slug: redirect.slug.as_str() }
    }
}

/// The codes of ISO 3166-1.
#[derive(Serialize, ToSchema)]
#[schema(as = Iso3166)]
struct Iso3166Body<'g> {
    /// Two letters.
    #[schema(example = "GB")]
    alpha2: &'g str,
    /// Three letters.
    #[schema(example = "GBR")]
    alpha3: &'g str,
    /// Three digits.
    #[schema(example = "826")]
    numeric: &'g str,
}

impl<'g> Iso3166Body<'g> {
    fn new(codes: &'g Iso3166) -> Self {
        Self { alpha2: &codes.alpha2, alpha3: &codes.alpha3, numeric: &codes.numeric }
    }
}

/// How a search found an entity.
#[derive(Serialize, ToSchema)]
#[schema(as = Match)]
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
    pub(crate) fn new(wire: Wire<'g>, view: &EntityView<'g>) -> Self {
        let entity = view.entity();
        let (label, label_lang) = wire.label(view);
        let mut body = Self {
            id: entity.id.0,
            reference: RefText(entity),
            kind: entity.kind.as_str(),
            slug: entity.slug.as_str(),
            label,
            label_lang,
            names: &entity.names,
            aliases: Each::new(&entity.aliases, wire, AliasBody::new),
            redirects: (!entity.redirects.is_empty()).then(|| Each::new(&entity.redirects, wire, RedirectBody::new)),
            found: None,
            iso3166: None,
            regions: None,
            class: None,
            anonymous: None,
            anonymity_reason: None,
            date: None,
            format: None,
            status: None,
            convenings: None,
            condition_kind: None,
            test: None,
            truth: None,
            fixpoints: None,
            disputed: None,
            decided_by: None,
            dependents: None,
            url: None,
            title: None,
            publisher: None,
            language: None,
            published: None,
            sha256: None,
            version: view.version(),
            recorded_at: view.recorded_at(),
            warnings: None,
        };
        body.put_detail(wire, &entity.detail);
        if entity.kind == EntityKind::Meeting {
            body.put_claims(wire, entity.id);
        }
        body.put_truth(wire, view);
        body
    }

    /// With what to know of its write.
    pub(crate) fn with_warnings(self, warnings: Vec<WarningBody>) -> Self {
        Self { warnings: (!warnings.is_empty()).then_some(warnings), ..self }
    }

    /// An entity that a search found.
    pub(crate) fn found(wire: Wire<'g>, hit: &SearchHit<'g>) -> Self {
        let quality = match hit.quality {
            MatchQuality::Exact => "exact",
            MatchQuality::Prefix => "prefix",
            MatchQuality::Words => "words",
            MatchQuality::Fuzzy => "fuzzy",
        };
        Self { found: Some(MatchBody { name: hit.name, lang: hit.lang, quality }), ..Self::new(wire, &hit.entity) }
    }

    fn put_detail(&mut self, wire: Wire<'g>, detail: &'g EntityDetail) {
        match detail {
            EntityDetail::Country { iso3166, regions } => {
                self.iso3166 = Some(Iso3166Body::new(iso3166));
                self.regions = Some(regions);
            }
            EntityDetail::Organization { class } => self.class = Some(class.as_str()),
            EntityDetail::Person { anonymous, anonymity_reason } => {
                self.anonymous = Some(*anonymous);
                self.anonymity_reason = anonymity_reason.as_deref();
            }
            EntityDetail::Condition { condition_kind, test } => {
                self.condition_kind = Some(condition_kind.as_str());
                self.test = test.as_ref().map(|test| ConditionTestBody::new(wire, test));
            }
            EntityDetail::Source { url, title, publisher, language, published, sha256 } => {
                self.url = url.as_deref();
                self.title = title.as_deref();
                let publisher = publisher.and_then(|id| wire.graph.entity(id));
                self.publisher = publisher.map(|view| wire.reference(&view));
                self.language = language.as_ref().map(Lang::as_str);
                self.published = published.as_ref().map(DateBody::new);
                self.sha256 = sha256.as_deref();
            }
            EntityDetail::Coalition {} | EntityDetail::Group {} | EntityDetail::Meeting {} | EntityDetail::Place {} => {
            }
        }
    }

    fn put_truth(&mut self, wire: Wire<'g>, view: &EntityView<'g>) {
        let Some((evaluation, day)) = wire.force.zip(wire.day) else { return };
        let Some(known) = evaluation.condition(wire.graph, view.node()) else { return };
        self.truth = Some(known.force.truth().as_str());
        self.fixpoints = FixpointsBody::gap(known.force);
        self.disputed = known.disputed.then_some(true);
        self.decided_by = Some(DecidedByBody::new(known.statements));
        self.dependents = Some(DependentsBody::new(&wire.graph.dependents(view.node(), &Counted::on(day))));
    }

    fn put_claims(&mut self, wire: Wire<'g>, id: EntityId) {
        let claimed = Claimed::new(&wire.graph.meeting(id));
        self.date = claimed.date.map(DateBody::new);
        self.format = claimed.format;
        self.status = claimed.status;
        self.convenings = claimed.statements;
    }
}
