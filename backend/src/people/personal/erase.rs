//! A person is erased: his name and addresses wherever they stand, his mails as they came, his files, and what he wrote as
//! whoever erases him chooses. It cannot be undone, and the audit log says only that it was done.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::{
    AT_ONCE, Known, find, from_where,
    scrub::{MARK, Scrub, Where},
    traces,
};
use crate::{
    access::{Actor, PeopleAccess},
    audit,
    db::{
        ArticleId, AttachmentId, Audited, Blob, Blobs, Conn, CustomerId, Delivery, DraftId, InboundId,
        InboundStatus, Released, Right, TicketId, Ts, Tx, backend,
        schema::{
            article_salutations, articles, attachments, drafts, inbound_mails, message_ids, outbox,
            participants, tickets,
        },
    },
    error::{Error, Result, say},
    notify::gathering,
    people::{customer_edit::subject, customers},
    tickets::{Person, Recipients, preview_of, salutation},
};

/// What becomes of what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Texts {
    /// It stays, without his addresses and names.
    Anonymise,
    /// All of it goes in his tickets, and what he wrote in those of others.
    Erase,
}

impl std::str::FromStr for Texts {
    type Err = ();

    fn from_str(word: &str) -> std::result::Result<Self, ()> {
        match word {
            "anonymise" => Ok(Self::Anonymise),
            "erase" => Ok(Self::Erase),
            _ => Err(()),
        }
    }
}

/// What goes.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Tickets that are his.
    pub tickets: usize,
    /// Tickets of others in which he appears.
    pub elsewhere: usize,
    /// What he wrote.
    pub articles: usize,
    /// Files that he sent.
    pub files: i64,
    /// Mails in their original form.
    pub originals: i64,
    /// Mails to him, and about his tickets.
    pub outgoing: i64,
    /// Mails about any ticket in which he appears that are still on their way, or mails of his that wait to be looked at:
    /// until they have arrived he cannot be erased.
    pub under_way: i64,
}

/// Mails that somebody still works on.
pub(super) const UNFINISHED: [Delivery; 5] =
    [Delivery::Held, Delivery::Due, Delivery::Sending, Delivery::Deferred, Delivery::Uncertain];

/// What would go.
///
/// # Errors
/// Those of the database.
pub fn preview(conn: &mut Conn, known: &Known) -> Result<Preview> {
    let (mut files, mut outgoing, mut under_way) = (0, 0, 0);
    for part in known.written.chunks(AT_ONCE) {
        let theirs = attachments::table.filter(attachments::article_id.eq_any(part.to_vec()));
        files += theirs.count().get_result::<i64>(conn)?;
    }
    for part in known.own.chunks(AT_ONCE) {
        let theirs = outbox::table.filter(outbox::ticket_id.eq_any(part.to_vec()));
        outgoing += theirs.count().get_result::<i64>(conn)?;
    }
    // Also mails to others: what is on its way may hold words of his, and is nobody's to be stopped.
    for part in [&known.own, &known.elsewhere].into_iter().flat_map(|list| list.chunks(AT_ONCE)) {
        under_way += outbox::table
            .filter(outbox::ticket_id.eq_any(part.to_vec()))
            .filter(outbox::state.eq_any(UNFINISHED))
            .count()
            .get_result::<i64>(conn)?;
    }
    let waiting: i64 = inbound_mails::table
        .filter(inbound_mails::envelope_from.eq_any(&known.called.addresses))
        .filter(inbound_mails::status.ne(InboundStatus::Done))
        .count()
        .get_result(conn)?;
    let originals = mails(conn, known)?.len();
    Ok(Preview {
        tickets: known.own.len(),
        elsewhere: known.elsewhere.len(),
        articles: known.written.len(),
        files,
        originals: i64::try_from(originals).unwrap_or(i64::MAX),
        outgoing,
        under_way: under_way + waiting,
    })
}

/// What an erasure needs of the store: where bytes lie, and the empty ones that stand for originals that are gone.
#[derive(Clone, Debug)]
pub struct Store {
    /// Where bytes lie.
    pub blobs: Blobs,
    /// No bytes, prepared.
    pub empty: Blob,
}

