//! The parameters that narrow lists of entities.

use pledgegraph_graph::EntityFilter;
use pledgegraph_model::{ConditionKind, EntityKind, OrganizationClass};

use crate::request::parameter::{Accepts, CodeNames, Parameter};
use crate::request::reader::Reader;

/// A parameter and what it does to the filter.
pub(crate) struct EntityParameter {
    pub(crate) parameter: Parameter,
    read: fn(&mut Reader<'_>, &'static str, &mut EntityFilter),
}

pub(crate) const Q: EntityParameter = EntityParameter {
    parameter: Parameter {
        name: "q",
        accepts: Accepts::Text,
        description: "Words of a name in any language and usual spelling; each must occur, as the beginning of a word.",
        example: "united",
    },
    read: |reader, name, filter| filter.text = reader.text(name).map(str::to_owned),
};

pub(crate) const KIND: EntityParameter = EntityParameter {
    parameter: Parameter {
        name: "kind",
        accepts: Accepts::Codes(CodeNames::of::<EntityKind>("EntityKindFilter")),
        description: "The kind of entity.",
        example: "country",
    },
    read: |reader, name, filter| filter.kinds = reader.codes(name).unwrap_or_default(),
};

pub(crate) const REGION: EntityParameter = EntityParameter {
    parameter: Parameter {
        name: "region",
        accepts: Accepts::Text,
        description: "The UN M49 codes of regions, separated by commas; one of them contains the country.",
        example: "150",
    },
    read: |reader, name, filter| filter.region = reader.regions(name),
};

pub(crate) const CLASS: EntityParameter = EntityParameter {
    parameter: Parameter {
        name: "class",
        accepts: Accepts::Codes(CodeNames::of::<OrganizationClass>("OrganizationClassFilter")),
        description: "What the organization is.",
        example: "media",
    },
    read: |reader, name, filter| filter.class = reader.codes(name),
};

pub(crate) const CONDITION_KIND: EntityParameter = EntityParameter {
    parameter: Parameter {
        name: "condition_kind",
        accepts: Accepts::Codes(CodeNames::of::<ConditionKind>("ConditionKindFilter")),
        description: "What kind of condition.",
        example: "third_party_backing",
    },
    read: |reader, name, filter| filter.condition_kind = reader.codes(name),
};

pub(crate) const VALID_AT: EntityParameter = EntityParameter {
    parameter: Parameter {
        name: "valid_at",
        accepts: Accepts::Day,
        description: "A day, or `now` (UTC). An entity is an identity and holds at any time; leaders are those who hold \
            an office on this day, which is today unless it is given.",
        example: "now",
    },
    // Read by the collection itself.
    read: |_, _, _| {},
};

/// The filter that the parameters of a request make over entities of some kinds.
pub(crate) fn read(reader: &mut Reader<'_>, kinds: &[EntityKind], parameters: &[&EntityParameter]) -> EntityFilter {
    let mut filter = EntityFilter { kinds: kinds.to_vec(), ..EntityFilter::default() };
    for parameter in parameters {
        (parameter.read)(reader, parameter.parameter.name, &mut filter);
    }
    filter
}
