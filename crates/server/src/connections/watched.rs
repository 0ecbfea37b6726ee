//! The socket of a connection, with an eye on what comes in.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::heads::{Fault, Heads};

/// What was seen on a connection so far, shared by its socket and its requests.
#[derive(Debug, Default)]
pub(super) struct Seen {
    fault: OnceLock<(u64, Fault)>,
    begun: AtomicBool,
}

impl Seen {
    /// The fault of a request, by its number on the connection.
    pub(super) fn fault_of(&self, request: u64) -> Option<Fault> {
        self.fault.get().filter(|(at, _)| *at == request).map(|(_, fault)| *fault)
    }

    /// Whether it is known which HTTP the client speaks.
    pub(super) fn begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }
}

/// A socket whose incoming bytes are followed.
#[derive(Debug)]
pub(super) struct Watched<S> {
    socket: S,
    heads: Heads,
    seen: Arc<Seen>,
    /// How long a head may take, and when the one that has begun must have ended.
    head: Duration,
    ends: Option<Pin<Box<Sleep>>>,
}

impl<S> Watched<S> {
    pub(super) fn new(socket: S, head: Duration) -> (Self, Arc<Seen>) {
        let seen = Arc::new(Seen::default());
        (Self { socket, heads: Heads::new(), seen: Arc::clone(&seen), head, ends: None }, seen)
    }

    /// Waits for more of a head no longer than it may take. Most come whole, and need no clock.
    fn poll_head(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.heads.is_partial() {
            self.ends = None;
            return Poll::Pending;
        }
        let ends = self.ends.get_or_insert_with(|| Box::pin(sleep(self.head)));
        ends.as_mut().poll(context).map(|()| Err(io::Error::new(io::ErrorKind::TimedOut, "the head is too slow")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            let before = buffer.filled().len();
            let Poll::Ready(came) = Pin::new(&mut this.socket).poll_read(context, buffer) else {
                return this.poll_head(context);
            };
            came?;
            let came = buffer.filled().len() - before;
            let kept = this.heads.follow(&mut buffer.filled_mut()[before..]);
            buffer.set_filled(before + kept);
            if let Some(fault) = this.heads.fault() {
                this.seen.fault.get_or_init(|| fault);
            }
            this.seen.begun.store(this.heads.begun(), Ordering::Relaxed);
            // Nothing read would mean the end.
            if kept > 0 || came == 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}
