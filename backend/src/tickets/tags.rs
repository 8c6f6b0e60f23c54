//! Tags: words that agents put on a ticket.

use diesel::prelude::*;

use super::{Moment, store};
use crate::{
    access::{Reply, TicketAccess},
    db::{EventKind, Tx, each, schema::ticket_tags},
    error::{Error, Result, say},
};

/// The longest tag, in characters.
const LONGEST: usize = 50;
/// So many tags has a ticket at most.
const MOST: i64 = 50;

/// Puts a tag on the ticket; one that is there already stays.
///
/// # Errors
/// [`Error::Invalid`] for what is no tag, or one too many.
pub fn add(tx: &mut Tx<'_>, access: &mut TicketAccess<Reply>, tag: &str, at: &Moment) -> Result<()> {
    let tag = tag.trim();
    let wrong = |c: char| c.is_control() || c == ',';
    if tag.is_empty() || tag.chars().count() > LONGEST || tag.contains(wrong) {
        return Err(Error::invalid("tag", say!("refused-tag", most = LONGEST)));
    }
    let (ticket, who) = access.parts();
    let there: i64 =
        ticket_tags::table.filter(ticket_tags::ticket_id.eq(ticket.id)).count().get_result(&mut **tx)?;
    if there >= MOST {
        return Err(Error::invalid("tag", say!("refused-tags", most = MOST)));
    }
    let row = (ticket_tags::ticket_id.eq(ticket.id), ticket_tags::tag.eq(tag));
    let made = each!(&mut **tx, |c| diesel::insert_into(ticket_tags::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    if made == 0 {
        return Ok(());
    }
    store::record(tx, ticket, who, at.ts(), store::Change::of(EventKind::Tagged).between(None, Some(tag)))?;
    store::save(tx, ticket, at.ts())
}

/// Takes a tag off the ticket.
///
/// # Errors
/// [`Error::NotFound`] when it is not there.
pub fn remove(tx: &mut Tx<'_>, access: &mut TicketAccess<Reply>, tag: &str, at: &Moment) -> Result<()> {
    let (ticket, who) = access.parts();
    let gone = diesel::delete(ticket_tags::table.find((ticket.id, tag))).execute(&mut **tx)?;
    if gone == 0 {
        return Err(Error::NotFound);
    }
    store::record(tx, ticket, who, at.ts(), store::Change::of(EventKind::Untagged).between(Some(tag), None))?;
    store::save(tx, ticket, at.ts())
}
