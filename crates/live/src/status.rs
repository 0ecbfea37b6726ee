//! How the process stands to the database.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

/// How long the database may be silent, though it is asked four times a second, before it counts as away.
const SILENCE: TimeDelta = TimeDelta::seconds(2);

/// How the process stands to the database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// Whether the database answered when it was last asked, no more than two seconds ago.
    pub database: bool,
    /// Whether the history of the newest snapshot is lost and the graph is being loaded anew.
    pub reloading: bool,
    /// Whether the process is about to end.
    pub ending: bool,
    /// `seq` of the newest published snapshot.
    pub seq: i64,
    /// The highest `seq` that was seen in the database.
    pub head_seq: i64,
    /// When the database last answered.
    pub last_contact: Option<DateTime<Utc>>,
    /// What is wrong, in words for operators.
    pub problem: Option<String>,
}

impl Status {
    /// Whether reads are up to date as far as is known: the database answers and every commit seen is published.
    pub fn is_ready(&self) -> bool {
        self.database && !self.reloading && !self.ending && self.seq >= self.head_seq
    }
}

/// What writer and follower note for it.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    status: Mutex<Status>,
    /// Whether the follower could not reach the database when it last tried, after it had been silent.
    is_away: watch::Sender<bool>,
}

impl Status {
    fn is_silent(&self) -> bool {
        self.last_contact.is_none_or(|contact| Utc::now() - contact > SILENCE)
    }
}

impl Notes {
    pub(crate) fn read(&self) -> Status {
        let mut status = self.status.lock().map(|status| status.clone()).unwrap_or_default();
        status.database &= !status.is_silent();
        status
    }

    /// Whether the database is known to be out of reach: it has been silent, and the follower, which goes on trying, failed
    /// last.
    pub(crate) fn is_away(&self) -> bool {
        *self.is_away.borrow()
    }

    /// Waits until the database is known to be out of reach.
    pub(crate) async fn away(self: Arc<Self>) {
        if self.is_away.subscribe().wait_for(|away| *away).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    pub(crate) fn end_soon(&self) {
        if let Ok(mut status) = self.status.lock() {
            status.ending = true;
        }
    }

    /// Notes that the follower cannot reach the database, which counts when it has been silent for a while.
    pub(crate) fn out_of_reach(&self) {
        if self.status.lock().is_ok_and(|status| status.is_silent()) {
            self.is_away.send_replace(true);
        }
    }

    pub(crate) fn contact(&self, head_seq: i64) {
        self.is_away.send_if_modified(|is_away| std::mem::replace(is_away, false));
        if let Ok(mut status) = self.status.lock() {
            status.database = true;
            status.head_seq = head_seq;
            status.last_contact = Some(Utc::now());
            status.problem = None;
        }
    }

    /// Notes a problem; gives whether it is a new one.
    pub(crate) fn problem(&self, text: &str) -> bool {
        let Ok(mut status) = self.status.lock() else { return true };
        status.database = false;
        status.problem.replace(text.to_owned()).is_none_or(|before| before != text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_falls_silent_counts_as_away() {
        let notes = Notes::default();
        assert!(!notes.read().database, "before the first contact");
        notes.contact(7);
        assert!(notes.read().database);
        let falls_silent = || {
            if let Ok(mut status) = notes.status.lock() {
                status.last_contact = Some(Utc::now() - TimeDelta::seconds(3));
            }
        };
        notes.out_of_reach();
        assert!(!notes.is_away(), "one failure may be one connection");
        falls_silent();
        assert!(!notes.read().database && !notes.is_away(), "nobody has failed to reach it since");
        notes.out_of_reach();
        assert!(!notes.read().database && notes.is_away());
        notes.contact(8);
        falls_silent();
        assert!(!notes.read().database && !notes.is_away(), "nobody has failed to reach it since");
    }
}
