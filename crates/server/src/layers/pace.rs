//! Ends requests whose body arrives too slowly. A body may take any time, as an import does, while it moves.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State as FromState};
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};

use crate::error::ApiError;
use crate::problem::Problem;

/// The slowest that a body may be over the whole window, in bytes a second.
const SLOWEST: f64 = 1024.0;

/// Answers 408 and ends the connection when a body brings less than 1 KiB/s over this time. What the handler made of
/// the half body is thrown away.
pub(crate) async fn layer(FromState(window): FromState<Duration>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let slow = Arc::new(AtomicBool::new(false));
    let request = request.map(|body| Body::new(Paced::new(body, window, Arc::clone(&slow))));
    let response = next.run(request).await;
    if !slow.load(Ordering::Relaxed) {
        return response;
    }
    let mut response = ApiError::of(Problem::RequestTimeout).into_response();
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// A body that fails when it is too slow. Only the time in which somebody waits for it counts.
struct Paced {
    body: Body,
    window: Duration,
    slow: Arc<AtomicBool>,
    /// Bytes that came in this window.
    came: usize,
    /// How much of this window was spent waiting.
    waited: Duration,
    /// Since when the body is waited for, and when this window is over.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Paced {
    fn new(body: Body, window: Duration, slow: Arc<AtomicBool>) -> Self {
        Self { body, window, slow, came: 0, waited: Duration::ZERO, waiting: None }
    }

    /// Waits for the end of the window; `Ready` if too little came in it.
    fn poll_window(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            let left = self.window.saturating_sub(self.waited);
            let (_, sleep) = self.waiting.get_or_insert_with(|| (Instant::now(), Box::pin(tokio::time::sleep(left))));
            ready!(sleep.as_mut().poll(context));
            #[expect(clippy::cast_precision_loss, reason = "no window brings 2^53 bytes")]
            let enough = self.came as f64 >= SLOWEST * self.window.as_secs_f64();
            if !enough {
                return Poll::Ready(());
            }
            (self.came, self.waited, self.waiting) = (0, Duration::ZERO, None);
        }
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
            ready!(self.poll_window(context));
            self.slow.store(true, Ordering::Relaxed);
            let error = io::Error::new(io::ErrorKind::TimedOut, "the body is too slow");
            return Poll::Ready(Some(Err(axum::Error::new(error))));
        };
        if let Some((since, _)) = self.waiting.take() {
            self.waited += since.elapsed();
        }
        if let Some(Ok(frame)) = &frame {
            self.came += frame.data_ref().map_or(0, Bytes::len);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt as _, stream};

    use super::*;

    /// Whether a body of parts, each after a pause, is read to its end by a reader that rests before each part.
    async fn is_read(parts: &[(u64, usize)], rest: u64) -> bool {
        let parts: Vec<_> = parts.to_vec();
        let parts = stream::iter(parts).then(async |(pause, size)| {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            Ok::<_, io::Error>(Bytes::from(vec![b' '; size]))
        });
        let slow = Arc::new(AtomicBool::new(false));
        let body = Paced::new(Body::from_stream(parts), Duration::from_secs(10), Arc::clone(&slow));
        let mut data = Body::new(body).into_data_stream();
        while let Some(part) = data.next().await {
            if part.is_err() {
                assert!(slow.load(Ordering::Relaxed));
                return false;
            }
            tokio::time::sleep(Duration::from_millis(rest)).await;
        }
        true
    }

    #[tokio::test(start_paused = true)]
    async fn slow_bodies_end_and_slow_readers_do_not_count() {
        assert!(is_read(&[(0, 10), (9_000, 10)], 0).await, "a small body within the time");
        assert!(!is_read(&[(0, 10), (11_000, 10)], 0).await, "silence");
        assert!(!is_read(&[(1_000, 100); 30], 0).await, "a trickle");
        assert!(is_read(&[(1_000, 1_100); 100], 0).await, "a long body that moves");
        assert!(!is_read(&[(0, 1 << 20), (9_000, 1), (9_000, 1), (9_000, 1)], 0).await, "one burst does not last");
        assert!(is_read(&[(1_000, 10); 5], 60_000).await, "the reader rests");
    }
}
