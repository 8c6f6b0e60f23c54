//! Bytes of any claimed charset to text. Nothing fails: a label that is unknown, wrong or missing leads to the most
//! likely reading, and the reader notes what was done.

use mail_parser::decoders::charsets::map::charset_decoder;

/// Reads `bytes` as `label` says, or as they look where the label is missing, unknown or plainly wrong.
/// Each departure from the label adds a sentence to `notes`.
pub(crate) fn decode(bytes: &[u8], label: Option<&str>, notes: &mut super::Notes) -> String {
    let label = label.map(clean_label).filter(|label| !label.is_empty());
    let Some(label) = label else { return guess(bytes) };
    match label.as_str() {
        "utf_8" | "utf8" | "unicode_1_1_utf_8" | "utf_8n" | "cp65001" | "unicode11utf8" => utf8(bytes, notes),
        "us_ascii" | "ascii" | "ansi_x3.4_1968" | "iso646_us" | "7bit" | "8bit" | "binary" | "x_unknown"
        | "unknown_8bit" | "unknown" | "default" | "utf_8_or_latin1" => guess(bytes),
        "hz_gb_2312" | "hz" => decode_label("gb18030", &hz_to_gbk(bytes)).unwrap_or_else(|| guess(bytes)),
        "iso_2022_kr" | "csiso2022kr" => {
            decode_label("euc_kr", &shifted_to_high(bytes)).unwrap_or_else(|| guess(bytes))
        }
        _ if label.starts_with("iso_2022_jp") || matches!(&label[..], "cp50220" | "cp50221" | "cp50222") => {
            // It is a 7-bit charset: with other bytes the label is wrong.
            let text = decode_label("iso_2022_jp", &without_idle_escapes(bytes));
            text.filter(|_| bytes.is_ascii()).unwrap_or_else(|| guess(bytes))
        }
        _ => other(&label, bytes, notes),
    }
}

fn other(label: &str, bytes: &[u8], notes: &mut super::Notes) -> String {
    if bytes.is_ascii() && !label.contains("16") && !label.contains("utf_7") && !label.contains("ucs") {
        return ascii(bytes);
    }
    // A single-byte label on text that is valid UTF-8 beyond ASCII is a wrong label: the odds of the opposite are
    // negligible, and mail programs that transcode the body but not the header are common.
    if is_single_byte(label)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        notes.add(format!("charset {label} read as utf-8, which the bytes are"));
        return text.to_owned();
    }
    // Windows programs call their code pages by the ISO name; the ISO set has only control codes there.
    let sibling =
        bytes.iter().any(|byte| (0x80..0xa0).contains(byte)).then(|| windows_sibling(label)).flatten();
    if let Some(sibling) = sibling {
        notes.add(format!("charset {label} read as {sibling}"));
    }
    match decode_label(sibling.unwrap_or(label), bytes) {
        Some(text) if text.contains('\u{fffd}') && std::str::from_utf8(bytes).is_ok() => {
            notes.add(format!("charset {} read as utf-8, which the bytes are", label.replace('_', "-")));
            guess(bytes)
        }
        Some(text) => text,
        None => {
            let read_as = if std::str::from_utf8(bytes).is_ok() { "utf-8" } else { "windows-1252" };
            notes.add(format!("unknown charset {} read as {read_as}", label.replace('_', "-")));
            guess(bytes)
        }
    }
}

/// UTF-8 where it is, else windows-1252: what unlabelled mail of the last decades is.
pub(crate) fn guess(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.contains('\u{1b}') && looks_like_iso_2022_jp(bytes) => {
            decode_label("iso_2022_jp", bytes).unwrap_or_else(|| text.to_owned())
        }
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(),
        Err(_) if mostly_utf8(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Err(_) => windows_1252(bytes),
    }
}

/// Whether a decoder for `label` is known.
pub(crate) fn is_known(label: &str) -> bool {
    let label = clean_label(label);
    matches!(&label[..], "utf_8" | "utf8") || charset_decoder(label.as_bytes()).is_some()
}

fn utf8(bytes: &[u8], notes: &mut super::Notes) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(),
        Err(_) if mostly_utf8(bytes) => {
            notes.add("broken utf-8 repaired".to_owned());
            String::from_utf8_lossy(bytes).into_owned()
        }
        Err(_) => {
            notes.add("charset utf-8 read as windows-1252, which the bytes are".to_owned());
            windows_1252(bytes)
        }
    }
}

/// Whether the valid multi-byte sequences outnumber the broken ones: a cut in UTF-8 text rather than another charset.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|char| !char.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good >= bad && good > 0
}

