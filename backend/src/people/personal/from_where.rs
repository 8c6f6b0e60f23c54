//! From where a person has written, and where he is written of: also under addresses that are no longer his.

use std::collections::BTreeSet;

use diesel::{prelude::*, sql_types::Text};

use super::{
    AT_ONCE, Called,
    scrub::{Scrub, Where},
};
use crate::{
    db::{
        Conn, CustomerId, TicketId,
        schema::{
            agents, article_moves, articles, customer_addresses, customer_merges, inbound_mails, merges,
            outbox, participants, tickets,
        },
        ticket_text,
    },
    error::Result,
    people::customer_merge::addresses_of,
    queues::OwnAddresses,
};

/// The addresses of these customers, who are one person: those that they have, and those that they had and nobody has now.
pub(super) fn all(conn: &mut Conn, ids: &[CustomerId]) -> Result<Vec<String>> {
    let has: Vec<String> = customer_addresses::table
        .filter(customer_addresses::customer_id.eq_any(ids))
        .select(customer_addresses::address)
        .load(conn)?;
    let mut had: BTreeSet<String> = tickets::table
        .filter(tickets::customer_id.eq_any(ids))
        .select(tickets::customer_address)
        .distinct()
        .load::<String>(conn)?
        .into_iter()
        .collect();
    let undos: Vec<String> = customer_merges::table
        .filter(customer_merges::target_id.eq_any(ids).and(customer_merges::undone_at.is_null()))
        .select(customer_merges::undo)
        .load(conn)?;
    had.extend(undos.iter().flat_map(|undo| addresses_of(undo)));
    let own = OwnAddresses::load(conn)?;
    let mut all: BTreeSet<String> = has.into_iter().collect();
    for address in had {
        let Some(address) = mail_ingest::address::normalise(&address) else { continue };
        if all.contains(&address) || own.contains(&address) {
            continue;
        }
        let customers: i64 = customer_addresses::table
            .filter(customer_addresses::address.eq(&address))
            .count()
            .get_result(conn)?;
        let agents: i64 = agents::table.filter(agents::email.eq(&address)).count().get_result(conn)?;
        if customers + agents == 0 {
            all.insert(address);
        }
    }
    Ok(all.into_iter().collect())
}

/// Tickets besides his `own` in which one of his addresses stands.
pub(super) fn elsewhere(conn: &mut Conn, known: &Called, own: &[TicketId]) -> Result<Vec<TicketId>> {
    let addresses = &known.addresses;
    let mut found: BTreeSet<TicketId> = participants::table
        .filter(participants::address.eq_any(addresses))
        .select(participants::ticket_id)
        .load::<TicketId>(conn)?
        .into_iter()
        .collect();
    let by_mail: Vec<Option<TicketId>> = inbound_mails::table
        .filter(inbound_mails::envelope_from.eq_any(addresses))
        .select(inbound_mails::ticket_id)
        .load(conn)?;
    found.extend(by_mail.into_iter().flatten());
    let scrub = Scrub::new(known, Where::Elsewhere)?;
    let mut perhaps = BTreeSet::new();
    for address in addresses {
        let pattern = format!("%{}%", address.replace(['%', '_', '\\'], "_"));
        let to: Vec<(Option<TicketId>, String)> = outbox::table
            .filter(diesel::dsl::sql::<Text>("lower(outbox.envelope_to)").like(pattern))
            .select((outbox::ticket_id, outbox::envelope_to))
            .load(conn)?;
        found.extend(to.into_iter().filter(|(_, to)| scrub.is_among(to)).filter_map(|(id, _)| id));
        perhaps.extend(ticket_text::with_words(conn, address)?);
    }
    let own: BTreeSet<TicketId> = own.iter().copied().collect();
    let perhaps: Vec<TicketId> =
        perhaps.into_iter().filter(|id| !own.contains(id) && !found.contains(id)).collect();
    // The same words may belong to the address of another.
    for id in perhaps {
        if stands_in(conn, &scrub, id)? {
            found.insert(id);
        }
    }
    Ok(found.into_iter().filter(|id| !own.contains(id)).collect())
}

/// Adds to these tickets those out of which articles came into them, and into which some went for a while: what was told of
/// those articles belongs to where they stood then.
pub(super) fn with_related(conn: &mut Conn, tickets: &mut BTreeSet<TicketId>) -> Result<()> {
    let mut new: Vec<TicketId> = tickets.iter().copied().collect();
    while !new.is_empty() {
        let mut related = Vec::new();
        for part in new.chunks(AT_ONCE) {
            let merged: Vec<(TicketId, TicketId)> = merges::table
                .filter(merges::target_id.eq_any(part).or(merges::source_id.eq_any(part)))
                .select((merges::source_id, merges::target_id))
                .load(conn)?;
            let moved: Vec<(TicketId, TicketId)> = article_moves::table
                .filter(article_moves::to_id.eq_any(part).or(article_moves::from_id.eq_any(part)))
                .select((article_moves::from_id, article_moves::to_id))
                .load(conn)?;
            related.extend(merged.into_iter().chain(moved).flat_map(|(from, to)| [from, to]));
        }
        new = related.into_iter().filter(|id| tickets.insert(*id)).collect();
    }
    Ok(())
}

fn stands_in(conn: &mut Conn, scrub: &Scrub, id: TicketId) -> Result<bool> {
    let (title, address): (String, String) = tickets::table
        .find(id)
        .select((tickets::title, tickets::customer_address))
        .first(conn)
        .optional()?
        .unwrap_or_default();
    if scrub.addressed(&title) || scrub.addressed(&address) {
        return Ok(true);
    }
    let texts: Vec<(String, String, String, String)> = articles::table
        .filter(articles::ticket_id.eq(id))
        .select((articles::from_address, articles::recipients, articles::subject, articles::body_text))
        .load(conn)?;
    Ok(texts.iter().any(|(from, to, subject, body)| {
        [from, to, subject, body].into_iter().any(|text| scrub.addressed(text))
    }))
}
