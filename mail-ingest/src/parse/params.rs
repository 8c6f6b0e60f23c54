//! Content-Type and Content-Disposition: a word and parameters, as RFC 2045 and 2231 say and as programs write them:
//! unquoted blanks, RFC 2047 words, raw 8-bit names, missing semicolons, parameters given twice.

use super::transfer::percent;
use super::{Notes, charset, words};

/// Parameters of one field that are kept.
const PARAMETERS: usize = 100;

/// A parsed field.
#[derive(Debug, Default)]
pub(crate) struct Params {
    /// The value before the first parameter, lower case: `text/plain`, `attachment`.
    pub(crate) value: String,
    list: Vec<(String, Vec<u8>)>,
}

impl Params {
    pub(crate) fn read(raw: &[u8]) -> Params {
        let mut pieces = Scanner { rest: raw };
        let value = pieces.until_semicolon();
        let value = String::from_utf8_lossy(&value).trim().trim_matches('"').to_ascii_lowercase();
        // "text/plain charset=utf-8": the semicolon is missing.
        let (value, tail) = match value.split_once([' ', '\t']) {
            Some((value, tail)) if tail.contains('=') => (value.to_owned(), Some(tail.to_owned())),
            _ => (value, None),
        };
        let mut params = Params {
            value: value.chars().filter(|c| !c.is_whitespace()).take(200).collect(),
            list: Vec::new(),
        };
        if let Some(tail) = tail {
            params.parameters(&mut Scanner { rest: tail.as_bytes() });
        }
        params.parameters(&mut pieces);
        params
    }

    fn parameters(&mut self, pieces: &mut Scanner<'_>) {
        while self.list.len() < PARAMETERS {
            let Some((name, value)) = pieces.parameter() else { return };
            if !self.list.iter().any(|(known, _)| *known == name) {
                self.list.push((name, value));
            }
        }
    }

    /// `text` of `text/plain`.
    pub(crate) fn main_type(&self) -> &str {
        self.value.split('/').next().unwrap_or_default()
    }

    /// The raw value of a plain parameter.
    pub(crate) fn raw(&self, name: &str) -> Option<&[u8]> {
        self.list.iter().find(|(known, _)| known == name).map(|(_, value)| &value[..])
    }

    /// A parameter as text, RFC 2231 continuations and charset first, then the plain form with encoded words.
    pub(crate) fn text(&self, name: &str, fallback: Option<&str>, notes: &mut Notes) -> Option<String> {
        self.extended(name, notes)
            .or_else(|| self.raw(name).map(|raw| words::text(raw, fallback, notes)))
            .filter(|text| !text.is_empty())
    }

    /// `name*`, `name*0`, `name*0*` … (RFC 2231, 3 and 4). Sections are joined as bytes, then read in the charset.
    fn extended(&self, name: &str, notes: &mut Notes) -> Option<String> {
        if let Some(value) = self.raw(&format!("{name}*")) {
            let (label, bytes) = split_charset(value);
            return Some(words::one_line(&charset::decode(&percent(bytes), label.as_deref(), notes)));
        }
        let mut bytes = Vec::new();
        let mut label = None;
        let mut encoded_any = false;
        for section in 0..PARAMETERS {
            if let Some(value) = self.raw(&format!("{name}*{section}*")) {
                let value = if section == 0 {
                    let (found, rest) = split_charset(value);
                    label = found;
                    rest
                } else {
                    value
                };
                bytes.extend_from_slice(&percent(value));
                encoded_any = true;
            } else if let Some(value) = self.raw(&format!("{name}*{section}")) {
                bytes.extend_from_slice(value);
            } else {
                break;
            }
        }
        if bytes.is_empty() {
            return None;
        }
        let text = charset::decode(&bytes, label.as_deref(), notes);
        // Encoded words in continuations are doubly wrong and real.
        Some(words::one_line(&if encoded_any { text } else { words::decode_words(&text, notes) }))
    }
}

