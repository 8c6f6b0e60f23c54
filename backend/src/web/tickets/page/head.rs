//! The head of a ticket's page: what it is, whose, and who is on it.

use serde::Serialize;

use crate::tickets::Ticket;
use crate::web::gate::Asker;
use crate::web::tickets::history::Names;
use crate::web::tickets::list;
use crate::web::view::{Face, PriorityView, StateView};

use super::query;

/// What the head shows.
#[derive(Serialize)]
pub struct Head {
    number: String,
    url: String,
    subject: String,
    queue: QueueLink,
    state: StateView,
    priority: PriorityView,
    closed: bool,
    pending_until: Option<jiff::Timestamp>,
    lock: Lock,
    owner: Option<Face>,
    customer: Customer,
}

#[derive(Serialize)]
struct QueueLink {
    id: i64,
    name: String,
    url: String,
}

#[derive(Serialize)]
struct Lock {
    /// `free`, `mine` or `other`.
    state: &'static str,
    /// Lock and owner in one sentence.
    sentence: String,
    short: String,
    holder: String,
}

#[derive(Serialize)]
struct Customer {
    /// His page; of somebody who is no customer what he wrote.
    url: String,
    known: bool,
    face: Face,
    address: String,
}

/// Loads nothing more: all of it is known.
pub fn head(ticket: &Ticket, queue: &str, names: &Names, asker: &Asker) -> Head {
    let owner_name = ticket.owner_id.and_then(|id| names.get(&id)).map(|(_, name)| name.clone());
    Head {
        number: ticket.number.clone(),
        url: format!("/tickets/{}", ticket.number),
        subject: list::subject(ticket, &asker.reader),
        queue: QueueLink {
            id: ticket.queue_id.0,
            name: queue.to_owned(),
            url: list::address(Some(ticket.queue_id), list::place::View::All),
        },
        state: StateView::of(ticket.status(), &asker.reader),
        priority: PriorityView::of(ticket.priority, &asker.reader),
        closed: !ticket.state.is_active(),
        pending_until: ticket.pending_until.map(|until| until.0),
        lock: lock(ticket, owner_name.as_deref(), asker),
        owner: ticket.owner_id.zip(owner_name).map(|(id, name)| Face::of_agent(id, &name)),
        customer: Customer {
            url: ticket.customer_id.map_or_else(
                || format!("/search?{}", query("q", &ticket.customer_address)),
                crate::web::customers::address,
            ),
            known: ticket.customer_id.is_some(),
            face: Face::of_mailbox(&ticket.customer_name, &ticket.customer_address),
            address: ticket.customer_address.clone(),
        },
    }
}

fn lock(ticket: &Ticket, owner: Option<&str>, asker: &Asker) -> Lock {
    let language = &asker.reader.language;
    let me = asker.actor.agent.id;
    let since = ticket.locked_at.map_or_else(String::new, |at| asker.reader.since(at.0));
    let name = owner.unwrap_or("?");
    match (ticket.lock_holder(), ticket.owner_id) {
        (Some(holder), _) if holder == me => Lock {
            state: "mine",
            sentence: language.tr_with("lock-mine", &[("since", &since)]),
            short: language.tr("lock-short-mine"),
            holder: name.to_owned(),
        },
        (Some(_), _) => Lock {
            state: "other",
            sentence: language.tr_with("lock-other", &[("name", name), ("since", &since)]),
            short: name.to_owned(),
            holder: name.to_owned(),
        },
        (None, owner_id) => Lock {
            state: "free",
            sentence: match owner_id {
                Some(id) if id == me => language.tr("lock-free-yours"),
                Some(_) => language.tr_with("lock-free-owner", &[("name", name)]),
                None => language.tr("lock-free"),
            },
            short: language.tr("lock-short-free"),
            holder: String::new(),
        },
    }
}
