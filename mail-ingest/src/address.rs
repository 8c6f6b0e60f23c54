//! Addresses as people and programs write them (RFC 5322, 3.4, and far from it), for headers and for typed lists.

use serde::{Deserialize, Serialize};

use crate::limits;
use crate::parse::{Notes, words};

/// A display name and an address. Either may be empty, where a mail gave only the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// Decoded, one line, no control characters.
    pub name: String,
    /// `local@domain` as written; [`normalise`] makes the form to compare.
    pub address: String,
}

impl Mailbox {
    /// Whether there is an address that a mail could be sent to.
    pub fn is_deliverable(&self) -> bool {
        normalise(&self.address).is_some()
    }
}

/// Why a typed list of addresses was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{entry}\" is not a mail address: write name@example.org or Name <name@example.org>")]
pub struct Bad {
    /// The entry that is wrong, as typed.
    pub entry: String,
}

/// The form of an address to compare and to store: trimmed, lower case, the domain as ASCII (IDNA). `None` where
/// it is no address that a mail could be sent to.
pub fn normalise(address: &str) -> Option<String> {
    let address = address.trim();
    let address = address.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(address).trim();
    if address.len() > limits::ADDRESS {
        return None;
    }
    let (local, domain) = address.rsplit_once('@')?;
    let local = valid_local(local)?;
    Some(format!("{local}@{}", valid_domain(domain)?))
}

/// Reads a list that a person typed, separated by commas, semicolons or line ends.
///
/// # Errors
/// The first entry that is no address.
pub fn parse_list(input: &str) -> Result<Vec<Mailbox>, Bad> {
    let input = input.replace(['\r', '\n'], ",");
    let mut list = Vec::new();
    for entry in entries(&input) {
        // "anna b@c.example d" names an address, and something that was meant otherwise.
        if entry.mailbox.is_deliverable() && !entry.loose {
            list.push(entry.mailbox);
        } else {
            let shown: String = words::one_line(&entry.source).chars().take(200).collect();
            return Err(Bad { entry: shown });
        }
    }
    Ok(list)
}

/// Reads an address header, tolerant; entries without any address are kept for their name.
pub(crate) fn from_header(text: &str) -> Vec<Mailbox> {
    entries(text).into_iter().map(|entry| entry.mailbox).collect()
}

fn valid_local(local: &str) -> Option<String> {
    if local.is_empty() || local.len() > 128 || local.chars().any(char::is_control) {
        return None;
    }
    if let Some(inner) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return (!inner.is_empty() && !inner.contains('"')).then(|| local.to_lowercase());
    }
    // Leading, trailing and double dots are wrong and in use by whole countries' providers.
    let ok = |c: char| {
        c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c) || (!c.is_ascii() && !c.is_whitespace())
    };
    local.chars().all(ok).then(|| local.to_lowercase())
}

fn valid_domain(domain: &str) -> Option<String> {
    if let Some(literal) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let ok = !literal.is_empty()
            && literal.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':'));
        return ok.then(|| domain.to_ascii_lowercase());
    }
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    if domain.is_empty() || domain.len() > 253 {
        return None;
    }
    let ascii =
        if domain.is_ascii() { domain.to_ascii_lowercase() } else { idna::domain_to_ascii(domain).ok()? };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    (ascii.len() <= 253 && ascii.split('.').all(label)).then_some(ascii)
}

struct Entry {
    mailbox: Mailbox,
    /// The address stood among other words, without angle brackets.
    loose: bool,
    source: String,
}

#[derive(Default)]
struct Draft {
    source: String,
    /// Words outside of brackets, encoded words still encoded.
    words: Vec<String>,
    comments: Vec<String>,
    angle: Option<String>,
    /// No blank stood before the next word: it belongs to the last one.
    glued: bool,
    /// One of the words holds an `@`.
    addressed: bool,
}

/// Quotes and comments of one field that are searched for an end that never comes.
const UNCLOSED: usize = 20;

