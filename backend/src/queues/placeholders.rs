//! `{{customer.name}}` and its like in the texts that agents insert: a closed list of names, nothing that is computed.

use crate::error::{Result, Sentence, say};

/// Everything that a text may name.
pub const NAMES: [&str; 9] = [
    "customer.name",
    "customer.address",
    "customer.organisation",
    "ticket.number",
    "ticket.subject",
    "queue.name",
    "agent.name",
    "agent.email",
    "organisation.name",
];

/// The longest name between braces, in bytes; what is longer is text.
const LONGEST: usize = 60;

/// A part of a text: words, or a name in double braces without them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Name(&'a str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let name = after.split_once("}}").filter(|(name, _)| {
            name.len() <= LONGEST && !name.contains(['{', '\n']) && !name.trim().is_empty()
        });
        let Some((name, behind)) = name else {
            let end = rest.len() - after.len();
            pieces.push(Piece::Text(rest.get(..end).unwrap_or_default()));
            rest = after;
            continue;
        };
        pieces.push(Piece::Text(before));
        pieces.push(Piece::Name(name));
        rest = behind;
    }
    pieces.push(Piece::Text(rest));
    pieces
}

fn known(name: &str) -> Option<&'static str> {
    let plain = name.trim().to_lowercase();
    NAMES.iter().copied().find(|known| *known == plain)
}

/// Names in a text that are none of [`NAMES`], as they were written, each once.
pub fn unknown(text: &str) -> Vec<String> {
    let mut unknown: Vec<String> = Vec::new();
    for piece in pieces(text) {
        if let Piece::Name(name) = piece
            && known(name).is_none()
            && !unknown.iter().any(|before| before == name)
        {
            unknown.push(name.to_owned());
        }
    }
    unknown
}

/// Why a text cannot be kept: it has names that nothing stands for. `None`: it can.
pub fn refusal(text: &str) -> Option<Sentence> {
    let unknown = unknown(text);
    if unknown.is_empty() {
        return None;
    }
    let list = |names: Vec<&str>| names.into_iter().map(shown).collect::<Vec<_>>().join(" ");
    let names = list(unknown.iter().map(String::as_str).collect());
    Some(say!("refused-placeholder", names = names, known = list(NAMES.to_vec())))
}

/// Names of [`NAMES`] that still stand in a text, each once. What is quoted is another's text and does not count.
pub fn left(text: &str) -> Vec<&'static str> {
    let mut left = Vec::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with('>')) {
        for piece in pieces(line) {
            if let Piece::Name(name) = piece
                && let Some(name) = known(name)
                && !left.contains(&name)
            {
                left.push(name);
            }
        }
    }
    left
}

/// The text with its names replaced. `value` is asked for each; where it has nothing, the name stays as it is.
///
/// # Errors
/// Those of `value`.
pub fn fill(text: &str, mut value: impl FnMut(&'static str) -> Result<Option<String>>) -> Result<String> {
    let mut filled = String::with_capacity(text.len() + 100);
    for piece in pieces(text) {
        match piece {
            Piece::Text(words) => filled.push_str(words),
            Piece::Name(written) => {
                let found = match known(written) {
                    Some(name) => value(name)?,
                    None => None,
                };
                match found {
                    // A stranger may call himself like one of our names.
                    Some(value) => filled.push_str(&value.replace("{{", "{ {")),
                    None => filled.push_str(&shown(written.trim())),
                }
            }
        }
    }
    Ok(filled)
}

/// A name as it stands in a text.
pub fn shown(name: &str) -> String {
    format!("{{{{{name}}}}}")
}
