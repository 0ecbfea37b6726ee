//! HTTP/2, as it is spoken and as it is abused.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::case::{Case, run};
use crate::frames::{CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PREFACE, RESET, block, flood, frame};
use crate::servers::{Kind, Servers};

pub(super) fn cases() -> Vec<Case> {
    vec![
        run("HTTP/2 is spoken", is_spoken),
        run("rapid reset", rapid_reset),
        run("CONTINUATION flood", continuation_flood),
        run("CONTINUATION flood of empty frames", empty_continuations),
        run("empty DATA flood", empty_data),
        run("more than 64 streams at once", many_streams),
    ]
}

async fn is_spoken(servers: Servers) -> Result<()> {
    let mut socket = TcpStream::connect(servers.address(Kind::Plain)).await?;
    socket.write_all(PREFACE).await?;
    let get = frame(HEADERS, END_HEADERS | END_STREAM, 1, &block(true, "localhost"));
    socket.write_all(&get).await?;
    let mut all = Vec::new();
    let body = timeout(Duration::from_secs(5), async {
        let mut buffer = [0; 4096];
        while !all.windows(12).any(|window| window == b"/v1/entities") {
            let count = socket.read(&mut buffer).await?;
            ensure!(count > 0, "closed");
            all.extend_from_slice(&buffer[..count]);
        }
        Ok(())
    });
    body.await.context("no answer")?
}

async fn rapid_reset(servers: Servers) -> Result<()> {
    let get = block(true, "localhost");
    let error = flood(servers.address(Kind::Plain), &[], |round| {
        let streams = (0..200).map(|n| (round * 200 + n) * 2 + 1);
        let pair = |stream| {
            let mut two = frame(HEADERS, END_HEADERS | END_STREAM, stream, &get);
            two.extend(frame(RESET, 0, stream, &8_u32.to_be_bytes()));
            two
        };
        streams.flat_map(pair).collect()
    });
    ensure!(error.await? == 11, "not ENHANCE_YOUR_CALM");
    Ok(())
}

async fn continuation_flood(servers: Servers) -> Result<()> {
    let begin = frame(HEADERS, END_STREAM, 1, &block(true, "localhost"));
    // A literal header without indexing.
    let field = [&[0x00, 0x01, b'x', 0x7f, 0x81, 0x07][..], &[b'y'; 1024]].concat();
    let more = frame(CONTINUATION, 0, 1, &field);
    flood(servers.address(Kind::Plain), &begin, |_| more.clone()).await.map(drop)
}

async fn empty_continuations(servers: Servers) -> Result<()> {
    let begin = frame(HEADERS, END_STREAM, 1, &block(true, "localhost"));
    let more = frame(CONTINUATION, 0, 1, &[]).repeat(100);
    flood(servers.address(Kind::Plain), &begin, |_| more.clone()).await.map(drop)
}

async fn empty_data(servers: Servers) -> Result<()> {
    let begin = frame(HEADERS, END_HEADERS, 1, &block(false, "localhost"));
    let more = frame(DATA, 0, 1, &[]).repeat(1_000);
    flood(servers.address(Kind::Plain), &begin, |_| more.clone()).await.map(drop)
}

async fn many_streams(servers: Servers) -> Result<()> {
    // Requests that wait for their bodies.
    let post = block(false, "localhost");
    let error = flood(servers.address(Kind::Plain), &[], |round| {
        (0..100).flat_map(|n| frame(HEADERS, END_HEADERS, (round * 100 + n) * 2 + 1, &post)).collect()
    });
    error.await.map(drop)
}
