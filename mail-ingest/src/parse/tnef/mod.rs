//! winmail.dat (MS-OXTNEF): the attachments, the text and the mails that Outlook hides in it.

mod message;
mod reader;

use reader::{Reader, Value, properties};

use super::{Notes, charset, names, rtf};
use crate::limits;
use crate::mail::Part;

pub(super) const SIGNATURE: [u8; 4] = [0x78, 0x9f, 0x3e, 0x22];
const CODE_PAGE: u32 = 0x0006_9007;
const SUBJECT: u32 = 0x0001_8004;
const BODY: u32 = 0x0002_800c;
const ATTACH_REND_DATA: u32 = 0x0006_9002;
const ATTACH_DATA: u32 = 0x0006_800f;
const ATTACH_TITLE: u32 = 0x0001_8010;
const ATTACHMENT_PROPS: u32 = 0x0006_9005;
const MESSAGE_PROPS: u32 = 0x0006_9003;
const PR_SUBJECT: u16 = 0x0037;
const PR_CLIENT_SUBMIT_TIME: u16 = 0x0039;
const PR_SENDER_NAME: u16 = 0x0c1a;
const PR_SENDER_EMAIL: u16 = 0x0c1f;
const PR_SENDER_SMTP: u16 = 0x5d01;
const PR_BODY: u16 = 0x1000;
const PR_RTF_COMPRESSED: u16 = 0x1009;
const PR_BODY_HTML: u16 = 0x1013;
const PR_DISPLAY_NAME: u16 = 0x3001;
const PR_ATTACH_DATA: u16 = 0x3701;
const PR_ATTACH_FILENAME: u16 = 0x3704;
const PR_ATTACH_LONG_FILENAME: u16 = 0x3707;
const PR_ATTACH_MIME_TAG: u16 = 0x370e;
const PR_ATTACH_CONTENT_ID: u16 = 0x3712;
const PR_INTERNET_CPID: u16 = 0x3fde;

/// Mails inside of mails inside of … that are opened.
const NESTED: usize = 5;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) text: Option<String>,
    pub(crate) html: Option<String>,
    pub(crate) attachments: Vec<Part>,
    subject: String,
    sender_name: String,
    sender_address: String,
    /// Seconds since 1970.
    sent: Option<i64>,
}

pub(crate) fn is_tnef(data: &[u8]) -> bool {
    data.starts_with(&SIGNATURE)
}

/// Reads as far as the file is whole; `None` where it is no TNEF.
pub(crate) fn read(data: &[u8]) -> Option<Contents> {
    read_at(data, 0)
}

