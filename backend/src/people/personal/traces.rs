//! Where else a person stands: outgoing mails, history, what can be undone, caps of automatic answers, kept answers of the
//! API, saved searches; and he himself.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::{
    Called, Known,
    erase::UNFINISHED,
    scrub::{MARK, Scrub, Where},
};
use crate::{
    db::{
        ActId, AgentId, ArticleId, BulkId, Conn, CustomerId, CustomerMergeId, Delivery, EventId, MergeId,
        OrganisationId, OutboxId, OutboxKind, TicketId, Tx, ViewId, backend,
        schema::{
            acts, agents, auto_responses, bin, bulks, customer_addresses, customer_merge_tickets,
            customer_merges, customer_words, customers, events, idempotency_keys, merges, organisations,
            outbox, tickets, views,
        },
    },
    error::{Error, Result, say},
    notify::gathering,
};

/// So many mails of no ticket are looked through at once.
const BESIDE: i64 = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub(super) struct Mail {
    id: OutboxId,
    ticket_id: Option<TicketId>,
    kind: OutboxKind,
    event: String,
    pub(super) article_id: Option<ArticleId>,
    pub(super) agent_id: Option<AgentId>,
    state: Delivery,
    envelope_to: String,
    subject: String,
    body_text: String,
    digest: Option<String>,
    error: String,
    outcomes: String,
    domain: String,
}

impl Mail {
    /// Whether it goes to somebody.
    pub(super) fn is_to(&self, scrub: &Scrub) -> bool {
        scrub.is_among(&self.envelope_to)
    }

    /// Whether somebody stands in it.
    pub(super) fn names(&self, scrub: &Scrub) -> bool {
        self.is_to(scrub)
            || [&self.subject, &self.body_text, &self.error, &self.outcomes]
                .into_iter()
                .any(|text| scrub.finds(text))
    }

    /// Whether it is news for an agent that were written out, or are just now. They are written from what a ticket holds at
    /// that moment: its row does not say which words are in them.
    pub(super) fn is_written_news(&self) -> bool {
        let written = self.digest.is_some() || self.state == Delivery::Sending;
        written && self.kind == OutboxKind::Notification
    }

    /// Whether it has still to leave and is written anew when it does: what an attempt has left of it can go. To whoever is
    /// gone it does not leave.
    fn is_written_again(&self) -> bool {
        let waits = matches!(self.state, Delivery::Held | Delivery::Due | Delivery::Deferred);
        let of_tickets = self.ticket_id.is_some() || self.event == gathering::EVENT;
        waits && self.kind == OutboxKind::Notification && of_tickets
    }

    /// Whether it is news of many tickets, and among them these.
    fn tells_of(&self, tickets: &BTreeSet<TicketId>) -> bool {
        let tells = || gathering::tells_of(&self.body_text).iter().any(|ticket| tickets.contains(ticket));
        self.event == gathering::EVENT && self.is_written_news() && tells()
    }
}

/// Holds mails that have still to leave: nobody begins to write one out of a text that is just now erased.
fn hold(tx: &mut Tx<'_>, ticket: Option<TicketId>) -> Result<()> {
    let unfinished = outbox::table.filter(outbox::state.eq_any(UNFINISHED)).order(outbox::id);
    let ids: Vec<OutboxId> = match ticket {
        Some(ticket) => unfinished.filter(outbox::ticket_id.eq(ticket)).select(outbox::id).load(&mut **tx)?,
        None => unfinished.filter(outbox::ticket_id.is_null()).select(outbox::id).load(&mut **tx)?,
    };
    ids.into_iter().try_for_each(|id| backend::hold_mail(tx, id))
}

/// The outgoing mails of a ticket that `are_meant`; which bytes they were.
pub(super) fn outgoing(
    tx: &mut Tx<'_>,
    scrub: &Scrub,
    id: TicketId,
    own: bool,
    whole: bool,
    are_meant: impl Fn(&Mail) -> bool,
) -> Result<Vec<String>> {
    hold(tx, Some(id))?;
    let all: Vec<Mail> =
        outbox::table.filter(outbox::ticket_id.eq(id)).select(Mail::as_select()).load(&mut **tx)?;
    let all = all.into_iter().filter(|mail| are_meant(mail)).collect();
    without_him(tx, all, scrub, own, whole)
}

fn is_there(conn: &mut Conn, agent: Option<AgentId>) -> Result<bool> {
    let Some(agent) = agent else { return Ok(false) };
    let there = agents::table.find(agent).filter(agents::disabled_at.is_null());
    Ok(there.count().get_result::<i64>(conn)? > 0)
}

