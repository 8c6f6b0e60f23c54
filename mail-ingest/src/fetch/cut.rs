//! A mail that is too large: its header, as much of its beginning as is whole, and a note in front that says so.

/// Splits a mail's beginning into header and what follows; the blank line belongs to neither.
pub fn split(mail: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    while let Some(length) = mail.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n')) {
        let line = mail.get(at..at + length).unwrap_or_default();
        let next = at + length + 1;
        if line.is_empty() || line == b"\r" {
            return (mail.get(..at).unwrap_or_default(), mail.get(next..).unwrap_or_default());
        }
        at = next;
    }
    (mail, &[])
}

/// A mail of this header that holds `note` and the whole parts of `beginning`. `mark` must not occur in it.
pub fn mail(header: &[u8], beginning: &[u8], note: &str, mark: &str) -> Vec<u8> {
    let (mut top, mut inner) = (Vec::new(), Vec::new());
    let mut content_type = String::new();
    for field in fields(header) {
        let text = String::from_utf8_lossy(field).into_owned();
        let name = text.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
        if name == "content-type" {
            content_type = text.replace(['\r', '\n'], " ");
        }
        match name.as_str() {
            "mime-version" => {}
            // Of the whole mail, and so no longer true of what is left.
            "content-length" | "lines" | "content-md5" => {}
            _ if name.starts_with("content-") => inner.extend_from_slice(field),
            _ => top.extend_from_slice(field),
        }
    }
    let mut mail = top;
    let note = note.replace('\n', "\r\n");
    mail.extend_from_slice(
        format!(
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"{mark}\"\r\n\r\n--{mark}\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{note}\r\n"
        )
        .as_bytes(),
    );
    if let Some(part) = whole(&content_type, beginning) {
        mail.extend_from_slice(format!("--{mark}\r\n").as_bytes());
        mail.extend_from_slice(&inner);
        mail.extend_from_slice(b"\r\n");
        mail.extend_from_slice(&part);
        mail.extend_from_slice(b"\r\n");
    }
    mail.extend_from_slice(format!("--{mark}--\r\n").as_bytes());
    mail
}

/// Header fields with their folded lines.
fn fields(header: &[u8]) -> Vec<&[u8]> {
    let (mut fields, mut begun) = (Vec::new(), 0);
    let mut at = 0;
    while at < header.len() {
        let end = header
            .get(at..)
            .and_then(|rest| rest.iter().position(|byte| *byte == b'\n'))
            .map_or(header.len(), |length| at + length + 1);
        let folded = header.get(end).is_some_and(|byte| matches!(byte, b' ' | b'\t'));
        if !folded {
            let field = header.get(begun..end).unwrap_or_default();
            if !field.trim_ascii().is_empty() {
                fields.push(field);
            }
            begun = end;
        }
        at = end;
    }
    fields
}

/// What of a body that breaks off can be used: of several parts those that are complete, or the beginning of the first
/// one where that is text; of a single part the beginning of a text.
fn whole(content_type: &str, beginning: &[u8]) -> Option<Vec<u8>> {
    let value = content_type.split_once(':').map_or("", |(_, value)| value).trim().to_ascii_lowercase();
    if !value.starts_with("multipart/") {
        return (value.is_empty() || value.starts_with("text/")).then(|| beginning.to_vec());
    }
    let boundary = boundary(content_type)?;
    let delimiter = format!("--{boundary}").into_bytes();
    let marks: Vec<usize> = lines(beginning)
        .filter(|(_, line)| line.trim_ascii_end() == delimiter.as_slice())
        .map(|(at, _)| at)
        .collect();
    let first = *marks.first()?;
    let last = *marks.last()?;
    let mut part = if last > first {
        beginning.get(..last)?.to_vec()
    } else {
        let inner = beginning.get(first..)?;
        let head = String::from_utf8_lossy(split(inner).0).to_ascii_lowercase();
        let readable = !head.contains("content-type:")
            || head.contains("content-type: text/")
            || head.contains("content-type: multipart/");
        if !readable {
            return None;
        }
        beginning.to_vec()
    };
    if !part.ends_with(b"\n") {
        part.extend_from_slice(b"\r\n");
    }
    part.extend_from_slice(&delimiter);
    part.extend_from_slice(b"--\r\n");
    Some(part)
}

fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    text.split_inclusive(|byte| *byte == b'\n').map(move |line| {
        let begins = at;
        at += line.len();
        (begins, line)
    })
}

fn boundary(content_type: &str) -> Option<String> {
    let lower = content_type.to_ascii_lowercase();
    let at = lower.find("boundary=")? + "boundary=".len();
    let rest = content_type.get(at..)?;
    let found = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => rest.split([';', ' ', '\t']).next()?,
    };
    Some(found.to_owned()).filter(|found| !found.is_empty())
}
