//! Rewrites any HTML into a well-formed fragment of allowed elements: every element that is opened is closed, nothing
//! is nested too deep, and the sanitiser's tree builder finds nothing to repair (repairs are where it explodes: each
//! unclosed formatting element is opened again in each following block).

use super::tokens::{Token, Tokens};
use super::{ATTRIBUTES, ELEMENTS, Options};
use crate::limits;

/// Marks the source of an image that stands for the n-th inline part. Not in the input: `cid:` sources are rewritten.
pub(super) const INLINE: &str = "cid:turnstone-inline-";

const VOID: &[&str] = &["br", "col", "hr", "img", "wbr"];
/// Elements that end an open paragraph.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "details",
    "div",
    "dl",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "ul",
    "dd",
    "dt",
];
/// Elements that stay open across their borders only in broken pages: at most this many are open at once.
const INLINE_DEPTH: usize = 24;

pub(super) struct Balanced {
    pub(super) html: String,
    pub(super) inline: Vec<String>,
    pub(super) blocked_remote: usize,
}

pub(super) fn balance(source: &str, options: &Options<'_>) -> Balanced {
    let mut writer = Writer {
        out: Balanced { html: String::with_capacity(source.len()), inline: Vec::new(), blocked_remote: 0 },
        open: Vec::new(),
        elements: 0,
        ampersands: 0,
        options,
    };
    for token in Tokens::new(source) {
        match token {
            Token::Text(text) => writer.text(&text),
            Token::Start { name, attributes } => writer.start(&name, &attributes),
            Token::End { name } => writer.end(&name),
        }
    }
    writer.close_to(0);
    writer.out
}

/// http or https, with a host.
pub(super) fn is_web(url: &str) -> bool {
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    lower.starts_with("http://") || lower.starts_with("https://")
}

/// What a link may lead to.
pub(super) fn is_link(url: &str) -> bool {
    is_web(url) || url.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("mailto:"))
}

struct Writer<'a> {
    out: Balanced,
    open: Vec<&'static str>,
    elements: usize,
    /// Since the last tag.
    ampersands: usize,
    options: &'a Options<'a>,
}

/// Ampersands of one text: the sanitiser is quadratic in them (a megabyte of them takes it twelve seconds).
const AMPERSANDS: usize = 1_000;

