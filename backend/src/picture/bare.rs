//! A picture without what is no picture: where it was taken, who made it, what else a file carries between its parts or
//! behind its end. The parts that hold pixels stay as they are, byte for byte, so that nothing has to be unpacked for it; a
//! crate that could draw them anew would be larger than all else that looks at pictures here.

/// So many parts has no picture of a page.
const PARTS: usize = 20_000;

/// The picture with nothing but its pixels and what is needed to show them; the same again for its own result. `None` for
/// what is no whole PNG, JPEG, GIF or WebP. Where only the mark of its end is missing, as some programs write them, it gets one.
pub fn bare(bytes: &[u8]) -> Option<Vec<u8>> {
    match super::kind(bytes)? {
        "image/png" => png(bytes),
        "image/jpeg" => jpeg(bytes),
        "image/gif" => gif(bytes),
        "image/webp" => webp(bytes),
        _ => None,
    }
}

/// Chunks with length, name, data and checksum. All that is needed begins with a capital; of the others, colours, their
/// profile, what shines through and the pictures of one that moves are part of how it looks.
fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    const LOOKS: [&[u8]; 11] =
        [b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"iCCP", b"cICP", b"acTL", b"fcTL", b"fdAT"];
    const END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";
    let (head, mut rest) = bytes.split_at_checked(8)?;
    let (mut kept, mut pixels) = (head.to_vec(), false);
    for _ in 0..PARTS {
        if rest.is_empty() && pixels {
            kept.extend(END);
            return Some(kept);
        }
        let length = usize::try_from(u32::from_be_bytes(rest.get(..4)?.try_into().ok()?)).ok()?;
        let (chunk, behind) = rest.split_at_checked(length.checked_add(12)?)?;
        let name = chunk.get(4..8)?;
        if name.first()?.is_ascii_uppercase() || LOOKS.contains(&name) {
            kept.extend(chunk);
        }
        if name == b"IEND" {
            return Some(kept);
        }
        pixels |= name == b"IDAT";
        rest = behind;
    }
    None
}

/// Segments with a marker and a length; behind a start of scan, pixels until the next marker.
fn jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    const END: u8 = 0xd9;
    const SCAN: u8 = 0xda;
    let (head, mut rest) = bytes.split_at_checked(2)?;
    let (mut kept, mut scans) = (head.to_vec(), false);
    for _ in 0..PARTS {
        // Any number of 0xff may stand before a marker.
        while rest.starts_with(b"\xff\xff") {
            rest = rest.get(1..)?;
        }
        if rest.is_empty() && scans {
            kept.extend([0xff, END]);
            return Some(kept);
        }
        let marker = *rest.get(1).filter(|_| rest.first() == Some(&0xff))?;
        if marker == END {
            kept.extend([0xff, END]);
            return Some(kept);
        }
        let length = usize::from(u16::from_be_bytes(rest.get(2..4)?.try_into().ok()?));
        let (segment, behind) = rest.split_at_checked(length.checked_add(2)?)?;
        rest = behind;
        // Of what programs write for themselves (E0 to EF), how the colours are to be read is needed, and which way is up.
        let says = |name: &[u8]| segment.get(4..).is_some_and(|data| data.starts_with(name));
        match marker {
            0xe1 if says(b"Exif\0\0") => kept.extend(orientation(segment).map(upright).into_iter().flatten()),
            0xe0 if !says(b"JFIF\0") => {}
            0xe2 if !says(b"ICC_PROFILE\0") => {}
            0xe1 | 0xe3..=0xed | 0xef | 0xfe => {}
            _ => kept.extend(segment),
        }
        if marker == SCAN {
            let (pixels, behind) = rest.split_at_checked(scanned(rest))?;
            kept.extend(pixels);
            rest = behind;
            scans = true;
        }
    }
    None
}

/// Which way is up, 1 to 8 (EXIF 2.3, tag 0112), where it is not as the pixels lie.
fn orientation(segment: &[u8]) -> Option<u8> {
    let tiff = segment.get(10..)?;
    let little = tiff.starts_with(b"II");
    let short = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let bytes: [u8; 4] = tiff.get(4..8)?.try_into().ok()?;
    let first = if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) };
    let first = usize::try_from(first).ok()?;
    for entry in 0..usize::from(short(first)?) {
        let at = first.checked_add(2 + 12 * entry)?;
        if short(at)? == 0x0112 {
            return u8::try_from(short(at.checked_add(8)?)?).ok().filter(|way| (2..=8).contains(way));
        }
    }
    None
}