fn windows_1252(bytes: &[u8]) -> String {
    encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
}

fn ascii(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn decode_label(label: &str, bytes: &[u8]) -> Option<String> {
    if label.len() > 40 {
        return None;
    }
    charset_decoder(label.as_bytes()).map(|decode| decode(bytes))
}

/// `"ISO-8859-1"`, `iso_8859-1:1987`, `charset=utf-8`, `cp-1252`, `win-1251`, `'utf-8'` as one spelling.
fn clean_label(label: &str) -> String {
    let label = label.trim().trim_matches(|c: char| matches!(c, '"' | '\'' | ';' | ' ' | '=' | '<' | '>'));
    let label: String =
        label.chars().take(60).collect::<String>().to_ascii_lowercase().replace(['-', ' '], "_");
    let label = label.strip_prefix("charset=").unwrap_or(&label);
    if let Some(number) = label.strip_prefix("cp_").or_else(|| label.strip_prefix("win_")) {
        return format!("cp{number}");
    }
    if let Some(number) =
        label.strip_prefix("windows").filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    {
        return format!("cp{number}");
    }
    if let Some(number) =
        label.strip_prefix("iso_8859").filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    {
        return format!("iso_8859_{number}");
    }
    if let Some(number) = label.strip_prefix("latin_").or_else(|| label.strip_prefix("iso_latin_")) {
        return format!("latin{number}");
    }
    label.to_owned()
}

fn is_single_byte(label: &str) -> bool {
    label.starts_with("iso_8859")
        || label.starts_with("iso8859")
        || label.starts_with("latin")
        || label.starts_with("windows_125")
        || label.starts_with("cp125")
        || label.starts_with("cp819")
        || label.starts_with("koi8")
}

fn windows_sibling(label: &str) -> Option<&'static str> {
    let number = label.strip_prefix("iso_8859_").or_else(|| label.strip_prefix("iso8859_"))?;
    Some(match number {
        "2" => "cp1250",
        "5" => "cp1251",
        "6" => "cp1256",
        "7" => "cp1253",
        "8" => "cp1255",
        "9" => "cp1254",
        "13" => "cp1257",
        "15" => "cp1252",
        _ => return None,
    })
}

fn looks_like_iso_2022_jp(bytes: &[u8]) -> bool {
    [&b"\x1b$B"[..], b"\x1b$@", b"\x1b(J"].iter().any(|escape| memchr::memmem::find(bytes, escape).is_some())
}

/// Two escapes in a row: mail programs write them where pieces meet, the decoder takes the first for an error.
fn without_idle_escapes(bytes: &[u8]) -> Vec<u8> {
    let mut pieces = bytes.split(|&byte| byte == 0x1b);
    let mut out = pieces.next().unwrap_or_default().to_vec();
    out.reserve(bytes.len());
    let idle: [&[u8]; 4] = [b"(B", b"(J", b"$B", b"$@"];
    for piece in pieces.filter(|piece| !idle.contains(piece)) {
        out.push(0x1b);
        out.extend_from_slice(piece);
    }
    out
}

/// RFC 1843: `~{` and `~}` switch 7-bit pairs on and off; with the high bit set they are GB 2312.
fn hz_to_gbk(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let (mut chinese, mut rest) = (false, bytes);
    while let Some((&first, tail)) = rest.split_first() {
        match (first, tail.first()) {
            (b'~', Some(b'{')) => chinese = true,
            (b'~', Some(b'}')) => chinese = false,
            (b'~', Some(b'~')) if !chinese => out.push(b'~'),
            (b'~', Some(b'\n')) if !chinese => {}
            _ => {
                chinese = chinese && first != b'\n';
                out.push(if chinese { first | 0x80 } else { first });
                rest = tail;
                continue;
            }
        }
        rest = tail.get(1..).unwrap_or_default();
    }
    out
}

/// RFC 1557: SO and SI switch to KS X 1001 in 7 bits; with the high bit set it is EUC-KR.
fn shifted_to_high(bytes: &[u8]) -> Vec<u8> {
    let mut korean = false;
    let mut out = Vec::with_capacity(bytes.len());
    let bytes = bytes.strip_prefix(b"\x1b$)C").unwrap_or(bytes);
    for &byte in bytes {
        match byte {
            0x0e => korean = true,
            0x0f => korean = false,
            b'\n' => {
                korean = false;
                out.push(byte);
            }
            _ => out.push(if korean && byte > 0x20 { byte | 0x80 } else { byte }),
        }
    }
    out
}
