//! The README as its reader follows it: every command is run, and what it answers compared with what is shown.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::process::{Service, demo, finish};

/// What stands between the answers of two commands.
const MARK: &str = "-- the next command --";

/// A command and the answer that the README shows, if it shows one.
struct Example {
    command: String,
    /// The fence that opens the answer, and the answer.
    shown: Option<(String, String)>,
}

impl Example {
    /// The blocks of the command and its answer, as the README has them with this answer.
    fn with(&self, answer: &str) -> String {
        let fence = self.shown.as_ref().map(|(fence, _)| fence.as_str()).unwrap_or_default();
        format!("```sh\n{}\n```\n```{fence}\n{answer}```\n", self.command)
    }
}

/// Every `sh` block that asks the service or calls the program, with the block that follows it at once.
fn examples(readme: &str) -> Vec<Example> {
    let blocks = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("\n```\n"));
    let runs = |command: &str| {
        let command = command.split_once("=$(").map_or(command, |(_, command)| command);
        command.starts_with("curl ") || command.starts_with("pledgegraph ")
    };
    let shown = |after: &str| {
        let (fence, rest) = after.strip_prefix("```")?.split_once('\n')?;
        let answer = rest.split_once("```")?.0;
        ["csv", "json", "text"].contains(&fence).then(|| (fence.to_owned(), answer.to_owned()))
    };
    let example = |(command, after): (&str, &str)| Example { command: command.to_owned(), shown: shown(after) };
    blocks.filter(|(command, _)| runs(command)).map(example).collect()
}

/// Times, today, request ids, the random part of versions, and the identifiers of what is created are not the same twice.
fn steady(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for piece in text.split('"') {
        let is_time = piece.len() == 27 && piece.ends_with('Z') && piece.as_bytes()[10] == b'T';
        let is_version = piece.split_once('.').is_some_and(|(seq, chain)| {
            seq.bytes().all(|b| b.is_ascii_digit()) && chain.len() == 32 && chain.bytes().all(|b| b.is_ascii_hexdigit())
        });
        let is_new = words.iter().rev().nth(1).is_some_and(|name| name == "instance") || was_made_here(piece);
        let is_today = words.iter().rev().nth(1).is_some_and(|name| name == "valid_at") && piece.len() == 10;
        words.push(if is_time || is_version || is_new || is_today { "...".to_owned() } else { piece.to_owned() });
    }
    words.join("\"").trim().to_owned()
}

/// Whether this is an identifier of a statement that was created by now: those of the bundled data are of July 2025.
fn was_made_here(text: &str) -> bool {
    text.len() == 36 && text.is_ascii() && text.as_bytes()[14] == b'7' && &text[..8] > "01990000"
}

/// Runs the commands one after the other in one shell, and gives what each wrote.
fn run(examples: &[Example], address: &str, data: &Path) -> Vec<String> {
    let commands: Vec<_> = examples.iter().map(|example| example.command.replace("localhost:8080", address)).collect();
    let mut shell = Command::new("sh");
    let program = Path::new(env!("CARGO_BIN_EXE_pledgegraph")).parent().expect("a directory");
    let path = std::env::var("PATH").unwrap_or_default();
    shell.env("PATH", format!("{}:{path}", program.display())).env("PLEDGEGRAPH_DEMO_DATA_DIR", data);
    shell.env_remove("DATABASE_URL").current_dir(data.parent().expect("a directory"));
    shell.arg("-ec").arg(commands.join(&format!("\nprintf '\\n%s\\n' '{MARK}'\n")));
    let output = finish(shell);
    let given = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{given}{}", String::from_utf8_lossy(&output.stderr));
    given.split(&format!("\n{MARK}\n")).map(str::to_owned).collect()
}

/// With `UPDATE_README=1` the answers are written anew, for reading before they are committed.
#[test]
fn every_answer_is_the_one_that_is_shown() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let mut readme = fs::read_to_string(&path).expect("the README");
    let examples = examples(&readme);
    assert!(examples.len() >= 25, "{} examples", examples.len());
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let mut service = Service::start(demo(&data));
    let address = service.address();
    let answers = run(&examples, &address, &data);
    service.stop();
    assert_eq!(answers.len(), examples.len());
    let mut wrong = Vec::new();
    for (example, given) in examples.iter().zip(answers) {
        let Some((_, answer)) = &example.shown else { continue };
        if steady(&given) != steady(answer) {
            let command = &example.command;
            wrong.push(format!("{command}\n  is shown as\n{answer}\n  and is\n{given}"));
            let before = example.with(answer);
            assert!(readme.contains(&before), "{before}");
            readme = readme.replacen(&before, &example.with(&format!("{}\n", given.trim_end())), 1);
        }
    }
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(&path, readme).expect("written");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
