//! Schemas that are made from the flat bodies: one for each collection's items and one for each list.

use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, ArrayItems, ObjectBuilder, Schema, SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr};

/// A schema and its name.
pub type NamedSchema = (String, RefOr<Schema>);

/// The name of the schema of a list of these items.
pub(crate) fn page_name(item: &str) -> String {
    format!("{item}Page")
}

/// The schema of a list; `more` are (name, schema, description) of properties beside those that every list has.
pub fn page(item: &str, more: &[(&str, &str, &str)]) -> NamedSchema {
    let array = |of: &str| ArrayBuilder::new().items(Ref::from_schema_name(of)).build();
    let described = |name: &str, text: &str| {
        let mut reference = Ref::from_schema_name(name);
        text.clone_into(&mut reference.description);
        reference
    };
    let mut items = array(item);
    items.description = Some("The items of this page, in the order of recording.".to_owned());
    let mut warnings = array("AnswerWarning");
    warnings.description = Some("What to know about the answer; empty when there is nothing.".to_owned());
    let mut object = ObjectBuilder::new()
        .description(Some(format!("A page of a list of {item}.")))
        .property("items", items)
        .required("items")
        .property("page", described("PageInfo", "Which page it is."))
        .required("page")
        .property("total", described("Total", "How many items the whole list has."))
        .required("total")
        .property("as_of", described("AsOf", "To which state the answer belongs."))
        .required("as_of")
        .property("warnings", warnings)
        .required("warnings");
    for (name, schema, text) in more {
        object = object.property(*name, described(schema, text));
    }
    (page_name(item), RefOr::T(Schema::Object(object.build())))
}

/// Makes a schema one that every generator of clients reads: nothing nullable, no unions, no bare maps. A field that is
/// `None` is left out of an answer, so `Option` means "may be absent", never `null`.
pub fn normalise(schema: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::OneOf(union)) = schema {
        let description = union.description.take();
        let mut kept: Vec<_> = union.items.drain(..).filter(|item| !is_null(item)).collect();
        if let (1, Some(mut only)) = (kept.len(), kept.pop()) {
            if let (RefOr::Ref(reference), Some(text)) = (&mut only, description) {
                reference.description = text;
            }
            *schema = only;
        }
    }
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => {
            not_null(&mut object.schema_type);
            object.property_names = None;
            object.properties.values_mut().for_each(normalise);
            if let Some(additional) = &mut object.additional_properties
                && let AdditionalProperties::RefOr(of) = &mut **additional
            {
                normalise(of);
            }
            if let Some(example) = object.example.take() {
                object.examples.push(example);
            }
        }
        Schema::Array(array) => {
            not_null(&mut array.schema_type);
            if let ArrayItems::RefOrSchema(of) = &mut array.items {
                normalise(of);
            }
        }
        _ => {}
    }
}

fn is_null(item: &RefOr<Schema>) -> bool {
    matches!(item, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}

fn not_null(schema_type: &mut SchemaType) {
    if let SchemaType::Array(types) = schema_type {
        types.retain(|t| *t != Type::Null);
        if let [only] = &types[..] {
            *schema_type = SchemaType::Type(only.clone());
        }
    }
}
