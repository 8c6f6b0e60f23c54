//! ISO 2022 in seven bits: ISO-2022-JP with all its additions, ISO-2022-KR, ISO-2022-CN. Escapes choose a set of
//! characters; each run of one set is read by the eight-bit encoding that contains the same set.

use encoding_rs::{EUC_JP, EUC_KR, Encoding, GBK};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Ascii,
    /// JIS X 0201: ASCII with a yen sign and an overline.
    Roman,
    /// JIS X 0201, its other half, in seven bits.
    Katakana,
    /// JIS X 0208, and 0213 where it is the same.
    Kanji,
    /// JIS X 0212.
    MoreKanji,
    Chinese,
    Korean,
    /// A set of two bytes that nothing here knows.
    Unknown,
}

/// Whether an escape of these stands in the bytes.
pub(super) fn looks_like_it(bytes: &[u8]) -> bool {
    let escapes: [&[u8]; 5] = [b"\x1b$B", b"\x1b$@", b"\x1b(J", b"\x1b$)C", b"\x1b$)A"];
    escapes.iter().any(|escape| memchr::memmem::find(bytes, escape).is_some())
}

/// Reads the text. Escapes that repeat themselves or lack their end are survived: a line begins in ASCII.
pub(super) fn decode(bytes: &[u8], shifted: &str) -> String {
    let mut reader = Reader {
        out: String::with_capacity(bytes.len()),
        run: Vec::new(),
        current: Set::Ascii,
        // What "shift out" leads to; the escape that says so stands at the beginning, and is lost at times.
        shifted: match shifted {
            "kr" => Set::Korean,
            "cn" => Set::Chinese,
            _ => Set::Katakana,
        },
    };
    let mut rest = bytes;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            0x1b => match escape(tail) {
                Some((length, designation)) => {
                    rest = &tail[length..];
                    match designation {
                        Designation::Now(set) => reader.switch(set),
                        Designation::Shifted(set) => reader.shifted = set,
                        Designation::Ignored => {}
                    }
                }
                None => reader.run.push(byte),
            },
            0x0e => reader.switch(reader.shifted),
            0x0f | b'\r' | b'\n' => {
                reader.switch(Set::Ascii);
                if byte != 0x0f {
                    reader.run.push(byte);
                }
            }
            _ => reader.run.push(byte),
        }
    }
    reader.flush();
    reader.out
}

enum Designation {
    Now(Set),
    Shifted(Set),
    Ignored,
}

/// What an escape means, and its length without the ESC.
fn escape(rest: &[u8]) -> Option<(usize, Designation)> {
    use Designation::{Ignored, Now, Shifted};
    let four = match rest.get(..3) {
        Some(b"$(@" | b"$(B" | b"$(O" | b"$(Q") => Some(Now(Set::Kanji)),
        Some(b"$(D") => Some(Now(Set::MoreKanji)),
        Some(b"$(C") => Some(Now(Set::Korean)),
        Some(b"$(A") => Some(Now(Set::Chinese)),
        Some(b"$(P") => Some(Now(Set::Unknown)),
        Some(b"$)C") => Some(Shifted(Set::Korean)),
        Some(b"$)A" | b"$)E") => Some(Shifted(Set::Chinese)),
        Some([b'$', b')', _]) => Some(Shifted(Set::Unknown)),
        Some([b'$', b'*' | b'+', _]) => Some(Ignored),
        _ => None,
    };
    if let Some(found) = four {
        return Some((3, found));
    }
    let three = match rest.get(..2)? {
        b"(B" | b"(H" => Now(Set::Ascii),
        b"(J" => Now(Set::Roman),
        b"(I" => Now(Set::Katakana),
        b"$@" | b"$B" => Now(Set::Kanji),
        b"$A" => Now(Set::Chinese),
        [b'.' | b'-', _] => Ignored,
        _ => return None,
    };
    Some((2, three))
}

struct Reader {
    out: String,
    run: Vec<u8>,
    current: Set,
    shifted: Set,
}

impl Reader {
    fn switch(&mut self, set: Set) {
        if set != self.current {
            self.flush();
            self.current = set;
        }
    }

    fn flush(&mut self) {
        let run = std::mem::take(&mut self.run);
        match self.current {
            Set::Ascii => self.out.extend(run.iter().map(|byte| char::from(byte & 0x7f))),
            Set::Roman => self.out.extend(run.iter().map(|byte| match byte {
                b'\\' => '¥',
                b'~' => '‾',
                _ => char::from(byte & 0x7f),
            })),
            Set::Katakana => {
                self.out.extend(run.iter().map(|byte| match byte & 0x7f {
                    byte @ 0x21..=0x5f => char::from_u32(0xff61 + u32::from(byte - 0x21)).unwrap_or(' '),
                    byte => char::from(byte),
                }));
            }
            Set::Kanji => self.pairs(&run, EUC_JP, &[]),
            Set::MoreKanji => self.pairs(&run, EUC_JP, &[0x8f]),
            Set::Chinese => self.pairs(&run, GBK, &[]),
            Set::Korean => self.pairs(&run, EUC_KR, &[]),
            Set::Unknown => self.out.extend(run.chunks(2).map(|_| char::REPLACEMENT_CHARACTER)),
        }
    }

    /// Two bytes of seven bits each are a character of `encoding` with the high bits set.
    fn pairs(&mut self, run: &[u8], encoding: &'static Encoding, prefix: &[u8]) {
        let mut high = Vec::with_capacity(run.len() + run.len() / 2 * prefix.len());
        let mut rest = run;
        while let Some((&first, tail)) = rest.split_first() {
            match tail.first() {
                Some(&second) if (0x21..=0x7e).contains(&first) && (0x21..=0x7e).contains(&second) => {
                    high.extend_from_slice(prefix);
                    high.extend_from_slice(&[first | 0x80, second | 0x80]);
                    rest = &tail[1..];
                }
                _ => {
                    // Blanks stand between characters; half a character at the end is lost.
                    if first <= b' ' {
                        high.push(first);
                    }
                    rest = tail;
                }
            }
        }
        self.out.push_str(&encoding.decode_without_bom_handling(&high).0);
    }
}
