//! The search language: words, “phrases”, `key:value` and `-` before any of them, taken apart. Nothing here knows what
//! exists; that is for [`super::meaning`].

use crate::{
    config::closest,
    db::{
        ticket_text::{Field, Phrase},
        words::words_of,
    },
    error::{Error, Result, Sentence, say},
};

/// The longest search, in characters.
pub const LONGEST: usize = 200;
/// The most words and phrases.
pub const TERMS: usize = 8;
/// What opens and closes a phrase.
const QUOTES: [char; 7] = ['"', '“', '”', '„', '«', '»', '‟'];

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident = $word:literal $(or $other:literal)*),* $(,)?) => {
        /// What can stand before a colon.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Key { $($(#[$doc])* $name),* }

        impl Key {
            /// All of them, in the order in which they are explained.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// How it is typed.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// The key of this word, also of another word for it.
            pub fn of(word: &str) -> Option<Self> {
                match word.to_ascii_lowercase().as_str() {
                    $($word $(| $other)* => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

keys! {
    /// Where the ticket is.
    Queue = "queue",
    /// Its state.
    State = "state",
    /// Whose it is.
    Owner = "owner",
    /// Who wrote.
    From = "from",
    /// `is:unassigned`, `is:unread`, …
    Is = "is",
    /// Whether it waits for us or for the customer.
    Waiting = "waiting",
    /// A tag.
    Tag = "tag",
    /// Words of the title.
    Title = "title" or "subject",
    /// Words of a file's name.
    File = "file" or "filename",
    /// `has:attachment`.
    Has = "has",
    /// How much it matters.
    Priority = "priority",
    /// Its number.
    Number = "number",
    /// Changed before that day.
    Before = "before",
    /// Changed on that day or later.
    After = "after",
    /// Opened on that day, or between two days.
    Created = "created",
}

/// One part of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// As it was typed, the `-` included.
    pub source: String,
    /// Whether a `-` stands before it: all that it does not find.
    pub negated: bool,
    /// What it asks for.
    pub asks: Asks,
}

/// What a part of a search asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Words anywhere in the ticket.
    Text(Phrase),
    /// A key with one of these values.
    Key(Key, Vec<String>),
}

/// Takes a search apart.
///
/// # Errors
/// [`Error::Invalid`] of the field `q` names the word that is wrong and says what to type instead.
pub fn parse(typed: &str) -> Result<Vec<Clause>> {
    if typed.chars().count() > LONGEST {
        return Err(too_long());
    }
    let mut clauses = Vec::new();
    let mut terms = 0;
    for token in tokens(typed)? {
        let Some(clause) = token.clause()? else { continue };
        let is_term = matches!(clause.asks, Asks::Text(_) | Asks::Key(Key::From | Key::Title | Key::File, _));
        terms += usize::from(is_term);
        clauses.push(clause);
    }
    if terms > TERMS { Err(too_long()) } else { Ok(clauses) }
}

/// A part as it is typed again: with quotes where they are needed.
pub fn typed(key: Key, value: &str) -> String {
    let plain = value.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | '/' | '+'));
    let value: String = value.chars().filter(|c| !QUOTES.contains(c)).collect();
    if plain && !value.is_empty() {
        format!("{}:{value}", key.word())
    } else {
        format!("{}:\"{value}\"", key.word())
    }
}

fn too_long() -> Error {
    Error::invalid("q", say!("refused-search", characters = LONGEST, words = TERMS))
}

pub(super) fn wrong(sentence: Sentence) -> Error {
    Error::invalid("q", sentence)
}

/// What stands between two spaces, quotes kept together.
#[derive(Debug, Default)]
struct Token {
    source: String,
    negated: bool,
    pieces: Vec<Piece>,
}

#[derive(Debug, Default)]
struct Piece {
    text: String,
    quoted: bool,
}

fn tokens(typed: &str) -> Result<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = typed.chars().peekable();
    loop {
        while rest.next_if(|c| c.is_whitespace() || c.is_control()).is_some() {}
        let Some(first) = rest.peek().copied() else { return Ok(tokens) };
        let mut token = Token::default();
        if first == '-' {
            rest.next();
            token.source.push('-');
            token.negated = true;
        }
        while let Some(c) = rest.next_if(|c| !c.is_whitespace() && !c.is_control()) {
            token.source.push(c);
            if QUOTES.contains(&c) {
                token.pieces.push(quoted(&mut rest, &mut token.source)?);
            } else {
                match token.pieces.last_mut() {
                    Some(piece) if !piece.quoted => piece.text.push(c),
                    _ => token.pieces.push(Piece { text: c.to_string(), quoted: false }),
                }
            }
        }
        tokens.push(token);
    }
}

