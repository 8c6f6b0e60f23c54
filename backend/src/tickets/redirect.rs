//! Send a received mail on as it is: whoever gets it answers its author, not us.

use diesel::prelude::*;

use super::{
    Article, Moment, NewArticle, Person, Recipients, Ticket, locking,
    reply::{check, domain_of},
    store,
};
use crate::{
    access::{Actor, Reply, TicketAccess},
    clock::public_id,
    db::{
        ArticleId, Blob, Blobs, Channel, Conn, Delivery, EventKind, OutboxKind, Sender, Tx,
        schema::{articles, inbound_mails, outbox as rows},
    },
    error::{Error, Result, say},
    i18n::Language,
    outbox, queues,
};

/// A mail to be sent on, with its bytes ready.
#[derive(Clone, Debug)]
pub struct Redirect {
    article: ArticleId,
    to: Vec<Person>,
    message_id: String,
    from: Person,
    mail: Blob,
}

/// Puts the lines of RFC 5322, 3.6.6 before the mail of an article; the mail itself stays as it came, signatures
/// included. Reads the whole mail: call it outside of a transaction.
///
/// # Errors
/// [`Error::Invalid`] for an article that came otherwise, and for wrong recipients.
pub fn prepare(
    conn: &mut Conn,
    blobs: &Blobs,
    actor: &Actor,
    article: &Article,
    ticket: &Ticket,
    to: Vec<Person>,
    at: &Moment,
) -> Result<Redirect> {
    check(&Recipients { to: to.clone(), ..Recipients::default() })?;
    let own = queues::OwnAddresses::load(conn)?;
    if let Some(ours) = to.iter().find(|person| own.contains(&person.address)) {
        return Err(Error::invalid("to", say!("refused-redirect-own", address = ours.address)));
    }
    let mail = article.inbound_id.ok_or_else(|| Error::invalid("to", say!("refused-redirect-none")))?;
    let digest: String = inbound_mails::table.find(mail).select(inbound_mails::digest).first(conn)?;
    let queue = queues::get(conn, ticket.queue_id)?;
    let sender = queues::sender(conn, &queue)?;
    let from =
        Person { name: format!("{} ({})", actor.agent.name, sender.name), address: sender.address.clone() };
    let message_id = format!("{}@{}", public_id(at.now).simple(), domain_of(&sender.address));
    let mut bytes = outbox::resent_fields(&from, &to, &message_id, at.ts())?;
    bytes.extend(outbox::for_the_wire(&blobs.read(conn, &digest)?));
    Ok(Redirect { article: article.id, to, message_id, from, mail: blobs.prepare(&bytes)? })
}

/// Records the redirect and puts the mail into the outbox. The envelope's sender is ours, so that we hear of it when it
/// comes back.
///
/// # Errors
/// [`Error::Conflict`] when another agent is on the ticket.
pub fn redirect(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Reply>,
    actor: &Actor,
    wanted: &Redirect,
    at: &Moment,
) -> Result<Article> {
    let (ticket, who) = access.parts();
    locking::must_not_be_others(tx, ticket, actor.agent.id)?;
    let original: Article = articles::table
        .find(wanted.article)
        .filter(articles::ticket_id.eq(ticket.id))
        .select(Article::as_select())
        .first(&mut **tx)?;
    let recipients = Recipients { to: wanted.to.clone(), ..Recipients::default() };
    let to = recipients.envelope().join(", ");
    let language = Language::named(&actor.agent.language);
    let new = NewArticle {
        ticket_id: ticket.id,
        sender: Sender::Agent,
        channel: Channel::Mail,
        visible: false,
        automatic: false,
        agent_id: Some(actor.agent.id),
        from_name: wanted.from.name.clone(),
        from_address: wanted.from.address.clone(),
        recipients: serde_json::to_string(&recipients)?,
        subject: original.subject.clone(),
        message_id: wanted.message_id.clone(),
        body_text: language.tr_with("redirected-text", &[("to", &to), ("from", &original.from_address)]),
        html_digest: None,
        inbound_id: None,
        created_at: at.ts(),
    };
    let (preview, last_sender) = (ticket.preview.clone(), ticket.last_sender.clone());
    let article = store::add_article(tx, ticket, new, &[])?;
    (ticket.preview, ticket.last_sender) = (preview, last_sender);
    let of = original.id.to_string();
    let event = store::Change::of(EventKind::Redirected).article(article.id).between(Some(&of), Some(&to));
    store::record(tx, ticket, who, at.ts(), event)?;
    store::save(tx, ticket, at.ts())?;
    super::read::mark(tx, actor, ticket)?;
    wanted.mail.store(tx)?;
    outbox::enqueue(
        tx,
        &outbox::NewMail {
            kind: OutboxKind::Reply,
            state: Delivery::Due,
            ticket: Some(ticket.id),
            article: Some(article.id),
            agent: None,
            event: outbox::REDIRECT.to_owned(),
            envelope_from: article.from_address.clone(),
            envelope_to: recipients.envelope(),
            message_id: article.message_id.clone(),
            subject: article.subject.clone(),
            body_text: String::new(),
            try_at: at.ts(),
        },
        at.ts(),
    )?;
    // The bytes are fixed: what is sent is what came.
    diesel::update(rows::table.filter(rows::article_id.eq(article.id)))
        .set(rows::digest.eq(&wanted.mail.digest))
        .execute(&mut **tx)?;
    Ok(article)
}
