//! The table `edge`.

use std::collections::HashMap;

use pledgegraph_model::EdgeKind;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::code_text::CodeText;

/// What the writer needs to know of an edge that stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StandingEdge {
    pub(crate) kind: EdgeKind,
    pub(crate) hash: u64,
    pub(crate) version: i64,
}

/// Those of the edges that exist.
pub(crate) async fn standing(
    conn: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, StandingEdge>, sqlx::Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let query = sqlx::query!(
        r#"select id, kind as "kind: CodeText<EdgeKind>", hash, version from edge where id = any($1)"#,
        ids
    );
    let rows = query.fetch_all(conn).await?;
    let edge = |kind: CodeText<EdgeKind>, hash: i64, version| StandingEdge {
        kind: kind.0,
        hash: hash.cast_unsigned(),
        version,
    };
    Ok(rows.into_iter().map(|row| (row.id, edge(row.kind, row.hash, row.version))).collect())
}

/// Removes edges with their conditions, evidence and links.
pub(crate) async fn remove(conn: &mut PgConnection, ids: &[Uuid]) -> Result<(), sqlx::Error> {
    if !ids.is_empty() {
        sqlx::query!("delete from edge where id = any($1)", ids).execute(conn).await?;
    }
    Ok(())
}

/// Removes the conditions, evidence and links of edges that are put anew.
pub(crate) async fn clear(conn: &mut PgConnection, ids: &[Uuid]) -> Result<(), sqlx::Error> {
    if !ids.is_empty() {
        sqlx::query!("delete from edge_condition where edge_id = any($1)", ids).execute(&mut *conn).await?;
        sqlx::query!("delete from evidence where edge_id = any($1)", ids).execute(&mut *conn).await?;
        sqlx::query!("delete from edge_link where edge_id = any($1)", ids).execute(&mut *conn).await?;
    }
    Ok(())
}
