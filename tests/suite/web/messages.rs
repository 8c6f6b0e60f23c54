//! Every sentence a page shows exists in English, and none exists that no page shows.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn texts(folder: &str, ending: &str) -> Vec<String> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, ending, found);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), ending, &mut found);
    assert!(!found.is_empty(), "no {ending} under {folder}");
    found
}

fn is_key(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

fn keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for text in texts("templates/locales/en", ".ftl") {
        for line in text.lines() {
            let Some((key, _)) = line.split_once(" =").filter(|(key, _)| is_key(key)) else { continue };
            assert!(keys.insert(key.to_owned()), "{key} is there twice");
        }
    }
    keys
}

fn after<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(mark).skip(1).filter_map(|rest| rest.split('"').next())
}

fn in_templates() -> BTreeSet<String> {
    let texts = texts("templates", ".html");
    let marks = ["tr(key=\"", "tr_html(key=\""];
    texts.iter().flat_map(|text| marks.iter().flat_map(|mark| after(text, mark))).map(str::to_owned).collect()
}

#[test]
fn every_message_that_a_template_asks_for_exists() {
    let keys = keys();
    let missing: Vec<_> = in_templates().into_iter().filter(|key| !keys.contains(key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn no_message_is_left_over() {
    let mut used = in_templates();
    let mut beginnings = BTreeSet::new();
    for text in texts("backend/src", ".rs") {
        for literal in text.split('"') {
            if is_key(literal) {
                used.insert(literal.to_owned());
            } else if let Some((start, rest)) = literal.split_once('{') {
                let end = rest.rsplit_once('}').map_or("", |(_, end)| end);
                if start.ends_with('-') && is_key(start) && (end.is_empty() || end.starts_with('-')) {
                    beginnings.insert((start.to_owned(), end.to_owned()));
                }
            }
        }
    }
    let made = |key: &str| beginnings.iter().any(|(start, end)| key.starts_with(start) && key.ends_with(end));
    let unused: Vec<_> = keys().into_iter().filter(|key| !used.contains(key) && !made(key)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}
