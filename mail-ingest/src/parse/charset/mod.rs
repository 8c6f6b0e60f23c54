//! Bytes of any claimed charset to text. Nothing fails: a label that is unknown, wrong or missing leads to the most
//! likely reading, and the reader notes what was done.

mod detect;
mod iso2022;
mod pages;

use encoding_rs::Encoding;
use mail_parser::decoders::charsets::map::charset_decoder;

/// Reads `bytes` as `label` says, or as they look where the label is missing, unknown or plainly wrong.
/// Each departure from the label adds a sentence to `notes`.
pub(crate) fn decode(bytes: &[u8], label: Option<&str>, notes: &mut super::Notes) -> String {
    let label = label.map(clean_label).filter(|label| !label.is_empty());
    let Some(label) = label else { return guess_and_say(bytes, notes) };
    match label.as_str() {
        "utf_8" | "utf8" | "unicode_1_1_utf_8" | "utf_8n" | "cp65001" | "unicode11utf8" | "unicode20utf8"
        | "x_unicode20utf8" | "unicode_2_0_utf_8" | "x_utf_8" | "x_utf8" | "utf8mb4" | "cesu_8"
        | "utf_8_mac" | "csutf8" | "utf_8_strict" => utf8(bytes, notes),
        "us_ascii" | "ascii" | "ansi_x3.4_1968" | "iso646_us" | "7bit" | "8bit" | "binary" | "x_unknown"
        | "unknown_8bit" | "x_user_defined" | "unknown" | "default" | "utf_8_or_latin1" | "none" | "null"
        | "ansi" | "replacement" => guess_and_say(bytes, notes),
        "hz_gb_2312" | "hz" => decode_label("gb18030", &hz_to_gbk(bytes)).unwrap_or_else(|| guess(bytes)),
        "unicode_1_1_utf_7"
        | "unicode11utf7"
        | "x_utf_7"
        | "unicode_2_0_utf_7"
        | "x_unicode_2_0_utf_7"
        | "utf7" => decode_label("utf_7", bytes).unwrap_or_else(|| guess(bytes)),
        "utf_16" | "utf16" | "ucs_2" | "iso_10646_ucs_2" | "unicode" | "csunicode" => utf16(bytes),
        "utf_32" | "utf32" | "utf_32le" | "utf_32be" | "ucs_4" | "iso_10646_ucs_4" => utf32(bytes, &label),
        _ if let Some(national) = iso_2022(&label) => {
            // It is a 7-bit charset: with other bytes the label is wrong.
            if bytes.is_ascii() { iso2022::decode(bytes, national) } else { guess_and_say(bytes, notes) }
        }
        _ => other(&label, bytes, notes),
    }
}

/// `jp`, `kr` or `cn` where the label names one of the charsets that escapes switch.
fn iso_2022(label: &str) -> Option<&'static str> {
    let rest = label.strip_prefix("cs").unwrap_or(label);
    let rest = rest.strip_prefix("iso_2022_").or_else(|| rest.strip_prefix("iso2022"));
    match rest.map(|rest| rest.trim_start_matches('_').get(..2).unwrap_or_default()) {
        Some("jp") => Some("jp"),
        Some("kr") => Some("kr"),
        Some("cn") => Some("cn"),
        _ => matches!(label, "cp50220" | "cp50221" | "cp50222" | "jis" | "jis7").then_some("jp"),
    }
}

fn other(label: &str, bytes: &[u8], notes: &mut super::Notes) -> String {
    let wide =
        label.contains("16") || label.contains("32") || label.contains("utf_7") || pages::is_ebcdic(label);
    if bytes.is_ascii() && !wide {
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
            notes.add(format!("unknown charset {} read as {}", label.replace('_', "-"), likely(bytes)));
            guess(bytes)
        }
    }
}

/// The most likely text of bytes whose charset nobody said.
pub(crate) fn guess(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.contains('\u{1b}') && iso2022::looks_like_it(bytes) => iso2022::decode(bytes, "jp"),
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(),
        Err(_) if has_utf16_mark(bytes) => utf16(bytes),
        Err(_) if mostly_utf8(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Err(_) => detect::encoding(bytes).decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// [`guess`], with a sentence where the guess is a bold one.
fn guess_and_say(bytes: &[u8], notes: &mut super::Notes) -> String {
    let likely = likely(bytes);
    if !matches!(likely, "utf-8" | "windows-1252") {
        notes.add(format!("a text that says no charset was read as {likely}"));
    }
    guess(bytes)
}

/// The name of what [`guess`] reads.
fn likely(bytes: &[u8]) -> &'static str {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.contains('\u{1b}') && iso2022::looks_like_it(bytes) => "iso-2022-jp",
        Ok(_) => "utf-8",
        Err(_) if has_utf16_mark(bytes) => "utf-16",
        Err(_) if mostly_utf8(bytes) => "utf-8",
        Err(_) => detect::encoding(bytes).name(),
    }
}

