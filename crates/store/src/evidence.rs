//! The table `evidence`.

use sqlx::PgConnection;

use crate::edge_row::EvidenceRow;
use crate::edges::column;

pub(crate) async fn insert(conn: &mut PgConnection, rows: &[EvidenceRow]) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into evidence (edge_id, ordinal, source_id, line, page, quote, quotation, quotation_lang, explicitness,
             attribution)
         select r.edge_id, r.ordinal, r.source_id, r.line, r.page, r.quote::jsonb, r.quotation, r.quotation_lang,
             r.explicitness, r.attribution::jsonb
         from unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::integer[], $5::integer[], $6::text[], $7::text[],
             $8::text[], $9::text[], $10::text[])
             as r (edge_id, ordinal, source_id, line, page, quote, quotation, quotation_lang, explicitness, attribution)",
        &column(rows, |r| r.edge_id),
        &column(rows, |r| r.ordinal),
        &column(rows, |r| r.source_id),
        &column(rows, |r| r.line) as _,
        &column(rows, |r| r.page) as _,
        &column(rows, |r| r.quote.clone()) as _,
        &column(rows, |r| r.quotation.clone()) as _,
        &column(rows, |r| r.quotation_lang.clone()) as _,
        &column(rows, |r| r.explicitness) as _,
        &column(rows, |r| r.attribution.clone()) as _,
    )
    .execute(conn)
    .await?;
    Ok(())
}
