//! Requests as bytes on a socket of their own, and what comes back.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long an answer, or the end of a connection, is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// The first answer on a connection.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// How many answers came in all.
    pub(crate) answers: usize,
}

impl Reply {
    /// The values of a header with commas between them; empty when there is none.
    pub(crate) fn header(&self, name: &str) -> String {
        let fields = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        let values: Vec<&str> =
            fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect();
        values.join(", ")
    }

    pub(crate) fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).with_context(|| self.text())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends bytes and reads until the server closes the connection.
pub(crate) async fn exchange(address: SocketAddr, bytes: &[u8]) -> Result<Option<Reply>> {
    let mut socket = TcpStream::connect(address).await?;
    // The server may answer and close before it has read all.
    let _ = socket.write_all(bytes).await;
    let all = until_closed(&mut socket).await?;
    first(&all)
}

/// Reads until the other side closes the connection, however it does.
pub(crate) async fn until_closed(socket: &mut TcpStream) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    let read = async {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = socket.read(&mut buffer).await {
            all.extend_from_slice(&buffer[..count]);
        }
    };
    if timeout(PATIENCE, read).await.is_err() {
        bail!("still open after {PATIENCE:?}, after {:?}", String::from_utf8_lossy(&all));
    }
    Ok(all)
}

/// The first answer in what a server sent; `None` if it sent nothing.
pub(crate) fn first(all: &[u8]) -> Result<Option<Reply>> {
    if all.is_empty() {
        return Ok(None);
    }
    let end = all.windows(4).position(|four| four == b"\r\n\r\n").context("half a head")?;
    let head = String::from_utf8_lossy(&all[..end]).into_owned();
    let status = head.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)?.parse().ok()).context("no status")?;
    let rest = &all[end + 4..];
    let mut reply = Reply { status, head, body: Vec::new(), answers: 1 };
    let length = reply.header("content-length").parse::<usize>();
    let used = match length {
        Ok(length) => {
            reply.body = rest.get(..length.min(rest.len())).unwrap_or_default().to_vec();
            length
        }
        Err(_) if reply.header("transfer-encoding") == "chunked" => {
            let (body, used) = joined(rest)?;
            reply.body = body;
            used
        }
        Err(_) => 0,
    };
    reply.answers += rest.get(used..).unwrap_or_default().windows(9).filter(|w| *w == b"HTTP/1.1 ").count();
    Ok(Some(reply))
}

/// The chunks of a body, joined, and how many bytes they took.
fn joined(mut rest: &[u8]) -> Result<(Vec<u8>, usize)> {
    let whole = rest.len();
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n").context("half a chunk")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end])?, 16)?;
        ensure!(rest.len() >= end + size + 4, "half a chunk");
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + size + 4..];
        if size == 0 {
            return Ok((body, whole - rest.len()));
        }
    }
}