/// `utf-8'en'%e2%82%ac` → the charset and the rest. Without the two quotes all of it is the value.
fn split_charset(value: &[u8]) -> (Option<String>, &[u8]) {
    let mut quotes = value.iter().enumerate().filter(|(_, byte)| **byte == b'\'').map(|(at, _)| at);
    match (quotes.next(), quotes.next()) {
        (Some(first), Some(second)) if first <= 40 => {
            (Some(String::from_utf8_lossy(&value[..first]).into_owned()), &value[second + 1..])
        }
        _ => (None, value),
    }
}

struct Scanner<'a> {
    rest: &'a [u8],
}

impl Scanner<'_> {
    /// What stands before the next `;`, comments left out.
    fn until_semicolon(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut depth = 0usize;
        while let Some((&byte, rest)) = self.rest.split_first() {
            self.rest = rest;
            match byte {
                b'(' => depth += 1,
                b')' => depth = depth.saturating_sub(1),
                b';' if depth == 0 => break,
                _ if depth == 0 => out.push(byte),
                _ => {}
            }
        }
        out
    }

    /// The next `name=value`; pieces without `=` are skipped.
    fn parameter(&mut self) -> Option<(String, Vec<u8>)> {
        loop {
            self.rest = self.rest.trim_ascii_start();
            let stop = self.rest.iter().position(|byte| matches!(byte, b'=' | b';'))?;
            let (name, rest) = self.rest.split_at(stop);
            self.rest = &rest[1..];
            if rest.first() == Some(&b';') {
                continue;
            }
            let name: String = String::from_utf8_lossy(name)
                .trim()
                .chars()
                .filter(|c| !c.is_whitespace())
                .take(100)
                .collect();
            return Some((name.to_ascii_lowercase(), self.value()));
        }
    }

    fn value(&mut self) -> Vec<u8> {
        self.rest = self.rest.trim_ascii_start();
        if self.rest.first() == Some(&b'"') {
            return self.quoted();
        }
        let stop = self.rest.iter().position(|&byte| byte == b';').unwrap_or(self.rest.len());
        let (mut value, mut rest) = self.rest.split_at(stop);
        // `access-type=mail-server server="x"`: a second "=" after a blank is a parameter whose semicolon is missing.
        if let Some(equals) = value.iter().position(|&byte| byte == b'=')
            && let Some(blank) = value[..equals].iter().rposition(u8::is_ascii_whitespace)
            && value.get(equals + 1) != Some(&b'?')
            && !value.starts_with(b"=?")
        {
            (value, rest) = self.rest.split_at(blank);
        }
        self.rest = rest.strip_prefix(b";").unwrap_or(rest);
        let value = value.trim_ascii();
        // A comment after an unquoted token.
        let value = match value.iter().position(|&byte| byte == b'(') {
            Some(at)
                if at > 0
                    && value[at - 1] == b' '
                    && value.ends_with(b")")
                    && !value[..at - 1].contains(&b' ') =>
            {
                value[..at].trim_ascii()
            }
            _ => value,
        };
        value.to_vec()
    }

    fn quoted(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut bytes = self.rest[1..].iter().enumerate();
        let mut end = self.rest.len();
        while let Some((at, &byte)) = bytes.next() {
            match byte {
                // Windows paths are written with single backslashes: only quotes and backslashes are escaped.
                b'\\' => match self.rest.get(at + 2) {
                    Some(&next @ (b'"' | b'\\')) => {
                        bytes.next();
                        out.push(next);
                    }
                    _ => out.push(b'\\'),
                },
                b'"' => {
                    end = at + 2;
                    break;
                }
                _ => out.push(byte),
            }
        }
        self.rest = self.rest.get(end..).unwrap_or_default().trim_ascii_start();
        // Anything between the closing quote and the semicolon is dropped.
        if self.rest.first() == Some(&b';') {
            self.rest = &self.rest[1..];
        }
        out
    }
}
