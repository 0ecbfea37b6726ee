//! Follows the heads of HTTP/1 requests in the bytes of a connection, for two faults that hyper does not tell us of: it
//! drops `Content-Length` beside `Transfer-Encoding`, and it gives up on a long target before we see it.
//!
//! Only hyper acts on the bytes. Where this reads them otherwise than hyper does, a fault is missed or found in vain on
//! that one connection; no request is ever framed by it.

/// The longest target that reaches hyper, in bytes; longer ones are cut and answered with 414.
pub(crate) const LONGEST_TARGET: usize = 8 * 1024;

/// The longest head that is read, in bytes.
pub(crate) const LONGEST_HEAD: usize = 16 * 1024;

/// What a client that speaks HTTP/2 at once sends first (RFC 9113 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What is wrong with the head of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `Content-Length` twice, or beside `Transfer-Encoding`.
    AmbiguousLength,
    /// The target is longer than [`LONGEST_TARGET`].
    UriTooLong,
}

/// Where in a connection the next byte stands.
#[derive(Debug)]
enum Place {
    /// In the line with method and target.
    RequestLine { spaces: usize, target: usize },
    /// In a header field.
    Field,
    /// In a body, or in a chunk and its line end.
    Counted { left: u64, then: Then },
    /// In the line that says how long a chunk is.
    ChunkSize,
    /// In what follows the last chunk.
    Trailer,
    /// Nothing is looked at any more.
    Past,
}

impl Place {
    /// Before a request.
    fn start() -> Self {
        Self::RequestLine { spaces: 0, target: 0 }
    }
}

/// What follows a counted run of bytes.
#[derive(Debug, Clone, Copy)]
enum Then {
    Head,
    ChunkSize,
}

/// Follows the bytes that a client sends.
#[derive(Debug)]
pub(super) struct Heads {
    place: Place,
    line: Vec<u8>,
    length: Option<u64>,
    lengths: usize,
    chunked: bool,
    complete: u64,
    fault: Option<(u64, Fault)>,
    of_preface: usize,
    begun: bool,
    /// Whether the head of a request has begun and not ended.
    partial: bool,
}

impl Heads {
    pub(super) fn new() -> Self {
        Self {
            place: Place::start(),
            line: Vec::new(),
            length: None,
            lengths: 0,
            chunked: false,
            complete: 0,
            fault: None,
            of_preface: 0,
            begun: false,
            partial: false,
        }
    }

    /// The first fault, with the number of the request that has it, from 0. The connection ends with its answer.
    pub(super) fn fault(&self) -> Option<(u64, Fault)> {
        self.fault
    }

    /// Whether it is known which HTTP the client speaks.
    pub(super) fn begun(&self) -> bool {
        self.begun
    }

    /// Whether the head of a request has begun and not ended.
    pub(super) fn is_partial(&self) -> bool {
        self.partial
    }

    /// Looks at the bytes that came, takes out what is over the longest target, and says how many are left.
    pub(super) fn follow(&mut self, bytes: &mut [u8]) -> usize {
        self.follow_preface(bytes);
        let (mut at, mut kept) = (0, 0);
        while at < bytes.len() {
            let run = match &mut self.place {
                Place::Past => bytes.len() - at,
                Place::Counted { left, then } => {
                    let run = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len() - at);
                    *left -= run as u64;
                    if *left == 0 {
                        self.place = match then {
                            Then::Head => Place::start(),
                            Then::ChunkSize => Place::ChunkSize,
                        };
                    }
                    run
                }
                _ => {
                    if !self.take(bytes[at]) {
                        at += 1;
                        continue;
                    }
                    1
                }
            };
            if kept != at {
                bytes.copy_within(at..at + run, kept);
            }
            (at, kept) = (at + run, kept + run);
        }
        kept
    }

    fn follow_preface(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.begun {
                return;
            }
            self.begun = PREFACE[self.of_preface] != *byte || self.of_preface + 1 == PREFACE.len();
            self.of_preface += 1;
        }
    }

    /// Takes one byte outside of bodies; `false` if hyper shall not have it.
    fn take(&mut self, byte: u8) -> bool {
        if let Place::RequestLine { spaces, target } = &mut self.place {
            // Empty lines before a request are nothing.
            self.partial |= !byte.is_ascii_whitespace();
            if byte == b' ' {
                *spaces += 1;
            } else if *spaces == 1 && byte != b'\n' {
                *target += 1;
                if *target > LONGEST_TARGET {
                    self.fault.get_or_insert((self.complete, Fault::UriTooLong));
                    return false;
                }
            }
        }
        if byte != b'\n' {
            if self.line.len() < LONGEST_HEAD {
                self.line.push(byte);
            }
            return true;
        }
        if self.line.last() == Some(&b'\r') {
            self.line.pop();
        }
        let line = std::mem::take(&mut self.line);
        self.end_line(&line);
        self.line = line;
        self.line.clear();
        true
    }

    fn end_line(&mut self, line: &[u8]) {
        match self.place {
            Place::Field if line.is_empty() => self.end_head(),
            Place::Field => self.field(line),
            Place::ChunkSize => self.place = after_size(line),
            // After the last chunk; and empty lines before a request are allowed (RFC 9112 2.2).
            Place::Trailer | Place::RequestLine { .. } if line.is_empty() => self.place = Place::start(),
            Place::RequestLine { .. } if line == b"PRI * HTTP/2.0" => {
                self.partial = false;
                self.place = Place::Past;
            }
            Place::RequestLine { .. } => self.place = Place::Field,
            Place::Trailer | Place::Counted { .. } | Place::Past => {}
        }
    }

    fn field(&mut self, line: &[u8]) {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at(colon);
        if name.eq_ignore_ascii_case(b"content-length") {
            self.lengths += 1;
            let value = value.get(1..).unwrap_or_default().trim_ascii();
            self.length = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.chunked = true;
        }
    }

    fn end_head(&mut self) {
        let (length, lengths, chunked) =
            (self.length.take(), std::mem::take(&mut self.lengths), std::mem::take(&mut self.chunked));
        if lengths > 1 || (lengths == 1 && chunked) {
            self.fault.get_or_insert((self.complete, Fault::AmbiguousLength));
        }
        self.complete += 1;
        self.partial = false;
        self.place = match (self.fault, chunked, length, lengths) {
            (None, true, ..) => Place::ChunkSize,
            (None, false, Some(0), _) | (None, false, None, 0) => Place::start(),
            (None, false, Some(left), _) => Place::Counted { left, then: Then::Head },
            // The connection ends; so it does with a length that is no number.
            (Some(_), ..) | (None, false, None, _) => Place::Past,
        };
    }
}

