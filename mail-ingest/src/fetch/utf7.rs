//! Folder names as IMAP writes them: UTF-7 with changes (RFC 3501, 5.1.3).

/// A name in IMAP's letters.
pub fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut foreign: Vec<u16> = Vec::new();
    for c in name.chars() {
        if (' '..='~').contains(&c) {
            flush(&mut foreign, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            foreign.extend_from_slice(c.encode_utf16(&mut [0; 2]));
        }
    }
    flush(&mut foreign, &mut out);
    out
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

fn flush(foreign: &mut Vec<u16>, out: &mut String) {
    if foreign.is_empty() {
        return;
    }
    out.push('&');
    let (mut bits, mut held) = (0_u32, 0_u32);
    for unit in foreign.drain(..) {
        bits = (bits << 16) | u32::from(unit);
        held += 16;
        while held >= 6 {
            held -= 6;
            push(out, bits >> held);
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        push(out, bits << (6 - held));
    }
    out.push('-');
}

fn push(out: &mut String, bits: u32) {
    let at = usize::try_from(bits & 63).unwrap_or(0);
    out.push(char::from(LETTERS.get(at).copied().unwrap_or(b'A')));
}

/// The name behind IMAP's letters; one that is written wrongly stays as it is.
pub fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, after)) = rest.split_once('&') {
        out.push_str(plain);
        let Some((coded, behind)) = after.split_once('-') else { return text.to_owned() };
        if coded.is_empty() {
            out.push('&');
        } else {
            let Some(word) = units(coded).and_then(|units| String::from_utf16(&units).ok()) else {
                return text.to_owned();
            };
            out.push_str(&word);
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn units(coded: &str) -> Option<Vec<u16>> {
    let (mut bits, mut held, mut units) = (0_u32, 0_u32, Vec::new());
    for byte in coded.bytes() {
        let value = LETTERS.iter().position(|letter| *letter == byte)?;
        bits = (bits << 6) | u32::try_from(value).ok()?;
        held += 6;
        if held >= 16 {
            held -= 16;
            units.push(u16::try_from(bits >> held).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    Some(units)
}
