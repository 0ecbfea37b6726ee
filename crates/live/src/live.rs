//! The handle that the rest of the process holds.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pledgegraph_graph::Graph;
use pledgegraph_store::{StoreError, Write, WriteError};
use sqlx::PgPool;
use tokio::sync::mpsc::error::SendTimeoutError;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::connection::{Connections, PATIENCE, pool_of_one};
use crate::content::{Content, Differences};
use crate::day;
use crate::follower::Follower;
use crate::hints::Hints;
use crate::load::load;
use crate::past::kept::Past;
use crate::protocol::{self, Place, Reply};
use crate::published::Published;
use crate::recheck::Recheck;
use crate::status::{Notes, Status};
use crate::tokens::known::{Tokens, follow};
use crate::writer::{Job, Receipt, Writer};

/// How many rehearsals go on at once. Each has a connection while it waits for the head; the others are for the readers.
const REHEARSALS: usize = 2;

/// What can be set.
#[derive(Debug, Clone)]
pub struct LiveOptions {
    /// How many writes may wait for the writer before callers wait to hand theirs in.
    pub queue: usize,
    /// How many rows of the database are read again in a second, to compare them with what is held; 0: none.
    pub recheck_rows_per_second: u32,
}

impl Default for LiveOptions {
    fn default() -> Self {
        // A million rows a day.
        Self { queue: 1024, recheck_rows_per_second: 12 }
    }
}