/// Erases a person, stored bytes included; which files are to be removed once this is committed. Who he is and where he
/// stands is looked for in here, behind the locks: what comes meanwhile is not missed.
///
/// # Errors
/// Those of [`find`]; [`Error::Conflict`] while mails to or from him, or about tickets in which he appears, are under way.
pub fn erase(
    tx: &mut Tx<'_>,
    actor: &Actor,
    people: &PeopleAccess,
    id: CustomerId,
    texts: Texts,
    store: &Store,
    now: Ts,
) -> Result<Vec<Released>> {
    backend::one_at_a_time(tx, "customer_addresses")?;
    backend::one_at_a_time(tx, gathering::LOCK)?;
    backend::hold_customer(tx, id)?;
    let known = find(tx, actor, people, id, Right::Full)?;
    // In the order of their keys, so that nobody waits in a circle.
    let mut tickets: BTreeSet<TicketId> = known.everywhere().map(|(ticket, _)| ticket).collect();
    let his = tickets.clone();
    from_where::with_related(tx, &mut tickets)?;
    for ticket in &tickets {
        backend::hold_ticket(tx, *ticket)?;
    }
    let what = preview(tx, &known)?;
    if what.under_way > 0 {
        return Err(Error::Conflict(say!("refused-erase-under-way", n = what.under_way)));
    }
    let scrubs = (Scrub::new(&known.called, Where::Own)?, Scrub::new(&known.called, Where::Others)?);
    let (mut gone, mut named) = (Vec::new(), Vec::new());
    for (ticket, own) in known.everywhere() {
        let scrub = if own { &scrubs.0 } else { &scrubs.1 };
        let whole = own && texts == Texts::Erase;
        gone.extend(written(tx, &known, scrub, (ticket, own), texts, &mut named)?);
        gone.extend(unsent(tx, scrub, ticket, whole)?);
        gone.extend(traces::outgoing(tx, scrub, ticket, own, whole, |_| true)?);
        traces::around(tx, scrub, ticket, own)?;
        let addresses = participants::address.eq_any(&known.called.addresses);
        diesel::delete(participants::table.filter(participants::ticket_id.eq(ticket)).filter(addresses))
            .execute(&mut **tx)?;
        self::ticket(tx, scrub, ticket, own, whole)?;
    }
    for ticket in tickets.difference(&his) {
        let meant = |mail: &traces::Mail| mail.is_written_news() || mail.names(&scrubs.1);
        gone.extend(traces::outgoing(tx, &scrubs.1, *ticket, false, false, meant)?);
    }
    gone.extend(traces::gathered(tx, &scrubs.1, &tickets)?);
    let his = mails(tx, &known)?;
    gone.extend(originals(tx, his, (&scrubs.0, &scrubs.1), &named, &store.empty, now)?);
    traces::everywhere(tx, &known.called, &known.ids)?;
    traces::himself(tx, &known)?;
    let detail = match texts {
        Texts::Anonymise => "erased; texts without name and addresses",
        Texts::Erase => "erased with all texts",
    };
    audit::noted(tx, people.who(), Audited::PersonalData, &subject(known.customer.id), detail, now)?;
    gone.retain(|digest| *digest != store.empty.digest);
    store.blobs.release(tx, &gone)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = articles)]
struct Written {
    id: ArticleId,
    from_name: String,
    from_address: String,
    recipients: String,
    subject: String,
    message_id: String,
    body_text: String,
    html_digest: Option<String>,
    inbound_id: Option<InboundId>,
    agent_id: Option<crate::db::AgentId>,
}

/// The articles of a ticket; which bytes went with them. `named` gets the mails of others in which he stands.
fn written(
    tx: &mut Tx<'_>,
    known: &Known,
    scrub: &Scrub,
    (id, own): (TicketId, bool),
    texts: Texts,
    named: &mut Vec<InboundId>,
) -> Result<Vec<String>> {
    let mut gone = Vec::new();
    let all: Vec<Written> = articles::table
        .filter(articles::ticket_id.eq(id))
        .order(articles::id)
        .select(Written::as_select())
        .load(&mut **tx)?;
    for article in all {
        let his = known.is(&article.from_address);
        let whole = texts == Texts::Erase && (own || his);
        let text = |text: &str| if whole && !text.is_empty() { MARK.to_owned() } else { scrub.text(text) };
        let body = if whole {
            text(&article.body_text)
        } else {
            below_greeting(tx, scrub, (article.id, &article.body_text, &article.recipients), own)?
        };
        // By his address: whoever is called like him has a mail of his own.
        if [&article.body_text, &article.recipients, &article.subject]
            .into_iter()
            .any(|text| scrub.addressed(text))
        {
            named.extend(article.inbound_id);
        }
        if whole {
            diesel::delete(article_salutations::table.find(article.id)).execute(&mut **tx)?;
        }
        // The formatted form says the same once more; it goes wherever he may be in it.
        let html = if own || his || body != article.body_text { None } else { article.html_digest.clone() };
        if html.is_none() {
            gone.extend(article.html_digest);
        }
        let (from_name, from_address) = match his {
            true => (String::new(), String::new()),
            // An agent may be called like him, and so may whoever writes in a ticket of another.
            false if article.agent_id.is_some() || !own => (article.from_name, article.from_address),
            false => (scrub.text(&article.from_name), article.from_address),
        };
        let message_id = if his { String::new() } else { article.message_id };
        diesel::update(articles::table.find(article.id))
            .set((
                articles::from_name.eq(from_name),
                articles::from_address.eq(from_address),
                articles::recipients.eq(scrub.json(&article.recipients)),
                articles::subject.eq(text(&article.subject)),
                articles::message_id.eq(message_id),
                articles::body_text.eq(body),
                articles::html_digest.eq(html),
            ))
            .execute(&mut **tx)?;
        if his {
            diesel::delete(message_ids::table.filter(message_ids::article_id.eq(article.id)))
                .execute(&mut **tx)?;
        }
        gone.extend(files(tx, scrub, article.id, his || whole)?);
    }
    Ok(gone)
}

