//! Raw bytes to a [`Mail`]. Nothing fails: what cannot be read is cut, repaired or attached, and noted.
//!
//! Dates, charsets and HTML entities are read by mail-parser. The walk through the parts, transfer encodings, header
//! words and addresses are our own, because real mail needs more tolerance there than its walk has: an outer boundary
//! ends an unfinished inner multipart, a boundary counts at the start of a line only, characters cut in two between
//! encoded words are joined, base64 with rubbish is read on, and an unknown charset becomes readable text.

mod body;
mod boundary;
mod charset;
mod headers;
mod names;
mod params;
mod rtf;
mod smime;
mod tnef;
mod transfer;
mod walk;
pub(crate) mod words;

use sha2::{Digest, Sha256};

use crate::address::{self, Mailbox, normalise};
use crate::limits;
use crate::mail::{Mail, Part};
use headers::Block;

/// Sentences about repairs and cuts, no repeats, bounded.
#[derive(Debug, Default)]
pub(crate) struct Notes(Vec<String>);

impl Notes {
    pub(crate) fn add(&mut self, note: String) {
        // Labels and names within are the mail's own words.
        let note: String = words::one_line(&note).chars().take(300).collect();
        if self.0.len() < limits::NOTES && !self.0.contains(&note) {
            self.0.push(note);
        }
    }
}

/// The most likely text of bytes that say nothing about their charset: a text file.
pub fn guess_text(bytes: &[u8]) -> String {
    charset::guess(bytes)
}

/// Reads a mail. Never fails and never panics, whatever the bytes; see [`Mail::notes`] and [`Mail::unreadable`].
pub fn parse(raw: &[u8]) -> Mail {
    // A panic below would be a defect of ours or of a library; the mail must survive it all the same.
    match std::panic::catch_unwind(|| read(raw)) {
        Ok(mail) => mail,
        Err(_) => unreadable(raw, "unreadable: the parser failed on it"),
    }
}

fn read(raw: &[u8]) -> Mail {
    let mut notes = Notes::default();
    if raw.trim_ascii().is_empty() {
        return unreadable(raw, "unreadable: the mail is empty");
    }
    let with_line_feeds = old_mac_lines(raw, &mut notes);
    let raw = headers::without_leading_blanks(with_line_feeds.as_deref().unwrap_or(raw));
    let (block, _) = headers::split(raw, &mut Notes::default());
    if block.fields.is_empty() && is_binary(raw) {
        return unreadable(raw, "unreadable: neither a header nor text");
    }
    let fallback = walk::declared_charset(&block);
    let found = walk::walk(raw, fallback.as_deref(), &mut notes);
    let mut mail = Mail::default();
    fields(&mut mail, &found.header, fallback.as_deref(), &mut notes);
    body::assemble(&mut mail, found, true, &mut notes);
    if block.fields.is_empty() {
        notes.add("no header".to_owned());
    }
    mail.content_hash = content_hash(&mail);
    mail.notes = notes.0;
    mail
}

/// A mail within a mail as text: who, when, about what, and what it says.
fn contained(raw: &[u8]) -> String {
    let raw = headers::without_leading_blanks(raw);
    let (block, _) = headers::split(raw, &mut Notes::default());
    let fallback = walk::declared_charset(&block);
    let found = walk::walk(raw, fallback.as_deref(), &mut Notes::default());
    let mut lines = String::new();
    for name in ["From", "Date", "Subject"] {
        if let Some(value) = found.header.first(name) {
            let value = words::text(value, fallback.as_deref(), &mut Notes::default());
            let value: String = value.chars().take(limits::SUBJECT).collect();
            lines.push_str(&format!("{name}: {value}\n"));
        }
    }
    let mut inner = Mail::default();
    body::assemble(&mut inner, found, false, &mut Notes::default());
    if inner.text.is_empty() { String::new() } else { format!("{lines}\n{}", inner.text) }
}

/// A mail of which only the raw bytes are left.
fn unreadable(raw: &[u8], why: &str) -> Mail {
    let whole = Part {
        name: "unreadable-mail.eml".to_owned(),
        content_type: "application/octet-stream".to_owned(),
        data: raw.to_vec(),
        ..Part::default()
    };
    let mut mail =
        Mail { attachments: vec![whole], unreadable: true, notes: vec![why.to_owned()], ..Mail::default() };
    mail.content_hash = content_hash(&mail);
    mail
}

