//! Words, as full text knows them: the same on both databases, because neither is asked.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// The longest word, in characters; the rest of a longer one (a key, a line of base64) finds nothing.
const LONGEST: usize = 64;

/// The words of a text: letters and digits, in lower case, without accents (`Größe` is `grosse`, `ﬁn` is `fin`). Scripts
/// that write no spaces are words by the character.
pub fn words_of(text: &str) -> Vec<String> {
    let mut words = Words::default();
    if text.is_ascii() {
        // Most mail: nothing to take apart.
        text.chars().for_each(|c| words.take(c.to_ascii_lowercase()));
    } else {
        let whole = DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(text.chars());
        whole.flat_map(char::to_lowercase).for_each(|c| words.take(c));
    }
    words.end();
    words.found
}

/// Whether the character belongs to a word, and to one with its neighbours.
pub fn is_inner(c: char) -> bool {
    (c.is_alphanumeric() || is_mark(c)) && !stands_alone(c)
}

/// Whether the character is a word by itself.
pub fn stands_alone(c: char) -> bool {
    c.is_alphanumeric()
        && matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}')
}

/// Accents, which are taken off.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{3099}' | '\u{309a}' | '\u{fe00}'..='\u{fe2f}' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}')
}

#[derive(Default)]
struct Words {
    found: Vec<String>,
    word: String,
    length: usize,
}

impl Words {
    fn take(&mut self, c: char) {
        if is_mark(c) {
            return;
        }
        if stands_alone(c) {
            self.end();
            self.found.push(c.to_string());
        } else if !c.is_alphanumeric() {
            self.end();
        } else if self.length < LONGEST {
            self.length += 1;
            // Letters that no decomposition takes apart, as people without them type them.
            match c {
                'ß' => self.word.extend(['s', 's']),
                'æ' => self.word.extend(['a', 'e']),
                'œ' => self.word.extend(['o', 'e']),
                'þ' => self.word.extend(['t', 'h']),
                'ø' => self.word.push('o'),
                'ł' => self.word.push('l'),
                'đ' | 'ð' => self.word.push('d'),
                'ı' => self.word.push('i'),
                c => self.word.push(c),
            }
        }
    }

    fn end(&mut self) {
        self.length = 0;
        if !self.word.is_empty() {
            self.found.push(std::mem::take(&mut self.word));
        }
    }
}
