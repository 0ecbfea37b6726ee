//! A growing text that is read while it is written. Beyond what is just being written it lies in a file without a name, so
//! that a client that sends all before it reads anything can neither fill the memory nor block.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::watch;

/// How much is written to the file at once, in bytes.
const PIECE: usize = 64 * 1024;

/// How far the file is written, and whether no more comes.
type Progress = (u64, bool);

/// The writing end.
#[derive(Debug)]
pub(crate) struct Spool {
    file: Arc<File>,
    pending: Vec<u8>,
    progress: watch::Sender<Progress>,
}

/// The reading end. It ends early when the writing end is dropped before it is finished.
#[derive(Debug, Clone)]
pub(crate) struct Tail {
    file: Arc<File>,
    progress: watch::Receiver<Progress>,
}

impl Spool {
    pub(crate) fn new() -> io::Result<Self> {
        let file = Arc::new(tempfile::tempfile()?);
        Ok(Self { file, pending: Vec::with_capacity(PIECE), progress: watch::Sender::new((0, false)) })
    }

    pub(crate) fn tail(&self) -> Tail {
        Tail { file: Arc::clone(&self.file), progress: self.progress.subscribe() }
    }

    /// Adds to the text.
    pub(crate) fn write(&mut self, text: &[u8]) -> io::Result<()> {
        self.pending.extend_from_slice(text);
        if self.pending.len() >= PIECE { self.flush() } else { Ok(()) }
    }

    /// Lets readers see what was written.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        let at = self.progress.borrow().0;
        self.file.write_all_at(&self.pending, at)?;
        let end = at + self.pending.len() as u64;
        self.pending.clear();
        self.progress.send_modify(|progress| progress.0 = end);
        Ok(())
    }

    /// Lets readers see the end.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.progress.send_modify(|progress| progress.1 = true);
        Ok(())
    }
}

impl Tail {
    /// The text in pieces, as it comes.
    pub(crate) fn pieces(self) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
        let pieces = stream::unfold(Some((self, 0)), |state| async move {
            let (mut tail, at) = state?;
            match tail.piece(at).await {
                Ok(None) => None,
                Ok(Some(piece)) => {
                    let next = at + piece.len() as u64;
                    Some((Ok(piece), Some((tail, next))))
                }
                Err(error) => Some((Err(error), None)),
            }
        });
        // Compression polls once more after the end, which `unfold` does not stand.
        pieces.fuse()
    }

    async fn piece(&mut self, at: u64) -> io::Result<Option<Bytes>> {
        let there = self.progress.wait_for(|(end, finished)| *end > at || *finished).await;
        let end = there.or(Err(io::Error::from(io::ErrorKind::UnexpectedEof)))?.0;
        let length = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
        let mut piece = vec![0; length];
        self.file.read_exact_at(&mut piece, at)?;
        Ok((length > 0).then(|| piece.into()))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt as _;

    use super::*;

    #[tokio::test]
    async fn a_reader_gets_all_that_is_written_and_the_end() {
        let mut spool = Spool::new().expect("a spool");
        let tail = spool.tail();
        let reading = tokio::spawn(tail.clone().pieces().try_collect::<Vec<_>>());
        let mut written = Vec::new();
        for n in 0..40_000 {
            let text = format!("line {n}\n");
            spool.write(text.as_bytes()).expect("written");
            written.extend_from_slice(text.as_bytes());
        }
        spool.finish().expect("finished");
        assert_eq!(reading.await.expect("a task").expect("read").concat(), written);
        let mut pieces = std::pin::pin!(tail.pieces());
        while pieces.next().await.is_some() {}
        assert!(pieces.next().await.is_none(), "asked once more after the end");
        let dropped = Spool::new().expect("a spool");
        let tail = dropped.tail();
        drop(dropped);
        assert!(tail.pieces().try_collect::<Vec<_>>().await.is_err());
    }
}
