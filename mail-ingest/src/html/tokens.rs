//! A tokeniser for HTML that is linear in its input and bounded in what it keeps. It need not agree with browsers in
//! every corner: what is shown is serialised anew from its tokens and parsed again by the sanitiser.

use std::borrow::Cow;

/// Attributes of one tag that are kept.
const ATTRIBUTES: usize = 32;

/// Elements whose content is no text for a reader.
pub(super) const RAW: &[&str] = &[
    "applet",
    "audio",
    "canvas",
    "embed",
    "frameset",
    "iframe",
    "math",
    "noembed",
    "noframes",
    "object",
    "plaintext",
    "script",
    "select",
    "style",
    "svg",
    "template",
    "textarea",
    "title",
    "video",
    "xmp",
];

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Entities resolved.
    Text(Cow<'a, str>),
    /// The name is lower case; values have their entities resolved.
    Start {
        name: String,
        attributes: Vec<(String, String)>,
    },
    End {
        name: String,
    },
}

pub(super) struct Tokens<'a> {
    rest: &'a str,
    /// Bytes behind the last `>`: among them no markup can end, so none is looked for.
    tail: usize,
    /// Raw elements that are never closed in the rest: they are searched for once.
    unclosed: Vec<&'static str>,
    comments_unclosed: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(source: &'a str) -> Tokens<'a> {
        let tail =
            memchr::memrchr(b'>', source.as_bytes()).map_or(source.len(), |last| source.len() - last - 1);
        Tokens { rest: source, tail, unclosed: Vec::new(), comments_unclosed: false }
    }

    fn text(&mut self, length: usize) -> Token<'a> {
        let (text, rest) = self.rest.split_at(length);
        self.rest = rest;
        Token::Text(decode_entities(text))
    }

    /// A comment, declaration or processing instruction at the start of the rest; `None` where none stands there.
    fn skip_markup(&mut self) -> Option<()> {
        let markup = self.rest.strip_prefix('<')?;
        let odd_end =
            markup.strip_prefix('/').is_some_and(|name| !name.starts_with(|c: char| c.is_ascii_alphabetic()));
        if !markup.starts_with(['!', '?']) && !odd_end {
            return None;
        }
        if self.rest.starts_with("<!--") && !self.comments_unclosed {
            // "<!-->" and "<!--->" are whole comments.
            if let Some(end) = memchr::memmem::find(&self.rest.as_bytes()[2..], b"-->") {
                self.rest = &self.rest[2 + end + 3..];
                return Some(());
            }
            self.comments_unclosed = true;
        }
        let end = memchr::memchr(b'>', self.rest.as_bytes())?;
        self.rest = &self.rest[end + 1..];
        Some(())
    }

    fn tag(&mut self) -> Option<Token<'a>> {
        let inner = self.rest.strip_prefix('<')?;
        let (closing, inner) = match inner.strip_prefix('/') {
            Some(inner) => (true, inner),
            None => (false, inner),
        };
        if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let end = inner
            .find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '<'))
            .unwrap_or(inner.len());
        let name: String = inner[..end].chars().take(40).collect::<String>().to_ascii_lowercase();
        let (attributes, rest) = attributes(&inner[end..])?;
        self.rest = rest;
        if closing {
            return Some(Token::End { name });
        }
        self.skip_raw(&name);
        Some(Token::Start { name, attributes })
    }

    /// Skips to the end tag of an element whose content is not shown.
    fn skip_raw(&mut self, name: &str) {
        let Some(raw) = RAW.iter().copied().find(|raw| *raw == name) else { return };
        if self.unclosed.contains(&raw) {
            return;
        }
        match find_end_tag(self.rest, raw) {
            Some(at) => self.rest = &self.rest[at..],
            None => self.unclosed.push(raw),
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        while !self.rest.is_empty() {
            if self.rest.len() <= self.tail {
                return Some(self.text(self.rest.len()));
            }
            match memchr::memchr(b'<', self.rest.as_bytes()) {
                None => return Some(self.text(self.rest.len())),
                Some(0) => {
                    if self.skip_markup().is_some() {
                        continue;
                    }
                    if let Some(tag) = self.tag() {
                        return Some(tag);
                    }
                    // A "<" that begins nothing is a character.
                    let next =
                        memchr::memchr(b'<', &self.rest.as_bytes()[1..]).map_or(self.rest.len(), |at| at + 1);
                    return Some(self.text(next));
                }
                Some(at) => return Some(self.text(at)),
            }
        }
        None
    }
}

