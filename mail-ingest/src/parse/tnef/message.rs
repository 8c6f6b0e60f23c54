//! A mail inside of a winmail.dat, written as a mail that every program can open.

use std::fmt::Write as _;

use super::Contents;
use crate::parse::transfer;

/// The mail with its text and its files.
pub(super) fn write(contents: &Contents) -> Vec<u8> {
    let mut out = String::new();
    let mut field = |name: &str, value: &str| {
        if !value.trim().is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(out, "{name}: {value}\r\n");
        }
    };
    let address: String =
        contents.sender_address.chars().filter(|c| c.is_ascii_graphic() && !"<>,;\"".contains(*c)).collect();
    let from = match (contents.sender_name.trim(), address.is_empty()) {
        ("", true) => String::new(),
        (name, true) => format!("{} <>", word(name)),
        (name, false) => format!("{} <{address}>", word(name)),
    };
    field("From", &from);
    field("Subject", &word(&contents.subject));
    field("Date", &contents.sent.and_then(date).unwrap_or_default());
    field("MIME-Version", "1.0");
    field("Content-Type", "multipart/mixed; boundary=\"=_part\"");
    out.push_str("\r\n");
    if let Some(html) = &contents.html {
        let text = contents.text.as_deref().unwrap_or_default();
        out.push_str("--=_part\r\nContent-Type: multipart/alternative; boundary=\"=_text\"\r\n\r\n");
        part(&mut out, "=_text", "text/plain; charset=utf-8", "", text.as_bytes());
        part(&mut out, "=_text", "text/html; charset=utf-8", "", html.as_bytes());
        out.push_str("--=_text--\r\n");
    } else if let Some(text) = &contents.text {
        part(&mut out, "=_part", "text/plain; charset=utf-8", "", text.as_bytes());
    }
    for file in &contents.attachments {
        let mut name = String::new();
        for byte in file.name.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
                name.push(char::from(byte));
            } else {
                let _ = write!(name, "%{byte:02X}");
            }
        }
        let disposition = format!("Content-Disposition: attachment; filename*=utf-8''{name}\r\n");
        part(&mut out, "=_part", &file.content_type, &disposition, &file.data);
    }
    out.push_str("--=_part--\r\n");
    out.into_bytes()
}

fn part(out: &mut String, boundary: &str, content_type: &str, more: &str, data: &[u8]) {
    let _ = write!(
        out,
        "--{boundary}\r\nContent-Type: {content_type}\r\n{more}Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
        transfer::to_base64(data)
    );
}

/// An encoded word, where the text is not harmless as it is. Longer than the RFC allows and read by everything.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || " .-_".contains(c);
    if text.chars().all(plain) {
        return text.to_owned();
    }
    let text: String = text.chars().take(1_000).collect();
    format!("=?utf-8?B?{}?=", transfer::to_base64(text.as_bytes()).replace("\r\n", ""))
}

fn date(seconds: i64) -> Option<String> {
    (0..7_258_118_400).contains(&seconds).then(|| mail_parser::DateTime::from_timestamp(seconds).to_rfc822())
}
