use std::io::{self, Write};

use config::{Value, ValueKind};

use super::load::Loaded;
use super::{SETTINGS, Setting};
use crate::database::redacted;

/// Writes the effective configuration as a configuration file: each value, and after `#` where it comes from.
///
/// # Errors
/// When `out` does not take it.
pub(crate) fn show(loaded: &Loaded, out: &mut impl Write) -> io::Result<()> {
    let lines: Vec<(String, String)> = SETTINGS.iter().map(|setting| line(loaded, setting)).collect();
    let width = lines.iter().map(|(value, _)| value.chars().count()).max().unwrap_or_default();
    lines.iter().try_for_each(|(value, origin)| writeln!(out, "{value:width$}  # {origin}"))
}

fn line(loaded: &Loaded, setting: &Setting) -> (String, String) {
    let key = setting.key;
    let Some(value) = loaded.values.get(key) else {
        return (format!("# {key} is not set"), format!("{} would set it", setting.variable()));
    };
    // A comment: as a line of a file it would be wrong.
    let hidden = if setting.secret { "# " } else { "" };
    (format!("{hidden}{key} = {}", printed(setting, value)), value.origin().unwrap_or_default().to_owned())
}

fn printed(setting: &Setting, value: &Value) -> String {
    let text = match &value.kind {
        ValueKind::String(url) if setting.key == "database_url" => redacted(url),
        _ if setting.secret => "***".to_owned(),
        ValueKind::String(text) if text.parse::<u64>().is_err() && text.parse::<bool>().is_err() => text.clone(),
        number => return number.to_string(),
    };
    toml::Value::from(text).to_string()
}
