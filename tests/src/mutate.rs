//! A seeded mutator: the mails of the corpus, cut, spliced and spoilt, the same ones for the same seed.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// A source of numbers that is the same for the same seed.
#[derive(Clone, Debug)]
pub struct Seed(u64);

impl Seed {
    /// From a number that is not zero.
    pub fn new(seed: u64) -> Self {
        Self(seed.max(1))
    }

    /// What `TURNSTONE_FUZZ_SEED` says, or `otherwise`.
    pub fn from_env(otherwise: u64) -> Self {
        Self::new(number("TURNSTONE_FUZZ_SEED").unwrap_or(otherwise))
    }

    /// The number to start from for the same sequence.
    pub fn number(&self) -> u64 {
        self.0
    }

    /// A number below `below`; 0 where that is 0.
    pub fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).expect("64 bits") % below.max(1)
    }
}

/// How long to go on: `TURNSTONE_FUZZ_SECONDS` of processor time, or `otherwise`.
pub fn budget(otherwise: u64) -> Duration {
    Duration::from_secs(number("TURNSTONE_FUZZ_SECONDS").unwrap_or(otherwise))
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.trim().parse().ok()
}

/// What this thread spent on the processor: other tests and builds do not count.
///
/// # Panics
/// Where there is no Linux.
pub fn busy() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let spent = stat.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(spent.expect("nanoseconds"))
}

/// The paths of all mails of the corpus, in order.
///
/// # Panics
/// When there is none.
pub fn corpus() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the corpus").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "eml") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "an empty corpus");
    found
}

/// Spoils bytes: some changes, each of a random kind. `others` are spliced in, and so are `tokens`.
pub fn mutate(seed: &mut Seed, bytes: &[u8], others: &[Vec<u8>], tokens: &[&[u8]]) -> Vec<u8> {
    let mut raw = bytes.to_vec();
    for _ in 0..=seed.next(8) {
        let at = seed.next(raw.len() + 1);
        match seed.next(9) {
            0 => raw.truncate(at),
            1 => {
                let token = tokens.get(seed.next(tokens.len())).copied().unwrap_or_default();
                raw.splice(at..at, token.iter().copied());
            }
            2 | 3 => {
                if let Some(byte) = raw.get_mut(at) {
                    *byte = u8::try_from(seed.next(256)).unwrap_or(0);
                }
            }
            4 => {
                if let Some(byte) = raw.get_mut(at) {
                    *byte ^= 1 << seed.next(8);
                }
            }
            5 => drop(raw.drain(at..(at + seed.next(200)).min(raw.len()))),
            6 => {
                let other = &others[seed.next(others.len())];
                let from = seed.next(other.len());
                raw.splice(at..at, other.iter().copied().skip(from).take(500));
            }
            7 => {
                let token = tokens.get(seed.next(tokens.len())).copied().unwrap_or_default();
                let many = token.repeat(seed.next(40));
                raw.splice(at..at, many);
            }
            _ => {
                let piece: Vec<u8> = raw[at..].iter().copied().take(300).collect();
                raw.splice(at..at, piece);
            }
        }
    }
    raw
}
