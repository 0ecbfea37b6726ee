//! Connections: who may open how many, how long a head may take, HTTP/1 and HTTP/2 on one port.
//!
//! `axum::serve` has no limit on any of these. What a client does wrong before its head is complete gets a bare status
//! from hyper (400, 431) or no answer at all; there is no request that a problem could describe.

mod heads;
mod proxies;
mod watched;

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Version};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tower::ServiceExt as _;

use self::heads::LONGEST_HEAD;
use self::watched::Watched;
use crate::access::{ClientAddress, network};
use crate::layers::shed::Crowded;

pub(crate) use self::heads::{Fault, LONGEST_TARGET};
pub use self::proxies::Proxies;

/// The most header fields of a request.
const MOST_HEADERS: usize = 100;
/// The longest head of a request of HTTP/2, in bytes.
const LONGEST_HEADER_LIST: u32 = 16 * 1024;
/// The most requests that are open on an HTTP/2 connection.
const MOST_STREAMS: u32 = 64;
/// The most streams that a client may have reset before we took them up, and that we may have to reset: beyond that it
/// is an attack (CVE-2023-44487), and the connection ends.
const MOST_RESETS: usize = 64;
/// How often a silent HTTP/2 client is asked whether it is still there.
const PING: Duration = Duration::from_secs(20);
/// How many connections are taken up beyond the most, so that those who watch the service get an answer.
const KEPT_FOR_PROBES: usize = 32;
/// How long we wait before accepting again when the system has no more sockets.
const PAUSE: Duration = Duration::from_secs(1);

/// Limits of connections.
#[derive(Debug, Clone)]
pub struct ConnectionOptions {
    /// The most connections that are open at a time. Some more are taken up for those who ask whether the service lives; all
    /// else is 503 on them. Further ones wait in the system's queue.
    pub most: usize,
    /// The most connections of one address (a whole /64 of IPv6 is one) that is not a proxy's; further ones are closed.
    pub most_per_address: usize,
    /// Who is asked whom a request is from; of all others it is the address that the connection has.
    pub proxies: Proxies,
    /// How long a head may take to arrive, and the first byte of a connection.
    pub head: Duration,
    /// How long a connection may be silent between two requests: longer than proxies and pools of clients keep one, so that
    /// it is not closed under a request.
    pub idle: Duration,
}

impl Default for ConnectionOptions {
    fn default() -> Self {
        let (head, idle) = (Duration::from_secs(10), Duration::from_secs(75));
        Self { most: 1_000, most_per_address: 100, proxies: Proxies::default(), head, idle }
    }
}

/// Serves a router on a port until `stop` is done; then takes no new requests and returns when the open ones are
/// finished. Dropping it breaks them off.
///
/// Boxed, so that the loop of every connection is compiled here, once, and not in each program that serves.
pub fn serve(
    listener: TcpListener,
    router: Router,
    options: ConnectionOptions,
    stop: BoxFuture<'static, ()>,
) -> BoxFuture<'static, ()> {
    accept(listener, router, options, stop).boxed()
}

async fn accept(listener: TcpListener, router: Router, options: ConnectionOptions, mut stop: BoxFuture<'static, ()>) {
    let (stopping, stopped) = watch::channel(false);
    let mut open = Open { tasks: JoinSet::new(), addresses: HashMap::new() };
    let builder = Arc::new(builder(&options));
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            Some(ended) = open.tasks.join_next_with_id() => open.forget(&ended),
            accepted = listener.accept(), if open.tasks.len() < options.most + KEPT_FOR_PROBES => match accepted {
                Ok((socket, peer)) => {
                    let address = peer.ip().to_canonical();
                    let proxies = options.proxies.clone();
                    if proxies.has(address) || open.of(network(address)) < options.most_per_address {
                        let (router, head) = (router.clone(), options.head);
                        let is_crowded = open.tasks.len() >= options.most;
                        let connection = Connection { router, address, proxies, head, is_crowded };
                        open.add(network(address), connection.serve(socket, Arc::clone(&builder), stopped.clone()));
                    }
                }
                Err(error) => pause(&error).await,
            },
        }
    }
    drop(listener);
    stopping.send_replace(true);
    while open.tasks.join_next().await.is_some() {}
}

/// The client's own failures are nothing; without sockets, waiting is all there is.
async fn pause(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "cannot accept connections");
        tokio::time::sleep(PAUSE).await;
    }
}

fn builder(options: &ConnectionOptions) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // Of a head that has begun, `Watched` sees to the time.
        .header_read_timeout(options.idle)
        .max_headers(MOST_HEADERS)
        .max_buf_size(LONGEST_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MOST_STREAMS)
        .max_header_list_size(LONGEST_HEADER_LIST)
        .max_pending_accept_reset_streams(MOST_RESETS)
        .max_local_error_reset_streams(MOST_RESETS)
        .keep_alive_interval(PING)
        .keep_alive_timeout(options.head);
    builder
}

/// The connections that are open.
struct Open {
    tasks: JoinSet<()>,
    addresses: HashMap<Id, IpAddr>,
}

impl Open {
    fn of(&self, address: IpAddr) -> usize {
        self.addresses.values().filter(|open| **open == address).count()
    }

    fn add(&mut self, address: IpAddr, task: impl Future<Output = ()> + Send + 'static) {
        let id = self.tasks.spawn(task).id();
        self.addresses.insert(id, address);
    }

    fn forget(&mut self, ended: &Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => *id,
            Err(error) => error.id(),
        };
        self.addresses.remove(&id);
    }
}

/// One connection and whom it is with.
struct Connection {
    router: Router,
    address: IpAddr,
    proxies: Proxies,
    head: Duration,
    /// Whether all connections are open but those kept for probes.
    is_crowded: bool,
}

impl Connection {
    async fn serve(self, socket: TcpStream, builder: Arc<Builder<TokioExecutor>>, mut stopped: watch::Receiver<bool>) {
        // Answers are written whole; waiting to join them only delays the last part.
        let _ = socket.set_nodelay(true);
        let (socket, seen) = Watched::new(socket, self.head);
        let requests = AtomicU64::new(0);
        let of_requests = Arc::clone(&seen);
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            let client = self.proxies.client(self.address, request.headers());
            request.extensions_mut().insert(ClientAddress(client));
            if self.is_crowded {
                request.extensions_mut().insert(Crowded);
            }
            let fault = of_requests.fault_of(requests.fetch_add(1, Ordering::Relaxed));
            if let Some(fault) = fault.filter(|_| request.version() <= Version::HTTP_11) {
                request.extensions_mut().insert(fault);
            }
            self.router.clone().oneshot(request)
        });
        let mut connection = pin!(builder.serve_connection(TokioIo::new(socket), service));
        let mut silence = pin!(tokio::time::sleep(self.head));
        let mut stopping = pin!(stopped.wait_for(|stopped| *stopped));
        let (mut begun, mut told) = (false, false);
        loop {
            tokio::select! {
                // That a client breaks off or talks nonsense concerns nobody else.
                _ = connection.as_mut() => return,
                // Which HTTP it is, is found out without a limit in time.
                () = &mut silence, if !begun => {
                    begun = seen.begun();
                    if !begun {
                        return;
                    }
                }
                _ = &mut stopping, if !told => {
                    told = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
}
