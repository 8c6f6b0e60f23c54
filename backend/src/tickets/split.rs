//! Split: what else a message asks for becomes a ticket of its own. The message stays where it is, and begins the new
//! ticket as well; what is answered there goes on there.

use diesel::prelude::*;

use super::{
    Article, Moment, NewArticle, Ticket,
    open::{self, Opening},
    recount::recount,
    store,
};
use crate::{
    access::{self, Actor, Reply, TicketAccess},
    db::{
        ArticleId, Channel, EventKind, LinkKind, QueueId, Right, Sender, State, Tx,
        schema::{articles, attachments, message_ids},
    },
    error::{Error, Result, say},
    people,
    terms::priorities,
};

/// Starts a new ticket with a copy of an article, for the article's author: in the same queue, or in another one in which
/// the actor may open tickets. The two are linked.
/// An internal article begins a ticket of the same customer.
///
/// # Errors
/// [`Error::NotFound`] for an article of another ticket; [`Error::Invalid`] for a missing title, or a queue that takes
/// no new tickets any more.
pub fn split(
    tx: &mut Tx<'_>,
    source: &mut TicketAccess<Reply>,
    actor: &Actor,
    article: ArticleId,
    title: &str,
    to: Option<QueueId>,
    at: &Moment,
) -> Result<Ticket> {
    let (old, who) = source.parts();
    if title.trim().is_empty() {
        return Err(Error::invalid("title", say!("refused-no-title")));
    }
    let copied = articles::table
        .find(article)
        .filter(articles::ticket_id.eq(old.id))
        .select(Article::as_select())
        .first(&mut **tx)?;
    if copied.sender == Sender::System {
        return Err(Error::invalid("article", say!("refused-split-system")));
    }
    // Splitting needs what answering needs, where the new ticket lies beside the old one.
    let queue = match to.filter(|to| *to != old.queue_id) {
        Some(to) => access::for_queue(tx, actor, to, Right::Create)?,
        None => access::for_queue(tx, actor, old.queue_id, Right::Reply)?,
    };
    let (customer, customer_id) = customer(tx, old, &copied, at)?;
    let opening = Opening {
        title,
        customer: &customer,
        customer_id,
        priority: priorities::usual(tx)?,
        state: if copied.sender == Sender::Customer { State::New } else { State::Open },
    };
    let mut new = open::create(tx, &queue, &opening, at)?;
    let first = copy(tx, &mut new, &copied, at)?;
    store::link(tx, new.id, old.id, LinkKind::SplitFrom, at.ts())?;
    let opened = store::Change::of(EventKind::SplitFrom).article(first).between(Some(&old.number), None);
    store::record(tx, &new, who, at.ts(), opened)?;
    recount(tx, &mut new)?;
    store::save(tx, &mut new, at.ts())?;
    let went = store::Change::of(EventKind::Split).article(article).between(None, Some(&new.number));
    store::record(tx, old, who, at.ts(), went)?;
    store::save(tx, old, at.ts())?;
    super::read::mark(tx, actor, &new)?;
    Ok(new)
}

/// For whom the new ticket is: whoever wrote to us, else the old one's customer.
fn customer(
    tx: &mut Tx<'_>,
    old: &Ticket,
    copied: &Article,
    at: &Moment,
) -> Result<(super::Person, Option<crate::db::CustomerId>)> {
    let outside = copied.sender == Sender::Customer && copied.visible && copied.channel == Channel::Mail;
    let address = mail_ingest::address::normalise(&copied.from_address).filter(|_| outside);
    match address {
        Some(address) if address != old.customer_address => {
            let person = super::Person { name: copied.from_name.clone(), address };
            let id = people::customers::by_address(tx, &person, at.ts())?;
            Ok((person, Some(id)))
        }
        _ => {
            let person =
                super::Person { name: old.customer_name.clone(), address: old.customer_address.clone() };
            Ok((person, old.customer_id))
        }
    }
}

/// The article and its files once more. The id of its mail goes on leading to the old ticket: whoever answers that mail
/// means the conversation that it is part of.
fn copy(tx: &mut Tx<'_>, new: &mut Ticket, copied: &Article, at: &Moment) -> Result<ArticleId> {
    let row = NewArticle {
        ticket_id: new.id,
        sender: copied.sender,
        channel: copied.channel,
        visible: copied.visible,
        automatic: copied.automatic,
        agent_id: copied.agent_id,
        from_name: copied.from_name.clone(),
        from_address: copied.from_address.clone(),
        recipients: copied.recipients.clone(),
        subject: copied.subject.clone(),
        message_id: copied.message_id.clone(),
        body_text: copied.body_text.clone(),
        html_digest: copied.html_digest.clone(),
        inbound_id: copied.inbound_id,
        created_at: at.ts(),
    };
    let mut made = store::add_article(tx, new, row, &[])?;
    store::claim(tx, &mut made, copied.claimed_agent_id)?;
    diesel::delete(message_ids::table.find((&copied.message_id, new.id))).execute(&mut **tx)?;
    let files: Vec<super::Attachment> = attachments::table
        .filter(attachments::article_id.eq(copied.id))
        .order(attachments::id)
        .select(super::Attachment::as_select())
        .load(&mut **tx)?;
    for file in files {
        diesel::insert_into(attachments::table)
            .values((
                attachments::uid.eq(crate::clock::public_id(at.now).simple().to_string()),
                attachments::article_id.eq(made.id),
                attachments::name.eq(file.name),
                attachments::content_type.eq(file.content_type),
                attachments::content_id.eq(file.content_id),
                attachments::inline.eq(file.inline),
                attachments::size.eq(file.size),
                attachments::digest.eq(file.digest),
                attachments::created_at.eq(at.ts()),
            ))
            .execute(&mut **tx)?;
    }
    Ok(made.id)
}
