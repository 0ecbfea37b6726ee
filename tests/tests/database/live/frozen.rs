//! Connections that are open and on which nothing comes any more: what lies between the two ends forgot them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use pledgegraph_live::{Live, LiveOptions, WriteError, pool_options};
use pledgegraph_tests::database::TestDb;
use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::eventually;
use super::rehearsal::keyed;
use crate::fixture::{one, pledge, put_edge, write, write_world};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the connections of a way share.
#[derive(Clone)]
struct Frozen {
    /// How often all were frozen that were open.
    times: watch::Sender<u32>,
    /// The question that freezes them next.
    at: Arc<Mutex<Option<&'static str>>>,
}

impl Frozen {
    /// Freezes all when that is what is asked.
    fn heed(&self, asked: &[u8]) {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        if at.is_some_and(|text| asked.windows(text.len()).any(|part| part == text.as_bytes())) {
            *at = None;
            self.times.send_modify(|times| *times += 1);
        }
    }
}

/// A way to the database that can be frozen: connections that are open then stay open, and nothing passes on them. Or cut: they
/// end, and new ones are refused.
pub(super) struct Way {
    port: u16,
    options: PgConnectOptions,
    frozen: Frozen,
    accepting: JoinSet<()>,
}

impl Way {
    pub(super) async fn to(database: &TestDb) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let (options, frozen) = (database.options(), Frozen { times: watch::Sender::new(0), at: Arc::default() });
        let mut way = Self { port, options, frozen, accepting: JoinSet::new() };
        way.accept(listener);
        Ok(way)
    }

    fn accept(&mut self, listener: TcpListener) {
        let (options, frozen) = (self.options.clone(), self.frozen.clone());
        self.accepting.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let (options, frozen) = (options.clone(), frozen.clone());
                open.spawn(async move { join(client, &options, frozen).await });
            }
        });
    }

    /// How to connect through it.
    pub(super) fn options(&self) -> PgConnectOptions {
        let own = &self.options;
        let password = sqlx::ConnectOptions::to_url_lossy(own).password().unwrap_or_default().to_owned();
        let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(self.port);
        options.username(own.get_username()).password(&password).database(own.get_database().unwrap_or_default())
    }

    pub(super) fn freeze(&self) {
        self.frozen.times.send_modify(|times| *times += 1);
    }

    /// Freezes all that are open in the moment in which this is asked on one of them.
    fn freeze_at(&self, question: &'static str) {
        *self.frozen.at.lock().unwrap_or_else(PoisonError::into_inner) = Some(question);
    }

    /// Whether that has happened.
    fn has_frozen(&self) -> bool {
        self.frozen.at.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    pub(super) async fn cut(&mut self) {
        self.accepting.shutdown().await;
    }

    /// Lets connections through again after a cut.
    pub(super) async fn mend(&mut self) -> Result<()> {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await?;
        self.accept(listener);
        Ok(())
    }
}

async fn join(client: TcpStream, options: &PgConnectOptions, frozen: Frozen) -> Result<()> {
    let heard = Frozen { at: Arc::default(), ..frozen.clone() };
    let (read, write) = client.into_split();
    if let Some(socket) = options.get_socket() {
        let path = socket.join(format!(".s.PGSQL.{}", options.get_port()));
        let (from, to) = UnixStream::connect(path).await?.into_split();
        tokio::join!(pass(read, to, frozen), pass(from, write, heard));
    } else {
        let (from, to) = TcpStream::connect((options.get_host(), options.get_port())).await?.into_split();
        tokio::join!(pass(read, to, frozen), pass(from, write, heard));
    }
    Ok(())
}

