//! As much of CBOR (RFC 8949) as authenticators speak: CTAP2's canonical form, which has definite lengths and no tags or
//! fractions. A crate would read more than that; whatever else comes is refused, and nothing is copied.

/// So deep does nothing of an authenticator nest.
const DEEPEST: u8 = 8;

/// One item.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item<'a> {
    Number(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    List(Vec<Item<'a>>),
    Map(Vec<(Item<'a>, Item<'a>)>),
    /// False, true or null.
    Simple,
}

impl<'a> Item<'a> {
    /// What a map has under this number.
    pub(super) fn at(&self, key: i64) -> Option<&Item<'a>> {
        self.find(|item| *item == Item::Number(key))
    }

    /// What a map has under this word.
    pub(super) fn named(&self, key: &str) -> Option<&Item<'a>> {
        self.find(|item| *item == Item::Text(key))
    }

    fn find(&self, is: impl Fn(&Item<'a>) -> bool) -> Option<&Item<'a>> {
        match self {
            Self::Map(entries) => entries.iter().find(|(key, _)| is(key)).map(|(_, value)| value),
            _ => None,
        }
    }

    pub(super) fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(super) fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// The first item, and what comes behind it.
pub(super) fn read(bytes: &[u8]) -> Option<(Item<'_>, &[u8])> {
    item(bytes, DEEPEST)
}

fn item(bytes: &[u8], depth: u8) -> Option<(Item<'_>, &[u8])> {
    let depth = depth.checked_sub(1)?;
    let (first, rest) = bytes.split_first()?;
    let (n, mut rest) = count(first & 0x1f, rest)?;
    let item = match first >> 5 {
        0 => Item::Number(i64::try_from(n).ok()?),
        1 => Item::Number(-1 - i64::try_from(n).ok()?),
        kind @ (2 | 3) => {
            let (taken, behind) = rest.split_at_checked(usize::try_from(n).ok()?)?;
            rest = behind;
            if kind == 2 { Item::Bytes(taken) } else { Item::Text(std::str::from_utf8(taken).ok()?) }
        }
        // Each entry takes a byte at least, so that a count that lies runs out of bytes, never of memory.
        4 => {
            let mut list = Vec::new();
            for _ in 0..n {
                let (one, behind) = self::item(rest, depth)?;
                list.push(one);
                rest = behind;
            }
            Item::List(list)
        }
        5 => {
            let mut map = Vec::new();
            for _ in 0..n {
                let (key, behind) = self::item(rest, depth)?;
                let (value, behind) = self::item(behind, depth)?;
                map.push((key, value));
                rest = behind;
            }
            Item::Map(map)
        }
        7 if (0xf4..=0xf6).contains(first) => Item::Simple,
        _ => return None,
    };
    Some((item, rest))
}

/// The number that the first byte, or the bytes behind it, say.
fn count(low: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    let length = match low {
        0..=23 => return Some((low.into(), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let (bytes, rest) = rest.split_at_checked(length)?;
    Some((bytes.iter().fold(0, |n, byte| n << 8 | u64::from(*byte)), rest))
}
