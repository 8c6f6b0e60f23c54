//! Tags: words that agents put on a ticket.

use diesel::prelude::*;

use super::{
    Moment,
    acts::{self, TagChange},
    model::Ticket,
    store,
};
use crate::{
    access::{Reply, TicketAccess, Who},
    db::{Conn, Direct, EventKind, Tx, each, schema::ticket_tags},
    error::{Error, Result, say},
};

/// The longest tag, in characters.
const LONGEST: usize = 50;
/// So many tags has a ticket at most.
const MOST: i64 = 50;

/// A tag as it is stored.
///
/// # Errors
/// [`Error::Invalid`] for what is none.
pub(super) fn checked(tag: &str) -> Result<&str> {
    let tag = tag.trim();
    let wrong = |c: char| c.is_control() || c == ',';
    if tag.is_empty() || tag.chars().count() > LONGEST || tag.contains(wrong) {
        return Err(Error::invalid("tag", say!("refused-tag", most = LONGEST)));
    }
    Ok(tag)
}

/// Puts a tag on the ticket; one that is there already stays.
///
/// # Errors
/// [`Error::Invalid`] for what is no tag, or one too many.
pub fn add(tx: &mut Tx<'_>, access: &mut TicketAccess<Reply>, tag: &str, at: &Moment) -> Result<()> {
    let tag = checked(tag)?;
    let (ticket, who) = access.parts();
    if put_on(tx, ticket, who, tag, at)? {
        store::save(tx, ticket, at.ts())?;
        acts::keep_tag(tx, ticket, who, TagChange { tag: tag.to_owned(), added: true }, at)?;
    }
    Ok(())
}

/// Puts it on and records that, unless it is there; the caller saves the ticket.
pub(super) fn put_on(tx: &mut Tx<'_>, ticket: &Ticket, who: &Who, tag: &str, at: &Moment) -> Result<bool> {
    let there: i64 = ticket_tags::table.filter(ticket_tags::ticket_id.eq(ticket.id)).count().row(tx)?;
    if there >= MOST {
        return Err(Error::invalid("tag", say!("refused-tags", most = MOST)));
    }
    let row = (ticket_tags::ticket_id.eq(ticket.id), ticket_tags::tag.eq(tag));
    let made = each!(&mut **tx, |c| diesel::insert_into(ticket_tags::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    if made > 0 {
        let change = store::Change::of(EventKind::Tagged).between(None, Some(tag));
        store::record(tx, ticket, who, at.ts(), change)?;
    }
    Ok(made > 0)
}

/// Takes a tag off the ticket.
///
/// # Errors
/// [`Error::NotFound`] when it is not there.
pub fn remove(tx: &mut Tx<'_>, access: &mut TicketAccess<Reply>, tag: &str, at: &Moment) -> Result<()> {
    let (ticket, who) = access.parts();
    if !take_off(tx, ticket, who, tag, at)? {
        return Err(Error::NotFound);
    }
    store::save(tx, ticket, at.ts())?;
    acts::keep_tag(tx, ticket, who, TagChange { tag: tag.to_owned(), added: false }, at)
}

/// Puts another tag in the place of one, or none. A word that is spelt anew makes no ticket newer than it was. Where it is
/// not there, somebody took it off meanwhile: there is nothing to be done.
pub(super) fn replace(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Reply>,
    from: &str,
    to: Option<&str>,
    at: &Moment,
) -> Result<()> {
    let (ticket, who) = access.parts();
    if !take_off(tx, ticket, who, from, at)? {
        return Ok(());
    }
    acts::keep_tag(tx, ticket, who, TagChange { tag: from.to_owned(), added: false }, at)?;
    if let Some(to) = to
        && put_on(tx, ticket, who, to, at)?
    {
        acts::keep_tag(tx, ticket, who, TagChange { tag: to.to_owned(), added: true }, at)?;
    }
    let changed = ticket.updated_at;
    store::save(tx, ticket, changed)
}

/// Takes it off and records that, if it is there; the caller saves the ticket.
pub(super) fn take_off(tx: &mut Tx<'_>, ticket: &Ticket, who: &Who, tag: &str, at: &Moment) -> Result<bool> {
    let gone = diesel::delete(ticket_tags::table.find((ticket.id, tag))).exec(tx)?;
    if gone > 0 {
        let change = store::Change::of(EventKind::Untagged).between(Some(tag), None);
        store::record(tx, ticket, who, at.ts(), change)?;
    }
    Ok(gone > 0)
}

/// Whether the ticket has the tag.
pub(super) fn is_on(conn: &mut Conn, ticket: &Ticket, tag: &str) -> Result<bool> {
    let found = ticket_tags::table.find((ticket.id, tag)).select(ticket_tags::tag);
    Ok(found.first_row::<String>(conn).optional()?.is_some())
}
