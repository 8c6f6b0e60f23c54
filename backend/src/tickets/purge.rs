//! Throwing away for good what has lain in the bin long enough. The ticket's number and history stay, so that neither is
//! used again; its texts, files, people and tags do not.

use diesel::prelude::*;
use jiff::SignedDuration;

use super::{model::Ticket, store};
use crate::{
    db::{
        ArticleId, DraftId, TicketId, Ts, Tx, backend,
        schema::{
            acts, articles, attachments, bin, drafts, events, inbound_mails, message_ids, outbox,
            participants, reads, ticket_links, ticket_tags, tickets, watchers,
        },
    },
    desk::Desk,
    error::Result,
    settings,
};

/// So many tickets each time it is looked for: a transaction each.
const AT_ONCE: i64 = 100;

/// Throws away what is due; how many tickets.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn sweep(desk: &Desk) -> Result<usize> {
    let now = desk.clock.now();
    let given = desk.config.limits;
    let days = desk.db.read(move |conn| Ok(settings::limits(conn, &given)?.bin_days)).await?;
    let Ok(before) = now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))) else { return Ok(0) };
    let due: Vec<TicketId> = desk
        .db
        .read(move |conn| {
            Ok(bin::table
                .filter(bin::removed_at.lt(Ts(before)))
                .order((bin::removed_at, bin::ticket_id))
                .limit(AT_ONCE)
                .select(bin::ticket_id)
                .load(conn)?)
        })
        .await?;
    let mut purged = 0;
    for id in due {
        let digests = desk.db.write(move |tx| purge(tx, id, Ts(before))).await?;
        let Some(digests) = digests else { continue };
        purged += 1;
        let blobs = desk.db.blobs().clone();
        desk.db.write(move |tx| digests.iter().try_for_each(|digest| blobs.forget(tx, digest))).await?;
    }
    if purged > 0 {
        tracing::info!(tickets = purged, days, "threw away what lay in the bin");
    }
    Ok(purged)
}

/// Throws one away; which bytes it named. `None`: it was taken out meanwhile.
fn purge(tx: &mut Tx<'_>, id: TicketId, before: Ts) -> Result<Option<Vec<String>>> {
    backend::hold_ticket(tx, id)?;
    let mine = diesel::delete(bin::table.find(id).filter(bin::removed_at.lt(before))).execute(&mut **tx)?;
    if mine == 0 {
        return Ok(None);
    }
    let written: Vec<(ArticleId, Option<String>)> = articles::table
        .filter(articles::ticket_id.eq(id))
        .select((articles::id, articles::html_digest))
        .load(&mut **tx)?;
    let (ids, html): (Vec<ArticleId>, Vec<Option<String>>) = written.into_iter().unzip();
    let mut digests: Vec<String> = html.into_iter().flatten().collect();
    for article in ids {
        digests.extend(article_away(tx, article)?);
    }
    digests.extend(drafts_away(tx, id)?);
    diesel::delete(acts::table.filter(acts::ticket_id.eq(id))).execute(&mut **tx)?;
    diesel::delete(participants::table.filter(participants::ticket_id.eq(id))).execute(&mut **tx)?;
    diesel::delete(ticket_tags::table.filter(ticket_tags::ticket_id.eq(id))).execute(&mut **tx)?;
    diesel::delete(watchers::table.filter(watchers::ticket_id.eq(id))).execute(&mut **tx)?;
    diesel::delete(reads::table.filter(reads::ticket_id.eq(id))).execute(&mut **tx)?;
    let linked = ticket_links::ticket_id.eq(id).or(ticket_links::other_id.eq(id));
    diesel::delete(ticket_links::table.filter(linked)).execute(&mut **tx)?;
    empty(tx, id)?;
    Ok(Some(digests))
}

/// An article and its files; which bytes they were. Rows that tell of it stay, and name it no longer.
fn article_away(tx: &mut Tx<'_>, id: ArticleId) -> Result<Vec<String>> {
    let nothing = None::<ArticleId>;
    let files: Vec<String> = attachments::table
        .filter(attachments::article_id.eq(id))
        .select(attachments::digest)
        .load(&mut **tx)?;
    diesel::delete(attachments::table.filter(attachments::article_id.eq(id))).execute(&mut **tx)?;
    diesel::delete(message_ids::table.filter(message_ids::article_id.eq(id))).execute(&mut **tx)?;
    diesel::update(inbound_mails::table.filter(inbound_mails::article_id.eq(id)))
        .set(inbound_mails::article_id.eq(nothing))
        .execute(&mut **tx)?;
    diesel::update(outbox::table.filter(outbox::article_id.eq(id)))
        .set(outbox::article_id.eq(nothing))
        .execute(&mut **tx)?;
    diesel::update(events::table.filter(events::article_id.eq(id)))
        .set(events::article_id.eq(nothing))
        .execute(&mut **tx)?;
    diesel::delete(articles::table.find(id)).execute(&mut **tx)?;
    Ok(files)
}

fn drafts_away(tx: &mut Tx<'_>, ticket: TicketId) -> Result<Vec<String>> {
    let ids: Vec<DraftId> =
        drafts::table.filter(drafts::ticket_id.eq(ticket)).select(drafts::id).load(&mut **tx)?;
    let mut digests = Vec::new();
    for id in ids {
        let files = attachments::table.filter(attachments::draft_id.eq(id));
        digests.extend(files.select(attachments::digest).load::<String>(&mut **tx)?);
        diesel::delete(attachments::table.filter(attachments::draft_id.eq(id))).execute(&mut **tx)?;
        diesel::delete(drafts::table.find(id)).execute(&mut **tx)?;
    }
    Ok(digests)
}

/// What is left is a number that is taken.
fn empty(tx: &mut Tx<'_>, id: TicketId) -> Result<()> {
    let mut ticket: Ticket = tickets::table.find(id).select(Ticket::as_select()).first(&mut **tx)?;
    for text in
        [&mut ticket.title, &mut ticket.customer_name, &mut ticket.customer_address, &mut ticket.preview]
    {
        text.clear();
    }
    ticket.last_sender.clear();
    (ticket.customer_id, ticket.article_count, ticket.last_article_id) = (None, 0, 0);
    (ticket.has_attachments, ticket.unanswered_since) = (false, None);
    let changed = ticket.updated_at;
    store::save(tx, &mut ticket, changed)
}
