//! Reads a body by its tables, collecting everything that is wrong.

use std::cmp::Ordering;

use pledgegraph_model::{Field, Lang, Table, Takes, Text, TextError};
use serde_json::{Map, Value};

use super::Resolve;
use super::pointer::{Mark, Pointer};
use crate::refusal::{FieldError, echo, nearest};

/// The most languages of one text.
pub(crate) const MOST_LANGUAGES: usize = 500;
/// The most faults that one answer lists.
const MOST_FAULTS: usize = 100;

/// Reads one body. What comes out has the names of the body, codes and texts checked, and identifiers for references.
pub(crate) struct BodyReader<'r> {
    pub(crate) resolve: &'r dyn Resolve,
    pub(crate) pointer: Pointer,
    errors: Vec<FieldError>,
    /// How many references led to nothing: looking for what may be meant is not free.
    pub(crate) misses: usize,
}

impl<'r> BodyReader<'r> {
    pub(crate) fn new(resolve: &'r dyn Resolve) -> Self {
        Self { resolve, pointer: Pointer::default(), errors: Vec::new(), misses: 0 }
    }

    /// Everything that was wrong, in the order of the body's fields.
    pub(crate) fn finish(self) -> Vec<FieldError> {
        self.errors
    }

    /// Whether nothing was wrong so far.
    pub(crate) fn is_sound(&self) -> bool {
        self.errors.is_empty()
    }

    /// Notes a fault where the reader stands.
    pub(crate) fn fail(&mut self, code: &'static str, detail: impl Into<String>) {
        self.fault(FieldError { code, detail: detail.into(), ..FieldError::default() });
    }

    /// Whether no more faults are listed, so that nothing need be looked for.
    fn is_full(&self) -> bool {
        self.errors.len() >= MOST_FAULTS
    }

    /// Notes a fault where the reader stands.
    pub(crate) fn fault(&mut self, error: FieldError) {
        if !self.is_full() {
            self.errors.push(FieldError { pointer: Some(self.pointer.as_str().to_owned()), ..error });
        }
    }

    /// Notes a fault at a member of where the reader stands.
    pub(crate) fn fail_at(&mut self, member: &str, code: &'static str, detail: impl Into<String>) {
        let mark = self.down(member);
        self.fail(code, detail);
        self.up(mark);
    }

    /// Notes a fault at a pointer under where the reader stands.
    pub(crate) fn fail_under(&mut self, pointer: &str, code: &'static str, detail: impl Into<String>) {
        if !self.is_full() {
            let pointer = Some(format!("{}{pointer}", self.pointer.as_str()));
            self.errors.push(FieldError { pointer, code, detail: detail.into(), ..FieldError::default() });
        }
    }

    pub(crate) fn down(&mut self, member: &str) -> Mark {
        self.pointer.push(member)
    }

    pub(crate) fn up(&mut self, mark: Mark) {
        self.pointer.pop(mark);
    }

