//! The schemas of bodies, from the tables that read them.
//!
//! A draft allows no other fields, states every bound that a schema can state, and lists the codes of today. A patch is
//! the same with everything optional and nullable (RFC 7396); objects in it are patched in turn, lists replaced.

use std::collections::BTreeMap;

use pledgegraph_model::{Code, Codes, EdgeKind, EntityKind, Field, Presence, Table, Takes};
use serde_json::Value;
use utoipa::openapi::schema::{
    AdditionalProperties, AnyOfBuilder, ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType,
    Type,
};
use utoipa::openapi::{Ref, RefOr};

use super::reader::MOST_LANGUAGES;
use super::tables::entities::example_slug;
use super::{Form, edge, entity};
use crate::openapi::schemas::NamedSchema;

/// Whether a schema is of a draft or of a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// What POST and PUT take.
    Draft,
    /// What PATCH takes.
    Patch,
}

/// A body of requests: the name of its schema, and that schema with all that it refers to.
pub struct BodySchema {
    /// The name.
    pub name: String,
    /// The schema of that name first.
    pub schemas: Vec<NamedSchema>,
}

/// The body that creates, replaces or patches an entity of a kind: `CountryDraft`, `CountryPatch`.
pub fn entity_body(kind: EntityKind, mode: Mode) -> BodySchema {
    let mut fields: Vec<Field> = entity::fields(kind, Form::Request).into_iter().copied().collect();
    for field in &mut fields {
        if field.name == "slug" {
            field.example = example_slug(kind);
        }
    }
    let article = if kind == EntityKind::Organization { "An" } else { "A" };
    body(&pascal(kind.as_str()), mode, &format!("{article} {kind}"), &fields, &[kind.as_str()])
}

/// The body that creates, replaces or patches a statement of some kinds, under the name of one (`Commitment`, `Relation`,
/// `Edge`): `CommitmentDraft`, `CommitmentPatch`.
pub fn edge_body(name: &str, kinds: &[EdgeKind], mode: Mode) -> BodySchema {
    let mut fields: Vec<Field> = Vec::new();
    for (at, kind) in kinds.iter().enumerate() {
        let ends = edge::end_fields(*kind, edge::is_typed(kinds, Form::Request));
        let of_kind: Vec<Field> =
            ends.into_iter().chain(edge::fields(*kind, Form::Request).into_iter().copied()).collect();
        for known in &mut fields {
            if !of_kind.iter().any(|field| field.name == known.name && field.is_required()) {
                known.presence = Presence::Optional;
            }
        }
        for field in of_kind {
            match fields.iter_mut().find(|known| known.name == field.name) {
                Some(known) => known.takes = either(known.takes, field.takes),
                None if at > 0 && field.is_required() => fields.push(Field { presence: Presence::Optional, ..field }),
                None => fields.push(field),
            }
        }
    }
    for field in &mut fields {
        if field.name == "kind" && kinds.len() > 1 {
            field.presence = Presence::Required;
        }
    }
    let what = match kinds {
        [only] => format!("A statement of the kind `{only}`"),
        _ => "A statement; which fields it has and needs follows from its `kind`".to_owned(),
    };
    let kinds: Vec<&'static str> = kinds.iter().map(|kind| kind.as_str()).collect();
    body(name, mode, &what, &fields, &kinds)
}

/// The body of a question, with all that it refers to.
pub fn question_body(table: &'static Table) -> BodySchema {
    let mut parts = Parts::default();
    let object = parts.object(table.description, table.fields.iter(), Mode::Draft);
    let own = (table.schema.to_owned(), RefOr::T(Schema::Object(object.build())));
    BodySchema { name: table.schema.to_owned(), schemas: [own].into_iter().chain(parts.0).collect() }
}

/// What a field takes that takes different things in several kinds.
fn either(one: Takes, other: Takes) -> Takes {
    match (one, other) {
        (Takes::Code(a), Takes::Code(b)) if a.name != b.name => Takes::Name,
        _ => one,
    }
}

