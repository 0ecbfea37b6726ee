//! Code lists in the document: plain strings, open to codes that later versions add, with the codes of today listed.

use std::borrow::Cow;

use pledgegraph_model as model;
use pledgegraph_model::Codes;
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// The schema of the codes of a list as answers have them.
pub(crate) fn open(codes: &Codes) -> RefOr<Schema> {
    let description = format!(
        "{} An open set: later versions may add codes. Labels and definitions are at `/v1/vocabulary/{}`.",
        codes.about,
        codes.list.unwrap_or_default()
    );
    let codes: Vec<Value> = (codes.all)().into_iter().map(Value::from).collect();
    let object = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .examples(codes.first().cloned())
        .extensions(Some(Extensions::builder().add("x-extensible-enum", codes).build()));
    RefOr::T(Schema::Object(object.build()))
}

/// Declares a schema for each list.
macro_rules! open_codes {
    ($($name:ident),* $(,)?) => {$(
        #[doc = concat!("The codes of [`model::", stringify!($name), "`].")]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                open(&Codes::of::<model::$name>())
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )*};
}

open_codes! {
    Anchor,
    AttributionMode,
    AttributionRole,
    Capability,
    ConditionOp,
    CountOp,
    EdgeKind,
    EntityKind,
    Explicitness,
    LinkType,
    Mission,
    Precision,
    QueryAsk,
    QueryField,
    Relation,
    Stance,
    Truth,
    Ground,
}
