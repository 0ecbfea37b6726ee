//! The README and the tour as their readers follow them: every command is run, and what it answers compared with what is
//! shown. And every link in the documents leads somewhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Service, demo, finish, program};

/// What stands between the answers of two commands.
const MARK: &str = "-- the next command --";

/// Where a document of the checkout lies.
fn place(document: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(document)
}

fn text(document: &str) -> String {
    fs::read_to_string(place(document)).unwrap_or_else(|error| panic!("{document}: {error}"))
}

/// A command and the answer that the document shows, if it shows one.
struct Example {
    command: String,
    /// The fence that opens the answer, and the answer.
    shown: Option<(String, String)>,
}

impl Example {
    /// The blocks of the command and its answer, as the document has them with this answer.
    fn with(&self, answer: &str) -> String {
        let fence = self.shown.as_ref().map(|(fence, _)| fence.as_str()).unwrap_or_default();
        format!("```sh\n{}\n```\n```{fence}\n{answer}```\n", self.command)
    }
}

/// Every `sh` block that asks the service, calls the program or writes a file for it, with the block that follows it at once.
fn examples(document: &str) -> Vec<Example> {
    let blocks = document.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("\n```\n"));
    let runs = |command: &str| {
        let command = command.split_once("=$(").map_or(command, |(_, command)| command);
        ["curl ", "pledgegraph ", "cat >"].iter().any(|begins| command.starts_with(begins))
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

/// Runs the commands of a document on a service of its own, and compares the answers. With `UPDATE_README=1` those that are
/// shown are written anew, for reading before they are committed.
fn check_answers(document: &str, least: usize) {
    let mut shown = text(document);
    let examples = examples(&shown);
    assert!(examples.len() >= least, "{} examples", examples.len());
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
            assert!(shown.contains(&before), "{before}");
            shown = shown.replacen(&before, &example.with(&format!("{}\n", given.trim_end())), 1);
        }
    }
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(place(document), shown).expect("written");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_answer_of_the_readme_is_the_one_that_is_shown() {
    check_answers("README.md", 10);
}

#[test]
fn every_answer_of_the_tour_is_the_one_that_is_shown() {
    check_answers("crates/pledgegraph/TOUR.md", 27);
}

/// The name under which a heading is linked to: as GitHub makes it of the text.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The links of a document, but for those that lead out of the checkout.
fn links(document: &str) -> impl Iterator<Item = &str> {
    let targets = document.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target).filter(|target| !target.contains("://"))
}

#[test]
fn every_link_leads_somewhere() {
    let documents = ["README.md", "crates/README.md", "crates/pledgegraph/TOUR.md", "crates/pledgegraph/OPERATIONS.md"];
    let mut links_seen = 0;
    for document in documents {
        for link in links(&text(document)) {
            let (path, name) = link.split_once('#').unwrap_or((link, ""));
            let beside = Path::new(document).parent().expect("a directory").join(path);
            let target = if path.is_empty() { Path::new(document) } else { &beside };
            let target = target.to_str().expect("UTF-8");
            assert!(place(target).exists(), "{document} links to {link}");
            let is_named =
                name.is_empty() || text(target).lines().any(|line| line.starts_with('#') && anchor(line) == name);
            assert!(is_named, "{document} links to {link}, and there is no such heading");
            links_seen += 1;
        }
    }
    assert!(links_seen >= 10, "{links_seen} links");
}

#[test]
fn the_readme_names_the_rust_that_it_needs() {
    let needed = format!("Rust {}", env!("CARGO_PKG_RUST_VERSION"));
    assert!(text("README.md").contains(&needed), "{needed}");
}

#[test]
fn the_readme_names_the_limits_that_are_set() {
    let settings = finish(program(&["config"]));
    let settings = String::from_utf8(settings.stdout).expect("UTF-8");
    let readme = text("README.md").replace(',', "").split_whitespace().collect::<Vec<_>>().join(" ");
    let limits = [
        ("database_connections", "connections to the database"),
        ("connections", "connections of clients"),
        ("connections_per_address", "of each address"),
        ("requests_in_flight", "requests in flight"),
        ("reads_per_minute", "reads and"),
        ("writes_per_minute", "writes a minute"),
        ("request_seconds", "seconds a request"),
    ];
    for (setting, what) in limits {
        let value = settings.lines().find_map(|line| line.strip_prefix(setting)?.strip_prefix(" = "));
        let value = value.and_then(|value| value.split_whitespace().next()).unwrap_or_else(|| panic!("no {setting}"));
        let said = format!(" {value} {what}");
        assert!(readme.contains(&said), "the README does not say{said}");
    }
}
