//! What was written before in a conversation, as fingerprints of every four words in a row. Lines are broken anew by
//! every program that quotes; words and their order stay.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

/// Words of one fingerprint.
const WINDOW: usize = 4;
/// Fingerprints that are kept.
const FINGERPRINTS: usize = 200_000;
/// Bytes of one text that are read.
const TEXT: usize = 200_000;

/// Who wrote a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// We did.
    Ours,
    /// The customer did, or somebody in his place.
    Theirs,
}

/// The texts so far.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Who wrote these words: 1 we, 2 they, 3 both.
    windows: HashMap<u64, u8>,
}

impl Known {
    /// Adds a text. What it quotes itself with `>` counts as nobody's but its sender's.
    pub fn add(&mut self, text: &str, side: Side) {
        let lines: Vec<&str> = text[..text.floor_char_boundary(TEXT)].lines().collect();
        let words = words(&lines);
        for window in words.windows(WINDOW) {
            if self.windows.len() >= FINGERPRINTS {
                return;
            }
            let quoted = window.iter().any(|word| super::is_quoted(lines[word.line]));
            *self.windows.entry(fingerprint(window)).or_default() |= if quoted { 0 } else { bit(side) };
        }
    }

    /// Which lines of a text were written before; `None` where none was.
    pub(super) fn lines_of(&self, lines: &[&str], side: Side) -> Option<Repeated> {
        if self.windows.is_empty() {
            return None;
        }
        let mut size = 0;
        let within = lines.iter().take_while(|line| {
            size += line.len();
            size <= TEXT
        });
        let read = within.count();
        let words = words(&lines[..read]);
        let mut covered = vec![None; words.len()];
        for (at, window) in words.windows(WINDOW).enumerate() {
            if let Some(sides) = self.windows.get(&fingerprint(window)) {
                for cover in &mut covered[at..at + WINDOW] {
                    *cover = Some(cover.unwrap_or(0) | sides);
                }
            }
        }
        let mut repeated = Repeated { lines: vec![Line::default(); lines.len()] };
        let mut any = false;
        for (word, cover) in words.iter().zip(covered) {
            let line = &mut repeated.lines[word.line];
            line.words += 1;
            if let Some(sides) = cover {
                any = true;
                line.covered += 1;
                line.others |= sides & !bit(side) != 0;
            }
        }
        for (at, (line, text)) in repeated.lines.iter_mut().zip(lines).enumerate() {
            // A thumb is an answer too, and what was not read is not known.
            if line.words == 0 && (at >= read || !text.chars().all(is_ruler)) {
                line.words = 1;
            }
        }
        any.then_some(repeated)
    }
}

fn is_ruler(c: char) -> bool {
    c.is_whitespace() || "-_=*~.#>|+·•–—".contains(c)
}

fn bit(side: Side) -> u8 {
    match side {
        Side::Ours => 1,
        Side::Theirs => 2,
    }
}

#[derive(Clone, Copy, Default)]
struct Line {
    words: usize,
    covered: usize,
    /// The other side wrote it.
    others: bool,
}

/// What is known of each line of a text.
pub(super) struct Repeated {
    lines: Vec<Line>,
}

impl Repeated {
    /// Every word of the line stood in its place before. A line without words (a ruler) says nothing and is known.
    pub(super) fn is_known(&self, at: usize) -> bool {
        self.lines.get(at).is_some_and(|line| line.covered == line.words)
    }

    pub(super) fn is_the_others(&self, at: usize) -> bool {
        self.lines.get(at).is_some_and(|line| line.others && line.covered == line.words)
    }

    /// Words of the line that stood there before.
    pub(super) fn words(&self, at: usize) -> usize {
        self.lines.get(at).map_or(0, |line| line.covered)
    }

    /// Whether a good part of what stands below the line is known: the quote is one that can be judged.
    pub(super) fn known_below(&self, at: usize) -> bool {
        let below = self.lines.get(at..).unwrap_or_default();
        let (words, covered) =
            below.iter().fold((0, 0), |sum, line| (sum.0 + line.words, sum.1 + line.covered));
        covered >= super::WORDS && covered * 10 >= words * 4
    }
}

struct Word {
    line: usize,
    hash: u64,
}

fn fingerprint(window: &[Word]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for word in window {
        word.hash.hash(&mut hasher);
    }
    hasher.finish()
}

/// The words of lines: runs of letters and digits, lower case. Signs of languages without blanks stand alone. Targets
/// that programs add to links while quoting (`<mailto:…>`, `<https://…>`) are none.
fn words(lines: &[&str]) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word = String::new();
    for (at, line) in lines.iter().enumerate() {
        let mut end = |word: &mut String| {
            if !word.is_empty() {
                let mut hasher = DefaultHasher::new();
                word.hash(&mut hasher);
                words.push(Word { line: at, hash: hasher.finish() });
                word.clear();
            }
        };
        let mut rest = *line;
        while let Some(c) = rest.chars().next() {
            if matches!(c, '<' | '[')
                && let Some(length) = target(rest)
            {
                end(&mut word);
                rest = &rest[length..];
                continue;
            }
            rest = &rest[c.len_utf8()..];
            if !c.is_alphanumeric() {
                end(&mut word);
                continue;
            }
            let alone =
                matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
            if alone {
                end(&mut word);
            }
            // Longer than any word: what is told apart by its end is not told apart.
            if word.len() < 200 {
                word.extend(c.to_lowercase());
            }
            if alone {
                end(&mut word);
            }
        }
        end(&mut word);
    }
    words
}

/// The length of `<https://…>`, `<mailto:…>` or `[cid:…]` at the start of the text.
fn target(text: &str) -> Option<usize> {
    let inner = &text[1..];
    let starts = ["http://", "https://", "mailto:", "tel:", "cid:"];
    if !starts.iter().any(|start| inner.starts_with(start)) {
        return None;
    }
    let window = &inner[..inner.floor_char_boundary(2_100)];
    window.find(['>', ']']).filter(|end| !window[..*end].contains([' ', '\t'])).map(|end| end + 2)
}
