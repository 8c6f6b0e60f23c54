//! What every mail that is filed leaves in its ticket: an article, ids that lead there, people.

use super::prepare::Prepared;
use crate::{
    db::{AgentId, ArticleId, Channel, Sender, TicketId, Tx, backend},
    error::Result,
    outbox,
    tickets::{Moment, NewArticle, Person, Recipients, Ticket, store},
};

/// Whose word an article is.
#[derive(Clone, Copy, Debug)]
pub(super) struct As {
    pub sender: Sender,
    pub visible: bool,
    pub agent: Option<AgentId>,
}

impl As {
    pub(super) const CUSTOMER: Self = Self { sender: Sender::Customer, visible: true, agent: None };
    pub(super) const CUSTOMER_UNSEEN: Self = Self { sender: Sender::Customer, visible: false, agent: None };
    pub(super) const SYSTEM: Self = Self { sender: Sender::System, visible: false, agent: None };
}

/// The mail as an article; its HTML is stored with it.
pub(super) fn article(
    tx: &mut Tx<'_>,
    mail: &Prepared,
    ticket: TicketId,
    As { sender, visible, agent }: As,
    at: &Moment,
) -> Result<NewArticle> {
    if let Some(html) = &mail.html {
        html.store(tx)?;
    }
    let people = |list: &[mail_ingest::Mailbox]| list.iter().map(Person::from).collect::<Vec<_>>();
    let recipients = Recipients {
        to: people(&mail.mail.to),
        cc: people(&mail.mail.cc),
        reply_to: people(&mail.mail.reply_to),
        ..Recipients::default()
    };
    let from = mail.mail.from.clone().unwrap_or_default();
    Ok(NewArticle {
        ticket_id: ticket,
        sender,
        channel: Channel::Mail,
        visible,
        automatic: mail.clues.is_by_machine(),
        agent_id: agent,
        from_name: store::without_nul(from.name),
        from_address: store::without_nul(from.address),
        recipients: store::without_nul(serde_json::to_string(&recipients)?),
        subject: store::without_nul(mail.mail.subject.clone()),
        message_id: mail.facts.message_id.clone(),
        body_text: mail.mail.text.clone(),
        html_digest: mail.html.as_ref().map(|blob| blob.digest.clone()),
        inbound_id: Some(mail.row.id),
        created_at: at.ts(),
    })
}

/// Outlook's name of the conversation leads here from now on, as the mail's own id does.
pub(super) fn remember_conversation(
    tx: &mut Tx<'_>,
    mail: &Prepared,
    ticket: TicketId,
    article: ArticleId,
    at: &Moment,
) -> Result<()> {
    match mail.mail.thread_index.as_deref().and_then(outbox::thread::key) {
        Some(key) => backend::put_message_id(tx, &key, ticket, Some(article), at.ts()),
        None => Ok(()),
    }
}

/// Takes everybody whom the mail names into the conversation, save ourselves and the customer.
pub(super) fn take_in(tx: &mut Tx<'_>, ticket: &Ticket, mail: &Prepared, takes_part: bool) -> Result<()> {
    for person in mail.clues.people.iter().filter(|person| person.address != ticket.customer_address) {
        backend::put_participant(tx, ticket.id, &person.address, &person.name, takes_part)?;
    }
    Ok(())
}
