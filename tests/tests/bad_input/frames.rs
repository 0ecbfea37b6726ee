//! Frames of HTTP/2 (RFC 9113), by hand.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

/// What a client sends first, with empty settings.
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RESET: u8 = 3;
pub(crate) const GO_AWAY: u8 = 7;
pub(crate) const CONTINUATION: u8 = 9;

pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

/// A frame.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap_or_default().to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

/// The header block of `GET /` or `POST /`, from the static table of HPACK.
pub(crate) fn block(get: bool, authority: &str) -> Vec<u8> {
    let mut block = vec![if get { 0x82 } else { 0x83 }, 0x86, 0x84, 0x41];
    block.push(u8::try_from(authority.len()).unwrap_or_default());
    block.extend_from_slice(authority.as_bytes());
    block
}

/// Sends frames again and again until the server ends the connection with `GOAWAY`, and gives the error that it names.
pub(crate) async fn flood(address: SocketAddr, begin: &[u8], mut more: impl FnMut(u32) -> Vec<u8>) -> Result<u32> {
    let mut socket = TcpStream::connect(address).await?;
    socket.write_all(PREFACE).await?;
    socket.write_all(begin).await?;
    let (mut reader, mut writer) = socket.into_split();
    let reading = tokio::spawn(async move {
        let mut all = Vec::new();
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = reader.read(&mut buffer).await {
            all.extend_from_slice(&buffer[..count]);
            if let Some(error) = gone_away(&all) {
                return Some(error);
            }
        }
        gone_away(&all)
    });
    let started = Instant::now();
    for round in 0.. {
        if reading.is_finished() || writer.write_all(&more(round)).await.is_err() {
            break;
        }
        if started.elapsed() > Duration::from_secs(10) {
            bail!("the flood is still taken after {round} rounds");
        }
    }
    match timeout(Duration::from_secs(5), reading).await?? {
        Some(error) => Ok(error),
        None => bail!("closed without GOAWAY"),
    }
}

/// The error of the first `GOAWAY` among some frames.
fn gone_away(mut rest: &[u8]) -> Option<u32> {
    while let [a, b, c, kind, _, _, _, _, _, after @ ..] = rest {
        let length = usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c);
        let payload = after.get(..length)?;
        if *kind == GO_AWAY {
            return Some(u32::from_be_bytes(payload.get(4..8)?.try_into().ok()?));
        }
        rest = &after[length..];
    }
    None
}
