//! The command line: what can be asked of the program, and the exit code of each end.

mod flags;
mod place;
mod tokens;
mod transfer;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{ArgMatches, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use self::flags::{EVERYWHERE, Flags};
use self::place::DatabaseArgs;
use self::tokens::TokenArgs;
use self::transfer::{AskArgs, ExportArgs, ImportArgs};
use crate::config::{FILE_VARIABLE, Group, Loaded, Settings, load, show, unknown_variables};
use crate::database::{Choice, Database};
use crate::generate::generate;
use crate::{ask, demo, export, import, logging, serve, token, verify};

/// A knowledge graph of coalitions and their conditional pledges: who pledged what, to whom, how firmly, on which
/// conditions, and who says so.
#[derive(Debug, Parser)]
#[command(name = "pledgegraph", version, after_help = EXAMPLES, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// A configuration file (TOML); `pledgegraph config` shows its keys
    #[arg(long, global = true, value_name = "FILE", env = FILE_VARIABLE, help_heading = EVERYWHERE)]
    config: Option<PathBuf>,

    #[command(flatten)]
    everywhere: Flags<{ Group::Everywhere as u8 }>,
}

const EXAMPLES: &str = "\
Examples:
  pledgegraph demo                                  the bundled data on http://127.0.0.1:8080
  pledgegraph serve --data-dir ./graph              a graph of your own, with an embedded PostgreSQL
  DATABASE_URL=postgres://me@db/pledges pledgegraph serve --listen 0.0.0.0:8080
  pledgegraph config                                every setting, and where its value comes from

Every setting can be given by a flag, else by a variable of the environment, else in the file.
Exit codes: 0 done, 1 failed, 2 wrong use or configuration.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Load the bundled data into a database of its own and serve it
    ///
    /// The data go into an embedded PostgreSQL in a directory of their own, never into `DATABASE_URL`. They are loaded
    /// once, when the graph is empty.
    Demo(DemoArgs),
    /// Serve the graph over HTTP
    ///
    /// The graph is in the PostgreSQL of `DATABASE_URL` (version 14 or newer); without it, in an embedded PostgreSQL in
    /// the data directory, which is made at the first start.
    Serve(ServeArgs),
    /// Load the graph, check every invariant, and print its counts and digest
    ///
    /// Exits with 1 when anything is wrong. Changes nothing. With an embedded PostgreSQL, the service must be stopped.
    Verify(DatabaseArgs),
    /// Bring the schema of the database up to date, which `serve` does too unless told not to
    Migrate(MigrateArgs),
    /// Make, list and revoke the tokens that clients of the service need for writing
    Token(TokenArgs),
    /// Import entities and statements: one JSON object a line, or CSV
    ///
    /// Lines have the form in which `export` writes them. A line is known by its `id`, else by `kind:slug` or `key`, else
    /// by its content; what stands already is left as it is, so that an import that was interrupted goes on when it is
    /// started again. Works beside a running service. Exits with 1 when a line is refused.
    Import(ImportArgs),
    /// Write the whole graph, one JSON object a line: first the entities, then the statements
    ///
    /// `import` reads it. Works beside a running service.
    Export(ExportArgs),
    /// Answer a question in English or Arabic: first the answer, then how it was read and the evidence
    ///
    /// Works beside a running service.
    Ask(AskArgs),
    /// Show the effective configuration, and where each value comes from
    Config(ServeArgs),
    /// Print the OpenAPI document
    Openapi,
    /// Write a synthetic graph, one JSON object a line: first the entities, then the edges
    Generate(GenerateArgs),
}

#[derive(Debug, Args)]
struct DemoArgs {
    #[command(flatten)]
    data: Flags<{ Group::Demo as u8 }>,

    #[command(flatten)]
    http: HttpArgs,

    #[command(flatten)]
    postgres: Flags<{ Group::Postgres as u8 }>,
}

#[derive(Debug, Args)]
struct ServeArgs {
    #[command(flatten)]
    database: DatabaseArgs,

    #[command(flatten)]
    schema: Flags<{ Group::Schema as u8 }>,

    #[command(flatten)]
    http: HttpArgs,
}

#[derive(Debug, Args)]
struct MigrateArgs {
    #[command(flatten)]
    database: DatabaseArgs,

    /// Let this role of the database serve: it may read and write rows, and `serve --no-migrate` needs no more. To be
    /// given at every migration
    #[arg(long, value_name = "ROLE")]
    grant: Option<String>,
}

#[derive(Debug, Args)]
struct HttpArgs {
    #[command(flatten)]
    http: Flags<{ Group::Http as u8 }>,

    #[command(flatten)]
    oidc: Flags<{ Group::Oidc as u8 }>,
}

#[derive(Debug, Args)]
struct GenerateArgs {
    /// How many edges; there are about thirty to an entity
    #[arg(long, value_name = "N")]
    edges: usize,

    /// The same seed gives the same bytes
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,

