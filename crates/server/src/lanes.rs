//! Where long work is done: beside the threads that take requests up, in lanes with places of their own, so that no kind of
//! request and nobody who asks stops the others.

mod places;

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::available_parallelism;

use axum::http::header::RETRY_AFTER;
use pledgegraph_graph::{BudgetSpent, Graph, Stopped, Work};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::{JoinError, block_in_place};
use tracing::Span;

use self::places::{Place, Places};
use crate::error::ApiError;
use crate::filters::analyses::too_expensive;
use crate::problem::Problem;
use crate::shares::Asker;
use crate::state::State;

/// How many steps a request may take: those for each record that there is, and those that anybody has.
const STEPS_OF_A_RECORD: u64 = 12;
const STEPS_OF_NOTHING: u64 = 2_000_000;

/// Kinds of long work. What is light, such as one record, is answered where it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Pages of lists, pieces of downloads, bodies that are checked.
    Lists,
    /// Analyses, structured queries and questions.
    Analyses,
}

impl Lane {
    /// Its name in metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lists => "lists",
            Self::Analyses => "analyses",
        }
    }
}

/// The lanes of a process.
#[derive(Debug)]
pub(crate) struct Lanes {
    lists: Arc<Places>,
    analyses: Arc<Places>,
    /// For reading much from the database.
    database: Arc<Places>,
    /// For graphs of the past, of which one is built at a time.
    past: Arc<Places>,
}

/// How many may read much from the database at a time, and how many of one address: the other connections are for what
/// others read and write.
const READERS: usize = 4;
const READERS_OF_ONE: usize = 2;
/// How many may ask for graphs of the past, and how many of one address.
const BUILDERS: usize = 8;
const BUILDERS_OF_ONE: usize = 2;

impl Lanes {
    /// As many places in each lane as there are processors, of which one address has all but one, and a spare one for
    /// lists.
    pub(crate) fn new() -> Self {
        let processors = available_parallelism().map_or(2, NonZeroUsize::get);
        Self {
            lists: Places::new(processors + 1, processors),
            analyses: Places::new(processors.max(2), processors.max(2) - 1),
            database: Places::new(READERS, READERS_OF_ONE),
            past: Places::new(BUILDERS, BUILDERS_OF_ONE),
        }
    }

    fn places(&self, lane: Lane) -> &Arc<Places> {
        match lane {
            Lane::Lists => &self.lists,
            Lane::Analyses => &self.analyses,
        }
    }
}

/// Asks the database for much, as downloads and streams do, in turn with others who do.
pub(crate) async fn of_database<T>(state: &State, asker: Asker, asking: impl Future<Output = T>) -> T {
    let _place = state.lanes.database.take_in_turn(asker).await;
    asking.await
}

/// Asks for a graph of the past in turn with others who do. Who goes away keeps the place until it is built.
///
/// # Errors
/// `internal` when the task breaks off.
pub(crate) async fn of_past<T: Send + 'static>(
    state: &State,
    asker: Asker,
    asking: impl Future<Output = T> + Send + 'static,
) -> Result<T, ApiError> {
    let place = state.lanes.past.take_in_turn(asker).await;
    let built = tokio::spawn(async move {
        let built = asking.await;
        drop(place);
        built
    });
    built.await.map_err(ApiError::internal)
}

/// Who may be told how it goes with long work: the thread that does it looks here whether anybody waits.
struct Waits(Arc<Work>);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Works on a thread for long work: what may take a second is not to hold up the answers to others. It has its turn in a
/// lane, may take so many steps as the size of the graph allows, and ends when the caller goes away.
///
/// # Errors
/// `overloaded` when too many wait, `query-too-expensive` when it takes too many steps.
pub(crate) async fn aside<T: Send + 'static>(
    state: &State,
    (lane, asker): (Lane, Asker),
    task: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let place = place(state, lane, asker).await?;
    worked(state, (lane, place), task).await
}

/// The same for a piece of an answer that has begun, which is not refused because many wait.
///
/// # Errors
/// `query-too-expensive` when it takes too many steps.
pub(crate) async fn in_turn<T: Send + 'static>(
    state: &State,
    (lane, asker): (Lane, Asker),
    task: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let place = state.lanes.places(lane).take_in_turn(asker).await.ok_or_else(crowded)?;
    worked(state, (lane, place), task).await
}

async fn worked<T: Send + 'static>(
    state: &State,
    (lane, place): (Lane, Place),
    task: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let span = Span::current();
    let work = Arc::new(Work::new(most_steps(&state.live.snapshot())));
    let waits = Waits(Arc::clone(&work));
    let done = tokio::task::spawn_blocking(move || {
        // Held until the work ends, though nobody may wait for it any more.
        let _place = place;
        let found = span.in_scope(|| work.run(task));
        count(lane, work.done());
        found
    });
    let done = done.await;
    drop(waits);
    match done.map_err(JoinError::try_into_panic) {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(stopped)) => Err(unfinished(stopped)),
        Err(Ok(panic)) => resume_unwind(panic),
        Err(Err(_)) => Err(ApiError::of(Problem::Internal)),
    }
}

/// Works here, but off the threads that take requests up: for what borrows from the request, such as checking its body.
///
/// # Errors
/// `overloaded` when too many wait.
pub(crate) async fn beside<T>(
    state: &State,
    (lane, asker): (Lane, Asker),
    task: impl FnOnce() -> T,
) -> Result<T, ApiError> {
    let _place = place(state, lane, asker).await?;
    Ok(match Handle::current().runtime_flavor() {
        RuntimeFlavor::MultiThread => block_in_place(task),
        _ => task(),
    })
}

#[expect(clippy::cast_precision_loss, reason = "a histogram")]
fn count(lane: Lane, steps: u64) {
    metrics::histogram!("pledgegraph_work_steps", "lane" => lane.name()).record(steps as f64);
}

async fn place(state: &State, lane: Lane, asker: Asker) -> Result<Place, ApiError> {
    state.lanes.places(lane).take(asker).await.ok_or_else(crowded)
}

fn crowded() -> ApiError {
    let detail = "too many requests wait for long work to be done";
    ApiError::new(Problem::Overloaded, detail).with_header(RETRY_AFTER, "1")
}

/// How many steps a request may take: so many times all statements and entities, and some more where there are few.
fn most_steps(graph: &Graph) -> u64 {
    (graph.edge_count() + graph.entity_count()) as u64 * STEPS_OF_A_RECORD + STEPS_OF_NOTHING
}

fn unfinished(stopped: Stopped) -> ApiError {
    match stopped {
        Stopped::Spent { steps } => too_expensive(BudgetSpent { budget: steps }),
        Stopped::Unwanted => ApiError::of(Problem::Timeout),
    }
}
