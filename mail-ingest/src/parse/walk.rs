//! The walk through the MIME tree: which parts are the text, which are attachments.

use super::boundary::{self, preamble, split_parts};
use super::headers::{self, Block};
use super::params::Params;
use super::transfer::{Transfer, split_footer};
use super::{Notes, charset, names, rtf, smime, tnef, words};
use crate::mail::Part;
use crate::{calendar, limits};

/// Encoded multiparts and signed mails of one mail that are opened.
const UNWRAPPED: usize = 3;

/// A piece of the body, in reading order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Plain(String),
    Html(String),
    /// Two views of one content (multipart/alternative).
    Both {
        plain: Vec<Segment>,
        html: Vec<Segment>,
    },
}

/// What a mail consists of.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) header: Block,
    pub(crate) body: Vec<Segment>,
    pub(crate) attachments: Vec<Part>,
    /// Readable attachments, to be shown where the mail has no text at all.
    pub(crate) spare_text: Vec<String>,
    /// The HTML view of a winmail.dat, for mails without one.
    pub(crate) spare_html: Option<String>,
}

/// Walks through a whole mail.
pub(crate) fn walk(raw: &[u8], fallback: Option<&str>, notes: &mut Notes) -> Found {
    let (header, content) = headers::split(raw, notes);
    let mut walker = Walker { notes, fallback, parts: 0, unwrapped: 0, found: Found::default() };
    let place = Place { depth: 0, parent: Parent::Root, first: true };
    let body = walker.entity(&header, content, place);
    let mut found = walker.found;
    (found.header, found.body) = (header, body);
    found
}

/// The charset that a mail declares for its first text: the best guess for its unlabelled header bytes.
pub(crate) fn declared_charset(header: &Block) -> Option<String> {
    let params = Params::read(header.first("Content-Type")?);
    params.raw("charset").map(|label| String::from_utf8_lossy(label).into_owned())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Parent {
    Root,
    Mixed,
    Alternative,
    Related,
    Digest,
    Encrypted,
}

#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    parent: Parent,
    /// The first child of its parent.
    first: bool,
}

struct Walker<'n> {
    notes: &'n mut Notes,
    fallback: Option<&'n str>,
    parts: usize,
    /// Multiparts that were decoded and mails that were unwrapped: each is a copy of what lies within.
    unwrapped: usize,
    found: Found,
}

/// The fields that say what a part is.
struct Kind {
    content_type: Params,
    disposition: Params,
    transfer: Transfer,
}

