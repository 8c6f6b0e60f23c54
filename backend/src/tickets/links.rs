//! Links: tickets that belong together because an agent says so.

use diesel::prelude::*;

use super::{Moment, store};
use crate::{
    access::{Read, Reply, TicketAccess},
    db::{Direct, EventKind, LinkKind, TicketId, Tx, schema::ticket_links},
    error::{Error, Result, say},
};

/// So many links has a ticket at most.
const MOST: i64 = 200;

/// How a ticket shall belong together with another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bond {
    /// They have to do with each other.
    #[default]
    Related,
    /// It is a part of the other one.
    ChildOf,
    /// The other one is a part of it.
    ParentOf,
}

impl Bond {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Related, Self::ChildOf, Self::ParentOf];

    /// The word that forms and programs use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Related => "related",
            Self::ChildOf => "child_of",
            Self::ParentOf => "parent_of",
        }
    }
}

impl std::str::FromStr for Bond {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|bond| bond.as_str() == word);
        found.ok_or_else(|| Error::invalid("kind", say!("refused-link-kind")))
    }
}

/// Links the ticket to another one that the actor may read. Of two tickets one is a part of the other, or they are
/// related: the last word counts.
///
/// # Errors
/// [`Error::Invalid`] for a ticket that would be linked to itself, or one too many.
pub fn link(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Reply>,
    other: &TicketAccess<Read>,
    bond: Bond,
    at: &Moment,
) -> Result<()> {
    let (ticket, who) = access.parts();
    let other = other.ticket();
    if ticket.id == other.id {
        return Err(Error::invalid("ticket", say!("refused-self-link")));
    }
    let (from, to, kind) = match bond {
        Bond::Related => (ticket.id, other.id, LinkKind::Related),
        Bond::ChildOf => (ticket.id, other.id, LinkKind::ChildOf),
        Bond::ParentOf => (other.id, ticket.id, LinkKind::ChildOf),
    };
    let there: Vec<(TicketId, LinkKind)> = ticket_links::table
        .filter(between(ticket.id, other.id))
        .filter(ticket_links::kind.eq_any([LinkKind::Related, LinkKind::ChildOf]))
        .select((ticket_links::ticket_id, ticket_links::kind))
        .rows(tx)?;
    let same =
        |(first, was): &(TicketId, LinkKind)| *was == kind && (bond == Bond::Related || *first == from);
    if there.iter().any(same) {
        return Ok(());
    }
    let of_it = ticket_links::ticket_id.eq(ticket.id).or(ticket_links::other_id.eq(ticket.id));
    let all: i64 = ticket_links::table.filter(of_it).count().row(tx)?;
    if all >= MOST {
        return Err(Error::invalid("ticket", say!("refused-links", most = MOST)));
    }
    for (first, was) in there {
        let second = if first == ticket.id { other.id } else { ticket.id };
        diesel::delete(ticket_links::table.find((first, second, was))).exec(tx)?;
    }
    store::link(tx, from, to, kind, at.ts())?;
    let change = store::Change::of(EventKind::Linked).between(Some(bond.as_str()), Some(&other.number));
    store::record(tx, ticket, who, at.ts(), change)?;
    store::save(tx, ticket, at.ts())
}

#[diesel::dsl::auto_type(no_type_alias)]
fn between(a: TicketId, b: TicketId) -> _ {
    let there = ticket_links::ticket_id.eq(a).and(ticket_links::other_id.eq(b));
    there.or(ticket_links::ticket_id.eq(b).and(ticket_links::other_id.eq(a)))
}

/// Takes all links between the two tickets away, whoever made them.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn unlink(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Reply>,
    other: &TicketAccess<Read>,
    at: &Moment,
) -> Result<()> {
    let (ticket, who) = access.parts();
    let other = other.ticket();
    if diesel::delete(ticket_links::table.filter(between(ticket.id, other.id))).exec(tx)? == 0 {
        return Err(Error::NotFound);
    }
    let change = store::Change::of(EventKind::Unlinked).between(Some(&other.number), None);
    store::record(tx, ticket, who, at.ts(), change)?;
    store::save(tx, ticket, at.ts())
}
