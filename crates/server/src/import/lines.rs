//! The lines of a body, one at a time, however its parts fall.

use axum::body::{Body, BodyDataStream};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;

/// The longest line, in bytes.
pub(crate) const LONGEST: usize = 1 << 20;

/// A line that is not blank.
#[derive(Debug)]
pub(crate) struct Line {
    /// Its number, from 1.
    pub(crate) number: u64,
    /// Its bytes without the end of the line; `None` when there are more than [`LONGEST`].
    pub(crate) bytes: Option<Bytes>,
}

/// Takes a body apart.
pub(crate) struct Lines {
    body: BodyDataStream,
    waiting: BytesMut,
    /// How much of what waits holds no end of a line.
    looked_at: usize,
    number: u64,
    /// Whether the line at hand is too long and its rest is passed over.
    too_long: bool,
    ended: bool,
}

impl Lines {
    pub(crate) fn new(body: Body) -> Self {
        let body = body.into_data_stream();
        Self { body, waiting: BytesMut::new(), looked_at: 0, number: 0, too_long: false, ended: false }
    }

    /// How many lines came so far, blank ones included.
    pub(crate) fn count(&self) -> u64 {
        self.number
    }

    /// The next line.
    ///
    /// # Errors
    /// When the body breaks off.
    pub(crate) async fn next(&mut self) -> Result<Option<Line>, axum::Error> {
        loop {
            let Some(bytes) = self.complete() else {
                if self.ended {
                    return Ok(None);
                }
                match self.body.next().await.transpose()? {
                    Some(part) => self.waiting.extend_from_slice(&part),
                    None => self.ended = true,
                }
                continue;
            };
            self.number += 1;
            let too_long = std::mem::take(&mut self.too_long) || bytes.len() > LONGEST;
            let bytes = bytes.strip_suffix(b"\r").map_or(bytes.clone(), |shorter| bytes.slice_ref(shorter));
            if too_long || !bytes.trim_ascii().is_empty() {
                return Ok(Some(Line { number: self.number, bytes: (!too_long).then_some(bytes) }));
            }
        }
    }

    /// The first line of what waits, if all of it is there. The last line of a body needs no end.
    fn complete(&mut self) -> Option<Bytes> {
        let found = self.waiting[self.looked_at..].iter().position(|byte| *byte == b'\n');
        let Some(length) = found.map(|at| at + self.looked_at) else {
            if self.waiting.len() > LONGEST {
                self.waiting.clear();
                self.too_long = true;
            }
            self.looked_at = self.waiting.len();
            let last = self.ended && (!self.waiting.is_empty() || self.too_long);
            return last.then(|| {
                self.looked_at = 0;
                self.waiting.split().freeze()
            });
        };
        let line = self.waiting.split_to(length).freeze();
        let _ = self.waiting.split_to(1);
        self.looked_at = 0;
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    async fn read(parts: Vec<Vec<u8>>) -> Vec<(u64, Option<String>)> {
        let parts = stream::iter(parts.into_iter().map(Ok::<_, std::io::Error>));
        let mut lines = Lines::new(Body::from_stream(parts));
        let mut found = Vec::new();
        while let Some(line) = lines.next().await.expect("a body") {
            found.push((line.number, line.bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())));
        }
        found
    }

    #[tokio::test]
    async fn lines_are_told_apart_wherever_the_parts_end() {
        let text = "{\"a\":1}\r\n\n  \n{\"b\":2}\nlast";
        let expected =
            [(1, Some("{\"a\":1}".to_owned())), (4, Some("{\"b\":2}".to_owned())), (5, Some("last".to_owned()))];
        for size in 1..=text.len() {
            let parts = text.as_bytes().chunks(size).map(<[u8]>::to_vec).collect();
            assert_eq!(read(parts).await, expected, "{size}");
        }
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_passed_over() {
        let long = vec![b'x'; LONGEST + 1];
        let parts = vec![b"a\n".to_vec(), long.clone(), long.clone(), b"\nb\n".to_vec(), long];
        let expected = [(1, Some("a".to_owned())), (2, None), (3, Some("b".to_owned())), (4, None)];
        assert_eq!(read(parts).await, expected);
        let whole = vec![b'x'; LONGEST];
        assert_eq!(read(vec![whole]).await.len(), 1);
    }
}