/// An article's text without him, and without the words by which we called him: whatever he is called, and in whosever ticket
/// it stands by now. Words by which somebody else was called stay that one's.
pub(super) fn below_greeting(
    tx: &mut Tx<'_>,
    scrub: &Scrub,
    (article, text, recipients): (ArticleId, &str, &str),
    own: bool,
) -> Result<String> {
    let length = salutation::length(tx, article)?;
    if length == 0 {
        return Ok(scrub.text(text));
    }
    let at = text.char_indices().nth(length).map_or(text.len(), |(at, _)| at);
    let (greeting, below) = text.split_at_checked(at).unwrap_or((text, ""));
    let to = serde_json::from_str::<Recipients>(recipients).map(|all| all.to).unwrap_or_default();
    // With addresses that are his no more he may have been written to as well.
    let to_others = !to.is_empty() && is_known(tx, &to)?;
    let to_him = to.iter().any(|person| scrub.is(&person.address)) || (own && !to_others);
    let row = article_salutations::table.find(article);
    if to_him {
        diesel::delete(row).execute(&mut **tx)?;
        return Ok(format!("{MARK}{}", scrub.text(below)));
    }
    let greeting = scrub.text(greeting);
    let length = i32::try_from(greeting.chars().count()).unwrap_or(i32::MAX);
    diesel::update(row).set(article_salutations::length.eq(length)).execute(&mut **tx)?;
    Ok(format!("{greeting}{}", scrub.text(below)))
}

