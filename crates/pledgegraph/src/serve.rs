//! A run of the service, from the port to the last request.

use std::io::{self, ErrorKind, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use nix::unistd::Uid;
use pledgegraph_live::{Live, LiveOptions};
use pledgegraph_server::{AppState, ConnectionOptions, CursorKey, ServerOptions};
use pledgegraph_store::{TokenText, secrets};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::Settings;
use crate::database::{Choice, Database, connect_options};
use crate::signals::Signals;
use crate::{bundled, http, logging, token};

/// What a run serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// The user's own graph.
    Own,
    /// The bundled data, loaded where the graph is empty.
    Bundled,
}

/// How long the writer may take to end after the last request.
const LIVE_LIMIT: Duration = Duration::from_secs(5);

/// Serves the user's graph until a signal.
///
/// # Errors
/// One line that says why it cannot start, or what broke.
pub(crate) async fn run(settings: &Settings) -> Result<()> {
    if Uid::effective().is_root() {
        tracing::warn!("running as root, which nothing here needs: start it as an account of its own");
    }
    serve(settings, Choice::of(settings)?, Content::Own).await
}

/// Looks whether the settings can be used, as far as that shows before anything is started.
///
/// # Errors
/// One line that names the setting.
pub(crate) fn check(settings: &Settings) -> Result<()> {
    let listen = &settings.listen;
    ensure!(is_address(listen), "cannot listen on `{listen}`, given as ADDR:PORT");
    logging::filter(&settings.log_level)?;
    settings.database_url.as_ref().map(connect_options).transpose()?;
    http::connections(settings)?;
    http::options(settings).map(drop)
}

/// Whether it has the form of an address with a port. A name is not looked up.
fn is_address(text: &str) -> bool {
    let named = || text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    text.parse::<SocketAddr>().is_ok() || named()
}

/// Serves a database until a signal: the first one lets requests finish, a second one ends at once.
///
/// # Errors
/// One line that says why it cannot start, or what broke.
pub(crate) async fn serve(settings: &Settings, choice: Choice<'_>, content: Content) -> Result<()> {
    let (options, connections) = (http::options(settings)?, http::connections(settings)?);
    let mut signals = Signals::new().context("cannot wait for signals")?;
    // First of all: nothing is started for a port that cannot be had.
    let listener = listen(&settings.listen, choice).await?;
    let database = tokio::select! {
        signal = signals.next() => {
            interrupted(signal);
            return Ok(());
        }
        opened = Database::open(choice, settings) => opened?,
    };
    let served = Run { listener, signals: &mut signals, settings, options, connections, content }.on(&database).await;
    tokio::select! {
        () = database.close() => served,
        _ = signals.next() => bail!("ended at once by a second signal"),
    }
}

fn interrupted(signal: &str) {
    tracing::info!("{signal} before the start was complete");
}

/// What a run is made of.
struct Run<'a> {
    listener: TcpListener,
    signals: &'a mut Signals,
    settings: &'a Settings,
    options: ServerOptions,
    connections: ConnectionOptions,
    content: Content,
}

impl Run<'_> {
    async fn on(mut self, database: &Database) -> Result<()> {
        // Before the graph, whose writer and follower count too.
        let metrics = http::record()?;
        let live = tokio::select! {
            signal = self.signals.next() => {
                interrupted(signal);
                return Ok(());
            }
            live = start(database, self.settings, self.content) => live?,
        };
        self.options.cursor_key = cursor_key(self.settings, database).await?;
        let first = first_token(database).await;
        let served = self.serve(AppState { live: live.clone(), metrics: Some(metrics) }, first).await;
        if tokio::time::timeout(LIVE_LIMIT, live.shutdown()).await.is_err() {
            tracing::warn!("the writer did not end within {LIVE_LIMIT:?}");
        }
        served
    }

    async fn serve(self, state: AppState, first: Option<TokenText>) -> Result<()> {
        let address = self.listener.local_addr().context("the port is gone")?;
        let (stop, mut stopping) = watch::channel(false);
        let stopped = async move {
            let _ = stopping.wait_for(|stop| *stop).await;
        };
        let live = state.live.clone();
        let router = pledgegraph_server::build(state, self.options);
        let mut server =
            tokio::spawn(pledgegraph_server::serve(self.listener, router, self.connections, Box::pin(stopped)));
        announce(address, self.content, first.as_ref());
        let signal = tokio::select! {
            signal = self.signals.next() => signal,
            ended = &mut server => return ended.context("the server broke off"),
        };
        let drain = Duration::from_secs(self.settings.drain_seconds);
        if !drain.is_zero() {
            tracing::info!("{signal}: not ready any more; requests are taken for another {drain:?}");
            live.end_soon();
            let _ = tokio::time::timeout(drain, self.signals.next()).await;
        }
        tracing::info!("{signal}: no new requests, the open ones are finished");
        stop.send_replace(true);
        live.end_streams();
        let limit = Duration::from_secs(self.settings.shutdown_seconds);
        tokio::select! {
            ended = tokio::time::timeout(limit, &mut server) => if ended.is_err() {
                tracing::warn!("some requests did not finish within {limit:?}");
            },
            signal = self.signals.next() => tracing::warn!("{signal} again: open requests are broken off"),
        }
        server.abort();
        Ok(())
    }
}

