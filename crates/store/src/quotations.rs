//! Words of the sources, which are kept here only.

use pledgegraph_model::{EdgeId, EntityId, Quotation};
use sqlx::PgConnection;

use crate::StoreError;

/// The quotation of one piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceQuotation {
    /// Which piece of evidence of the edge, from 0.
    pub ordinal: u16,
    /// The document.
    pub source: EntityId,
    /// The words, with their language.
    pub quotation: Quotation,
}

/// The quotations of an edge's evidence, in its order; empty when there are none or the edge does not exist.
///
/// # Errors
/// When the database cannot be read, or a language tag is none.
pub async fn of_edge(conn: &mut PgConnection, edge: EdgeId) -> Result<Vec<EvidenceQuotation>, StoreError> {
    let rows = sqlx::query!(
        r#"select ordinal, source_id, quotation as "text!", quotation_lang as "lang!"
           from evidence where edge_id = $1 and quotation is not null order by ordinal"#,
        edge.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let lang = row.lang.parse().map_err(|e| StoreError::broken_row("evidence", edge.0, &e))?;
            Ok(EvidenceQuotation {
                ordinal: row.ordinal.cast_unsigned(),
                source: EntityId(row.source_id),
                quotation: Quotation { text: row.text, lang },
            })
        })
        .collect()
}
