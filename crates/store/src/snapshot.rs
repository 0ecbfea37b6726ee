//! Reading the whole graph.

use std::collections::HashMap;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use pledgegraph_model::{Edge, Entity, Link, Removed, Stamp, edge_hash, entity_hash};
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgPool;
use sqlx::{AssertSqlSafe, Executor, PgConnection, Postgres};
use uuid::Uuid;

use crate::copy::{Fields, Problem};
use crate::edge_decoder::{
    CONDITION_COLUMNS, Decoder, EDGE_COLUMNS, EVIDENCE_COLUMNS, LINK_COLUMNS, Parts, condition, link,
};
use crate::{Head, StoreError, entities, head};

/// One snapshot for everything a transaction reads.
pub(crate) const ONE_SNAPSHOT: &str = "begin isolation level repeatable read read only";

/// A row of the graph, whole: quotations are in no graph, but belong to the content that its hash is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// An entity. All come before the first edge, in any order.
    Entity(Entity),
    /// An edge. They come in the order of their identifiers.
    Edge(Edge),
}

impl Row {
    /// Which row it is.
    pub fn id(&self) -> Removed {
        match self {
            Self::Entity(entity) => Removed::Entity(entity.id),
            Self::Edge(edge) => Removed::Edge(edge.id),
        }
    }

    /// Hash of its content.
    pub fn hash(&self) -> u64 {
        match self {
            Self::Entity(entity) => entity_hash(entity),
            Self::Edge(edge) => edge_hash(edge),
        }
    }
}

/// What the database keeps with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowStamp {
    /// The hash that stands in it: that of its content, unless somebody changed it past the log.
    pub hash: u64,
    /// The commit that wrote it last.
    pub stamp: Stamp,
    /// The commit that first recorded it.
    pub created_seq: i64,
}

/// Which of the rows that stand are read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which<'a> {
    /// All.
    All,
    /// Those with these identifiers.
    Of(&'a [Uuid]),
    /// Those that this commit first recorded and none wrote since: what stands of a bulk load.
    LoadedBy(i64),
    /// Those that no later commit wrote.
    UpTo(i64),
}

impl<'a> Which<'a> {
    pub(crate) fn ids(self) -> Option<&'a [Uuid]> {
        if let Self::Of(ids) = self { Some(ids) } else { None }
    }

    pub(crate) fn loaded_by(self) -> Option<i64> {
        if let Self::LoadedBy(seq) = self { Some(seq) } else { None }
    }

    pub(crate) fn up_to(self) -> Option<i64> {
        if let Self::UpTo(seq) = self { Some(seq) } else { None }
    }

    /// The condition on edges. COPY takes no parameters; identifiers and numbers need no quoting.
    fn of_edges(self) -> String {
        match self {
            Self::All => String::new(),
            Self::Of(ids) => {
                let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
                format!("where id = any('{{{}}}'::uuid[])", ids.join(","))
            }
            Self::LoadedBy(seq) => format!("where version = {seq} and created_seq = {seq}"),
            Self::UpTo(seq) => format!("where version <= {seq}"),
        }
    }

    /// The condition on what belongs to the edges.
    fn of_parts(self) -> String {
        match self {
            Self::All => String::new(),
            which => format!("where edge_id in (select id from edge {})", which.of_edges()),
        }
    }
}

/// Reads every row as of one moment, and the head of that moment. Takes three connections, which read one exported
/// snapshot side by side: edges, evidence, conditions.
///
/// # Errors
/// When the database cannot be read, or a row breaks a rule of the model.
pub async fn load(pool: &PgPool, mut each: impl FnMut(Row, RowStamp)) -> Result<Head, StoreError> {
    let mut reading = Reading::begin(pool).await?;
    let head = head::read(&mut reading.first.0).await?;
    reading.entities(Which::All, &mut each).await?;
    reading.edges(Which::All, &mut each).await?;
    reading.end().await?;
    Ok(head)
}

/// A connection that reads, and that nobody else gets: a `COPY` that is left in the midst would give the rest of its answer to
/// the next, and the pool would wait for ever for one that is frozen when it is given back.
pub(crate) struct Reader(pub(crate) PoolConnection<Postgres>);

impl Reader {
    async fn begin(pool: &PgPool) -> Result<Self, StoreError> {
        let mut reader = Self(pool.acquire().await?);
        reader.0.execute(ONE_SNAPSHOT).await?;
        Ok(reader)
    }

    async fn end(mut self) -> Result<(), StoreError> {
        self.0.execute("commit").await?;
        Ok(())
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Not awaited, it ends the connection, and its place in the pool is free.
        drop(self.0.return_to_pool());
    }
}

/// Three connections that read one snapshot.
pub(crate) struct Reading {
    pub(crate) first: Reader,
    second: Reader,
    third: Reader,
}

