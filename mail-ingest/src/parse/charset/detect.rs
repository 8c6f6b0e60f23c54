//! What unlabelled bytes are. Nothing says so but the bytes: which encoding makes common letters of them, and whether
//! those with the high bit come alone (western), in words (Cyrillic) or in pairs (Chinese, Japanese, Korean).

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, IBM866, ISO_8859_5, KOI8_R, SHIFT_JIS, WINDOWS_1251,
    WINDOWS_1252,
};

/// Bytes that are looked at.
const SAMPLE: usize = 16 * 1024;

/// The most likely encoding of bytes that are no UTF-8; windows-1252 where nothing speaks for another.
pub(super) fn encoding(bytes: &[u8]) -> &'static Encoding {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    let high = sample.iter().filter(|byte| **byte >= 0x80).count();
    let letters = sample.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    // In the languages of windows-1252 most letters are ASCII.
    if high < 6 || high * 3 < letters {
        return WINDOWS_1252;
    }
    cyrillic(sample).or_else(|| pairs(sample)).unwrap_or(WINDOWS_1252)
}

/// In Russian, Ukrainian and Bulgarian these ten letters are more than half of all.
fn cyrillic(sample: &[u8]) -> Option<&'static Encoding> {
    let share = |encoding: &'static Encoding| {
        let text = encoding.decode_without_bom_handling(sample).0;
        let (mut common, mut all) = (0usize, 0usize);
        let mut last_lower = false;
        for c in text.chars().filter(|c| !c.is_ascii()) {
            all += 1;
            let lower = c.is_lowercase();
            // A capital behind a small letter is the mark of the wrong encoding.
            common += usize::from("оеаинтсрвлОЕАИНТСРВЛ".contains(c) && (lower || !last_lower));
            last_lower = lower;
        }
        (common * 100 / all.max(1), encoding)
    };
    let best =
        [WINDOWS_1251, KOI8_R, IBM866, ISO_8859_5].map(share).into_iter().max_by_key(|(share, _)| *share)?;
    (best.0 >= 45).then_some(best.1)
}

/// Encodings of two bytes per character.
fn pairs(sample: &[u8]) -> Option<&'static Encoding> {
    let mut seen = Pairs::default();
    let mut at = 0;
    while let Some(&first) = sample.get(at) {
        if first < 0x80 {
            at += 1;
            continue;
        }
        let Some(&second) = sample.get(at + 1) else { break };
        seen.add(first, second);
        at += 2;
    }
    // The sample may end within a character; what was counted does not.
    let counted = &sample[..at.min(sample.len())];
    let valid = |encoding: &'static Encoding| {
        encoding.decode_without_bom_handling_and_without_replacement(counted).is_some()
    };
    if seen.count < 3 {
        return None;
    }
    if seen.share(seen.shift_jis_kana) >= 20 && valid(SHIFT_JIS) {
        return Some(SHIFT_JIS);
    }
    if seen.low_second == 0 {
        if seen.share(seen.kana) >= 20 && valid(EUC_JP) {
            return Some(EUC_JP);
        }
        let words = sample.contains(&b' ');
        if seen.share(seen.hangul) >= 90 && (words || seen.count >= 10) && valid(EUC_KR) {
            return Some(EUC_KR);
        }
        if seen.share(seen.common_hanzi) >= 75 && valid(GB18030) {
            return Some(GB18030);
        }
    }
    (seen.share(seen.big5) >= 75 && seen.low_second > 0 && valid(BIG5)).then_some(BIG5)
}

#[derive(Default)]
struct Pairs {
    count: usize,
    /// Second bytes that are ASCII: only Big5, Shift_JIS and rare parts of GBK have them.
    low_second: usize,
    kana: usize,
    shift_jis_kana: usize,
    hangul: usize,
    common_hanzi: usize,
    big5: usize,
}

impl Pairs {
    fn add(&mut self, first: u8, second: u8) {
        self.count += 1;
        self.low_second += usize::from(second < 0x80);
        self.kana += usize::from(matches!(first, 0xa4 | 0xa5));
        self.shift_jis_kana +=
            usize::from(matches!((first, second), (0x82, 0x9f..=0xf1) | (0x83, 0x40..=0x96)));
        self.hangul += usize::from(matches!(first, 0xb0..=0xc8));
        self.common_hanzi += usize::from(matches!(first, 0xa1..=0xa3 | 0xb0..=0xd7));
        self.big5 += usize::from(matches!(first, 0xa1..=0xc6) && matches!(second, 0x40..=0x7e | 0xa1..=0xfe));
    }

    fn share(&self, part: usize) -> usize {
        part * 100 / self.count.max(1)
    }
}
