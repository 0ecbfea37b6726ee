//! The table `entity`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use pledgegraph_model::{Code, Entity, EntityKind, Stamp};
use serde_json::{Map, Value};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::code_text::CodeText;
use crate::edge_row::{json, object_json};
use crate::edges::column;
use crate::snapshot::Which;

/// A row of `entity`, without what the commit adds.
#[derive(Debug, Clone)]
pub(crate) struct EntityRow {
    pub(crate) id: Uuid,
    pub(crate) kind: &'static str,
    pub(crate) slug: String,
    pub(crate) names: String,
    pub(crate) aliases: String,
    pub(crate) detail: Option<String>,
    pub(crate) hash: i64,
    /// `None` where there are none.
    pub(crate) redirects: Option<String>,
}

impl EntityRow {
    pub(crate) fn new(entity: &Entity, hash: u64) -> Self {
        let detail = match serde_json::to_value(&entity.detail) {
            Ok(Value::Object(fields)) => object_json(fields),
            _ => None,
        };
        Self {
            id: entity.id.0,
            kind: entity.kind.as_str(),
            slug: entity.slug.as_str().to_owned(),
            names: json(&entity.names),
            aliases: json(&entity.aliases),
            detail,
            hash: hash.cast_signed(),
            redirects: (!entity.redirects.is_empty()).then(|| json(&entity.redirects)),
        }
    }
}

/// What the writer needs to know of an entity that stands.
#[derive(Debug, Clone)]
pub(crate) struct StandingEntity {
    pub(crate) kind: EntityKind,
    pub(crate) slug: String,
    pub(crate) hash: u64,
    pub(crate) version: i64,
}

/// Those of the entities that exist.
pub(crate) async fn standing(
    conn: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, StandingEntity>, sqlx::Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let query = sqlx::query!(
        r#"select id, kind as "kind: CodeText<EntityKind>", slug, hash, version from entity where id = any($1)"#,
        ids
    );
    let rows = query.fetch_all(conn).await?;
    let entity = |slug, kind: CodeText<EntityKind>, hash: i64, version| {
        let hash = hash.cast_unsigned();
        StandingEntity { kind: kind.0, slug, hash, version }
    };
    Ok(rows.into_iter().map(|row| (row.id, entity(row.slug, row.kind, row.hash, row.version))).collect())
}

/// Inserts entities, or puts them in the place of what stood there; never under another kind.
pub(crate) async fn put(
    conn: &mut PgConnection,
    rows: &[(EntityRow, i64)],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into entity (id, kind, slug, names, aliases, detail, hash, redirects, created_seq, version, recorded_at)
         select r.id, r.kind, r.slug, r.names::jsonb, r.aliases::jsonb, r.detail::jsonb, r.hash, r.redirects::jsonb,
             r.seq, r.seq, $10
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[],
             $9::bigint[])
             as r (id, kind, slug, names, aliases, detail, hash, redirects, seq)
         on conflict (id) do update set slug = excluded.slug, names = excluded.names, aliases = excluded.aliases,
             detail = excluded.detail, hash = excluded.hash, redirects = excluded.redirects,
             version = excluded.version, recorded_at = excluded.recorded_at",
        &column(rows, |r| r.0.id),
        &column(rows, |r| r.0.kind) as _,
        &column(rows, |r| r.0.slug.clone()),
        &column(rows, |r| r.0.names.clone()),
        &column(rows, |r| r.0.aliases.clone()),
        &column(rows, |r| r.0.detail.clone()) as _,
        &column(rows, |r| r.0.hash),
        &column(rows, |r| r.0.redirects.clone()) as _,
        &column(rows, |r| r.1),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn remove(conn: &mut PgConnection, ids: &[Uuid]) -> Result<(), sqlx::Error> {
    if !ids.is_empty() {
        sqlx::query!("delete from entity where id = any($1)", ids).execute(conn).await?;
    }
    Ok(())
}

/// An entity as it was read, with its hash, its stamp and the commit that first recorded it.
pub(crate) type Loaded = (Entity, u64, Stamp, i64);

/// Reads entities, in any order.
pub(crate) async fn read(
    conn: &mut PgConnection,
    which: Which<'_>,
    mut each: impl FnMut(Loaded),
) -> Result<(), StoreError> {
    let mut rows = sqlx::query!(
        r#"select id, kind as "kind: CodeText<EntityKind>", slug, names, aliases, detail, hash, redirects,
               created_seq, version, recorded_at
           from entity
           where ($1::uuid[] is null or id = any($1)) and ($2::bigint is null or version = $2 and created_seq = $2)
               and ($3::bigint is null or version <= $3)"#,
        which.ids() as _,
        which.loaded_by(),
        which.up_to()
    )
    .fetch(conn);
    while let Some(row) = rows.try_next().await? {
        let mut fields = match row.detail {
            Some(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        fields.insert("id".to_owned(), Value::String(row.id.to_string()));
        fields.insert("kind".to_owned(), Value::String(row.kind.0.as_str().to_owned()));
        fields.insert("slug".to_owned(), Value::String(row.slug));
        fields.insert("names".to_owned(), row.names);
        fields.insert("aliases".to_owned(), row.aliases);
        if let Some(redirects) = row.redirects {
            fields.insert("redirects".to_owned(), redirects);
        }
        let entity = serde_json::from_value(Value::Object(fields));
        let entity = entity.map_err(|e| StoreError::broken_row("entity", row.id, &e))?;
        let stamp = Stamp { version: row.version, recorded_at: row.recorded_at };
        each((entity, row.hash.cast_unsigned(), stamp, row.created_seq));
    }
    Ok(())
}
