//! What happened to a ticket, as sentences.

use std::collections::HashMap;

use serde::Serialize;

use crate::db::{AgentId, Cause, EventKind, State};
use crate::tickets::Event;
use crate::web::gate::Asker;

/// A line of the history.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    at: jiff::Timestamp,
    sentence: String,
}

/// All of it, the newest first.
pub fn lines(events: &[Event], names: &HashMap<AgentId, (String, String)>, asker: &Asker) -> Vec<Line> {
    events
        .iter()
        .rev()
        .map(|event| Line { at: event.at.0, sentence: sentence(event, names, asker) })
        .collect()
}

/// What one event says.
pub fn sentence(event: &Event, names: &HashMap<AgentId, (String, String)>, asker: &Asker) -> String {
    let language = &asker.reader.language;
    let who = match event.agent_id {
        Some(id) if id == asker.actor.agent.id => language.tr("actor-you"),
        Some(id) => names.get(&id).map_or_else(|| "?".to_owned(), |(_, name)| name.clone()),
        None if event.cause == Cause::Mail => language.tr("actor-mail"),
        None => language.tr("actor-system"),
    };
    let value = |value: &Option<String>| -> String {
        let word = value.as_deref().unwrap_or_default();
        match event.kind {
            EventKind::StateChanged => word
                .parse::<State>()
                .map_or_else(|_| word.to_owned(), |state| language.tr(&format!("state-{}", state.kind()))),
            EventKind::PriorityChanged => word.parse::<crate::db::Priority>().map_or_else(
                |_| word.to_owned(),
                |priority| language.tr(&format!("priority-{}", priority.level())),
            ),
            _ => word.to_owned(),
        }
    };
    let key = match (event.kind, &event.new_value) {
        (EventKind::Assigned, None) => "event-unassigned".to_owned(),
        (kind, _) => format!("event-{kind}"),
    };
    language
        .tr_with(&key, &[("who", &who), ("old", &value(&event.old_value)), ("new", &value(&event.new_value))])
}

/// The icon of an event that stands between the articles; `None` for those that an article shows by itself.
pub fn icon(event: &Event) -> Option<&'static str> {
    match event.kind {
        EventKind::Opened
        | EventKind::FollowUp
        | EventKind::Replied
        | EventKind::Noted
        | EventKind::Forwarded
        | EventKind::Delivered => None,
        EventKind::AutoResponded | EventKind::Redirected | EventKind::Resent => Some("mail"),
        EventKind::Locked => Some("lock"),
        EventKind::Unlocked | EventKind::LockTimedOut => Some("unlock"),
        EventKind::Moved => Some("move"),
        EventKind::Assigned | EventKind::ParticipantAccepted | EventKind::ParticipantRemoved => Some("user"),
        EventKind::StateChanged => Some("open"),
        EventKind::PriorityChanged => Some("filter"),
        EventKind::Reminded => Some("clock"),
        EventKind::ReplyWithdrawn | EventKind::ReplyHandedBack => Some("arrow"),
        EventKind::Bounced | EventKind::DeliveryFailed => Some("warning"),
        EventKind::Linked
        | EventKind::Unlinked
        | EventKind::MergedInto
        | EventKind::Merged
        | EventKind::Unmerged
        | EventKind::MergeEnded => Some("link"),
        EventKind::ArticleTaken => Some("arrow"),
        // The article says it itself.
        EventKind::ArticleBrought => None,
        EventKind::Tagged | EventKind::Untagged => Some("filter"),
    }
}
