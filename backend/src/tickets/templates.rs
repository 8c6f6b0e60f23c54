//! Texts of the house in a ticket: filled in for it, and what they do to it besides.

use diesel::prelude::*;

use super::{Moment, Ticket, model::Article, move_to, note, priority, reply, state, tags};
use crate::{
    access::{self, Actor, Move, Note, Priority, Read, Reply, TicketAccess},
    db::{Conn, Right, TemplateId, Tx, schema::tickets},
    error::{Error, Result, say},
    notify::answers,
    people::{self, Agent},
    queues::{
        self, placeholders,
        templates::{self, Effects, Template},
    },
};

/// The longest value that stands in for a name, in characters: a stranger chooses most of them.
const VALUE: usize = 200;

/// A text, ready to be inserted.
#[derive(Clone, Debug)]
pub struct Filled {
    /// The text. A name without a value still stands in it, in braces.
    pub text: String,
    /// Those names.
    pub missing: Vec<&'static str>,
}

/// The texts that are offered to somebody in this ticket, by name: the house's and his own.
///
/// # Errors
/// Those of the database.
pub fn offered<L>(conn: &mut Conn, access: &TicketAccess<L>, actor: &Actor) -> Result<Vec<Template>> {
    templates::offered_in(conn, actor, access.ticket().queue_id)
}

/// The same without their texts.
///
/// # Errors
/// Those of the database.
pub fn named<L>(conn: &mut Conn, access: &TicketAccess<L>, actor: &Actor) -> Result<Vec<templates::Named>> {
    templates::named_in(conn, actor, access.ticket().queue_id)
}

/// One of the texts that are offered to somebody in this ticket.
///
/// # Errors
/// [`Error::NotFound`] also for one that is offered elsewhere, or to others.
pub fn find<L>(conn: &mut Conn, access: &TicketAccess<L>, actor: &Actor, id: TemplateId) -> Result<Template> {
    let template = match templates::get(conn, id) {
        Err(Error::NotFound) => templates::own::get(conn, actor, id)?,
        found => found?,
    };
    if template.is_offered_to(actor, access.ticket().queue_id) { Ok(template) } else { Err(Error::NotFound) }
}

/// Fills a text in for this ticket and its author.
///
/// # Errors
/// Those of the database.
pub fn fill<L>(
    conn: &mut Conn,
    access: &TicketAccess<L>,
    actor: &Actor,
    template: &Template,
) -> Result<Filled> {
    filled(&template.body, |name| value(conn, name, access.ticket(), &actor.agent))
}

/// Any text with names, filled in.
pub(super) fn filled(text: &str, mut value: impl FnMut(&str) -> Result<String>) -> Result<Filled> {
    let text = placeholders::fill(text, |name| {
        let value = value(name)?;
        Ok(Some(answers::one_line(&value, VALUE)).filter(|value| !value.is_empty()))
    })?;
    let missing = placeholders::left(&text);
    Ok(Filled { text, missing })
}

/// What a name stands for in a ticket and for who writes; empty where that is not known.
pub(super) fn value(conn: &mut Conn, name: &str, ticket: &Ticket, agent: &Agent) -> Result<String> {
    Ok(match name {
        "customer.name" => ticket.customer_name.clone(),
        "customer.address" => ticket.customer_address.clone(),
        "customer.organisation" => answers::employer(conn, ticket)?,
        "ticket.number" => ticket.number.clone(),
        "ticket.subject" => ticket.title.clone(),
        "queue.name" => queues::get(conn, ticket.queue_id)?.name,
        "agent.name" => agent.name.clone(),
        "agent.email" => agent.email.clone(),
        "organisation.name" => people::setup::organisation(conn)?,
        _ => String::new(),
    })
}

/// Refuses a text in which names still stand: a customer must not read them.
pub(super) fn complete(text: &str) -> Result<()> {
    let left = placeholders::left(text);
    if left.is_empty() {
        return Ok(());
    }
    let names = left.into_iter().map(placeholders::shown).collect::<Vec<_>>().join(" ");
    Err(Error::invalid("body_text", say!("refused-placeholder-left", names = names)))
}

/// What an agent writes, and what happens to the ticket with it.
#[derive(Clone, Debug)]
pub enum Written {
    /// To the customer.
    Reply(Box<reply::ReplyInput>),
    /// To colleagues.
    Note(note::NoteInput),
}

/// Writes, and does what goes with it: each by its own verb, with its own proof, all of it or nothing. A state that the
/// author chose himself comes before that of `effects`.
///
/// # Errors
/// Those of the verbs.
pub fn write_with(
    tx: &mut Tx<'_>,
    actor: &Actor,
    number: &str,
    written: &Written,
    effects: &Effects,
    at: &Moment,
) -> Result<Article> {
    let until = until(effects, at);
    let (article, ticket) = match written {
        Written::Reply(input) => {
            let mut access = access::for_change::<Reply>(tx, actor, number)?;
            let mut input = (**input).clone();
            if input.state.is_none() && effects.state.is_some() {
                (input.state, input.until) = (effects.state, until);
            }
            let article = reply::reply(tx, &mut access, actor, &input, at)?;
            (article, access.ticket().id)
        }
        Written::Note(input) => {
            let mut access = access::for_change::<Note>(tx, actor, number)?;
            let article = note::note(tx, &mut access, actor, input, at)?;
            if let Some(to) = effects.state {
                let mut access = access::for_change::<Reply>(tx, actor, number)?;
                state::set_state(tx, &mut access, to, until, at)?;
            }
            (article, access.ticket().id)
        }
    };
    // A merged ticket's number led a program to its survivor.
    let number: String = tickets::table.find(ticket).select(tickets::number).first(&mut **tx)?;
    carry_out(tx, actor, &number, effects, at)?;
    Ok(article)
}

// The queue comes last: the move may take the right to the others away.
fn carry_out(tx: &mut Tx<'_>, actor: &Actor, number: &str, effects: &Effects, at: &Moment) -> Result<()> {
    if let Some(level) = effects.priority {
        let mut access = access::for_change::<Priority>(tx, actor, number)?;
        priority::set_priority(tx, &mut access, level, at)?;
    }
    for tag in &effects.tags {
        let mut access = access::for_change::<Reply>(tx, actor, number)?;
        tags::add(tx, &mut access, tag, at)?;
    }
    if let Some(queue) = effects.queue {
        let mut access = access::for_change::<Move>(tx, actor, number)?;
        let target = access::for_queue(tx, actor, queue, Right::MoveInto)?;
        move_to::move_to(tx, &mut access, &target, at)?;
    }
    Ok(())
}

/// The same hour, so many days later.
fn until(effects: &Effects, at: &Moment) -> Option<jiff::Timestamp> {
    let days = i64::from(effects.wait_days?);
    let day = at.now.to_zoned(at.zone.clone());
    day.checked_add(jiff::Span::new().try_days(days).ok()?).ok().map(|day| day.timestamp())
}

/// What a person may read of a text before he takes it: whether the ticket is his to read is proven by `access`.
///
/// # Errors
/// As [`find`] and [`fill`].
pub fn preview(
    conn: &mut Conn,
    access: &TicketAccess<Read>,
    actor: &Actor,
    id: TemplateId,
) -> Result<(Template, Filled)> {
    let template = find(conn, access, actor, id)?;
    let filled = fill(conn, access, actor, &template)?;
    Ok((template, filled))
}