impl Writer<'_> {
    /// Writes a text, with an invisible element wherever it would grow too costly.
    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
            let (before, after) = rest.split_at(at + 1);
            escape(&mut self.out.html, before);
            rest = after;
            self.ampersands += 1;
            if self.ampersands >= AMPERSANDS {
                self.out.html.push_str("<wbr>");
                self.ampersands = 0;
            }
        }
        escape(&mut self.out.html, rest);
    }

    fn start(&mut self, name: &str, attributes: &[(String, String)]) {
        let Some(name) = ELEMENTS.iter().copied().find(|known| *known == name) else { return };
        self.elements += 1;
        let void = VOID.contains(&name);
        self.close_implied(name);
        if self.elements > limits::HTML_ELEMENTS || (!void && !self.has_room(name)) {
            return;
        }
        self.ampersands = 0;
        self.out.html.push('<');
        self.out.html.push_str(name);
        for (attribute, value) in attributes {
            self.attribute(name, attribute, value);
        }
        self.out.html.push('>');
        if !void {
            self.open.push(name);
        }
    }

    fn has_room(&self, name: &str) -> bool {
        let inline = |name: &str| !BLOCKS.contains(&name) && !is_table_part(name);
        self.open.len() < limits::HTML_DEPTH
            && (!inline(name)
                || self.open.iter().rev().take_while(|open| inline(open)).count() < INLINE_DEPTH)
    }

    /// Closes what a browser would close before this element.
    fn close_implied(&mut self, name: &str) {
        if BLOCKS.contains(&name) {
            self.close_within(&["p"], &["table", "td", "th", "li", "blockquote", "div"]);
        }
        match name {
            "a" => self.close_within(&["a"], &["table"]),
            "li" => self.close_within(&["li"], &["ul", "ol", "table"]),
            "dd" | "dt" => self.close_within(&["dd", "dt"], &["dl", "table"]),
            "td" | "th" => self.close_within(&["td", "th"], &["tr", "table"]),
            "tr" => self.close_within(&["tr"], &["table"]),
            "tbody" | "thead" | "tfoot" | "caption" | "colgroup" => {
                self.close_within(&["tbody", "thead", "tfoot", "caption", "colgroup"], &["table"]);
            }
            _ => {}
        }
    }

    /// Closes the innermost of `names` with all within it, unless a border lies between.
    fn close_within(&mut self, names: &[&str], borders: &[&str]) {
        for (at, open) in self.open.iter().enumerate().rev() {
            if names.contains(open) {
                self.close_to(at);
                return;
            }
            if borders.contains(open) {
                return;
            }
        }
    }

    fn end(&mut self, name: &str) {
        if name == "p" && !self.open.contains(&"p") {
            return;
        }
        // An end tag does not reach out of its table cell.
        let stop = if is_table_part(name) { "table" } else { "td" };
        for (at, open) in self.open.iter().enumerate().rev() {
            if *open == name {
                self.close_to(at);
                return;
            }
            if *open == stop && name != "table" {
                return;
            }
        }
    }

    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            if let Some(name) = self.open.pop() {
                self.out.html.push_str("</");
                self.out.html.push_str(name);
                self.out.html.push('>');
            }
        }
    }

    fn attribute(&mut self, element: &str, name: &str, value: &str) {
        let value = match (element, name) {
            ("img", "src") => match self.image(value) {
                Some(source) => source,
                None => return,
            },
            ("a", "href") => match link(value) {
                Some(target) => target,
                None => return,
            },
            ("img", "alt") => value.to_owned(),
            ("img", "width" | "height") if is_pixel(value) => value.to_owned(),
            (_, "style") => super::style::filter(value),
            _ if ATTRIBUTES.contains(&name) && value.len() <= 1_000 => value.to_owned(),
            _ => return,
        };
        self.out.html.push(' ');
        self.out.html.push_str(name);
        self.out.html.push_str("=\"");
        escape(&mut self.out.html, &value);
        self.out.html.push('"');
    }

    fn image(&mut self, source: &str) -> Option<String> {
        let source: String = source.trim().chars().filter(|c| !c.is_control()).collect();
        if source.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("cid:")) {
            let id = percent_decoded(&source[4..]);
            let url = (self.options.inline)(id.trim_matches(['<', '>']))?;
            self.out.inline.push(url);
            return Some(format!("{INLINE}{}", self.out.inline.len() - 1));
        }
        if !is_web(&source) {
            self.out.blocked_remote += usize::from(source.starts_with("//"));
            return None;
        }
        if !self.options.remote_images {
            self.out.blocked_remote += 1;
            return None;
        }
        Some(source)
    }
}

fn is_table_part(name: &str) -> bool {
    matches!(name, "table" | "tbody" | "thead" | "tfoot" | "tr" | "td" | "th" | "caption" | "colgroup")
}

fn is_pixel(value: &str) -> bool {
    value.len() <= 10 && value.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'%' | b'p' | b'x'))
}

/// A link's target without the blanks and control characters that hide its scheme.
pub(super) fn link(target: &str) -> Option<String> {
    let target: String = target.trim().chars().filter(|c| !c.is_control()).collect();
    if is_link(&target) {
        return Some(target);
    }
    // "www.example.org/x" is meant as a web address and would be read as a page of ours.
    target
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("www."))
        .then(|| format!("http://{target}"))
}

fn percent_decoded(text: &str) -> String {
    String::from_utf8_lossy(&crate::parse::percent(text.as_bytes())).into_owned()
}

/// Escapes for text and for double-quoted attributes alike.
fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\0' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
}
