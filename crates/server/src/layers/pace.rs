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
use pledgegraph_wire::problem::Problem;
use tokio::time::{Instant, Sleep};

use crate::error::ApiError;

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

/// What came in a stretch of waiting. It has no clock: whoever waits says how long.
struct Window {
    /// How much waiting it spans.
    length: Duration,
    waited: Duration,
    /// Bytes.
    came: usize,
}

impl Window {
    fn new(length: Duration) -> Self {
        Self { length, waited: Duration::ZERO, came: 0 }
    }

    /// How much more waiting ends it.
    fn left(&self) -> Duration {
        self.length.saturating_sub(self.waited)
    }

    /// Ends it and begins the next; whether enough came.
    fn end(&mut self) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "no window brings 2^53 bytes")]
        let enough = self.came as f64 >= SLOWEST * self.length.as_secs_f64();
        *self = Self::new(self.length);
        enough
    }
}

/// A body that fails when it is too slow. Only the time in which somebody waits for it counts.
struct Paced {
    body: Body,
    window: Window,
    slow: Arc<AtomicBool>,
    /// Since when the body is waited for, and when this window is over.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Paced {
    fn new(body: Body, window: Duration, slow: Arc<AtomicBool>) -> Self {
        Self { body, window: Window::new(window), slow, waiting: None }
    }

    /// Waits for the end of the window; `Ready` if too little came in it.
    fn poll_window(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            let left = self.window.left();
            let (_, sleep) = self.waiting.get_or_insert_with(|| (Instant::now(), Box::pin(tokio::time::sleep(left))));
            ready!(sleep.as_mut().poll(context));
            if !self.window.end() {
                return Poll::Ready(());
            }
            self.waiting = None;
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
            self.window.waited += since.elapsed();
        }
        if let Some(Ok(frame)) = &frame {
            self.window.came += frame.data_ref().map_or(0, Bytes::len);
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

    /// Whether parts of a body, each waited for so many milliseconds, come fast enough for windows of 10 s.
    fn moves(parts: &[(u64, usize)]) -> bool {
        let mut window = Window::new(Duration::from_secs(10));
        parts.iter().all(|(pause, size)| {
            let mut pause = Duration::from_millis(*pause);
            while pause > window.left() {
                pause -= window.left();
                if !window.end() {
                    return false;
                }
            }
            window.waited += pause;
            window.came += size;
            true
        })
    }

    #[test]
    fn slow_bodies_end() {
        assert!(moves(&[(0, 10), (9_000, 10)]), "a small body within the time");
        assert!(!moves(&[(0, 10), (11_000, 10)]), "silence");
        assert!(!moves(&[(1_000, 100); 30]), "a trickle");
        assert!(moves(&[(1_000, 1_100); 100]), "a long body that moves");
        assert!(!moves(&[(0, 1 << 20), (9_000, 1), (9_000, 1), (9_000, 1)]), "one burst does not last");
    }

    /// Whether a body of parts, each after so many milliseconds, is read to its end by a reader that rests as long before
    /// each part, with windows of a fifth of a second.
    async fn is_read(pauses: &'static [u64], rest: u64) -> bool {
        let parts = stream::iter(pauses).then(async |pause| {
            tokio::time::sleep(Duration::from_millis(*pause)).await;
            Ok::<_, io::Error>(Bytes::from_static(b"part"))
        });
        let slow = Arc::new(AtomicBool::new(false));
        let body = Paced::new(Body::from_stream(parts), Duration::from_millis(200), Arc::clone(&slow));
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

    #[tokio::test]
    async fn slow_readers_do_not_count() {
        assert!(is_read(&[0, 0, 0], 300).await, "the reader rests");
        assert!(!is_read(&[0, 300], 0).await, "the sender rests");
    }
}
