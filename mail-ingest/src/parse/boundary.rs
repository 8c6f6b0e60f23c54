//! Where the parts of a multipart begin and end.

use crate::limits;

/// What stands before the first delimiter.
pub(super) fn preamble<'a>(content: &'a [u8], boundary: &[u8]) -> &'a [u8] {
    let delimiter = [b"--", boundary].concat();
    memchr::memmem::find(content, &delimiter).map_or(content, |end| &content[..end])
}

/// Cuts a multipart into its parts. Exact delimiters count; only where there is none do lines that begin like one.
pub(super) fn split_parts<'a>(content: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    if boundary.is_empty() {
        return Vec::new();
    }
    let exact = split_at(content, boundary, true);
    if exact.is_empty() { split_at(content, boundary, false) } else { exact }
}

fn split_at<'a>(content: &'a [u8], boundary: &[u8], exact: bool) -> Vec<&'a [u8]> {
    let delimiter = [b"--", boundary].concat();
    let mut parts = Vec::new();
    let mut start: Option<usize> = None;
    for at in memchr::memmem::find_iter(content, &delimiter) {
        if at > 0 && content.get(at - 1) != Some(&b'\n') || start.is_some_and(|start| at < start) {
            continue;
        }
        let tail = &content[at + delimiter.len()..];
        let line_end = memchr::memchr(b'\n', tail).map_or(tail.len(), |end| end + 1);
        let rest = tail[..line_end].trim_ascii_end();
        // "-" alone is a closing delimiter that was cut.
        let closing = rest.starts_with(b"--") || rest == b"-";
        if exact && !rest.is_empty() && !(closing && rest.iter().skip(2).all(u8::is_ascii_whitespace)) {
            continue;
        }
        if let Some(start) = start {
            parts.push(without_line_end(&content[start..at]));
        }
        start = Some(at + delimiter.len() + line_end);
        if closing || parts.len() > limits::PARTS {
            return parts;
        }
    }
    if let Some(start) = start
        && let Some(rest) = content.get(start..).filter(|rest| !rest.is_empty())
    {
        parts.push(rest);
    }
    parts
}

/// The line end before a delimiter belongs to the delimiter.
fn without_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

/// The boundary of a multipart that does not name it, or not rightly: the first line that looks like a delimiter and
/// is followed by a field of a part's header.
pub(super) fn sniff(content: &[u8]) -> Option<&[u8]> {
    let mut lines = content.split(|&byte| byte == b'\n').take(500).map(<[u8]>::trim_ascii_end).peekable();
    while let Some(line) = lines.next() {
        let Some(boundary) = line.strip_prefix(b"--").filter(|boundary| (1..=200).contains(&boundary.len()))
        else {
            continue;
        };
        let field = lines.peek().and_then(|next| next.get(..8));
        if field.is_some_and(|start| start.eq_ignore_ascii_case(b"content-")) {
            return Some(boundary);
        }
    }
    None
}
