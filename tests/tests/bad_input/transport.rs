//! Section 1: transport.

mod connections;
mod floods;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::case::{Case, Row, bytes, get, problem, request, row, run};
use crate::raw::{first, until_closed};
use crate::servers::{Kind, SOON, Servers};

const POST: &str = "POST /v1/commitments HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer writes\r\n";

pub(crate) fn rows() -> Vec<Row> {
    vec![
        row(1, "half a header for 10 s; silent socket 10 s: closed", slow_heads()),
        row(1, "half a body, < 1 KiB/s for 10 s: 408 request-timeout, close", slow_bodies()),
        row(1, "> 100 headers; header block > 16 KiB: 431", large_heads()),
        row(1, "URI > 8 KiB: 414 uri-too-long", long_targets()),
        row(1, "two Content-Length, bad Transfer-Encoding, obs-fold, ...: 400, close", malformed()),
        row(1, "Content-Length and Transfer-Encoding together: 400 ambiguous-length, close", ambiguous()),
        row(1, "no Host, or Host not in the allow list: 400 bad-host / 421 misdirected", hosts()),
        row(1, "absolute-form target: 400 unless its host is ours", absolute()),
        row(1, "> 1,000 connections, > 100 per address: accept paused / closed", connections::cases()),
        row(1, "HTTP/2 rapid reset, CONTINUATION flood, empty DATA flood: GOAWAY", floods::cases()),
        row(1, "handler panic: 500 internal, process lives", Vec::new())
            .except("no handler panics on purpose; the layers around one that does are tested in layers/guards.rs"),
    ]
}

/// A connection on which this is sent and nothing more must be closed without an answer, soon and not at once.
fn closed_after(name: &str, sent: &'static [u8]) -> Case {
    run(name, move |servers| async move {
        let mut socket = TcpStream::connect(servers.address(Kind::Plain)).await?;
        let begun = Instant::now();
        socket.write_all(sent).await?;
        let got = until_closed(&mut socket).await?;
        ensure!(begun.elapsed() >= SOON / 2, "closed after {:?}", begun.elapsed());
        let got = String::from_utf8_lossy(&got).into_owned();
        // What an HTTP/2 server sends of its own accord is no answer.
        ensure!(!got.contains("HTTP/1.1"), "answered {got}");
        Ok(())
    })
}

fn slow_heads() -> Vec<Case> {
    vec![
        closed_after("silence", b""),
        closed_after("one letter, which may begin HTTP/2", b"P"),
        closed_after("half the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM"),
        closed_after("half a request line", b"GET /v1"),
        closed_after("half a header", b"GET / HTTP/1.1\r\nHost: loc"),
        closed_after("no empty line", b"GET / HTTP/1.1\r\nHost: localhost\r\n"),
        run("a header that trickles", |servers| async move {
            let mut socket = TcpStream::connect(servers.address(Kind::Plain)).await?;
            let _ = socket.write_all(b"GET / HTTP/1.1\r\nX: ").await;
            for _ in 0..100 {
                sleep(SOON / 10).await;
                if socket.write_all(b"x").await.is_err() {
                    return Ok(());
                }
            }
            anyhow::bail!("a byte now and then keeps it open")
        }),
        run("silence after an answer", |servers| async move {
            let mut socket = TcpStream::connect(servers.address(Kind::Plain)).await?;
            socket.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
            let reply = first(&until_closed(&mut socket).await?)?.context("an answer")?;
            ensure!((reply.status, reply.answers) == (200, 1), "{}", reply.head);
            Ok(())
        }),
    ]
}

/// A request whose body is sent in parts of this size with pauses; what the server answers.
async fn paced(servers: Servers, head: &str, parts: usize, size: usize, pause: Duration) -> Result<Vec<u8>> {
    let mut socket = TcpStream::connect(servers.address(Kind::Plain)).await?;
    socket.write_all(head.as_bytes()).await?;
    let (mut reader, mut writer) = socket.split();
    let write = async {
        for _ in 0..parts {
            if writer.write_all(&vec![b' '; size]).await.is_err() {
                break;
            }
            sleep(pause).await;
        }
        std::future::pending::<()>().await;
    };
    let mut all = Vec::new();
    tokio::select! {
        () = write => {}
        read = timeout(Duration::from_secs(10), reader.read_to_end(&mut all)) => {
            let _ = read.context("still open")?;
        }
    }
    Ok(all)
}

