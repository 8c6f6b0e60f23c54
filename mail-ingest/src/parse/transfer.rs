//! Content-Transfer-Encoding, tolerant: misspelt names, broken ends and rubbish between the lines give what can be had.

use super::Notes;

/// How a body is encoded for transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transfer {
    /// 7bit, 8bit, binary, and whatever is unknown.
    Identity,
    QuotedPrintable,
    Base64,
    Uuencode,
}

impl Transfer {
    /// Reads the field as people write it: `"base64"`, `quoted_printable;`, `BASE-64 (comment)`.
    pub(crate) fn from_field(value: &str, notes: &mut Notes) -> Transfer {
        let word = value.split([';', '(', ',']).next().unwrap_or_default();
        let word: String = word
            .chars()
            .filter(|c| c.is_ascii_alphanumeric())
            .take(40)
            .collect::<String>()
            .to_ascii_lowercase();
        match word.as_str() {
            "" | "7bit" | "8bit" | "binary" | "7bits" | "8bits" | "none" | "identity" => Transfer::Identity,
            "base64" | "b64" | "b" => Transfer::Base64,
            "quotedprintable" | "quotedprintible" | "quoteprintable" | "qp" | "q" => {
                Transfer::QuotedPrintable
            }
            "xuuencode" | "uuencode" | "xuue" | "uue" => Transfer::Uuencode,
            // However it is misspelt.
            _ if word.starts_with("base6") => Transfer::Base64,
            _ if word.starts_with("quoted") || word.ends_with("printable") => Transfer::QuotedPrintable,
            _ => {
                notes.add(format!("unknown transfer encoding {word} taken as 8bit"));
                Transfer::Identity
            }
        }
    }

    /// Decodes a body; what is no part of the encoding is skipped and noted.
    pub(crate) fn decode(self, body: &[u8], notes: &mut Notes) -> Vec<u8> {
        match self {
            Transfer::Identity => body.to_vec(),
            Transfer::QuotedPrintable => quoted_printable(body),
            Transfer::Base64 => {
                let (bytes, rubbish) = base64(body);
                if rubbish > 0 {
                    notes.add("base64 with characters that do not belong there".to_owned());
                }
                bytes
            }
            Transfer::Uuencode => uudecode(body).map_or_else(|| body.to_vec(), |file| file.data),
        }
    }
}

/// Decodes base64, skipping what is no base64; padding in the middle (joined texts) is skipped likewise.
/// Returns the bytes and the number of characters that did not belong there.
pub(crate) fn base64(input: &[u8]) -> (Vec<u8>, usize) {
    let mut out = Vec::with_capacity(input.len() / 4 * 3 + 3);
    let (mut bits, mut count, mut rubbish) = (0u32, 0u32, 0usize);
    let mut ended = false;
    for &byte in input {
        // What follows the padding on its line is no base64; on the next line another text may have been appended.
        if ended && !matches!(byte, b'=' | b'\n') {
            rubbish += usize::from(!byte.is_ascii_whitespace());
            continue;
        }
        ended = false;
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                (bits, count, ended) = (0, 0, true);
                continue;
            }
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            _ => {
                rubbish += 1;
                continue;
            }
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(((bits >> count) & 0xff) as u8);
        }
    }
    (out, rubbish)
}

/// A text in base64 and what a list's program wrote in plain below it: all after an empty line behind which no line is
/// base64 any more.
pub(crate) fn split_footer(body: &[u8]) -> (&[u8], &[u8]) {
    let pure = |line: &[u8]| {
        let digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        line.len().is_multiple_of(4) && line.iter().all(digit)
    };
    let (mut at, mut any, mut blank, mut footer) = (0, false, None, None);
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        let content = line.trim_ascii();
        if content.is_empty() {
            blank = blank.or(Some(at));
        } else {
            if pure(content) {
                (any, footer) = (true, None);
            } else if footer.is_none() {
                footer = blank.filter(|_| any);
            }
            blank = None;
        }
        at += line.len();
    }
    footer.map_or((body, &[]), |at| body.split_at(at))
}

/// Encodes in lines of 76 characters.
pub(crate) fn to_base64(data: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(data.len() / 3 * 4 + data.len() / 28 + 8);
    for (line, bytes) in data.chunks(57).enumerate() {
        if line > 0 {
            out.push_str("\r\n");
        }
        for group in bytes.chunks(3) {
            let at = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
            let bits = at(0) << 16 | at(1) << 8 | at(2);
            for digit in 0..4 {
                if digit > group.len() {
                    out.push('=');
                } else {
                    out.push(char::from(ALPHABET[(bits >> (18 - 6 * digit) & 0x3f) as usize]));
                }
            }
        }
    }
    out
}