impl Walker<'_> {
    fn entity(&mut self, header: &Block, content: &[u8], place: Place) -> Vec<Segment> {
        if self.parts >= limits::PARTS {
            self.notes.add("cut at 1,000 parts".to_owned());
            return Vec::new();
        }
        self.parts += 1;
        let kind = self.kind(header, place);
        if kind.content_type.main_type() != "multipart" {
            return self.leaf(header, &kind, content, place);
        }
        if place.depth >= limits::DEPTH {
            self.notes.add("parts nested deeper than 50 are attached unread".to_owned());
            self.attach(header, &kind, content.to_vec(), place, Some("nested.eml"));
            return Vec::new();
        }
        let declared = kind.content_type.raw("boundary").unwrap_or_default().to_vec();
        let mut children = split_parts(content, &declared);
        let decoded;
        if children.is_empty() && kind.transfer != Transfer::Identity && self.unwrapped < UNWRAPPED {
            self.unwrapped += 1;
            // A multipart must not be encoded, and some are.
            decoded = kind.transfer.decode(content, self.notes);
            children = split_parts(&decoded, &declared);
        }
        if children.is_empty()
            && let Some(boundary) = boundary::sniff(content)
        {
            self.notes.add("the boundary of a multipart was guessed".to_owned());
            children = split_parts(content, boundary);
        }
        if children.is_empty() {
            if content.trim_ascii().is_empty() {
                return Vec::new();
            }
            return self.undivided(header, content, place, "multipart whose boundary never occurs");
        }
        self.children(header, &kind, &children, content, place)
    }

    fn kind(&mut self, header: &Block, place: Place) -> Kind {
        let mut content_type = content_type(header);
        if !content_type.value.contains('/') {
            let known = match &content_type.value[..] {
                "html" => "text/html",
                _ if place.parent == Parent::Digest => "message/rfc822",
                _ => "text/plain",
            };
            content_type.value = known.to_owned();
        }
        let disposition = header.first("Content-Disposition").map(Params::read).unwrap_or_default();
        let transfer = header
            .first("Content-Transfer-Encoding")
            .map(|value| Transfer::from_field(&String::from_utf8_lossy(value), self.notes))
            .unwrap_or(Transfer::Identity);
        Kind { content_type, disposition, transfer }
    }

    /// A multipart that cannot be divided is read as text.
    fn undivided(&mut self, header: &Block, content: &[u8], place: Place, why: &str) -> Vec<Segment> {
        self.notes.add(format!("{why}, read as text"));
        let mut kind = self.kind(header, place);
        kind.content_type = Params::read(b"text/plain");
        self.leaf(header, &kind, content, place)
    }

    fn children(
        &mut self,
        header: &Block,
        kind: &Kind,
        parts: &[&[u8]],
        content: &[u8],
        place: Place,
    ) -> Vec<Segment> {
        let parent = match kind.content_type.value.as_str() {
            "multipart/alternative" => Parent::Alternative,
            "multipart/related" => Parent::Related,
            "multipart/digest" => Parent::Digest,
            "multipart/encrypted" => Parent::Encrypted,
            _ => Parent::Mixed,
        };
        if parent == Parent::Encrypted {
            self.found.spare_text.push(encrypted("OpenPGP"));
        }
        let mut bodies = Vec::new();
        if place.parent != Parent::Root
            && let Some(lost) = second_content_type(header)
        {
            // The delimiter between a multipart's header and its first part is missing: both stand in one header.
            self.notes.add("a part without its delimiter was found in the header above".to_owned());
            let preamble = preamble(content, kind.content_type.raw("boundary").unwrap_or_default());
            bodies.push(self.entity(&lost, preamble, Place { depth: place.depth + 1, parent, first: true }));
        }
        for part in parts {
            if self.parts >= limits::PARTS {
                self.notes.add("cut at 1,000 parts".to_owned());
                break;
            }
            let (child, content) = headers::split(part, self.notes);
            if child.fields.is_empty() && content.trim_ascii().is_empty() {
                continue;
            }
            let place = Place { depth: place.depth + 1, parent, first: bodies.is_empty() };
            bodies.push(self.entity(&child, content, place));
        }
        if parent == Parent::Alternative { choose(bodies) } else { bodies.into_iter().flatten().collect() }
    }

    fn leaf(&mut self, header: &Block, kind: &Kind, content: &[u8], place: Place) -> Vec<Segment> {
        // A list's footer below a text in base64 is no base64.
        let (content, footer) = match kind.transfer {
            Transfer::Base64 if kind.content_type.main_type() == "text" => split_footer(content),
            _ => (content, &[][..]),
        };
        let mut data = kind.transfer.decode(content, self.notes);
        if !footer.is_empty() {
            self.notes.add("plain text below a text in base64 was joined to it".to_owned());
            data.push(b'\n');
            data.extend_from_slice(footer);
        }
        let file = kind.disposition.value == "attachment" || self.file_name(kind).is_some();
        let html = kind.content_type.value == "text/html";
        let text = html || kind.content_type.value == "text/plain";
        let reads = match place.parent {
            Parent::Encrypted | Parent::Digest => false,
            // A mail that is one text is that text, whatever its disposition says.
            Parent::Root => true,
            Parent::Alternative => kind.disposition.value != "attachment",
            // The first part of a related is the text that refers to the others.
            Parent::Related => place.first && kind.disposition.value != "attachment",
            Parent::Mixed => !file,
        };
        if !(text && reads) {
            if let Some(shown) = self.sealed(header, kind, &data, place) {
                return shown;
            }
            // An unknown kind of text is text (RFC 2046, 4.1.4), and kept as it came.
            let unknown =
                place.parent == Parent::Mixed && !file && kind.content_type.value.starts_with("text/x-");
            let shown = if unknown {
                vec![Segment::Plain(self.decode_text(kind, &data, content))]
            } else {
                Vec::new()
            };
            self.other_leaf(header, kind, data, place);
            return shown;
        }
        let text = self.decode_text(kind, &data, content);
        if place.parent == Parent::Root && file {
            self.attach(header, kind, data, place, None);
        } else if data.len() > if html { limits::HTML } else { limits::TEXT } {
            self.attach(
                header,
                kind,
                data,
                place,
                Some(if html { "whole-text.html" } else { "whole-text.txt" }),
            );
        }
        if text.trim().is_empty() {
            return Vec::new();
        }
        if html { vec![Segment::Html(text)] } else { vec![Segment::Plain(text)] }
    }

    /// A mail that S/MIME wraps: what was only signed is read, what is encrypted is said to be.
    fn sealed(&mut self, header: &Block, kind: &Kind, data: &[u8], place: Place) -> Option<Vec<Segment>> {
        let value = kind.content_type.value.as_str();
        if !matches!(value, "application/pkcs7-mime" | "application/x-pkcs7-mime")
            || kind
                .content_type
                .raw("smime-type")
                .is_some_and(|kind| kind.eq_ignore_ascii_case(b"certs-only"))
        {
            return None;
        }
        match smime::open(data) {
            smime::Content::Signed(inner) if self.unwrapped < UNWRAPPED => {
                self.unwrapped += 1;
                self.notes.add("the text of a signed mail was taken out of its S/MIME wrapping".to_owned());
                let (child, content) = headers::split(&inner, self.notes);
                let within = Place { depth: place.depth + 1, parent: Parent::Mixed, first: true };
                let shown = self.entity(&child, content, within);
                self.attach(header, kind, data.to_vec(), place, Some("smime.p7m"));
                Some(shown)
            }
            smime::Content::Encrypted => {
                self.found.spare_text.push(encrypted("S/MIME"));
                None
            }
            _ => None,
        }
    }

    fn other_leaf(&mut self, header: &Block, kind: &Kind, data: Vec<u8>, place: Place) {
        let value = kind.content_type.value.as_str();
        let empty =
            data.is_empty() && self.file_name(kind).is_none() && kind.content_type.main_type() == "text";
        if empty {
            return;
        }
        let readable = kind.content_type.main_type() == "text"
            || matches!(value, "message/delivery-status" | "application/rtf" | "application/ics");
        let shown = readable && kind.disposition.value != "attachment";
        if shown && self.found.spare_text.is_empty() && !matches!(value, "text/css" | "text/javascript") {
            let text = match value {
                "text/rtf" | "application/rtf" | "text/richtext" if data.starts_with(b"{\\rtf") => {
                    rtf::read(&data).readable()
                }
                _ => self.decode_text(kind, &data, &[]),
            };
            let meeting = matches!(value, "text/calendar" | "application/ics")
                .then(|| calendar::parse(&text))
                .flatten()
                .map(|calendar| calendar::to_text(&calendar));
            self.found.spare_text.push(meeting.unwrap_or(text));
        }
        let mime_tnef = matches!(value, "application/ms-tnef" | "application/vnd.ms-tnef");
        let tnef = (mime_tnef || tnef::is_tnef(&data)).then(|| tnef::read(&data)).flatten();
        self.attach(header, kind, data, place, None);
        if let Some(contents) = tnef {
            for part in contents.attachments {
                self.keep(part);
            }
            self.found.spare_text.extend(contents.text);
            self.found.spare_html = self.found.spare_html.take().or(contents.html);
        }
    }

    fn decode_text(&mut self, kind: &Kind, data: &[u8], encoded: &[u8]) -> String {
        let label = kind.content_type.raw("charset").map(|label| String::from_utf8_lossy(label).into_owned());
        let label = label.or_else(|| meta_charset(kind, data));
        // Text that is called base64 and is none: what was sent reads better than what it decodes to.
        let data = if kind.transfer == Transfer::Base64 && is_no_text(data) && is_prose(encoded) {
            self.notes.add("a text called base64 that is none was left as it is".to_owned());
            encoded
        } else {
            data
        };
        // More than is kept of a text needs not be decoded: four bytes are the most that one of UTF-8 can come from.
        let most = 4 * if kind.content_type.value == "text/html" { limits::HTML } else { limits::TEXT };
        let data = data.get(..most).unwrap_or(data);
        let text = charset::decode(data, label.as_deref(), self.notes);
        let flowed =
            kind.content_type.raw("format").is_some_and(|value| value.eq_ignore_ascii_case(b"flowed"));
        if flowed && kind.content_type.value == "text/plain" {
            let delsp =
                kind.content_type.raw("delsp").is_some_and(|value| value.eq_ignore_ascii_case(b"yes"));
            return super::body::unflow(&text, delsp);
        }
        text
    }

    fn file_name(&mut self, kind: &Kind) -> Option<String> {
        let fallback = self.fallback;
        let mut look = |params: &Params, name| {
            params.text(name, fallback, self.notes).and_then(|name| names::safe(&name))
        };
        look(&kind.disposition, "filename")
            .or_else(|| look(&kind.content_type, "name"))
            .or_else(|| look(&kind.disposition, "name"))
            .or_else(|| look(&kind.content_type, "filename"))
    }

    fn attach(&mut self, header: &Block, kind: &Kind, data: Vec<u8>, place: Place, default: Option<&str>) {
        let name = self
            .file_name(kind)
            .or_else(|| default.map(str::to_owned))
            .or_else(|| self.described_name(header, kind, &data))
            .unwrap_or_else(|| {
                names::default_for(&kind.content_type.value, self.found.attachments.len() + 1)
            });
        let content_id =
            header.first("Content-ID").and_then(|value| super::message_ids(value).into_iter().next());
        let image = kind.content_type.main_type() == "image" && kind.disposition.value != "attachment";
        let inline = image
            && (content_id.is_some()
                || place.parent == Parent::Related
                || kind.disposition.value == "inline");
        self.keep(Part { name, content_type: safe_type(&kind.content_type.value), content_id, inline, data });
    }

    /// A name from Content-Location, or the subject of a contained mail.
    fn described_name(&mut self, header: &Block, kind: &Kind, data: &[u8]) -> Option<String> {
        if matches!(kind.content_type.value.as_str(), "message/rfc822" | "message/global") {
            let (inner, _) = headers::split(headers::without_leading_blanks(data), &mut Notes::default());
            let subject = words::text(inner.first("Subject")?, self.fallback, &mut Notes::default());
            let subject: String = subject.chars().take(80).collect();
            return names::safe(&format!("{}.eml", subject.trim()));
        }
        let location = words::text(header.first("Content-Location")?, self.fallback, self.notes);
        let path = location.split(['?', '#']).next().unwrap_or_default();
        let last = path.rsplit('/').next().filter(|last| last.contains('.'))?;
        names::safe(last)
    }

    fn keep(&mut self, part: Part) {
        if self.found.attachments.len() >= limits::ATTACHMENTS {
            self.notes.add("cut at 200 attachments".to_owned());
            return;
        }
        self.found.attachments.push(part);
    }
}

