//! A mail opens a ticket.

use super::{
    auto_response::{self, Occasion},
    brake,
    decide::Opening,
    filing::{self, As},
    filtering,
    prepare::Prepared,
    reasons,
    record::{Outcome, Steps},
    world::Real,
};
use crate::{
    access::{self, Who},
    db::{Cause, Disposition, EventKind, Right, State, Tx},
    error::Result,
    filters::Decision,
    notify, people,
    terms::priorities,
    tickets::{Moment, open, store},
};

/// Opens the ticket.
pub(super) fn open(
    tx: &mut Tx<'_>,
    mail: &Prepared,
    opening: &Opening,
    rules: &Decision,
    steps: &mut Steps,
    at: &Moment,
) -> Result<Outcome> {
    let who = Who::machine(Cause::Mail);
    // Whoever the rules made the customer is the one to hear.
    let customer = rules.customer.as_ref().unwrap_or(&mail.author);
    let customer_id = if customer.address.is_empty() {
        None
    } else {
        Some(people::customers::by_address(tx, customer, at.ts())?)
    };
    let door = access::queue_for_machine(opening.queue, Right::Create);
    let new = open::Opening {
        title: &mail.mail.subject,
        customer,
        customer_id,
        priority: *tx.at_hand((0, "usual", ""), |tx| priorities::usual(tx))?,
        state: State::New,
    };
    let mut ticket = open::create(tx, &door, &new, at)?;
    let article = filing::article(tx, mail, ticket.id, As::CUSTOMER, at)?;
    let mut first = store::add_article(tx, &mut ticket, article, &mail.files)?;
    let claimed = people::agents::by_email(tx, &mail.author.address)?.filter(|_| !mail.is_vouched_for());
    store::claim(tx, &mut first, claimed.map(|agent| agent.id))?;
    filing::remember_conversation(tx, mail, ticket.id, first.id, at)?;
    ticket.unanswered_since = Some(at.ts());
    filing::take_in(tx, &ticket, mail, true)?;
    store::record(tx, &ticket, &who, at.ts(), store::Change::of(EventKind::Opened).article(first.id))?;
    if let Some((other, kind)) = &opening.link {
        store::link(tx, ticket.id, other.id, *kind, at.ts())?;
        let change = store::Change::of(EventKind::Linked).between(Some(kind.as_str()), Some(&other.number));
        store::record(tx, &ticket, &who, at.ts(), change)?;
    }
    let told = notify::new_ticket(tx, &ticket, &who, at.ts())?;
    let (old, echo) = (opening.goes_on_from(), opening.echo.as_ref());
    let occasion = Occasion { kind: opening.answer(), to: customer, old, echo };
    let auto_response = match &rules.quiet {
        Some(why) => filtering::quiet(why),
        None => auto_response::send(tx, occasion, &mut ticket, mail, steps, at)?,
    };
    store::save_opened(tx, &ticket)?;
    brake::opened(&mut Real::of(tx, mail), &opening.shape, ticket.id, at)?;
    steps.add("ticket", format!("opened {}", ticket.number), "");
    reasons::told(steps, mail, Some(&told));
    Ok(Outcome {
        disposition: Disposition::New,
        ticket: Some(ticket.id),
        article: Some(first.id),
        auto_response,
        by_rule: false,
    })
}
