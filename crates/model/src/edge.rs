//! Edges: every edge is one sourced statement.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value as Json};

use crate::date::{DATE, END};
use crate::evidence::EVIDENCE;
use crate::field::{Field, MAX_PARTS, Takes};
use crate::link::LINK;
use crate::value::{Bearing, Fields, Value};
use crate::{
    Action, Attendance, Bare, Commitment, Conditionality, Convening, Date, EdgeId, EdgeKind, EntityId, Evidence, Link,
    Membership, Modality, Office, Outcome, PartOf, Polarity, QueryField, Rank, Remark, Request,
};

/// Declares the details of all kinds: what kind of statement has which struct.
macro_rules! details {
    ($($kind:ident($detail:ty),)*) => {
        /// The fields that only one kind of edge has.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        #[expect(missing_docs, reason = "they are the kinds of statements, which `EdgeKind` explains")]
        pub enum EdgeDetail<N = EntityId> {
            $($kind($detail),)*
        }

        impl<N> EdgeDetail<N> {
            /// The kind it belongs to.
            pub fn kind(&self) -> EdgeKind {
                match self {
                    $(Self::$kind(_) => EdgeKind::$kind,)*
                }
            }

            /// What the statements of a kind have of their own.
            pub fn fields(kind: EdgeKind) -> &'static [Field] {
                match kind {
                    $(EdgeKind::$kind => <$detail as Fields<N>>::FIELDS,)*
                }
            }

            /// As what structured queries ask for each of these, if they do.
            pub fn asked_as(kind: EdgeKind) -> &'static [Option<QueryField>] {
                match kind {
                    $(EdgeKind::$kind => <$detail as Fields<N>>::ASKED,)*
                }
            }

            /// What each of these is to what a statement says.
            pub fn bearings(kind: EdgeKind) -> &'static [Bearing] {
                match kind {
                    $(EdgeKind::$kind => <$detail as Fields<N>>::BEARINGS,)*
                }
            }

            /// The value of the field with a number in [`EdgeDetail::fields`]; `None` where there is none.
            pub fn value(&self, at: usize) -> Option<Value<'_, N>> {
                match self {
                    $(Self::$kind(detail) => Fields::<N>::value(detail, at),)*
                }
            }

            /// The same detail with every reference replaced.
            ///
            /// # Errors
            /// The first error of `f`.
            pub fn try_map<M, E>(self, f: &mut impl FnMut(N) -> Result<M, E>) -> Result<EdgeDetail<M>, E>
            where
                N: Clone,
            {
                Ok(match self {
                    $(Self::$kind(detail) => EdgeDetail::$kind(Fields::<N>::try_map(detail, f)?),)*
                })
            }
        }

        impl<N: DeserializeOwned> EdgeDetail<N> {
            /// Reads the fields of a kind; unknown ones are refused.
            ///
            /// # Errors
            /// What serde says of the first field that is wrong.
            pub fn read(kind: EdgeKind, fields: Map<String, Json>) -> Result<Self, serde_json::Error> {
                let json = Json::Object(fields);
                Ok(match kind {
                    $(EdgeKind::$kind => Self::$kind(serde_json::from_value(json)?),)*
                })
            }
        }
    };
}

details! {
    Membership(Membership),
    Office(Office),
    Attendance(Attendance<N>),
    Convening(Box<Convening>),
    Location(Bare),
    Sidelines(Bare),
    PartOf(PartOf),
    Commitment(Commitment<N>),
    Request(Request<N>),
    Action(Action),
    Outcome(Box<Outcome>),
    Remark(Remark),
}

impl<N> EdgeDetail<N> {
    /// The commitment, if it is one.
    pub fn commitment(&self) -> Option<&Commitment<N>> {
        match self {
            Self::Commitment(commitment) => Some(commitment),
            _ => None,
        }
    }

    /// Each field that has a value, in the order of declaration.
    pub fn values(&self) -> impl Iterator<Item = (&'static Field, Value<'_, N>)> {
        let fields = Self::fields(self.kind()).iter().enumerate();
        fields.filter_map(|(at, field)| Some((field, self.value(at)?)))
    }

    /// The values of the fields that bear so on what the statement says, each with its field.
    pub fn bearing(&self, bearing: Bearing) -> impl Iterator<Item = (&'static Field, Value<'_, N>)> {
        let all = Self::bearings(self.kind()).iter().zip(Self::fields(self.kind())).enumerate();
        all.filter(move |(_, (of, _))| **of == bearing).filter_map(|(at, (_, field))| Some((field, self.value(at)?)))
    }

