use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches};

use crate::config::{Flag, Group, SETTINGS, Setting};

/// The heading of what every command has.
pub(super) const EVERYWHERE: &str = "Everywhere";

/// The flags of a [`Group`] of settings. What is given is read from the matches, by the keys of the settings.
#[derive(Debug)]
pub(super) struct Flags<const GROUP: u8>;

impl<const GROUP: u8> Args for Flags<GROUP> {
    fn augment_args(command: Command) -> Command {
        let flags = SETTINGS.iter().filter_map(|setting| Some((setting, setting.flag?)));
        command.args(flags.filter(|(_, flag)| flag.group as u8 == GROUP).map(|(setting, flag)| argument(setting, flag)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<const GROUP: u8> FromArgMatches for Flags<GROUP> {
    fn from_arg_matches(_: &ArgMatches) -> Result<Self, Error> {
        Ok(Self)
    }

    fn update_from_arg_matches(&mut self, _: &ArgMatches) -> Result<(), Error> {
        Ok(())
    }
}

fn argument(setting: &Setting, flag: Flag) -> Arg {
    let (short, long) = setting.help();
    let mut argument = Arg::new(setting.key)
        .long(setting.flag_name())
        .env(setting.variable())
        .value_name(flag.value)
        .help(short)
        .help_heading(heading(flag.group))
        .global(flag.group == Group::Everywhere);
    if let Some(long) = long {
        argument = argument.long_help(long);
    }
    if flag.is_switch {
        argument = argument.num_args(0..=1).require_equals(true).default_missing_value("true");
    }
    argument
}

fn heading(group: Group) -> Option<&'static str> {
    match group {
        Group::Everywhere => Some(EVERYWHERE),
        Group::Oidc => Some("JWTs of an OpenID Connect provider, beside tokens"),
        Group::Demo | Group::Data | Group::Postgres | Group::Schema | Group::Http => None,
    }
}
