//! Names of filters in lists.

use crate::{Code as _, EdgeKind, EntityKind, FILTERS, Filter, Rows, Where};

/// Another name of a filter as a parameter of some lists.
#[derive(Debug, Clone, Copy)]
pub struct ParameterName {
    /// The name.
    pub name: &'static str,
    /// The name of the filter.
    pub filter: &'static str,
    /// The kinds of statements whose lists have it; empty = all.
    pub of: &'static [EdgeKind],
    /// Of which kinds an entity that it names is; empty = those of the filter.
    pub kinds: &'static [EntityKind],
    /// Whether these lists do not have the filter by its own name.
    pub instead: bool,
    /// What it is there.
    pub description: &'static str,
    /// A value.
    pub example: &'static str,
}

/// Other names, where a list calls a thing by what it is there.
pub const PARAMETER_NAMES: &[ParameterName] = &[
    ParameterName {
        name: "beneficiary",
        filter: "object",
        of: &[EdgeKind::Commitment],
        kinds: EntityKind::ACTORS,
        instead: true,
        description: "To whom.",
        example: "UA",
    },
    ParameterName {
        name: "coalition",
        filter: "object",
        of: &[EdgeKind::Membership],
        kinds: &[EntityKind::Coalition, EntityKind::Organization],
        instead: false,
        description: "The coalition or organization that the subject belongs to.",
        example: "of-the-willing",
    },
    ParameterName {
        name: "person",
        filter: "subject",
        of: &[EdgeKind::Office],
        kinds: &[EntityKind::Person],
        instead: false,
        description: "The person who holds the office.",
        example: "starmer",
    },
    ParameterName {
        name: "meeting",
        filter: "object",
        of: &[EdgeKind::Attendance, EdgeKind::Convening],
        kinds: &[EntityKind::Meeting],
        instead: false,
        description: "The meeting.",
        example: "coalition-april",
    },
    ParameterName {
        name: "condition",
        filter: "object",
        of: &[EdgeKind::Outcome],
        kinds: &[EntityKind::Condition],
        instead: false,
        description: "The condition.",
        example: "ceasefire",
    },
    ParameterName {
        name: "conditional_on",
        filter: "condition",
        of: &[],
        kinds: &[],
        instead: true,
        description: "A condition anywhere in the tree.",
        example: "us-backing",
    },
    ParameterName {
        name: "speaker",
        filter: "agent",
        of: &[],
        kinds: &[],
        instead: true,
        description: "An agent anywhere in the chain of attribution.",
        example: "starmer",
    },
    ParameterName {
        name: "role",
        filter: "membership_role",
        of: &[EdgeKind::Membership],
        kinds: &[],
        instead: true,
        description: "What the subject is to the coalition or organization.",
        example: "leader",
    },
    ParameterName {
        name: "role",
        filter: "attendance_role",
        of: &[EdgeKind::Attendance],
        kinds: &[],
        instead: true,
        description: "What the subject is to the meeting.",
        example: "participant",
    },
];

impl ParameterName {
    /// Whether a list of statements of some kinds, empty = all, has it. A list of several kinds calls nothing by what it is in
    /// one of them.
    pub fn is_of(&self, kinds: &[EdgeKind]) -> bool {
        self.of.is_empty() || (!kinds.is_empty() && kinds.iter().all(|kind| self.of.contains(kind)))
    }
}

impl Filter {
    /// Its name as a parameter of a list of some rows; `None` where these lists do not have it.
    pub fn parameter(&self, rows: Rows<'_>) -> Option<&'static str> {
        let own = self.field.name;
        match rows {
            _ if self.is_tree() => None,
            Rows::Statements(kinds) => {
                self.narrows_statements(kinds).then(|| self.instead(kinds).map_or(own, |other| other.name))
            }
            Rows::Entities(kinds) => self.narrows_entities(kinds).then_some(own),
        }
    }

    /// The name that lists of statements of some kinds have for it instead of its own.
    fn instead(&self, kinds: &[EdgeKind]) -> Option<&'static ParameterName> {
        let mut names = PARAMETER_NAMES.iter().filter(|other| other.filter == self.field.name && other.instead);
        names.find(|other| other.is_of(kinds))
    }

    /// Whether a list takes these values: by another name it may take entities of some kinds only.
    fn takes(&self, rows: Rows<'_>, values: &[&str]) -> bool {
        let Rows::Statements(kinds) = rows else { return true };
        let kinds = self.instead(kinds).map_or(&[][..], |other| other.kinds);
        let is_of = |value: &&str| kinds.iter().any(|kind| value.split(':').next() == Some(kind.as_str()));
        kinds.is_empty() || values.iter().all(is_of)
    }
}

impl Where<String> {
    /// The parameters of the list of some rows that is narrowed in the same way: names, and values separated by commas. `None`
    /// where no list can be: it has no trees, no values with a comma, and by another name of a filter only what that takes.
    ///
    /// ```
    /// use pledgegraph_model::{EdgeKind, Rows, Where};
    ///
    /// let which = Where { object: vec!["country:UA".to_owned()], q: Some("stocks".to_owned()), ..Where::all() };
    /// let commitments = which.parameters(Rows::Statements(&[EdgeKind::Commitment]));
    /// assert_eq!(commitments, Some(vec![("beneficiary", "country:UA".to_owned()), ("q", "stocks".to_owned())]));
    /// assert_eq!(which.parameters(Rows::Entities(&[])), None, "entities have no object");
    /// ```
    pub fn parameters(&self, rows: Rows<'_>) -> Option<Vec<(&'static str, String)>> {
        let given = serde_json::to_value(self).ok()?;
        let given = |filter: &'static Filter| Some((filter, given.get(filter.field.name)?));
        let parameter = |(filter, value): (&Filter, &serde_json::Value)| {
            let values = match value {
                serde_json::Value::Array(list) => {
                    list.iter().map(|value| value.as_str()).collect::<Option<Vec<_>>>()?
                }
                one => vec![one.as_str()?],
            };
            let name = filter.parameter(rows)?;
            let is_taken = filter.takes(rows, &values) && !values.iter().any(|value| value.contains(','));
            is_taken.then(|| (name, values.join(",")))
        };
        FILTERS.iter().filter_map(given).map(parameter).collect()
    }
}
