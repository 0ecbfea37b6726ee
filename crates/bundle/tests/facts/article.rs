//! The list of facts and the article themselves, where they lie beside the workspace: every line has its rows, and no
//! passage of the article is copied.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use pledgegraph_model::{search_key, words};

use crate::rows;

/// So many words of the article in a row are a copy: dates, titles and names have fewer.
const PASSAGE: usize = 6;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of the seed, or a word that it is not there.
fn seed(name: &str) -> Option<String> {
    let text = fs::read_to_string(workspace().join("../shared/seed").join(name)).ok();
    if text.is_none() {
        eprintln!("not compared: there is no {name} beside the workspace");
    }
    text
}

#[test]
fn every_line_of_the_list_of_facts_has_a_row_and_no_row_another_line() {
    let Some(facts) = seed("facts.md") else { return };
    let mut listed = BTreeSet::new();
    for first_cell in facts.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next()) {
        let (from, to) = first_cell.split_once('-').unwrap_or((first_cell, first_cell));
        if let (Ok(from), Ok(to)) = (from.parse::<u32>(), to.parse::<u32>()) {
            listed.extend(from..=to);
        }
    }
    let stated: BTreeSet<u32> = rows().map(|row| row.line).filter(|line| *line != 0).collect();
    assert!(!listed.is_empty());
    assert_eq!(stated, listed);
}

#[test]
fn no_passage_of_the_article_is_copied() {
    let Some(article) = seed("article.ar.txt") else { return };
    let passages: HashSet<String> = article.lines().flat_map(passages).collect();
    assert!(passages.len() > 300);
    let mut copied = Vec::new();
    for file in files(&workspace()) {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let arabic = text.chars().any(|c| ('\u{0621}'..='\u{064A}').contains(&c));
        let found = if arabic { self::passages(&text) } else { Vec::new() };
        copied.extend(found.into_iter().filter(|p| passages.contains(p)).map(|p| format!("{}: {p}", file.display())));
    }
    assert!(copied.is_empty(), "{}", copied.join("\n"));
}

/// Every run of [`PASSAGE`] words, in the spelling of the search key.
fn passages(text: &str) -> Vec<String> {
    let key = search_key(text);
    let all: Vec<&str> = words(&key).collect();
    all.windows(PASSAGE).map(|run| run.join(" ")).collect()
}

/// The files of the project: no build output, no version control.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !matches!(entry.file_name().to_str(), Some("target" | ".git")) => {
                    folders.push(path);
                }
                Ok(kind) if kind.is_file() => found.push(path),
                _ => {}
            }
        }
    }
    found
}