/// These outgoing mails without him; which bytes they were.
fn without_him(
    tx: &mut Tx<'_>,
    all: Vec<Mail>,
    scrub: &Scrub,
    own: bool,
    whole: bool,
) -> Result<Vec<String>> {
    let mut gone = Vec::new();
    for mail in all {
        let again = mail.is_written_again();
        // Whoever reads it is another, though he may be reached where the one who is erased was.
        let reader_stays = again && is_there(tx, mail.agent_id)?;
        if !again && UNFINISHED.contains(&mail.state) {
            return Err(Error::Conflict(say!("refused-erase-under-way", n = 1)));
        }
        // The bytes as they went are not looked into: news for agents hold pieces of what he wrote.
        let to_him = own || scrub.is_among(&mail.envelope_to);
        let text = |text: &str| if whole && !text.is_empty() { MARK.to_owned() } else { scrub.text(text) };
        gone.extend(mail.digest);
        diesel::update(outbox::table.find(mail.id))
            .set((
                outbox::envelope_to.eq(if reader_stays {
                    mail.envelope_to.clone()
                } else {
                    scrub.list(&mail.envelope_to)
                }),
                outbox::subject.eq(text(&mail.subject)),
                outbox::body_text.eq(if again { scrub.json(&mail.body_text) } else { text(&mail.body_text) }),
                outbox::digest.eq(None::<String>),
                outbox::error.eq(scrub.text(&mail.error)),
                outbox::outcomes.eq(scrub.json(&mail.outcomes)),
                outbox::domain.eq(if to_him && !reader_stays { String::new() } else { mail.domain }),
            ))
            .execute(&mut **tx)?;
    }
    Ok(gone)
}

