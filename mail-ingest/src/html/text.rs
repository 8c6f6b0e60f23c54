//! HTML as a person would type it: paragraphs, lists, quotes, table cells, and every link with its true target.

use super::tokens::{Token, Tokens};
use crate::limits;

const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figure",
    "footer",
    "form",
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
    "tr",
    "ul",
    "caption",
    "body",
    "html",
    "thead",
    "tbody",
    "tfoot",
    "center",
];
/// Blocks that stand off by an empty line.
const PARAGRAPHS: &[&str] =
    &["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "dl", "table", "pre", "hr"];
/// Quotes that are marked, one ">" each; deeper ones look like this one.
const QUOTES: usize = 20;

/// Converts HTML to readable text. Linear in the input, of which at most [`limits::HTML`] bytes are read.
pub fn to_text(html: &str) -> String {
    let mut writer = Writer::default();
    for token in Tokens::new(&html[..html.floor_char_boundary(limits::HTML)]) {
        match token {
            Token::Text(text) => writer.text(&text),
            Token::Start { name, attributes } => writer.start(&name, &attributes),
            Token::End { name } => writer.end(&name),
        }
        if writer.out.len() > limits::TEXT {
            break;
        }
    }
    writer.end_link();
    writer.out.trim_start_matches('\n').trim_end().to_owned()
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Line ends that are due before the next text.
    breaks: usize,
    blank: bool,
    quotes: usize,
    /// The quote depth of the last line.
    written_quotes: usize,
    preformatted: usize,
    lists: Vec<Option<usize>>,
    link: Option<Link>,
    /// Text between a table's rows and cells is layout.
    cell_in_row: bool,
}

struct Link {
    target: String,
    start: usize,
}

impl Writer {
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\n' if self.preformatted > 0 => self.break_line(),
                '\r' => {}
                ' ' | '\t' if self.preformatted > 0 => {
                    self.settle();
                    self.out.push(c);
                }
                // Zero-width marks and soft hyphens: fillers of newsletters' preview lines.
                '\u{200b}'..='\u{200f}' | '\u{ad}' | '\u{34f}' | '\u{feff}' | '\u{2060}' => {}
                '\u{a0}' => self.blank = true,
                _ if c.is_whitespace() => self.blank = true,
                _ if c.is_control() => {}
                _ => {
                    self.settle();
                    self.out.push(c);
                }
            }
        }
    }

    /// Writes the line ends, quote marks and the blank that are due.
    fn settle(&mut self) {
        if self.breaks > 0 && !self.out.is_empty() {
            let lines = self.breaks.min(2);
            for line in 1..=lines {
                while self.out.ends_with(' ') {
                    self.out.pop();
                }
                self.out.push('\n');
                // The empty line between belongs to the quote that both sides share.
                let marks = if line == lines { self.quotes } else { self.quotes.min(self.written_quotes) };
                self.quote_marks(marks);
            }
            self.written_quotes = self.quotes;
            self.blank = false;
        } else if self.out.is_empty() {
            self.quote_marks(self.quotes);
            self.written_quotes = self.quotes;
            self.blank = false;
        }
        self.breaks = 0;
        if std::mem::take(&mut self.blank) && !self.out.ends_with([' ', '\n']) {
            self.out.push(' ');
        }
    }

    fn quote_marks(&mut self, depth: usize) {
        let marks = depth.min(QUOTES);
        if marks > 0 {
            self.out.extend(std::iter::repeat_n('>', marks));
            self.out.push(' ');
        }
    }

    fn break_line(&mut self) {
        // Within preformatted text and between <br>s empty lines are meant.
        if self.breaks > 0 {
            let due = std::mem::take(&mut self.breaks);
            self.breaks = due.min(2);
            self.settle();
        }
        self.breaks = 1;
    }

    fn block(&mut self, breaks: usize) {
        self.breaks = self.breaks.max(breaks);
        self.blank = false;
    }

    fn start(&mut self, name: &str, attributes: &[(String, String)]) {
        let attribute = |wanted: &str| {
            attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
        };
        if BLOCKS.contains(&name) {
            self.block(if PARAGRAPHS.contains(&name) && !self.in_list(name) { 2 } else { 1 });
        }
        match name {
            "br" => self.break_line(),
            "hr" => {
                self.settle();
                self.out.push_str("---");
                self.block(2);
            }
            "pre" => self.preformatted += 1,
            "blockquote" => self.quotes += 1,
            "ul" => self.lists.push(None),
            "ol" => {
                self.lists.push(Some(attribute("start").and_then(|start| start.parse().ok()).unwrap_or(1)))
            }
            "li" => self.item(),
            "tr" => self.cell_in_row = false,
            "td" | "th" => {
                let follows = std::mem::replace(&mut self.cell_in_row, true);
                self.blank |= follows && self.breaks == 0;
            }
            "img" => {
                if let Some(alt) =
                    attribute("alt").map(str::trim).filter(|alt| !alt.is_empty() && alt.len() < 300)
                {
                    self.settle();
                    self.out.push('[');
                    self.out.push_str(&crate::parse::words::one_line(alt));
                    self.out.push(']');
                }
            }
            "a" => {
                self.end_link();
                if let Some(target) = attribute("href").and_then(super::balance::link) {
                    self.link = Some(Link { target, start: self.out.len() });
                }
            }
            _ => {}
        }
    }

    fn in_list(&self, name: &str) -> bool {
        matches!(name, "ul" | "ol") && !self.lists.is_empty()
    }

    fn item(&mut self) {
        let indent = self.lists.len().saturating_sub(1).min(10) * 2;
        self.settle();
        self.out.extend(std::iter::repeat_n(' ', indent));
        match self.lists.last_mut() {
            Some(Some(number)) => {
                let mark = format!("{number}. ");
                *number = number.saturating_add(1);
                self.out.push_str(&mark);
            }
            _ => self.out.push_str("- "),
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "a" => self.end_link(),
            "pre" => self.preformatted = self.preformatted.saturating_sub(1),
            "blockquote" => self.quotes = self.quotes.saturating_sub(1),
            "ul" | "ol" => drop(self.lists.pop()),
            _ => {}
        }
        if BLOCKS.contains(&name) {
            self.block(if PARAGRAPHS.contains(&name) && !self.in_list(name) { 2 } else { 1 });
        }
    }

    /// Writes where a link leads, unless its text says just that.
    fn end_link(&mut self) {
        let Some(link) = self.link.take() else { return };
        let label = self.out.get(link.start..).unwrap_or_default().trim();
        let shown = link.target.strip_prefix("mailto:").unwrap_or(&link.target);
        let bare = |url: &str| url.trim_end_matches('/').to_owned();
        let without_scheme = shown.split_once("://").map_or(shown, |(_, rest)| rest);
        let host = super::host::ascii_host(shown);
        if (bare(label) == bare(shown) || bare(label) == bare(without_scheme)) && host.is_none() {
            return;
        }
        if label.is_empty() {
            self.settle();
        } else {
            self.out.push(' ');
        }
        self.out.push('<');
        self.out.push_str(&shown[..shown.floor_char_boundary(2_000)]);
        // Letters of other scripts look like those of a bank.
        if let Some(host) = host {
            self.out.push_str(" = ");
            self.out.push_str(&host);
        }
        self.out.push('>');
    }
}
