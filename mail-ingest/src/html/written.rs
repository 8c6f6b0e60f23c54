//! What an agent wrote: any HTML brought down to the model of the editor, which is the model of what leaves the house.
//! Paragraphs, bold, italic, links, lists, quotes, preformatted text and images of the mail itself; no attribute but a
//! link's target, an image's source and its words.

use super::tokens::{Token, Tokens};
use super::{Options, clean};

/// Lists and quotes within each other; deeper ones look like this one.
const DEPTH: usize = 12;
/// Formatting within a line, and what it is called here.
const MARKS: &[(&str, &str)] =
    &[("b", "strong"), ("strong", "strong"), ("i", "em"), ("em", "em"), ("a", "a")];
/// What stands for itself, and for nothing else that is open around it.
const CONTAINERS: &[&str] = &["blockquote", "ul", "ol", "li"];
/// Elements that are no block of ours and whose content stands in the line.
const IN_LINE: &[&str] = &[
    "abbr", "acronym", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "font", "ins", "kbd", "mark", "q",
    "s", "samp", "small", "span", "strike", "sub", "sup", "time", "tt", "u", "var", "wbr",
];

/// Cleans HTML down to the model. `inline` says which images stay: it is asked for each `cid:` source and returns the
/// Content-ID to be written; images of other servers go. What comes out comes out again unchanged.
pub fn written(html: &str, inline: &dyn Fn(&str) -> Option<String>) -> String {
    // The sanitiser first: what it lets through is harmless, whatever is made of it here.
    let named = |id: &str| inline(id).map(|id| format!("cid:{id}"));
    let cleaned = clean(html, &Options { inline: &named, remote_images: false });
    let mut writer = Writer::default();
    for token in Tokens::new(&cleaned.html) {
        match token {
            Token::Text(text) => writer.text(&text),
            Token::Start { name, attributes } => writer.start(&name, &attributes),
            Token::End { name } => writer.end(&name),
        }
    }
    writer.close_to(0);
    writer.out
}

/// Plain text in the model: a paragraph between empty lines, lines that begin with `>` as quotes.
pub fn from_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut depth = 0;
    let mut lines: Vec<&str> = Vec::new();
    for line in text.trim_end().lines() {
        let (marks, rest) = quoted(line);
        if marks != depth || rest.trim().is_empty() {
            paragraph(&mut out, &mut lines);
        }
        while depth < marks {
            out.push_str("<blockquote>");
            depth += 1;
        }
        while depth > marks {
            out.push_str("</blockquote>");
            depth -= 1;
        }
        if !rest.trim().is_empty() {
            lines.push(rest);
        }
    }
    paragraph(&mut out, &mut lines);
    out.extend(std::iter::repeat_n("</blockquote>", depth));
    out
}

// How deep a line is quoted, and what it says.
fn quoted(line: &str) -> (usize, &str) {
    let (mut depth, mut rest) = (0, line);
    while let Some(inner) = rest.strip_prefix('>').filter(|_| depth < DEPTH) {
        depth += 1;
        rest = inner.strip_prefix(' ').unwrap_or(inner);
    }
    (depth, rest)
}