/// Passes on what comes, until it is frozen: then it keeps both ends open for ever.
async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, frozen: Frozen) {
    let opened = *frozen.times.borrow();
    let mut room = vec![0; 1 << 16];
    loop {
        let read = from.read(&mut room).await;
        if let Ok(count) = read {
            frozen.heed(&room[..count]);
        }
        if *frozen.times.borrow() > opened {
            std::future::pending::<()>().await;
        }
        let Ok(count @ 1..) = read else { break };
        if to.write_all(&room[..count]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}

/// Whatever is asked when the connections freeze has an answer, and afterwards the same is done as if nothing had been.
#[tokio::test]
async fn nothing_waits_for_ever_on_a_frozen_connection() -> Result<()> {
    let db = TestDb::new().await?;
    write_world(&mut db.connect().await?).await;
    let way = Way::to(&db).await?;
    let pool = pool_options().max_connections(5).acquire_timeout(Duration::from_secs(10));
    let live = Live::start(pool.connect_lazy_with(way.options()), LiveOptions::default()).await?;
    let first = keyed("k", "a");
    let key = first.idempotency.clone().context("a key")?;
    live.write(first.clone()).await?;
    let before = live.snapshot().seq();
    // More than are kept.
    for number in 0..12 {
        live.write(write([put_edge(&pledge(&format!("later {number}"), "willing"))])).await?;
    }
    let looked_up = async || Ok(live.repeated(&key).await?.map(|receipt| receipt.seq));
    let rehearsed = async || Ok(live.rehearse(keyed("other", "b")).await?);
    let built = async || Ok(live.at(before).await?.map(|graph| graph.seq()));
    ends(&way, "join idempotency", looked_up).await?;
    // There are two places for this: none may stay taken.
    for _ in 0..3 {
        ends(&way, "pg_logical_emit_message", looked_up).await?;
    }
    for _ in 0..3 {
        ends(&way, "begin_commit()", rehearsed).await?;
    }
    ends(&way, "coalesce(sum(changes)", built).await
}

/// The connections freeze when this is asked in the course of some work: it ends, and then it is done.
async fn ends<T>(way: &Way, question: &'static str, mut work: impl AsyncFnMut() -> Result<T>) -> Result<()> {
    // Each connection is asked in words once; then by the name that it gave them.
    way.freeze();
    way.freeze_at(question);
    let _ = tokio::time::timeout(PATIENCE, work()).await.with_context(|| format!("`{question}` has no answer"))?;
    ensure!(way.has_frozen(), "`{question}` was not asked");
    tokio::time::timeout(PATIENCE, work()).await.with_context(|| format!("`{question}` is waited for"))??;
    Ok(())
}

#[tokio::test]
async fn writes_and_the_follower_go_on_after_connections_freeze() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    let way = Way::to(&db).await?;
    let pool = pool_options().max_connections(8).acquire_timeout(Duration::from_secs(10));
    let live = Live::start(pool.connect_lazy_with(way.options()), LiveOptions::default()).await?;
    let (stop, stopped) = watch::channel(false);
    let done = Arc::new(watch::Sender::new(0_u32));
    let mut clients = Vec::new();
    for client in 0..4 {
        let (live, stopped, done) = (live.clone(), stopped.clone(), Arc::clone(&done));
        clients.push(tokio::spawn(async move {
            let mut number = 0;
            while !*stopped.borrow() {
                number += 1;
                let write = write([put_edge(&pledge(&format!("{client} {number}"), "willing"))]);
                match tokio::time::timeout(PATIENCE, live.write(write)).await.context("no answer")? {
                    Ok(_) => done.send_modify(|done| *done += 1),
                    Err(WriteError::OutcomeUnknown(_) | WriteError::Unavailable(_) | WriteError::Busy) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            anyhow::Ok(())
        }));
    }
    // At different moments of a batch.
    for moment in 0..3 {
        let mut after = done.subscribe();
        let many = *after.borrow() + 8;
        tokio::time::timeout(PATIENCE, after.wait_for(|done| *done >= many)).await.context("writes")??;
        tokio::time::sleep(Duration::from_micros(700 * moment)).await;
        way.freeze();
        let (frozen, before) = (Instant::now(), *after.borrow());
        tokio::time::timeout(PATIENCE, after.wait_for(|done| *done > before + 1)).await.context("writes go on")??;
        println!("writes went on {:?} after the connections froze", frozen.elapsed());
    }
    stop.send_replace(true);
    for client in clients {
        client.await??;
    }
    way.freeze();
    // What another process writes is followed, too.
    one(&mut conn, [put_edge(&pledge("of another", "willing"))]).await?;
    let head = pledgegraph_store::head::read(&mut conn).await?;
    let snapshot = eventually(&live, |graph| graph.seq() == head.seq).await;
    ensure!(snapshot.chain() == head.chain && live.status().is_ready());
    Ok(())
}