/// What surrounds a ticket: its history, what was done to it, what was merged into it, why it lies in the bin.
pub(super) fn around(tx: &mut Tx<'_>, scrub: &Scrub, id: TicketId, own: bool) -> Result<()> {
    let told: Vec<(EventId, Option<String>, Option<String>)> = events::table
        .filter(events::ticket_id.eq(id))
        .filter(events::old_value.is_not_null().or(events::new_value.is_not_null()))
        .select((events::id, events::old_value, events::new_value))
        .load(&mut **tx)?;
    for (event, old, new) in told {
        let (was, becomes) = (scrub.maybe(old.as_deref()), scrub.maybe(new.as_deref()));
        if was != old || becomes != new {
            diesel::update(events::table.find(event))
                .set((events::old_value.eq(was), events::new_value.eq(becomes)))
                .execute(&mut **tx)?;
        }
    }
    // What could be undone would bring him back.
    let done: Vec<(ActId, String)> =
        acts::table.filter(acts::ticket_id.eq(id)).select((acts::id, acts::change)).load(&mut **tx)?;
    for (act, _) in done.into_iter().filter(|(_, change)| own || scrub.finds(change)) {
        diesel::delete(acts::table.find(act)).execute(&mut **tx)?;
    }
    let merged: Vec<(MergeId, String)> = merges::table
        .filter(merges::source_id.eq(id).or(merges::target_id.eq(id)))
        .select((merges::id, merges::undo))
        .load(&mut **tx)?;
    for (merge, undo) in merged.into_iter().filter(|(_, undo)| scrub.finds(undo)) {
        diesel::update(merges::table.find(merge))
            .set(merges::undo.eq(scrub.json(&undo)))
            .execute(&mut **tx)?;
    }
    let address: Option<String> = bin::table.find(id).select(bin::address).first(&mut **tx).optional()?;
    if let Some(address) = address.filter(|address| scrub.is(address)) {
        diesel::update(bin::table.find(id))
            .set(bin::address.eq(scrub.address(&address)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// The mails of no ticket that `are_meant`: about accounts, and many news at once; which bytes they were.
pub(super) fn about_nothing(
    tx: &mut Tx<'_>,
    scrub: &Scrub,
    are_meant: impl Fn(&Mail, &Scrub) -> bool,
) -> Result<Vec<String>> {
    beside(tx, scrub, true, are_meant)
}

/// News of many tickets in which these appear; which bytes they were. What they tell was written out of the tickets.
pub(super) fn gathered(tx: &mut Tx<'_>, scrub: &Scrub, tickets: &BTreeSet<TicketId>) -> Result<Vec<String>> {
    beside(tx, scrub, false, |mail, _| mail.tells_of(tickets))
}

/// The mails of no ticket that `are_meant`, as a whole or without him.
fn beside(
    tx: &mut Tx<'_>,
    scrub: &Scrub,
    whole: bool,
    are_meant: impl Fn(&Mail, &Scrub) -> bool,
) -> Result<Vec<String>> {
    hold(tx, None)?;
    let (mut gone, mut after) = (Vec::new(), OutboxId(0));
    loop {
        let some: Vec<Mail> = outbox::table
            .filter(outbox::ticket_id.is_null().and(outbox::id.gt(after)))
            .order(outbox::id)
            .limit(BESIDE)
            .select(Mail::as_select())
            .load(&mut **tx)?;
        let Some(last) = some.last() else { return Ok(gone) };
        after = last.id;
        let meant = some.into_iter().filter(|mail| are_meant(mail, scrub)).collect();
        gone.extend(without_him(tx, meant, scrub, whole, whole)?);
    }
}

/// What belongs to no ticket.
pub(super) fn everywhere(tx: &mut Tx<'_>, known: &Called, ids: &[CustomerId]) -> Result<()> {
    // A name in a saved search may be anybody's.
    let scrub = Scrub::new(known, Where::Elsewhere)?;
    diesel::delete(auto_responses::table.filter(auto_responses::address.eq_any(&known.addresses)))
        .execute(&mut **tx)?;
    // Answers that a program can get once more within the day. They stay: without them it would do its deed twice.
    let whole = Scrub::new(known, Where::Others)?;
    let answers: Vec<(AgentId, String, String)> = idempotency_keys::table
        .select((idempotency_keys::agent_id, idempotency_keys::key, idempotency_keys::body))
        .load(&mut **tx)?;
    for (agent, key, body) in answers.into_iter().filter(|(_, _, body)| whole.finds(body)) {
        diesel::update(idempotency_keys::table.find((agent, key)))
            .set(idempotency_keys::body.eq(whole.json(&body)))
            .execute(&mut **tx)?;
    }
    let saved: Vec<(ViewId, String, String)> =
        views::table.select((views::id, views::name, views::typed)).load(&mut **tx)?;
    for (id, name, typed) in
        saved.into_iter().filter(|(_, name, typed)| scrub.finds(name) || scrub.finds(typed))
    {
        diesel::update(views::table.find(id))
            .set((views::name.eq(scrub.text(&name)), views::typed.eq(scrub.json(&typed))))
            .execute(&mut **tx)?;
    }
    let deeds: Vec<(BulkId, String, String)> =
        bulks::table.select((bulks::id, bulks::deed, bulks::back)).load(&mut **tx)?;
    for (id, deed, back) in deeds.into_iter().filter(|(_, deed, back)| scrub.finds(deed) || scrub.finds(back))
    {
        diesel::update(bulks::table.find(id))
            .set((bulks::deed.eq(scrub.json(&deed)), bulks::back.eq(scrub.text(&back))))
            .execute(&mut **tx)?;
    }
    let notes: Vec<(CustomerId, String)> = customers::table
        .filter(customers::note.ne("").and(customers::id.ne_all(ids)))
        .select((customers::id, customers::note))
        .load(&mut **tx)?;
    for (id, note) in notes.into_iter().filter(|(_, note)| scrub.addressed(note)) {
        diesel::update(customers::table.find(id))
            .set(customers::note.eq(scrub.text(&note)))
            .execute(&mut **tx)?;
    }
    let notes: Vec<(OrganisationId, String)> = organisations::table
        .filter(organisations::note.ne(""))
        .select((organisations::id, organisations::note))
        .load(&mut **tx)?;
    for (id, note) in notes.into_iter().filter(|(_, note)| scrub.addressed(note)) {
        diesel::update(organisations::table.find(id))
            .set(organisations::note.eq(scrub.text(&note)))
            .execute(&mut **tx)?;
    }
    let undos: Vec<(CustomerMergeId, String)> =
        customer_merges::table.select((customer_merges::id, customer_merges::undo)).load(&mut **tx)?;
    for (id, undo) in undos.into_iter().filter(|(_, undo)| scrub.addressed(undo)) {
        diesel::update(customer_merges::table.find(id))
            .set(customer_merges::undo.eq(scrub.json(&undo)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// The customer, his addresses, and who was merged into him.
pub(super) fn himself(tx: &mut Tx<'_>, known: &Known) -> Result<()> {
    let ids: &[CustomerId] = &known.ids;
    // Those that were looked through are nobody's by now. One that came meanwhile was not looked through.
    let left: i64 = tickets::table.filter(tickets::customer_id.eq_any(ids)).count().get_result(&mut **tx)?;
    if left > 0 {
        return Err(Error::Conflict(say!("refused-erase-under-way", n = left)));
    }
    let merged = customer_merges::table
        .filter(customer_merges::source_id.eq_any(ids).or(customer_merges::target_id.eq_any(ids)))
        .select(customer_merges::id)
        .load::<CustomerMergeId>(&mut **tx)?;
    diesel::delete(customer_merge_tickets::table.filter(customer_merge_tickets::merge_id.eq_any(&merged)))
        .execute(&mut **tx)?;
    diesel::delete(customer_merges::table.filter(customer_merges::id.eq_any(&merged))).execute(&mut **tx)?;
    diesel::delete(customer_words::table.filter(customer_words::customer_id.eq_any(ids)))
        .execute(&mut **tx)?;
    diesel::delete(customer_addresses::table.filter(customer_addresses::customer_id.eq_any(ids)))
        .execute(&mut **tx)?;
    diesel::update(customers::table.filter(customers::id.eq_any(ids)))
        .set(customers::merged_into.eq(None::<CustomerId>))
        .execute(&mut **tx)?;
    diesel::delete(customers::table.filter(customers::id.eq_any(ids))).execute(&mut **tx)?;
    Ok(())
}