/// What stands in the place of a text that nobody here can read.
fn encrypted(with: &str) -> String {
    format!(
        "(This mail is encrypted with {with}. What it says is in its attachment, for whoever has the key.)"
    )
}

/// Which alternatives are the text and which the HTML view. Several plain ones are all kept: nothing is lost.
fn choose(bodies: Vec<Vec<Segment>>) -> Vec<Segment> {
    let (html, plain): (Vec<_>, Vec<_>) = bodies
        .into_iter()
        .filter(|body| !body.is_empty())
        .partition(|body| body.iter().any(|segment| !matches!(segment, Segment::Plain(_))));
    let html: Vec<Segment> = html.into_iter().flatten().collect();
    let plain: Vec<Segment> = plain.into_iter().flatten().collect();
    match (plain.is_empty(), html.is_empty()) {
        (_, true) => plain,
        (true, _) => html,
        _ => vec![Segment::Both { plain, html }],
    }
}

/// The first Content-Type; of several the first that can be divided.
fn content_type(header: &Block) -> Params {
    let mut all = header.all("Content-Type").filter(|value| !value.is_empty()).take(8).map(Params::read);
    let Some(first) = all.next() else { return Params::default() };
    if first.main_type() == "multipart" {
        return first;
    }
    all.find(|params| params.main_type() == "multipart" && params.raw("boundary").is_some()).unwrap_or(first)
}

