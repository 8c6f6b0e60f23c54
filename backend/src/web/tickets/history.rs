//! What happened to a ticket, as sentences.

use std::collections::HashMap;

use serde::Serialize;

use crate::db::{ActKind, AgentId, BinReason, Cause, EventKind, Status};
use crate::tickets::Event;
use crate::tickets::acts::Act;
use crate::tickets::links::Bond;
use crate::web::gate::Asker;

/// Login and name of agents.
pub type Names = HashMap<AgentId, (String, String)>;

/// A line of the history.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    at: jiff::Timestamp,
    sentence: String,
    /// What caused it, where that was no click.
    cause: String,
    before: String,
    after: String,
    /// The act by which it came about, where it can be undone.
    undo: Option<i64>,
}

/// All of it, the newest first. `acts` are those that can be undone.
pub fn lines(events: &[Event], names: &Names, asker: &Asker, acts: &[Act]) -> Vec<Line> {
    let language = &asker.reader.language;
    let line = |event: &Event| Line {
        at: event.at.0,
        sentence: sentence(event, names, asker),
        cause: if event.cause == Cause::Web {
            String::new()
        } else {
            language.tr(&format!("cause-{}", event.cause))
        },
        before: value(event, &event.old_value, names, asker),
        after: value(event, &event.new_value, names, asker),
        undo: acts
            .iter()
            .find(|act| act.event_id == event.id && super::undo::is_offered(act.kind))
            .map(|act| act.id.0),
    };
    events.iter().rev().map(line).collect()
}

/// A value of an event as its reader says it.
fn value(event: &Event, value: &Option<String>, names: &Names, asker: &Asker) -> String {
    let language = &asker.reader.language;
    let word = value.as_deref().unwrap_or_default();
    if word.is_empty() {
        return String::new();
    }
    let state = |word: &str| {
        let known = word.parse::<Status>();
        known.map_or_else(|_| word.to_owned(), |state| asker.reader.terms.state(state, language))
    };
    match event.kind {
        kind if kind.names_agents() => {
            let known = names.values().find(|(login, _)| login == word);
            known.map_or_else(|| word.to_owned(), |(_, name)| name.clone())
        }
        EventKind::StateChanged | EventKind::Restored | EventKind::Replied => state(word),
        EventKind::PriorityChanged => word
            .parse::<crate::db::Priority>()
            .map_or_else(|_| word.to_owned(), |priority| asker.reader.terms.priority(priority, language)),
        EventKind::Removed => match word.parse::<BinReason>() {
            Ok(reason) => language.tr(&format!("bin-reason-{reason}")),
            Err(_) => state(word),
        },
        EventKind::Undone => word
            .parse::<ActKind>()
            .map_or_else(|_| word.to_owned(), |kind| language.tr(&format!("act-{kind}"))),
        EventKind::Linked => word
            .parse::<Bond>()
            .map_or_else(|_| word.to_owned(), |bond| language.tr(&format!("bond-{}", bond.as_str()))),
        _ => word.to_owned(),
    }
}

/// What one event says.
pub fn sentence(event: &Event, names: &Names, asker: &Asker) -> String {
    let language = &asker.reader.language;
    let who = match event.agent_id {
        Some(id) if id == asker.actor.agent.id => language.tr("actor-you"),
        Some(id) => names.get(&id).map_or_else(|| "?".to_owned(), |(_, name)| name.clone()),
        None if event.cause == Cause::Mail => language.tr("actor-mail"),
        None => language.tr("actor-system"),
    };
    let key = match (event.kind, &event.new_value) {
        (EventKind::Assigned, None) => "event-unassigned".to_owned(),
        (EventKind::Removed, Some(reason)) if reason == BinReason::Spam.as_str() => "event-spam".to_owned(),
        (kind, _) => format!("event-{kind}"),
    };
    let said = |stored: &Option<String>| value(event, stored, names, asker);
    let (old, new) = (said(&event.old_value), said(&event.new_value));
    language.tr_with(&key, &[("who", &who), ("old", &old), ("new", &new)])
}

/// The icon of an event that stands between the articles; `None` for those that an article shows by itself.
pub fn icon(event: &Event) -> Option<&'static str> {
    match event.kind {
        EventKind::Opened
        | EventKind::FollowUp
        | EventKind::Replied
        | EventKind::Noted
        | EventKind::Called
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
        EventKind::Tagged | EventKind::Untagged => Some("badge"),
        EventKind::Removed | EventKind::Restored => Some("bin"),
        EventKind::CustomerChanged => Some("user"),
        EventKind::Split | EventKind::SplitFrom => Some("merge"),
        EventKind::Undone => Some("refresh"),
    }
}
