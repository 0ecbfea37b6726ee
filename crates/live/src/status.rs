//! How the process stands to the database.

use std::sync::Mutex;

use chrono::{DateTime, Utc};

/// How the process stands to the database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// Whether the database answered when it was last asked.
    pub database: bool,
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
        self.database && self.seq >= self.head_seq
    }
}

/// What writer and follower note for it.
#[derive(Debug, Default)]
pub(crate) struct Notes(Mutex<Status>);

impl Notes {
    pub(crate) fn read(&self) -> Status {
        self.0.lock().map(|status| status.clone()).unwrap_or_default()
    }

    pub(crate) fn contact(&self, head_seq: i64) {
        if let Ok(mut status) = self.0.lock() {
            status.database = true;
            status.head_seq = head_seq;
            status.last_contact = Some(Utc::now());
            status.problem = None;
        }
    }

    /// Notes a problem; gives whether it is a new one.
    pub(crate) fn problem(&self, text: &str) -> bool {
        let Ok(mut status) = self.0.lock() else { return true };
        status.database = false;
        status.problem.replace(text.to_owned()).is_none_or(|before| before != text)
    }
}
