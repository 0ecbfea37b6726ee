//! Edges and what belongs to them, read side by side.

use std::collections::HashMap;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use pledgegraph_model::Link;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::copy::{Fields, Problem};
use crate::edge_decoder::{Decoder, Parts, condition, link};
use crate::row::{Row, RowStamp, STAMP, Which};
use crate::rows::{ConditionRow, EdgeRow, EvidenceRow, LinkRow};
use crate::table::{TableRow, copy_out};

/// Reads edges, in the order of their identifiers, over three connections that see the same.
pub(crate) async fn read(
    [first, second, third]: [&mut PgConnection; 3],
    which: Which<'_>,
    each: impl FnMut(Row, RowStamp),
) -> Result<(), StoreError> {
    let links = links(first, which).await?;
    let rows = EdgeStreams {
        edges: first.copy_out_raw(&copy_out::<EdgeRow<'_>>(STAMP, &which.of_rows())).await?,
        evidence: Grouped::new(second.copy_out_raw(&parts::<EvidenceRow<'_>>(which)).await?),
        conditions: Grouped::new(third.copy_out_raw(&parts::<ConditionRow<'_>>(which)).await?),
        links,
    };
    rows.read(each).await
}

/// The same for a few of them, over one connection that is in a transaction.
pub(crate) async fn read_some(
    conn: &mut PgConnection,
    which: Which<'_>,
    each: impl FnMut(Row, RowStamp),
) -> Result<(), StoreError> {
    let links = links(conn, which).await?;
    let evidence: Vec<_> = conn.copy_out_raw(&parts::<EvidenceRow<'_>>(which)).await?.try_collect().await?;
    let conditions: Vec<_> = conn.copy_out_raw(&parts::<ConditionRow<'_>>(which)).await?.try_collect().await?;
    let rows = EdgeStreams {
        edges: conn.copy_out_raw(&copy_out::<EdgeRow<'_>>(STAMP, &which.of_rows())).await?,
        evidence: Grouped::new(stream::iter(evidence.into_iter().map(Ok)).boxed()),
        conditions: Grouped::new(stream::iter(conditions.into_iter().map(Ok)).boxed()),
        links,
    };
    rows.read(each).await
}

fn parts<'a, T: TableRow<'a>>(which: Which<'_>) -> String {
    copy_out::<T>("", &which.of_parts())
}

/// The links are few: they are read first, and kept until their edge comes.
async fn links(conn: &mut PgConnection, which: Which<'_>) -> Result<HashMap<Uuid, Vec<Link>>, StoreError> {
    let mut rows = Grouped::new(conn.copy_out_raw(&parts::<LinkRow<'_>>(which)).await?);
    let mut links: HashMap<Uuid, Vec<Link>> = HashMap::new();
    while let Some((edge, row)) = rows.next().await? {
        let link = row.read().and_then(|row| link(&row)).map_err(broken("edge_link", edge))?;
        links.entry(edge).or_default().push(link);
    }
    Ok(links)
}

fn broken(table: &'static str, id: Uuid) -> impl Fn(Problem) -> StoreError {
    move |problem| StoreError::BrokenRow { table, id, problem }
}

/// A row of what belongs to an edge.
#[derive(Debug)]
struct PartRow(Bytes);

impl PartRow {
    fn read<'a, T: TableRow<'a>>(&'a self) -> Result<T, Problem> {
        T::read(&mut Fields::of(&self.0)?.ok_or("the row is empty")?)
    }
}

/// Rows that come in the order of the edges they belong to.
struct Grouped<'c> {
    stream: BoxStream<'c, sqlx::Result<Bytes>>,
    waiting: Option<(Uuid, PartRow)>,
}

impl<'c> Grouped<'c> {
    fn new(stream: BoxStream<'c, sqlx::Result<Bytes>>) -> Self {
        Self { stream, waiting: None }
    }

    async fn next(&mut self) -> Result<Option<(Uuid, PartRow)>, StoreError> {
        if let Some(row) = self.waiting.take() {
            return Ok(Some(row));
        }
        while let Some(message) = self.stream.try_next().await? {
            let unreadable = broken("edge", Uuid::nil());
            if let Some(mut fields) = Fields::of(&message).map_err(&unreadable)? {
                let edge = fields.uuid().map_err(&unreadable)?;
                return Ok(Some((edge, PartRow(message))));
            }
        }
        Ok(None)
    }

    /// The next row, if it belongs to the edge. Those of edges before it that are not there are passed over.
    async fn next_of(&mut self, edge: Uuid) -> Result<Option<PartRow>, StoreError> {
        loop {
            match self.next().await? {
                Some((owner, row)) if owner == edge => return Ok(Some(row)),
                Some((owner, _)) if owner < edge => {}
                other => {
                    self.waiting = other;
                    return Ok(None);
                }
            }
        }
    }
}

/// Edges and what belongs to them, each in the order of the edges' identifiers.
struct EdgeStreams<'c> {
    edges: BoxStream<'c, sqlx::Result<Bytes>>,
    evidence: Grouped<'c>,
    conditions: Grouped<'c>,
    links: HashMap<Uuid, Vec<Link>>,
}

impl EdgeStreams<'_> {
    async fn read(mut self, mut each: impl FnMut(Row, RowStamp)) -> Result<(), StoreError> {
        let mut decoder = Decoder::new();
        while let Some(message) = self.edges.try_next().await? {
            let unreadable = broken("edge", Uuid::nil());
            let Some(mut fields) = Fields::of(&message).map_err(&unreadable)? else { continue };
            let row = EdgeRow::read(&mut fields).map_err(&unreadable)?;
            let (id, hash) = (row.id, row.hash);
            let parts = self.parts(&mut decoder, id).await?;
            let edge = decoder.edge(&row, parts).map_err(broken("edge", id))?;
            each(Row::Edge(edge), RowStamp::read(hash, &mut fields).map_err(broken("edge", id))?);
        }
        // A stream that is dropped before its end leaves its connection with rows to throw away.
        while self.evidence.next().await?.is_some() {}
        while self.conditions.next().await?.is_some() {}
        Ok(())
    }

    async fn parts(&mut self, decoder: &mut Decoder, edge: Uuid) -> Result<Parts, StoreError> {
        let mut parts = Parts { links: self.links.remove(&edge).unwrap_or_default(), ..Parts::default() };
        while let Some(row) = self.evidence.next_of(edge).await? {
            let piece = row.read().and_then(|row| decoder.evidence(row));
            parts.evidence.push(piece.map_err(broken("evidence", edge))?);
        }
        while let Some(row) = self.conditions.next_of(edge).await? {
            let node = row.read().and_then(|row| condition(&row));
            parts.conditions.push(node.map_err(broken("edge_condition", edge))?);
        }
        Ok(parts)
    }
}
