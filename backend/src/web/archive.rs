//! Several files as one: a ZIP archive whose entries are stored as they are. It is written entry by entry, so that no more
//! than one file lies in memory at a time.

use std::collections::HashSet;

use jiff::Timestamp;

/// The longest name of an entry, in characters; long ones lose their middle part, never their ending.
const NAME: usize = 120;
/// Names are written in UTF-8.
const UTF8: u16 = 1 << 11;
/// What is needed to read it: version 2.0.
const VERSION: u16 = 20;

/// An archive that is being written.
#[derive(Debug, Default)]
pub struct Archive {
    names: HashSet<String>,
    directory: Vec<u8>,
    entries: u16,
    written: u32,
}

impl Archive {
    /// So many files an archive holds at most.
    pub const FILES: usize = 2_000;
    /// So many bytes: positions have 32 bits, and a browser has to keep it.
    pub const BYTES: i64 = 2_000_000_000;

    /// A file of the archive: the bytes to be sent before it. The file's own bytes follow them.
    pub fn entry(&mut self, name: &str, bytes: &[u8], at: Timestamp) -> Vec<u8> {
        let name = self.free(&cleaned(name));
        let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let common = header(crc(bytes), size, &name, at);
        let mut local = b"PK\x03\x04".to_vec();
        local.extend(&common);
        local.extend(name.as_bytes());
        self.directory.extend(b"PK\x01\x02");
        self.directory.extend(VERSION.to_le_bytes());
        self.directory.extend(&common);
        // No remark, first disk, no attributes.
        self.directory.extend([0; 10]);
        self.directory.extend(self.written.to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.entries = self.entries.saturating_add(1);
        let length = u32::try_from(local.len()).unwrap_or(u32::MAX);
        self.written = self.written.saturating_add(length).saturating_add(size);
        local
    }

    /// What closes the archive.
    pub fn end(self) -> Vec<u8> {
        let mut end = self.directory;
        let length = u32::try_from(end.len()).unwrap_or(u32::MAX);
        end.extend(b"PK\x05\x06\0\0\0\0");
        end.extend(self.entries.to_le_bytes());
        end.extend(self.entries.to_le_bytes());
        end.extend(length.to_le_bytes());
        end.extend(self.written.to_le_bytes());
        end.extend([0; 2]);
        end
    }

    /// The name, numbered where it is taken; `A.txt` and `a.txt` are one file for many a system.
    fn free(&mut self, name: &str) -> String {
        let (stem, ending) = match name.rsplit_once('.') {
            Some((stem, ending)) if !stem.is_empty() => (stem, format!(".{ending}")),
            _ => (name, String::new()),
        };
        let mut free = name.to_owned();
        let mut number = 2;
        while !self.names.insert(free.to_lowercase()) {
            free = format!("{stem} ({number}){ending}");
            number += 1;
        }
        free
    }
}

// What stands in both headers of an entry.
fn header(crc: u32, size: u32, name: &str, at: Timestamp) -> Vec<u8> {
    let (time, date) = dos_time(at);
    let mut header = Vec::with_capacity(26);
    for word in [VERSION, UTF8, 0, time, date] {
        header.extend(word.to_le_bytes());
    }
    for word in [crc, size, size] {
        header.extend(word.to_le_bytes());
    }
    header.extend(u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes());
    header.extend([0; 2]);
    header
}

// Two seconds exact, from 1980 on, in UTC.
fn dos_time(at: Timestamp) -> (u16, u16) {
    let at = at.to_zoned(jiff::tz::TimeZone::UTC);
    let part = |n: i8| u16::try_from(n).unwrap_or(0);
    let year = u16::try_from(at.year().saturating_sub(1980).clamp(0, 127)).unwrap_or(0);
    let time = part(at.hour()) << 11 | part(at.minute()) << 5 | (part(at.second()) / 2);
    (time, year << 9 | part(at.month()) << 5 | part(at.day()))
}

/// A name that is one on every system: no path, no sign that some of them forbid, nothing that turns the direction of what
/// follows, nothing hidden.
fn cleaned(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain: String = last
        .chars()
        .filter(|c| !c.is_control() && !turns(*c))
        .map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c })
        .collect();
    let plain = plain.trim().trim_start_matches('.').trim_end_matches(['.', ' ']);
    let (stem, ending) = match plain.rsplit_once('.') {
        Some((stem, ending)) if ending.chars().count() <= 20 => (stem, format!(".{ending}")),
        _ => (plain, String::new()),
    };
    // Devices of old, which are no files whatever their ending.
    const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com1", "lpt1"];
    let device = DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device));
    let stem: String = stem.chars().take(NAME).collect();
    let stem = if stem.trim().is_empty() { "file".to_owned() } else { stem };
    if device { format!("_{stem}{ending}") } else { format!("{stem}{ending}") }
}

/// The check sum of ZIP and gzip.
fn crc(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut at = 0;
        while at < 256 {
            let mut value = at as u32;
            let mut bit = 0;
            while bit < 8 {
                value = if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 };
                bit += 1;
            }
            table[at] = value;
            at += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |sum: u32, byte| {
        let at = (sum ^ u32::from(*byte)) & 0xff;
        TABLE.get(at as usize).copied().unwrap_or(0) ^ (sum >> 8)
    })
}
