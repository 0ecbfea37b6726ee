//! Reads parameters into values, collecting everything that is wrong.

use std::str::FromStr;

use chrono::NaiveDate;
use pledgegraph_graph::{EntityQuery, Graph, Page};
use pledgegraph_model::{Code, Edtf, EntityId, EntityKind, Lang, Pattern, Precision, RANKED_STANCES, Stance, Where};

use crate::refusal::{FieldError, Refusal, echo, nearest};
use crate::request::given::Given;
use crate::request::parameter::{Accepts, Parameter, codes};
use crate::request::references::{self, Miss};

/// The most values that one parameter takes.
const MOST_VALUES: usize = 100;

/// Reads the parameters of one request.
pub struct ParameterReader<'a> {
    given: &'a Given,
    graph: &'a Graph,
    today: NaiveDate,
    errors: Vec<FieldError>,
}

impl<'a> ParameterReader<'a> {
    /// A reader of what was given, against a snapshot; `today` is what `now` means, where a cursor says so.
    pub fn new(given: &'a Given, graph: &'a Graph, today: Option<NaiveDate>) -> Self {
        let today = today.unwrap_or(given.day);
        Self { given, graph, today, errors: given.errors.clone() }
    }

    /// What `now` means in this request.
    pub fn today(&self) -> NaiveDate {
        self.today
    }

