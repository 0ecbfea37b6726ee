//! The one configuration: defaults, then the file, then the environment, then the flags; the later one counts.
//!
//! A setting is declared here, once: the field of [`Settings`] that the program reads, its key in the file, its variable,
//! its flag with the help, its default and its line of `pledgegraph config` follow.

mod layer;
mod load;
mod setting;
mod show;
mod unknown;

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use self::setting::{flag, secret, settings, switch};

pub(crate) use self::load::{Loaded, load};
pub(crate) use self::setting::{FILE_VARIABLE, Flag, Group, Setting};
pub(crate) use self::show::show;
pub(crate) use self::unknown::unknown_variables;

settings! {
    /// Where to listen; port 0 picks a free one
    listen: String = flag(Group::Http, "ADDR:PORT").is("127.0.0.1:8080"),

    /// The directory of the embedded PostgreSQL, unless `DATABASE_URL` is set
    data_dir: Option<PathBuf> = flag(Group::Data, "DIR").in_data_home("data"),

    /// The directory of the demonstration's database
    demo_data_dir: Option<PathBuf> = flag(Group::Demo, "DIR").with_flag("data-dir").in_data_home("demo"),

    /// The directory of the PostgreSQL server programs
    pg_bin: Option<PathBuf> =
        flag(Group::Postgres, "DIR").told("searched for, newest first, and fetched if there are none"),

    /// The database to use instead of an embedded one
    database_url: Option<Secret> = secret().with_variable("DATABASE_URL"),

    /// The most connections to the database that are open at a time, beside two that follow its log
    database_connections: u32 = flag(Group::Postgres, "N").is("8"),

    /// Fail when the schema of the database is not up to date, in place of migrating it
    no_migrate: bool = switch(Group::Schema),

    /// The origins whose pages may write in browsers, with commas between them; those of all may read
    allowed_origins: String = flag(Group::Http, "LIST").is("*").told("*, none"),

    /// The hosts that the service answers for, with commas between them; others get 421
    hosts: Option<String> = flag(Group::Http, "LIST").told("any"),

    /// The most connections that are open at a time
    connections: usize = flag(Group::Http, "N").is("1000"),

    /// The most connections of one address, unless it is that of a proxy of yours
    connections_per_address: usize = flag(Group::Http, "N").is("100"),

    /// Your proxies in front of the service, addresses or networks with commas between them, such as 10.0.0.0/8
    ///
    /// Of a request from one of them, `Forwarded` or `X-Forwarded-For` says who asks; from anybody else they are not read.
    proxies: Option<String> = flag(Group::Http, "LIST").told("none"),

    /// How long a connection may be silent between two requests, in seconds: longer than a proxy in front keeps it
    keep_alive_seconds: u64 = flag(Group::Http, "N").is("75"),

    /// The most requests that are answered at a time; further ones get 503
    requests_in_flight: usize = flag(Group::Http, "N").is("1024"),

    /// How many reads a token, or without one an address, may ask for in a minute; 0 is without limit
    ///
    /// The address is that of the connection, unless it is one of `--proxies`: any other proxy counts as one client.
    reads_per_minute: u32 = flag(Group::Http, "N").is("60000"),

    /// How many writes a token, or without one an address, may ask for in a minute; 0 is without limit
    writes_per_minute: u32 = flag(Group::Http, "N").is("6000"),

    /// Reading needs a token with the scope `read` too
    closed_reads: bool = switch(Group::Http),

    /// The issuer whose JWTs are accepted: `iss`, exactly
    oidc_issuer: Option<String> = flag(Group::Oidc, "URL"),

    /// What must be in `aud`; needed with an issuer
    oidc_audience: Option<String> = flag(Group::Oidc, "AUDIENCE"),

    /// Where the issuer's keys are (JWKS)
    oidc_jwks_url: Option<String> = flag(Group::Oidc, "URL").told("as the issuer's discovery document says"),

    /// The claim with pledgegraph:read, pledgegraph:write or pledgegraph:admin
    oidc_scope_claim: String = flag(Group::Oidc, "NAME").is("scope"),

    /// How the issuer signs: RS256, ES256, `EdDSA`, with commas between them
    oidc_algorithms: String = flag(Group::Oidc, "LIST").is("RS256"),

    /// What seals cursors, in place of what the database has for it
    cursor_key: Option<Secret> = secret(),

    /// How many rows of the database are compared in a second with what is held in memory, so that what was changed past the
    /// log shows; 0 compares none
    recheck_rows_per_second: u32 = flag(Group::Http, "N").is("12").told("12, a million a day"),

    /// A read whose answer takes longer to begin is given up, in seconds
    request_seconds: u64 = flag(Group::Http, "N").is("10"),

    /// How long `/readyz` is 503 after the signal to stop, before no more requests are taken, in seconds
    ///
    /// Balancers that ask `/readyz` send nobody here any more when the port is closed.
    drain_seconds: u64 = flag(Group::Http, "N").is("0"),

    /// How long requests may take to finish after the signal to stop, in seconds
    shutdown_seconds: u64 = flag(Group::Http, "N").is("10"),

    /// The form of the log on standard error: human or json
    log_format: LogFormat = flag(Group::Everywhere, "FORMAT").is("human"),

    /// What is logged: a level, or a list such as `warn,pledgegraph=debug`
    log_level: String = flag(Group::Everywhere, "FILTER").is(LOG_LEVEL),
}

/// What is logged unless something else is asked for.
pub(crate) const LOG_LEVEL: &str = "info,sqlx=warn";

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// Lines for people.
    Human,
    /// One JSON object a line.
    Json,
}

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(String);

impl Secret {
    /// The text, for the one who needs it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Settings {
    /// The directory for `serve`.
    pub(crate) fn data_dir(&self) -> Result<&Path> {
        self.data_dir.as_deref().context(NO_HOME)
    }

    /// The directory for `demo`.
    pub(crate) fn demo_data_dir(&self) -> Result<&Path> {
        self.demo_data_dir.as_deref().context(NO_HOME)
    }
}

const NO_HOME: &str = "neither XDG_DATA_HOME nor HOME is set: say where the data shall lie with --data-dir DIR";
