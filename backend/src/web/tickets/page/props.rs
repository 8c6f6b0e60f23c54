//! The details beside a conversation: what can be chosen for a ticket, and what it belongs together with.

use std::collections::HashMap;

use serde::Serialize;

use crate::access::{self, TicketAccess};
use crate::db::{AgentId, Conn, LinkKind, Right, State, Ts};
use crate::error::Result;
use crate::people::stand_ins::{self, Absence};
use crate::tickets::{Ticket, assign, participants, unmerge, view};
use crate::web::gate::Asker;
use crate::web::tickets::list;
use crate::web::view::{Face, PriorityView, StateView, look_of};

use super::query;

/// What the details show.
#[derive(Serialize)]
pub struct Props {
    states: Vec<StateChoice>,
    until: String,
    owners: Vec<OwnerChoice>,
    /// That the owner is away, and who stands in for him.
    owner_away: String,
    priorities: Vec<PriorityChoice>,
    others: Vec<Other>,
    linked: Vec<Bond>,
    merged: Vec<Gone>,
    people: Vec<Taking>,
}

#[derive(Serialize)]
struct StateChoice {
    value: String,
    word: String,
    current: bool,
    pending: bool,
}

#[derive(Serialize)]
struct OwnerChoice {
    id: i64,
    name: String,
    current: bool,
}

#[derive(Serialize)]
struct PriorityChoice {
    level: i32,
    word: String,
    current: bool,
}

#[derive(Serialize)]
struct Other {
    url: String,
    look: &'static str,
    subject: String,
    number: String,
}

/// A linked ticket.
#[derive(Serialize)]
struct Bond {
    #[serde(flatten)]
    other: Other,
    /// How they belong together, in words.
    kind: String,
    /// Where the two can be merged, for a guess that an agent has to confirm.
    merge_url: Option<String>,
}

/// Somebody besides the customer.
#[derive(Serialize)]
struct Taking {
    face: Face,
    address: String,
    accepted: bool,
}

/// A ticket that was merged into this one.
#[derive(Serialize)]
struct Gone {
    number: String,
    subject: String,
    undo_url: String,
}

/// Loads them.
pub fn load(
    conn: &mut Conn,
    asker: &Asker,
    access: &TicketAccess<access::Read>,
    links: &[view::Linked],
) -> Result<Props> {
    let ticket = access.ticket();
    let absences = stand_ins::absences(conn, asker.reader.now)?;
    Ok(Props {
        states: states(ticket, asker),
        until: ticket.pending_until.map_or_else(String::new, |until| asker.reader.field(until.0)),
        owners: owners(conn, asker, access, &absences)?,
        owner_away: match ticket.owner_id.and_then(|owner| absences.get(&owner)) {
            Some(absence) => away(absence, asker),
            None => String::new(),
        },
        priorities: asker
            .reader
            .terms
            .offered_priorities(Some(ticket.priority))
            .into_iter()
            .map(|priority| PriorityView::of(priority, &asker.reader))
            .map(|view| PriorityChoice {
                current: view.level == ticket.priority.level(),
                level: view.level,
                word: view.word,
            })
            .collect(),
        others: others(conn, asker, access)?,
        linked: links.iter().map(|link| bond(link, ticket, asker)).collect(),
        people: participants::of(conn, access)?
            .into_iter()
            .map(|person| Taking {
                face: Face::of_mailbox(&person.name, &person.address),
                address: person.address,
                accepted: person.accepted,
            })
            .collect(),
        merged: unmerge::merged_into(conn, ticket.id)?
            .into_iter()
            .map(|(gone, _)| {
                // It keeps its own queue, and what it was called is for that queue's readers.
                let readable = asker.actor.scope.on_ticket(&gone, asker.actor.agent.id).has(Right::Read);
                Gone {
                    subject: if readable { list::subject(&gone, &asker.reader) } else { String::new() },
                    undo_url: if readable {
                        format!("/tickets/{}/merges", gone.number)
                    } else {
                        String::new()
                    },
                    number: gone.number,
                }
            })
            .collect(),
    })
}

fn states(ticket: &Ticket, asker: &Asker) -> Vec<StateChoice> {
    let now = ticket.status();
    let offered = asker.reader.terms.offered(Some(now));
    let current = (!offered.contains(&now)).then_some(now);
    current
        .into_iter()
        .chain(offered)
        .map(|state| StateChoice {
            value: state.to_string(),
            word: StateView::of(state, &asker.reader).word,
            current: state == now,
            pending: state.is_pending(),
        })
        .collect()
}

/// Until when somebody is away, and who stands in for him.
fn away(absence: &Absence, asker: &Asker) -> String {
    let until = asker.reader.stamp(absence.until);
    match &absence.stand_in {
        Some(name) => {
            asker.reader.language.tr_with("away-with-stand-in", &[("date", &until), ("name", name)])
        }
        None => asker.reader.language.tr_with("away-until", &[("date", &until)]),
    }
}

fn owners(
    conn: &mut Conn,
    asker: &Asker,
    access: &TicketAccess<access::Read>,
    absences: &HashMap<AgentId, Absence>,
) -> Result<Vec<OwnerChoice>> {
    if !access.rights().has(Right::Owner) {
        return Ok(Vec::new());
    }
    let ticket = access.ticket();
    let able = assign::candidates(conn, ticket.queue_id, Ts(asker.reader.now))?;
    let me = asker.actor.agent.id;
    let mut choices: Vec<OwnerChoice> = able
        .into_iter()
        .map(|(id, _, name)| OwnerChoice {
            name: match absences.get(&id) {
                _ if id == me => asker.reader.language.tr_with("owner-you", &[("name", &name)]),
                Some(absence) => {
                    let away = away(absence, asker);
                    asker.reader.language.tr_with("owner-away", &[("name", &name), ("away", &away)])
                }
                None => name,
            },
            current: ticket.owner_id == Some(id),
            id: id.0,
        })
        .collect();
    // An owner who lost his role still is the owner: leaving him out would change him by saving.
    if let Some(owner) = ticket.owner_id.filter(|owner| choices.iter().all(|choice| choice.id != owner.0)) {
        let names = view::agents(conn, &[owner])?;
        let name = names.get(&owner).map_or_else(|| "?".to_owned(), |(_, name)| name.clone());
        choices.push(OwnerChoice { id: owner.0, name, current: true });
    }
    Ok(choices)
}

fn others(conn: &mut Conn, asker: &Asker, access: &TicketAccess<access::Read>) -> Result<Vec<Other>> {
    let found = view::others_of_customer(conn, &asker.actor, access)?;
    Ok(found.iter().map(|ticket| other(ticket, asker)).collect())
}

fn bond(link: &view::Linked, ticket: &Ticket, asker: &Asker) -> Bond {
    let kind =
        if link.reverse { format!("link-{}-reverse", link.kind) } else { format!("link-{}", link.kind) };
    let guess = link.kind == LinkKind::PossiblyBelongsTo;
    let (from, to) = if link.reverse { (&link.ticket, ticket) } else { (ticket, &link.ticket) };
    let open = from.state != State::Merged;
    Bond {
        other: other(&link.ticket, asker),
        kind: asker.reader.language.tr(&kind),
        merge_url: (guess && open)
            .then(|| format!("/tickets/{}/merges/new?{}", from.number, query("into", &to.number))),
    }
}

fn other(ticket: &Ticket, asker: &Asker) -> Other {
    Other {
        url: format!("/tickets/{}", ticket.number),
        look: look_of(ticket.state),
        subject: list::subject(ticket, &asker.reader),
        number: ticket.number.clone(),
    }
}
