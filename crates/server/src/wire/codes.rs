//! Code lists in the document: plain strings, open to codes that later versions add, with the codes of today listed.

use std::borrow::Cow;

use pledgegraph_model as model;
use pledgegraph_model::Code;
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

fn open_string<C: Code>(description: &str) -> RefOr<Schema> {
    let codes: Vec<Value> = C::ALL.iter().map(|code| Value::from(code.as_str())).collect();
    let description = format!(
        "{description} An open set: later versions may add codes. Labels and definitions are at `/v1/vocabulary/{}`.",
        C::LIST
    );
    let object = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .examples(codes.first().cloned())
        .extensions(Some(Extensions::builder().add("x-extensible-enum", codes).build()));
    RefOr::T(Schema::Object(object.build()))
}

/// Declares a schema for each list: `Name: Code, "description";`.
macro_rules! open_codes {
    ($($name:ident, $description:literal;)*) => {$(
        #[doc = $description]
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                open_string::<model::$name>($description)
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
    ActionClass, "The class of an event that is no pledge, after PLOVER.";
    AliasKind, "What kind of other name it is.";
    Anchor, "What a relative date hangs on.";
    Area, "On which side of the named place.";
    AttendanceMode, "How the subject takes part.";
    AttributionMode, "How the words were passed on.";
    AttributionRole, "What the agent does in the chain.";
    Capability, "What is pledged: dotted, a parent stands for its children.";
    ConditionKind, "The kind of a condition.";
    ConditionOp, "What a node of a condition tree says of the nodes under it.";
    Conditionality, "Whether it hangs on anything.";
    ConveningClaim, "What the source claims of the meeting among all meetings of the convener.";
    ConveningFormat, "How people meet.";
    ConveningStatus, "What became of the meeting.";
    CountOp, "How the true number relates to `value`.";
    EdgeKind, "The kind of a statement.";
    EntityKind, "The kind of an entity.";
    Explicitness, "Whether the source says it in so many words.";
    LinkType, "How one statement bears on another.";
    Listed, "Whether the source lists the whole.";
    Mission, "What the means are for.";
    Modality, "Whose stance the words are. What A expects of B is never B's stance.";
    OrganizationClass, "What an organization is.";
    OutcomeValue, "Whether the condition holds.";
    Polarity, "Whether the statement asserts, denies or leaves open what it says.";
    Precision, "How precise the date is.";
    Rank, "How a statement stands among others on the same matter.";
    QueryAsk, "What is asked of that which is found.";
    QueryField, "A value of a statement.";
    Relation, "How a whole condition tree bears on the pledge.";
    RemarkType, "What a remark does.";
    RequestOutcome, "What became of a request.";
    Specificity, "How exactly the source says what is pledged.";
    Stage, "What has been done. Independent of the stance.";
    Stance, "How firm the words are. Independent of the stage.";
    Standing, "Whether a statement counts on a day.";
    Truth, "Whether something holds, as far as the statements on record decide it.";
    Ground, "What decides whether a pledge is in force.";
}
