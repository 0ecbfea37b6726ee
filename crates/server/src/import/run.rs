//! A run of an import.

mod close;

use std::sync::Arc;

use axum::body::Body;
use pledgegraph_graph::Graph;
use pledgegraph_live::{Import, Origin, WriteError};
use pledgegraph_wire::answers::list::version;
use pledgegraph_wire::import::earlier::Earlier;
use pledgegraph_wire::import::line::{LineReader, Outcome, Record, Row, Standing};
use pledgegraph_wire::import::report::{LineBody, SummaryBody};
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::refusal::FieldError;

use super::lines::{LONGEST, Line, Lines};
use super::postponed::Postponed;
use super::refusal;
use super::spool::Spool;
use crate::error::ApiError;
use crate::json_body::broken;

/// The most errors that an answer lists.
pub(crate) const MOST_ERRORS: usize = 1_000;
/// A batch ends early when its lines have so many bytes.
const FULL: usize = 32 << 20;
/// How often lines that were put aside are gone through before what they name is taken as given.
const PASSES: usize = 8;
/// After so many lines others may run.
const LINES_AT_ONCE: u64 = 32;

/// How many commits an import makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// One, or none.
    Whole,
    /// One for so many new or replaced rows.
    Batches(usize),
}

/// What a client asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) mode: Mode,
    /// Whether a line takes the place of a record with other content.
    pub(crate) replace: bool,
    /// Whether nothing is written.
    pub(crate) dry_run: bool,
}

/// An import on its way.
pub(crate) struct Run {
    import: Import,
    origin: Origin,
    settings: Settings,
    /// Gets a line for each line; `None` when nobody wants them.
    spool: Option<Spool>,
    graph: Arc<Graph>,
    earlier: Earlier,
    /// Whether the rows of a commit are being staged.
    open: bool,
    /// Of a batch: the lines that are staged, and their bytes.
    staged: Vec<LineBody>,
    bytes: usize,
    /// Whether the batch goes on, however many lines it has.
    unlimited: bool,
    postponed: Postponed,
    summary: SummaryBody,
    /// Of a whole import: what is wrong with its lines, and how much there is of it.
    errors: Vec<FieldError>,
    error_count: usize,
}

impl Run {
    pub(crate) fn new(import: Import, origin: Origin, settings: Settings, spool: Option<Spool>) -> Self {
        Self {
            import,
            origin,
            settings,
            spool,
            graph: Arc::new(Graph::empty()),
            earlier: Earlier::default(),
            open: false,
            staged: Vec::new(),
            bytes: 0,
            unlimited: false,
            postponed: Postponed::default(),
            summary: SummaryBody { dry_run: settings.dry_run, ..SummaryBody::default() },
            errors: Vec::new(),
            error_count: 0,
        }
    }

    /// What was done so far.
    pub(crate) fn summary(&self) -> SummaryBody {
        self.summary.clone()
    }

    /// Takes the spool out.
    pub(crate) fn spool(&mut self) -> Option<Spool> {
        self.spool.take()
    }

    /// Reads all lines and commits them.
    pub(crate) async fn go(&mut self, body: Body) -> Result<(), ApiError> {
        self.open().await?;
        let mut lines = Lines::new(body);
        loop {
            let line = lines.next().await.map_err(|error| broken(&error))?;
            let Some(line) = line else { break };
            self.take(line, false).await?;
            if lines.count().is_multiple_of(LINES_AT_ONCE) {
                tokio::task::yield_now().await;
            }
        }
        self.take_postponed().await?;
        match self.settings.mode {
            Mode::Whole => self.close_whole().await,
            Mode::Batches(_) => self.close_batch().await,
        }
    }

    /// Goes through the lines that were put aside until all are placed, then takes what they name as given.
    async fn take_postponed(&mut self) -> Result<(), ApiError> {
        let (mut passes, mut stuck) = (0, false);
        while self.postponed.count > 0 {
            passes += 1;
            let before = self.postponed.count;
            let last = stuck || passes == PASSES;
            self.unlimited = last;
            let mut again = self.postponed.take().map_err(ApiError::of_temporary_file)?;
            while let Some(line) = again.next().map_err(ApiError::internal)? {
                self.take(line, last).await?;
                tokio::task::yield_now().await;
            }
            stuck = self.postponed.count == before;
        }
        Ok(())
    }

    /// Begins the rows of a commit, with a snapshot that holds all commits before.
    async fn open(&mut self) -> Result<(), ApiError> {
        if !self.open {
            self.graph = self.import.begin().await.map_err(refusal::of_database)?;
            self.summary.version = version(&self.graph);
            self.earlier = Earlier::default();
            self.open = true;
        }
        Ok(())
    }

