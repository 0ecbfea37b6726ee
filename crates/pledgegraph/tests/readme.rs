//! The README as its reader follows it: each question is asked, and the answer compared with the one that is shown.

#[path = "binary/process.rs"]
#[expect(dead_code, reason = "shared with the tests of the binary")]
mod process;

use std::fs;
use std::path::Path;
use std::process::Command;

use process::{Service, finish};

/// A question and the answer that the README shows.
struct Example {
    command: String,
    answer: String,
}

/// Every `sh` block that asks the service, with the block that follows it at once.
fn examples(readme: &str) -> Vec<Example> {
    let blocks = readme.split("\n```sh\n").skip(1).filter_map(|rest| rest.split_once("\n```\n"));
    let asks = blocks.filter(|(command, _)| command.starts_with("curl "));
    asks.filter_map(|(command, after)| {
        let block = after.strip_prefix("```csv\n").or_else(|| after.strip_prefix("```json\n"))?;
        let answer = block.split_once("```")?.0;
        Some(Example { command: command.to_owned(), answer: answer.to_owned() })
    })
    .collect()
}

/// Times, request ids and the random part of versions are not the same twice.
fn steady(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for piece in text.split('"') {
        let is_time = piece.len() == 27 && piece.ends_with('Z') && piece.as_bytes()[10] == b'T';
        let is_version = piece.split_once('.').is_some_and(|(seq, chain)| {
            seq.bytes().all(|b| b.is_ascii_digit()) && chain.len() == 32 && chain.bytes().all(|b| b.is_ascii_hexdigit())
        });
        let is_new = words.iter().rev().nth(1).is_some_and(|name| name == "instance");
        words.push(if is_time || is_version || is_new { "...".to_owned() } else { piece.to_owned() });
    }
    words.join("\"").trim().to_owned()
}

/// With `UPDATE_README=1` the answers are written anew, for reading before they are committed.
#[test]
fn every_answer_is_the_one_that_is_shown() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let mut readme = fs::read_to_string(&path).expect("the README");
    let examples = examples(&readme);
    assert!(examples.len() >= 6, "{} examples", examples.len());
    let directory = tempfile::tempdir().expect("a directory");
    let mut service = Service::demo(&directory.path().join("data"));
    let address = service.address();
    let mut wrong = Vec::new();
    for Example { command, answer } in examples {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(command.replace("localhost:8080", &address));
        let output = finish(shell);
        let given = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        if steady(&given) != steady(&answer) {
            wrong.push(format!("{command}\n  is shown as\n{answer}\n  and is\n{given}"));
            readme = readme.replace(
                &format!("{command}\n```\n{}", shown(&readme, &command)),
                &format!("{command}\n```\n{}\n{}\n", fence(&readme, &command), given.trim_end()),
            );
        }
    }
    service.stop();
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(&path, readme).expect("written");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The fence that opens the answer.
fn fence(readme: &str, command: &str) -> String {
    shown(readme, command).split_once('\n').expect("a fence").0.to_owned()
}

/// What stands between the command's block and the end of its answer, opening fence included.
fn shown(readme: &str, command: &str) -> String {
    let after = readme.split_once(&format!("{command}\n```\n")).expect("the command").1;
    let (fence, rest) = after.split_once('\n').expect("a fence");
    format!("{fence}\n{}", rest.split_once("```").expect("an end").0)
}
