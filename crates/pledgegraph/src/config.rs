//! The one configuration: defaults, then the file, then the environment, then the flags; the later one counts.

mod layer;
mod show;

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::ArgMatches;
use config::{Config, Source as _, Value};
use serde::Deserialize;

use self::layer::Layer;

pub(crate) use self::show::show;

/// One setting: its key in the file is also the name of its command-line argument in `cli.rs`.
pub(crate) struct Setting {
    /// The key in the file.
    pub(crate) key: &'static str,
    /// The environment variable.
    pub(crate) env: &'static str,
    /// The flag, if there is one.
    pub(crate) flag: Option<&'static str>,
    /// Whether it may not be shown.
    secret: bool,
    /// What it is when nobody says anything.
    default: Default,
}

/// What a setting is when nobody says anything.
enum Default {
    /// Nothing.
    Unset,
    /// This text, read as if it were given.
    Is(&'static str),
    /// A directory of this name where the user's data lies; nothing when there is no such place.
    DataHome(&'static str),
}

/// All settings, in the order in which they are shown.
pub(crate) const SETTINGS: [Setting; 29] = [
    Setting {
        key: "listen",
        env: "PLEDGEGRAPH_LISTEN",
        flag: Some("--listen"),
        secret: false,
        default: Default::Is("127.0.0.1:8080"),
    },
    Setting {
        key: "data_dir",
        env: "PLEDGEGRAPH_DATA_DIR",
        flag: Some("--data-dir"),
        secret: false,
        default: Default::DataHome("data"),
    },
    Setting {
        key: "demo_data_dir",
        env: "PLEDGEGRAPH_DEMO_DATA_DIR",
        flag: Some("--data-dir"),
        secret: false,
        default: Default::DataHome("demo"),
    },
    Setting {
        key: "pg_bin",
        env: "PLEDGEGRAPH_PG_BIN",
        flag: Some("--pg-bin"),
        secret: false,
        default: Default::Unset,
    },
    Setting { key: "database_url", env: "DATABASE_URL", flag: None, secret: true, default: Default::Unset },
    Setting {
        key: "database_connections",
        env: "PLEDGEGRAPH_DATABASE_CONNECTIONS",
        flag: Some("--database-connections"),
        secret: false,
        default: Default::Is("8"),
    },
    Setting {
        key: "recheck_rows_per_second",
        env: "PLEDGEGRAPH_RECHECK_ROWS_PER_SECOND",
        flag: Some("--recheck-rows-per-second"),
        secret: false,
        default: Default::Is("12"),
    },
    Setting {
        key: "no_migrate",
        env: "PLEDGEGRAPH_NO_MIGRATE",
        flag: Some("--no-migrate"),
        secret: false,
        default: Default::Is("false"),
    },
    Setting {
        key: "allowed_origins",
        env: "PLEDGEGRAPH_ALLOWED_ORIGINS",
        flag: Some("--allowed-origins"),
        secret: false,
        default: Default::Is("*"),
    },
    Setting { key: "hosts", env: "PLEDGEGRAPH_HOSTS", flag: Some("--hosts"), secret: false, default: Default::Unset },
    Setting {
        key: "connections",
        env: "PLEDGEGRAPH_CONNECTIONS",
        flag: Some("--connections"),
        secret: false,
        default: Default::Is("1000"),
    },
    Setting {
        key: "connections_per_address",
        env: "PLEDGEGRAPH_CONNECTIONS_PER_ADDRESS",
        flag: Some("--connections-per-address"),
        secret: false,
        default: Default::Is("100"),
    },
    Setting {
        key: "proxies",
        env: "PLEDGEGRAPH_PROXIES",
        flag: Some("--proxies"),
        secret: false,
        default: Default::Unset,
    },
    Setting {
        key: "keep_alive_seconds",
        env: "PLEDGEGRAPH_KEEP_ALIVE_SECONDS",
        flag: Some("--keep-alive-seconds"),
        secret: false,
        default: Default::Is("75"),
    },
    Setting {
        key: "requests_in_flight",
        env: "PLEDGEGRAPH_REQUESTS_IN_FLIGHT",
        flag: Some("--requests-in-flight"),
        secret: false,
        default: Default::Is("1024"),
    },
    Setting {
        key: "reads_per_minute",
        env: "PLEDGEGRAPH_READS_PER_MINUTE",
        flag: Some("--reads-per-minute"),
        secret: false,
        default: Default::Is("60000"),
    },
    Setting {
        key: "writes_per_minute",
        env: "PLEDGEGRAPH_WRITES_PER_MINUTE",
        flag: Some("--writes-per-minute"),
        secret: false,
        default: Default::Is("6000"),
    },
    Setting {
        key: "closed_reads",
        env: "PLEDGEGRAPH_CLOSED_READS",
        flag: Some("--closed-reads"),
        secret: false,
        default: Default::Is("false"),
    },
    Setting {
        key: "oidc_issuer",
        env: "PLEDGEGRAPH_OIDC_ISSUER",
        flag: Some("--oidc-issuer"),
        secret: false,
        default: Default::Unset,
    },
    Setting {
        key: "oidc_audience",
        env: "PLEDGEGRAPH_OIDC_AUDIENCE",
        flag: Some("--oidc-audience"),
        secret: false,
        default: Default::Unset,
    },
    Setting {
        key: "oidc_jwks_url",
        env: "PLEDGEGRAPH_OIDC_JWKS_URL",
        flag: Some("--oidc-jwks-url"),
        secret: false,
        default: Default::Unset,
    },
    Setting {
        key: "oidc_scope_claim",
        env: "PLEDGEGRAPH_OIDC_SCOPE_CLAIM",
        flag: Some("--oidc-scope-claim"),
        secret: false,
        default: Default::Is("scope"),
    },
    Setting {
        key: "oidc_algorithms",
        env: "PLEDGEGRAPH_OIDC_ALGORITHMS",
        flag: Some("--oidc-algorithms"),
        secret: false,
        default: Default::Is("RS256"),
    },
    Setting { key: "cursor_key", env: "PLEDGEGRAPH_CURSOR_KEY", flag: None, secret: true, default: Default::Unset },
    Setting {
        key: "request_seconds",
        env: "PLEDGEGRAPH_REQUEST_SECONDS",
        flag: Some("--request-seconds"),
        secret: false,
        default: Default::Is("10"),
    },
    Setting {
        key: "drain_seconds",
        env: "PLEDGEGRAPH_DRAIN_SECONDS",
        flag: Some("--drain-seconds"),
        secret: false,
        default: Default::Is("0"),
    },
    Setting {
        key: "shutdown_seconds",
        env: "PLEDGEGRAPH_SHUTDOWN_SECONDS",
        flag: Some("--shutdown-seconds"),
        secret: false,
        default: Default::Is("10"),
    },
    Setting {
        key: "log_format",
        env: "PLEDGEGRAPH_LOG_FORMAT",
        flag: Some("--log-format"),
        secret: false,
        default: Default::Is("human"),
    },
    Setting {
        key: "log_level",
        env: "PLEDGEGRAPH_LOG_LEVEL",
        flag: Some("--log-level"),
        secret: false,
        default: Default::Is(LOG_LEVEL),
    },
];

/// What is logged unless something else is asked for.
pub(crate) const LOG_LEVEL: &str = "info,sqlx=warn";

/// The effective configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Settings {
    /// Where to listen, `ADDR:PORT`; port 0 picks a free one.
    pub(crate) listen: String,
    /// The directory of the embedded PostgreSQL of `serve` and `verify`.
    data_dir: Option<PathBuf>,
    /// The directory of the embedded PostgreSQL of `demo`.
    demo_data_dir: Option<PathBuf>,
    /// The directory of the PostgreSQL server programs.
    pub(crate) pg_bin: Option<PathBuf>,
    /// The database to use instead of an embedded one.
    pub(crate) database_url: Option<Secret>,
    /// The most connections to the database that are open at a time, beside two that follow its log.
    pub(crate) database_connections: u32,
    /// How many rows of the database are compared with what is held in memory in a second; 0 is none.
    pub(crate) recheck_rows_per_second: u32,
    /// Whether the schema must be up to date already.
    pub(crate) no_migrate: bool,
    /// From which origins browsers may read: `*`, or a list with commas.
    pub(crate) allowed_origins: String,
    /// The hosts that the service answers for, with commas; any when it is not set.
    pub(crate) hosts: Option<String>,
    /// The most connections that are open at a time.
    pub(crate) connections: usize,
    /// The most connections of one address.
    pub(crate) connections_per_address: usize,
    /// The addresses and networks of the proxies in front, with commas; none when it is not set.
    pub(crate) proxies: Option<String>,
    /// How long a connection may be silent between two requests, in seconds.
    pub(crate) keep_alive_seconds: u64,
    /// The most requests that are answered at a time.
    pub(crate) requests_in_flight: usize,
    /// How many reads a token or an address may ask for in a minute; 0 is without limit.
    pub(crate) reads_per_minute: u32,
    /// How many writes a token or an address may ask for in a minute; 0 is without limit.
    pub(crate) writes_per_minute: u32,
    /// Whether reading needs a token too.
    pub(crate) closed_reads: bool,
    /// JWTs of this issuer are accepted beside tokens.
    pub(crate) oidc_issuer: Option<String>,
    /// What must be in `aud` of a JWT.
    pub(crate) oidc_audience: Option<String>,
    /// Where the keys of the issuer are, in place of discovery.
    pub(crate) oidc_jwks_url: Option<String>,
    /// The claim with the scopes.
    pub(crate) oidc_scope_claim: String,
    /// How the issuer signs: a list with commas.
    pub(crate) oidc_algorithms: String,
    /// What seals cursors, in place of what the database has for it.
    pub(crate) cursor_key: Option<Secret>,
    /// How long an answer may take, in seconds.
    pub(crate) request_seconds: u64,
    /// How long the service says that it is not ready, after the signal to stop, before it takes no new requests, in seconds.
    pub(crate) drain_seconds: u64,
    /// How long requests may take to finish after the signal to stop, in seconds.
    pub(crate) shutdown_seconds: u64,
    /// The form of the log.
    pub(crate) log_format: LogFormat,
    /// What is logged: a level, or `target=level` pairs.
    pub(crate) log_level: String,
}

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

/// The settings, and each one's value with its origin.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// What the program goes by.
    pub(crate) settings: Settings,
    /// The same, as given.
    values: config::Map<String, Value>,
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

/// Puts the configuration together from the parsed command line, the environment and the file that they name.
///
/// # Errors
/// A file that cannot be read, a key that does not exist, a value that is not allowed; each names its place.
pub(crate) fn load(
    file: Option<&Path>,
    matches: &ArgMatches,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Loaded> {
    let mut builder = Config::builder().add_source(Layer::defaults());
    if let Some(path) = file {
        let layer = Layer::file(path)?;
        layer.keys().try_for_each(|key| known(key, path))?;
        builder = builder.add_source(layer);
    }
    let built = builder.add_source(Layer::given(matches, environment)).build().context(UNUSABLE)?;
    let values = built.collect().context(UNUSABLE)?;
    let settings: Settings = built.try_deserialize().context(UNUSABLE)?;
    if settings.database_connections < MINIMUM_CONNECTIONS {
        bail!("database_connections must be at least {MINIMUM_CONNECTIONS}");
    }
    Ok(Loaded { settings, values })
}

const UNUSABLE: &str = "the configuration cannot be used";

/// The load reads over three at once, beside the writer and the listener.
const MINIMUM_CONNECTIONS: u32 = 5;

fn known(key: &str, path: &Path) -> Result<()> {
    if SETTINGS.iter().any(|setting| setting.key == key) {
        return Ok(());
    }
    let folded = key.to_lowercase().replace('-', "_");
    let nearest = SETTINGS.iter().map(|setting| setting.key).max_by(|a, b| {
        let likeness = |name: &str| strsim::jaro_winkler(name, &folded);
        likeness(a).total_cmp(&likeness(b))
    });
    bail!("unknown key `{key}` in {}: did you mean `{}`?", path.display(), nearest.unwrap_or_default())
}

/// Where data lies: `/var/lib` for root, whose home nobody else may enter, else the user's own place.
fn data_home(name: &str) -> Option<String> {
    let absolute = |variable: &str| std::env::var(variable).ok().filter(|value| value.starts_with('/'));
    let base = if nix::unistd::Uid::effective().is_root() {
        "/var/lib".to_owned()
    } else {
        absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| format!("{home}/.local/share")))?
    };
    Some(format!("{base}/pledgegraph/{name}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn load_text(text: &str) -> Result<Loaded, String> {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        let path = file.path().display().to_string();
        load(Some(file.path()), &ArgMatches::default(), &|_| None)
            .map_err(|error| format!("{error:#}").replace(&path, "FILE"))
    }

    #[test]
    fn the_file_overrides_the_defaults() {
        let loaded = load_text("listen = \"0.0.0.0:1\"\ndatabase_connections = 6").expect("valid");
        assert_eq!((loaded.settings.listen.as_str(), loaded.settings.database_connections), ("0.0.0.0:1", 6));
        assert_eq!(loaded.settings.log_format, LogFormat::Human);
    }

    #[test]
    fn errors_name_their_place_in_one_line() {
        for (text, expected) in [
            ("lisen = \"x\"", "unknown key `lisen` in FILE: did you mean `listen`?"),
            ("data-dir = \"x\"", "unknown key `data-dir` in FILE: did you mean `data_dir`?"),
            (
                "log_format = \"xml\"",
                "the configuration cannot be used: enum LogFormat does not have variant constructor xml for key `log_format`",
            ),
            (
                "database_connections = \"many\"",
                "the configuration cannot be used: invalid type: string \"many\", expected an integer for key `database_connections` in FILE",
            ),
            ("database_connections = 1", "database_connections must be at least 5"),
            (
                "listen = ",
                "cannot read the configuration file FILE: TOML parse error at line 1, column 10: string values must be quoted, expected literal string",
            ),
        ] {
            let error = load_text(text).expect_err(text);
            assert_eq!(error, expected);
        }
        let missing = load(Some(Path::new("/nowhere/x.toml")), &ArgMatches::default(), &|_| None).expect_err("no file");
        assert!(format!("{missing:#}").contains("/nowhere/x.toml"), "{missing:#}");
    }

    #[test]
    fn secrets_are_not_printed() {
        let loaded = load_text("database_url = \"postgres://u:hunter2@h/d\"").expect("valid");
        assert!(!format!("{:?}", loaded.settings).contains("hunter2"));
        assert_eq!(loaded.settings.database_url.expect("a secret").reveal(), "postgres://u:hunter2@h/d");
    }
}
