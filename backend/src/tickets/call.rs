//! The notes of a call about a ticket that exists already.

use super::{Article, Moment, NewArticle, locking, state, store};
use crate::{
    access::{Actor, Reply, TicketAccess},
    db::{Channel, EventKind, Sender, State, Status, Tx},
    error::{Error, Result, say},
    terms::states,
};

/// What was said.
#[derive(Clone, Debug, Default)]
pub struct CallInput {
    /// We called; else the customer did.
    pub by_us: bool,
    /// What was said.
    pub body_text: String,
    /// The state afterwards; `None`: new becomes open, others stay.
    pub state: Option<Status>,
}

/// Notes a call with the customer: part of the conversation, though nothing is sent. What we said to him is an answer;
/// what he said waits for one.
///
/// # Errors
/// [`Error::Conflict`] when another agent is on the ticket; [`Error::Invalid`] without a text.
pub fn call(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Reply>,
    actor: &Actor,
    input: &CallInput,
    at: &Moment,
) -> Result<Article> {
    if input.body_text.trim().is_empty() {
        return Err(Error::invalid("body_text", say!("refused-no-text")));
    }
    let (ticket, who) = access.parts();
    locking::must_not_be_others(tx, ticket, actor.agent.id)?;
    if let Some(state) = input.state.filter(|state| *state != ticket.status()) {
        states::must_be_offered(tx, "state", state)?;
    }
    let before = ticket.status();
    locking::take(tx, ticket, who, actor.agent.id, at)?;
    let new = NewArticle {
        ticket_id: ticket.id,
        sender: if input.by_us { Sender::Agent } else { Sender::Customer },
        channel: Channel::Phone,
        visible: true,
        automatic: false,
        agent_id: Some(actor.agent.id),
        from_name: if input.by_us { actor.agent.name.clone() } else { ticket.customer_name.clone() },
        from_address: if input.by_us { actor.agent.email.clone() } else { ticket.customer_address.clone() },
        recipients: "{}".into(),
        subject: ticket.title.clone(),
        message_id: String::new(),
        body_text: input.body_text.clone(),
        html_digest: None,
        inbound_id: None,
        created_at: at.ts(),
    };
    let article = store::add_article(tx, ticket, new, &[])?;
    store::record(tx, ticket, who, at.ts(), store::Change::of(EventKind::Called).article(article.id))?;
    if input.by_us {
        ticket.unanswered_since = None;
    } else if ticket.unanswered_since.is_none() {
        ticket.unanswered_since = Some(at.ts());
    }
    let reopened = ticket.state == State::Closed && !input.by_us;
    let open = before.kind == State::New || reopened;
    let usual = if open { State::Open.into() } else { before };
    let after = input.state.unwrap_or(usual);
    if after != before {
        state::change(tx, ticket, who, after, None, at)?;
    }
    state::free_closed(tx, ticket, who, at)?;
    store::save(tx, ticket, at.ts())?;
    super::read::mark(tx, actor, ticket)?;
    Ok(article)
}
