//! References in requests: an identifier, `kind:slug`, a slug where the kind is understood, or a code of a country.

use pledgegraph_graph::{EntityQuery, EntityView, Graph, Page};
use pledgegraph_model::{Code, Country, EntityDetail, EntityId, EntityKind, EntityRef, Slug, Where};

use crate::refusal::echo;

/// Why a text finds no entity.
#[derive(Debug, PartialEq, Eq)]
pub enum Miss {
    /// There is none of that name; the nearest reference and its label, if one is near.
    Unknown {
        /// That reference and its label.
        nearest: Option<(String, String)>,
    },
    /// It is of a kind that does not belong here.
    WrongKind(EntityKind),
}

impl Miss {
    /// What to tell the client.
    pub fn detail(&self, given: &str, kinds: &[EntityKind]) -> String {
        match self {
            Self::Unknown { .. } => format!("no entity has the reference `{}`", echo(given)),
            Self::WrongKind(kind) => {
                let allowed: Vec<&str> = kinds.iter().map(|k| k.as_str()).collect();
                format!("`{}` is of kind {kind}; this takes {}", echo(given), allowed.join(", "))
            }
        }
    }
}

/// The entity of a kind among `kinds` (empty = any) that a text refers to.
pub fn find<'g>(graph: &'g Graph, text: &str, kinds: &[EntityKind]) -> Result<EntityView<'g>, Miss> {
    let belongs = |found: EntityView<'g>| {
        let kind = found.kind();
        if kinds.is_empty() || kinds.contains(&kind) { Ok(found) } else { Err(Miss::WrongKind(kind)) }
    };
    if let Ok(reference) = text.parse::<EntityRef>()
        && let Some(found) = graph.find(&reference)
    {
        return belongs(found);
    }
    if let Ok(id) = text.parse::<EntityId>()
        && let Some(found) = graph.entity(id)
    {
        return belongs(found);
    }
    let candidates = if kinds.is_empty() { EntityKind::ALL } else { kinds };
    if let Ok(slug) = text.parse::<Slug>() {
        let reference = |kind: &EntityKind| EntityRef { kind: *kind, slug: slug.clone() };
        if let Some(found) = candidates.iter().find_map(|kind| graph.find(&reference(kind))) {
            return Ok(found);
        }
    }
    if let Some(country) = by_code(graph, text) {
        return belongs(country);
    }
    Err(Miss::Unknown { nearest: nearest(graph, text, kinds) })
}

/// The country that one of the codes of ISO 3166-1 names, in any case: `GBR`, `826`, `gb`.
fn by_code<'g>(graph: &'g Graph, text: &str) -> Option<EntityView<'g>> {
    let code = text.strip_prefix("country:").unwrap_or(text);
    let is_called = |view: &EntityView<'_>| match &view.entity().detail {
        EntityDetail::Country(Country { iso3166, .. }) => {
            [&iso3166.alpha2, &iso3166.alpha3, &iso3166.numeric].iter().any(|own| own.eq_ignore_ascii_case(code))
        }
        _ => false,
    };
    let countries = EntityQuery::of(&[EntityKind::Country], Where::all());
    let has_length = (2..=3).contains(&code.len());
    has_length.then(|| graph.entities(&countries, Page::first(usize::MAX)).items.into_iter().find(is_called))?
}

/// What a text that refers to nothing may mean: the entity that a search for it finds first.
fn nearest(graph: &Graph, text: &str, kinds: &[EntityKind]) -> Option<(String, String)> {
    let name = text.split_once(':').map_or(text, |(_, slug)| slug);
    let name: String = name.chars().take(64).map(|c| if matches!(c, '-' | '_' | '.') { ' ' } else { c }).collect();
    let hits = graph.search(&name, kinds, 1);
    hits.first().map(|hit| (hit.entity.reference().to_string(), hit.entity.label("en").0.to_owned()))
}