/// The graph of a database, kept in step. A clone is another handle of the same.
#[derive(Debug, Clone)]
pub struct Live {
    pub(crate) connections: Connections,
    pub(crate) published: Arc<Published>,
    hints: Arc<Hints>,
    pub(crate) past: Arc<Past>,
    notes: Arc<Notes>,
    content: Arc<Content>,
    pub(crate) tokens: Arc<Tokens>,
    /// The places of those who rehearse.
    pub(crate) rehearsals: Arc<Semaphore>,
    /// `None` after shutdown.
    jobs: Arc<Mutex<Option<mpsc::Sender<Job>>>>,
    stop: watch::Sender<bool>,
    streams: watch::Sender<bool>,
    tasks: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Live {
    /// Loads the graph, then starts the writer and the follower. The pool must allow at least five connections: three
    /// for loading, one for the writer, one for whoever asks; the follower has two of its own, made like those of the pool.
    ///
    /// Boxed, so that the writer and the follower are compiled here, once, and not in each program that starts them.
    ///
    /// # Errors
    /// When the database cannot be read, or a row breaks a rule of the model. One that holds something else than its hashes
    /// say is served, see [`Live::differences`].
    pub fn start(pool: PgPool, options: LiveOptions) -> Pin<Box<dyn Future<Output = Result<Self, StoreError>> + Send>> {
        Box::pin(Self::load(pool, options))
    }

    async fn load(pool: PgPool, options: LiveOptions) -> Result<Self, StoreError> {
        let graph = load(&pool).await?;
        let content = Arc::new(Content::default());
        content.tell(&graph);
        let notes = Arc::new(Notes::default());
        notes.contact(graph.seq());
        let published = Arc::new(Published::new(graph));
        let hints = Arc::new(Hints::default());
        let tokens = Arc::<Tokens>::default();
        let connections = Connections::new(pool.clone(), Arc::clone(&notes));
        let (jobs, waiting) = mpsc::channel(options.queue);
        let (stop, stopped) = watch::channel(false);
        let follower = Follower {
            pool: pool.clone(),
            own: pool_of_one(&pool),
            published: Arc::clone(&published),
            notes: Arc::clone(&notes),
            hints: Arc::clone(&hints),
            content: Arc::clone(&content),
        };
        let writer = Writer {
            connections: connections.clone(),
            published: Arc::clone(&published),
            notes: Arc::clone(&notes),
            hints: Arc::clone(&hints),
        };
        let mut tasks = vec![
            tokio::spawn(writer.run(waiting)),
            tokio::spawn(follower.clone().run(stopped.clone())),
            tokio::spawn(follower.listen(stopped.clone())),
            tokio::spawn(day::run(Arc::clone(&published), stopped.clone())),
            tokio::spawn(follow(Arc::clone(&tokens), connections.clone(), stopped.clone())),
        ];
        if options.recheck_rows_per_second > 0 {
            let (connections, published, content) = (connections.clone(), Arc::clone(&published), Arc::clone(&content));
            let recheck = Recheck { connections, published, content, rate: options.recheck_rows_per_second };
            tasks.push(tokio::spawn(recheck.run(stopped)));
        }
        let (jobs, tasks) = (Arc::new(Mutex::new(Some(jobs))), Arc::new(Mutex::new(tasks)));
        Ok(Self {
            connections,
            published,
            hints,
            past: Arc::default(),
            notes,
            content,
            tokens,
            rehearsals: Arc::new(Semaphore::new(REHEARSALS)),
            jobs,
            streams: watch::Sender::new(false),
            stop,
            tasks,
        })
    }

    /// The newest snapshot. Never waits.
    pub fn snapshot(&self) -> Arc<Graph> {
        self.published.current()
    }

    /// A snapshot that is still kept.
    pub fn kept(&self, seq: i64) -> Option<Arc<Graph>> {
        self.published.kept(seq).or_else(|| self.past.find(seq, self.published.loads()))
    }

    /// Keeps a snapshot for some minutes, because a cursor was given for it. One of the past can be had again from
    /// [`Live::at`].
    pub fn keep(&self, graph: &Arc<Graph>) {
        if !self.past.has_built(graph) {
            self.published.pin(graph);
        }
    }

    /// How the process stands to the database.
    pub fn status(&self) -> Status {
        Status { seq: self.snapshot().seq(), reloading: self.is_reloading(), ..self.notes.read() }
    }

    /// How many connections to the database are open, and how many of them are idle.
    pub fn database_connections(&self) -> (usize, usize) {
        self.connections.open()
    }

    /// Whether anything that is told is not what was committed: [`Live::differences`] says what.
    pub fn differs(&self) -> bool {
        self.content.differs(&self.snapshot())
    }

    /// What is not what was committed, since somebody changed it past the log.
    pub fn differences(&self) -> Differences {
        self.content.differences(&self.snapshot())
    }

    /// Whether the history of the newest snapshot is lost, so that nothing is to be answered from it until the graph is
    /// loaded anew.
    pub fn is_reloading(&self) -> bool {
        self.published.is_lost()
    }

    /// Whether a version (its `seq` and link of the chain) was in a history that was lost since this process started.
    pub fn was_lost(&self, version: Place) -> bool {
        self.published.was_lost(version)
    }

    /// What a reader of a snapshot is told who asks for a version (its `seq` and link of the chain).
    pub fn reply(&self, graph: &Graph, version: Place) -> Reply {
        protocol::reply(graph.chain_links(), version, self.was_lost(version))
    }

    /// Asks the database whether the newest snapshot is still in its history, and waits for the answer, which
    /// [`Live::is_reloading`] then tells; `false` when there is none within `limit`.
    pub async fn looks_again(&self, limit: Duration) -> bool {
        self.hints.look_now();
        self.published.is_seen_again(limit).await
    }

    /// Writes, and answers when the write is durable and published here. Goes on when the caller goes away.
    ///
    /// # Errors
    /// [`WriteError`] says why nothing was written, or that this is not known.
    pub async fn write(&self, write: Write) -> Result<Receipt, WriteError> {
        let closed = || WriteError::Unavailable(Arc::new(StoreError::Database(sqlx::Error::PoolClosed)));
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(closed)?;
        let (answer, answered) = oneshot::channel();
        jobs.send_timeout(Job { write, answer }, PATIENCE).await.map_err(|refused| match refused {
            SendTimeoutError::Timeout(_) => WriteError::Busy,
            SendTimeoutError::Closed(_) => closed(),
        })?;
        drop(jobs);
        answered.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Says that the process is about to end: it is not ready from now on, and goes on answering.
    pub fn end_soon(&self) {
        self.notes.end_soon();
    }

    /// Ends what would go on for ever: streams of events.
    pub fn end_streams(&self) {
        self.streams.send_replace(true);
    }

    /// Waits until streams of events are to end.
    pub async fn streams_end(&self) {
        let mut ended = self.streams.subscribe();
        let _ = ended.wait_for(|ended| *ended).await;
    }

    /// Finishes the writes that were accepted, then stops. Reads go on from memory.
    pub async fn shutdown(&self) {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take();
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        let mut tasks = tasks.into_iter();
        if let Some(writer) = tasks.next() {
            let _ = writer.await;
        }
        self.stop.send_replace(true);
        for task in tasks {
            let _ = task.await;
        }
    }
}
