//! What an IMAP server says, cut into words.

use super::super::wire::Wire;
use super::super::{FetchError, Result, shown};

/// The longest answer without literals, in bytes: a search over a mailbox of a million mails.
const WORDS: usize = 16 * 1024 * 1024;
/// Literals of one answer.
const LITERALS: usize = 64;

/// A word of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// `(`
    Open,
    /// `)`
    Close,
    /// As it stands, brackets and what is between them included.
    Atom(Vec<u8>),
    /// A quoted string or a literal.
    Text(Vec<u8>),
}

/// One answer.
#[derive(Clone, Debug)]
pub(super) struct Response {
    /// `*`, `+`, or the tag of a command.
    pub tag: Vec<u8>,
    /// The first line behind the tag.
    pub line: Vec<u8>,
    /// The words behind the tag; none of a status, which is for people.
    pub words: Vec<Word>,
}

impl Response {
    /// Reads one answer whose literals together are no longer than `limit`.
    pub(super) async fn read(wire: &mut Wire, limit: usize) -> Result<Self> {
        let first = wire.line().await?;
        Self::continued(wire, first, limit).await
    }

    /// The same with its first line read already.
    pub(super) async fn continued(wire: &mut Wire, first: Vec<u8>, limit: usize) -> Result<Self> {
        let at = first.iter().position(|byte| *byte == b' ').unwrap_or(first.len());
        let (tag, rest) = first.split_at(at);
        let rest = rest.get(1..).unwrap_or_default();
        let mut response = Self { tag: tag.to_vec(), line: rest.to_vec(), words: Vec::new() };
        if tag != b"*" || is_status(rest) {
            return Ok(response);
        }
        let (mut line, mut literals, mut left, mut total) = (rest.to_vec(), 0, limit, 0_usize);
        loop {
            total += line.len();
            let (before, length) = literal(&line);
            words(before, &mut response.words)?;
            let Some(length) = length else { return Ok(response) };
            literals += 1;
            if length > left || literals > LITERALS || total > WORDS {
                return Err(FetchError::Broken(format!("an answer longer than {limit} bytes")));
            }
            left -= length;
            response.words.push(Word::Text(wire.bytes(length).await?));
            line = wire.line().await?;
        }
    }

    /// The status word of a tagged answer, and its text.
    pub(super) fn status(&self) -> (String, String) {
        let text = String::from_utf8_lossy(&self.line).into_owned();
        let (word, rest) = text.split_once(' ').unwrap_or((&text, ""));
        (word.to_ascii_uppercase(), shown(rest.as_bytes()))
    }

    /// What stands in brackets at the beginning of a status: `UIDVALIDITY 7`.
    pub(super) fn code(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.line).into_owned();
        let (_, rest) = text.split_once(" [")?;
        rest.split_once(']').map(|(code, _)| code.to_owned())
    }

    /// The number in front of this word: `23 EXISTS`.
    pub(super) fn number(&self, word: &str) -> Option<u32> {
        match self.words.as_slice() {
            [Word::Atom(number), Word::Atom(what), ..] if what.eq_ignore_ascii_case(word.as_bytes()) => {
                std::str::from_utf8(number).ok()?.parse().ok()
            }
            _ => None,
        }
    }

    /// The words behind the first one, where that is `word`: `SEARCH 1 2 3`.
    pub(super) fn after(&self, word: &str) -> Option<&[Word]> {
        match self.words.split_first() {
            Some((Word::Atom(first), rest)) if first.eq_ignore_ascii_case(word.as_bytes()) => Some(rest),
            _ => None,
        }
    }

    /// Name and value of each item of a FETCH answer.
    pub(super) fn items(&self) -> Option<Vec<(String, Value)>> {
        self.number("FETCH")?;
        let mut words = self.words.get(2..)?.iter().peekable();
        if words.next() != Some(&Word::Open) {
            return None;
        }
        let mut items = Vec::new();
        while let Some(Word::Atom(name)) = words.next() {
            let name = String::from_utf8_lossy(name).to_ascii_uppercase();
            let value = match words.next()? {
                Word::Text(text) => Value::Text(text.clone()),
                // Nothing is there (RFC 3501, 4.5), which is no text of three letters.
                Word::Atom(atom) if atom.eq_ignore_ascii_case(b"NIL") => continue,
                Word::Atom(atom) => Value::Text(atom.clone()),
                Word::Close => return None,
                Word::Open => {
                    let (mut list, mut depth) = (Vec::new(), 1);
                    while depth > 0 {
                        match words.next()? {
                            Word::Open => depth += 1,
                            Word::Close => depth -= 1,
                            Word::Atom(word) | Word::Text(word) => list.push(word.clone()),
                        }
                    }
                    Value::List(list)
                }
            };
            items.push((name, value));
        }
        Some(items)
    }
}

/// The value of an item.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// One word; `NIL` is a word too.
    Text(Vec<u8>),
    /// All words in parentheses.
    List(Vec<Vec<u8>>),
}

/// Statuses carry text for people, in which a brace means nothing.
fn is_status(rest: &[u8]) -> bool {
    let word = rest.split(|byte| *byte == b' ').next().unwrap_or_default();
    ["OK", "NO", "BAD", "BYE", "PREAUTH"].iter().any(|status| word.eq_ignore_ascii_case(status.as_bytes()))
}

/// What stands before the announcement of a literal, and its length.
fn literal(line: &[u8]) -> (&[u8], Option<usize>) {
    let announced = || {
        let inner = line.strip_suffix(b"}")?;
        let open = inner.iter().rposition(|byte| *byte == b'{')?;
        let digits = inner.get(open + 1..)?;
        let digits = digits.strip_suffix(b"+").unwrap_or(digits);
        let length = std::str::from_utf8(digits).ok()?.parse().ok()?;
        Some((line.get(..open)?, length))
    };
    match announced() {
        Some((before, length)) => (before, Some(length)),
        None => (line, None),
    }
}

fn words(line: &[u8], out: &mut Vec<Word>) -> Result<()> {
    let mut at = 0;
    while let Some(byte) = line.get(at) {
        match byte {
            b' ' => at += 1,
            b'(' => {
                out.push(Word::Open);
                at += 1;
            }
            b')' => {
                out.push(Word::Close);
                at += 1;
            }
            b'"' => {
                let (text, end) = quoted(line, at + 1)
                    .ok_or_else(|| FetchError::Broken(format!("no answer of IMAP: {}", shown(line))))?;
                out.push(Word::Text(text));
                at = end;
            }
            _ => {
                let (mut end, mut within) = (at, false);
                while let Some(byte) = line.get(end) {
                    match byte {
                        b'[' => within = true,
                        b']' => within = false,
                        b' ' | b'(' | b')' if !within => break,
                        _ => {}
                    }
                    end += 1;
                }
                out.push(Word::Atom(line.get(at..end).unwrap_or_default().to_vec()));
                at = end;
            }
        }
    }
    Ok(())
}

/// A quoted string from behind its first quote; and where it ends.
fn quoted(line: &[u8], mut at: usize) -> Option<(Vec<u8>, usize)> {
    let mut text = Vec::new();
    loop {
        match line.get(at)? {
            b'"' => return Some((text, at + 1)),
            b'\\' => {
                text.push(*line.get(at + 1)?);
                at += 2;
            }
            byte => {
                text.push(*byte);
                at += 1;
            }
        }
    }
}
