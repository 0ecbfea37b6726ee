//! The table `entity`.

use std::collections::HashMap;

use futures_util::TryStreamExt;
use pledgegraph_model::{Entity, EntityKind};
use serde_json::{Map, Value};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::code_text::CodeText;
use crate::content;
use crate::copy::Fields;
use crate::row::{Row, RowStamp, STAMP, Which};
use crate::rows::EntityRow;
use crate::table::{TableRow as _, copy_out};
use crate::value::Json;

/// An entity as the row that holds it.
pub(crate) fn row(entity: &Entity, hash: u64) -> EntityRow<'static> {
    let mut row = EntityRow { hash: hash.cast_signed(), aliases: Json::new(&entity.aliases), ..EntityRow::default() };
    let mut content = match serde_json::to_value(entity) {
        Ok(Value::Object(content)) => content,
        _ => Map::new(),
    };
    row.detail = content::take(row.members(), &mut content);
    row
}

/// What is wrong with an entity by itself, as (JSON pointer, text).
pub(crate) fn problems(entity: &Entity) -> Vec<(String, &'static str)> {
    let differs = entity.kind != entity.detail.kind();
    differs.then(|| ("/kind".to_owned(), "the fields are those of another kind")).into_iter().collect()
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

pub(crate) async fn remove(conn: &mut PgConnection, ids: &[Uuid]) -> Result<(), sqlx::Error> {
    if !ids.is_empty() {
        sqlx::query!("delete from entity where id = any($1)", ids).execute(conn).await?;
    }
    Ok(())
}

/// Reads entities, in the order of their identifiers.
pub(crate) async fn read(
    conn: &mut PgConnection,
    which: Which<'_>,
    mut each: impl FnMut(Row, RowStamp),
) -> Result<(), StoreError> {
    let mut rows = conn.copy_out_raw(&copy_out::<EntityRow<'_>>(STAMP, &which.of_rows())).await?;
    while let Some(message) = rows.try_next().await? {
        let unreadable = |problem| StoreError::broken_row("entity", Uuid::nil(), &problem);
        let Some(mut fields) = Fields::of(&message).map_err(unreadable)? else { continue };
        let row = EntityRow::read(&mut fields).map_err(unreadable)?;
        let entity = content::read(row.parts(), row.detail.as_ref())
            .and_then(|entity| Ok((entity, RowStamp::read(row.hash, &mut fields)?)));
        let (entity, stamp) = entity.map_err(|problem| StoreError::broken_row("entity", row.id, &problem))?;
        each(Row::Entity(entity), stamp);
    }
    Ok(())
}
