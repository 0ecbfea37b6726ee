use std::path::PathBuf;

use clap::Args;

use super::place::PlaceArgs;
use crate::ask;
use crate::import::Order;

/// The arguments of `import`.
#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// The file; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The file is CSV with a header, and this file (TOML) says which column goes into which field
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,

    /// How many new or replaced records a commit has; 0: all in one commit, or none at all
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    batch: u32,

    /// Check every line, the database included, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// A line takes the place of a record that stands with other content; else it is refused
    #[arg(long)]
    replace: bool,

    /// Write what came of each line to this file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// Print the summary as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    pub(super) place: PlaceArgs,
}

impl ImportArgs {
    /// What is to be done.
    pub(super) fn order(&self) -> Order {
        Order {
            file: self.file.clone(),
            mapping: self.mapping.clone(),
            batch: self.batch,
            dry_run: self.dry_run,
            replace: self.replace,
            report: self.report.clone(),
            json: self.json,
        }
    }
}

/// The arguments of `export`.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The file to write, in place of standard output
    #[arg(value_name = "FILE")]
    pub(super) output: Option<PathBuf>,

    #[command(flatten)]
    pub(super) place: PlaceArgs,
}

/// The arguments of `ask`.
#[derive(Debug, Args)]
pub(super) struct AskArgs {
    /// The question, in English or Arabic
    #[arg(value_name = "QUESTION")]
    question: String,

    /// Print the answer as JSON
    #[arg(long)]
    json: bool,

    /// Write numbers with Arabic digits
    #[arg(long)]
    arabic_digits: bool,

    #[command(flatten)]
    pub(super) place: PlaceArgs,
}

impl AskArgs {
    /// What is to be done.
    pub(super) fn order(&self) -> ask::Order {
        ask::Order { question: self.question.clone(), json: self.json, arabic_digits: self.arabic_digits }
    }
}
