//! What of a text was found: some words around the best place, the found ones marked.

use crate::db::{
    ticket_text::Phrase,
    words::{is_inner, stands_alone, words_of},
};

/// Stands before what was found.
pub const BEGIN: char = '\u{e000}';
/// Stands behind it.
pub const END: char = '\u{e001}';

/// So many words stand around what was found.
const AROUND: usize = 26;
/// So many of them before it.
const BEFORE: usize = 6;

/// A word of a text: where it is, and how the index knows it.
struct Word {
    begin: usize,
    end: usize,
    folded: Vec<String>,
}

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut begun: Option<usize> = None;
    let mut close = |begin: usize, end: usize| {
        let folded = words_of(text.get(begin..end).unwrap_or_default());
        if !folded.is_empty() {
            words.push(Word { begin, end, folded });
        }
    };
    for (at, c) in text.char_indices() {
        if is_inner(c) {
            begun.get_or_insert(at);
            continue;
        }
        if let Some(begin) = begun.take() {
            close(begin, at);
        }
        if stands_alone(c) {
            close(at, at + c.len_utf8());
        }
    }
    if let Some(begin) = begun {
        close(begin, text.len());
    }
    words
}

/// A phrase, and the first and the last word that it finds.
type Place = (usize, usize, usize);

/// Which words are found by which phrase.
fn places(words: &[Word], phrases: &[Phrase]) -> Vec<Place> {
    let mut found = Vec::new();
    for start in 0..words.len() {
        for (number, phrase) in phrases.iter().enumerate() {
            let mut at = 0;
            let mut last = start;
            for (place, word) in words.iter().enumerate().skip(start) {
                let fits = word.folded.iter().enumerate().all(|(more, part)| phrase.fits(at + more, part));
                if !fits {
                    break;
                }
                at += word.folded.len();
                last = place;
                if at >= phrase.words.len() {
                    break;
                }
            }
            if at >= phrase.words.len() {
                found.push((number, start, last));
            }
        }
    }
    found
}

/// How many of the phrases a text has.
fn kinds(places: &[Place]) -> usize {
    let mut kinds: Vec<usize> = places.iter().map(|(number, ..)| *number).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.len()
}

/// The first of the texts that has the most of the phrases, around the first of them, on one line; `None` where none has
/// any. What a text itself holds of the marks is taken out.
pub fn of(texts: &[String], phrases: &[Phrase]) -> Option<String> {
    let mut best: Option<(usize, &String, Vec<Word>, Vec<Place>)> = None;
    for text in texts {
        let words = words(text);
        let places = places(&words, phrases);
        let kinds = kinds(&places);
        if kinds > best.as_ref().map_or(0, |(known, ..)| *known) {
            best = Some((kinds, text, words, places));
        }
        if kinds == phrases.len() {
            break;
        }
    }
    let (_, text, words, places) = best?;
    let first = places.first()?.1.saturating_sub(BEFORE);
    let last = (first + AROUND).min(words.len().saturating_sub(1));
    let from = if first == 0 { 0 } else { words.get(first)?.begin };
    let to = if last + 1 == words.len() { text.len() } else { words.get(last)?.end };
    let mut line = marked_between(text, &words, &places, from, to);
    if from > 0 {
        line.insert(0, '…');
    }
    if to < text.len() {
        line.push('…');
    }
    Some(line)
}

/// The whole text with what was found marked.
pub fn marked(text: &str, phrases: &[Phrase]) -> String {
    let words = words(text);
    let places = places(&words, phrases);
    marked_between(text, &words, &places, 0, text.len())
}

fn marked_between(text: &str, words: &[Word], places: &[Place], from: usize, to: usize) -> String {
    let mut hit = vec![false; words.len()];
    for (_, first, last) in places {
        hit.iter_mut().take(last + 1).skip(*first).for_each(|word| *word = true);
    }
    let mut line = String::new();
    let mut at = from;
    let within = words.iter().zip(hit).filter(|(word, hit)| *hit && word.begin >= from && word.end <= to);
    for (word, _) in within {
        line.push_str(&plain(text.get(at..word.begin).unwrap_or_default()));
        line.push(BEGIN);
        line.push_str(&plain(text.get(word.begin..word.end).unwrap_or_default()));
        line.push(END);
        at = word.end;
    }
    line.push_str(&plain(text.get(at..to).unwrap_or_default()));
    line.trim().to_owned()
}

/// On one line, without marks of its own.
fn plain(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !matches!(*c, BEGIN | END)) {
        match c.is_whitespace() || c.is_control() {
            true if line.ends_with(' ') => {}
            true => line.push(' '),
            false => line.push(c),
        }
    }
    line
}
