//! File names that are safe to show, to offer for download and to write into an archive.

use crate::limits;

/// A name without path, control and formatting characters, at most [`limits::NAME`] bytes, its ending kept.
/// `None` where nothing is left.
pub(crate) fn safe(name: &str) -> Option<String> {
    let base = strip_path(name);
    let clean: String = base
        .chars()
        .filter(|c| !c.is_control() && !is_trick(*c))
        .map(|c| if matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') { '_' } else { c })
        .collect();
    let clean = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean = clean.trim_start_matches(['.', ' ']).trim_end_matches(['.', ' ']);
    if clean.is_empty() || clean.chars().all(|c| c == '_') {
        return None;
    }
    let stem = clean.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let reserved = matches!(&stem[..], "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4
            && (stem.starts_with("COM") || stem.starts_with("LPT"))
            && stem.ends_with(|c: char| c.is_ascii_digit()));
    let clean = if reserved { format!("_{clean}") } else { clean.to_owned() };
    Some(shorten(&clean))
}

/// A name for a part that has none, by its type: `image-2.png`.
pub(crate) fn default_for(content_type: &str, number: usize) -> String {
    let (main, sub) = content_type.split_once('/').unwrap_or((content_type, ""));
    let stem = match (main, sub) {
        ("text", "calendar") => "invitation",
        ("message", "delivery-status") => return "delivery-status.txt".to_owned(),
        ("message", "disposition-notification") => return "disposition-notification.txt".to_owned(),
        ("text", "rfc822-headers") => return "headers.txt".to_owned(),
        ("application", "pgp-signature") => return "signature.asc".to_owned(),
        ("application", "pkcs7-signature" | "x-pkcs7-signature") => return "smime.p7s".to_owned(),
        ("application", "pkcs7-mime" | "x-pkcs7-mime") => return "smime.p7m".to_owned(),
        ("message", _) => "message",
        ("image" | "audio" | "video", _) => main,
        ("text", _) => "text",
        _ => "attachment",
    };
    format!("{stem}-{number}.{}", extension(main, sub))
}

fn extension(main: &str, sub: &str) -> &'static str {
    match (main, sub) {
        (_, "jpeg" | "jpg" | "pjpeg") => "jpg",
        (_, "png") => "png",
        (_, "gif") => "gif",
        (_, "webp") => "webp",
        (_, "svg+xml") => "svg",
        (_, "pdf") => "pdf",
        (_, "zip" | "x-zip-compressed") => "zip",
        (_, "calendar") => "ics",
        (_, "vcard" | "x-vcard" | "directory") => "vcf",
        (_, "html") => "html",
        (_, "csv") => "csv",
        ("message", "rfc822" | "global" | "partial" | "news") => "eml",
        ("text" | "message", _) => "txt",
        _ => "bin",
    }
}

/// Only what looks like a path loses its directories: "Invoice 12/2024.pdf" is a name.
fn strip_path(name: &str) -> &str {
    let drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes().get(2) == Some(&b'\\');
    if name.starts_with(['/', '\\', '~'])
        || drive
        || name.contains("../")
        || name.contains("..\\")
        || name.contains("://")
    {
        return name.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    }
    name
}

/// Characters that make a name look like another: overrides, zero-width marks, line separators.
fn is_trick(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn shorten(name: &str) -> String {
    if name.len() <= limits::NAME {
        return name.to_owned();
    }
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 16 => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    let room = stem.floor_char_boundary(limits::NAME - ending.len());
    format!("{}{ending}", stem[..room].trim_end())
}