fn find_end_tag(text: &str, name: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = memchr::memmem::find(&text.as_bytes()[from..], b"</") {
        let at = from + at;
        let candidate = text.as_bytes().get(at + 2..at + 2 + name.len());
        if candidate.is_some_and(|candidate| candidate.eq_ignore_ascii_case(name.as_bytes())) {
            return Some(at);
        }
        from = at + 2;
    }
    None
}

/// Reads attributes up to the `>`; `None` where the tag never ends.
fn attributes(source: &str) -> Option<(Vec<(String, String)>, &str)> {
    let bytes = source.as_bytes();
    let mut list: Vec<(String, String)> = Vec::new();
    let mut at = 0;
    loop {
        while bytes.get(at).is_some_and(|b| b.is_ascii_whitespace() || *b == b'/') {
            at += 1;
        }
        match bytes.get(at) {
            None => return fallback(source),
            Some(b'>') => return Some((list, &source[at + 1..])),
            Some(_) => {}
        }
        let name_start = at;
        at += 1;
        while bytes.get(at).is_some_and(|b| !b.is_ascii_whitespace() && !matches!(b, b'/' | b'>' | b'=')) {
            at += 1;
        }
        let name = &source[name_start..at];
        let mut value = "";
        let mut next = at;
        while bytes.get(next).is_some_and(u8::is_ascii_whitespace) {
            next += 1;
        }
        if bytes.get(next) == Some(&b'=') {
            at = next + 1;
            while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
                at += 1;
            }
            (value, at) = match bytes.get(at) {
                Some(&quote @ (b'"' | b'\'')) => {
                    let Some(end) = memchr::memchr(quote, &bytes[at + 1..]) else { return fallback(source) };
                    (&source[at + 1..at + 1 + end], at + end + 2)
                }
                _ => {
                    let start = at;
                    while bytes.get(at).is_some_and(|b| !b.is_ascii_whitespace() && *b != b'>') {
                        at += 1;
                    }
                    (&source[start..at], at)
                }
            };
        }
        if list.len() < ATTRIBUTES && name.len() <= 40 && value.len() <= 8_000 {
            let name = name.to_ascii_lowercase();
            if !list.iter().any(|(known, _)| *known == name) {
                list.push((name, decode_entities(value).into_owned()));
            }
        }
    }
}

/// A tag whose quote or end is missing is taken to end at its first `>`, without attributes.
fn fallback(source: &str) -> Option<(Vec<(String, String)>, &str)> {
    let end = memchr::memchr(b'>', source.as_bytes())?;
    Some((Vec::new(), &source[end + 1..]))
}

/// Resolves `&amp;`, `&#8364;` and their like; what is none stays.
pub(super) fn decode_entities(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = entity_length(rest);
        if length > 1 {
            let entity = &rest[..length];
            let whole =
                if entity.ends_with(';') { Cow::Borrowed(entity) } else { Cow::Owned(format!("{entity};")) };
            let before = out.len();
            mail_parser::decoders::html::add_html_token(&mut out, whole.as_bytes(), false);
            if out[before..] == *whole {
                out.truncate(before);
                out.push_str(entity);
            } else if out[before..].chars().any(|c| c == '\0') {
                out.truncate(before);
                out.push('\u{fffd}');
            }
            rest = &rest[length..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The length of a reference at the start of `rest`: with its semicolon, or the few that live without one.
fn entity_length(rest: &str) -> usize {
    let body = &rest.as_bytes()[1..];
    let end = body
        .iter()
        .take(33)
        .position(|b| !(b.is_ascii_alphanumeric() || *b == b'#'))
        .unwrap_or(body.len().min(33));
    if end == 0 {
        return 1;
    }
    if body.get(end) == Some(&b';') {
        return end + 2;
    }
    let bare = &body[..end];
    let numeric = bare[0] == b'#' && end > 1 && bare[1..].iter().all(|b| b.is_ascii_digit());
    if numeric || matches!(bare, b"amp" | b"lt" | b"gt" | b"quot" | b"nbsp") { end + 1 } else { 1 }
}