    /// The values of what a structured query calls so; in a statement of one kind at most one field is called so.
    pub fn asked(&self, query: QueryField) -> Option<Value<'_, N>> {
        let at = Self::asked_as(self.kind()).iter().position(|asked| *asked == Some(query))?;
        self.value(at)
    }
}

/// What statements of every kind have, beside their ends.
pub static COMMON_FIELDS: [Field; 8] = [
    Field::of::<Modality>("modality", "Whose stance the words are."),
    Field::of::<Polarity>("polarity", "Whether it is asserted, denied or left open."),
    Field::of::<Rank>("rank", "How it stands among others on the same matter.").example(r#""normal""#),
    Field::optional("said_at", Takes::Object(&DATE), "When it was said."),
    Field::optional("valid_from", Takes::Object(&DATE), "From when it holds."),
    Field::optional("valid_until", Takes::Object(&END), "Until when it holds."),
    Field::required(
        "evidence",
        Takes::List { of: &Takes::Object(&EVIDENCE), min: 1, max: MAX_PARTS },
        "Who says so; at least one piece.",
    ),
    Field::optional(
        "links",
        Takes::List { of: &Takes::Object(&LINK), min: 0, max: MAX_PARTS },
        "How it bears on other statements. Links that others hold to it are theirs.",
    ),
];

/// One sourced statement. Statements that contradict each other stand side by side, linked, never overwritten.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Edge<N = EntityId, L = EdgeId> {
    /// Stable identifier.
    pub id: EdgeId,
    /// Who or what the statement is about.
    pub subject: N,
    /// What it says of the subject, with the kind.
    #[serde(flatten)]
    pub detail: EdgeDetail<N>,
    /// To whom or what.
    pub object: N,
    /// Whether it is asserted, denied or left open.
    pub polarity: Polarity,
    /// Whose stance the words are.
    pub modality: Modality,
    /// How it stands among others on the same matter.
    pub rank: Rank,
    /// When it was said.
    #[serde(skip_serializing_if = "Date::is_unknown")]
    pub said_at: Date,
    /// From when it holds.
    #[serde(skip_serializing_if = "Date::is_unknown")]
    pub valid_from: Date,
    /// Until when it holds.
    #[serde(skip_serializing_if = "Date::is_unknown")]
    pub valid_until: Date,
    /// Who says so; at least one.
    pub evidence: Vec<Evidence<N>>,
    /// How it bears on other statements.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link<L>>,
}

impl<N, L> Edge<N, L> {
    /// The kind.
    pub fn kind(&self) -> EdgeKind {
        self.detail.kind()
    }

    /// The same statement with every reference to an entity replaced by `f` and every link target by `g`.
    ///
    /// # Errors
    /// The first error of `f` or `g`.
    pub fn try_map<M, K, E>(
        self,
        mut f: impl FnMut(N) -> Result<M, E>,
        mut g: impl FnMut(L) -> Result<K, E>,
    ) -> Result<Edge<M, K>, E>
    where
        N: Clone,
    {
        let subject = f(self.subject)?;
        let object = f(self.object)?;
        let detail = self.detail.try_map(&mut f)?;
        let mut evidence = Vec::with_capacity(self.evidence.len());
        for piece in self.evidence {
            evidence.push(piece.try_map(&mut f)?);
        }
        let mut links = Vec::with_capacity(self.links.len());
        for link in self.links {
            links.push(Link { link_type: link.link_type, edge: g(link.edge)? });
        }
        Ok(Edge {
            id: self.id,
            subject,
            detail,
            object,
            polarity: self.polarity,
            modality: self.modality,
            rank: self.rank,
            said_at: self.said_at,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            evidence,
            links,
        })
    }

    /// What is wrong with the statement by itself, as (JSON pointer, text); empty when nothing is. Whether the ends
    /// exist and are of the right kind is for the graph and the database to say.
    pub fn errors(&self) -> Vec<(String, &'static str)> {
        let mut errors = Vec::new();
        if self.evidence.is_empty() {
            errors.push(("/evidence".to_owned(), "a statement has at least one piece of evidence"));
        }
        for (i, piece) in self.evidence.iter().enumerate() {
            for (j, link) in piece.attribution.iter().enumerate() {
                if link.agent.is_some() == link.name.is_some() {
                    errors.push((format!("/evidence/{i}/attribution/{j}"), "give either `agent` or `name`"));
                }
            }
        }
        let own = self.detail.values().filter_map(|(field, value)| match value {
            Value::Date(date) => Some((field.name, date)),
            _ => None,
        });
        let dates = [("said_at", &self.said_at), ("valid_from", &self.valid_from)];
        for (field, _) in dates.into_iter().chain(own).filter(|(_, date)| date.ended) {
            errors.push((format!("/{field}/ended"), "only `valid_until` has `ended`"));
        }
        if let EdgeDetail::Commitment(commitment) = &self.detail {
            let conditional = commitment.conditionality == Conditionality::Conditional;
            if conditional != commitment.conditions.is_some() {
                let text = "conditions are given exactly when conditionality is `conditional`";
                errors.push(("/conditions".to_owned(), text));
            }
            if let Some(conditions) = &commitment.conditions {
                errors.extend(conditions.root.shape_errors("/conditions/root"));
            }
            if commitment.area.is_some() && commitment.place.is_none() {
                errors.push(("/area".to_owned(), "`area` needs `place`"));
            }
        }
        errors
    }

