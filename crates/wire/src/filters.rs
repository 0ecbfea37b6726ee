//! The filters of the model as parameters of lists: see `pledgegraph_model::Where`.

pub mod analyses;

use std::fmt::Display;
use std::sync::LazyLock;

use chrono::NaiveDate;
use pledgegraph_model::{
    Code, EdgeKind, EntityId, EntityKind, FILTERS, Filter, FilterValues, Given, PARAMETER_NAMES, ParameterName,
    Pattern, REGION, Rows, Stance, StanceSet, Takes, Where, filter, spans,
};

use crate::request::parameter::{Accepts, CodeNames, Parameter, codes};
use crate::request::reader::ParameterReader;

/// A filter as a parameter.
#[derive(Debug, Clone, Copy)]
pub struct FilterParameter {
    /// The parameter.
    pub parameter: Parameter,
    filter: &'static Filter,
    /// Which lists have it beside those of the filter; `None`: by the filter's own name.
    other: Option<&'static ParameterName>,
    /// Of which kinds an entity is that it names; empty: as the filter says.
    kinds: &'static [EntityKind],
}

/// Whose words count.
pub const MODALITY: FilterParameter = own("modality");
/// How a statement stands.
pub const STANDING: FilterParameter = own("standing");
/// The least stance.
pub const STANCE_MIN: FilterParameter = own("stance_min");
/// Whether a commitment is in force.
pub const IN_FORCE: FilterParameter = own("in_force");
/// The day that is asked about.
pub const VALID_AT: FilterParameter = own("valid_at");
/// The kind of entity.
pub const ENTITY_KIND: FilterParameter = own("kind");

/// The kinds of statement, in collections of several.
pub const EDGE_KIND: Parameter =
    Parameter::new("kind", Accepts::Codes(CodeNames::of::<EdgeKind>("EdgeKindFilter")), "The kind of statement.")
        .example("commitment");

/// The kinds of the collection `relations`.
pub const RELATIONS: [EdgeKind; 3] = [EdgeKind::Location, EdgeKind::Sidelines, EdgeKind::PartOf];

const RELATION_KIND: Parameter = Parameter::new(
    "kind",
    Accepts::Codes(CodeNames { schema: "RelationKindFilter", all: relation_kinds }),
    "The kind of relation.",
)
.example("part_of");

/// The day of lists of entities, read by the collection itself.
pub const ENTITIES_AT: Parameter = Parameter::new(
    "valid_at",
    Accepts::Day,
    "A day, or `now` (UTC). An entity is an identity and holds at any time; leaders are those who hold \
        an office on this day, which is today unless it is given.",
)
.example("now");

fn relation_kinds() -> Vec<&'static str> {
    RELATIONS.iter().map(|kind| kind.as_str()).collect()
}

/// The parameter of a filter by its own name.
pub(crate) const fn own(name: &str) -> FilterParameter {
    let filter = filter(name);
    let parameter = Parameter::new(filter.field.name, accepts(filter, &[]), filter.description).example(filter.example);
    FilterParameter { parameter, filter, other: None, kinds: &[] }
}

/// The parameter of a filter by another name, as a list of some kind has it.
pub(crate) const fn other(other: &'static ParameterName) -> FilterParameter {
    let ParameterName { name, kinds, description, example, .. } = *other;
    let filter = filter(other.filter);
    let parameter = Parameter { name, accepts: accepts(filter, kinds), description, example };
    FilterParameter { parameter, filter, other: Some(other), kinds }
}

const fn accepts(filter: &Filter, kinds: &'static [EntityKind]) -> Accepts {
    match filter.given {
        Given::Entities(own) => Accepts::References(if kinds.is_empty() { own } else { kinds }),
        Given::Codes(codes) => Accepts::Codes(CodeNames { schema: codes.name, all: codes.all }),
        Given::Code(codes) => Accepts::Code(CodeNames { schema: codes.name, all: codes.all }),
        Given::Date => Accepts::Date,
        Given::Day => Accepts::Day,
        Given::Texts(_) => Accepts::Texts,
        Given::Words | Given::Tree => Accepts::Text,
    }
}

