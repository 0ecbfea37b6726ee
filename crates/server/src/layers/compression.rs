//! Compression of long answers, off the threads that take requests up: a piece at a time, in the lane of whoever asked. Short
//! ones are compressed where they are made.

use std::io::{self, Write};

use axum::body::{Body, BodyDataStream, HttpBody as _};
use axum::extract::{Request, State as FromState};
use axum::http::header::{ACCEPT_ENCODING, ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use flate2::write::GzEncoder;
use futures_util::{StreamExt as _, stream};
use tower_http::compression::predicate::Predicate;

use crate::error::ApiError;
use crate::lanes::{Lane, in_turn};
use crate::pieces::broken_off;
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
    let (coding, asker) = (Coding::preferred(request.headers()), asker(request.extensions()));
    let mut response = next.run(request).await;
    let is_long = response.body().size_hint().exact().is_none_or(|size| size > SHORT);
    if !is_long || response.headers().contains_key(CONTENT_ENCODING) || is_of_events(response.headers()) {
        return response;
    }
    response.headers_mut().append(VARY, HeaderValue::from(ACCEPT_ENCODING));
    let Some((coding, encoder)) = coding.and_then(|coding| Some((coding, coding.encoder()?))) else { return response };
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.remove(ACCEPT_RANGES);
    parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    Response::from_parts(parts, compressed(state, asker, encoder, body))
}

/// Makes the entity tag of a compressed answer weak, long or short: a strong one is of the bytes of one coding (RFC 9110
/// 8.8.3).
pub(crate) async fn weaken_tag(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let tag =
        headers.get(ETAG).filter(|tag| headers.contains_key(CONTENT_ENCODING) && tag.as_bytes().starts_with(b"\""));
    if let Some(weak) = tag.and_then(|tag| HeaderValue::try_from(format!("W/{}", tag.to_str().ok()?)).ok()) {
        headers.insert(ETAG, weak);
    }
    response
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

/// A content coding; the fastest comes first where the client likes several alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Zstd,
    Gzip,
    Brotli,
}

impl Coding {
    const ALL: [Self; 3] = [Self::Zstd, Self::Gzip, Self::Brotli];

    fn name(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
        }
    }

    /// The one that a client likes best (RFC 9110 12.5.3); none where it likes best what is not compressed.
    fn preferred(headers: &HeaderMap) -> Option<Self> {
        let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let named: Vec<(&str, u32)> = values.flat_map(|value| value.split(',')).map(weighted).collect();
        let of = |name: &str| named.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, weight)| *weight);
        let weight = |coding: &Self| of(coding.name()).or_else(|| of("*")).unwrap_or_default();
        // The last of those that are liked alike wins.
        let best = Self::ALL.into_iter().rev().max_by_key(weight)?;
        (weight(&best) > 0 && of("identity").is_none_or(|plain| plain <= weight(&best))).then_some(best)
    }

    fn encoder(self) -> Option<Encoder> {
        let room = Vec::new();
        Some(match self {
            Self::Zstd => Encoder::Zstd(zstd::Encoder::new(room, zstd::DEFAULT_COMPRESSION_LEVEL).ok()?),
            Self::Gzip => Encoder::Gzip(GzEncoder::new(room, flate2::Compression::fast())),
            Self::Brotli => Encoder::Brotli(Box::new(brotli::CompressorWriter::new(room, 4096, EFFORT, WINDOW))),
        })
    }
}

/// How hard brotli tries, of 11, and how far it looks back, in bits: as fast as the others, and of lines of JSON it makes less
/// than with an effort of 2, at a third of the time.
const EFFORT: u32 = 0;
const WINDOW: u32 = 18;

/// What compresses.
enum Encoder {
    Zstd(zstd::Encoder<'static, Vec<u8>>),
    Gzip(GzEncoder<Vec<u8>>),
    Brotli(Box<brotli::CompressorWriter<Vec<u8>>>),
}

impl Encoder {
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
            ("*", Some("zstd")),
            ("*;q=0.5, zstd;q=0", Some("gzip")),
            ("identity, gzip;q=0.1", None),
            ("identity;q=0.5, gzip", Some("gzip")),
            ("gzip;q=0", None),
            ("identity", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(accepts))]);
            assert_eq!(Coding::preferred(&headers).map(Coding::name), taken, "{accepts}");
        }
    }

    /// What is pushed can be read before the end comes, and the whole is what was pushed.
    #[test]
    fn pieces_are_whole() {
        let pieces = ["one", "", "two two two two", "three"].map(|piece| piece.repeat(1_000));
        for coding in Coding::ALL {
            let mut encoder = coding.encoder().expect("an encoder");
            let mut sent = Vec::new();
            for piece in &pieces {
                sent.extend_from_slice(&encoder.push(piece.as_bytes()).expect("compressed"));
            }
            let begun = decoded(coding, &sent);
            sent.extend_from_slice(&encoder.end().expect("the end"));
            assert_eq!(
                (begun.as_slice(), decoded(coding, &sent)),
                (pieces.concat().as_bytes(), begun.clone()),
                "{coding:?}"
            );
        }
    }

    /// As much as can be read.
    fn decoded(coding: Coding, sent: &[u8]) -> Vec<u8> {
        let mut reader: Box<dyn io::Read> = match coding {
            Coding::Zstd => Box::new(zstd::Decoder::new(sent).expect("a decoder")),
            Coding::Gzip => Box::new(flate2::read::GzDecoder::new(sent)),
            Coding::Brotli => Box::new(brotli::Decompressor::new(sent, 4096)),
        };
        let (mut read, mut room) = (Vec::new(), [0; 512]);
        while let Ok(count @ 1..) = reader.read(&mut room) {
            read.extend_from_slice(&room[..count]);
        }
        read
    }
}