fn body(name: &str, mode: Mode, what: &str, fields: &[Field], kinds: &[&'static str]) -> BodySchema {
    let mut parts = Parts::default();
    let record = name;
    let (name, description) = match mode {
        Mode::Draft => (
            format!("{name}Draft"),
            format!("{what}, as a client writes it. References are `kind:slug` or identifiers."),
        ),
        Mode::Patch => (
            format!("{name}Patch"),
            format!(
                "{what}, in part (RFC 7396): what is left out stays, `null` removes, objects are merged, lists replaced."
            ),
        ),
    };
    let mut kind = Ref::from_schema_name(parts.kinds(record, kinds));
    "The kind; it never changes.".clone_into(&mut kind.description);
    let others = fields.iter().filter(|field| field.name != "kind");
    let mut object = parts.object(&description, others, mode).property("kind", kind);
    if mode == Mode::Draft && fields.iter().any(|field| field.name == "kind" && field.is_required()) {
        object = object.required("kind");
    }
    let own = (name.clone(), RefOr::T(Schema::Object(object.build())));
    BodySchema { name, schemas: [own].into_iter().chain(parts.0).collect() }
}

/// `part_of` -> `PartOf`.
fn pascal(code: &str) -> String {
    code.split('_').map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}

/// The schemas that a body refers to.
#[derive(Default)]
struct Parts(BTreeMap<String, RefOr<Schema>>);

impl Parts {
    fn object<'f>(&mut self, description: &str, fields: impl Iterator<Item = &'f Field>, mode: Mode) -> ObjectBuilder {
        let mut object = ObjectBuilder::new()
            .description(Some(description))
            .additional_properties(Some(AdditionalProperties::FreeForm(false)));
        for field in fields {
            object = object.property(field.name, self.field(field, mode));
            if field.is_required() && mode == Mode::Draft {
                object = object.required(field.name);
            }
        }
        object
    }

    fn field(&mut self, field: &Field, mode: Mode) -> RefOr<Schema> {
        let example = (!field.example.is_empty())
            .then(|| serde_json::from_str(field.example).unwrap_or_else(|_| Value::from(field.example)));
        let description = described(field);
        // What a record must have cannot be removed.
        let removable = mode == Mode::Patch && !field.is_required();
        let mut schema = match self.schema(&field.takes, mode) {
            RefOr::Ref(reference) if removable => or_null(reference),
            schema => schema,
        };
        match &mut schema {
            RefOr::Ref(reference) => reference.description = description,
            RefOr::T(Schema::Object(object)) => {
                object.description = Some(description);
                object.examples.extend(example);
                if removable {
                    nullable(&mut object.schema_type);
                }
            }
            RefOr::T(Schema::Array(array)) => {
                array.description = Some(description);
                array.examples.extend(example);
                if removable {
                    nullable(&mut array.schema_type);
                }
            }
            RefOr::T(Schema::AnyOf(either)) => either.description = Some(description),
            RefOr::T(_) => {}
        }
        schema
    }

    fn schema(&mut self, takes: &Takes, mode: Mode) -> RefOr<Schema> {
        let object = match takes {
            Takes::Code(names) => return self.named(&closed(names), |_| codes(*names)),
            Takes::Object(table) | Takes::Conditions(table) => return self.table(table, mode),
            Takes::List { of, min, max } => {
                let items = self.schema(of, Mode::Draft);
                let array =
                    ArrayBuilder::new().items(items).min_items((*min > 0).then_some(*min)).max_items(Some(*max));
                return RefOr::T(Schema::Array(array.build()));
            }
            Takes::Names => by_language(pledgegraph_model::MAX_NAME, mode),
            Takes::Texts => by_language(pledgegraph_model::MAX_TEXT, mode),
            Takes::Integer { min, max } => ObjectBuilder::new()
                .schema_type(Type::Integer)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
                .minimum(i64::try_from(*min).ok())
                .maximum(i64::try_from(*max).ok()),
            Takes::Flag => ObjectBuilder::new().schema_type(Type::Boolean),
            string => text(string),
        };
        RefOr::T(Schema::Object(object.build()))
    }

    fn table(&mut self, table: &'static Table, mode: Mode) -> RefOr<Schema> {
        let name = match mode {
            Mode::Draft => table.schema.to_owned(),
            Mode::Patch => format!("{}Patch", table.schema.trim_end_matches("Draft")),
        };
        self.named(&name, |parts| parts.object(table.description, table.fields.iter(), mode))
    }

    /// The name of the set of the kinds that a record can be of.
    fn kinds(&mut self, record: &str, kinds: &[&'static str]) -> String {
        let name = format!("{record}RecordKind");
        self.named(&name, |_| {
            let set = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(kinds.to_vec()));
            set.description(Some("What such a record can be."))
        });
        name
    }

    /// A reference to a schema, made when it is first met; the place is taken before, for a tree refers to itself.
    fn named(&mut self, name: &str, make: impl FnOnce(&mut Self) -> ObjectBuilder) -> RefOr<Schema> {
        if !self.0.contains_key(name) {
            self.0.insert(name.to_owned(), RefOr::T(Schema::Object(ObjectBuilder::new().build())));
            let schema = make(self).build();
            self.0.insert(name.to_owned(), RefOr::T(Schema::Object(schema)));
        }
        RefOr::Ref(Ref::from_schema_name(name))
    }
}

