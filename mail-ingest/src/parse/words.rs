//! Header text: unfolding, RFC 2047 encoded words (also the broken ones), raw 8-bit bytes, control characters.

use super::Notes;
use super::charset;
use super::transfer::{base64, q_word};

/// The value of a field as one line of text without control characters. `fallback` is the charset that the mail
/// itself declares; raw bytes that are no UTF-8 are read with it.
pub(crate) fn text(raw: &[u8], fallback: Option<&str>, notes: &mut Notes) -> String {
    one_line(&decode_words(&raw_text(raw, fallback, notes), notes))
}

/// Raw header bytes as text: UTF-8 where they are, else the mail's own charset, else windows-1252.
pub(crate) fn raw_text(raw: &[u8], fallback: Option<&str>, notes: &mut Notes) -> String {
    if std::str::from_utf8(raw).is_err()
        && let Some(label) = fallback.filter(|label| charset::is_known(label))
    {
        return charset::decode(raw, Some(label), notes);
    }
    charset::guess(raw)
}

/// Bytes of one encoded word that are looked at; RFC 2047 allows 75.
const WORD: usize = 8_000;

struct Word<'a> {
    charset: &'a str,
    bytes: Vec<u8>,
}

/// Replaces encoded words by what they say. Neighbours of one charset are joined *before* they are read, because
/// many programs cut a character in two between them.
pub(crate) fn decode_words(text: &str, notes: &mut Notes) -> String {
    if !text.contains("=?") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut pending: Option<Word<'_>> = None;
    let mut rest = text;
    while let Some(start) = find(rest, "=?") {
        let (before, candidate) = rest.split_at(start);
        let Some((word, length)) = encoded_word(candidate) else {
            flush(&mut out, &mut pending, notes);
            out.push_str(before);
            out.push_str("=?");
            rest = &candidate[2..];
            continue;
        };
        // Blanks between two encoded words are not displayed (RFC 2047, 6.2).
        if pending.is_none() || !before.trim().is_empty() {
            flush(&mut out, &mut pending, notes);
            out.push_str(before);
        }
        match &mut pending {
            Some(previous) if previous.charset.eq_ignore_ascii_case(word.charset) => {
                previous.bytes.extend_from_slice(&word.bytes);
            }
            _ => {
                flush(&mut out, &mut pending, notes);
                pending = Some(word);
            }
        }
        rest = &candidate[length..];
    }
    flush(&mut out, &mut pending, notes);
    out.push_str(rest);
    out
}

fn flush(out: &mut String, pending: &mut Option<Word<'_>>, notes: &mut Notes) {
    if let Some(word) = pending.take() {
        out.push_str(&charset::decode(&word.bytes, Some(word.charset), notes));
    }
}

/// Reads one encoded word at the start of `text`; returns it with its length. Blanks inside of it are illegal and common.
fn encoded_word(text: &str) -> Option<(Word<'_>, usize)> {
    // A window keeps a header of nothing but "=?" from being searched to its end at each of them.
    let text = &text[..text.floor_char_boundary(WORD)];
    let inner = text.strip_prefix("=?")?;
    let (charset, rest) = inner.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    if charset.is_empty() || charset.len() > 60 || !charset.bytes().all(|b| b.is_ascii_graphic()) {
        return None;
    }
    let end = match encoding {
        "B" | "b" => find(rest, "?=")?,
        // "=?utf-8?Q?a?=" may contain "?=41": the end is the first "?=" that no hexadecimal digits follow.
        "Q" | "q" => q_end(rest)?,
        _ => return None,
    };
    if find(&rest[..end], "=?").is_some() {
        return None;
    }
    let data = &rest.as_bytes()[..end];
    let bytes = if matches!(encoding, "B" | "b") { base64(data).0 } else { q_word(data) };
    let length = text.len() - rest.len() + end + 2;
    let charset = charset.split('*').next().unwrap_or(charset);
    Some((Word { charset, bytes }, length))
}

/// The length of the encoded word at the start of `text`, if one stands there.
pub(crate) fn word_length(text: &str) -> Option<usize> {
    encoded_word(text).map(|(_, length)| length)
}

/// Like [`str::find`]; hostile headers are searched many times, which makes the difference felt.
fn find(text: &str, what: &str) -> Option<usize> {
    memchr::memmem::find(text.as_bytes(), what.as_bytes())
}

fn q_end(rest: &str) -> Option<usize> {
    let first = find(rest, "?=")?;
    let mut at = first;
    loop {
        let after = rest.as_bytes().get(at + 2..at + 4);
        let escape = after.is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        // Only when a later end exists on the same word (no blank between) is this "?=" part of the data.
        let Some(next) = find(&rest[at + 1..], "?=").map(|next| next + at + 1).filter(|_| escape) else {
            return Some(at);
        };
        if rest[at..next].contains([' ', '\t']) || rest[at..next].contains("=?") {
            return Some(at);
        }
        at = next;
    }
}

/// One line: folds and control characters become single blanks, ends trimmed. Characters that reorder or hide text
/// in a list (bidirectional overrides, zero-width marks at the border) are dropped.
pub(crate) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = false;
    for char in text.chars() {
        match char {
            '\r' | '\n' | '\t' => blank = true,
            ' ' if blank => {}
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {}
            '\u{2028}' | '\u{2029}' => blank = true,
            _ if char.is_control() => {}
            _ => {
                if blank {
                    blank = false;
                    if char != ' ' && !out.ends_with(' ') {
                        out.push(' ');
                    }
                }
                out.push(char);
            }
        }
    }
    out.trim().to_owned()
}
