//! What would become of a stored mail now: its whole way once more in a transaction that is rolled back. Nothing is
//! written, nobody is told, no number is used up.

use diesel::prelude::*;
use mail_ingest::authentication::Verifier;

use super::{
    filtering, origin,
    prepare::{Prepared, Waiting, prepare},
    record::Step,
    view::{self, Inbound},
    way,
};
use crate::{
    access::Actor,
    db::{
        Conn, Disposition, InboundId, InstallationRight, Tx,
        schema::{inbound_mails, message_ids, queues as queues_table, tickets},
    },
    desk::Desk,
    error::{Error, Result, say},
    filters::Cache,
    queues::OwnAddresses,
    settings,
    tickets::Moment,
};

/// What became of a mail, or would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// `None`: it waits.
    pub disposition: Option<Disposition>,
    /// The number of its ticket; [`backend::NUMBER_TO_COME`] for one that would be opened.
    pub ticket: Option<String>,
    /// The queue of that ticket.
    pub queue: Option<String>,
    /// `sent`, or why there is no automatic answer.
    pub auto_response: String,
    /// Step by step.
    pub steps: Vec<Step>,
}

/// What became of a mail, and what would now.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What happened.
    pub before: Fate,
    /// What would happen now.
    pub after: Fate,
}

impl Preview {
    /// Whether the same would happen. A mail that opened a ticket would open another one: that is the same.
    pub fn is_same(&self) -> bool {
        let key = |fate: &Fate| {
            let ticket = fate.ticket.clone().filter(|_| fate.disposition != Some(Disposition::New));
            (fate.disposition, ticket, fate.queue.clone())
        };
        key(&self.before) == key(&self.after)
    }
}

/// Processes a stored mail once more, to see what would come out.
///
/// # Errors
/// [`Error::Forbidden`] without the right to see the recorder; [`Error::NotFound`]; [`Error::Conflict`] where the
/// original was deleted because of its age; what the mail would fail with.
pub async fn preview(desk: &Desk, actor: Actor, id: InboundId) -> Result<Preview> {
    actor.require(InstallationRight::Recorder)?;
    let (blobs, limits) = (desk.db.blobs().without_files(), desk.config.limits);
    let (mail, before, mut prepared, rules) = desk
        .db
        .read(move |conn| {
            let cap = settings::limits(conn, &limits)?.auto_responses;
            let (mail, _) = view::detail(conn, &actor, id)?;
            if mail.forgotten_at.is_some() {
                return Err(Error::Conflict(say!("refused-forgotten")));
            }
            let before = happened(conn, &mail)?;
            let row: Waiting = inbound_mails::table.find(id).select(Waiting::as_select()).first(conn)?;
            let own = OwnAddresses::load(conn)?;
            let rules = Cache::default().get(conn)?;
            Ok((mail, before, prepare(conn, &blobs, row, own, cap)?, rules))
        })
        .await?;
    origin::establish(desk, &Verifier::new(desk.config.dns_resolver), &mut prepared).await?;
    let prepared = filtering::look(rules, prepared).await?;
    let at = desk.moment();
    let after = desk.db.rehearse(move |tx| would_happen(tx, &mail, &prepared, &at)).await?;
    Ok(Preview { before, after })
}

fn happened(conn: &mut Conn, mail: &Inbound) -> Result<Fate> {
    let ticket = match mail.ticket_id {
        Some(id) => of_ticket(conn, id)?,
        None => None,
    };
    let (number, queue) = ticket.unzip();
    Ok(Fate {
        disposition: mail.disposition,
        ticket: number,
        queue,
        auto_response: mail.auto_response.clone(),
        steps: mail.steps(),
    })
}

fn would_happen(tx: &mut Tx<'_>, mail: &Inbound, prepared: &Prepared, at: &Moment) -> Result<Fate> {
    // As if it had not been here: else it would be found to belong to the ticket that it opened itself.
    if let (Some(Disposition::New), Some(ticket)) = (mail.disposition, mail.ticket_id) {
        diesel::delete(message_ids::table.filter(message_ids::ticket_id.eq(ticket))).execute(&mut **tx)?;
    }
    let (outcome, steps) = way::way(tx, prepared, at)?;
    let ticket = match outcome.ticket {
        Some(id) => of_ticket(tx, id)?,
        None => None,
    };
    let (number, queue) = ticket.unzip();
    Ok(Fate {
        disposition: Some(outcome.disposition),
        ticket: number,
        queue,
        auto_response: outcome.auto_response,
        steps: steps.into_list(),
    })
}

/// Number and queue of a ticket.
fn of_ticket(conn: &mut Conn, id: crate::db::TicketId) -> Result<Option<(String, String)>> {
    Ok(tickets::table
        .inner_join(queues_table::table.on(queues_table::id.eq(tickets::queue_id)))
        .filter(tickets::id.eq(id))
        .select((tickets::number, queues_table::name))
        .first(conn)
        .optional()?)
}