/// What follows the line with the size of a chunk (RFC 9112 7.1). What is none is hyper's to refuse.
fn after_size(line: &[u8]) -> Place {
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let size = std::str::from_utf8(&line[..digits]).ok().and_then(|text| u64::from_str_radix(text, 16).ok());
    match size {
        None => Place::Past,
        Some(0) => Place::Trailer,
        // The chunk and the line end after it.
        Some(size) => Place::Counted { left: size.saturating_add(2), then: Then::ChunkSize },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fault in some bytes, however they are cut, and what hyper sees of them.
    fn follow(bytes: &[u8]) -> (Option<(u64, Fault)>, Vec<u8>) {
        let mut results = [1, 3, 7, 64, 1 << 20].map(|size| {
            let mut heads = Heads::new();
            let mut seen = Vec::new();
            for part in bytes.chunks(size) {
                let mut part = part.to_vec();
                let kept = heads.follow(&mut part);
                seen.extend_from_slice(&part[..kept]);
            }
            (heads.fault(), seen)
        });
        assert!(results.iter().all(|result| *result == results[0]));
        std::mem::take(&mut results[0])
    }

    #[test]
    fn lengths_that_disagree_are_found_wherever_they_stand() {
        let ambiguous = |at| Some((at, Fault::AmbiguousLength));
        for (text, expected) in [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", None),
            ("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", None),
            ("POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ambiguous(0)),
            ("POST / HTTP/1.1\r\ntransfer-encoding:chunked\r\nCONTENT-LENGTH:3\r\n\r\n", ambiguous(0)),
            ("POST / HTTP/1.1\nContent-Length: 3\nTransfer-Encoding: chunked\n\n", ambiguous(0)),
            ("POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", ambiguous(0)),
            // A body that looks like a head is none.
            (
                "POST / HTTP/1.1\r\nContent-Length: 49\r\n\r\nX: y\r\nContent-Length: 3\r\nTransfer-Encoding: x\r\n\r\nGET / HTTP/1.1\r\n\r\n",
                None,
            ),
            // The second request of a connection, after a body, after chunks with extension and trailer.
            (
                "\r\nPOST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcPUT / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                ambiguous(1),
            ),
            (
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\nContent-Le\r\n0\r\nT: v\r\n\r\nPUT / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                ambiguous(1),
            ),
            (
                "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\nA: b\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
                None,
            ),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", None),
        ] {
            let (fault, seen) = follow(text.as_bytes());
            assert_eq!(fault, expected, "{text}");
            assert_eq!(seen, text.as_bytes(), "{text}");
        }
    }

    #[test]
    fn long_targets_are_cut() {
        for (length, fault) in
            [(8191, None), (8192, None), (8193, Some((0, Fault::UriTooLong))), (200_000, Some((0, Fault::UriTooLong)))]
        {
            let target = "/".repeat(length);
            let (found, seen) = follow(format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes());
            assert_eq!(found, fault, "{length}");
            let expected = format!("GET {} HTTP/1.1\r\nHost: a\r\n\r\n", &target[..length.min(LONGEST_TARGET)]);
            assert_eq!(seen, expected.as_bytes(), "{length}");
        }
    }

    #[test]
    fn it_is_known_early_which_protocol_is_spoken() {
        for (bytes, begun) in
            [(&b""[..], false), (b"P", false), (b"PO", true), (b"G", true), (&PREFACE[..23], false), (PREFACE, true)]
        {
            let mut heads = Heads::new();
            heads.follow(&mut bytes.to_vec());
            assert_eq!(heads.begun(), begun, "{bytes:?}");
        }
    }
}