/// Whether all of these people are customers whom we know.
fn is_known(conn: &mut Conn, people: &[Person]) -> Result<bool> {
    for person in people {
        if customers::known(conn, &person.address)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The files of an article: away, or only without his name in theirs.
pub(super) fn files(tx: &mut Tx<'_>, scrub: &Scrub, article: ArticleId, away: bool) -> Result<Vec<String>> {
    let rows: Vec<(AttachmentId, String, String)> = attachments::table
        .filter(attachments::article_id.eq(article))
        .select((attachments::id, attachments::name, attachments::digest))
        .load(&mut **tx)?;
    if away {
        diesel::delete(attachments::table.filter(attachments::article_id.eq(article))).execute(&mut **tx)?;
        return Ok(rows.into_iter().map(|(_, _, digest)| digest).collect());
    }
    for (id, name, _) in rows.into_iter().filter(|(_, name, _)| scrub.finds(name)) {
        diesel::update(attachments::table.find(id))
            .set(attachments::name.eq(scrub.text(&name)))
            .execute(&mut **tx)?;
    }
    Ok(Vec::new())
}

/// What agents have begun to write in a ticket.
pub(super) fn unsent(tx: &mut Tx<'_>, scrub: &Scrub, id: TicketId, whole: bool) -> Result<Vec<String>> {
    let mut gone = Vec::new();
    let begun: Vec<(DraftId, String)> = drafts::table
        .filter(drafts::ticket_id.eq(id))
        .select((drafts::id, drafts::fields))
        .load(&mut **tx)?;
    for (draft, fields) in begun {
        if whole {
            let of = attachments::table.filter(attachments::draft_id.eq(draft));
            gone.extend(of.select(attachments::digest).load::<String>(&mut **tx)?);
            diesel::delete(attachments::table.filter(attachments::draft_id.eq(draft))).execute(&mut **tx)?;
            diesel::delete(drafts::table.find(draft)).execute(&mut **tx)?;
        } else if scrub.finds(&fields) {
            diesel::update(drafts::table.find(draft))
                .set(drafts::fields.eq(scrub.json(&fields)))
                .execute(&mut **tx)?;
        }
    }
    Ok(gone)
}

/// What lists show of a ticket.
fn ticket(tx: &mut Tx<'_>, scrub: &Scrub, id: TicketId, own: bool, whole: bool) -> Result<()> {
    let (title, preview, name, address): (String, String, String, String) = tickets::table
        .find(id)
        .select((tickets::title, tickets::preview, tickets::customer_name, tickets::customer_address))
        .first(&mut **tx)?;
    let text = |text: &str| if whole && !text.is_empty() { MARK.to_owned() } else { scrub.text(text) };
    let files: i64 = attachments::table
        .inner_join(articles::table.on(attachments::article_id.eq(articles::id.nullable())))
        .filter(articles::ticket_id.eq(id).and(attachments::inline.eq(false)))
        .count()
        .get_result(&mut **tx)?;
    let row = tickets::table.find(id);
    diesel::update(row)
        .set((
            tickets::title.eq(text(&title)),
            // Of his own texts there may be less now than the words to be found in them.
            tickets::preview.eq(if own { preview_of(tx, id)? } else { text(&preview) }),
            // The customer of another's ticket is another, whatever he is called.
            tickets::customer_name.eq(if own || scrub.is(&name) { String::new() } else { name }),
            tickets::customer_address.eq(if own { String::new() } else { scrub.address(&address) }),
            tickets::has_attachments.eq(files > 0),
        ))
        .execute(&mut **tx)?;
    if own {
        diesel::update(row).set(tickets::customer_id.eq(None::<crate::db::CustomerId>)).execute(&mut **tx)?;
    }
    Ok(())
}

/// The rows of mails that he sent, or that came into his tickets.
fn mails(conn: &mut Conn, known: &Known) -> Result<Vec<InboundId>> {
    let mut found: Vec<InboundId> = inbound_mails::table
        .filter(inbound_mails::envelope_from.eq_any(&known.called.addresses))
        .select(inbound_mails::id)
        .load(conn)?;
    for part in known.own.chunks(AT_ONCE) {
        let more: Vec<InboundId> = inbound_mails::table
            .filter(inbound_mails::ticket_id.eq_any(part.to_vec()))
            .select(inbound_mails::id)
            .load(conn)?;
        found.extend(more);
    }
    // What he wrote may have come with another envelope.
    for part in known.written.chunks(AT_ONCE) {
        let more: Vec<Option<InboundId>> = articles::table
            .filter(articles::id.eq_any(part.to_vec()))
            .select(articles::inbound_id)
            .load(conn)?;
        found.extend(more.into_iter().flatten());
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = inbound_mails)]
struct Received {
    digest: String,
    envelope_from: String,
    envelope_to: String,
    subject: String,
    sender: String,
    message_id: String,
    content_hash: String,
    reason: String,
    peer: String,
    helo: String,
    authentication: String,
}

/// Mails as they came, and what the recorder says of them; which bytes they were. Of mails of others in which he is `named`
/// the recorder keeps what is theirs.
pub(super) fn originals(
    tx: &mut Tx<'_>,
    his: Vec<InboundId>,
    (of_his, of_others): (&Scrub, &Scrub),
    named: &[InboundId],
    empty: &Blob,
    now: Ts,
) -> Result<Vec<String>> {
    let mut ids = his.clone();
    ids.extend(named.iter().filter(|id| his.binary_search(id).is_err()));
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    empty.store(tx)?;
    let mut gone = Vec::new();
    for id in ids {
        let row: Option<Received> = inbound_mails::table
            .find(id)
            .filter(inbound_mails::status.eq(InboundStatus::Done))
            .select(Received::as_select())
            .first(&mut **tx)
            .optional()?;
        let Some(mail) = row else { continue };
        gone.push(mail.digest);
        let whole = his.binary_search(&id).is_ok();
        let scrub = if whole { of_his } else { of_others };
        let text = |text: &str| if whole { MARK.to_owned() } else { scrub.text(text) };
        let kept = |text: String| if whole { String::new() } else { text };
        diesel::update(inbound_mails::table.find(id))
            .set((
                inbound_mails::digest.eq(&empty.digest),
                inbound_mails::forgotten_at.eq(now),
                inbound_mails::envelope_from.eq(scrub.address(&mail.envelope_from)),
                inbound_mails::envelope_to.eq(scrub.list(&mail.envelope_to)),
                inbound_mails::subject.eq(text(&mail.subject)),
                inbound_mails::sender.eq(text(&mail.sender)),
                inbound_mails::message_id.eq(kept(mail.message_id)),
                inbound_mails::content_hash.eq(kept(mail.content_hash)),
                inbound_mails::steps.eq("[]"),
                inbound_mails::reason.eq(scrub.text(&mail.reason)),
            ))
            .execute(&mut **tx)?;
        diesel::update(inbound_mails::table.find(id))
            .set((
                inbound_mails::peer.eq(kept(mail.peer)),
                inbound_mails::helo.eq(kept(mail.helo)),
                inbound_mails::authentication.eq(kept(scrub.text(&mail.authentication))),
            ))
            .execute(&mut **tx)?;
        tx.mail_is_found_by(id, "");
    }
    Ok(gone)
}
