//! Compression of long answers, off the threads that take requests up: a piece at a time, in the lane of whoever asked. Short
//! ones are compressed where they are made.

use std::io::{self, Write};

use axum::body::{Body, BodyDataStream, HttpBody as _};
use axum::extract::{Request, State as FromState};
use axum::http::header::{ACCEPT_ENCODING, ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use flate2::write::GzEncoder;
use futures_util::{StreamExt as _, stream};
use tower_http::compression::predicate::Predicate;

use crate::csv::stream::broken_off;
use crate::error::ApiError;
use crate::lanes::{Lane, in_turn};
use crate::request::ask::asker;
use crate::request::language::weighted;
use crate::shares::Asker;
use crate::state::State;

/// An answer of at most so many bytes is short: compressing it takes a millisecond.
const SHORT: u64 = 32 * 1024;

/// Whether an answer is short.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IsShort;

impl Predicate for IsShort {
    fn should_compress<B: axum::body::HttpBody>(&self, response: &axum::http::Response<B>) -> bool {
        response.body().size_hint().exact().is_some_and(|size| size <= SHORT)
    }
}

/// Compresses a long answer in the way that the client likes best.
pub(crate) async fn layer(FromState(state): FromState<State>, request: Request, next: Next) -> Response {
    let (encoder, asker) = (Encoder::preferred(request.headers()), asker(request.extensions()));
    let response = next.run(request).await;
    let size = response.body().size_hint().exact();
    let (Some((name, encoder)), true) = (encoder, size.is_none_or(|size| size > SHORT)) else { return response };
    if response.headers().contains_key(CONTENT_ENCODING) || is_of_events(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.remove(ACCEPT_RANGES);
    parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
    parts.headers.append(VARY, HeaderValue::from(ACCEPT_ENCODING));
    Response::from_parts(parts, compressed(state, asker, encoder, body))
}

/// Each event is to arrive when it comes.
fn is_of_events(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

fn compressed(state: State, asker: Asker, encoder: Encoder, body: Body) -> Body {
    let rest = Some((encoder, body.into_data_stream()));
    let pieces = stream::unfold(rest, move |rest| {
        let state = State::clone(&state);
        async move {
            let (encoder, body) = rest?;
            Some(
                piece(&state, asker, encoder, body)
                    .await
                    .map_or_else(|error| (Err(error), None), |(bytes, rest)| (Ok(bytes), rest)),
            )
        }
    });
    Body::from_stream(pieces.fuse())
}

/// What is left to be compressed.
type Rest = Option<(Encoder, BodyDataStream)>;

async fn piece(
    state: &State,
    asker: Asker,
    mut encoder: Encoder,
    mut body: BodyDataStream,
) -> io::Result<(Bytes, Rest)> {
    let Some(next) = body.next().await else { return Ok((encoder.end()?, None)) };
    let next = next.map_err(io::Error::other)?;
    let done = in_turn(state, (Lane::Lists, asker), move || encoder.push(&next).map(|bytes| (bytes, encoder))).await;
    let (bytes, encoder) = done.unwrap_or_else(|error: ApiError| Err(broken_off(error)))?;
    Ok((bytes, Some((encoder, body))))
}

/// What compresses; the fastest comes first where the client likes several alike.
enum Encoder {
    Zstd(zstd::Encoder<'static, Vec<u8>>),
    Gzip(GzEncoder<Vec<u8>>),
    Brotli(Box<brotli::CompressorWriter<Vec<u8>>>),
}

const NAMES: [&str; 3] = ["zstd", "gzip", "br"];
/// How hard brotli tries, of 11, and how far it looks back, in bits.
const EFFORT: u32 = 4;
const WINDOW: u32 = 22;

impl Encoder {
    /// The one that a client likes best of those that it names (RFC 9110 12.5.3).
    fn preferred(headers: &HeaderMap) -> Option<(&'static str, Self)> {
        let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let named: Vec<(&str, u32)> = values.flat_map(|value| value.split(',')).map(weighted).collect();
        let weight = |name: &str| named.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map_or(0, |own| own.1);
        // The last of those that are liked alike wins.
        let name = NAMES.into_iter().rev().filter(|name| weight(name) > 0).max_by_key(|name| weight(name))?;
        let room = Vec::new();
        let encoder = match name {
            "zstd" => Self::Zstd(zstd::Encoder::new(room, zstd::DEFAULT_COMPRESSION_LEVEL).ok()?),
            "br" => Self::Brotli(Box::new(brotli::CompressorWriter::new(room, 4096, EFFORT, WINDOW))),
            _ => Self::Gzip(GzEncoder::new(room, flate2::Compression::default())),
        };
        Some((name, encoder))
    }

    /// Compresses a piece; what comes of it is whole, so that the client can read so far.
    fn push(&mut self, bytes: &[u8]) -> io::Result<Bytes> {
        let writer: &mut dyn Write = match self {
            Self::Zstd(encoder) => encoder,
            Self::Gzip(encoder) => encoder,
            Self::Brotli(encoder) => encoder,
        };
        writer.write_all(bytes)?;
        writer.flush()?;
        Ok(std::mem::take(match self {
            Self::Zstd(encoder) => encoder.get_mut(),
            Self::Gzip(encoder) => encoder.get_mut(),
            Self::Brotli(encoder) => encoder.get_mut(),
        })
        .into())
    }

    /// The end of what was compressed.
    fn end(self) -> io::Result<Bytes> {
        Ok(match self {
            Self::Zstd(encoder) => encoder.finish()?,
            Self::Gzip(encoder) => encoder.finish()?,
            Self::Brotli(encoder) => encoder.into_inner(),
        }
        .into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_client_likes_best_is_taken() {
        for (accepts, taken) in [
            ("gzip, deflate, br, zstd", Some("zstd")),
            ("gzip, deflate, br", Some("gzip")),
            ("br", Some("br")),
            ("gzip;q=0.5, br;q=0.8", Some("br")),
            ("GZIP", Some("gzip")),
            ("gzip;q=0", None),
            ("identity", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(accepts))]);
            assert_eq!(Encoder::preferred(&headers).map(|(name, _)| name), taken, "{accepts}");
        }
    }
}
