//! The file of an import on its way into the body of a request.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result};
use axum::body::Body;
use futures_util::stream;
use tokio::sync::mpsc::{self, Sender};
use tokio::task::JoinHandle;

use super::mapping::Mapping;

/// How much is read at once, in bytes.
const PIECE: usize = 256 * 1024;

/// Pieces on their way; an error ends the request without an end of the body.
type Pieces = Sender<Result<Vec<u8>, io::Error>>;

/// An open file.
pub(crate) struct Feed {
    source: Counted,
    size: Option<u64>,
    mapping: Option<Mapping>,
    name: String,
}

/// Counts what is read.
struct Counted {
    source: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(buffer)?;
        self.read.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

impl Feed {
    /// Opens a file, `-` for standard input, with what its columns mean if it is CSV.
    ///
    /// # Errors
    /// When it or its mapping cannot be read.
    pub(crate) fn open(file: &Path, mapping: Option<&Path>) -> Result<Self> {
        let name = file.display().to_string();
        let mapping = mapping.map(Mapping::read).transpose()?;
        let (source, size): (Box<dyn Read + Send>, _) = if file == Path::new("-") {
            (Box::new(io::stdin()), None)
        } else {
            let file = File::open(file).with_context(|| format!("cannot read {name}"))?;
            let size = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len());
            (Box::new(file), size)
        };
        Ok(Self { source: Counted { source, read: Arc::default() }, size, mapping, name })
    }

    /// How many bytes there are, where that is known.
    pub(crate) fn size(&self) -> Option<u64> {
        self.size
    }

    /// How many bytes were read so far.
    pub(crate) fn read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.source.read)
    }

    /// The lines as a body, and the task that reads the file, which knows why when the body breaks off.
    pub(crate) fn start(self) -> (Body, JoinHandle<Result<()>>) {
        let (pieces, waiting) = mpsc::channel(4);
        let task = tokio::task::spawn_blocking(move || {
            let name = self.name.clone();
            let fed = self.feed(&pieces).with_context(|| format!("cannot read {name}"));
            if fed.is_err() {
                let _ = pieces.blocking_send(Err(io::ErrorKind::InvalidData.into()));
            }
            fed
        });
        let body = stream::unfold(waiting, |mut waiting| async move { Some((waiting.recv().await?, waiting)) });
        (Body::from_stream(body), task)
    }

    fn feed(mut self, pieces: &Pieces) -> Result<()> {
        if let Some(mapping) = &self.mapping {
            return mapping.each_line(self.source, |line| send(pieces, line));
        }
        loop {
            let mut piece = Vec::with_capacity(PIECE);
            let length = self.source.by_ref().take(PIECE as u64).read_to_end(&mut piece)?;
            if length == 0 || !send(pieces, piece) {
                return Ok(());
            }
        }
    }
}

/// Whether somebody still wants the rest.
fn send(pieces: &Pieces, piece: Vec<u8>) -> bool {
    pieces.blocking_send(Ok(piece)).is_ok()
}