fn slow_bodies() -> Vec<Case> {
    let slow = |name: &str, head: String, parts, size, pause| {
        run(name, move |servers| async move {
            let reply =
                first(&paced(servers, &head, parts, size, pause).await?)?.context("closed without an answer")?;
            ensure!(reply.status == 408 && reply.header("connection") == "close", "{}\n{}", reply.head, reply.text());
            problem(&reply, "request-timeout").map(drop)
        })
    };
    let import = POST.replace("/v1/commitments", "/v1/import").replace("/json", "/x-ndjson");
    vec![
        slow("no body at all", format!("{POST}Content-Length: 100\r\n\r\n"), 0, 0, SOON),
        slow("half a body", format!("{POST}Content-Length: 100\r\n\r\n{{\"a\":"), 0, 0, SOON),
        slow("half a chunk", format!("{POST}Transfer-Encoding: chunked\r\n\r\n64\r\n{{\"a\":"), 0, 0, SOON),
        slow(
            "half a line of an import",
            format!("{import}Transfer-Encoding: chunked\r\n\r\n64\r\n{{\"a\":"),
            0,
            0,
            SOON,
        ),
        slow("a trickle", format!("{POST}Content-Length: 100000\r\n\r\n"), 1_000, 1, SOON / 10),
    ]
}

fn large_heads() -> Vec<Case> {
    let many = |count: usize| {
        let fields = (0..count).map(|n| format!("X-{n}: y\r\n")).collect::<Vec<_>>().concat();
        format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{fields}\r\n")
    };
    let long = |length: usize| {
        format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: {}\r\n\r\n", "x".repeat(length))
    };
    vec![
        bytes("100 headers are taken", many(98)),
        bytes("101 headers", many(99)).status(431).closes(),
        bytes("1,000 headers", many(1_000)).status(431).closes(),
        bytes("a header of 15,000 bytes is taken", long(15_000)),
        bytes("a header of 17 KiB", long(17 * 1024)).status(431).closes(),
        bytes("a header of 1 MiB", long(1 << 20)).status(431).closes(),
    ]
}

fn long_targets() -> Vec<Case> {
    let mut cases: Vec<Case> = [8_193, 15_000, 60_000, 70_000, 1_000_000]
        .map(|length| get(&format!("/{}", "x".repeat(length - 1))).is(414, "uri-too-long").closes())
        .into();
    cases.push(get(&format!("/v1/commitments?q={}", "x".repeat(8_192))).is(414, "uri-too-long"));
    cases.push(get(&format!("http://localhost/{}", "x".repeat(9_000))).is(414, "uri-too-long"));
    cases.push(get(&format!("/{}", "x".repeat(8_191))).is(404, "not-found"));
    cases
}