    /// The members of an object.
    pub(crate) fn members<'v>(&mut self, value: &'v Value) -> Option<&'v Map<String, Value>> {
        let members = value.as_object();
        if members.is_none() {
            self.wrong_type(value, "an object");
        }
        members
    }

    /// Reads an object by its table. Members that are wrong are left out.
    pub(crate) fn object(&mut self, table: &Table, value: &Value) -> Option<Map<String, Value>> {
        let members = self.members(value)?;
        let fields: Vec<&Field> = table.fields.iter().collect();
        Some(self.fields(&fields, table.read_only, members))
    }

    /// Reads the members of an object by its fields.
    pub(crate) fn fields(
        &mut self,
        fields: &[&Field],
        read_only: &[&str],
        members: &Map<String, Value>,
    ) -> Map<String, Value> {
        let mut read = Map::new();
        for field in fields {
            let mark = self.down(field.name);
            match members.get(field.name) {
                Some(value) => {
                    if let Some(value) = self.take(&field.takes, value) {
                        read.insert(field.name.to_owned(), value);
                    }
                }
                None if field.is_required() => {
                    self.fault(FieldError {
                        code: "missing-field",
                        detail: format!("`{}` is required", field.name),
                        hint: Some(field.description.to_owned()),
                        ..FieldError::default()
                    });
                }
                None => {}
            }
            self.up(mark);
        }
        if members.len() > fields.len() || read.len() < members.len() {
            for name in members.keys() {
                self.known(name, fields, read_only);
            }
        }
        read
    }

    /// Refuses a member that is no field.
    pub(crate) fn known(&mut self, name: &str, fields: &[&Field], read_only: &[&str]) {
        if self.is_full() || fields.iter().any(|field| field.name == name) {
            return;
        }
        let shown = echo(name);
        let mark = self.down(name);
        if read_only.contains(&name) {
            self.fail("read-only-field", format!("`{shown}` is set by the service; leave it out"));
        } else if name.chars().any(char::is_control) {
            self.fail("forbidden-character", "the name of a field holds a control character");
        } else {
            self.fault(FieldError {
                code: "unknown-field",
                detail: format!("there is no field `{shown}` here"),
                did_you_mean: nearest(name, fields.iter().map(|f| f.name)).map(str::to_owned),
                allowed: fields.iter().map(|f| f.name).collect(),
                ..FieldError::default()
            });
        }
        self.up(mark);
    }

    /// Reads a value.
    pub(crate) fn take(&mut self, takes: &Takes, value: &Value) -> Option<Value> {
        if self.is_full() {
            return None;
        }
        if value.is_null() {
            self.fail("validation", "`null` is no value; leave the field out");
            return None;
        }
        match takes {
            Takes::Code(names) => self.code(*names, value),
            Takes::Reference(kinds) => self.reference(kinds, value),
            Takes::Statement => self.statement(value),
            Takes::Id => self.id(value),
            Takes::Slug => self.slug(value),
            Takes::Lang => self.lang(value),
            Takes::Name => self.name(value).map(Value::from),
            Takes::Words(most) => self.words(*most, value).map(Value::from),
            Takes::Names => self.by_language(value, Self::name),
            Takes::Texts => self.by_language(value, |reader, value| reader.words(pledgegraph_model::MAX_TEXT, value)),
            Takes::Edtf => self.edtf(value),
            Takes::Integer { min, max } => self.integer(*min, *max, value),
            Takes::Flag => {
                if !value.is_boolean() {
                    self.wrong_type(value, "`true` or `false`");
                }
                value.is_boolean().then(|| value.clone())
            }
            Takes::Pattern(pattern) => self.pattern(pattern, value),
            Takes::Url => self.url(value),
            Takes::Object(table) | Takes::Conditions(table) => self.whole(table, value),
            Takes::List { of, min, max } => self.list(of, *min, *max, value),
        }
    }

    /// An object, with the rules on its members together.
    fn whole(&mut self, table: &'static Table, value: &Value) -> Option<Value> {
        let mut read = self.object(table, value)?;
        self.rules(table, value, &mut read);
        Some(Value::Object(read))
    }

    fn list(&mut self, of: &Takes, min: usize, max: usize, value: &Value) -> Option<Value> {
        let Some(items) = value.as_array() else {
            self.wrong_type(value, "a list");
            return None;
        };
        if !(min..=max).contains(&items.len()) {
            let wanted = match items.len().cmp(&min) {
                Ordering::Less => format!("at least {min}"),
                _ => format!("at most {max}"),
            };
            self.fail("validation", format!("the list has {} items; it takes {wanted}", items.len()));
            return None;
        }
        let mut read = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            let mark = self.down(&at.to_string());
            read.extend(self.take(of, item));
            self.up(mark);
        }
        Some(Value::Array(read))
    }

    /// Texts by language, at least one.
    fn by_language(&mut self, value: &Value, one: fn(&mut Self, &Value) -> Option<String>) -> Option<Value> {
        let members = self.members(value)?;
        if members.is_empty() {
            self.fault(FieldError {
                code: "validation",
                detail: "there is no text in any language".to_owned(),
                hint: Some(r#"give it by language tag, such as {"en": "..."}, or leave it out"#.to_owned()),
                ..FieldError::default()
            });
            return None;
        }
        if members.len() > MOST_LANGUAGES {
            self.fail("validation", format!("there are texts in more than {MOST_LANGUAGES} languages"));
            return None;
        }
        let mut read: Vec<(Lang, String)> = Vec::with_capacity(members.len());
        for (tag, value) in members {
            let mark = self.down(tag);
            let lang = tag.parse::<Lang>();
            if lang.is_err() {
                let code = if tag.chars().any(char::is_control) { "forbidden-character" } else { "validation" };
                self.fail(code, format!("`{}`: {}", echo(tag), TextError::Lang));
            }
            let text = if value.is_null() {
                self.fail("validation", "`null` is no text; leave the language out");
                None
            } else {
                one(self, value)
            };
            if let (Ok(lang), Some(text)) = (lang, text) {
                read.push((lang, text));
            }
            self.up(mark);
        }
        serde_json::to_value(read.into_iter().collect::<Text>()).ok()
    }

    pub(crate) fn wrong_type(&mut self, value: &Value, wanted: &str) {
        let given = match value {
            Value::Null => "`null`",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.fail("validation", format!("this is {given}; it takes {wanted}"));
    }
}