/// Whether a decoder for `label` is known.
pub(crate) fn is_known(label: &str) -> bool {
    let label = clean_label(label);
    matches!(&label[..], "utf_8" | "utf8")
        || iso_2022(&label).is_some()
        || decode_label(&label, b"a").is_some()
}

fn has_utf16_mark(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff")
}

/// The byte order by its mark, else by where the zeros of western letters stand.
fn utf16(bytes: &[u8]) -> String {
    let little = match bytes.get(..2) {
        Some(b"\xff\xfe") => true,
        Some(b"\xfe\xff") => false,
        _ => {
            let zeros = |from: usize| bytes.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
            zeros(1) > zeros(0)
        }
    };
    let encoding = if little { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
    encoding.decode_with_bom_removal(bytes).0.into_owned()
}

fn utf32(bytes: &[u8], label: &str) -> String {
    let (bytes, big) = match bytes.get(..4) {
        Some(b"\xff\xfe\0\0") => (&bytes[4..], false),
        Some(b"\0\0\xfe\xff") => (&bytes[4..], true),
        _ => (bytes, !label.ends_with("le")),
    };
    let unit = |four: &[u8]| {
        let four: [u8; 4] = four.try_into().ok()?;
        char::from_u32(if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    };
    bytes.chunks(4).map(|four| unit(four).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
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
    if label.len() > 50 {
        return None;
    }
    let label = spelling(label);
    if let Some(text) = pages::decode(label, bytes) {
        return Some(text);
    }
    if let Some(encoding) = Encoding::for_label(label.replace('_', "-").as_bytes())
        .or_else(|| Encoding::for_label(label.as_bytes()))
        .filter(|encoding| *encoding != encoding_rs::REPLACEMENT)
    {
        return Some(encoding.decode_without_bom_handling(bytes).0.into_owned());
    }
    charset_decoder(label.as_bytes()).map(|decode| decode(bytes))
}

/// Names that Microsoft, Java, Python and Unix have for what the browsers call otherwise.
fn spelling(label: &str) -> &str {
    match label {
        "cp932" | "windows_932" | "x_ms_cp932" | "mskanji" | "shiftjis" | "x_shift_jis" | "sjis_win" => {
            "shift_jis"
        }
        "cp949" | "ms949" | "x_windows_949" | "uhc" | "euckr" | "x_euc_kr" | "ksc5601_1987" | "ks_c_5601" => {
            "euc_kr"
        }
        "cp950" | "ms950" | "x_windows_950" | "windows_950" | "big_5" | "big5_eten" | "big5hkscs" => "big5",
        "cp54936" | "gb_18030" | "gb18030_2000" | "gb18030_2022" | "euc_cn" | "x_euc_cn" | "euccn"
        | "gb2312_80" | "gb" | "cngb" => "gb18030",
        "eucjp" | "cp51932" | "ujis" | "euc_jp_ms" | "cp20932" | "eucjp_win" => "euc_jp",
        "cp874" | "tis620" | "iso_ir_166" => "windows_874",
        "cp10000" | "macroman" | "mac_roman" | "x_macroman" | "apple_roman" => "macintosh",
        "cp10007" | "maccyrillic" | "mac_cyrillic" => "x_mac_cyrillic",
        "cp10029" => "x_mac_ce",
        "cp10006" => "x_mac_greek",
        "cp10081" => "x_mac_turkish",
        "cp20866" => "koi8_r",
        "cp21866" | "koi8u" => "koi8_u",
        "koi8r" => "koi8_r",
        "cp20127" => "us_ascii",
        "cp28591" | "8859_1" | "isolatin1" => "iso_8859_1",
        "cp28592" => "iso_8859_2",
        "cp28605" | "latin9" | "latin0" | "iso8859_15_fdis" => "iso_8859_15",
        "latin7" => "iso_8859_13",
        "win1250" => "cp1250",
        "win1251" | "winlatin_cyrillic" | "ansi_1251" => "cp1251",
        "win1252" | "winlatin1" | "ansi_1252" | "cp1004" | "windows_latin1" => "cp1252",
        "cp1200" | "utf16le" | "ucs_2le" | "unicodelittle" => "utf_16le",
        "cp1201" | "utf16be" | "ucs_2be" | "unicodebig" => "utf_16be",
        _ => label,
    }
}

/// `"ISO-8859-1"`, `iso_8859-1:1987`, `charset=utf-8`, `cp-1252`, `win-1251`, `'utf-8'` as one spelling.
fn clean_label(label: &str) -> String {
    let label = label.trim().trim_matches(|c: char| matches!(c, '"' | '\'' | ';' | ' ' | '=' | '<' | '>'));
    let label: String =
        label.chars().take(60).collect::<String>().to_ascii_lowercase().replace(['-', ' '], "_");
    let label = label.strip_prefix("charset=").unwrap_or(&label);
    if let Some(number) =
        ["cp_", "win_", "dos_", "ibm_", "ccsid_"].iter().find_map(|start| label.strip_prefix(start))
    {
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
