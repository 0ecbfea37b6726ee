//! Code lists.

use std::collections::BTreeMap;

use pledgegraph_model::{Capability, Code, CodeEntry, CodeList, ConditionKind, Mapping, Modality, Stance, StanceSet};
use serde::Serialize;
use utoipa::ToSchema;

/// A code list.
#[derive(Serialize, ToSchema)]
#[schema(as = CodeList)]
pub struct CodeListBody {
    /// Name of the list.
    #[schema(example = "stances")]
    pub name: &'static str,
    /// The codes, in their published order.
    codes: Vec<CodeBody>,
    /// Named sets of codes, accepted by filters beside the codes themselves.
    sets: Vec<CodeSetBody>,
}

/// One code.
#[derive(Serialize, ToSchema)]
#[schema(as = Code)]
struct CodeBody {
    /// The code itself: it never changes.
    #[schema(example = "willing")]
    code: &'static str,
    /// Labels by language: English and Arabic.
    #[schema(value_type = BTreeMap<String, String>)]
    labels: BTreeMap<&'static str, &'static str>,
    /// What it means, by language: English and Arabic.
    #[schema(value_type = BTreeMap<String, String>)]
    definitions: BTreeMap<&'static str, &'static str>,
    /// Firmness, where the list is ordered by it: -3 to 6.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>, example = 3)]
    rank: Option<i8>,
    /// The code one level up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "military.forces")]
    parent: Option<&'static str>,
    /// Modalities: whether stance filters, positions and analyses count it unless told otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    counted: Option<bool>,
    /// Condition kinds: whether commitments decide it by a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    tested: Option<bool>,
    /// Codes of other schemes that mean the same or the nearest broader thing.
    mappings: Vec<MappingBody>,
}

/// A code of another scheme.
#[derive(Serialize, ToSchema)]
#[schema(as = CodeMapping)]
struct MappingBody {
    /// The other scheme: PLOVER, CAMEO or IATI.
    #[schema(example = "IATI")]
    scheme: &'static str,
    /// The code in that scheme.
    #[schema(example = "12")]
    code: &'static str,
}

/// A named set of codes.
#[derive(Serialize, ToSchema)]
#[schema(as = CodeSet)]
struct CodeSetBody {
    /// The name.
    #[schema(example = "positive")]
    name: &'static str,
    /// Its codes.
    #[schema(value_type = Vec<String>)]
    codes: Vec<&'static str>,
}

impl CodeListBody {
    /// The body of a list.
    pub fn new(list: &CodeList) -> Self {
        let codes = list.codes.iter().map(|(entry, mappings)| CodeBody::new(list.name, entry, mappings));
        let is_stances = list.name == Stance::LIST;
        let sets = StanceSet::ALL.iter().filter(|_| is_stances).map(|set| CodeSetBody::new(*set));
        Self { name: list.name, codes: codes.collect(), sets: sets.collect() }
    }
}

impl CodeBody {
    fn new(list: &str, entry: &CodeEntry, mappings: &[Mapping]) -> Self {
        /// What a code of one of our lists says of itself, if it is of list `C`.
        fn ask<C: Code, T>(list: &str, code: &str, answer: impl FnOnce(C) -> T) -> Option<T> {
            (list == C::LIST).then(|| C::parse(code).ok()).flatten().map(answer)
        }
        Self {
            code: entry.code,
            labels: BTreeMap::from([("en", entry.label_en), ("ar", entry.label_ar)]),
            definitions: BTreeMap::from([("en", entry.definition_en), ("ar", entry.definition_ar)]),
            rank: ask(list, entry.code, Stance::rank).flatten(),
            parent: ask(list, entry.code, Capability::parent).flatten().map(Code::as_str),
            counted: ask(list, entry.code, Modality::counts),
            tested: ask(list, entry.code, ConditionKind::has_test),
            mappings: mappings.iter().map(|m| MappingBody { scheme: m.scheme, code: m.code }).collect(),
        }
    }
}

impl CodeSetBody {
    fn new(set: StanceSet) -> Self {
        let codes = Stance::ALL.iter().copied().filter(|s| set.contains(*s)).map(Code::as_str).collect();
        Self { name: set.name(), codes }
    }
}
