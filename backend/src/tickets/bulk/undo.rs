//! Undoing a whole bulk: what it did to each ticket is taken back there, as a single act is.

use diesel::prelude::*;

use super::{
    super::{
        links,
        undo::{self, Outcome},
        unmerge, watch, withdraw,
    },
    Deed, Item,
};
use crate::{
    access::{self, Actor, Read, Reply},
    db::{
        ActId, AgentId, BulkId, BulkItemState, TicketId, Tx,
        schema::{acts as acts_table, bulk_items, tickets},
    },
    error::{Error, Result, say},
    tickets::Moment,
};

/// Takes back what a bulk did to one ticket.
pub(super) fn one(tx: &mut Tx<'_>, actor: &Actor, number: &str, bulk: BulkId, at: &Moment) -> Result<()> {
    let done = super::get(tx, actor, bulk)?;
    let id: TicketId =
        tickets::table.filter(tickets::number.eq(number)).select(tickets::id).first(&mut **tx)?;
    let item: Item = bulk_items::table
        .find((bulk, id))
        .filter(bulk_items::state.eq(BulkItemState::Done))
        .select(Item::as_select())
        .first(&mut **tx)?;
    match done.deed()? {
        Some(Deed::Note { .. }) => Err(Error::Conflict(say!("bulk-note-stays"))),
        Some(Deed::Reply { .. }) => {
            let mut access = access::for_change::<Reply>(tx, actor, number)?;
            let article = item.article_id.ok_or(Error::NotFound)?;
            withdraw::withdraw(tx, &mut access, actor, article, at).map(drop)
        }
        Some(Deed::Watch) => {
            let access = access::for_change::<Read>(tx, actor, number)?;
            watch::unwatch(tx, &access, actor)
        }
        Some(Deed::Unwatch) => {
            let access = access::for_change::<Read>(tx, actor, number)?;
            watch::watch(tx, &access, actor)
        }
        Some(Deed::Link { ticket }) => {
            let mut access = access::for_change::<Reply>(tx, actor, number)?;
            let other = access::readable(tx, actor, &ticket)?;
            match links::unlink(tx, &mut access, &other, at) {
                Err(Error::NotFound) => Ok(()),
                other => other,
            }
        }
        Some(Deed::Merge { .. }) => {
            let (mut source, mut survivor) = access::for_unmerge(tx, actor, number)?;
            unmerge::unmerge(tx, &mut source, &mut survivor, None, at)
        }
        Some(_) => acts_of(tx, actor, number, bulk, id, at),
        None => Err(Error::NotFound),
    }
}

/// The last one first. Where nothing was changed, or it was undone one by one, there is nothing to do.
fn acts_of(
    tx: &mut Tx<'_>,
    actor: &Actor,
    number: &str,
    bulk: BulkId,
    ticket: TicketId,
    at: &Moment,
) -> Result<()> {
    let open: Vec<ActId> = acts_table::table
        .filter(acts_table::bulk_id.eq(bulk).and(acts_table::ticket_id.eq(ticket)))
        .filter(acts_table::undone_at.is_null())
        .order(acts_table::id.desc())
        .select(acts_table::id)
        .load(&mut **tx)?;
    for act in open {
        let mut access = access::for_change::<Read>(tx, actor, number)?;
        if undo::undo(tx, &mut access, actor, act, None, at)? == Outcome::Ask {
            return Err(Error::Conflict(say!("bulk-changed-since")));
        }
    }
    Ok(())
}

/// The newest act of the agent on a ticket, or 0: what comes after it belongs to the bulk.
pub(super) fn newest(tx: &mut Tx<'_>, ticket: TicketId) -> Result<ActId> {
    let last: Option<ActId> = acts_table::table
        .filter(acts_table::ticket_id.eq(ticket))
        .select(diesel::dsl::max(acts_table::id))
        .first(&mut **tx)?;
    Ok(last.unwrap_or(ActId(0)))
}

/// Notes that what the agent did to the ticket after `since` is part of a bulk.
pub(super) fn claim(
    tx: &mut Tx<'_>,
    ticket: TicketId,
    agent: AgentId,
    since: ActId,
    bulk: BulkId,
) -> Result<()> {
    let mine = acts_table::table
        .filter(acts_table::ticket_id.eq(ticket).and(acts_table::id.gt(since)))
        .filter(acts_table::agent_id.eq(agent));
    diesel::update(mine).set(acts_table::bulk_id.eq(bulk)).execute(&mut **tx)?;
    Ok(())
}
