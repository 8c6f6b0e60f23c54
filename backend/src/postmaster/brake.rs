//! The loop brake: a machine that writes the same again and again fills one ticket, not the list of tickets.
//!
//! It works on what would open a ticket, and only where a machine wrote, or somebody who answers our own automatic mail:
//! a person may write as often as he likes.

use diesel::prelude::*;
use jiff::SignedDuration;

use super::{
    auto_response::Echo,
    prepare::{Prepared, key},
    process,
    record::{self, Outcome, Steps},
};
use crate::{
    access::{self, Reply, TicketAccess},
    db::{Disposition, QueueId, Sender, State, TicketId, Ts, Tx, schema::intake_brakes},
    error::Result,
    tickets::{Moment, follow_up, open},
};

/// So many tickets a sender opens within an hour with mails of one shape; further ones join the last of them.
const TICKETS: i32 = 10;
/// So many mails come within that hour before further ones are only recorded.
const MAILS: i32 = 110;
/// Whoever has sent so many within an hour is still in it when the next one begins.
const GOES_ON: i32 = 2 * TICKETS;
/// The longest subject that tells shapes apart, in characters.
const SHAPE: usize = 120;

#[derive(Queryable, Selectable)]
#[diesel(table_name = intake_brakes)]
struct Brake {
    since: Ts,
    mails: i32,
    ticket_id: TicketId,
}

/// What the brake knows about a mail that would open a ticket.
pub(super) struct Shape(Option<String>);

/// The shape of a mail; none where the brake has no say.
pub(super) fn shape(mail: &Prepared, queue: QueueId, echo: Option<&Echo>) -> Shape {
    if mail.class.bounce {
        // Reports about what others sent in our name come from everywhere.
        return Shape(Some(format!("{queue} bounces")));
    }
    let by_a_person = !mail.class.automatic || process::is_contact_form(mail);
    if by_a_person && echo.is_none() {
        return Shape(None);
    }
    let sender = if mail.author.address.is_empty() { &mail.row.envelope_from } else { &mail.author.address };
    Shape(Some(key(&format!("{queue} {sender} {}", subject_shape(&mail.mail.subject)))))
}

/// A subject without what differs from one mail of a machine to the next: marks of answers, numbers, ids.
pub(super) fn subject_shape(subject: &str) -> String {
    let lower = open::without_prefixes(subject).to_lowercase();
    let words = lower
        .split_whitespace()
        .map(|word| if word.chars().any(|c| c.is_ascii_digit()) { "#".to_owned() } else { word.to_owned() });
    words.collect::<Vec<_>>().join(" ").chars().take(SHAPE).collect()
}

/// Joins a mail to the last ticket of its shape where there were too many, or only records it. `None`: it may open
/// a ticket.
pub(super) fn take(
    tx: &mut Tx<'_>,
    mail: &Prepared,
    shape: &Shape,
    steps: &mut Steps,
    at: &Moment,
) -> Result<Option<Outcome>> {
    let Shape(Some(shape)) = shape else { return Ok(None) };
    let Some(mut brake) = load(tx, shape)? else { return Ok(None) };
    if brake.since.0 <= ago(at, 1) {
        if brake.mails < GOES_ON || brake.since.0 <= ago(at, 2) {
            return Ok(None);
        }
        (brake.since, brake.mails) = (at.ts(), TICKETS);
    }
    if brake.mails < TICKETS {
        return Ok(None);
    }
    let ticket = access::survivor(tx, brake.ticket_id)?;
    // Once an agent has put it into another conversation, nothing may follow it there by its shape alone.
    if ticket.id != brake.ticket_id || ticket.state == State::Removed {
        return Ok(None);
    }
    put(tx, shape, &Brake { mails: brake.mails.saturating_add(1), ..brake })?;
    let count = brake.mails.saturating_add(1);
    if count > MAILS {
        steps.add("brake", "ignored", format!("mail {count} of this sender and shape within an hour"));
        return Ok(Some(Outcome { ticket: Some(ticket.id), ..Outcome::ignored(record::BRAKED) }));
    }
    let mut access: TicketAccess<Reply> = access::for_mail(tx, ticket.id)?;
    let mut new = process::article(tx, mail, ticket.id, Sender::Customer, false, None, at)?;
    // Whatever it says of itself: it neither reopens nor notifies, and nobody outside is shown it.
    new.automatic = true;
    let (stored, _) = follow_up::follow_up(tx, &mut access, new, &mail.files, None, at)?;
    steps.add(
        "brake",
        format!("ticket {}", ticket.number),
        format!("mail {count} of this sender and shape within an hour: no further ticket"),
    );
    Ok(Some(Outcome {
        disposition: Disposition::FollowUp,
        ticket: Some(ticket.id),
        article: Some(stored.id),
        auto_response: mail.class.no_answer.clone().unwrap_or_else(|| record::BRAKED.into()),
        by_rule: false,
    }))
}

/// Counts a mail that has opened a ticket.
pub(super) fn opened(tx: &mut Tx<'_>, shape: &Shape, ticket: TicketId, at: &Moment) -> Result<()> {
    let Shape(Some(shape)) = shape else { return Ok(()) };
    let brake = match load(tx, shape)? {
        Some(brake) if brake.since.0 > ago(at, 1) => {
            Brake { mails: brake.mails.saturating_add(1), ticket_id: ticket, ..brake }
        }
        _ => {
            // What nobody asks about any more goes, whenever something new comes.
            diesel::delete(intake_brakes::table.filter(intake_brakes::since.le(Ts(ago(at, 2)))))
                .execute(&mut **tx)?;
            Brake { since: at.ts(), mails: 1, ticket_id: ticket }
        }
    };
    put(tx, shape, &brake)
}

fn ago(at: &Moment, hours: i64) -> jiff::Timestamp {
    at.now.checked_sub(SignedDuration::from_hours(hours)).unwrap_or(at.now)
}

fn load(tx: &mut Tx<'_>, shape: &str) -> Result<Option<Brake>> {
    Ok(intake_brakes::table.find(shape).select(Brake::as_select()).first(&mut **tx).optional()?)
}

/// Mails are taken one by one: nobody inserts between these two.
fn put(tx: &mut Tx<'_>, shape: &str, brake: &Brake) -> Result<()> {
    let values = (
        intake_brakes::key.eq(shape),
        intake_brakes::since.eq(brake.since),
        intake_brakes::mails.eq(brake.mails),
        intake_brakes::ticket_id.eq(brake.ticket_id),
    );
    if diesel::update(intake_brakes::table.find(shape)).set(values).execute(&mut **tx)? == 0 {
        diesel::insert_into(intake_brakes::table).values(values).execute(&mut **tx)?;
    }
    Ok(())
}
