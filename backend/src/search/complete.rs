//! How a search that is being typed may go on: keys, names of queues and agents, closed words.

use super::{
    language::{Key, typed},
    meaning::{IS, STATE_WORDS},
};
use crate::{
    access::{Actor, Rights},
    db::Conn,
    error::Result,
    people::agents,
    queues,
    terms::{Terms, states},
};

/// So many ways are offered.
const MOST: usize = 8;

/// A way to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is typed then, from its beginning.
    pub typed: String,
    /// The part that is new, as a person reads it.
    pub label: String,
}

/// Ways in which the last word of what was typed may go on. Only names are offered of which the actor may know.
///
/// # Errors
/// Those of the database.
pub fn completions(
    conn: &mut Conn,
    actor: &Actor,
    text: &str,
    now: jiff::Timestamp,
) -> Result<Vec<Completion>> {
    let (before, last) = split(text);
    let (dash, last) = last.strip_prefix('-').map_or(("", last), |rest| ("-", rest));
    let words = match last.split_once(':').and_then(|(word, begun)| Some((Key::of(word)?, begun))) {
        Some((key, begun)) => {
            let (given, begun) = begun.rsplit_once(',').map_or(("", begun), |(given, begun)| (given, begun));
            let begun = begun.trim_start_matches(['"', '“', '”', '„']).to_lowercase();
            let fits = |value: &String| {
                value.to_lowercase().split(' ').any(|word| word.starts_with(&begun))
                    || value.to_lowercase().starts_with(&begun)
            };
            let values = values(conn, actor, key, now)?.into_iter().filter(fits);
            let whole = |value: String| {
                let one = typed(key, &value);
                let one = one.split_once(':').map_or("", |(_, one)| one);
                match given {
                    "" => format!("{}:{one}", key.word()),
                    given => format!("{}:{given},{one}", key.word()),
                }
            };
            values.map(whole).collect::<Vec<_>>()
        }
        None if last.is_empty() => Vec::new(),
        None => {
            let begun = last.to_lowercase();
            let keys = Key::ALL.iter().map(|key| format!("{}:", key.word()));
            let queues =
                queue_names(conn, actor)?.into_iter().filter(|name| name.to_lowercase().starts_with(&begun));
            keys.filter(|key| key.starts_with(&begun))
                .chain(queues.map(|name| typed(Key::Queue, &name)))
                .collect()
        }
    };
    let completion = |word: String| Completion { typed: format!("{before}{dash}{word}"), label: word };
    Ok(words.into_iter().take(MOST).map(completion).collect())
}

/// What stands before the last word, and that word; a quote that is still open belongs to it.
fn split(text: &str) -> (&str, &str) {
    let mut open = false;
    let mut begin = 0;
    for (at, c) in text.char_indices() {
        match c {
            '"' | '“' | '”' | '„' => open = !open,
            c if c.is_whitespace() && !open => begin = at + c.len_utf8(),
            _ => {}
        }
    }
    text.split_at(begin)
}

fn queue_names(conn: &mut Conn, actor: &Actor) -> Result<Vec<String>> {
    let visible =
        |queue: &queues::Queue| queue.retired_at.is_none() && actor.scope.in_queue(queue.id) != Rights::NONE;
    Ok(queues::all(conn)?.into_iter().filter(visible).map(|queue| queue.name).collect())
}

fn values(conn: &mut Conn, actor: &Actor, key: Key, now: jiff::Timestamp) -> Result<Vec<String>> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    Ok(match key {
        Key::Queue => queue_names(conn, actor)?,
        Key::State => {
            let named = states::all(conn)?.into_iter().filter(|state| !state.is_retired());
            words(&STATE_WORDS).into_iter().chain(named.map(|state| state.name)).collect()
        }
        Key::Owner => {
            let mut names: Vec<String> = words(&["me", "nobody"]);
            names.extend(
                agents::all(conn)?.into_iter().filter(|agent| agent.is_active(now)).map(|agent| agent.name),
            );
            names
        }
        Key::Is => words(&IS),
        Key::Waiting => words(&["us", "customer"]),
        Key::Has => words(&["attachment"]),
        Key::Priority => {
            let terms = Terms::load(conn)?;
            terms.offered_priorities(None).into_iter().map(|of| terms.priority_word(of)).collect()
        }
        Key::Before | Key::After | Key::Created => words(&["today", "yesterday", "7d", "30d"]),
        Key::From | Key::Tag | Key::Title | Key::File | Key::Number => Vec::new(),
    })
}
