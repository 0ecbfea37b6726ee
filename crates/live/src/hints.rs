//! When the follower looks at the log before its time comes.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use tokio::sync::Notify;

/// Hints that there is something in the log. The database announces each commit to all processes, also to the one that made
/// it, and that one publishes it by itself: reading it back would cost as much again. So while the own writer is at work a
/// hint waits. When the writer has published up to 12 and 12 was announced, there is nothing to read; was it 13, somebody
/// else wrote, and the follower looks.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    look: Notify,
    writing: AtomicBool,
    announced: AtomicI64,
}

impl Hints {
    /// Somebody announced the commit `seq`; the newest snapshot here holds `held`.
    pub(crate) fn announced(&self, seq: i64, held: i64) {
        self.announced.store(seq, Ordering::SeqCst);
        if held < seq && !self.writing.load(Ordering::SeqCst) {
            self.look.notify_one();
        }
    }

    /// The own writer begins a batch.
    pub(crate) fn begin_writing(&self) {
        self.writing.store(true, Ordering::SeqCst);
    }

    /// The own writer is done; the newest snapshot here holds `held`.
    pub(crate) fn end_writing(&self, held: i64) {
        self.writing.store(false, Ordering::SeqCst);
        if held < self.announced.load(Ordering::SeqCst) {
            self.look.notify_one();
        }
    }

    /// Asks for a look at once.
    pub(crate) fn look_now(&self) {
        self.look.notify_one();
    }

    /// Waits for a hint.
    pub(crate) async fn hinted(&self) {
        self.look.notified().await;
    }
}
