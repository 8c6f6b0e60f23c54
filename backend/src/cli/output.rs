//! Text for people, JSON for scripts.

use std::io::{self, Write};

use anyhow::Context;
use serde::Serialize;

/// Writes lines to standard output. A reader that went away early (`| head`) is no failure.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{}", text.trim_end_matches('\n')).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("Standard output can't be written"),
    }
}

/// Writes one JSON document to standard output.
pub(super) fn print_json<T: Serialize>(value: &T) -> anyhow::Result<()> {
    print(&serde_json::to_string_pretty(value).context("The answer can't be written as JSON")?)
}