fn fields(mail: &mut Mail, block: &Block, fallback: Option<&str>, notes: &mut Notes) {
    for field in &block.fields {
        mail.headers.push((field.name.clone(), words::text(&field.value, fallback, notes)));
    }
    let ids = |name: &str| block.all(name).flat_map(message_ids).collect::<Vec<_>>();
    mail.message_id = ids("Message-ID").into_iter().next();
    mail.in_reply_to = first_and_last(ids("In-Reply-To"));
    mail.references = first_and_last(ids("References"));
    mail.thread_index = block.first("Thread-Index").and_then(thread_index);
    mail.subject = mail
        .headers
        .iter()
        .find(|(name, value)| name.eq_ignore_ascii_case("Subject") && !value.is_empty())
        .map(|(_, value)| value.chars().take(limits::SUBJECT).collect())
        .unwrap_or_default();
    mail.date = block.first("Date").and_then(date);

    let mut room = limits::ADDRESSES;
    let mut mailboxes = |name: &str, notes: &mut Notes| {
        let mut list: Vec<Mailbox> = Vec::new();
        for value in block.all(name) {
            list.extend(address::from_header(&words::raw_text(value, fallback, notes)));
        }
        if list.len() > room {
            notes.add("cut at 200 addresses".to_owned());
            list.truncate(room);
        }
        room -= list.len();
        list
    };
    mail.from = prefer_deliverable(mailboxes("From", notes));
    mail.sender = prefer_deliverable(mailboxes("Sender", notes));
    let addressed = |list: Vec<Mailbox>| list.into_iter().filter(Mailbox::is_deliverable).collect();
    mail.reply_to = addressed(mailboxes("Reply-To", notes));
    mail.to = addressed(mailboxes("To", notes));
    mail.cc = addressed(mailboxes("Cc", notes));
    for name in [
        "Delivered-To",
        "X-Original-To",
        "Resent-To",
        "Envelope-To",
        "X-Envelope-To",
        "X-Delivered-To",
        "Apparently-To",
    ] {
        for mailbox in mailboxes(name, notes) {
            if let Some(address) = normalise(&mailbox.address)
                && !mail.recipients_hint.contains(&address)
            {
                mail.recipients_hint.push(address);
            }
        }
    }
}

/// The first entry with a usable address, else the first entry.
fn prefer_deliverable(list: Vec<Mailbox>) -> Option<Mailbox> {
    let at = list.iter().position(Mailbox::is_deliverable).unwrap_or(0);
    list.into_iter().nth(at).filter(|mailbox| *mailbox != Mailbox::default())
}

/// Ids in angle brackets; where there are none, words with an `@`, or the only word.
fn message_ids(value: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(value);
    let clean = |id: &str| {
        let id: String = id.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        (!id.is_empty() && id.len() <= 995).then_some(id)
    };
    let mut ids = Vec::new();
    let mut rest = &text[..];
    while let Some(start) = rest.find('<') {
        let inner = &rest[start + 1..];
        let Some(end) = inner.find(['>', '<']) else { break };
        if inner[end..].starts_with('>') {
            ids.extend(clean(&inner[..end]));
        }
        rest = &inner[end..];
    }
    if ids.is_empty() {
        let words: Vec<&str> = text.split([' ', '\t', ',']).filter(|word| !word.is_empty()).collect();
        let bare = |word: &&&str| word.contains('@') || words.len() == 1;
        ids.extend(words.iter().filter(bare).filter_map(|word| clean(word.trim_matches(['<', '>', '"']))));
    }
    ids
}

/// The root of a thread says most, then the latest answers.
fn first_and_last(mut ids: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    if ids.len() > limits::REFERENCES {
        ids.drain(1..=ids.len() - limits::REFERENCES);
    }
    ids
}

fn thread_index(value: &[u8]) -> Option<Vec<u8>> {
    let (bytes, rubbish) = transfer::base64(value);
    (rubbish == 0 && (22..=4_096).contains(&bytes.len())).then_some(bytes)
}

/// Microseconds since 1970, for dates that a mail can have.
fn date(value: &[u8]) -> Option<i64> {
    let date = mail_parser::DateTime::parse_rfc822(String::from_utf8_lossy(value).trim())?;
    if !date.is_valid() || !(1970..2200).contains(&date.year) {
        return None;
    }
    date.to_timestamp().checked_mul(1_000_000)
}

/// Lines ended by a lone CR, where there is no other line end.
fn old_mac_lines(raw: &[u8], notes: &mut Notes) -> Option<Vec<u8>> {
    if memchr::memchr(b'\n', raw).is_some() || memchr::memchr(b'\r', raw).is_none() {
        return None;
    }
    notes.add("lines ended by CR alone".to_owned());
    Some(raw.iter().map(|&byte| if byte == b'\r' { b'\n' } else { byte }).collect())
}

fn is_binary(raw: &[u8]) -> bool {
    let sample = raw.get(..4_096).unwrap_or(raw);
    let odd = sample.iter().filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()).count();
    odd * 10 > sample.len()
}

fn content_hash(mail: &Mail) -> String {
    let mut hash = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    field(mail.text.as_bytes());
    field(mail.html.as_deref().unwrap_or_default().as_bytes());
    for part in &mail.attachments {
        field(part.name.as_bytes());
        field(&part.data);
    }
    use std::fmt::Write as _;
    hash.finalize().iter().fold(String::with_capacity(64), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Percent escapes, as in `cid:` references.
pub(crate) fn percent(text: &[u8]) -> Vec<u8> {
    transfer::percent(text)
}

/// What the readers of wrapped mails make of any bytes: texts, and the files that were found with them.
pub(crate) fn fuzz_attached(data: &[u8]) -> Vec<(String, Vec<Part>)> {
    let mut found = Vec::new();
    for source in [data.to_vec(), [&tnef::SIGNATURE[..], data].concat()] {
        if let Some(contents) = tnef::read(&source) {
            let text = contents.text.unwrap_or_default() + &contents.html.unwrap_or_default();
            found.push((text, contents.attachments));
        }
    }
    let header = [data.get(..8).unwrap_or(&[0xff; 8]), b"LZFu\0\0\0\0"].concat();
    for source in [data.to_vec(), rtf::decompress(&[&header, data].concat()).unwrap_or_default()] {
        found.push((rtf::read(&source).readable(), Vec::new()));
    }
    if let smime::Content::Signed(inner) = smime::open(data) {
        found.push((String::from_utf8_lossy(&inner).into_owned(), Vec::new()));
    }
    found
}