/// From a database that answers to a graph in memory.
async fn start(database: &Database, settings: &Settings, content: Content) -> Result<Live> {
    if settings.no_migrate {
        database.check().await?;
    } else {
        database.migrate().await?;
    }
    if content == Content::Bundled {
        bundled::load(&database.pool).await?;
    }
    let options = LiveOptions { recheck_rows_per_second: settings.recheck_rows_per_second, ..LiveOptions::default() };
    let live = Live::start(database.pool.clone(), options).await.context("cannot load the graph")?;
    let graph = live.snapshot();
    tracing::info!(
        seq = graph.seq(),
        digest = format!("{:016x}", graph.digest()),
        "{} entities and {} edges are loaded",
        graph.entity_count(),
        graph.edge_count()
    );
    Ok(live)
}

/// The key that is set, else that of the database: each process that serves it takes the cursors of all others.
async fn cursor_key(settings: &Settings, database: &Database) -> Result<CursorKey> {
    if let Some(secret) = &settings.cursor_key {
        return Ok(CursorKey::of_secret(secret.reveal().as_bytes()));
    }
    let mut connection = database.pool.acquire().await.context("cannot reach the database")?;
    let secret = secrets::of_cursors(&mut connection).await.context("the database cannot be used")?;
    Ok(CursorKey::of_secret(&secret))
}

/// A database of our own that never had a token gets one, so that its owner can write. Late, so that it is not made and
/// then lost to a failure of the start.
async fn first_token(database: &Database) -> Option<TokenText> {
    if !database.is_ours() {
        return None;
    }
    token::first(&database.pool).await.unwrap_or_else(|error| {
        tracing::warn!("no first token is made (`pledgegraph token create` makes one): {error:#}");
        None
    })
}

/// Says on standard output where the service is; nobody has to read it.
fn announce(address: SocketAddr, content: Content, first: Option<&TokenText>) {
    let question = match content {
        Content::Own => "/v1/countries?limit=3",
        Content::Bundled => "/v1/commitments?capability=military.forces&stance_min=willing&conditional_on=us-backing",
    };
    let mut text = format!(
        "Pledgegraph is serving http://{address}\n  ask it:   curl -s 'http://{address}{question}'\n  the API:  http://{address}/docs\n"
    );
    if let Some(token) = first {
        text.push_str("  the admin token of this graph, shown only now:\n    ");
        text.push_str(token.reveal());
        text.push('\n');
    }
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

async fn listen(address: &str, choice: Choice<'_>) -> Result<TcpListener> {
    let error = match TcpListener::bind(address).await {
        Ok(listener) => return Ok(listener),
        Err(error) => error,
    };
    match (error.kind(), choice) {
        (ErrorKind::AddrInUse, Choice::Embedded(directory)) if is_in_use(directory) => bail!(
            "{} is in use by another process, and so is {address}: Pledgegraph seems to be running already",
            directory.display()
        ),
        (ErrorKind::AddrInUse, _) => {
            bail!("{address} is taken by another process: choose another port with --listen ADDR:PORT")
        }
        (ErrorKind::PermissionDenied, _) => Err(error)
            .with_context(|| format!("may not listen on {address}: choose a port above 1023 with --listen ADDR:PORT")),
        (ErrorKind::AddrNotAvailable, _) => {
            bail!("{address} is not an address of this machine: choose another one with --listen ADDR:PORT")
        }
        _ => Err(error).with_context(|| format!("cannot listen on `{address}`, given as ADDR:PORT")),
    }
}

/// Whether another process owns the data directory.
fn is_in_use(directory: &Path) -> bool {
    let lock = std::fs::File::open(directory.join("lock"));
    lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(std::fs::TryLockError::WouldBlock)))
}
