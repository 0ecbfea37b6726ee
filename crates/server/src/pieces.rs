//! Bodies that are made while they are sent, a piece at a time, so that one of any length needs the memory of a piece.

use std::io;

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};

use crate::error::ApiError;

/// A piece, and where the next one goes on; `None` = it was the last.
pub(crate) type Piece<S> = (Bytes, Option<S>);

/// A body that begins with `first` and goes on from `start`.
pub(crate) fn body<S, F>(first: Option<Bytes>, start: Option<S>, mut next: impl FnMut(S) -> F + Send + 'static) -> Body
where
    S: Send + 'static,
    F: Future<Output = Result<Piece<S>, ApiError>> + Send + 'static,
{
    let pieces = stream::unfold(start, move |place| {
        let piece = place.map(&mut next);
        async move {
            let piece = piece?.await;
            Some(piece.map_or_else(|error| (Err(broken_off(error)), None), |(bytes, place)| (Ok(bytes), place)))
        }
    });
    // Whoever sends it may poll once more after the end, which `unfold` does not stand.
    Body::from_stream(stream::iter(first.map(Ok)).chain(pieces).fuse())
}

/// Ends a body that has begun, so that the client does not take it for whole.
pub(crate) fn broken_off(error: ApiError) -> io::Error {
    io::Error::other(error.told().to_string())
}
