//! What a text to be kept must be like.

use diesel::prelude::*;

use super::{Change, Effects};
use crate::{
    db::{
        AgentId, Conn, LetterLanguage, State, TemplateId, Tx, backend,
        schema::{queues, reply_templates, roles},
    },
    error::{Error, FieldError, Result, Sentence, say},
    queues::placeholders,
    terms::{priorities, states},
};

/// The longest name, in characters.
const NAME: usize = 100;
/// The longest text, in characters.
const BODY: usize = 10_000;
/// So many tags a macro puts on.
const TAGS: usize = 10;
/// The longest tag, in characters, as tickets have it.
const TAG: usize = 50;
/// The longest wait, in days.
const DAYS: i32 = 365;

// Of the same agent, or of the house where there is no owner: nobody learns what others call their own.
pub(super) fn refuse_taken(
    conn: &mut Conn,
    owner: Option<AgentId>,
    id: Option<TemplateId>,
    name: &str,
    language: Option<LetterLanguage>,
) -> Result<()> {
    let same: Vec<(TemplateId, Option<AgentId>, Option<LetterLanguage>)> = reply_templates::table
        .filter(reply_templates::name.eq(name).and(reply_templates::retired_at.is_null()))
        .select((reply_templates::id, reply_templates::owner_id, reply_templates::language))
        .load(conn)?;
    if same.iter().any(|(other, whose, of)| Some(*other) != id && *whose == owner && *of == language) {
        return Err(Error::invalid("name", say!("refused-template-taken", name = name)));
    }
    Ok(())
}

/// Refuses a state or a priority that nobody can choose any more.
pub(super) fn offered_terms(tx: &mut Tx<'_>, effects: &Effects) -> Result<()> {
    // Nobody retires one meanwhile.
    if let Some(state) = effects.state {
        backend::beside_others(tx, "states")?;
        states::must_be_offered(tx, "state", state)?;
    }
    match effects.priority {
        Some(priority) => {
            backend::beside_others(tx, "priorities")?;
            priorities::must_be_offered(tx, "priority", priority)
        }
        None => Ok(()),
    }
}

/// What is kept of what somebody asks for, or everything that is wrong with it.
pub(super) fn check(
    tx: &mut Tx<'_>,
    owner: Option<AgentId>,
    id: Option<TemplateId>,
    change: &Change,
) -> Result<Change> {
    let mut problems = Vec::new();
    let mut refuse =
        |field: &str, message: Sentence| problems.push(FieldError { field: field.into(), message });
    let name = change.name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
        refuse("name", say!("refused-template-name", most = NAME));
    }
    let body = change.body.replace("\r\n", "\n").replace('\r', "\n").trim_end().to_owned();
    if body.trim().is_empty() && change.effects == Effects::default() {
        refuse("body", say!("refused-template-empty"));
    } else if body.chars().count() > BODY || body.contains('\0') {
        refuse("body", say!("refused-answer-body", most = BODY));
    }
    if let Some(why) = placeholders::refusal(&body) {
        refuse("body", why);
    }
    let mut effects = change.effects.clone();
    match effects.state.map(|state| state.kind) {
        None | Some(State::Open | State::Closed) => effects.wait_days = None,
        Some(State::PendingReminder | State::PendingAutoClose) => {
            if !effects.wait_days.is_some_and(|days| (1..=DAYS).contains(&days)) {
                refuse("wait_days", say!("refused-template-days", most = DAYS));
            }
        }
        Some(state) => refuse("state", say!("refused-state", state = state)),
    }
    effects.tags =
        effects.tags.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
    effects.tags.dedup();
    let wrong =
        |tag: &String| tag.chars().count() > TAG || tag.contains(|c: char| c.is_control() || c == ',');
    if effects.tags.iter().any(wrong) {
        refuse("tags", say!("refused-tag", most = TAG));
    } else if effects.tags.len() > TAGS {
        refuse("tags", say!("refused-tags", most = TAGS));
    }
    let mut places = change.queues.clone();
    places.sort_unstable();
    places.dedup();
    let mut named = places.clone();
    named.extend(effects.queue);
    named.sort_unstable();
    named.dedup();
    let known: i64 = queues::table.filter(queues::id.eq_any(named.clone())).count().get_result(&mut **tx)?;
    if usize::try_from(known).is_ok_and(|known| known != named.len()) {
        refuse("queues", say!("refused-template-queue"));
    }
    let mut holders = change.roles.clone();
    holders.sort_unstable();
    holders.dedup();
    let known: i64 = roles::table.filter(roles::id.eq_any(holders.clone())).count().get_result(&mut **tx)?;
    if usize::try_from(known).is_ok_and(|known| known != holders.len()) {
        refuse("roles", say!("refused-template-role"));
    } else if !holders.is_empty() && !places.is_empty() {
        refuse("roles", say!("refused-template-scope"));
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    offered_terms(tx, &effects)?;
    refuse_taken(tx, owner, id, &name, change.language)?;
    Ok(Change { name, language: change.language, body, effects, queues: places, roles: holders })
}
