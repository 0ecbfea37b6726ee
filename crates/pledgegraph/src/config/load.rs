use std::path::Path;

use anyhow::{Context as _, Result, bail};
use clap::ArgMatches;
use config::{Config, Source as _, Value};

use super::layer::Layer;
use super::unknown::nearest;
use super::{SETTINGS, Settings};

/// The settings, and each one's value with its origin.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// What the program goes by.
    pub(crate) settings: Settings,
    /// The same, as given.
    pub(super) values: config::Map<String, Value>,
}

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
    let nearest = nearest(key).map(|setting| setting.key).unwrap_or_default();
    bail!("unknown key `{key}` in {}: did you mean `{}`?", path.display(), nearest)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::super::LogFormat;
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
