//! The kinds of problems that an answer can report (RFC 9457).

/// Declares the kinds: `Variant = "slug", status, "title", "what it means and what to do";`.
macro_rules! problems {
    ($($variant:ident = $slug:literal, $status:literal, $title:literal, $meaning:literal;)*) => {
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

            /// The type's URI: a relative reference that the service answers itself, or one that is registered.
            pub fn uri(self) -> &'static str {
                if self == Self::QuotaExceeded {
                    return "https://iana.org/assignments/http-problem-types#quota-exceeded";
                }
                match self { $(Self::$variant => concat!("/problems/", $slug),)* }
            }

            /// The status of answers of this kind.
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
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
    BadParameter = "bad-parameter", 400, "A parameter cannot be read",
        "A query parameter has a value that it cannot have. `errors` names each one, with the values allowed and the nearest match.";
    UnknownParameter = "unknown-parameter", 400, "There is no such parameter",
        "The operation does not have a parameter of this name. Nothing is ever ignored silently; `errors` names the nearest one.";
    DuplicateParameter = "duplicate-parameter", 400, "A parameter is given twice",
        "The parameter takes one value. Where several are taken, they are separated by commas, or each is given by itself.";
    BadCursor = "bad-cursor", 400, "The cursor does not belong to this query",
        "A cursor is good only for the query that gave it, unchanged. Start again without `cursor`.";
    BadPath = "bad-path", 400, "The path is not UTF-8",
        "The path, percent-decoded, must be UTF-8.";
    NotFound = "not-found", 404, "There is nothing here",
        "No such path, entity or statement exists.";
    MethodNotAllowed = "method-not-allowed", 405, "The method is not allowed here",
        "The path exists, the method does not; `Allow` lists those that do.";
    NotAcceptable = "not-acceptable", 406, "The asked media type cannot be made",
        "Lists and records are `application/json`; the same lists are `text/csv` at the path with `.csv`, and \
        `application/x-ndjson` with `.ndjson`.";
    RequestTimeout = "request-timeout", 408, "The request took too long to arrive",
        "Send the whole request without pauses.";
    CursorExpired = "cursor-expired", 410, "The cursor's version is gone",
        "A cursor stays on the version of its first page, and the history of this service does not have that version. Start again without `cursor`.";
    ContentTooLarge = "content-too-large", 413, "The body is too large",
        "The body is over the limit.";
    UriTooLong = "uri-too-long", 414, "The address is too long",
        "An address has at most 8 KiB.";
    UnsupportedMediaType = "unsupported-media-type", 415, "The media type of the body is not read",
        "The operation does not read bodies of this media type.";
    ForbiddenCharacter = "forbidden-character", 422, "A character is not allowed",
        "NUL and other control characters are not allowed in parameters.";
    QuotaExceeded = "quota-exceeded", 429, "Too many requests",
        "Wait as `Retry-After` says. `RateLimit-Policy` has the quotas, `RateLimit` what is left of them.";
    Unauthenticated = "unauthenticated", 401, "A token is needed",
        "Send `Authorization: Bearer <token>`; `pledgegraph token create` makes one.";
    InvalidToken = "invalid-token", 401, "The token is not valid",
        "The token is malformed, unknown, expired or revoked.";
    InsufficientScope = "insufficient-scope", 403, "The token lacks the scope",
        "The token is valid and does not allow this; the detail names the scope that does.";
    TokenInUrl = "token-in-url", 400, "A token does not belong in the address",
        "Addresses are logged and shared. Send the token in the `Authorization` header, and revoke this one.";
    AmbiguousCredentials = "ambiguous-credentials", 400, "Several tokens are given",
        "Send one `Authorization` header.";
    RateLimited = "rate-limited", 429, "Too many failed attempts",
        "Too many invalid tokens came from this address. Wait as `Retry-After` says.";
    AuthUnavailable = "auth-unavailable", 503, "Tokens cannot be checked now",
        "The keys of the issuer cannot be had. Try again later.";
    BadHost = "bad-host", 400, "The host is missing or malformed",
        "Send one `Host` header that names this service.";
    Misdirected = "misdirected", 421, "The request is for another host",
        "This service does not answer for the host that the request names.";
    AmbiguousLength = "ambiguous-length", 400, "The length of the body is ambiguous",
        "Send either `Content-Length` or `Transfer-Encoding`, not both.";
    MalformedJson = "malformed-json", 400, "The body is not JSON",
        "The body is one JSON value in UTF-8 (RFC 8259) without a byte order mark and without anything after it.";
    JsonTooDeep = "json-too-deep", 400, "The body is nested too deeply",
        "JSON may be nested 32 deep.";
    DuplicateKey = "duplicate-key", 400, "A key is given twice",
        "Each key of an object may be given once.";
    BadEtag = "bad-etag", 400, "The entity tag cannot be used",
        "`If-Match` takes the `ETag` of the record as it was read, its version in quotation marks (`\"17\"`), or `*`.";
    BadIdempotencyKey = "bad-idempotency-key", 400, "The idempotency key cannot be used",
        "Send one `Idempotency-Key` of 1 to 255 visible ASCII characters.";
    BadVersionToken = "bad-version-token", 400, "The version cannot be read",
        "`Pledgegraph-At-Least` takes a version as `Pledgegraph-Version` gives it, `Pledgegraph-Max-Staleness` whole seconds.";
    InUse = "in-use", 409, "Others still name it",
        "What other records name cannot be removed; the detail counts them. Retract them first, merge it into another, or give `cascade=true` with an admin token.";
    Constraint = "constraint", 409, "A rule of the graph forbids it",
        "The write is understood and breaks a rule that concerns several records; the detail names the rule.";
    Duplicate = "duplicate", 409, "The reference is taken",
        "Another record has this reference, now or before a merge or a renaming.";
    Confusable = "confusable", 409, "The slug looks like another",
        "Another entity of this kind has a slug that looks the same.";
    InProgress = "in-progress", 409, "The same request is still running",
        "A request with this key is being done. Try again in a moment.";
    HistoryDiverged = "history-diverged", 409, "The version is of another history",
        "The version that was asked for is not in the history of this service: it was restored, or failed over and lost its last commits.";
    Moved = "moved", 308, "It has another reference now",
        "The entity was merged into another or has another slug; `Location` leads to it, for ever.";
    Gone = "gone", 410, "It is gone",
        "It was here and was removed.";
    VersionMismatch = "version-mismatch", 412, "The record was changed since",
        "The record is not at the version of `If-Match`. The `ETag` of this answer is the current one: read again, then repeat.";
    PreconditionRequired = "precondition-required", 428, "If-Match is missing",
        "Send the `ETag` of the record as you read it in `If-Match`, so that nobody's change is lost.";
    Validation = "validation", 422, "The content is not allowed",
        "The body was read, and some of it is not allowed; `errors` has each fault with its place.";
    UnknownField = "unknown-field", 422, "There is no such field",
        "The body has a field that its kind does not have. Nothing is ever ignored silently; `errors` names the nearest one.";
    ReadOnlyField = "read-only-field", 422, "The field is not yours to set",
        "The service sets this field itself. Leave it out.";
    BadDate = "bad-date", 422, "The date is not one",
        "Dates are EDTF (ISO 8601-2 levels 0 and 1) in ASCII digits, exist in the calendar, lie in the years 0001 to 9999, and end after they begin.";
    MixedScript = "mixed-script", 422, "A word mixes scripts",
        "A name may not mix Latin, Cyrillic and Greek letters in one word: it would pass for another.";
    EmptyName = "empty-name", 422, "The name is empty",
        "A name has at least one visible letter or digit.";
    BadUrl = "bad-url", 422, "The address cannot be stored",
        "An address is http or https with a valid host, has at most 2048 characters, and no user, password, space or control character.";
    DanglingReference = "dangling-reference", 422, "A reference leads to nothing",
        "The body refers to an entity or statement that does not exist. Create it first; `errors` names the nearest one.";
    IdempotencyKeyReused = "idempotency-key-reused", 422, "The key was used for another request",
        "An idempotency key belongs to one request. Use a new one.";
    QueryTooExpensive = "query-too-expensive", 422, "The question is too expensive",
        "The budget is spent; the detail says how much. Ask for less.";
    Reloading = "reloading", 503, "The graph is being loaded anew",
        "The history of the database is another than the one that this process followed: it was restored, or failed over and lost its last commits. Nothing is answered from the lost history; try again in a moment, or on another replica.";
    ReplicaBehind = "replica-behind", 503, "This replica is behind",
        "The version that was asked for has not arrived here yet. Try again.";
    TooStale = "too-stale", 503, "The answer would be too old",
        "The last contact with the database is longer ago than `Pledgegraph-Max-Staleness` allows.";
    StoreUnavailable = "store-unavailable", 503, "The database is not available",
        "Nothing was written. Try again; with the same `Idempotency-Key` it is done at most once.";
    WriteContention = "write-contention", 503, "Too many writes are waiting",
        "The right to write was not had in time. Nothing was written; try again.";
    OutcomeUnknown = "outcome-unknown", 503, "It is not known whether it was written",
        "The connection to the database was lost during COMMIT. Repeat the request with the `Idempotency-Key` of this answer: it is done at most once.";
    StoreFull = "store-full", 507, "There is no room to write",
        "Nothing was written, of an import nothing more. An operator must make room: in the database, or where the service puts temporary files (`TMPDIR`).";
    Internal = "internal", 500, "Something went wrong here",
        "A fault of the service. It is logged under the identifier in `instance`.";
    Overloaded = "overloaded", 503, "The service is overloaded",
        "Try again later.";
    NotReady = "not-ready", 503, "The service is not ready",
        "The graph is not loaded yet, or has lost touch with the database.";
    Timeout = "timeout", 504, "The answer took too long",
        "The answer was not ready in time. Ask for less.";
}

impl Problem {
    /// The kind with this slug.
    pub fn of_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|p| p.slug() == slug)
    }

    /// The kind that stands for a status which no handler of ours gave.
    pub fn of_status(status: u16) -> Self {
        Self::ALL.iter().copied().rev().find(|p| p.status() == status).unwrap_or(if (400..500).contains(&status) {
            Self::BadParameter
        } else {
            Self::Internal
        })
    }
}
