//! What a name of the house may be.

use crate::{
    db::{Priority, State},
    error::{Error, Result, say},
    i18n::Language,
};

/// The longest name, in characters.
const NAME: usize = 50;
/// Words that stand for several states in a search, or for a kind where programs say it.
const MEANT: [&str; 8] =
    ["pending", "waiting", "active", "any", "pending_reminder", "pending_auto", "locked", "unlocked"];

/// What two names are compared by.
pub(super) fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// A name as it is kept: on one line, with nothing in it that a search or a list of names could not say.
///
/// # Errors
/// [`Error::Invalid`] of the field.
pub(super) fn name(field: &str, typed: &str) -> Result<String> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let odd = |c: char| c.is_control() || matches!(c, ',' | '#' | '"' | '“' | '”' | '„');
    if name.is_empty() || name.chars().count() > NAME || name.contains(odd) {
        return Err(Error::invalid(field, say!("refused-term-name", most = NAME)));
    }
    Ok(name)
}

/// Whether a state of Turnstone's own is called so, in any language.
pub(super) fn is_own_state(name: &str) -> bool {
    let name = key(name);
    let said = |language: &Language, kind: &State| key(&language.tr(&format!("state-{}", kind.kind())));
    MEANT.contains(&name.as_str())
        || State::ALL.iter().any(|kind| kind.as_str() == name)
        || languages().iter().any(|language| State::ALL.iter().any(|kind| said(language, kind) == name))
}

/// The rank that is called so by default, in any language, or by its number.
pub(super) fn own_priority(name: &str) -> Option<Priority> {
    let name = key(name);
    if let Ok(rank) = name.replace('_', " ").parse::<Priority>() {
        return Some(rank);
    }
    let languages = languages();
    Priority::all().find(|rank| {
        languages.iter().any(|language| key(&language.tr(&format!("priority-{}", rank.level()))) == name)
    })
}

fn languages() -> Vec<Language> {
    Language::all().iter().map(|tag| Language::named(tag)).collect()
}