fn malformed() -> Vec<Case> {
    let get = "GET / HTTP/1.1\r\nHost: localhost\r\n";
    let refused = |name: &str, text: String| bytes(name, text).status(400).closes();
    vec![
        refused("two Content-Length that differ", format!("{POST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}")),
        bytes("two Content-Length that agree", format!("{POST}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{{}}"))
            .is(400, "ambiguous-length")
            .closes(),
        refused("Content-Length with a comma", format!("{POST}Content-Length: 2, 2\r\n\r\n{{}}")),
        refused("Content-Length with a sign", format!("{POST}Content-Length: +2\r\n\r\n{{}}")),
        refused("Content-Length that is no number", format!("{POST}Content-Length: two\r\n\r\n{{}}")),
        refused("Content-Length over 2^64", format!("{POST}Content-Length: 99999999999999999999\r\n\r\n{{}}")),
        refused("an unknown Transfer-Encoding", format!("{POST}Transfer-Encoding: gzip\r\n\r\n")),
        refused("chunked not last", format!("{POST}Transfer-Encoding: chunked, gzip\r\n\r\n")),
        refused("a misspelt chunked", format!("{POST}Transfer-Encoding: xchunked\r\n\r\n")),
        refused(
            "Transfer-Encoding with HTTP/1.0",
            "POST /v1/commitments HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
        ),
        refused("obs-fold", format!("{get}X: a\r\n b\r\n\r\n")),
        refused("a space before the colon", format!("{get}X : a\r\n\r\n")),
        refused("no colon", format!("{get}X\r\n\r\n")),
        refused("NUL in a header", format!("{get}X: a\0b\r\n\r\n")),
        refused("NUL in the name of a header", format!("{get}X\0: a\r\n\r\n")),
        refused("a bare CR in a header", format!("{get}X: a\rb\r\n\r\n")),
        refused("NUL in the target", "GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned()),
        refused("HTTP/0.9", "GET /\r\n".to_owned()),
        refused("HTTP/3.0", "GET / HTTP/3.0\r\n\r\n".to_owned()),
        refused("HTTP/1.2", "GET / HTTP/1.2\r\n\r\n".to_owned()),
        refused("a method with a NUL", "G\0T / HTTP/1.1\r\n\r\n".to_owned()),
        bytes("TLS", &b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03"[..]).status(400).closes(),
        bytes("SSH", "SSH-2.0-OpenSSH_9.7\r\n").status(400).closes(),
    ]
}

fn ambiguous() -> Vec<Case> {
    let both = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n";
    let turned = "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n";
    let hidden = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let refused = |name: &str, text: String| bytes(name, text).is(400, "ambiguous-length").closes();
    vec![
        refused("Content-Length first", format!("{POST}{both}\r\n0\r\n\r\n")),
        refused("Transfer-Encoding first", format!("{POST}{turned}\r\n0\r\n\r\n")),
        refused("in other letters", format!("{POST}cOnTeNt-LeNgTh:5\r\ntRANSFER-eNCODING:\tchunked\r\n\r\n0\r\n\r\n")),
        // One answer: what stands behind is never taken for a request.
        refused("a request behind the chunks", format!("{POST}{both}\r\n0\r\n\r\n{hidden}")),
        refused(
            "a request within the length",
            format!("{POST}Content-Length: 44\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        ),
        refused("with a method without a body", format!("GET / HTTP/1.1\r\nHost: localhost\r\n{both}\r\n0\r\n\r\n")),
        run("the second request of a connection", move |servers| async move {
            let bytes = format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n{POST}{both}\r\n0\r\n\r\n{hidden}");
            let mut socket = TcpStream::connect(servers.address(Kind::Plain)).await?;
            socket.write_all(bytes.as_bytes()).await?;
            let all = String::from_utf8_lossy(&until_closed(&mut socket).await?).into_owned();
            ensure!(all.starts_with("HTTP/1.1 200 ") && all.matches("HTTP/1.1 ").count() == 2, "{all}");
            ensure!(all.contains("HTTP/1.1 400 ") && all.contains("/problems/ambiguous-length"), "{all}");
            Ok(())
        }),
        run("the second request, after a body in chunks", move |servers| async move {
            let first = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: x\r\n\r\n";
            let mut socket = TcpStream::connect(servers.address(Kind::Plain)).await?;
            socket.write_all(format!("{first}{POST}{both}\r\n0\r\n\r\n{hidden}").as_bytes()).await?;
            let all = String::from_utf8_lossy(&until_closed(&mut socket).await?).into_owned();
            ensure!(!all.contains("HTTP/1.1 405 ") && !all.contains("HTTP/1.1 401 "), "{all}");
            ensure!(all.matches("HTTP/1.1 200 ").count() <= 1, "{all}");
            Ok(())
        }),
    ]
}

fn hosts() -> Vec<Case> {
    let bare = |text: &str| bytes(text, text.as_bytes());
    vec![
        bare("GET /v1 HTTP/1.1\r\nConnection: close\r\n\r\n").is(400, "bad-host"),
        bare("GET /v1 HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n").is(400, "bad-host"),
        bare("GET /v1 HTTP/1.1\r\nHost: a\r\nHost: a\r\nConnection: close\r\n\r\n").is(400, "bad-host"),
        bare("GET /v1 HTTP/1.1\r\nHost: a\r\nhost: b\r\nConnection: close\r\n\r\n").is(400, "bad-host"),
        request("GET", "/v1", &["Host: user@localhost"]).is(400, "bad-host"),
        request("GET", "/v1", &["Host: a b"]).is(400, "bad-host"),
        request("GET", "/v1", &["Host: localhost/x"]).is(400, "bad-host"),
        request("GET", "/healthz", &["Host: anything.example:99"]).status(200),
        bare("GET /healthz HTTP/1.0\r\n\r\n").status(200),
        request("GET", "/v1/countries", &["Host: evil.example"]).on(Kind::Hosts).is(421, "misdirected"),
        request("GET", "/v1/countries", &["Host: api.example.evil.example"]).on(Kind::Hosts).is(421, "misdirected"),
        bare("GET /v1/countries HTTP/1.0\r\n\r\n").on(Kind::Hosts).is(421, "misdirected"),
        request("GET", "/v1/countries", &["Host: API.EXAMPLE:8080"]).on(Kind::Hosts).status(200),
        // Probes ask by the address of the machine.
        request("GET", "/readyz", &["Host: 10.0.0.7:8080"]).on(Kind::Hosts).status(200),
    ]
}

fn absolute() -> Vec<Case> {
    vec![
        request("GET", "http://evil.example/v1/countries", &["Host: localhost"]).is(400, "bad-host"),
        request("GET", "http://localhost/v1/countries", &["Host: evil.example"]).is(400, "bad-host"),
        request("GET", "http://evil.example/v1/countries", &["Host: evil.example"]).on(Kind::Hosts).is(400, "bad-host"),
        request("GET", "http://evil.example/v1/countries", &["Host: api.example"]).on(Kind::Hosts).is(400, "bad-host"),
        request("GET", "http://user@api.example/v1/countries", &["Host: api.example"])
            .on(Kind::Hosts)
            .is(400, "bad-host"),
        request("GET", "http://api.example/v1/countries", &["Host: api.example"]).on(Kind::Hosts).status(200),
        request("GET", "http://localhost/v1/countries", &[]).status(200),
        request("CONNECT", "evil.example:443", &["Host: evil.example:443"]).is(400, "bad-host"),
    ]
}
