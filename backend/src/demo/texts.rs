//! Texts that the demo's agents insert, two of them macros.

use jiff::Timestamp;

use super::cast::AGENTS;
use crate::{
    access::Actor,
    db::{Cause, LetterLanguage, State, Ts, Tx},
    error::Result,
    people::agents,
    queues::templates::{self, Change, Effects},
};

struct Text {
    name: &'static str,
    language: LetterLanguage,
    body: &'static str,
    state: Option<(State, Option<i32>)>,
    tag: &'static str,
}

const TEXTS: [Text; 4] = [
    Text {
        name: "Need more details",
        language: LetterLanguage::English,
        body: "Hello {{customer.name}},\n\nthank you for writing. To help you we need to know which system you use and the \
               exact words of the error. A picture of the screen is fine.\n\n{{agent.name}}",
        state: Some((State::PendingAutoClose, Some(7))),
        tag: "waits for details",
    },
    Text {
        name: "Solved, closing",
        language: LetterLanguage::English,
        body: "Hello {{customer.name}},\n\nglad that it works. We close ticket {{ticket.number}}; simply answer this mail if \
               it comes back.\n\n{{agent.name}}",
        state: Some((State::Closed, None)),
        tag: "",
    },
    Text {
        name: "Opening hours",
        language: LetterLanguage::English,
        body: "Somebody of {{organisation.name}} reads your mail from Monday to Friday, 9 to 17.",
        state: None,
        tag: "",
    },
    Text {
        name: "Rückfrage",
        language: LetterLanguage::German,
        body: "Guten Tag {{customer.name}},\n\nvielen Dank für Ihre Nachricht. Welches System benutzen Sie, und wie lautet die \
               Meldung genau?\n\n{{agent.name}}",
        state: None,
        tag: "",
    },
];

/// Writes them down, on behalf of the admin.
pub(super) fn write(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    let [admin, ..] = &AGENTS;
    let admin = agents::by_login(tx, admin.login)?;
    let actor = Actor::load(tx, admin.id, Cause::System, now)?;
    for text in TEXTS {
        let change = Change {
            name: text.name.to_owned(),
            language: Some(text.language),
            body: text.body.to_owned(),
            effects: Effects {
                state: text.state.map(|(state, _)| state.into()),
                wait_days: text.state.and_then(|(_, days)| days),
                tags: Some(text.tag.to_owned()).filter(|tag| !tag.is_empty()).into_iter().collect(),
                ..Effects::default()
            },
            queues: Vec::new(),
            roles: Vec::new(),
        };
        templates::create(tx, &actor, &change, Ts(now))?;
    }
    Ok(())
}