/// All that any list has.
static ALL: LazyLock<Vec<FilterParameter>> = LazyLock::new(|| {
    let filters = FILTERS.iter().filter(|filter| !filter.is_tree()).map(|filter| own(filter.field.name));
    filters.chain(PARAMETER_NAMES.iter().map(other)).collect()
});

/// The parameters that narrow lists of statements of some kinds, empty = all.
pub fn of_statements(kinds: &'static [EdgeKind]) -> impl Iterator<Item = &'static FilterParameter> {
    ALL.iter().filter(|parameter| parameter.is_of_statements(kinds))
}

/// Which statements the parameters of a request to such a list ask for.
pub fn read_statements(reader: &mut ParameterReader<'_>, kinds: &'static [EdgeKind]) -> Where {
    // Few of all are given.
    let given: Vec<_> = ALL.iter().filter(|parameter| reader.has(parameter.parameter.name)).collect();
    read(reader, given.into_iter().filter(|parameter| parameter.is_of_statements(kinds)))
}

impl FilterParameter {
    /// Whether lists of statements of some kinds, empty = all, have it.
    fn is_of_statements(&self, kinds: &[EdgeKind]) -> bool {
        let name = self.filter.parameter(Rows::Statements(kinds));
        match self.other {
            None => name == Some(self.parameter.name),
            Some(other) => other.is_of(kinds) && name.is_some_and(|name| !other.instead || name == other.name),
        }
    }
}

/// The parameters that narrow lists of entities of one kind, which are not asked for the kind.
pub fn of_entities(kind: EntityKind) -> impl Iterator<Item = &'static FilterParameter> {
    ALL.iter().filter(move |parameter| {
        let name = parameter.filter.parameter(Rows::Entities(&[kind]));
        name == Some(parameter.parameter.name) && name != Some(ENTITY_KIND.parameter.name)
    })
}

/// The parameter that narrows a collection of several kinds of statements, empty = all, to some of them.
pub fn edge_kind(kinds: &[EdgeKind]) -> Option<&'static Parameter> {
    match kinds {
        [] => Some(&EDGE_KIND),
        [_] => None,
        _ => Some(&RELATION_KIND),
    }
}

/// The kinds that are asked for of a collection.
pub fn edge_kinds(reader: &mut ParameterReader<'_>, kinds: &'static [EdgeKind]) -> Vec<EdgeKind> {
    let Some(Parameter { name, accepts: Accepts::Codes(names), .. }) = edge_kind(kinds) else { return kinds.to_vec() };
    let known = |code: &str| EdgeKind::parse(code).ok().filter(|kind| (names.all)().contains(&kind.as_str()));
    reader.some_of(name, names.all, known).unwrap_or_else(|| kinds.to_vec())
}

/// Which rows the parameters of a request ask for.
pub fn read<'p>(reader: &mut ParameterReader<'_>, parameters: impl IntoIterator<Item = &'p FilterParameter>) -> Where {
    let mut which = Where::all();
    let mut known: Vec<&str> = Vec::new();
    let mut several: Vec<Vec<Where>> = Vec::new();
    for FilterParameter { parameter, filter, kinds, .. } in parameters {
        if !reader.has(parameter.name) {
            continue;
        }
        let name = filter.field.name;
        let mut values = Values { reader, name: parameter.name, kinds, only: None };
        if let (Given::Codes(_), Takes::Code(_), true) = (filter.given, filter.field.takes, values.are_several()) {
            several.push(values.one_by_one(name));
        } else if known.contains(&name) {
            // A list may call one filter by two names: both must hold.
            let mut also = Where::all();
            also.read(name, &mut values);
            which.all_of.push(also);
        } else {
            which.read(name, &mut values);
            known.push(name);
        }
    }
    for mut any_of in several {
        // How a condition is stated is asked of the one that is asked for.
        for own in &mut any_of {
            own.condition.clone_from(&which.condition);
        }
        which.all_of.push(Where { any_of, ..Where::all() });
    }
    check_spans(reader, &which);
    which
}