fn entries(text: &str) -> Vec<Entry> {
    let mut list = Vec::new();
    let mut draft = Draft::default();
    let mut rest = text;
    let mut unclosed = 0;
    while let Some(first) = rest.chars().next() {
        if list.len() >= limits::ADDRESSES {
            return list;
        }
        let length = match first {
            ',' | ';' => {
                finish(&mut draft, &mut list);
                rest = &rest[first.len_utf8()..];
                continue;
            }
            // Each that is never closed was searched for to the end of the field.
            '"' | '(' if unclosed > UNCLOSED => first.len_utf8(),
            '"' => quoted(rest, &mut draft),
            '(' => comment(rest, &mut draft),
            '<' => angle(rest, &mut draft),
            '=' if words::word_length(rest).is_some() => encoded(rest, &mut draft),
            // The name of a group: it says nobody's address.
            ':' if draft.angle.is_none() && !draft.addressed => {
                draft = Draft::default();
                1
            }
            '[' => word(rest, rest.find(']').map_or(rest.len(), |end| end + 1), &mut draft),
            _ if first.is_whitespace() || first.is_control() || first == '>' => {
                draft.glued = false;
                first.len_utf8()
            }
            _ => {
                let end = rest
                    .char_indices()
                    .skip(1)
                    .find(|(_, c)| ",;\"(<>:[".contains(*c) || c.is_whitespace() || c.is_control());
                word(rest, end.map_or(rest.len(), |(at, _)| at), &mut draft)
            }
        };
        unclosed += usize::from(length == 1 && matches!(first, '"' | '('));
        draft.source.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    finish(&mut draft, &mut list);
    list
}

fn word(rest: &str, length: usize, draft: &mut Draft) -> usize {
    draft.addressed |= rest[..length].contains('@');
    match draft.words.last_mut() {
        Some(last) if draft.glued => last.push_str(&rest[..length]),
        _ => draft.words.push(rest[..length].to_owned()),
    }
    draft.glued = true;
    length
}

fn encoded(rest: &str, draft: &mut Draft) -> usize {
    let length = words::word_length(rest).unwrap_or(1);
    draft.addressed |= rest[..length].contains('@');
    draft.words.push(rest[..length].to_owned());
    draft.glued = false;
    length
}

/// A quoted string; as the local part of an address (`"a b"@example.org`) it keeps its quotes.
fn quoted(rest: &str, draft: &mut Draft) -> usize {
    let (text, length) = delimited(rest, '"', '"');
    draft.addressed |= text.contains('@');
    if rest[length..].starts_with('@') {
        draft.words.push(format!("\"{text}\""));
        draft.glued = true;
    } else {
        draft.words.push(text);
        draft.glued = false;
    }
    length
}

fn comment(rest: &str, draft: &mut Draft) -> usize {
    let (text, length) = delimited(rest, '(', ')');
    draft.comments.push(text);
    draft.glued = false;
    length
}

fn angle(rest: &str, draft: &mut Draft) -> usize {
    let end = rest[1..].find(['>', '<']).map(|end| end + 1);
    let (inner, length) = match end {
        Some(end) if rest[end..].starts_with('>') => (&rest[1..end], end + 1),
        Some(end) => (&rest[1..end], end),
        // Never closed: up to the next separator.
        None => {
            let end = rest.find([',', ';']).unwrap_or(rest.len());
            (&rest[1..end], end)
        }
    };
    if draft.angle.as_deref().is_none_or(|known| !known.contains('@')) {
        draft.angle = Some(clean_address(inner));
    }
    draft.glued = false;
    length
}

/// The text between delimiters (nested ones for comments), backslashes resolved, and the length with both ends.
fn delimited(rest: &str, open: char, close: char) -> (String, usize) {
    let mut text = String::new();
    let mut depth = 0usize;
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        if escaped {
            text.push(c);
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == close && (open == close && at > 0 || open != close && depth == 1) {
            return (text, at + c.len_utf8());
        } else if c == open && (open != close || at == 0) {
            depth += 1;
            if depth > 1 {
                text.push(c);
            }
        } else {
            depth -= usize::from(c == close && depth > 1);
            text.push(c);
        }
    }
    // Never closed: only the delimiter itself is skipped where an address might follow.
    if text.contains('@') { (String::new(), 1) } else { (text, rest.len()) }
}

fn finish(draft: &mut Draft, list: &mut Vec<Entry>) {
    let draft = std::mem::take(draft);
    let mut words = draft.words;
    let bare = draft.angle.is_none();
    let address = match draft.angle {
        Some(address) => address,
        None => match words.iter().position(|word| word.contains('@')) {
            Some(at) => clean_address(&words.remove(at)),
            None => String::new(),
        },
    };
    let loose = bare && !words.is_empty();
    let spoken = if words.is_empty() { draft.comments.join(" ") } else { words.join(" ") };
    let name = display_name(&spoken);
    if !name.is_empty() || !address.is_empty() {
        list.push(Entry { mailbox: Mailbox { name, address }, loose, source: draft.source });
    } else if draft.source.trim().len() > 1 {
        list.push(Entry { mailbox: Mailbox::default(), loose, source: draft.source });
    }
}

fn display_name(raw: &str) -> String {
    let name = words::one_line(&words::decode_words(raw, &mut Notes::default()));
    let name = name.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or(&name);
    let name = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(name);
    name.chars().take(limits::DISPLAY_NAME).collect::<String>().trim().to_owned()
}

fn clean_address(raw: &str) -> String {
    let keep = |c: &char| {
        !c.is_whitespace()
            && !c.is_control()
            && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' | '\u{feff}')
    };
    let address: String = if raw.contains('"') {
        raw.trim().chars().filter(|c| !c.is_control()).collect()
    } else {
        raw.chars().filter(keep).collect()
    };
    let address = address.trim_matches(|c| matches!(c, '\'' | '<' | '>'));
    let address =
        address.strip_prefix("mailto:").or_else(|| address.strip_prefix("MAILTO:")).unwrap_or(address);
    // A source route (RFC 5321, appendix C): only its end is the address.
    let address = match address.strip_prefix('@').and_then(|route| route.split_once(':')) {
        Some((_, address)) => address,
        None => address,
    };
    address[..address.floor_char_boundary(limits::ADDRESS)].to_owned()
}
