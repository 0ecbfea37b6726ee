//! The schemas of bodies that are written member by member.

use std::borrow::Cow;

use pledgegraph_model::tables::{ALIAS, ISO3166, REDIRECT};
use pledgegraph_model::{Code as _, EdgeKind, EntityKind, Table, Takes};
use serde_json::Value;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type,
};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::schemas::NamedSchema;
use crate::answers::codes;
use crate::answers::condition::ConditionNodeBody;
use crate::answers::condition_test::ConditionTestBody;
use crate::answers::date::{CountBody, DateBody, QuantityBody};
use crate::answers::edge::{EdgeBody, EndNames, members};
use crate::answers::entity::{self, EntityBody, MatchBody};
use crate::answers::evidence::{EvidenceBody, LinkBody};
use crate::answers::force::{DecidedByBody, DependentsBody, FixpointsBody, ReasonBody};
use crate::answers::meeting::MeetingStatements;
use crate::answers::member::{Member, Shows};
use crate::answers::reference::ReferenceBody;
use crate::answers::warning::WarningBody;

/// The schema of the entities of a kind, or of all.
pub fn thing(description: &str, kind: Option<EntityKind>) -> RefOr<Schema> {
    object(description, &entity::members(kind))
}

/// The schema of the statements of some kinds.
pub fn statement(description: &str, kinds: &[EdgeKind]) -> RefOr<Schema> {
    object(description, &members(kinds, EndNames::of(kinds)))
}

fn object(description: &str, members: &[Member]) -> RefOr<Schema> {
    let mut object = ObjectBuilder::new().description(Some(description));
    for member in members {
        object = object.property(member.name, property(member));
        if member.always {
            object = object.required(member.name);
        }
    }
    RefOr::T(Schema::Object(object.build()))
}

fn property(member: &Member) -> RefOr<Schema> {
    let mut schema = shown(&member.shows);
    let description = member.description.to_owned();
    let example = (!member.example.is_empty())
        .then(|| serde_json::from_str(member.example).unwrap_or_else(|_| Value::from(member.example)));
    match &mut schema {
        RefOr::Ref(reference) => reference.description = description,
        RefOr::T(Schema::Object(object)) => {
            object.description = Some(description);
            object.examples.extend(example);
        }
        RefOr::T(Schema::Array(array)) => array.description = Some(description),
        RefOr::T(_) => {}
    }
    schema
}

fn shown(shows: &Shows) -> RefOr<Schema> {
    match shows {
        Shows::Field(takes) => field(takes),
        Shows::Schema(name) => named(name),
        Shows::Schemas(name) => list(named(name)),
        Shows::Uuid => string(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))),
        Shows::Moment => string(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))),
        Shows::Integer => {
            let format = SchemaFormat::KnownFormat(KnownFormat::Int64);
            RefOr::T(Schema::Object(ObjectBuilder::new().schema_type(Type::Integer).format(Some(format)).build()))
        }
    }
}

fn field(takes: &Takes) -> RefOr<Schema> {
    match takes {
        Takes::Code(codes) => named(codes.name),
        Takes::Reference(_) => named("Reference"),
        Takes::Object(table) | Takes::Conditions(table) => named(answer(table)),
        Takes::List { of, .. } => list(field(of)),
        Takes::Url => string(Some(SchemaFormat::Custom("uri".to_owned()))),
        Takes::Flag => RefOr::T(Schema::Object(ObjectBuilder::new().schema_type(Type::Boolean).build())),
        Takes::Names | Takes::Texts => {
            let text = AdditionalProperties::RefOr(string(None));
            RefOr::T(Schema::Object(ObjectBuilder::new().additional_properties(Some(text)).build()))
        }
        Takes::Id | Takes::Statement => shown(&Shows::Uuid),
        _ => string(None),
    }
}

fn named(name: &str) -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(name))
}

fn list(of: RefOr<Schema>) -> RefOr<Schema> {
    RefOr::T(Schema::Array(ArrayBuilder::new().items(of).build()))
}

fn string(format: Option<SchemaFormat>) -> RefOr<Schema> {
    let string = ObjectBuilder::new().schema_type(Type::String).format(format);
    RefOr::T(Schema::Object(string.build()))
}

/// The name of the schema of an object as answers have it: with what is derived.
fn answer(table: &Table) -> &'static str {
    match table.schema {
        "DateDraft" | "EndDraft" => "StatedDate",
        schema => schema.trim_end_matches("Draft"),
    }
}

fn add<T: ToSchema>(schemas: &mut Vec<NamedSchema>) {
    T::schemas(schemas);
    schemas.push((T::name().into_owned(), T::schema()));
}

/// The schema of an object that answers have as the model has it.
fn add_table(name: &str, table: &'static Table, schemas: &mut Vec<NamedSchema>) {
    let members: Vec<Member> = table.fields.iter().map(Member::of_field).collect();
    schemas.push((name.to_owned(), object(table.description, &members)));
    add_codes(&members, schemas);
}

fn add_codes(members: &[Member], schemas: &mut Vec<NamedSchema>) {
    for member in members {
        if let Shows::Field(Takes::Code(codes)) = member.shows {
            schemas.push((codes.name.to_owned(), codes::open(&codes)));
        }
    }
}

/// What the schemas of entities refer to.
fn parts_of_entities(schemas: &mut Vec<NamedSchema>) {
    add::<ReferenceBody<'_>>(schemas);
    add::<DateBody<'_>>(schemas);
    add::<ConditionTestBody<'_>>(schemas);
    add::<MatchBody<'_>>(schemas);
    add::<MeetingStatements>(schemas);
    add::<FixpointsBody>(schemas);
    add::<DecidedByBody>(schemas);
    add::<DependentsBody>(schemas);
    add::<WarningBody>(schemas);
    for (name, table) in [("Alias", &ALIAS), ("Redirect", &REDIRECT), ("Iso3166", &ISO3166)] {
        add_table(name, table, schemas);
    }
    for kind in EntityKind::ALL {
        add_codes(&entity::members(Some(*kind)), schemas);
    }
}

/// What the schemas of statements refer to.
pub fn parts(schemas: &mut Vec<NamedSchema>) {
    add::<ReferenceBody<'_>>(schemas);
    add::<DateBody<'_>>(schemas);
    add::<CountBody>(schemas);
    add::<QuantityBody<'_>>(schemas);
    add::<ConditionNodeBody<'_>>(schemas);
    add::<EvidenceBody<'_>>(schemas);
    add::<LinkBody>(schemas);
    add::<FixpointsBody>(schemas);
    add::<ReasonBody<'_>>(schemas);
    add::<WarningBody>(schemas);
    for kind in EdgeKind::ALL {
        add_codes(&members(&[*kind], EndNames::of(&[*kind])), schemas);
    }
    add::<codes::EdgeKind>(schemas);
}

impl PartialSchema for EdgeBody<'_> {
    fn schema() -> RefOr<Schema> {
        let what = "A statement of any kind: the fields that every statement has, and those of its kind.";
        statement(what, EdgeKind::ALL)
    }
}

impl ToSchema for EdgeBody<'_> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Edge")
    }

    fn schemas(schemas: &mut Vec<NamedSchema>) {
        parts(schemas);
    }
}

impl PartialSchema for EntityBody<'_> {
    fn schema() -> RefOr<Schema> {
        thing("An entity of any kind: the fields that every entity has, and those of its kind.", None)
    }
}

impl ToSchema for EntityBody<'_> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Entity")
    }

    fn schemas(schemas: &mut Vec<NamedSchema>) {
        parts_of_entities(schemas);
    }
}
