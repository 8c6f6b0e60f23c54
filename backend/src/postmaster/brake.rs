//! The loop brake: a machine that writes the same again and again fills one ticket, not the list of tickets.
//!
//! It works on what would open a ticket, and only where a machine wrote, or somebody who answers our own automatic mail:
//! a person may write as often as he likes.

use jiff::SignedDuration;

use super::{
    caps::Echo,
    clues::Clues,
    prepare::key,
    world::{Brake, World, ago},
};
use crate::{
    db::{QueueId, State, TicketId},
    error::Result,
    tickets::{Moment, Ticket, open},
};

/// So many tickets a sender opens within an hour with mails of one shape; further ones join the last of them.
const TICKETS: i32 = 10;
/// So many mails come within that hour before further ones are only recorded.
const MAILS: i32 = 110;
/// Whoever has sent so many within an hour is still in it when the next one begins.
const GOES_ON: i32 = 2 * TICKETS;
/// The longest subject that tells shapes apart, in characters.
const SHAPE: usize = 120;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What the brake knows about a mail that would open a ticket.
#[derive(Debug)]
pub(super) struct Shape(Option<String>);

/// The shape of a mail; none where the brake has no say.
pub(super) fn shape(mail: &Clues, queue: QueueId, echo: Option<&Echo>) -> Shape {
    if mail.bounce {
        // Reports about what others sent in our name come from everywhere.
        return Shape(Some(format!("{queue} bounces")));
    }
    if !mail.is_by_machine() && echo.is_none() {
        return Shape(None);
    }
    Shape(Some(key(&format!("{queue} {} {}", mail.sender(), mail.shape))))
}

/// A subject without what differs from one mail of a machine to the next: marks of answers, numbers, ids.
pub(super) fn subject_shape(subject: &str) -> String {
    let lower = open::without_prefixes(subject).to_lowercase();
    let words = lower
        .split_whitespace()
        .map(|word| if word.chars().any(|c| c.is_ascii_digit()) { "#".to_owned() } else { word.to_owned() });
    words.collect::<Vec<_>>().join(" ").chars().take(SHAPE).collect()
}

/// The last ticket of a mail's shape, where there were too many, and the how many-th it is. `None`: it may open a ticket.
pub(super) fn take(world: &mut impl World, shape: &Shape, at: &Moment) -> Result<Option<(Box<Ticket>, i32)>> {
    let Shape(Some(shape)) = shape else { return Ok(None) };
    let Some(mut brake) = world.brake(shape)? else { return Ok(None) };
    if brake.since <= ago(at, HOUR) {
        if brake.mails < GOES_ON || brake.since <= ago(at, HOUR * 2) {
            return Ok(None);
        }
        (brake.since, brake.mails) = (at.ts(), TICKETS);
    }
    if brake.mails < TICKETS || !world.exists(brake.ticket_id)? {
        return Ok(None);
    }
    let ticket = world.survivor(brake.ticket_id)?;
    // Once an agent has put it into another conversation, nothing may follow it there by its shape alone.
    if ticket.id != brake.ticket_id || ticket.state == State::Removed {
        return Ok(None);
    }
    let count = brake.mails.saturating_add(1);
    world.put_brake(shape, Brake { mails: count, ..brake }, None)?;
    Ok(Some((Box::new(ticket), count)))
}

/// Whether a mail that joins no further ticket is only recorded.
pub(super) fn is_flood(count: i32) -> bool {
    count > MAILS
}

/// Counts a mail that has opened a ticket.
pub(super) fn opened(world: &mut impl World, shape: &Shape, ticket: TicketId, at: &Moment) -> Result<()> {
    let Shape(Some(shape)) = shape else { return Ok(()) };
    match world.brake(shape)? {
        Some(brake) if brake.since > ago(at, HOUR) => {
            let mails = brake.mails.saturating_add(1);
            world.put_brake(shape, Brake { mails, ticket_id: ticket, ..brake }, None)
        }
        _ => {
            // What nobody asks about any more goes, whenever something new comes.
            let brake = Brake { since: at.ts(), mails: 1, ticket_id: ticket };
            world.put_brake(shape, brake, Some(ago(at, HOUR * 2)))
        }
    }
}
