//! The arrows between the rooms point down, and something fails when they turn.

use std::path::{Path, PathBuf};

/// The workspace's directory.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace").to_owned()
}

struct Source {
    path: String,
    text: String,
}

/// All Rust files below a directory of the workspace, without their comments.
fn sources(directory: &str) -> Vec<Source> {
    fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(&root().join(directory), &mut files);
    files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).expect("a source file");
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            Source {
                path: file.strip_prefix(root()).unwrap_or(&file).display().to_string(),
                text: code.collect::<Vec<_>>().join("\n"),
            }
        })
        .collect()
}

/// The files below these directories that contain any of the words, save the excepted ones.
fn offenders(directories: &[&str], words: &[&str], except: &[&str]) -> Vec<String> {
    let sources = directories.iter().flat_map(|directory| sources(directory));
    sources
        .filter(|source| !except.iter().any(|path| source.path.starts_with(path)))
        .flat_map(|source| {
            let found = words.iter().filter(|word| source.text.contains(**word));
            found.map(|word| format!("{}: {word}", source.path)).collect::<Vec<_>>()
        })
        .collect()
}

fn none() -> Vec<String> {
    Vec::new()
}

#[test]
fn pages_and_api_know_no_sql() {
    let rooms = ["backend/src/web", "backend/src/api"];
    assert_eq!(offenders(&rooms, &["diesel::", "sql_query"], &[]), none());
}

#[test]
fn the_domain_knows_no_http() {
    let rooms = [
        "backend/src/tickets",
        "backend/src/filters",
        "backend/src/postmaster",
        "backend/src/notify",
        "backend/src/schedule",
        "backend/src/outbox",
        "backend/src/queues",
        "backend/src/search",
        "backend/src/terms",
        "backend/src/reports",
        "backend/src/db",
    ];
    assert_eq!(offenders(&rooms, &["actix_web::", "crate::web", "crate::api"], &[]), none());
}

#[test]
fn mail_ingest_knows_neither_tickets_nor_databases() {
    assert_eq!(offenders(&["mail-ingest/src"], &["diesel", "turnstone::", "actix"], &[]), none());
}

#[test]
fn only_the_clock_asks_for_the_time() {
    let words = ["Timestamp::now()", "Zoned::now()", "SystemTime::now()"];
    let found = offenders(&["backend/src", "mail-ingest/src"], &words, &["backend/src/clock"]);
    assert_eq!(found, none());
}

#[test]
fn nothing_is_unsafe_and_tests_live_here() {
    let words = ["unsafe {", "unsafe fn", "#[cfg(test)]"];
    assert_eq!(offenders(&["backend/src", "mail-ingest/src"], &words, &[]), none());
}
