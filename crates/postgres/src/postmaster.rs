use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::sync::{oneshot, watch};

use super::error::{Error, While};

/// The server's main process, as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Process {
    /// There was none yet.
    Absent,
    /// It runs, under this process number.
    Running(u32),
    /// It ended.
    Ended(ExitStatus),
}

impl Process {
    /// The process number while it runs.
    pub fn pid(self) -> Option<u32> {
        match self {
            Self::Running(pid) => Some(pid),
            Self::Absent | Self::Ended(_) => None,
        }
    }
}

/// The one thread that starts, awaits and buries the server's main process.
///
/// A thread of its own, since the death signal comes when the thread that forked ends, not when the process does.
#[derive(Debug)]
pub(super) struct Postmaster {
    requests: mpsc::Sender<Request>,
    shared: Arc<Shared>,
}

struct Request {
    command: Command,
    started: oneshot::Sender<io::Result<u32>>,
}

#[derive(Debug)]
struct Shared {
    process: watch::Sender<Process>,
    /// Whether nothing may be started any more. Held while a process is started, signalled or buried, so that no
    /// signal goes to a process number that has been given to somebody else.
    stopping: Mutex<bool>,
}

impl Shared {
    fn stopping(&self) -> MutexGuard<'_, bool> {
        self.stopping.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn signal(&self, signal: Signal) {
        let _held = self.stopping();
        let pid = self.process.borrow().pid().and_then(|pid| i32::try_from(pid).ok());
        if let Some(pid) = pid {
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }

    fn start(&self, command: &mut Command) -> io::Result<Child> {
        let stopping = self.stopping();
        if *stopping {
            return Err(io::Error::from(io::ErrorKind::Interrupted));
        }
        let child = command.spawn()?;
        self.process.send_replace(Process::Running(child.id()));
        Ok(child)
    }

    fn bury(&self, mut child: Child) {
        #[cfg(target_os = "linux")]
        {
            use nix::sys::wait::{Id, WaitPidFlag, waitid};
            let pid = Pid::from_raw(child.id().cast_signed());
            while waitid(Id::Pid(pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT) == Err(nix::Error::EINTR) {}
        }
        #[cfg(not(target_os = "linux"))]
        while matches!(child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _held = self.stopping();
        let status = child.wait().unwrap_or_default();
        self.process.send_replace(Process::Ended(status));
    }
}

impl Postmaster {
    pub(super) fn new() -> Result<Self, Error> {
        let (requests, receiver) = mpsc::channel::<Request>();
        let shared = Arc::new(Shared { process: watch::Sender::new(Process::Absent), stopping: Mutex::new(false) });
        let thread_shared = Arc::clone(&shared);
        let serve = move || {
            for mut request in receiver {
                let (answer, child) = match thread_shared.start(&mut request.command) {
                    Ok(child) => (Ok(child.id()), Some(child)),
                    Err(error) => (Err(error), None),
                };
                let _ = request.started.send(answer);
                if let Some(child) = child {
                    thread_shared.bury(child);
                }
            }
        };
        let thread = std::thread::Builder::new().name("postgres-parent".to_owned());
        thread.spawn(serve).doing(|| "start a thread".to_owned())?;
        Ok(Self { requests, shared })
    }

    /// Starts the server's main process, once the earlier one has ended.
    pub(super) async fn start(&self, command: Command) -> Result<u32, Error> {
        let action = format!("run {}", command.get_program().display());
        let (started, answer) = oneshot::channel();
        self.requests.send(Request { command, started }).map_err(|_closed| Error::Stopping)?;
        match answer.await {
            Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => Err(Error::Stopping),
            Ok(started) => started.doing(|| action),
            Err(_closed) => Err(Error::Stopping),
        }
    }

    /// What becomes of the process.
    pub(super) fn watch(&self) -> watch::Receiver<Process> {
        self.shared.process.subscribe()
    }

    /// Waits until the process has ended. Cancel-safe.
    pub(super) async fn ended(&self) -> ExitStatus {
        let mut watch = self.watch();
        loop {
            if let Process::Ended(status) = *watch.borrow_and_update() {
                return status;
            }
            if watch.changed().await.is_err() {
                return ExitStatus::default();
            }
        }
    }

    /// Asks the process to stop, if there is one.
    pub(super) fn interrupt(&self) {
        self.shared.signal(Signal::SIGINT);
    }

    /// Nothing is started from now on.
    pub(super) fn close(&self) {
        *self.shared.stopping() = true;
    }

    /// Stops the process: fast shutdown, after `grace` immediate shutdown, at last the kill that needs no consent.
    pub(super) async fn stop(&self, grace: Duration) {
        self.close();
        let steps = [(Signal::SIGINT, grace), (Signal::SIGQUIT, Duration::from_secs(10))];
        for (signal, patience) in steps {
            if self.watch().borrow().pid().is_none() {
                return;
            }
            self.shared.signal(signal);
            if tokio::time::timeout(patience, self.ended()).await.is_ok() {
                return;
            }
            tracing::warn!("PostgreSQL does not stop on {signal} within {patience:?}");
        }
        self.shared.signal(Signal::SIGKILL);
        self.ended().await;
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        self.close();
        self.interrupt();
    }
}