/// Refuses a span that ends before it begins: no day lies in it, and yet each bound alone lets undated statements pass.
fn check_spans(reader: &mut ParameterReader<'_>, which: &Where) {
    for names in spans() {
        if !reader.has(names.0) || !reader.has(names.1) {
            continue;
        }
        let which = serde_json::to_value(which).unwrap_or_default();
        // Days as they are written are in the order of time.
        if let (Some(from), Some(to)) = (which[names.0].as_str(), which[names.1].as_str())
            && from > to
        {
            reader.fail(names.0, no_day(names, from, to));
            reader.fail(names.1, no_day(names, from, to));
        }
    }
}

/// What is wrong with a span that ends before it begins.
pub(crate) fn no_day((first, last): (&str, &str), from: impl Display, to: impl Display) -> String {
    format!("`{first}` lies after `{last}`: {from} and {to}; no day is in both")
}

/// The values of one parameter.
struct Values<'r, 'a> {
    reader: &'r mut ParameterReader<'a>,
    name: &'static str,
    /// Of which kinds an entity is; empty: as the filter says.
    kinds: &'static [EntityKind],
    /// Of several values this one.
    only: Option<&'a str>,
}

impl Values<'_, '_> {
    fn are_several(&self) -> bool {
        self.reader.text(self.name).is_some_and(|text| text.contains(','))
    }

    /// A filter for each value.
    fn one_by_one(&mut self, filter: &str) -> Vec<Where> {
        let values = self.reader.values(self.name).unwrap_or_default();
        let read = |value| {
            let mut which = Where::all();
            self.only = Some(value);
            which.read(filter, self);
            which
        };
        values.into_iter().map(read).collect()
    }
}

impl FilterValues<EntityId> for Values<'_, '_> {
    fn entities(&mut self, kinds: &'static [EntityKind]) -> Option<Vec<EntityId>> {
        self.reader.references(self.name, if self.kinds.is_empty() { kinds } else { self.kinds })
    }

    fn codes<C: Code>(&mut self) -> Option<Vec<C>> {
        self.reader.codes(self.name)
    }

    fn code<C: Code>(&mut self) -> Option<C> {
        let value = self.only.or_else(|| self.reader.text(self.name))?;
        self.reader.one_of(self.name, value, codes::<C>, |value| C::parse(value).ok())
    }

    fn stances(&mut self) -> Option<Vec<Stance>> {
        let Given::Codes(names) = filter("stance").given else { return None };
        self.reader.some_of(self.name, names.all, stances_named).map(|stances| stances.concat())
    }

    fn ranked(&mut self) -> Option<Stance> {
        self.reader.ranked_stance(self.name)
    }

    fn from(&mut self) -> Option<NaiveDate> {
        self.reader.first_day(self.name)
    }

    fn until(&mut self) -> Option<NaiveDate> {
        self.reader.last_day(self.name)
    }

    fn day(&mut self) -> Option<NaiveDate> {
        self.reader.day(self.name)
    }

    fn words(&mut self) -> Option<String> {
        self.reader.text(self.name).map(str::to_owned)
    }

    fn texts(&mut self, pattern: &'static Pattern) -> Option<Vec<String>> {
        if std::ptr::eq(pattern, &raw const REGION) {
            return self.reader.regions(self.name);
        }
        self.reader.texts(self.name, pattern)
    }
}

/// The stances of a stance or of a named set.
fn stances_named(name: &str) -> Option<Vec<Stance>> {
    if let Some(set) = StanceSet::ALL.iter().find(|set| set.name() == name) {
        return Some(Stance::ALL.iter().copied().filter(|stance| set.contains(*stance)).collect());
    }
    Stance::parse(name).ok().map(|stance| vec![stance])
}