impl Reading {
    pub(crate) async fn begin(pool: &PgPool) -> Result<Self, StoreError> {
        let mut first = Reader::begin(pool).await?;
        let snapshot =
            sqlx::query_scalar!(r#"select pg_export_snapshot() as "snapshot!""#).fetch_one(&mut *first.0).await?;
        let mut second = Reader::begin(pool).await?;
        let mut third = Reader::begin(pool).await?;
        for conn in [&mut second.0, &mut third.0] {
            // No statement of this kind takes parameters; the name comes from the server.
            conn.execute(AssertSqlSafe(format!("set transaction snapshot '{snapshot}'"))).await?;
        }
        for conn in [&mut first.0, &mut second.0, &mut third.0] {
            conn.execute("set local work_mem = '256MB'").await?;
        }
        Ok(Self { first, second, third })
    }

    /// Ends the connections.
    pub(crate) async fn end(self) -> Result<(), StoreError> {
        for reader in [self.first, self.second, self.third] {
            reader.end().await?;
        }
        Ok(())
    }

    pub(crate) async fn entities(
        &mut self,
        which: Which<'_>,
        each: &mut impl FnMut(Row, RowStamp),
    ) -> Result<(), StoreError> {
        entities::read(&mut self.first.0, which, |(entity, hash, stamp, created_seq)| {
            each(Row::Entity(entity), RowStamp { hash, stamp, created_seq });
        })
        .await
    }

    pub(crate) async fn edges(
        &mut self,
        which: Which<'_>,
        each: &mut impl FnMut(Row, RowStamp),
    ) -> Result<(), StoreError> {
        let links = links(&mut self.first.0, which).await?;
        let rows = EdgeStreams {
            edges: self.first.0.copy_out_raw(&edge_query(which)).await?,
            evidence: Grouped::new(self.second.0.copy_out_raw(&evidence_query(which)).await?),
            conditions: Grouped::new(self.third.0.copy_out_raw(&condition_query(which)).await?),
            links,
        };
        rows.read(|edge, stamp| each(Row::Edge(edge), stamp)).await
    }
}

/// Reads some edges, in the order of their identifiers, over one connection that is in a transaction.
pub(crate) async fn some_edges(
    conn: &mut PgConnection,
    which: Which<'_>,
    each: impl FnMut(Edge, RowStamp),
) -> Result<(), StoreError> {
    let links = links(conn, which).await?;
    let evidence: Vec<_> = conn.copy_out_raw(&evidence_query(which)).await?.try_collect().await?;
    let conditions: Vec<_> = conn.copy_out_raw(&condition_query(which)).await?.try_collect().await?;
    let rows = EdgeStreams {
        edges: conn.copy_out_raw(&edge_query(which)).await?,
        evidence: Grouped::new(stream::iter(evidence.into_iter().map(Ok)).boxed()),
        conditions: Grouped::new(stream::iter(conditions.into_iter().map(Ok)).boxed()),
        links,
    };
    rows.read(each).await
}

fn edge_query(which: Which<'_>) -> String {
    format!("copy (select {EDGE_COLUMNS} from edge {} order by id) to stdout (format binary)", which.of_edges())
}

fn evidence_query(which: Which<'_>) -> String {
    let filter = which.of_parts();
    format!(
        "copy (select {EVIDENCE_COLUMNS} from evidence {filter} order by edge_id, ordinal) to stdout (format binary)"
    )
}

fn condition_query(which: Which<'_>) -> String {
    let filter = which.of_parts();
    format!(
        "copy (select {CONDITION_COLUMNS} from edge_condition {filter} order by edge_id, node) to stdout (format binary)"
    )
}

/// The links are few: they are read first, and kept until their edge comes.
async fn links(conn: &mut PgConnection, which: Which<'_>) -> Result<HashMap<Uuid, Vec<Link>>, StoreError> {
    let filter = which.of_parts();
    let query = format!(
        "copy (select {LINK_COLUMNS} from edge_link {filter} order by edge_id, ordinal) to stdout (format binary)"
    );
    let mut rows = Grouped::new(conn.copy_out_raw(&query).await?);
    let mut links: HashMap<Uuid, Vec<Link>> = HashMap::new();
    while let Some((edge, row)) = rows.next().await? {
        let link = link(&mut row.fields().map_err(broken("edge_link", edge))?).map_err(broken("edge_link", edge))?;
        links.entry(edge).or_default().push(link);
    }
    Ok(links)
}

fn broken(table: &'static str, id: Uuid) -> impl Fn(Problem) -> StoreError {
    move |problem| StoreError::BrokenRow { table, id, problem }
}

/// A row whose first field, the edge, has been read.
#[derive(Debug)]
struct PartRow(Bytes);

impl PartRow {
    /// Its fields after the first.
    fn fields(&self) -> Result<Fields<'_>, Problem> {
        let mut fields = Fields::of(&self.0)?.ok_or("the row is empty")?;
        fields.uuid()?;
        Ok(fields)
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
    async fn read(mut self, mut each: impl FnMut(Edge, RowStamp)) -> Result<(), StoreError> {
        let mut decoder = Decoder::new();
        while let Some(message) = self.edges.try_next().await? {
            let unreadable = broken("edge", Uuid::nil());
            let Some(mut fields) = Fields::of(&message).map_err(&unreadable)? else { continue };
            let id = fields.uuid().map_err(&unreadable)?;
            let parts = self.parts(&mut decoder, id).await?;
            let (edge, hash, stamp, created_seq) = decoder.edge(&mut fields, id, parts).map_err(broken("edge", id))?;
            each(edge, RowStamp { hash, stamp, created_seq });
        }
        // A stream that is dropped before its end leaves its connection with rows to throw away.
        while self.evidence.next().await?.is_some() {}
        while self.conditions.next().await?.is_some() {}
        Ok(())
    }

    async fn parts(&mut self, decoder: &mut Decoder, edge: Uuid) -> Result<Parts, StoreError> {
        let mut parts = Parts { links: self.links.remove(&edge).unwrap_or_default(), ..Parts::default() };
        while let Some(row) = self.evidence.next_of(edge).await? {
            let piece = row.fields().and_then(|mut fields| decoder.evidence(&mut fields));
            parts.evidence.push(piece.map_err(broken("evidence", edge))?);
        }
        while let Some(row) = self.conditions.next_of(edge).await? {
            let node = row.fields().and_then(|mut fields| condition(&mut fields));
            parts.conditions.push(node.map_err(broken("edge_condition", edge))?);
        }
        Ok(parts)
    }
}