fn paragraph(out: &mut String, lines: &mut Vec<&str>) {
    if lines.is_empty() {
        return;
    }
    out.push_str("<p>");
    for (at, line) in lines.drain(..).enumerate() {
        if at > 0 {
            out.push_str("<br>");
        }
        escape(out, line);
    }
    out.push_str("</p>");
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Lists and quotes that are open.
    containers: Vec<&'static str>,
    /// `p`, `pre`, or `li` for text that stands in an item without a paragraph.
    block: Option<&'static str>,
    /// Whether the innermost item has text already.
    filled: Vec<bool>,
    /// Bold, italic and links that the source has open, with a link's target.
    wanted: Vec<(&'static str, String)>,
    /// How many of them are written.
    marks: usize,
    preformatted: bool,
}

impl Writer {
    fn text(&mut self, text: &str) {
        if self.block.is_none() && text.trim().is_empty() {
            return;
        }
        self.open();
        escape(&mut self.out, text);
    }

    fn start(&mut self, name: &str, attributes: &[(String, String)]) {
        let value = |wanted: &str| {
            attributes.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value.as_str())
        };
        if let Some((_, mark)) = MARKS.iter().find(|(from, _)| *from == name) {
            self.wanted.push((*mark, value("href").to_owned()));
        } else if let Some(container) = CONTAINERS.iter().copied().find(|known| *known == name) {
            self.container(container);
        } else if name == "br" {
            self.open();
            self.out.push_str("<br>");
        } else if name == "img" {
            self.image(value("src"), value("alt"));
        } else if !IN_LINE.contains(&name) {
            self.close_block();
            self.preformatted |= name == "pre";
        }
    }

    fn end(&mut self, name: &str) {
        if let Some((_, mark)) = MARKS.iter().find(|(from, _)| *from == name) {
            if let Some(at) = self.wanted.iter().rposition(|(open, _)| open == mark) {
                self.unmark(at);
                self.wanted.remove(at);
            }
        } else if CONTAINERS.contains(&name) {
            if let Some(at) = self.containers.iter().rposition(|open| *open == name) {
                self.close_to(at);
            }
        } else if !IN_LINE.contains(&name) && !matches!(name, "br" | "img") {
            self.close_block();
            self.preformatted &= name != "pre";
        }
    }

    fn container(&mut self, name: &'static str) {
        self.close_block();
        self.preformatted = false;
        let list = self.containers.iter().rposition(|open| matches!(*open, "ul" | "ol"));
        match (name, list) {
            // An item ends the one before, and stands in a list.
            ("li", Some(list)) => self.close_to(list + 1),
            ("li", None) => self.push("ul"),
            (_, Some(list)) if list + 1 == self.containers.len() => self.push("li"),
            _ => {}
        }
        self.push(name);
    }

    fn push(&mut self, name: &'static str) {
        // An item goes with its list.
        if self.containers.len() >= DEPTH && (name != "li" || self.containers.len() > DEPTH) {
            return;
        }
        self.out.push('<');
        self.out.push_str(name);
        self.out.push('>');
        self.containers.push(name);
        self.filled.push(false);
    }

    fn image(&mut self, source: &str, words: &str) {
        if source.starts_with("cid:") {
            self.open();
            self.out.push_str("<img src=\"");
            escape(&mut self.out, source);
            self.out.push_str("\" alt=\"");
            escape(&mut self.out, words);
            self.out.push_str("\">");
        } else if !words.trim().is_empty() {
            self.text(words);
        }
    }

    /// Opens a paragraph where none is, and the marks that its text has.
    fn open(&mut self) {
        if self.block.is_none() {
            let list = matches!(self.containers.last(), Some(&("ul" | "ol")));
            if list {
                self.push("li");
            }
            let block = match self.containers.last() {
                _ if self.preformatted => "pre",
                Some(&"li") => "li",
                _ => "p",
            };
            if block == "li" {
                if self.filled.last().copied().unwrap_or_default() {
                    self.out.push_str("<br>");
                }
            } else {
                self.out.push('<');
                self.out.push_str(block);
                self.out.push('>');
            }
            if let Some(filled) = self.filled.last_mut() {
                *filled = true;
            }
            self.block = Some(block);
        }
        for at in self.marks..self.wanted.len() {
            let Some((mark, target)) = self.wanted.get(at) else { continue };
            match *mark {
                // What leads nowhere is text, and no link stands within another.
                "a" if target.is_empty() || self.links_before(at) => {}
                "a" => {
                    self.out.push_str("<a href=\"");
                    escape(&mut self.out, target);
                    self.out.push_str("\">");
                }
                mark => {
                    self.out.push('<');
                    self.out.push_str(mark);
                    self.out.push('>');
                }
            }
        }
        self.marks = self.wanted.len();
    }

    fn links_before(&self, at: usize) -> bool {
        self.wanted.iter().take(at).any(|(mark, target)| *mark == "a" && !target.is_empty())
    }

    /// Closes the marks from the `at`-th on.
    fn unmark(&mut self, at: usize) {
        while self.marks > at {
            self.marks -= 1;
            let Some((mark, target)) = self.wanted.get(self.marks) else { continue };
            if *mark == "a" && (target.is_empty() || self.links_before(self.marks)) {
                continue;
            }
            self.out.push_str("</");
            self.out.push_str(mark);
            self.out.push('>');
        }
    }

    fn close_block(&mut self) {
        self.unmark(0);
        match self.block.take() {
            Some("li") | None => {}
            Some(block) => {
                self.out.push_str("</");
                self.out.push_str(block);
                self.out.push('>');
            }
        }
    }

    fn close_to(&mut self, depth: usize) {
        self.close_block();
        while self.containers.len() > depth {
            self.filled.pop();
            if let Some(name) = self.containers.pop() {
                self.out.push_str("</");
                self.out.push_str(name);
                self.out.push('>');
            }
        }
    }
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\0' => out.push('\u{fffd}'),
            // Marks of a rewriter's making, and bytes that no mail program shows.
            _ if c.is_control() && !matches!(c, '\n' | '\t') => {}
            _ => out.push(c),
        }
    }
}
