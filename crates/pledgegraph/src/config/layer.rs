use std::fs;
use std::path::Path;

use anyhow::Context as _;
use clap::ArgMatches;
use clap::parser::ValueSource;
use config::{ConfigError, File, FileFormat, Map, Source, Value};

use super::SETTINGS;
use super::setting::{Default, Setting};

/// Values by key, each with its origin.
#[derive(Debug, Clone)]
pub(super) struct Layer(Map<String, Value>);

impl Layer {
    /// What holds when nobody says anything.
    pub(super) fn defaults() -> Self {
        Self::of(|setting| {
            let value = match setting.default {
                Default::Unset => return None,
                Default::Is(value) => value.to_owned(),
                Default::DataHome(name) => data_home(name)?,
            };
            Some((value, "default".to_owned()))
        })
    }

    /// The keys of a TOML file.
    pub(super) fn file(path: &Path) -> anyhow::Result<Self> {
        let origin = path.display().to_string();
        let text = fs::read_to_string(path).with_context(|| format!("cannot read the configuration file {origin}"))?;
        let values = File::from_str(&text, FileFormat::Toml).collect().map_err(|error| one_line(&error));
        let values = values.with_context(|| format!("cannot read the configuration file {origin}"))?;
        Ok(Self(values.into_iter().map(|(key, value)| (key, Value::new(Some(&origin), value.kind))).collect()))
    }

    /// The flags, and the environment where there is no flag. An empty variable is one that is not set.
    pub(super) fn given(matches: &ArgMatches, environment: &dyn Fn(&str) -> Option<String>) -> Self {
        Self::of(|setting| {
            if let Ok(Some(value)) = matches.try_get_one::<String>(setting.key)
                && matches.value_source(setting.key) == Some(ValueSource::CommandLine)
            {
                return Some((value.clone(), format!("flag --{}", setting.flag_name())));
            }
            let variable = setting.variable();
            let value = environment(&variable).filter(|value| !value.is_empty())?;
            Some((value, format!("environment {variable}")))
        })
    }

    fn of(value: impl Fn(&Setting) -> Option<(String, String)>) -> Self {
        let of = |setting: &Setting| {
            let (value, origin) = value(setting)?;
            Some((setting.key.to_owned(), Value::new(Some(&origin), value)))
        };
        Self(SETTINGS.iter().filter_map(of).collect())
    }

    /// The keys that it has.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        Ok(self.0.clone())
    }
}

/// The parser draws the place over several lines.
fn one_line(error: &ConfigError) -> anyhow::Error {
    let text = error.to_string();
    let drawn = |line: &&str| line.contains(" | ") || line.trim_end().ends_with('|');
    let said: Vec<&str> = text.lines().filter(|line| !drawn(line)).map(str::trim).collect();
    anyhow::Error::msg(said.join(": "))
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