    async fn take(&mut self, line: Line, last: bool) -> Result<(), ApiError> {
        self.open().await?;
        let Some(bytes) = line.bytes else {
            let error = FieldError {
                pointer: Some(String::new()),
                code: Problem::ContentTooLarge.slug(),
                detail: format!("a line has at most {LONGEST} bytes"),
                ..FieldError::default()
            };
            return self.fail(line.number, vec![error]);
        };
        let batches = self.settings.mode != Mode::Whole;
        let (graph, earlier) = (&*self.graph, &self.earlier);
        let reader = LineReader { graph, earlier, expects_entities: !last, expects_edges: !last && batches };
        match reader.read(&bytes) {
            Outcome::Later => self.postponed.push(line.number, &bytes).map_err(ApiError::of_temporary_file),
            Outcome::Wrong(errors) => self.fail(line.number, errors),
            Outcome::Row(row) => self.place(line.number, *row, bytes.len()).await,
        }
    }

    /// Stages a row, unless it stands already.
    async fn place(&mut self, number: u64, row: Row, bytes: usize) -> Result<(), ApiError> {
        let mut body = LineBody {
            line: number,
            status: match row.standing {
                Standing::Nothing => "created",
                Standing::Same => "unchanged",
                Standing::Other(_) => "replaced",
            },
            id: Some(match &row.record {
                Record::Entity(entity) => entity.id.0,
                Record::Edge(edge) => edge.id.0,
            }),
            reference: match &row.record {
                Record::Entity(entity) => Some(entity.reference().to_string()),
                Record::Edge(_) => None,
            },
            key: row.key.clone(),
            errors: Vec::new(),
            warnings: row.warnings.clone(),
        };
        match row.standing {
            Standing::Same => return self.tell(&body),
            Standing::Other(_) if !self.settings.replace => return self.fail(number, vec![stands(&body)]),
            Standing::Other(_) | Standing::Nothing => {}
        }
        if self.error_count == 0
            && let Err(error) = self.stage(number, &row).await
        {
            return match error {
                WriteError::Invalid { .. } => self.fail(number, vec![refusal::of_line(&error)]),
                error => Err(refusal::of_database(error)),
            };
        }
        let line = number;
        match row.record {
            Record::Entity(entity) => self.earlier.add_entity(entity, row.hash, line),
            Record::Edge(edge) => self.earlier.add_edge(edge.id, row.hash, line),
        }
        let Mode::Batches(most) = self.settings.mode else { return self.tell(&body) };
        body.warnings.shrink_to_fit();
        self.staged.push(body);
        self.bytes += bytes;
        let full = self.staged.len() >= most || self.bytes >= FULL;
        if full && !self.unlimited { self.close_batch().await } else { Ok(()) }
    }

    async fn stage(&mut self, number: u64, row: &Row) -> Result<(), WriteError> {
        let line = number.cast_signed();
        let replaces = match row.standing {
            Standing::Other(standing) => Some((row.image.as_str(), standing)),
            Standing::Nothing | Standing::Same => None,
        };
        match &row.record {
            Record::Entity(entity) => self.import.rows.entity(line, entity, row.hash, replaces).await,
            Record::Edge(edge) => self.import.rows.edge(line, edge, row.hash, replaces).await,
        }
    }

    fn fail(&mut self, number: u64, errors: Vec<FieldError>) -> Result<(), ApiError> {
        if self.settings.mode == Mode::Whole {
            self.note(number, errors);
            return Ok(());
        }
        self.tell(&LineBody {
            line: number,
            status: "failed",
            id: None,
            reference: None,
            key: None,
            errors,
            warnings: Vec::new(),
        })
    }

    /// Counts a line, and says what came of it to whoever wants to know.
    fn tell(&mut self, body: &LineBody) -> Result<(), ApiError> {
        self.summary.count(body.status);
        let Some(spool) = &mut self.spool else { return Ok(()) };
        let mut text = serde_json::to_vec(body).map_err(ApiError::internal)?;
        text.push(b'\n');
        spool.write(&text).map_err(ApiError::of_temporary_file)
    }
}

/// The error of a line whose record stands with other content.
fn stands(body: &LineBody) -> FieldError {
    let id = body.id.unwrap_or_default();
    FieldError {
        pointer: Some(String::new()),
        code: Problem::Duplicate.slug(),
        detail: format!("{id} stands with other content"),
        hint: Some("with `replace=true` the line takes its place".to_owned()),
        ..FieldError::default()
    }
}
