//! Reads one mail from standard input as the intake and the pages would, and says what that cost: processor time in
//! milliseconds, and the most memory in kilobytes beyond what the process had before it read the mail.
//!
//! ```sh
//! cargo run --release -p tests --bin parse_one <mail.eml
//! ```

use std::io::{Read, Write};

use mail_ingest::quote::{Known, Side};
use mail_ingest::{classify, html, parse};
use turnstone::web::text::segments_against;

fn main() -> anyhow::Result<()> {
    let before = peak()?;
    let mut raw = Vec::new();
    std::io::stdin().read_to_end(&mut raw)?;
    let begun = tests::mutate::busy();
    let mail = parse(&raw);
    let parsed = tests::mutate::busy() - begun;
    let after_parsing = peak()?;
    let class = classify(&mail, Some("someone@example.net"), &|_| false);
    let mut known = Known::default();
    known.add(&mail.text, Side::Theirs);
    let shown = segments_against(&mail.text, &known, Side::Theirs).len();
    let options = html::Options { inline: &|_| None, remote_images: true };
    let cleaned = mail.html.as_ref().map_or(0, |source| html::clean(source, &options).html.len());
    let spent = tests::mutate::busy() - begun;
    writeln!(
        std::io::stdout(),
        "{}",
        serde_json::json!({
            "bytes": raw.len(),
            "parse_ms": parsed.as_millis(),
            "cpu_ms": spent.as_millis(),
            "parse_kb": after_parsing.saturating_sub(before),
            "extra_kb": peak()?.saturating_sub(before),
            "kind": class.kind,
            "segments": shown,
            "html": cleaned,
            "text": mail.text.len(),
            "attachments": mail.attachments.len(),
            "notes": mail.notes,
        })
    )?;
    Ok(())
}

/// The most memory that the process ever held, in kilobytes.
fn peak() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    Ok(line.unwrap_or_default().trim().trim_end_matches("kB").trim().parse()?)
}