    /// The file to write, in place of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What ends the program, by its exit code.
enum Failure {
    /// 2: the command line or the configuration is wrong.
    Usage(anyhow::Error),
    /// 1: everything else.
    Run(anyhow::Error),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Run(error)
    }
}

/// Runs the program with these arguments, the first of which is its name.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let parsed = Cli::command().try_get_matches_from(arguments);
    let parsed = parsed.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version are no failures; that nobody reads them is not worth a word.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let (code, error) = match run(&cli, &matches) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Usage(error)) => (2, error),
        Err(Failure::Run(error)) => (1, error),
    };
    if !is_closed_pipe(&error) {
        let _ = writeln!(io::stderr(), "error: {}", in_one_line(&error));
    }
    ExitCode::from(code)
}

/// An error with its causes; a cause that the text before it repeats already is left out.
fn in_one_line(error: &anyhow::Error) -> String {
    let mut line = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !line.ends_with(&cause) {
            line = format!("{line}: {cause}");
        }
    }
    line
}

/// Whoever read our output has seen enough.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let kind = error.root_cause().downcast_ref::<io::Error>().map(io::Error::kind);
    kind == Some(io::ErrorKind::BrokenPipe)
}

fn run(cli: &Cli, matches: &ArgMatches) -> Result<(), Failure> {
    match &cli.command {
        Command::Generate(arguments) => {
            return Ok(generate(arguments.edges, arguments.seed, arguments.output.as_deref())?);
        }
        Command::Openapi => return Ok(print(&pledgegraph_server::openapi())?),
        Command::Demo(_)
        | Command::Serve(_)
        | Command::Verify(_)
        | Command::Migrate(_)
        | Command::Config(_)
        | Command::Token(_)
        | Command::Import(_)
        | Command::Export(_)
        | Command::Ask(_) => {}
    }
    let matches = innermost(matches);
    let loaded = load(cli.config.as_deref(), matches, &|name| std::env::var(name).ok()).map_err(Failure::Usage)?;
    let unknown = unknown_variables(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()));
    if let Command::Config(_) = cli.command {
        print_configuration(&loaded)?;
        if let Some(unknown) = unknown {
            let _ = writeln!(io::stderr(), "warning: {unknown}");
        }
        return serve::check(&loaded.settings).map_err(Failure::Usage);
    }
    let answers = matches!(cli.command, Command::Ask(_));
    logging::start(&loaded.settings, answers).map_err(Failure::Usage)?;
    if let Some(unknown) = unknown {
        tracing::warn!("{unknown}");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?;
    let result = runtime.block_on(carry_out(&cli.command, &loaded.settings, matches));
    // A thread that is still fetching, or stuck on a disk, does not hold up the end.
    runtime.shutdown_background();
    Ok(result?)
}

/// What a command does with its settings.
async fn carry_out(command: &Command, settings: &Settings, matches: &ArgMatches) -> Result<()> {
    match command {
        Command::Demo(_) => demo::run(settings).await,
        Command::Migrate(arguments) => migrate(arguments.grant.as_deref(), settings).await,
        Command::Verify(_) => Box::pin(verify::run(settings)).await,
        Command::Token(arguments) => {
            let (order, place) = arguments.order();
            token::run(&order, place.choice(settings, matches)?, settings).await
        }
        Command::Import(arguments) => {
            let choice = arguments.place.choice_or_new(settings, matches)?;
            import::run(&arguments.order(), choice, settings).await
        }
        Command::Export(arguments) => {
            let choice = arguments.place.choice(settings, matches)?;
            export::run(arguments.output.as_deref(), choice, settings).await
        }
        Command::Ask(arguments) => {
            let choice = arguments.place.choice(settings, matches)?;
            ask::run(&arguments.order(), choice, settings).await
        }
        _ => serve::run(settings).await,
    }
}

/// The arguments of the command, or of its own command.
fn innermost(mut matches: &ArgMatches) -> &ArgMatches {
    while let Some((_, inner)) = matches.subcommand() {
        matches = inner;
    }
    matches
}

async fn migrate(grant: Option<&str>, settings: &Settings) -> Result<()> {
    let database = Database::open(Choice::of(settings)?, settings).await?;
    let mut done = database.migrate().await;
    if let (Ok(()), Some(role)) = (&done, grant) {
        done = database.grant(role).await;
    }
    database.close().await;
    done
}

fn print(text: &str) -> Result<()> {
    io::stdout().lock().write_all(text.as_bytes()).context("cannot write to standard output")
}

fn print_configuration(loaded: &Loaded) -> Result<()> {
    show(loaded, &mut io::stdout().lock()).context("cannot write to standard output")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SETTINGS;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_setting_with_a_flag_is_an_argument_of_a_command() {
        let command = Cli::command();
        for setting in SETTINGS.iter().filter(|setting| setting.flag.is_some()) {
            let has =
                |command: &clap::Command| command.get_arguments().any(|argument| argument.get_id() == setting.key);
            assert!(has(&command) || command.get_subcommands().any(has), "{}", setting.key);
        }
    }
}