    /// The snapshot that answers.
    pub fn graph(&self) -> &'a Graph {
        self.graph
    }

    /// All that was wrong, if anything was.
    pub fn finish(self) -> Result<(), Refusal> {
        if self.errors.is_empty() { Ok(()) } else { Err(Refusal::parameters(self.errors)) }
    }

    /// Whether a parameter is given.
    pub fn has(&self, name: &str) -> bool {
        self.given.get(name).is_some()
    }

    /// The text of a parameter.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.given.get(name)
    }

    /// The values of a list, separated by commas, each once.
    pub fn values(&mut self, name: &'static str) -> Option<Vec<&'a str>> {
        let mut values: Vec<&str> = self.given.get(name)?.split(',').map(str::trim).collect();
        if values.iter().any(|value| value.is_empty()) {
            self.fail(name, format!("`{name}` has an empty value between commas"));
        }
        if values.len() > MOST_VALUES {
            self.fail(name, format!("`{name}` takes at most {MOST_VALUES} values"));
            return None;
        }
        once(&mut values);
        Some(values)
    }

    /// Codes of one list.
    pub fn codes<C: Code>(&mut self, name: &'static str) -> Option<Vec<C>> {
        self.some_of(name, codes::<C>, |value| C::parse(value).ok())
    }

    /// Values out of a closed set of names.
    pub fn some_of<T>(
        &mut self,
        name: &'static str,
        allowed: impl Fn() -> Vec<&'static str>,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<Vec<T>> {
        let values = self.values(name)?;
        Some(values.into_iter().filter_map(|value| self.one_of(name, value, &allowed, &read)).collect())
    }

    /// A value out of a closed set of names.
    pub fn one_of<T>(
        &mut self,
        name: &'static str,
        value: &str,
        allowed: impl FnOnce() -> Vec<&'static str>,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let found = read(value);
        if found.is_none() && !value.is_empty() {
            let allowed = allowed();
            self.errors.push(FieldError {
                parameter: Some(name.to_owned()),
                code: "bad-parameter",
                detail: format!("`{name}` cannot be `{}`", echo(value)),
                did_you_mean: nearest(value, allowed.iter().copied()).map(str::to_owned),
                allowed,
                ..FieldError::default()
            });
        }
        found
    }

    /// References to entities of some kinds.
    pub fn references(&mut self, name: &'static str, kinds: &[EntityKind]) -> Option<Vec<EntityId>> {
        let values = self.values(name)?;
        let mut found = values.into_iter().filter_map(|value| self.reference(name, value, kinds)).collect();
        // One entity may be named in two ways.
        once(&mut found);
        Some(found)
    }

    fn reference(&mut self, name: &'static str, value: &str, kinds: &[EntityKind]) -> Option<EntityId> {
        let miss = match references::find(self.graph, value, kinds) {
            Ok(found) => return Some(found.id()),
            Err(miss) => miss,
        };
        let detail = format!("`{name}`: {}", miss.detail(value, kinds));
        let mut error =
            FieldError { parameter: Some(name.to_owned()), code: "bad-parameter", detail, ..FieldError::default() };
        if let Miss::Unknown { nearest: Some((reference, label)) } = miss {
            error.hint = Some(format!("{reference} is {label}; /v1/entities?q= finds entities by any name"));
            error.did_you_mean = Some(reference);
        } else {
            error.hint = Some("/v1/entities?q= finds entities by any name".to_owned());
        }
        if !value.is_empty() {
            self.errors.push(error);
        }
        None
    }

    /// The codes of regions that contain some country.
    pub(crate) fn regions(&mut self, name: &'static str) -> Option<Vec<String>> {
        let values = self.values(name)?;
        for region in values.iter().filter(|value| !value.is_empty()) {
            let which = Where { region: vec![(*region).to_owned()], ..Where::all() };
            if self.graph.entities(&EntityQuery::of(&[], which), Page::first(1)).items.is_empty() {
                let hint = "UN M49 codes such as 150 (Europe) or 145 (Western Asia)".to_owned();
                self.fail_with_hint(name, format!("no country lies in a region `{}`", echo(region)), hint);
            }
        }
        Some(values.into_iter().map(str::to_owned).collect())
    }

    /// Texts of a form.
    pub fn texts(&mut self, name: &'static str, pattern: &Pattern) -> Option<Vec<String>> {
        let values = self.values(name)?;
        for value in values.iter().filter(|value| !value.is_empty() && !(pattern.matches)(value)) {
            self.fail(name, format!("`{name}` cannot be `{}`: it takes {}", echo(value), pattern.says));
        }
        Some(values.into_iter().map(str::to_owned).collect())
    }

    /// A day, or `now`.
    pub fn day(&mut self, name: &'static str) -> Option<NaiveDate> {
        if self.given.get(name)? == "now" {
            return Some(self.today);
        }
        let edtf = self.edtf(name, "a day such as 2025-07-10, or `now`")?;
        if edtf.precision() == Precision::Day {
            return edtf.earliest();
        }
        self.fail(name, format!("`{name}` is one day, such as 2025-07-10, or `now`"));
        None
    }

    /// The first day that a date may mean.
    pub(crate) fn first_day(&mut self, name: &'static str) -> Option<NaiveDate> {
        let edtf = self.edtf(name, "a date such as 2025-07-10, 2025-07 or 2025")?;
        self.bounded(name, edtf.earliest())
    }

    /// The last day that a date may mean.
    pub(crate) fn last_day(&mut self, name: &'static str) -> Option<NaiveDate> {
        let edtf = self.edtf(name, "a date such as 2025-07-10, 2025-07 or 2025")?;
        self.bounded(name, edtf.latest())
    }

    fn bounded(&mut self, name: &'static str, day: Option<NaiveDate>) -> Option<NaiveDate> {
        if day.is_none() {
            self.fail(name, format!("`{name}` needs a date with a known year"));
        }
        day
    }

    fn edtf(&mut self, name: &'static str, expected: &str) -> Option<Edtf> {
        match Edtf::from_str(self.given.get(name)?) {
            Ok(edtf) => Some(edtf),
            Err(error) => {
                self.fail_with_hint(name, format!("`{name}`: {error}"), format!("give {expected}"));
                None
            }
        }
    }

    /// A whole number within bounds.
    fn integer(&mut self, name: &'static str, min: i64, max: i64, default: i64) -> i64 {
        let Some(value) = self.given.get(name) else { return default };
        let number = value.parse().ok().filter(|number| (min..=max).contains(number));
        if number.is_none() {
            self.fail(name, format!("`{name}` is a whole number from {min} to {max}"));
        }
        number.unwrap_or(default)
    }

    /// `true` or `false`.
    pub fn flag(&mut self, name: &'static str) -> bool {
        let Some(value) = self.given.get(name) else { return false };
        self.one_of(name, value, || vec!["true", "false"], |v| v.parse().ok()).unwrap_or_default()
    }

    /// `true` or `false`; absent = `true`.
    pub fn switch(&mut self, name: &'static str) -> bool {
        !self.has(name) || self.flag(name)
    }

    /// The least stance of an analysis; absent = `willing`.
    pub fn stance_min(&mut self) -> Stance {
        self.ranked_stance("stance_min").unwrap_or(Stance::Willing)
    }

    /// A stance that one can be firmer than.
    pub(crate) fn ranked_stance(&mut self, name: &'static str) -> Option<Stance> {
        let value = self.given.get(name)?;
        let ranked = |value: &str| Stance::parse(value).ok().filter(|stance| stance.rank().is_some());
        self.one_of(name, value, RANKED_STANCES.all, ranked)
    }

    /// Whether nothing was wrong so far.
    pub fn is_sound(&self) -> bool {
        self.errors.is_empty()
    }

    /// A language tag.
    pub fn lang(&mut self, name: &'static str) -> Option<&'a str> {
        let value = self.given.get(name)?;
        // Tags are the same in any case (BCP 47 2.1.1).
        if let Err(error) = Lang::from_str(&value.to_ascii_lowercase()) {
            let tag = value.replace('_', "-");
            let is_posix = Lang::from_str(&tag.to_ascii_lowercase()).is_ok();
            let hint = if is_posix { format!("write `{tag}`") } else { "en, ar, fr and uk have most names".to_owned() };
            self.fail_with_hint(name, format!("`{name}`: {error}"), hint);
            return None;
        }
        Some(value)
    }

    /// Notes an error.
    pub fn push(&mut self, error: FieldError) {
        self.errors.push(error);
    }

    /// A whole number within the bounds that the parameter states.
    pub fn number(&mut self, parameter: &'static Parameter) -> usize {
        let Accepts::Integer { min, max, default } = parameter.accepts else { return 0 };
        usize::try_from(self.integer(parameter.name, min, max, default)).unwrap_or_default()
    }

    /// Notes that a parameter is wrong.
    pub fn fail(&mut self, name: &str, detail: String) {
        self.errors.push(FieldError {
            parameter: Some(name.to_owned()),
            code: "bad-parameter",
            detail,
            ..FieldError::default()
        });
    }

    fn fail_with_hint(&mut self, name: &str, detail: String, hint: String) {
        self.fail(name, detail);
        if let Some(error) = self.errors.last_mut() {
            error.hint = Some(hint);
        }
    }
}

/// Each value once, where it stands first.
fn once<T: Clone + Eq + std::hash::Hash>(values: &mut Vec<T>) {
    let mut seen = std::collections::HashSet::with_capacity(values.len());
    values.retain(|value| seen.insert(value.clone()));
}
