//! Sentences of the recorder about what was done automatically, and why something was not.

use super::{prepare::Prepared, record::Steps};
use crate::{db::State, notify::Told};

/// Who was told of a mail.
pub(super) fn told(steps: &mut Steps, mail: &Prepared, told: Option<&Told>) {
    match told {
        Some(told) if told.told > 0 => {
            let who = if told.told == 1 { "agent" } else { "agents" };
            steps.add("notification", format!("{} {who} told", told.told), "");
        }
        Some(told) if told.asked == 0 => {
            steps.add("notification", "none", "nobody has the right to answer in the ticket's queue");
        }
        Some(_) => {
            steps.add(
                "notification",
                "none",
                "those who would hear of it wrote it themselves, switched it off, or are gone",
            );
        }
        None => {
            let why = format!("a machine's mail tells nobody: {}", mail.class.reason);
            steps.add("notification", "none", why);
        }
    }
}

/// What a mail did to the state of the ticket that it joined.
pub(super) fn state(steps: &mut Steps, before: State, after: State, automatic: bool, by_agent: bool) {
    if before != after {
        steps.add("state", format!("{before} became {after}"), "somebody outside wrote");
        return;
    }
    let why = match before {
        State::New | State::Open => return,
        _ if automatic => "an automatic mail reopens nothing",
        _ if by_agent => "an agent's own mail reopens nothing",
        _ => "its queue keeps it so",
    };
    steps.add("state", format!("stays {before}"), why);
}
