//! One service over one database, on several ports with other options each.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::http::HeaderValue;
use pledgegraph_live::Live;
use pledgegraph_server::access::{Principal, Scope};
use pledgegraph_server::{AppState, ConnectionOptions, CursorKey, Proxies, RateLimits, ServerOptions, build, serve};
use pledgegraph_tests::app::TestApp;
use tokio::net::TcpListener;

/// Which options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The defaults, with short times.
    Plain,
    /// Answers for `api.example` alone.
    Hosts,
    /// Lets pages of `https://ours.example` write.
    Origins,
    /// Allows 3 reads and 3 writes a minute.
    Quota,
    /// The same, behind a proxy on the loopback.
    Proxied,
    /// Has no place for any request.
    Full,
    /// Gives up answers after [`HASTE`].
    Hasty,
    /// Spends one step on an analysis.
    Short,
    /// Takes 3 connections of an address.
    Narrow,
    /// Takes 5 connections in all, and gives each of them time.
    Few,
    /// Keeps connections that are silent between requests much longer than a head may take.
    Patient,
    /// As `Plain`, for credentials that are refused: of those an address has 20 a minute.
    Refusing,
    /// The same, for more of them than that.
    Guessed,
    /// Reads need a token too.
    Closed,
}

/// How long the hasty service works on an answer.
pub(crate) const HASTE: Duration = Duration::from_millis(300);

const KINDS: [Kind; 14] = [
    Kind::Plain,
    Kind::Hosts,
    Kind::Origins,
    Kind::Quota,
    Kind::Proxied,
    Kind::Full,
    Kind::Hasty,
    Kind::Short,
    Kind::Narrow,
    Kind::Few,
    Kind::Patient,
    Kind::Refusing,
    Kind::Guessed,
    Kind::Closed,
];

/// Tokens that are good, and for what.
const TOKENS: [(&str, Option<Scope>); 4] = [
    ("reads", Some(Scope::Read)),
    ("writes", Some(Scope::Write)),
    ("writes-too", Some(Scope::Write)),
    ("rules", Some(Scope::Admin)),
];

/// The time that stands for the 10 s of the table.
pub(crate) const SOON: Duration = Duration::from_millis(600);

/// The running services.
#[derive(Debug, Clone)]
pub(crate) struct Servers {
    addresses: Arc<[SocketAddr]>,
}

impl Servers {
    /// Starts them over the bundled data.
    pub(crate) async fn start() -> Result<Self> {
        let TestApp { live, .. } = TestApp::new().await?;
        Self::over(live).await
    }

    /// Starts them over a graph.
    pub(crate) async fn over(live: Live) -> Result<Self> {
        let mut addresses = Vec::new();
        for kind in KINDS {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            addresses.push(listener.local_addr()?);
            let router = build(AppState { live: live.clone(), metrics: None }, options(kind));
            tokio::spawn(serve(listener, router, connections(kind), Box::pin(std::future::pending())));
        }
        Ok(Self { addresses: addresses.into() })
    }

    pub(crate) fn address(&self, kind: Kind) -> SocketAddr {
        self.addresses[kind as usize]
    }
}

fn connections(kind: Kind) -> ConnectionOptions {
    let (most, most_per_address) = (10_000, 10_000);
    let defaults = ConnectionOptions { head: SOON, idle: SOON, most, most_per_address, ..ConnectionOptions::default() };
    match kind {
        Kind::Narrow => ConnectionOptions { most_per_address: 3, ..defaults },
        Kind::Proxied => {
            let proxies = Proxies::new([IpAddr::from([127, 0, 0, 1]).into()]);
            ConnectionOptions { most_per_address: 0, proxies, ..defaults }
        }
        // Nothing that is held open is given up before all is, on a busy machine too.
        Kind::Few => ConnectionOptions { most: 5, head: SOON * 5, ..defaults },
        Kind::Patient => ConnectionOptions { idle: SOON * 20, ..defaults },
        _ => defaults,
    }
}

fn options(kind: Kind) -> ServerOptions {
    let fixed_tokens = TOKENS.iter().map(|(token, scope)| {
        let principal = Principal { name: (*token).to_owned(), token: None, scope: *scope };
        ((*token).to_owned(), principal)
    });
    let mut options = ServerOptions {
        cursor_key: CursorKey::of_secret(b"test"),
        pace: SOON,
        fixed_tokens: fixed_tokens.collect(),
        ..ServerOptions::default()
    };
    match kind {
        Kind::Plain | Kind::Narrow | Kind::Few | Kind::Patient | Kind::Refusing | Kind::Guessed => {}
        Kind::Closed => options.closed_reads = true,
        Kind::Hosts => options.hosts = vec!["api.example".to_owned()],
        Kind::Origins => {
            options.origins = vec![HeaderValue::from_static("https://ours.example")];
        }
        Kind::Quota | Kind::Proxied => {
            let three = NonZeroU32::new(3);
            options.rates = RateLimits { reads: three, writes: three };
        }
        Kind::Full => options.in_flight = 0,
        Kind::Hasty => options.timeout = HASTE,
        Kind::Short => options.steps = 1,
    }
    options
}
