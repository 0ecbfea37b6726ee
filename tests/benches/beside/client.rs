//! HTTP/1.1 on a kept connection, with as little of its own as possible.

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// A connection.
pub(crate) struct Client {
    port: u16,
    stream: BufReader<TcpStream>,
    line: String,
    /// The body of the last answer.
    pub(crate) body: Vec<u8>,
}

/// How long a body is.
enum Length {
    Known(usize),
    Chunked,
}

impl Client {
    pub(crate) async fn connect(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { port, stream: BufReader::with_capacity(1 << 16, stream), line: String::new(), body: Vec::new() })
    }

    /// Connects again: a server closes what was silent for long.
    pub(crate) async fn renew(&mut self) -> Result<()> {
        *self = Self::connect(self.port).await?;
        Ok(())
    }

    /// Gets a path, which must be answered 200.
    pub(crate) async fn get(&mut self, path: &str) -> Result<()> {
        self.stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).await?;
        self.answer(200, path).await
    }

    /// Posts a body, which must be answered with this status.
    pub(crate) async fn post(&mut self, path: &str, token: &str, kind: &str, body: &[u8], status: u16) -> Result<()> {
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\naccept: application/json\r\n\
             content-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
        );
        // One write, so that a small request is one packet.
        if length < 1 << 16 {
            self.stream.write_all(&[head.as_bytes(), body].concat()).await?;
        } else {
            self.stream.write_all(head.as_bytes()).await?;
            self.stream.write_all(body).await?;
        }
        self.answer(status, path).await
    }

    async fn answer(&mut self, wanted: u16, path: &str) -> Result<()> {
        let status = self.next_line().await?.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok());
        let length = self.length().await?;
        self.body.clear();
        match length {
            Length::Known(length) => {
                self.body.resize(length, 0);
                self.stream.read_exact(&mut self.body).await?;
            }
            Length::Chunked => self.chunks().await?,
        }
        ensure!(status == Some(wanted), "{path}: {status:?} {}", String::from_utf8_lossy(&self.body));
        Ok(())
    }

    /// Reads the headers to their end.
    async fn length(&mut self) -> Result<Length> {
        let mut length = Length::Known(0);
        loop {
            let line = self.next_line().await?;
            let Some((name, value)) = line.split_once(':') else { return Ok(length) };
            if name.eq_ignore_ascii_case("content-length") {
                length = Length::Known(value.trim().parse().context("a length")?);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                length = Length::Chunked;
            }
        }
    }

    async fn chunks(&mut self) -> Result<()> {
        loop {
            let length = usize::from_str_radix(self.next_line().await?, 16).context("the length of a chunk")?;
            let before = self.body.len();
            self.body.resize(before + length, 0);
            self.stream.read_exact(&mut self.body[before..]).await?;
            self.next_line().await?;
            if length == 0 {
                return Ok(());
            }
        }
    }

    async fn next_line(&mut self) -> Result<&str> {
        self.line.clear();
        if self.stream.read_line(&mut self.line).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(self.line.trim_end())
    }
}
