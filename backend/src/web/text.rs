//! Plain text as page text: escaped, with paragraphs and links, quoted parts folded but never dropped.

use std::collections::HashSet;

use mail_ingest::quote::{self, Known, SegmentKind, Side};
use serde::Serialize;

/// A run of lines that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// Somebody else's words, repeated: shown folded.
    pub quoted: bool,
    /// A signature: shown folded.
    pub signature: bool,
    /// Its writer's own sentences from an earlier mail, repeated: shown folded.
    pub repeated: bool,
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

/// A mail's text in parts: what was written, and what was quoted. An answer between quoted lines stays visible.
pub fn segments(body: &str) -> Vec<Segment> {
    shown(quote::fold(body))
}

/// [`segments`], and by comparison with what was written before in the conversation; `side` wrote this text.
pub fn segments_against(body: &str, known: &Known, side: Side) -> Vec<Segment> {
    shown(quote::fold_against(body, known, side))
}

fn shown(parts: Vec<quote::Segment>) -> Vec<Segment> {
    parts
        .into_iter()
        .filter(|part| !part.text.trim().is_empty())
        .map(|part| {
            let lines: Vec<&str> = part.text.lines().map(str::trim_end).collect();
            Segment {
                quoted: part.kind == SegmentKind::Quoted,
                signature: part.kind == SegmentKind::Signature,
                repeated: part.kind == SegmentKind::Repeated,
                html: paragraphs(&lines),
            }
        })
        .collect()
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

/// Marks the `@login` of these agents in text that was made into markup here.
pub fn with_mentions(html: &str, logins: &HashSet<String>) -> String {
    let mut marked = String::with_capacity(html.len() + 64);
    let mut rest = html;
    while let Some(at) = rest.find('@') {
        let (before, word) = rest.split_at(at);
        marked.push_str(before);
        let end = word
            .char_indices()
            .skip(1)
            .find(|(_, c)| !c.is_alphanumeric() && !"._-".contains(*c))
            .map_or(word.len(), |(end, _)| end);
        let name = word.get(1..end).unwrap_or_default().trim_end_matches(['.', '-', '_']);
        // Within a word, or within the address of a link, it is another sign.
        let begins = before.is_empty() && marked.is_empty()
            || marked.ends_with(|c: char| c.is_whitespace() || matches!(c, '>' | '(' | '[' | ';'));
        let (shown, left) = word.split_at(1 + name.len());
        if begins && logins.contains(&name.to_lowercase()) {
            marked.push_str(&format!("<b class=\"at\">{shown}</b>"));
        } else {
            marked.push_str(shown);
        }
        rest = left;
    }
    marked.push_str(rest);
    marked
}

// One search for both schemes: a mail of a megabyte full of the one would be searched for the other at each of them.
fn link_start(text: &str) -> Option<usize> {
    let is_scheme = |at: &usize| {
        text.get(*at..).is_some_and(|link| link.starts_with("http://") || link.starts_with("https://"))
    };
    text.match_indices("http").map(|(at, _)| at).find(is_scheme)
}

// Addresses become links that carry nothing of ours along; the text of a link is its target.
fn linked(line: &str) -> String {
    let mut html = String::new();
    let mut rest = line;
    while let Some(at) = link_start(rest) {
        let (before, link) = rest.split_at(at);
        let end =
            link.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(link.len());
        // At least its scheme: this ends.
        let target = link[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
        html.push_str(&escape(before));
        rest = &link[target.len()..];
        let host = mail_ingest::html::ascii_host(target);
        let target = escape(target);
        html.push_str(&format!(
            "<a href=\"{target}\" target=\"_blank\" rel=\"noreferrer noopener\">{target}</a>"
        ));
        // Letters of other scripts look like those of a bank.
        if let Some(host) = host {
            html.push_str(&format!(" <span class=\"mono\">[{}]</span>", escape(&host)));
        }
    }
    html.push_str(&escape(rest));
    html
}
