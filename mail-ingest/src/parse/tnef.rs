//! winmail.dat (MS-OXTNEF): the attachments and the text that Outlook hides in it.

use super::{Notes, charset, names};
use crate::limits;
use crate::mail::Part;

const SIGNATURE: [u8; 4] = [0x78, 0x9f, 0x3e, 0x22];
const BODY: u32 = 0x0002_800c;
const ATTACH_REND_DATA: u32 = 0x0006_9002;
const ATTACH_DATA: u32 = 0x0006_800f;
const ATTACH_TITLE: u32 = 0x0001_8010;
const ATTACHMENT_PROPS: u32 = 0x0006_9005;
const MESSAGE_PROPS: u32 = 0x0006_9003;
const PR_BODY: u16 = 0x1000;
const PR_BODY_HTML: u16 = 0x1013;
const PR_ATTACH_LONG_FILENAME: u16 = 0x3707;
const PR_ATTACH_MIME_TAG: u16 = 0x370e;
const PR_ATTACH_CONTENT_ID: u16 = 0x3712;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) text: Option<String>,
    pub(crate) attachments: Vec<Part>,
}

pub(crate) fn is_tnef(data: &[u8]) -> bool {
    data.starts_with(&SIGNATURE)
}

/// Reads as far as the file is whole; `None` where it is no TNEF.
pub(crate) fn read(data: &[u8]) -> Option<Contents> {
    let mut reader = Reader { rest: data.strip_prefix(&SIGNATURE)? };
    reader.take(2)?;
    let mut contents = Contents::default();
    while let Some((id, value)) = reader.attribute() {
        match id {
            BODY => contents.text = Some(trim_nul(&charset::guess(value))),
            MESSAGE_PROPS => message_properties(value, &mut contents),
            ATTACH_REND_DATA => {
                if contents.attachments.len() >= limits::ATTACHMENTS {
                    break;
                }
                contents
                    .attachments
                    .push(Part { content_type: "application/octet-stream".to_owned(), ..Part::default() });
            }
            ATTACH_TITLE | ATTACH_DATA | ATTACHMENT_PROPS => {
                if let Some(part) = contents.attachments.last_mut() {
                    attachment(id, value, part);
                }
            }
            _ => {}
        }
    }
    contents.attachments.retain(|part| !part.data.is_empty());
    for (number, part) in contents.attachments.iter_mut().enumerate() {
        part.name =
            names::safe(&part.name).unwrap_or_else(|| names::default_for(&part.content_type, number + 1));
    }
    Some(contents)
}

fn attachment(id: u32, value: &[u8], part: &mut Part) {
    match id {
        ATTACH_DATA => part.data = value.to_vec(),
        ATTACH_TITLE if part.name.is_empty() => part.name = trim_nul(&charset::guess(value)),
        ATTACHMENT_PROPS => properties(value, &mut |tag, value| match tag {
            PR_ATTACH_LONG_FILENAME if !value.is_empty() => part.name = value,
            PR_ATTACH_MIME_TAG => part.content_type = super::walk::safe_type(&value.to_ascii_lowercase()),
            PR_ATTACH_CONTENT_ID if !value.is_empty() => part.content_id = Some(value),
            _ => {}
        }),
        _ => {}
    }
}

fn message_properties(value: &[u8], contents: &mut Contents) {
    let mut html = None;
    properties(value, &mut |tag, value| match tag {
        PR_BODY if !value.is_empty() => contents.text = Some(value),
        PR_BODY_HTML if !value.is_empty() => html = Some(value),
        _ => {}
    });
    if contents.text.is_none() {
        contents.text = html.map(|html| crate::html::to_text(&html));
    }
}

/// Walks through MAPI properties and hands over the strings.
fn properties(value: &[u8], found: &mut dyn FnMut(u16, String)) {
    let mut reader = Reader { rest: value };
    let Some(count) = reader.u32() else { return };
    for _ in 0..count.min(2_000) {
        if property(&mut reader, found).is_none() {
            return;
        }
    }
}

fn property(reader: &mut Reader<'_>, found: &mut dyn FnMut(u16, String)) -> Option<()> {
    let kind = reader.u16()?;
    let tag = reader.u16()?;
    if tag >= 0x8000 {
        reader.take(16)?;
        if reader.u32()? == 0 {
            reader.u32()?;
        } else {
            let length = reader.u32()?;
            reader.padded(length)?;
        }
    }
    let multiple = kind & 0x1000 != 0;
    let kind = kind & 0x0fff;
    let variable = matches!(kind, 0x1e | 0x1f | 0x0d | 0x102);
    let values = if multiple || variable { reader.u32()? } else { 1 };
    for _ in 0..values.min(10_000) {
        let length = match kind {
            _ if variable => reader.u32()?,
            0x02 | 0x03 | 0x04 | 0x0a | 0x0b => 4,
            0x05 | 0x06 | 0x07 | 0x14 | 0x40 => 8,
            0x48 => 16,
            _ => return None,
        };
        let bytes = reader.padded(length)?;
        match kind {
            0x1f => found(tag, trim_nul(&charset::decode(bytes, Some("utf-16le"), &mut Notes::default()))),
            0x1e | 0x102 => found(tag, trim_nul(&charset::guess(bytes))),
            _ => {}
        }
    }
    Some(())
}

fn trim_nul(text: &str) -> String {
    text.trim_end_matches('\0').to_owned()
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn padded(&mut self, length: u32) -> Option<&'a [u8]> {
        let length = usize::try_from(length).ok()?;
        let taken = self.take(length)?;
        self.take((4 - length % 4) % 4)?;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    /// Level, id, length, value, checksum (not compared: a broken one says nothing about the rest).
    fn attribute(&mut self) -> Option<(u32, &'a [u8])> {
        self.take(1)?;
        let id = self.u32()?;
        let length = usize::try_from(self.u32()?).ok()?;
        let value = self.take(length)?;
        self.take(2)?;
        Some((id, value))
    }
}
