//! A closed loop: each connection asks again as soon as it is answered, for a bounded time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::TryStreamExt as _;
use pledgegraph_tests::cpu;
use sqlx::postgres::PgConnection;
use tokio::task::JoinSet;

use crate::client::Client;

/// What stands in a body for a number of its own.
pub(crate) const EACH: &str = "\"each\"";
static POSTED: AtomicU32 = AtomicU32::new(1);

/// The part of the time of a cell that is spent before it, to warm up.
const WARM: u32 = 8;

/// One thing asked.
#[derive(Debug, Clone)]
pub(crate) enum Request {
    /// A path of a server.
    Get(String),
    /// A body for a path of a server, with a token. In place of [`EACH`] stands another number each time, since the same
    /// statement twice is refused.
    Post { path: &'static str, token: String, body: String },
    /// A statement with its parameters, all of them texts.
    Call(&'static str, Vec<String>),
    /// A `COPY` to the client.
    Copy(String),
}

/// A connection to one of those asked.
pub(crate) enum Connection {
    Http(Client),
    Sql(PgConnection),
}

/// One of those asked: connections, and the process whose tree serves them.
pub(crate) struct Side {
    pub(crate) connections: Vec<Connection>,
    pub(crate) pid: u32,
}

/// What one cell of a round came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// Requests a second.
    pub(crate) rate: f64,
    /// CPU of the server's process tree, in microseconds a request.
    pub(crate) cpu: f64,
    /// CPU of another process tree meanwhile, in microseconds a request.
    pub(crate) beside: f64,
    /// How many requests were answered, warming up included.
    pub(crate) answered: usize,
    /// Bodies in MB a second; 0 where rows are answered.
    pub(crate) throughput: f64,
}

impl Connection {
    /// The length of the body last read, in bytes.
    fn length(&self) -> usize {
        match self {
            Self::Http(client) => client.body.len(),
            Self::Sql(_) => 0,
        }
    }

    /// Asks, and reads the answer to its end.
    pub(crate) async fn ask(&mut self, request: &Request) -> Result<()> {
        match (self, request) {
            (Self::Http(client), Request::Get(path)) => client.get(path).await,
            (Self::Http(client), Request::Post { path, token, body }) => {
                let body = body.replace(EACH, &POSTED.fetch_add(1, Ordering::Relaxed).to_string());
                client.post(path, token, "application/json", body.as_bytes(), 201).await
            }
            (Self::Sql(connection), Request::Call(statement, parameters)) => {
                call(connection, statement, parameters).await
            }
            (Self::Sql(connection), Request::Copy(statement)) => {
                let mut rows = connection.copy_out_raw(statement).await?;
                while rows.try_next().await?.is_some() {}
                Ok(())
            }
            _ => anyhow::bail!("{request:?} is for the other kind of server"),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the schema of a benchmark is not there when it is compiled")]
async fn call(connection: &mut PgConnection, statement: &'static str, parameters: &[String]) -> Result<()> {
    let mut query = sqlx::query(statement);
    for parameter in parameters {
        query = query.bind(parameter);
    }
    query.fetch_all(connection).await?;
    Ok(())
}

impl Side {
    /// Asks these in turn on so many connections; `beside` is a process whose CPU is told too.
    pub(crate) async fn measure(
        &mut self,
        requests: &Arc<[Request]>,
        connections: usize,
        time: Duration,
        beside: Option<u32>,
    ) -> Result<Cell> {
        for connection in self.connections.iter_mut().rev().take(connections) {
            if let Connection::Http(client) = connection {
                client.renew().await?;
            }
        }
        let warm = self.run(requests, connections, time / WARM).await?.0.len();
        let before = (cpu::tree(self.pid), beside.map(cpu::tree));
        let began = Instant::now();
        let (mut latencies, bytes) = self.run(requests, connections, time).await?;
        let took = began.elapsed().as_secs_f64();
        let after = (cpu::tree(self.pid), beside.map(cpu::tree));
        latencies.sort_unstable();
        let count = latencies.len() as f64;
        let at = |share: usize| latencies[(latencies.len() * share / 100).min(latencies.len() - 1)].as_secs_f64() * 1e6;
        let other = after.1.zip(before.1).map_or(0, |(after, before)| after.saturating_sub(before));
        Ok(Cell {
            p50: at(50),
            p99: at(99),
            rate: count / took,
            cpu: after.0.saturating_sub(before.0) as f64 / count,
            beside: other as f64 / count,
            answered: warm + latencies.len(),
            throughput: bytes as f64 / 1e6 / took,
        })
    }

    /// How long each request took, and how many bytes all bodies had.
    async fn run(
        &mut self,
        requests: &Arc<[Request]>,
        connections: usize,
        time: Duration,
    ) -> Result<(Vec<Duration>, usize)> {
        let end = Instant::now() + time;
        let mut running = JoinSet::new();
        let used = self.connections.split_off(self.connections.len().saturating_sub(connections));
        for (number, mut connection) in used.into_iter().enumerate() {
            let requests = Arc::clone(requests);
            running.spawn(async move {
                let (mut latencies, mut bytes) = (Vec::new(), 0);
                // Not all the same at the same time; each at least once.
                for request in requests.iter().cycle().skip(number * 7) {
                    let began = Instant::now();
                    connection.ask(request).await?;
                    latencies.push(began.elapsed());
                    bytes += connection.length();
                    if Instant::now() >= end {
                        break;
                    }
                }
                anyhow::Ok((connection, latencies, bytes))
            });
        }
        let (mut all, mut total) = (Vec::new(), 0);
        while let Some(done) = running.join_next().await {
            let (connection, latencies, bytes) = done??;
            self.connections.push(connection);
            all.extend(latencies);
            total += bytes;
        }
        Ok((all, total))
    }
}
