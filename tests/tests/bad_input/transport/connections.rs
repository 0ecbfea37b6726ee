//! How many connections there may be, and how long one may be silent.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use crate::case::{Case, run};
use crate::raw::{exchange, first, until_closed};
use crate::servers::{Kind, SOON, Servers};

/// A request that is complete, and its connection to be closed.
const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
/// One that wants its empty line.
const UNENDED: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n";

pub(super) fn cases() -> Vec<Case> {
    vec![
        run("the fourth of an address is closed, and a place is free again after one has ended", fourth_of_an_address),
        run("beyond the most of all only probes are answered, and beyond those accepting pauses", beyond_the_most),
        run(
            "a connection may be silent for longer between two requests than in the midst of one",
            silent_between_requests,
        ),
    ]
}

async fn fourth_of_an_address(servers: Servers) -> Result<()> {
    let address = servers.address(Kind::Narrow);
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut socket = TcpStream::connect(address).await?;
        socket.write_all(b"G").await?;
        held.push(socket);
    }
    sleep(Duration::from_millis(50)).await;
    let mut fourth = TcpStream::connect(address).await?;
    let begun = Instant::now();
    ensure!(until_closed(&mut fourth).await?.is_empty(), "answered");
    ensure!(begun.elapsed() < SOON / 2, "closed after {:?}", begun.elapsed());
    held.clear();
    sleep(Duration::from_millis(100)).await;
    let reply = exchange(address, HEALTH).await?;
    ensure!(reply.is_some_and(|reply| reply.status == 200), "no place after all have ended");
    Ok(())
}

async fn beyond_the_most(servers: Servers) -> Result<()> {
    // Of other addresses, so that only the whole counts.
    let address = servers.address(Kind::Few);
    let mut held = Vec::new();
    for last in 1..=5 {
        held.push(from(last, address, UNENDED).await?);
    }
    sleep(Duration::from_millis(50)).await;
    for (path, status) in [("/healthz", 200), ("/v1/countries", 503)] {
        let ask = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let mut more = from(6, address, ask.as_bytes()).await?;
        let begun = Instant::now();
        let reply = first(&until_closed(&mut more).await?)?.context("an answer")?;
        ensure!(reply.status == status && begun.elapsed() < SOON / 4, "{path}: {}", reply.status);
    }
    for last in 7..=40 {
        held.push(from(last, address, UNENDED).await?);
    }
    // Waits in the queue of the system, and is answered when the others are given up.
    let mut last = from(41, address, HEALTH).await?;
    let begun = Instant::now();
    let reply = first(&until_closed(&mut last).await?)?.context("an answer")?;
    ensure!(reply.status == 200 && begun.elapsed() > SOON / 4, "{} after {:?}", reply.status, begun.elapsed());
    Ok(())
}

async fn silent_between_requests(servers: Servers) -> Result<()> {
    let mut socket = TcpStream::connect(servers.address(Kind::Patient)).await?;
    for _ in 0..2 {
        socket.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
        let mut buffer = [0; 4096];
        let count = timeout(Duration::from_secs(5), socket.read(&mut buffer)).await.context("no answer")??;
        ensure!(buffer[..count].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&buffer[..count]));
        sleep(SOON * 2).await;
    }
    socket.write_all(b"GET /healthz HT").await?;
    let begun = Instant::now();
    until_closed(&mut socket).await?;
    ensure!(begun.elapsed() < SOON * 2, "closed after {:?}", begun.elapsed());
    Ok(())
}

/// A connection from another address of this machine, over which this is sent.
async fn from(last: u8, address: SocketAddr, sent: &[u8]) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 1, last], 0).into())?;
    let mut socket = socket.connect(address).await?;
    socket.write_all(sent).await?;
    Ok(socket)
}
