//! Vocabulary and rules of coalitions and their conditional pledges.
//!
//! Everything here is a value: no IO, no SQL, no HTTP, no graph. A value that exists is valid on its own; what needs a
//! second record to decide (does the referenced entity exist?) is decided by `pledgegraph-graph` and the database.
//!
//! Statements are generic over how they name an entity (`N`): [`EntityId`] in storage, [`EntityRef`] in files that
//! people write, a dense node number in the in-memory graph. One definition serves all three.

mod alias;
mod amount;
mod attendance;
mod canonical;
mod capability;
mod change;
mod code;
mod commitment;
mod condition;
mod convening;
mod date;
mod edge;
mod edge_kind;
mod edtf;
mod entity;
mod entity_kind;
mod event;
mod evidence;
mod field;
mod filter;
mod id;
mod iso3166;
mod link;
mod membership;
mod parameter_name;
mod query;
mod query_field;
mod query_target;
mod reference;
mod stance;
mod standing;
mod statement;
mod synthetic;
mod text;
mod truth;
mod value;
mod vocabulary;
mod which;

pub use alias::{Alias, AliasKind};
pub use amount::{Count, CountOp, Quantity};
pub use attendance::{Attendance, AttendanceMode, AttendanceRole};
pub use canonical::{content_hash, edge_hash, encode, entity_hash};
pub use capability::{Capability, Mission, Specificity};
pub use change::{Change, Commit, Removed, Stamp};
pub use code::{Code, CodeEntry, Mapping, UnknownCode};
pub use commitment::{Area, Commitment, Conditionality, Stage};
pub use condition::{
    ConditionKind, ConditionNode, ConditionOp, ConditionTest, Conditions, MAX_CONDITION_DEPTH, Relation,
};
pub use convening::{Convening, ConveningClaim, ConveningFormat, ConveningStatus};
pub use date::{Anchor, Date};
pub use edge::{COMMON_FIELDS, Edge, EdgeDetail};
pub use edge_kind::{EdgeKind, Ends};
pub use edtf::{DateError, Edtf, IntervalEnd, Precision};
pub use entity::{
    Bare, COMMON_ENTITY_FIELDS, Condition, Country, Entity, EntityDetail, Organization, OrganizationClass, Person,
    REDIRECTS, Redirect, Source,
};
pub use entity_kind::EntityKind;
pub use event::*;
pub use evidence::{
    Attribution, AttributionMode, AttributionRole, Evidence, Explicitness, Locator, Quotation, QuoteSelector,
};
pub use field::{Codes, Field, MAX_CODES, MAX_INTEGER, MAX_ITEMS, MAX_PARTS, Pattern, Presence, Table, Takes};
pub use filter::{DAY, DateMatch, Filter, FilterValues, Given, Narrows, RANKED_STANCES, REGION, month_of};
pub use id::{EdgeId, EntityId};
pub use iso3166::Iso3166;
pub use link::{Link, LinkType};
pub use membership::{Listed, Membership, MembershipRole, Office, PartOf};
pub use parameter_name::{PARAMETER_NAMES, ParameterName};
pub use query::{Assumed, Query, QueryAsk};
pub use query_field::QueryField;
pub use query_target::{QueryTarget, Rows};
pub use reference::{EntityRef, ReferenceError, Slug};
pub use stance::{Stance, StanceSet};
pub use standing::Standing;
pub use statement::{Modality, Polarity, Rank};
pub use synthetic::Synthetic;
pub use text::{
    Lang, MAX_NAME, MAX_TEXT, Text, TextError, check_name, clean_name, clean_text, has_latin, language_ranges,
    lookup_keys, mixes_scripts, search_key, skeleton, words,
};
pub use truth::{Ground, Truth};
pub use value::{Bearing, Fields, Value};
pub use vocabulary::{CodeList, code_lists};
pub use which::{FILTERS, MAX_QUERY_DEPTH, Related, Where, filter, spans};

/// The fields of objects in statements and entities.
pub mod tables {
    pub use crate::alias::ALIAS;
    pub use crate::amount::{COUNT, QUANTITY};
    pub use crate::condition::{CONDITION_NODE, CONDITION_TEST};
    pub use crate::date::{DATE, END};
    pub use crate::entity::REDIRECT;
    pub use crate::evidence::{ATTRIBUTION, EVIDENCE, QUOTE};
    pub use crate::iso3166::ISO3166;
    pub use crate::which::{RELATED, WHERE};
}
