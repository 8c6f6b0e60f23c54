//! S/MIME that wraps the mail into the signature (RFC 8551 signed-data, compressed excluded): the mail is taken out.
//! The signature itself is not checked: nothing here says that it is good.

/// Elements within elements that are followed.
const DEPTH: usize = 12;

/// What a wrapped mail says, or that it is encrypted.
pub(super) enum Content {
    Signed(Vec<u8>),
    Encrypted,
    Unknown,
}

/// Opens CMS data.
pub(super) fn open(data: &[u8]) -> Content {
    let Some((0x30, info, _)) = element(data) else { return Content::Unknown };
    let Some((0x06, kind, rest)) = element(info) else { return Content::Unknown };
    match kind {
        // 1.2.840.113549.1.7.2
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" => signed(rest).map_or(Content::Unknown, Content::Signed),
        // …7.3, and authenticated enveloped data
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03" | b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17" => {
            Content::Encrypted
        }
        _ => Content::Unknown,
    }
}

fn signed(rest: &[u8]) -> Option<Vec<u8>> {
    let (0xa0, explicit, _) = element(rest)? else { return None };
    let (0x30, fields, _) = element(explicit)? else { return None };
    let (0x02, _, rest) = element(fields)? else { return None };
    let (0x31, _, rest) = element(rest)? else { return None };
    let (0x30, wrapped, _) = element(rest)? else { return None };
    let (0x06, _, rest) = element(wrapped)? else { return None };
    let (0xa0, content, _) = element(rest)? else { return None };
    let mut out = Vec::new();
    octets(content, &mut out, 0);
    Some(out).filter(|out| !out.is_empty())
}

/// Joins the pieces of an octet string.
fn octets(mut rest: &[u8], out: &mut Vec<u8>, depth: usize) {
    while let Some((tag, value, tail)) = element(rest) {
        match tag {
            0x04 => out.extend_from_slice(value),
            0x24 if depth < DEPTH => octets(value, out, depth + 1),
            _ => return,
        }
        rest = tail;
    }
}

/// Tag, value and what follows. Values of indefinite length (BER) end at their two zeros, which are found by skipping
/// over what lies within; of a value that was cut off there is what there is.
fn element(data: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = data.split_first()?;
    let (&first, rest) = rest.split_first()?;
    match first {
        0..=0x7f => {
            let (value, rest) = rest.split_at(usize::from(first).min(rest.len()));
            Some((tag, value, rest))
        }
        0x80 => {
            let length = indefinite(rest)?;
            let (value, rest) = rest.split_at(length);
            Some((tag, value, rest.get(2..).unwrap_or_default()))
        }
        _ => {
            let (number, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = number
                .iter()
                .try_fold(0usize, |sum, byte| sum.checked_mul(256).map(|sum| sum + usize::from(*byte)))?;
            let (value, rest) = rest.split_at(length.min(rest.len()));
            Some((tag, value, rest))
        }
    }
}

/// The length of a value up to its two zeros, by one pass with a count of what is open.
fn indefinite(data: &[u8]) -> Option<usize> {
    let mut open = 1usize;
    let mut at = 0usize;
    loop {
        let (Some(&tag), Some(&length)) = (data.get(at), data.get(at + 1)) else { return Some(data.len()) };
        match (tag, length) {
            (0, 0) => {
                open -= 1;
                if open == 0 {
                    return Some(at);
                }
                at += 2;
            }
            (_, 0x80) => {
                open += 1;
                at += 2;
            }
            (_, short @ 0..=0x7f) => at += 2 + usize::from(short),
            (_, long) => {
                let count = usize::from(long & 0x7f);
                let number = data.get(at + 2..at + 2 + count)?;
                let length = number
                    .iter()
                    .try_fold(0usize, |sum, byte| sum.checked_mul(256).map(|sum| sum + usize::from(*byte)))?;
                at = at.checked_add(2 + count)?.checked_add(length)?;
            }
        }
    }
}
