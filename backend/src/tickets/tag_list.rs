//! All tags at a glance, and what is done to one on every ticket: it gets another name, or goes. That is a deed on many
//! tickets, with a proof for each, and is undone like any other.

use diesel::prelude::*;

use super::{
    Moment,
    bulk::{self, Deed},
    tags,
};
use crate::{
    access::{Actor, Check, is_left_out},
    db::{
        BulkId, Conn, Direct, InstallationRight, Right, State, TicketId, Tx,
        schema::{ticket_tags, tickets},
    },
    error::{Error, Result, say},
    queues::templates,
};

/// Tickets of a tag are counted up to here.
pub const MANY: i64 = 1_000;

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The word.
    pub tag: String,
    /// On so many tickets; more than [`MANY`] are told as one more than that.
    pub tickets: i64,
    /// The names of the macros that put it on.
    pub macros: Vec<String>,
}

/// Tags in order, from after one of them on. Each costs two looks into an index, whatever the archive holds.
///
/// # Errors
/// [`Error::Forbidden`] without the rights to manage queues and mail, and to read all queues: a tag may tell of a hidden
/// ticket.
pub fn page(conn: &mut Conn, actor: &Actor, after: &str, limit: usize) -> Result<Vec<Counted>> {
    require(actor)?;
    let templates = templates::all(conn)?;
    let puts_on = |tag: &str| {
        let offered = templates.iter().filter(|template| !template.retired);
        let with = offered.filter(|template| template.effects.tags.iter().any(|one| one == tag));
        with.map(|template| template.name.clone()).collect::<Vec<_>>()
    };
    let (mut found, mut last): (Vec<Counted>, String) = (Vec::new(), after.to_owned());
    while found.len() < limit {
        // From one word to the next: the rows of a word are not walked.
        let next: Option<String> = ticket_tags::table
            .filter(ticket_tags::tag.gt(&last))
            .order(ticket_tags::tag)
            .select(ticket_tags::tag)
            .first_row(conn)
            .optional()?;
        let Some(tag) = next else { break };
        let on: Vec<TicketId> = ticket_tags::table
            .inner_join(tickets::table.on(tickets::id.eq(ticket_tags::ticket_id)))
            .filter(ticket_tags::tag.eq(&tag))
            .filter(tickets::state.ne_all([State::Merged, State::Removed]))
            .order((ticket_tags::tag, ticket_tags::ticket_id))
            .limit(MANY + 1)
            .select(ticket_tags::ticket_id)
            .load(conn)?;
        let tickets = i64::try_from(on.len()).unwrap_or(i64::MAX);
        last.clone_from(&tag);
        // Of tickets that take no change nobody can rename one.
        if tickets > 0 {
            found.push(Counted { macros: puts_on(&tag), tag, tickets });
        }
    }
    Ok(found)
}

fn require(actor: &Actor) -> Result<()> {
    actor.require(InstallationRight::QueuesAndMail)?;
    if actor.scope.holds_everywhere(Right::Read) || is_left_out(Check::AllTags) {
        return Ok(());
    }
    Err(Error::Forbidden(say!("refused-tags-everywhere")))
}

/// Gives a tag another name on every ticket that has it, 5,000 at once at most; one that has both keeps the other.
///
/// # Errors
/// As [`page`]; [`Error::Invalid`] for what is no tag or the same, and where no ticket has it.
pub fn rename(
    tx: &mut Tx<'_>,
    actor: &Actor,
    from: &str,
    to: &str,
    back: &str,
    at: &Moment,
) -> Result<BulkId> {
    require(actor)?;
    let to = tags::checked(to).map_err(|error| renamed(error, "to"))?;
    if to == from {
        return Err(Error::invalid("to", say!("refused-tag-same")));
    }
    let chosen = bearers(tx, actor, from)?;
    let deed = Deed::Retag { from: from.to_owned(), to: Some(to.to_owned()) };
    bulk::begin(tx, actor, &chosen, &deed, back, at)
}

/// Takes a tag off every ticket that has it, 5,000 at once at most.
///
/// # Errors
/// As [`page`]; [`Error::Invalid`] where no ticket has it.
pub fn remove(tx: &mut Tx<'_>, actor: &Actor, tag: &str, back: &str, at: &Moment) -> Result<BulkId> {
    require(actor)?;
    let chosen = bearers(tx, actor, tag)?;
    let deed = Deed::Retag { from: tag.to_owned(), to: None };
    bulk::begin(tx, actor, &chosen, &deed, back, at)
}

/// The tickets that have a tag and lie where the actor answers: others would be tried and refused each time. Those in
/// the bin, or merged into others, take no change and keep it.
fn bearers(conn: &mut Conn, actor: &Actor, tag: &str) -> Result<Vec<TicketId>> {
    let most = i64::try_from(bulk::MOST).unwrap_or(i64::MAX);
    let found: Vec<TicketId> = ticket_tags::table
        .inner_join(tickets::table.on(tickets::id.eq(ticket_tags::ticket_id)))
        .filter(ticket_tags::tag.eq(tag))
        .filter(tickets::state.ne_all([State::Merged, State::Removed]))
        .filter(tickets::queue_id.eq_any(actor.scope.queues_with(Right::Reply)))
        .order((ticket_tags::tag, ticket_tags::ticket_id))
        .limit(most)
        .select(ticket_tags::ticket_id)
        .load(conn)?;
    if found.is_empty() { Err(Error::invalid("tag", say!("refused-tag-nowhere"))) } else { Ok(found) }
}

fn renamed(error: Error, field: &str) -> Error {
    match error {
        Error::Invalid(mut fields) => {
            for one in &mut fields {
                one.field = field.into();
            }
            Error::Invalid(fields)
        }
        other => other,
    }
}
