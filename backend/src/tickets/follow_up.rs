//! A mail from outside joins an existing ticket.

use super::{Article, Moment, NewArticle, NewFile, locking, model::Ticket, state, store, withdraw};
use crate::{
    access::{Reply, TicketAccess},
    db::{AgentId, Conn, EventKind, Sender, State, Tx},
    error::Result,
    notify::{self, Told},
    people,
};

/// Appends a customer's mail. Pending and closed become open, new stays new; the lock stays unless the owner is away
/// or gone. A machine's mail neither reopens nor notifies: then nobody was told. `claimed` is the agent whose address
/// stands in From, where nothing vouches for that.
///
/// # Errors
/// Those of the database.
pub(crate) fn follow_up(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Reply>,
    new: NewArticle,
    files: &[NewFile],
    claimed: Option<AgentId>,
    at: &Moment,
) -> Result<(Article, Option<Told>)> {
    let (ticket, who) = access.parts();
    let (automatic, sender, visible) = (new.automatic, new.sender, new.visible);
    let asks = sender == Sender::Customer && !automatic && visible;
    if sender == Sender::Customer && !automatic {
        withdraw::hand_back(tx, ticket, who, at)?;
    }
    let first_unanswered = ticket.unanswered_since.is_none() && asks;
    let (preview, last_sender) = (ticket.preview.clone(), ticket.last_sender.clone());
    let mut article = store::add_article(tx, ticket, new, files)?;
    store::claim(tx, &mut article, claimed)?;
    // What a third party answers internally is no word of the customer's: nobody waits for us because of it.
    if automatic || (sender == Sender::Customer && !visible) {
        (ticket.preview, ticket.last_sender) = (preview, last_sender);
    }
    store::record(tx, ticket, who, at.ts(), store::Change::of(EventKind::FollowUp).article(article.id))?;
    if sender == Sender::Customer && !automatic {
        if reopens(ticket.state, sender, automatic) {
            state::change(tx, ticket, who, State::Open, None, at)?;
        }
        if first_unanswered {
            ticket.unanswered_since = Some(at.ts());
        }
        if owner_is_absent(tx, ticket, at)? {
            locking::release(tx, ticket, who, EventKind::Unlocked, at.ts())?;
        } else if first_unanswered {
            locking::restart_timer(tx, ticket, at)?;
        }
    }
    store::save(tx, ticket, at.ts())?;
    if automatic {
        return Ok((article, None));
    }
    let author: Option<AgentId> = article.agent_id;
    let told = notify::follow_up(tx, ticket, &article, author, at.ts())?;
    Ok((article, Some(told)))
}

/// Whether a mail opens a ticket again that waits or is closed.
pub(crate) fn reopens(state: State, sender: Sender, automatic: bool) -> bool {
    sender == Sender::Customer && !automatic && (state.is_pending() || state == State::Closed)
}

fn owner_is_absent(conn: &mut Conn, ticket: &Ticket, at: &Moment) -> Result<bool> {
    match ticket.owner_id {
        None => Ok(false),
        Some(owner) => Ok(!people::agents::get(conn, owner)?.is_present(at.now)),
    }
}
