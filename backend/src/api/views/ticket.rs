//! Tickets.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{PersonView, instant};
use crate::{
    db::Conn,
    error::{Error, Result},
    queues,
    terms::Terms,
    tickets::{Ticket, summary, view},
};

/// A ticket.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Ticket)]
pub struct TicketView {
    /// What people see and say; digits.
    pub number: String,
    /// One line.
    pub title: String,
    /// The name of its queue.
    pub queue: String,
    /// Its state: a name of the house (`GET /states`), or new, open, pending reminder, pending auto close, closed, merged,
    /// removed.
    pub state: String,
    /// The kind of state: new, open, pending_reminder, pending_auto, closed, merged, removed.
    pub state_type: String,
    /// Its priority: a name of the house (`GET /priorities`), or very low, low, normal, high, urgent.
    pub priority: String,
    /// Its rank, whatever it is called: 1, the least urgent, to 5.
    pub priority_rank: i32,
    /// The login of the agent whose it is; null: nobody's.
    pub owner: Option<String>,
    /// Who is on it.
    pub lock: LockView,
    /// For whom it is.
    pub customer: PersonView,
    /// Its tags, in order.
    pub tags: Vec<String>,
    /// Until when a pending ticket waits.
    #[schema(format = DateTime)]
    pub pending_until: Option<String>,
    /// The number of the ticket in which this one lives on; null where it was not merged.
    pub merged_into: Option<String>,
    /// When it was opened.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When something last happened.
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// Who is on a ticket.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Lock)]
pub struct LockView {
    /// Whether anybody is.
    pub locked: bool,
    /// His login.
    pub by: Option<String>,
    /// When it is released by itself; null: never.
    #[schema(format = DateTime)]
    pub until: Option<String>,
}

/// One ticket.
///
/// # Errors
/// Those of the database.
pub fn ticket(conn: &mut Conn, of: &Ticket) -> Result<TicketView> {
    tickets(conn, std::slice::from_ref(of))?.pop().ok_or(Error::NotFound)
}

/// These tickets, in their order.
///
/// # Errors
/// Those of the database.
pub fn tickets(conn: &mut Conn, of: &[Ticket]) -> Result<Vec<TicketView>> {
    let ids: Vec<_> = of.iter().map(|ticket| ticket.id).collect();
    let owners: Vec<_> = of.iter().filter_map(|ticket| ticket.owner_id).collect();
    let owners = view::agents(conn, &owners)?;
    let queues: HashMap<_, _> = queues::all(conn)?.into_iter().map(|queue| (queue.id, queue.name)).collect();
    let mut tags = summary::tags(conn, &ids)?;
    let locks = summary::locks_until(conn, &ids)?;
    let terms = Terms::load(conn)?;
    let mut survivors = HashMap::new();
    for ticket in of.iter().filter(|ticket| ticket.merged_into.is_some()) {
        survivors.insert(ticket.id, crate::access::survivor(conn, ticket.id)?.number);
    }
    let view = |ticket: &Ticket| {
        let owner = ticket.owner_id.and_then(|id| owners.get(&id)).map(|(login, _)| login.clone());
        let locked = ticket.locked_at.is_some();
        TicketView {
            number: ticket.number.clone(),
            title: ticket.title.clone(),
            queue: queues.get(&ticket.queue_id).cloned().unwrap_or_default(),
            state: terms.state_word(ticket.status()),
            state_type: ticket.state.kind().to_owned(),
            priority: terms.priority_word(ticket.priority),
            priority_rank: ticket.priority.level(),
            lock: LockView {
                locked,
                by: owner.clone().filter(|_| locked),
                until: locks.get(&ticket.id).copied().filter(|_| locked).map(instant),
            },
            owner,
            customer: PersonView {
                name: ticket.customer_name.clone(),
                address: ticket.customer_address.clone(),
            },
            tags: tags.remove(&ticket.id).unwrap_or_default(),
            pending_until: ticket.pending_until.map(instant),
            merged_into: survivors.get(&ticket.id).cloned(),
            created_at: instant(ticket.created_at),
            updated_at: instant(ticket.updated_at),
        }
    };
    Ok(of.iter().map(view).collect())
}
