//! Changes of tickets.

use serde::Serialize;
use utoipa::ToSchema;

use super::instant;
use crate::{
    db::{Conn, EventKind, Priority, Status},
    error::Result,
    terms::Terms,
    tickets::{Event, view},
};

/// A change of a ticket.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventView {
    /// Its key; grows.
    pub id: String,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// The number of the ticket.
    pub ticket: String,
    /// What changed: opened, follow_up, replied, noted, locked, unlocked, moved, …
    pub kind: String,
    /// The login of the agent who did it; null for mails, deadlines and Turnstone itself.
    pub actor: Option<String>,
    /// What caused it: web, api, cli, mail, deadline, rule, system.
    pub cause: String,
    /// The article that came with it.
    pub article: Option<String>,
    /// Before.
    pub old_value: Option<String>,
    /// After.
    pub new_value: Option<String>,
    /// Before, in a word that stays whatever the house calls it: the type of a state, the rank of a priority; else null.
    pub old_type: Option<String>,
    /// After, likewise.
    pub new_type: Option<String>,
}

/// Whether the values of such a change are states.
const fn of_states(kind: EventKind) -> bool {
    matches!(kind, EventKind::StateChanged | EventKind::Replied | EventKind::Removed | EventKind::Restored)
}

/// These changes, in their order.
///
/// # Errors
/// Those of the database.
pub fn events(conn: &mut Conn, of: &[Event]) -> Result<Vec<EventView>> {
    let agents: Vec<_> = of.iter().filter_map(|event| event.agent_id).collect();
    let tickets: Vec<_> = of.iter().map(|event| event.ticket_id).collect();
    let agents = view::agents(conn, &agents)?;
    let numbers = view::numbers(conn, &tickets)?;
    let terms = Terms::load(conn)?;
    let said = |event: &Event, value: &Option<String>| {
        let value = value.as_deref()?;
        Some(match event.kind {
            kind if of_states(kind) => terms.event_word(value),
            EventKind::PriorityChanged => {
                value.parse().map_or_else(|_| value.to_owned(), |priority| terms.priority_word(priority))
            }
            _ => value.to_owned(),
        })
    };
    let typed = |event: &Event, value: &Option<String>| {
        let value = value.as_deref()?;
        match event.kind {
            EventKind::PriorityChanged => {
                value.parse::<Priority>().ok().map(|priority| priority.level().to_string())
            }
            kind if of_states(kind) => value.parse::<Status>().ok().map(|state| state.kind.kind().to_owned()),
            _ => None,
        }
    };
    let show = |event: &Event| EventView {
        id: event.id.to_string(),
        at: instant(event.at),
        ticket: numbers.get(&event.ticket_id).cloned().unwrap_or_default(),
        kind: event.kind.to_string(),
        actor: event.agent_id.and_then(|id| agents.get(&id)).map(|(login, _)| login.clone()),
        cause: event.cause.to_string(),
        article: event.article_id.map(|id| id.to_string()),
        old_value: said(event, &event.old_value),
        new_value: said(event, &event.new_value),
        old_type: typed(event, &event.old_value),
        new_type: typed(event, &event.new_value),
    };
    Ok(of.iter().map(show).collect())
}