/// The header fields after a second Content-Type that follows a multipart one.
fn second_content_type(header: &Block) -> Option<Block> {
    let is_type = |field: &headers::Field| field.name.eq_ignore_ascii_case("Content-Type");
    let first = header.fields.iter().position(is_type)?;
    let second = first + 1 + header.fields.get(first + 1..)?.iter().position(is_type)?;
    let fields = header.fields.get(second..)?;
    if Params::read(&fields.first()?.value).main_type() != "text" {
        return None;
    }
    let fields =
        fields.iter().map(|field| headers::Field { name: field.name.clone(), value: field.value.clone() });
    Some(Block { fields: fields.collect() })
}

/// `text/html` parts may say their charset only inside (`<meta charset=…>`).
fn meta_charset(kind: &Kind, data: &[u8]) -> Option<String> {
    if kind.content_type.value != "text/html" {
        return None;
    }
    let head = data.get(..2_048).unwrap_or(data).to_ascii_lowercase();
    let at = memchr::memmem::find(&head, b"charset=")? + 8;
    let label: Vec<u8> = head[at..]
        .iter()
        .copied()
        .skip_while(|b| matches!(b, b'"' | b'\''))
        .take_while(|b| b.is_ascii_alphanumeric() || b"-_:.".contains(b))
        .take(40)
        .collect();
    let label = String::from_utf8_lossy(&label).into_owned();
    charset::is_known(&label).then_some(label)
}

fn is_no_text(data: &[u8]) -> bool {
    !data.is_empty() && std::str::from_utf8(data).is_err()
}

/// Something that has blanks within its lines, or a character that base64 does not know.
fn is_prose(encoded: &[u8]) -> bool {
    let first_line =
        encoded.trim_ascii().split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii();
    let odd = |byte: &u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\r'));
    first_line.iter().any(odd)
}

/// `type/subtype` without anything that could end up in a header or an attribute.
pub(super) fn safe_type(value: &str) -> String {
    let ok = |c: char| c.is_ascii_alphanumeric() || "/.+-_".contains(c);
    let clean: String = value.chars().filter(|c| ok(*c)).take(100).collect();
    let valid = clean
        .split_once('/')
        .is_some_and(|(main, sub)| !main.is_empty() && !sub.is_empty() && !sub.contains('/'));
    if valid { clean } else { "application/octet-stream".to_owned() }
}
