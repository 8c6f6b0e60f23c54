//! The header block: where it ends, its fields, and what is wrong with it.

use super::Notes;
use super::transfer::split_line_end;
use crate::limits;

/// One field: its name as written and its raw, unfolded value.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) value: Vec<u8>,
}

/// The fields of one entity.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) fields: Vec<Field>,
}

impl Block {
    /// The raw value of the first field of that name that is not blank.
    pub(crate) fn first(&self, name: &str) -> Option<&[u8]> {
        let wanted =
            |field: &&Field| field.name.eq_ignore_ascii_case(name) && !field.value.trim_ascii().is_empty();
        self.fields.iter().find(wanted).map(|field| &field.value[..])
    }

    /// The raw values of all fields of that name, in order.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> + 'a {
        self.fields
            .iter()
            .filter(move |field| field.name.eq_ignore_ascii_case(name))
            .map(|field| &field.value[..])
    }
}

/// Splits an entity into its header fields and its body. A missing blank line, a junk line, an mbox line and fields
/// beyond the limits are survived and noted.
pub(crate) fn split<'a>(entity: &'a [u8], notes: &mut Notes) -> (Block, &'a [u8]) {
    let mut block = Block::default();
    let mut at = 0;
    let mut first = true;
    let mut oversize = Oversize::default();
    while let Some(line) = line_at(entity, at) {
        let next = at + line.len();
        let content = split_line_end(line).0;
        if content.trim_ascii().is_empty() && !is_folded_blank(content, entity, next) {
            oversize.note(notes);
            return (block, &entity[next..]);
        }
        match kind(content) {
            Kind::Continuation if !block.fields.is_empty() => {
                append(&mut block, content.trim_ascii_start(), &mut oversize)
            }
            Kind::Field { name, value } => push(&mut block, name, value, at, &mut oversize),
            _ if first && (content.starts_with(b"From ") || content.starts_with(b">From ")) => {}
            // A line that is no field: broken folding where fields follow, else the body without its blank line.
            _ if !block.fields.is_empty() && next_is_field(entity, next) => {
                notes.add("a header line without its indent was joined to the field above".to_owned());
                append(&mut block, content, &mut oversize);
            }
            _ => {
                if !block.fields.is_empty() {
                    notes.add("no blank line between header and body".to_owned());
                }
                oversize.note(notes);
                return (block, &entity[at..]);
            }
        }
        first = false;
        at = next;
    }
    oversize.note(notes);
    (block, &[])
}

/// A mail that begins with empty lines, where its header follows these all the same.
pub(crate) fn without_leading_blanks(raw: &[u8]) -> &[u8] {
    let rest = raw.trim_ascii_start();
    let blank = raw.get(..raw.len() - rest.len()).unwrap_or_default();
    let Some(line) = line_at(rest, 0).filter(|_| blank.contains(&b'\n') && blank.len() <= 100) else {
        return raw;
    };
    let known: [&[u8]; 10] = [
        b"from",
        b"to",
        b"subject",
        b"date",
        b"received",
        b"return-path",
        b"message-id",
        b"mime-version",
        b"delivered-to",
        b"content-type",
    ];
    match kind(split_line_end(line).0) {
        Kind::Field { name, .. } if known.iter().any(|known| name.eq_ignore_ascii_case(known)) => rest,
        _ => raw,
    }
}

#[derive(Default)]
struct Oversize {
    block: bool,
    field: bool,
    count: bool,
    /// The field that is being read lies beyond a limit, its continuation lines go with it.
    skipping: bool,
}

impl Oversize {
    fn note(&self, notes: &mut Notes) {
        if self.block {
            notes.add("header cut at 256 kB".to_owned());
        }
        if self.field {
            notes.add("a header field was cut at 64 kB".to_owned());
        }
        if self.count {
            notes.add("header cut at 2,000 fields".to_owned());
        }
    }
}

enum Kind<'a> {
    Continuation,
    Field { name: &'a [u8], value: &'a [u8] },
    Junk,
}

fn kind(line: &[u8]) -> Kind<'_> {
    if line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
        return Kind::Continuation;
    }
    let Some(colon) = line.iter().take(120).position(|&byte| byte == b':') else { return Kind::Junk };
    let (name, value) = line.split_at(colon);
    let name = name.trim_ascii_end();
    if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
        return Kind::Junk;
    }
    Kind::Field { name, value: &value[1..] }
}

fn line_at(entity: &[u8], at: usize) -> Option<&[u8]> {
    let rest = entity.get(at..).filter(|rest| !rest.is_empty())?;
    let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
    Some(&rest[..length])
}

/// A line of blanks followed by another indented line is folding, not the end of the header.
fn is_folded_blank(content: &[u8], entity: &[u8], next: usize) -> bool {
    !content.is_empty()
        && line_at(entity, next)
            .is_some_and(|line| matches!(kind(line), Kind::Continuation) && !line.trim_ascii().is_empty())
}

fn next_is_field(entity: &[u8], next: usize) -> bool {
    line_at(entity, next).is_some_and(|line| matches!(kind(split_line_end(line).0), Kind::Field { .. }))
}

fn push(block: &mut Block, name: &[u8], value: &[u8], at: usize, oversize: &mut Oversize) {
    oversize.count |= block.fields.len() >= limits::HEADER_COUNT;
    oversize.block |= at > limits::HEADER_BLOCK;
    oversize.skipping = block.fields.len() >= limits::HEADER_COUNT || at > limits::HEADER_BLOCK;
    if oversize.skipping {
        return;
    }
    oversize.field |= value.len() > limits::HEADER_FIELD;
    let value = value.get(..limits::HEADER_FIELD).unwrap_or(value);
    // The name is ASCII, checked by `kind`.
    let name = String::from_utf8_lossy(name).into_owned();
    block.fields.push(Field { name, value: value.trim_ascii().to_vec() });
}

fn append(block: &mut Block, content: &[u8], oversize: &mut Oversize) {
    if oversize.skipping {
        return;
    }
    let Some(field) = block.fields.last_mut() else { return };
    if content.is_empty() {
        return;
    }
    let room = limits::HEADER_FIELD.saturating_sub(field.value.len() + 1);
    oversize.field |= content.len() > room;
    if !field.value.is_empty() {
        field.value.push(b' ');
    }
    field.value.extend_from_slice(content.get(..room).unwrap_or(content).trim_ascii_end());
}
