use anyhow::Result;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args};

use super::flags::Flags;
use crate::config::{Group, Settings};
use crate::database::Choice;

/// Where the database is.
#[derive(Debug, Args)]
pub(super) struct DatabaseArgs {
    #[command(flatten)]
    data: Flags<{ Group::Data as u8 }>,

    #[command(flatten)]
    postgres: Flags<{ Group::Postgres as u8 }>,
}

/// Which of the databases is meant, for commands that work beside a running service.
#[derive(Debug, Args)]
pub(super) struct PlaceArgs {
    /// The database of `demo`, in place of that of `serve`
    #[arg(long)]
    demo: bool,

    #[command(flatten)]
    database: DatabaseArgs,
}

impl PlaceArgs {
    /// The database that is meant, which is made if it is that of `serve` and not there.
    pub(super) fn choice_or_new<'s>(&self, settings: &'s Settings, matches: &ArgMatches) -> Result<Choice<'s>> {
        if self.demo { self.choice(settings, matches) } else { Choice::of(settings) }
    }

    /// The database that is meant. A directory that is given as a flag counts before `DATABASE_URL` with `--demo`.
    pub(super) fn choice<'s>(&self, settings: &'s Settings, matches: &ArgMatches) -> Result<Choice<'s>> {
        if !self.demo {
            return Choice::existing(settings);
        }
        let by_flag = matches.value_source("data_dir") == Some(ValueSource::CommandLine);
        Choice::existing_demo(if by_flag { settings.data_dir()? } else { settings.demo_data_dir()? })
    }
}
