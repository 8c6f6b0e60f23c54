//! Plain text as page text: escaped, with paragraphs and links, quoted parts folded but never dropped.

use serde::Serialize;

/// A run of lines that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// Somebody else's words, repeated: shown folded.
    pub quoted: bool,
    /// Markup made here from escaped text, safe to put into a page.
    pub html: String,
}

/// Escapes text for element content and quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Splits a mail's text into what was written and what was quoted.
///
/// An answer between quoted lines is a segment of its own and stays visible. A quote of one or two lines
/// that is followed by an answer is shown too: folding it would hide what the answer speaks of.
pub fn segments(body: &str) -> Vec<Segment> {
    let lines: Vec<&str> = body.lines().map(str::trim_end).collect();
    let mut runs: Vec<(bool, Vec<&str>)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let quoted = line.starts_with('>') || introduces_quote(&lines[at..]);
        match runs.last_mut() {
            Some((kind, run)) if *kind == quoted || (line.is_empty() && *kind) => run.push(line),
            _ => runs.push((quoted, vec![line])),
        }
    }
    let last = runs.len().saturating_sub(1);
    let folded = |at: usize, quoted: bool, run: &[&str]| quoted && (at == last || run.len() > 3);
    let parts = runs.iter().enumerate().filter(|(_, (_, run))| run.iter().any(|line| !line.is_empty()));
    parts
        .map(|(at, (quoted, run))| Segment { quoted: folded(at, *quoted, run), html: paragraphs(run) })
        .collect()
}

// "On Saturday, Mira wrote:" directly above quoted lines belongs to the quote, in any language: a line that
// ends in a colon, at most two lines before the first `>`.
fn introduces_quote(rest: &[&str]) -> bool {
    let mut ahead = rest.iter().take(4).skip_while(|line| !line.is_empty() && !line.ends_with(':'));
    let Some(intro) = ahead.next() else { return false };
    let long_enough = rest[0].len() > 12 && !rest[0].starts_with('>');
    long_enough
        && intro.ends_with(':')
        && ahead.find(|line| !line.is_empty()).is_some_and(|line| line.starts_with('>'))
}

fn paragraphs(lines: &[&str]) -> String {
    let mut html = String::new();
    for paragraph in lines.split(|line| line.trim_start_matches(['>', ' ']).is_empty()) {
        if paragraph.is_empty() {
            continue;
        }
        html.push_str("<p>");
        for (at, line) in paragraph.iter().enumerate() {
            if at > 0 {
                html.push_str("<br>");
            }
            html.push_str(&linked(line));
        }
        html.push_str("</p>");
    }
    html
}

// Addresses become links that carry nothing of ours along; the text of a link is its target.
fn linked(line: &str) -> String {
    let mut html = String::new();
    let mut rest = line;
    while let Some(at) = ["https://", "http://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
        let (before, link) = rest.split_at(at);
        let end =
            link.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(link.len());
        let target = link[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
        html.push_str(&escape(before));
        let target = escape(target);
        html.push_str(&format!(
            "<a href=\"{target}\" target=\"_blank\" rel=\"noreferrer noopener\">{target}</a>"
        ));
        rest = &link[link[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']).len()..];
        if target.is_empty() {
            break;
        }
    }
    html.push_str(&escape(rest));
    html
}