fn read_at(data: &[u8], depth: usize) -> Option<Contents> {
    let mut reader = Reader { rest: data.strip_prefix(&SIGNATURE)? };
    reader.take(2)?;
    let mut contents = Contents::default();
    let mut code_page = None;
    while let Some((id, value)) = reader.attribute() {
        match id {
            CODE_PAGE => code_page = Reader { rest: value }.u32(),
            SUBJECT => contents.subject = narrow(value, code_page),
            BODY if contents.text.is_none() => {
                contents.text = Some(narrow(value, code_page)).filter(|text| !text.trim().is_empty());
            }
            MESSAGE_PROPS => message_properties(value, code_page, &mut contents),
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
                    attachment(id, value, code_page, part, depth);
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

fn attachment(id: u32, value: &[u8], code_page: Option<u32>, part: &mut Part, depth: usize) {
    match id {
        ATTACH_DATA => part.data = value.to_vec(),
        ATTACH_TITLE if part.name.is_empty() => part.name = narrow(value, code_page),
        ATTACHMENT_PROPS => {
            let mut short = None;
            properties(value, &mut |tag, value| match (tag, value) {
                (PR_ATTACH_DATA, Value::Object(object)) if part.data.is_empty() => {
                    object_of(object, part, depth);
                }
                (PR_ATTACH_DATA, Value::Bytes(bytes)) if part.data.is_empty() => part.data = bytes.to_vec(),
                (tag, value) => {
                    let Some(text) = text(value, code_page).filter(|text| !text.is_empty()) else { return };
                    match tag {
                        PR_ATTACH_LONG_FILENAME => part.name = text,
                        PR_ATTACH_FILENAME | PR_DISPLAY_NAME => short = short.take().or(Some(text)),
                        PR_ATTACH_MIME_TAG => {
                            part.content_type = super::walk::safe_type(&text.to_ascii_lowercase());
                        }
                        PR_ATTACH_CONTENT_ID => part.content_id = Some(text),
                        _ => {}
                    }
                }
            });
            if part.name.is_empty() {
                part.name = short.unwrap_or_default();
            }
        }
        _ => {}
    }
}

/// An embedded mail becomes a mail again, all else stays bytes.
fn object_of(object: &[u8], part: &mut Part, depth: usize) {
    if !is_tnef(object) || depth >= NESTED {
        part.data = object.to_vec();
        return;
    }
    let Some(inner) = read_at(object, depth + 1) else { return };
    part.data = message::write(&inner);
    part.content_type = "message/rfc822".to_owned();
    let subject = if inner.subject.trim().is_empty() { &part.name } else { &inner.subject };
    let subject: String = subject.chars().take(80).collect();
    part.name = format!("{}.eml", subject.trim().trim_end_matches(".msg"));
}

fn message_properties(list: &[u8], code_page: Option<u32>, contents: &mut Contents) {
    let (mut html, mut rtf, mut html_page): (Option<&[u8]>, Option<&[u8]>, Option<u32>) = (None, None, None);
    properties(list, &mut |tag, value| match (tag, value) {
        (PR_BODY_HTML, Value::Bytes(bytes) | Value::Text(bytes)) => html = Some(bytes),
        (PR_RTF_COMPRESSED, Value::Bytes(bytes)) => rtf = Some(bytes),
        (PR_INTERNET_CPID, Value::Number(number)) => html_page = Some(number),
        (PR_CLIENT_SUBMIT_TIME, Value::Time(time)) => {
            // From 1601 to 1970 there are 11,644,473,600 seconds.
            contents.sent = i64::try_from(time / 10_000_000).ok().map(|seconds| seconds - 11_644_473_600);
        }
        (tag, value) => {
            let Some(text) = text(value, code_page).filter(|text| !text.is_empty()) else { return };
            match tag {
                PR_BODY => contents.text = Some(text),
                PR_SUBJECT => contents.subject = text,
                PR_SENDER_NAME => contents.sender_name = text,
                PR_SENDER_SMTP => contents.sender_address = text,
                PR_SENDER_EMAIL if text.contains('@') && contents.sender_address.is_empty() => {
                    contents.sender_address = text;
                }
                _ => {}
            }
        }
    });
    if let Some(bytes) = html {
        let html = wide_or(bytes, html_page.or(code_page));
        contents.html = Some(html).filter(|html| !html.trim().is_empty());
    }
    if contents.text.is_some() {
        return;
    }
    if contents.html.is_none()
        && let Some(source) = rtf.and_then(rtf::decompress)
    {
        let found = rtf::read(&source);
        contents.text = Some(found.readable()).filter(|text| !text.trim().is_empty());
        if let rtf::Text::Html(html) = found {
            contents.html = Some(html);
        }
    } else if let Some(html) = &contents.html {
        contents.text = Some(crate::html::to_text(html)).filter(|text| !text.trim().is_empty());
    }
}

fn text(value: Value<'_>, code_page: Option<u32>) -> Option<String> {
    match value {
        Value::Wide(bytes) => {
            Some(trim_nul(&charset::decode(bytes, Some("utf-16le"), &mut Notes::default())))
        }
        Value::Text(bytes) => Some(narrow(bytes, code_page)),
        _ => None,
    }
}

fn narrow(bytes: &[u8], code_page: Option<u32>) -> String {
    let label = code_page.filter(|number| *number != 0).map(|number| format!("cp{number}"));
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    charset::decode(bytes, label.as_deref(), &mut Notes::default())
}

/// HTML is bytes in the mail's code page, or UTF-16 where every second one is zero.
fn wide_or(bytes: &[u8], code_page: Option<u32>) -> String {
    if bytes.len() >= 4 && bytes[1] == 0 && bytes[3] == 0 {
        return trim_nul(&charset::decode(bytes, Some("utf-16le"), &mut Notes::default()));
    }
    narrow(bytes, code_page)
}

fn trim_nul(text: &str) -> String {
    text.trim_end_matches('\0').to_owned()
}