fn quoted(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, source: &mut String) -> Result<Piece> {
    let mut text = String::new();
    for c in rest.by_ref() {
        source.push(c);
        if QUOTES.contains(&c) {
            return Ok(Piece { text, quoted: true });
        }
        // No database of ours keeps NUL in a text.
        text.push(if c.is_control() { ' ' } else { c });
    }
    Err(wrong(say!("refused-search-quote", word = shortened(&text))))
}

impl Token {
    /// `None`: nothing that could be looked for, such as a dash.
    fn clause(self) -> Result<Option<Clause>> {
        let asks = match self.key()? {
            Some((key, values)) => Some(Asks::Key(key, values)),
            None => {
                let text: String =
                    self.pieces.iter().map(|piece| piece.text.as_str()).collect::<Vec<_>>().join(" ");
                phrase(Field::Any, &text, self.pieces.iter().all(|piece| !piece.quoted)).map(Asks::Text)
            }
        };
        Ok(asks.map(|asks| Clause { source: self.source, negated: self.negated, asks }))
    }

    /// The key and its values, where this is not just text with a colon in it.
    fn key(&self) -> Result<Option<(Key, Vec<String>)>> {
        let Some(Piece { text, quoted: false }) = self.pieces.first() else { return Ok(None) };
        let Some((word, begun)) = text.split_once(':') else { return Ok(None) };
        let is_word = (2..=20).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphabetic());
        // `https://…`, and the colon at the end of “Re:”.
        let is_text = begun.starts_with("//") || (begun.is_empty() && self.pieces.len() == 1);
        match Key::of(word) {
            Some(key) => {
                let values = self.values(begun);
                if values.is_empty() {
                    return Err(wrong(say!("refused-search-value", word = key.word())));
                }
                Ok(Some((key, values)))
            }
            None if !is_word || is_text => Ok(None),
            None => Err(unknown(word, &self.source)),
        }
    }

    /// What commas divide; not those in quotes.
    fn values(&self, begun: &str) -> Vec<String> {
        let mut values = vec![String::new()];
        let later = self.pieces.iter().skip(1).map(|piece| (piece.text.as_str(), piece.quoted));
        for (text, quoted) in std::iter::once((begun, false)).chain(later) {
            for (at, part) in text.split(|c| c == ',' && !quoted).enumerate() {
                if at > 0 {
                    values.push(String::new());
                }
                if let Some(last) = values.last_mut() {
                    last.push_str(part);
                }
            }
        }
        values.retain(|value| !value.trim().is_empty());
        values.into_iter().map(|value| value.trim().to_owned()).collect()
    }
}

/// Words that stand one after the other; `None` where there is none.
pub(super) fn phrase(field: Field, text: &str, open: bool) -> Option<Phrase> {
    let words = words_of(text);
    (!words.is_empty()).then_some(Phrase { field, words, open })
}

fn unknown(word: &str, source: &str) -> Error {
    let text = shortened(source.trim_start_matches('-'));
    match closest(word, Key::ALL.iter().map(|key| key.word())) {
        Some(near) => wrong(say!("refused-search-near", word = word, near = near, text = text)),
        None => {
            let keys: Vec<String> = Key::ALL.iter().map(|key| format!("{}:", key.word())).collect();
            wrong(say!("refused-search-key", word = word, keys = keys.join(" "), text = text))
        }
    }
}

/// So much of what was typed is said again.
pub(super) fn shortened(text: &str) -> String {
    let text: String = text.chars().filter(|c| !QUOTES.contains(c)).collect();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
