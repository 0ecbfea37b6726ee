//! How far an import is: a bar on a terminal, else a line now and then.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How often a line is written where there is no terminal.
const PAUSE: Duration = Duration::from_secs(10);
/// After how many lines of the report the bar moves.
const STEP: u64 = 100;

/// Shows how far it is.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    read: Arc<AtomicU64>,
    said: Instant,
    lines: u64,
    written: u64,
    failed: u64,
}

impl Progress {
    /// Of a file of so many bytes, of which `read` counts those that were read.
    pub(crate) fn new(size: Option<u64>, read: Arc<AtomicU64>) -> Self {
        let bar = io::stderr().is_terminal().then(|| match size {
            Some(size) => ProgressBar::new(size).with_style(style("{bar:32} {percent:>3} %  {msg}  {eta} left")),
            None => ProgressBar::new_spinner().with_style(style("{spinner} {bytes} read  {msg}")),
        });
        Self { bar, read, said: Instant::now(), lines: 0, written: 0, failed: 0 }
    }

    /// Counts a line of the report.
    pub(crate) fn line(&mut self, status: &str) {
        self.lines += 1;
        match status {
            "created" | "replaced" => self.written += 1,
            "failed" => self.failed += 1,
            _ => {}
        }
        match &self.bar {
            Some(bar) if self.lines.is_multiple_of(STEP) => {
                bar.set_position(self.read.load(Ordering::Relaxed));
                bar.set_message(self.counts());
            }
            None if self.said.elapsed() >= PAUSE => {
                self.said = Instant::now();
                self.say(&self.counts());
            }
            _ => {}
        }
    }

    fn counts(&self) -> String {
        format!("{} lines: {} written, {} failed", self.lines, self.written, self.failed)
    }

    /// Says something without disturbing the bar. Nobody has to read it.
    pub(crate) fn say(&self, text: &str) {
        let write = || {
            let _ = writeln!(io::stderr().lock(), "{text}");
        };
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