/// Decodes quoted-printable; a `=` that starts no valid escape stays as it is, blanks before a line end go.
pub(crate) fn quoted_printable(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len());
    for line in input.split_inclusive(|&byte| byte == b'\n') {
        let (content, end) = split_line_end(line);
        let content = content.trim_ascii_end();
        let mut at = 0;
        let mut soft = false;
        while let Some(&byte) = content.get(at) {
            if byte != b'=' {
                out.push(byte);
                at += 1;
                continue;
            }
            match (content.get(at + 1), content.get(at + 2)) {
                (None, _) => {
                    soft = true;
                    at += 1;
                }
                (Some(&high), Some(&low)) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    out.push(hex(high) << 4 | hex(low));
                    at += 3;
                }
                _ => {
                    out.push(b'=');
                    at += 1;
                }
            }
        }
        if !soft {
            out.extend_from_slice(end);
        }
    }
    out
}

/// RFC 2047 "Q": like quoted-printable, `_` is a blank.
pub(crate) fn q_word(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len());
    let mut at = 0;
    while let Some(&byte) = input.get(at) {
        match (byte, input.get(at + 1), input.get(at + 2)) {
            (b'_', ..) => out.push(b' '),
            (b'=', Some(&high), Some(&low)) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(hex(high) << 4 | hex(low));
                at += 2;
            }
            _ => out.push(byte),
        }
        at += 1;
    }
    out
}

/// RFC 2231 percent escapes; a `%` that starts none stays.
pub(crate) fn percent(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len());
    let mut at = 0;
    while let Some(&byte) = input.get(at) {
        match (byte, input.get(at + 1), input.get(at + 2)) {
            (b'%', Some(&high), Some(&low)) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(hex(high) << 4 | hex(low));
                at += 2;
            }
            _ => out.push(byte),
        }
        at += 1;
    }
    out
}

/// A file that stood uuencoded in a text.
pub(crate) struct UuFile {
    pub(crate) name: Vec<u8>,
    pub(crate) data: Vec<u8>,
    /// Where the block lies in the text, `begin` and `end` lines included.
    pub(crate) range: std::ops::Range<usize>,
}

/// Finds the first complete `begin 644 name` … `end` block.
pub(crate) fn uudecode(text: &[u8]) -> Option<UuFile> {
    let mut start = 0;
    loop {
        let at = start + memchr::memmem::find(text.get(start..)?, b"begin ")?;
        if (at == 0 || text.get(at - 1) == Some(&b'\n'))
            && let Some(file) = uu_block(text, at)
        {
            return Some(file);
        }
        start = at + 6;
    }
}

fn uu_block(text: &[u8], at: usize) -> Option<UuFile> {
    let mut lines = text.get(at..)?.split_inclusive(|&byte| byte == b'\n');
    let first = lines.next()?;
    let header = split_line_end(first).0.strip_prefix(b"begin ")?;
    let (mode, name) = header.split_at_checked(header.iter().position(|&byte| byte == b' ')?)?;
    if !(3..=4).contains(&mode.len()) || !mode.iter().all(|byte| (b'0'..=b'7').contains(byte)) {
        return None;
    }
    let (mut data, mut end) = (Vec::new(), at + first.len());
    for line in lines {
        end += line.len();
        let content = split_line_end(line).0;
        if content == b"end" {
            return Some(UuFile { name: name.trim_ascii().to_vec(), data, range: at..end });
        }
        uu_line(content, &mut data)?;
    }
    None
}

fn uu_line(line: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let Some((&length, groups)) = line.split_first() else { return Some(()) };
    if !(b' '..=b'`').contains(&length) {
        return None;
    }
    let length = usize::from((length - b' ') & 0x3f);
    if groups.len() < length.div_ceil(3) * 4 - (length.div_ceil(3) * 3 - length) || groups.len() > 90 {
        return None;
    }
    let start = out.len();
    for group in groups.chunks(4) {
        let mut sextets = [0u8; 4];
        for (slot, &byte) in sextets.iter_mut().zip(group) {
            *slot = byte.wrapping_sub(b' ') & 0x3f;
        }
        let [a, b, c, d] = sextets;
        out.extend_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
    }
    out.truncate(start + length);
    Some(())
}

/// Splits a line from its end (`\r\n`, `\n` or nothing).
pub(crate) fn split_line_end(line: &[u8]) -> (&[u8], &[u8]) {
    let content = line.strip_suffix(b"\n").map_or(line, |rest| rest.strip_suffix(b"\r").unwrap_or(rest));
    line.split_at(content.len())
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        b'A'..=b'F' => digit - b'A' + 10,
        _ => 0,
    }
}
