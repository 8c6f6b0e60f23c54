//! Try a mail once more that the relay refused, or that came back: to those whom it did not reach.

use diesel::prelude::*;

use super::{Outgoing, REDIRECT, Settled};
use crate::{
    access::{Reply, TicketAccess},
    db::{
        ArticleId, Blobs, Conn, Delivery, EventKind, OutboxKind, Sender, TicketId, Tx, Wake, backend,
        schema::{articles, outbox, participants},
    },
    error::{Error, Result, say},
    tickets::{Article, Moment, Person, Recipients, reply, store},
};

/// Tries the mail of an article once more, with the same content. `to` takes the place of the recipients whom it did not
/// reach; `None`: those themselves. Whoever has it gets no second one.
///
/// # Errors
/// [`Error::Conflict`] when there is nothing to try again, or the bytes are another's and name him; [`Error::Invalid`]
/// for wrong recipients.
pub fn resend(
    tx: &mut Tx<'_>,
    access: &TicketAccess<Reply>,
    article: ArticleId,
    to: Option<Vec<Person>>,
    at: &Moment,
) -> Result<()> {
    let ticket = access.ticket();
    // The article's ticket, not the row's: what was sent before a merge stands on the survivor's page.
    let home: TicketId = articles::table.find(article).select(articles::ticket_id).first(&mut **tx)?;
    if home != ticket.id {
        return Err(Error::NotFound);
    }
    let Some(found) = of_article(tx, article)? else {
        return Err(Error::Conflict(say!("refused-resend")));
    };
    // A report that is read at the same moment says whom it missed as well.
    backend::hold_mail(tx, found.id)?;
    let row: Outgoing = outbox::table.find(found.id).select(Outgoing::as_select()).first(&mut **tx)?;
    let missed = missed(&row);
    if missed.is_empty() {
        return Err(Error::Conflict(say!("refused-resend")));
    }
    let mut kept: Vec<Settled> = row.settled();
    kept.retain(|one| one.taken && !missed.contains(&one.address));
    let mut envelope: Vec<String> = kept.iter().map(|one| one.address.clone()).collect();
    let other = to.filter(|to| !same(to, &missed));
    let wanted = match &other {
        None => missed.clone(),
        Some(_) if row.event == REDIRECT => return Err(Error::Conflict(say!("refused-resend-redirect"))),
        Some(to) => readdress(tx, ticket.id, article, &missed, to)?,
    };
    envelope.extend(wanted.iter().cloned());
    let (bytes, left): (Option<String>, Option<String>) =
        if other.is_none() { (row.digest, None) } else { (None, row.digest) };
    diesel::update(outbox::table.find(row.id))
        .set((
            outbox::state.eq(Delivery::Due),
            outbox::attempts.eq(0),
            outbox::error.eq(""),
            outbox::lease.eq(outbox::lease + 1),
            outbox::try_at.eq(at.ts()),
            outbox::created_at.eq(at.ts()),
            outbox::domain.eq(super::domain(&wanted)),
            outbox::envelope_to.eq(serde_json::to_string(&envelope)?),
            outbox::outcomes.eq(serde_json::to_string(&kept)?),
            // Other recipients are named in the mail, so it is written anew; else it is the very same.
            outbox::digest.eq(bytes),
        ))
        .execute(&mut **tx)?;
    // A file is swept away where these bytes were one.
    Blobs::in_database().release(tx, left.as_slice())?;
    let wanted = wanted.join(", ");
    let event = store::Change::of(EventKind::Resent).article(article).between(None, Some(&wanted));
    store::record(tx, ticket, access.who(), at.ts(), event)?;
    tx.wake(Wake::OUTBOX | Wake::EVENTS);
    Ok(())
}

fn of_article(conn: &mut Conn, article: ArticleId) -> Result<Option<Outgoing>> {
    Ok(outbox::table
        .filter(outbox::article_id.eq(article))
        .filter(outbox::kind.ne(OutboxKind::Notification))
        .order(outbox::id.desc())
        .select(Outgoing::as_select())
        .first(conn)
        .optional()?)
}

/// Whom a mail did not reach. Of a mail that came back without a word about whose copy it was: everybody.
fn missed(row: &Outgoing) -> Vec<String> {
    if !matches!(row.state, Delivery::Failed | Delivery::Bounced | Delivery::Sent) {
        return Vec::new();
    }
    let refused: Vec<String> =
        row.settled().into_iter().filter(|one| !one.taken).map(|one| one.address).collect();
    if refused.is_empty() && row.state != Delivery::Sent { row.recipients() } else { refused }
}

fn same(to: &[Person], addresses: &[String]) -> bool {
    to.len() == addresses.len()
        && to.iter().all(|person| addresses.iter().any(|one| one.eq_ignore_ascii_case(&person.address)))
}

/// Puts others into the place of those whom the mail did not reach, also for the replies to come.
fn readdress(
    tx: &mut Tx<'_>,
    ticket: TicketId,
    id: ArticleId,
    missed: &[String],
    to: &[Person],
) -> Result<Vec<String>> {
    let article: Article = articles::table.find(id).select(Article::as_select()).first(&mut **tx)?;
    let mut recipients = article.recipients();
    let is_missed = |person: &Person| missed.iter().any(|one| one.eq_ignore_ascii_case(&person.address));
    let unseen =
        recipients.bcc.iter().any(is_missed) && !recipients.to.iter().chain(&recipients.cc).any(is_missed);
    let in_copy = !unseen && !recipients.to.iter().any(is_missed) && !recipients.to.is_empty();
    for list in [&mut recipients.to, &mut recipients.cc, &mut recipients.bcc] {
        list.retain(|person| !is_missed(person));
    }
    let place = match (unseen, in_copy) {
        (true, _) => &mut recipients.bcc,
        (_, true) => &mut recipients.cc,
        _ => &mut recipients.to,
    };
    place.extend(to.iter().cloned());
    reply::check(&Recipients { to: to.to_vec(), ..Recipients::default() })?;
    diesel::update(articles::table.find(id))
        .set(articles::recipients.eq(serde_json::to_string(&recipients)?))
        .execute(&mut **tx)?;
    if article.visible && !unseen {
        for address in missed {
            forget(tx, ticket, address)?;
        }
        for person in to {
            if let Some(address) = mail_ingest::address::normalise(&person.address) {
                backend::put_participant(tx, ticket, &address, &person.name.replace('\0', ""), true)?;
            }
        }
    }
    Ok(to.iter().map(|person| person.address.clone()).collect())
}

/// An address that nobody ever wrote from, and that takes no mail, is in no reply any more.
fn forget(tx: &mut Tx<'_>, ticket: TicketId, address: &str) -> Result<()> {
    let wrote: i64 = articles::table
        .filter(articles::ticket_id.eq(ticket).and(articles::sender.eq(Sender::Customer)))
        .filter(articles::from_address.eq(address))
        .count()
        .get_result(&mut **tx)?;
    if wrote == 0 {
        diesel::delete(participants::table.find((ticket, address.to_lowercase()))).execute(&mut **tx)?;
    }
    Ok(())
}
