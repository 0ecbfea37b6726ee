//! What a setting is. Its names follow from its key: `--some-key`, `PLEDGEGRAPH_SOME_KEY`, `some_key` in the file.

/// The variable that names the file, which is no setting.
pub(crate) const FILE_VARIABLE: &str = "PLEDGEGRAPH_CONFIG";

/// How variables begin.
pub(super) const PREFIX: &str = "PLEDGEGRAPH_";

/// One setting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    /// The key in the file.
    pub(crate) key: &'static str,
    /// The flag, if there is one.
    pub(crate) flag: Option<Flag>,
    /// The name of the flag, where it does not follow from the key.
    flag_name: Option<&'static str>,
    /// The variable, where it does not follow from the key.
    variable: Option<&'static str>,
    /// What it is, by lines; what comes after an empty one is only in the long help.
    help: &'static [&'static str],
    /// Whether it may not be shown.
    pub(super) secret: bool,
    /// What it is when nobody says anything.
    pub(super) default: Default,
    /// The default in words, where it is not told as it is.
    told: Option<&'static str>,
}

/// How a setting is given on the command line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flag {
    /// Which commands have it.
    pub(crate) group: Group,
    /// What the help calls the value.
    pub(crate) value: &'static str,
    /// Whether the flag alone says `true`.
    pub(crate) is_switch: bool,
}

/// Flags that commands have together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// Of every command.
    Everywhere,
    /// Where the database of `demo` lies.
    Demo,
    /// Where the database of the others lies.
    Data,
    /// How a database is run and used.
    Postgres,
    /// What becomes of the schema.
    Schema,
    /// How the graph is served.
    Http,
    /// Whose JWTs are accepted.
    Oidc,
}

/// What a setting is when nobody says anything.
#[derive(Debug, Clone, Copy)]
pub(super) enum Default {
    /// Nothing.
    Unset,
    /// This text, read as if it were given.
    Is(&'static str),
    /// A directory of this name where the user's data lies; nothing when there is no such place.
    DataHome(&'static str),
}

/// A setting with a flag, whose value the help calls `value`.
pub(super) const fn flag(group: Group, value: &'static str) -> Setting {
    let flag = Flag { group, value, is_switch: false };
    Setting { flag: Some(flag), secret: false, ..secret() }
}

/// A setting that is `false` unless the flag is given.
pub(super) const fn switch(group: Group) -> Setting {
    let flag = Flag { group, value: "BOOL", is_switch: true };
    Setting { flag: Some(flag), secret: false, default: Default::Is("false"), ..secret() }
}

/// A setting that is not shown and has no flag: others see command lines.
pub(super) const fn secret() -> Setting {
    Setting {
        key: "",
        flag: None,
        flag_name: None,
        variable: None,
        help: &[],
        secret: true,
        default: Default::Unset,
        told: None,
    }
}

impl Setting {
    /// With its key and what it is.
    pub(super) const fn named(self, key: &'static str, help: &'static [&'static str]) -> Self {
        Self { key, help, ..self }
    }

    /// With a default.
    pub(super) const fn is(self, default: &'static str) -> Self {
        Self { default: Default::Is(default), ..self }
    }

    /// A directory, by default of this name where the user's data lies.
    pub(super) const fn in_data_home(self, name: &'static str) -> Self {
        Self { default: Default::DataHome(name), told: Some("see `pledgegraph config`"), ..self }
    }

    /// With other words for its default.
    pub(super) const fn told(self, default: &'static str) -> Self {
        Self { told: Some(default), ..self }
    }

    /// With another variable.
    pub(super) const fn with_variable(self, variable: &'static str) -> Self {
        Self { variable: Some(variable), ..self }
    }

    /// With another name for its flag.
    pub(super) const fn with_flag(self, name: &'static str) -> Self {
        Self { flag_name: Some(name), ..self }
    }

    /// The variable of the environment.
    pub(crate) fn variable(&self) -> String {
        self.variable.map_or_else(|| format!("{PREFIX}{}", self.key.to_uppercase()), str::to_owned)
    }

    /// The name of its flag, without dashes before it.
    pub(crate) fn flag_name(&self) -> String {
        self.flag_name.map_or_else(|| self.key.replace('_', "-"), str::to_owned)
    }

    /// Its help in short, and at length where there is more to say.
    pub(crate) fn help(&self) -> (String, Option<String>) {
        let lines: Vec<&str> = self.help.iter().map(|line| line.trim()).collect();
        let mut paragraphs: Vec<String> = lines.split(|line| line.is_empty()).map(|lines| lines.join(" ")).collect();
        let told = match (self.told, self.default) {
            (None, Default::Is(value)) if self.flag.is_some_and(|flag| !flag.is_switch) => Some(value),
            (told, _) => told,
        };
        if let (Some(first), Some(told)) = (paragraphs.first_mut(), told) {
            *first = format!("{first} [default: {told}]");
        }
        let long = paragraphs.join("\n\n");
        let more = paragraphs.len() > 1;
        (paragraphs.swap_remove(0), more.then_some(long))
    }
}

/// Declares all settings: what each is, its key, the type that the program reads it as, and how it is given.
macro_rules! settings {
    ($($(#[doc = $help:literal])+ $key:ident: $type:ty = $setting:expr,)+) => {
        /// The effective configuration.
        #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
        pub(crate) struct Settings {
            $($(#[doc = $help])+ pub(crate) $key: $type,)+
        }

        /// All settings, in the order in which they are shown.
        pub(crate) const SETTINGS: &[Setting] = &[$($setting.named(stringify!($key), &[$($help),+])),+];
    };
}

pub(super) use settings;
