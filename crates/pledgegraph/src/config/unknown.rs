use super::SETTINGS;
use super::setting::{FILE_VARIABLE, PREFIX, Setting};

/// The setting whose key is most like this name.
pub(super) fn nearest(name: &str) -> Option<&'static Setting> {
    let folded = name.to_lowercase().replace('-', "_");
    SETTINGS.iter().max_by(|a, b| {
        let likeness = |setting: &Setting| strsim::jaro_winkler(setting.key, &folded);
        likeness(a).total_cmp(&likeness(b))
    })
}

/// Says in one line which of these variables are named like settings and are none; nothing when all is well.
pub(crate) fn unknown_variables(names: impl Iterator<Item = String>) -> Option<String> {
    let is_known = |name: &str| name == FILE_VARIABLE || SETTINGS.iter().any(|setting| setting.variable() == name);
    let mut told: Vec<String> = names
        .filter(|name| !is_known(name))
        .filter_map(|name| {
            let nearest = nearest(name.strip_prefix(PREFIX)?)?.variable();
            Some(format!("{name} (did you mean {nearest}?)"))
        })
        .collect();
    told.sort_unstable();
    (!told.is_empty()).then(|| format!("no setting has this variable: {}", told.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_are_no_settings_are_told_with_the_nearest() {
        let told = |names: &[&str]| unknown_variables(names.iter().map(ToString::to_string));
        assert_eq!(told(&["HOME", "DATABASE_URL", "PLEDGEGRAPH_CONFIG", "PLEDGEGRAPH_LOG_LEVEL"]), None);
        assert_eq!(
            told(&["PLEDGEGRAPH_LISTN", "HOME", "PLEDGEGRAPH_DATABASE_URL"]).as_deref(),
            Some(
                "no setting has this variable: PLEDGEGRAPH_DATABASE_URL (did you mean DATABASE_URL?), \
                 PLEDGEGRAPH_LISTN (did you mean PLEDGEGRAPH_LISTEN?)"
            )
        );
    }
}
