//! The table `edge_condition`.

use sqlx::PgConnection;

use crate::edge_row::ConditionRow;
use crate::edges::column;

pub(crate) async fn insert(conn: &mut PgConnection, rows: &[ConditionRow]) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into edge_condition (edge_id, node, parent, op, k, condition_id, explicitness)
         select * from unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::text[], $5::integer[], $6::uuid[],
             $7::text[])",
        &column(rows, |r| r.edge_id),
        &column(rows, |r| r.node),
        &column(rows, |r| r.parent) as _,
        &column(rows, |r| r.op) as _,
        &column(rows, |r| r.k) as _,
        &column(rows, |r| r.condition_id) as _,
        &column(rows, |r| r.explicitness) as _,
    )
    .execute(conn)
    .await?;
    Ok(())
}
