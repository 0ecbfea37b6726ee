//! The tables of the graph. A column stands here and in a migration, and nowhere else, unless the model is read or written
//! otherwise than member by member.

use std::borrow::Cow;

use uuid::Uuid;

use crate::table::{statements_of_parts, statements_of_versions, table};
use crate::value::Json;

table! {
    /// A row of `entity`. The content is the whole entity.
    EntityRow<'a> in "entity" by "id" {
        id: Uuid as "id",
        kind: Cow<'a, str> as "kind",
        slug: Cow<'a, str> as "slug",
        names: Json<'a> as "names",
        aliases: Json<'a> as "aliases",
        redirects: Option<Json<'a>> as "redirects",
        detail: Option<Json<'a>>,
        hash: i64,
    }
}

table! {
    /// A row of `edge`. The content is what its kind has of its own; a member goes into the column for it whatever the kind.
    EdgeRow<'a> in "edge" by "id" {
        id: Uuid,
        kind: Cow<'a, str>,
        subject_id: Uuid,
        object_id: Uuid,
        polarity: Cow<'a, str>,
        modality: Cow<'a, str>,
        rank: Cow<'a, str>,
        said_at: Option<Json<'a>>,
        valid_from: Option<Json<'a>>,
        valid_until: Option<Json<'a>>,
        capability: Option<Cow<'a, str>> as "capability",
        mission: Option<Cow<'a, str>> as "mission",
        specificity: Option<Cow<'a, str>> as "specificity",
        stance: Option<Cow<'a, str>> as "stance",
        stage: Option<Cow<'a, str>> as "stage",
        conditionality: Option<Cow<'a, str>> as "conditionality",
        relation: Option<Cow<'a, str>>,
        coalition_id: Option<Uuid> as "coalition",
        meeting_id: Option<Uuid> as "meeting",
        place_id: Option<Uuid> as "place",
        acting_through_id: Option<Uuid> as "acting_through",
        detail: Option<Json<'a>>,
        hash: i64,
    }
    subject_kind: "(select s.kind from entity s where s.id = r.subject_id)",
    object_kind: "(select o.kind from entity o where o.id = r.object_id)"
}

table! {
    /// A row of `edge_condition`: a node of a condition tree.
    ConditionRow<'a> in "edge_condition" by "edge_id, node" {
        edge_id: Uuid,
        node: i16,
        parent: Option<i16>,
        op: Cow<'a, str>,
        k: Option<i32>,
        condition_id: Option<Uuid>,
        explicitness: Option<Cow<'a, str>>,
    }
}

table! {
    /// A row of `evidence`.
    EvidenceRow<'a> in "evidence" by "edge_id, ordinal" {
        edge_id: Uuid,
        ordinal: i16,
        source_id: Uuid,
        line: Option<i32>,
        page: Option<i32>,
        quote: Option<Json<'a>>,
        quotation: Option<Cow<'a, str>>,
        quotation_lang: Option<Cow<'a, str>>,
        explicitness: Cow<'a, str>,
        attribution: Option<Json<'a>>,
    }
}

table! {
    /// A row of `edge_link`.
    LinkRow<'a> in "edge_link" by "edge_id, ordinal" {
        edge_id: Uuid,
        link: Cow<'a, str>,
        target_id: Uuid,
        ordinal: i16,
    }
}

/// The statements that are made of the declarations and take parameters, for whoever checks them against a schema.
pub fn statements() -> Vec<String> {
    let mut all = Vec::new();
    all.extend(statements_of_versions::<EntityRow<'_>>());
    all.extend(statements_of_versions::<EdgeRow<'_>>());
    all.extend(statements_of_parts::<ConditionRow<'_>>());
    all.extend(statements_of_parts::<EvidenceRow<'_>>());
    all.extend(statements_of_parts::<LinkRow<'_>>());
    all
}
