//! Where long work is done: beside the threads that take requests up, in lanes with places of their own, so that no kind of
//! request and nobody who asks stops the others.

mod every;
mod places;

use std::panic::resume_unwind;
use std::sync::Arc;

use axum::http::header::RETRY_AFTER;
use pledgegraph_graph::{BudgetSpent, Graph, Stopped, Work};
use pledgegraph_wire::filters::analyses::too_expensive;
use pledgegraph_wire::problem::Problem;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::{JoinError, block_in_place};
use tracing::Span;

pub(crate) use self::every::{Lane, Lanes};
use self::places::Place;
use crate::error::ApiError;
use crate::shares::Asker;
use crate::state::State;

/// How many steps a request may take: those for each record that there is, and those that anybody has.
const STEPS_OF_A_RECORD: u64 = 12;
const STEPS_OF_NOTHING: u64 = 2_000_000;

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
        Stopped::Spent { steps } => too_expensive(BudgetSpent { budget: steps }).into(),
        Stopped::Unwanted => ApiError::of(Problem::Timeout),
    }
}