/// A string of some form.
fn text(takes: &Takes) -> ObjectBuilder {
    let string = ObjectBuilder::new().schema_type(Type::String);
    let pattern = |regex: &str| ObjectBuilder::new().schema_type(Type::String).pattern(Some(regex));
    match takes {
        Takes::Reference(_) => pattern("^[A-Za-z0-9][A-Za-z0-9:._-]{0,127}$"),
        Takes::Statement | Takes::Id => string.format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))),
        Takes::Slug => pattern("^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"),
        Takes::Lang => pattern("^[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$"),
        Takes::Name => string.min_length(Some(1)).max_length(Some(pledgegraph_model::MAX_NAME)),
        Takes::Words(most) => string.min_length(Some(1)).max_length(Some(*most)),
        Takes::Edtf => pattern("^[0-9X./][0-9TZX.:/~?%+-]{0,99}$"),
        Takes::Pattern(form) => pattern(form.regex),
        Takes::Url => pattern("^https?://[^\\s\\\\/@?#]+([/?#][^\\s\\\\]*)?$").max_length(Some(2_048)),
        _ => string,
    }
}

fn by_language(most: usize, mode: Mode) -> ObjectBuilder {
    let mut value = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(most)).build();
    let mut object = ObjectBuilder::new().max_properties(Some(MOST_LANGUAGES));
    if mode == Mode::Patch {
        nullable(&mut value.schema_type);
    } else {
        object = object.min_properties(Some(1));
    }
    object.additional_properties(Some(AdditionalProperties::RefOr(RefOr::T(Schema::Object(value)))))
}

/// The name of the schema of the codes that a body takes; answers may have more of them.
fn closed(codes: &Codes) -> String {
    if codes.list.is_some() { format!("{}Code", codes.name) } else { codes.name.to_owned() }
}

/// What a field is, and what is meant where it is left out.
fn described(field: &Field) -> String {
    match field.presence {
        Presence::Default(default) => {
            format!("{}; `{}` if left out.", field.description.trim_end_matches('.'), default())
        }
        _ => field.description.to_owned(),
    }
}

fn codes(names: Codes) -> ObjectBuilder {
    let values: Vec<Value> = (names.all)().into_iter().map(Value::from).collect();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("A code that a body takes. Others are refused, with the nearest one named."))
        .enum_values(Some(values))
}

/// What `null` removes.
fn or_null(reference: Ref) -> RefOr<Schema> {
    let null = ObjectBuilder::new().schema_type(Type::Null);
    RefOr::T(Schema::AnyOf(AnyOfBuilder::new().item(reference).item(null).build()))
}

fn nullable(schema_type: &mut SchemaType) {
    if let SchemaType::Type(only) = schema_type {
        *schema_type = SchemaType::Array(vec![only.clone(), Type::Null]);
    }
}
