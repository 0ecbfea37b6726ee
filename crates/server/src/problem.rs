//! The kinds of problems that an answer can report (RFC 9457).

use axum::http::StatusCode;

/// Declares the kinds: `Variant = "slug", status, "title", "what it means and what to do";`.
macro_rules! problems {
    ($($variant:ident = $slug:literal, $status:ident, $title:literal, $meaning:literal;)*) => {
        /// The kind of a problem; its URI never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Problem {
            $(#[doc = $meaning] $variant,)*
        }

        impl Problem {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The last part of the type's URI.
            pub fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug,)* }
            }

            /// The type's URI: a relative reference that the service answers itself.
            pub fn uri(self) -> &'static str {
                match self { $(Self::$variant => concat!("/problems/", $slug),)* }
            }

            /// The status of answers of this kind.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }

            /// One line, the same for every occurrence.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What it means and what to do.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

problems! {
    BadParameter = "bad-parameter", BAD_REQUEST, "A parameter cannot be read",
        "A query parameter has a value that it cannot have. `errors` names each one, with the values allowed and the nearest match.";
    UnknownParameter = "unknown-parameter", BAD_REQUEST, "There is no such parameter",
        "The operation does not have a parameter of this name. Nothing is ever ignored silently; `errors` names the nearest one.";
    DuplicateParameter = "duplicate-parameter", BAD_REQUEST, "A parameter is given twice",
        "Give each parameter once; separate several values by commas.";
    BadCursor = "bad-cursor", BAD_REQUEST, "The cursor does not belong to this query",
        "A cursor is good only for the query that gave it, unchanged. Start again without `cursor`.";
    BadPath = "bad-path", BAD_REQUEST, "The path is not UTF-8",
        "The path, percent-decoded, must be UTF-8.";
    NotFound = "not-found", NOT_FOUND, "There is nothing here",
        "No such path, entity or statement exists.";
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "The method is not allowed here",
        "The path exists, the method does not; `Allow` lists those that do.";
    NotAcceptable = "not-acceptable", NOT_ACCEPTABLE, "The asked media type cannot be made",
        "Lists and records are `application/json`; the same lists are `text/csv` at the path with `.csv`.";
    RequestTimeout = "request-timeout", REQUEST_TIMEOUT, "The request took too long to arrive",
        "Send the whole request without pauses.";
    CursorExpired = "cursor-expired", GONE, "The cursor's version is no longer kept",
        "A cursor stays on the version of its first page while that version is kept. Start again without `cursor`.";
    ContentTooLarge = "content-too-large", PAYLOAD_TOO_LARGE, "The body is too large",
        "The body is over the limit.";
    UriTooLong = "uri-too-long", URI_TOO_LONG, "The address is too long",
        "An address has at most 8 KiB.";
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "The media type of the body is not read",
        "The operation does not read bodies of this media type.";
    ForbiddenCharacter = "forbidden-character", UNPROCESSABLE_ENTITY, "A character is not allowed",
        "NUL and other control characters are not allowed in parameters.";
    TooManyRequests = "too-many-requests", TOO_MANY_REQUESTS, "Too many requests",
        "Wait as `Retry-After` says.";
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong here",
        "A fault of the service. It is logged under the identifier in `instance`.";
    Overloaded = "overloaded", SERVICE_UNAVAILABLE, "The service is overloaded",
        "Try again later.";
    NotReady = "not-ready", SERVICE_UNAVAILABLE, "The service is not ready",
        "The graph is not loaded yet, or has lost touch with the database.";
    Timeout = "timeout", GATEWAY_TIMEOUT, "The answer took too long",
        "The answer was not ready in time. Ask for less.";
}

impl Problem {
    /// The kind with this slug.
    pub fn of_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|p| p.slug() == slug)
    }

    /// The kind that stands for a status which no handler of ours gave.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        Self::ALL.iter().copied().rev().find(|p| p.status() == status).unwrap_or(if status.is_client_error() {
            Self::BadParameter
        } else {
            Self::Internal
        })
    }
}
