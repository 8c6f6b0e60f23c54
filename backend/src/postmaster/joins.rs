//! A mail joins a ticket.

use super::{
    auto_response::{self, Occasion},
    caps,
    decide::Joining,
    filing::{self, As},
    filtering,
    matching::Voice,
    prepare::Prepared,
    reasons,
    record::{Outcome, Steps},
    world::Real,
};
use crate::{
    access::{self, Reply, TicketAccess},
    db::{AnswerKind, Disposition, Sender, State, Tx},
    error::Result,
    filters::Decision,
    tickets::{Moment, follow_up, store},
};

/// Joins the ticket.
pub(super) fn join(
    tx: &mut Tx<'_>,
    mail: &Prepared,
    joining: &Joining,
    rules: &Decision,
    steps: &mut Steps,
    at: &Moment,
) -> Result<Outcome> {
    let mut access: TicketAccess<Reply> = access::for_mail(tx, joining.ticket.id)?;
    let ticket = access.ticket().clone();
    let part = joining.part;
    let Voice { sender, visible, agent, claimed } = joining.voice;
    let new = filing::article(tx, mail, ticket.id, As { sender, visible, agent }, at)?;
    if sender == Sender::Customer && !part.internal {
        filing::take_in(tx, &ticket, mail, part.takes_part)?;
    }
    let automatic = new.automatic;
    let (stored, told) = follow_up::follow_up(tx, &mut access, new, &mail.files, claimed, at)?;
    filing::remember_conversation(tx, mail, ticket.id, stored.id, at)?;
    steps.add("article", format!("added to {}", ticket.number), if part.internal { "internal" } else { "" });
    if claimed.is_some() {
        steps.add("author", "from outside", "the address in From is an agent's, but nothing vouches for it");
    }
    reasons::state(steps, ticket.state, access.ticket().state, automatic, sender == Sender::Agent);
    reasons::told(steps, mail, told.as_ref());
    let reopened = ticket.state == State::Closed && access.ticket().state == State::Open;
    let why = match (&mail.class.no_answer, &rules.quiet) {
        (Some(why), _) => why.clone(),
        (None, Some(why)) => filtering::quiet(why),
        (None, None) if part.internal => "it answers what was forwarded internally".into(),
        (None, None) if reopened && part.takes_part => {
            let echo = caps::echo(&mut Real::of(tx, mail), &mail.clues, at)?;
            let to = &mail.author;
            let occasion = Occasion { kind: AnswerKind::Reopened, to, old: None, echo: echo.as_ref() };
            let mut ticket = access.ticket().clone();
            let why = auto_response::send(tx, occasion, &mut ticket, mail, steps, at)?;
            store::save(tx, &mut ticket, at.ts())?;
            why
        }
        (None, None) => "a follow-up draws none".into(),
    };
    Ok(Outcome {
        disposition: Disposition::FollowUp,
        ticket: Some(ticket.id),
        article: Some(stored.id),
        auto_response: why,
        by_rule: false,
    })
}