/// A segment that says which way is up, and nothing else.
fn upright(way: u8) -> [u8; 36] {
    let mut segment =
        *b"\xff\xe1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    segment[29] = way;
    segment
}

/// How long the pixels of a scan are: 0xff within them is followed by zero, or by the mark of a new start (D0 to D7).
fn scanned(bytes: &[u8]) -> usize {
    let ends = |pair: &[u8]| matches!(pair, [0xff, next] if !matches!(next, 0 | 0xd0..=0xd7 | 0xff));
    bytes.windows(2).position(ends).unwrap_or(bytes.len())
}

/// A head with a table of colours, then blocks: pictures (2C), what belongs to the next picture (21 F9), and other
/// extensions, of which only how often it is shown is needed; then 3B.
fn gif(bytes: &[u8]) -> Option<Vec<u8>> {
    let table = |packed: u8| if packed & 0x80 == 0 { 0 } else { 3 << ((packed & 7) + 1) };
    let (head, mut rest) = bytes.split_at_checked(13 + table(*bytes.get(10)?))?;
    let (mut kept, mut pictures) = (head.to_vec(), false);
    for _ in 0..PARTS {
        if rest.is_empty() && pictures {
            kept.push(0x3b);
            return Some(kept);
        }
        let (begins, keep) = match (rest.first()?, rest.get(1)) {
            (0x3b, _) => {
                kept.push(0x3b);
                return Some(kept);
            }
            (0x2c, _) => (10 + table(*rest.get(9)?) + 1, true),
            (0x21, Some(0xf9)) => (2, true),
            // The block of this name, and then one of three bytes.
            (0x21, Some(0xff)) => {
                let body = rest.get(2..)?;
                let loops = body.starts_with(b"\x0bNETSCAPE2.0\x03\x01") && body.get(16) == Some(&0);
                (2, loops)
            }
            (0x21, Some(_)) => (2, false),
            _ => return None,
        };
        let (block, behind) = rest.split_at_checked(begins + subs(rest.get(begins..)?)?)?;
        if keep {
            kept.extend(block);
        }
        pictures |= block.first() == Some(&0x2c);
        rest = behind;
    }
    None
}

/// How long a row of sub-blocks is, with the empty one at its end.
fn subs(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1 + length;
        if length == 0 {
            return Some(at);
        }
    }
}

/// A RIFF of chunks. What an extended one says that it has besides pixels and their colours (EXIF, XMP) is taken back.
fn webp(bytes: &[u8]) -> Option<Vec<u8>> {
    const PIXELS: [&[u8]; 7] = [b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
    const BESIDES: u8 = 0b0000_1100;
    let whole = usize::try_from(u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?)).ok()?;
    // The last chunk's odd byte may be counted and not be there.
    let end = whole.checked_add(8)?;
    let mut rest = bytes.get(12..if bytes.len() + 1 == end { bytes.len() } else { end })?;
    let mut kept = b"WEBP".to_vec();
    while !rest.is_empty() {
        let length = usize::try_from(u32::from_le_bytes(rest.get(4..8)?.try_into().ok()?)).ok()?;
        let (length, padded) = (length.checked_add(8)?, length.checked_add(8)?.checked_next_multiple_of(2)?);
        let ends = if rest.len() == length { length } else { padded };
        let (chunk, behind) = rest.split_at_checked(ends)?;
        let name = chunk.get(..4)?;
        if PIXELS.contains(&name) {
            let from = kept.len();
            kept.extend(chunk);
            kept.resize(from + padded, 0);
            if name == b"VP8X" {
                *kept.get_mut(from + 8)? &= !BESIDES;
            }
        }
        rest = behind;
    }
    let length = u32::try_from(kept.len()).ok()?;
    Some([b"RIFF".as_slice(), &length.to_le_bytes(), &kept].concat())
}