    /// The conditions that stand under a `not` in its tree; these must have no test.
    pub fn negated_leaves(&self) -> Vec<&N> {
        let conditions = self.detail.commitment().and_then(|c| c.conditions.as_ref());
        conditions.map(|c| c.root.negated_leaves()).unwrap_or_default()
    }
}

impl<'de, N, L> Deserialize<'de> for Edge<N, L>
where
    N: DeserializeOwned,
    L: DeserializeOwned,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut own = Map::deserialize(deserializer)?;
        let mut common = Map::new();
        for field in Common::<N, L>::FIELDS {
            if let Some(value) = own.remove(*field) {
                common.insert((*field).to_owned(), value);
            }
        }
        let common: Common<N, L> = serde_json::from_value(Json::Object(common)).map_err(D::Error::custom)?;
        let detail = EdgeDetail::read(common.kind, own).map_err(D::Error::custom)?;
        Ok(Self {
            id: common.id.unwrap_or_else(EdgeId::new),
            subject: common.subject,
            detail,
            object: common.object,
            polarity: common.polarity,
            modality: common.modality,
            rank: common.rank,
            said_at: common.said_at,
            valid_from: common.valid_from,
            valid_until: common.valid_until,
            evidence: common.evidence,
            links: common.links,
        })
    }
}

/// The fields that every kind of edge has.
#[derive(Deserialize)]
#[serde(bound(deserialize = "N: Deserialize<'de>, L: Deserialize<'de>"))]
struct Common<N, L> {
    id: Option<EdgeId>,
    kind: EdgeKind,
    subject: N,
    object: N,
    #[serde(default)]
    polarity: Polarity,
    #[serde(default)]
    modality: Modality,
    #[serde(default)]
    rank: Rank,
    #[serde(default)]
    said_at: Date,
    #[serde(default)]
    valid_from: Date,
    #[serde(default)]
    valid_until: Date,
    evidence: Vec<Evidence<N>>,
    #[serde(default = "Vec::new")]
    links: Vec<Link<L>>,
}

impl<N, L> Common<N, L> {
    const FIELDS: &'static [&'static str] = &[
        "id",
        "kind",
        "subject",
        "object",
        "polarity",
        "modality",
        "rank",
        "said_at",
        "valid_from",
        "valid_until",
        "evidence",
        "links",
    ];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EntityRef;

    fn read(json: &str) -> Result<Edge<EntityRef, String>, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    const MINIMAL: &str = r#"{"kind":"commitment","subject":"country:GB","object":"country:UA","capability":"military.forces",
        "stance":"willing","evidence":[{"source":"source:a","explicitness":"explicit"}]}"#;

    #[test]
    fn a_commitment_survives_the_round_trip() {
        let edge = read(MINIMAL).expect("valid");
        assert_eq!(edge.errors(), []);
        let json = serde_json::to_string(&edge).expect("serialises");
        assert_eq!(read(&json), Ok(edge));
    }

    #[test]
    fn unknown_fields_and_fields_of_other_kinds_are_refused() {
        for extra in [r#""colour":"red""#, r#""role":"leader""#] {
            let json = MINIMAL.replacen('{', &format!("{{{extra},"), 1);
            assert!(read(&json).is_err_and(|e| e.contains("unknown field")), "{extra}");
        }
    }

    #[test]
    fn only_an_end_has_ended() {
        for (field, allowed) in [("said_at", false), ("valid_from", false), ("valid_until", true)] {
            let json = MINIMAL.replacen('{', &format!(r#"{{"{field}":{{"ended":true}},"#), 1);
            assert_eq!(read(&json).expect("readable").errors().is_empty(), allowed, "{field}");
        }
    }

    #[test]
    fn conditional_without_conditions_is_an_error() {
        let edge =
            read(&MINIMAL.replace(r#""stance""#, r#""conditionality":"conditional","stance""#)).expect("readable");
        assert_eq!(edge.errors().len(), 1);
    }
}
