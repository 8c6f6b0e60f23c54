//! Whether an automatic answer may go out: at most one per sender and ticket, never to machines, capped.

use jiff::SignedDuration;

use super::{
    brake::subject_shape,
    clues::Clues,
    world::{World, ago},
};
use crate::{
    db::{AnswerKind, Ts},
    error::Result,
    tickets::{Moment, Ticket},
};

/// So many automatic answers leave within an hour to addresses that no agent ever answered.
const TO_STRANGERS: i64 = 60;
/// Whoever answers our automatic mail sooner is no person, or has just read it.
const TOO_SOON: SignedDuration = SignedDuration::from_mins(10);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Our own automatic mail that a mail answers.
#[derive(Clone, Debug)]
pub(super) struct Echo {
    ticket: String,
    last: Ts,
}

/// Whether a mail answers an automatic mail that its author had from us within a day: by its id, by the number that only
/// it told him, or by its subject behind a mark of an answer. However little a machine marks, this it cannot help.
pub(super) fn echo(world: &mut impl World, mail: &Clues, at: &Moment) -> Result<Option<Echo>> {
    if mail.automatic {
        return Ok(None);
    }
    let had = world.answers(&counted(&mail.author), ago(at, DAY))?;
    let Some(newest) = had.first() else { return Ok(None) };
    let found = had.iter().find(|one| {
        let title = subject_shape(&one.title);
        mail.words.contains(&one.number) || mail.is_answer && !title.is_empty() && mail.shape.contains(&title)
    });
    let number = match found {
        Some(one) => &one.number,
        None if world.is_answer(&mail.in_reply_to)? => &newest.number,
        None => return Ok(None),
    };
    Ok(Some(Echo { ticket: number.clone(), last: newest.at }))
}

/// An address as its answers are counted: what follows a `+` names the same mailbox.
pub(super) fn counted(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => {
            let base = local.split('+').next().filter(|base| !base.is_empty()).unwrap_or(local);
            format!("{base}@{domain}")
        }
        None => address.to_owned(),
    }
}

/// Why no answer may go out to this address.
pub(super) fn refused(
    world: &mut impl World,
    kind: AnswerKind,
    ticket: &Ticket,
    mail: &Clues,
    to: &str,
    echo: Option<&Echo>,
    at: &Moment,
) -> Result<Option<String>> {
    let queue = world.queue(ticket.queue_id)?;
    if !world.answers_enabled(&queue, kind)? {
        return Ok(Some(format!("the queue sends none ({kind})")));
    }
    if let Some(why) = &mail.no_answer {
        return Ok(Some(why.clone()));
    }
    if to.is_empty() {
        return Ok(Some("the mail names no address to answer to".into()));
    }
    // Rules take no address of ours for a customer's.
    if mail.by_ourselves && to == mail.author {
        return Ok(Some("its author is one of our own addresses".into()));
    }
    if world.is_spammer(to)? {
        return Ok(Some("a ticket of its author was marked as spam".into()));
    }
    let address = counted(to);
    if let Some(echo) = echo {
        let soon = at.now.duration_since(echo.last.0) < TOO_SOON;
        // A confirmation says nothing new to whoever has just had one; what else there is to say must be said.
        if kind == AnswerKind::Received || soon {
            return Ok(Some(format!("it answers our own automatic mail about ticket {}", echo.ticket)));
        }
    }
    // Whoever writes to a closed ticket again must hear again that nobody reads it.
    let each_time = matches!(kind, AnswerKind::Rejected | AnswerKind::Reopened);
    if !each_time && world.was_answered(&address, ticket.id)? {
        return Ok(Some("its author has had one for this ticket".into()));
    }
    let (most, today) = (world.answers_per_day(), world.answers(&address, ago(at, DAY))?.len());
    if today >= most {
        return Ok(Some(format!("its author has had {most} within 24 hours")));
    }
    if world.all_answers(ago(at, HOUR))? >= TO_STRANGERS && !world.knows_customer(ticket)? {
        return Ok(Some(format!(
            "{TO_STRANGERS} have gone out within an hour, and no agent has ever answered its author"
        )));
    }
    Ok(None)
}
