//! What changes with the day alone is looked at again at midnight (UTC).

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use tokio::sync::watch;

use crate::published::Published;

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// Turns the newest snapshot to each new day, until it is told to stop.
pub(crate) async fn run(published: Arc<Published>, mut stop: watch::Receiver<bool>) {
    let mut tick = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            _ = tick.tick() => {}
        }
        let today = Utc::now().date_naive();
        if published.current().day() != today {
            let published = Arc::clone(&published);
            // At a million statements it takes as long as a commit of all that ends that day.
            let _ = tokio::task::spawn_blocking(move || published.turn(today)).await;
        }
    }
}
