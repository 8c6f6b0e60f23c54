//! Two customers turn out to be one: what would move is shown before, and all of it can be undone.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{addresses, customer_edit, customer_words, customers::Customer};
use crate::{
    access::{PeopleAccess, Who},
    audit,
    db::{
        AgentId, Audited, Conn, CustomerId, CustomerMergeId, OrganisationId, TicketId, Ts, Tx, backend,
        schema::{
            customer_addresses, customer_merge_tickets as moved, customer_merges as merges, customers,
            participants, tickets,
        },
    },
    error::{Error, Result, say},
};

/// What goes along when a customer is merged into another.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Who vanishes.
    pub source: Customer,
    /// Who stays.
    pub target: Customer,
    /// Addresses that move.
    pub addresses: Vec<String>,
    /// How many tickets move, whoever may read them.
    pub tickets: i64,
    /// In how many conversations somebody who waits to be let in turns out to be the customer himself.
    pub claims: i64,
    /// The note as it will be.
    pub note: String,
    /// The language that he keeps.
    pub language: Option<String>,
    /// The organisation that he keeps.
    pub organisation: Option<OrganisationId>,
}

/// A merge that was done.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = merges)]
pub struct Merge {
    /// Its key.
    pub id: CustomerMergeId,
    /// Who vanished.
    pub source_id: CustomerId,
    /// Who stayed.
    pub target_id: CustomerId,
    /// Who did it.
    pub agent_id: Option<AgentId>,
    /// When.
    pub created_at: Ts,
    /// When it was undone.
    pub undone_at: Option<Ts>,
    undo: String,
}

impl Merge {
    /// What the one who vanished was called.
    pub fn name(&self) -> String {
        serde_json::from_str::<Undo>(&self.undo).map(|undo| undo.name).unwrap_or_default()
    }
}

/// What an undo needs to know.
#[derive(Debug, Serialize, Deserialize)]
struct Undo {
    /// The source's name, for the page.
    name: String,
    addresses: Vec<String>,
    main: Option<String>,
    /// Strangers who were let in: ticket, address, name.
    claims: Vec<(i64, String, String)>,
    /// The target before and after: note, language, organisation.
    before: Kept,
    after: Kept,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    note: String,
    language: Option<String>,
    organisation: Option<i64>,
}

impl Kept {
    fn of(customer: &Customer) -> Self {
        Self {
            note: customer.note.clone(),
            language: customer.language.clone(),
            organisation: customer.organisation_id.map(|id| id.0),
        }
    }
}

/// The addresses that an undo would give back.
pub(super) fn addresses_of(undo: &str) -> Vec<String> {
    serde_json::from_str::<Undo>(undo).map(|undo| undo.addresses).unwrap_or_default()
}

/// What would move.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] for one and the same customer, or one who is merged already.
pub fn preview(
    conn: &mut Conn,
    _people: &PeopleAccess,
    source: CustomerId,
    target: CustomerId,
) -> Result<Preview> {
    look(conn, source, target)
}

fn look(conn: &mut Conn, source: CustomerId, target: CustomerId) -> Result<Preview> {
    let (from, to) = (addresses::customer(conn, source)?, addresses::customer(conn, target)?);
    if source == target {
        return Err(Error::Conflict(say!("refused-merge-same-customer")));
    }
    if from.merged_into.is_some() || to.merged_into.is_some() {
        return Err(Error::Conflict(say!("refused-merge-merged-customer")));
    }
    let count: i64 = tickets::table.filter(tickets::customer_id.eq(source)).count().get_result(conn)?;
    let claims = claims(conn, source, target)?.len();
    let note = [to.note.as_str(), from.note.as_str()]
        .into_iter()
        .filter(|note| !note.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n");
    if note.chars().count() > customer_edit::NOTE {
        return Err(Error::Conflict(say!("refused-customer-note", most = customer_edit::NOTE)));
    }
    Ok(Preview {
        addresses: addresses::of(conn, source)?,
        tickets: count,
        claims: i64::try_from(claims).unwrap_or(i64::MAX),
        language: to.language.clone().or_else(|| from.language.clone()),
        organisation: to.organisation_id.or(from.organisation_id),
        note,
        source: from,
        target: to,
    })
}

/// Strangers in conversations of either who will be no strangers: they write from an address of the other.
fn claims(
    conn: &mut Conn,
    source: CustomerId,
    target: CustomerId,
) -> Result<Vec<(TicketId, String, String)>> {
    let theirs = customer_addresses::table
        .filter(customer_addresses::customer_id.eq_any([source, target]))
        .select(customer_addresses::address)
        .load::<String>(conn)?;
    Ok(participants::table
        .inner_join(tickets::table.on(tickets::id.eq(participants::ticket_id)))
        .filter(participants::address.eq_any(theirs))
        .filter(participants::accepted.eq(false))
        .filter(tickets::customer_id.eq_any([source, target]))
        .select((participants::ticket_id, participants::address, participants::name))
        .load(conn)?)
}

/// Merges a customer into another: addresses, tickets and notes move, and his page leads to the other's.
///
/// # Errors
/// As [`preview`].
pub fn merge(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    source: CustomerId,
    target: CustomerId,
    now: Ts,
) -> Result<CustomerMergeId> {
    merge_as(tx, people.who(), source, target, now)
}

/// The same, for whoever has shown his right otherwise.
pub(super) fn merge_as(
    tx: &mut Tx<'_>,
    who: &Who,
    source: CustomerId,
    target: CustomerId,
    now: Ts,
) -> Result<CustomerMergeId> {
    backend::one_at_a_time(tx, "customer_addresses")?;
    // In one order, whoever is merged into whom.
    for id in [source.min(target), source.max(target)] {
        backend::hold_customer(tx, id)?;
    }
    let what = look(tx, source, target)?;
    let strangers = claims(tx, source, target)?;
    let main: Option<String> = customer_addresses::table
        .filter(customer_addresses::customer_id.eq(source).and(customer_addresses::main.eq(true)))
        .select(customer_addresses::address)
        .first(&mut **tx)
        .optional()?;
    let after = Kept {
        note: what.note.clone(),
        language: what.language.clone(),
        organisation: what.organisation.map(|id| id.0),
    };
    let undo = Undo {
        name: what.source.name.clone(),
        addresses: what.addresses.clone(),
        main,
        claims: strangers.iter().map(|(id, address, name)| (id.0, address.clone(), name.clone())).collect(),
        before: Kept::of(&what.target),
        after,
    };
    let id: CustomerMergeId = diesel::insert_into(merges::table)
        .values((
            merges::source_id.eq(source),
            merges::target_id.eq(target),
            merges::agent_id.eq(who.agent),
            merges::undo.eq(serde_json::to_string(&undo)?),
            merges::created_at.eq(now),
        ))
        .returning(merges::id)
        .get_result(&mut **tx)?;
    // Keys only: nothing in it was typed by anybody.
    let note_them = format!(
        "INSERT INTO customer_merge_tickets (merge_id, ticket_id) SELECT {id}, id FROM tickets WHERE customer_id = {source}"
    );
    diesel::sql_query(note_them).execute(&mut **tx)?;
    diesel::update(tickets::table.filter(tickets::customer_id.eq(source)))
        .set(tickets::customer_id.eq(target))
        .execute(&mut **tx)?;
    diesel::update(customer_addresses::table.filter(customer_addresses::customer_id.eq(source)))
        .set((customer_addresses::customer_id.eq(target), customer_addresses::main.eq(false)))
        .execute(&mut **tx)?;
    for (ticket, address, _) in &strangers {
        diesel::delete(participants::table.find((ticket, address))).execute(&mut **tx)?;
    }
    diesel::update(customers::table.find(target))
        .set((
            customers::note.eq(&what.note),
            customers::language.eq(&what.language),
            customers::organisation_id.eq(what.organisation),
        ))
        .execute(&mut **tx)?;
    diesel::update(customers::table.find(source))
        .set(customers::merged_into.eq(target))
        .execute(&mut **tx)?;
    addresses::settle_main(tx, target)?;
    customer_words::say(tx, source)?;
    customer_words::say(tx, target)?;
    let detail = format!("merged {} into it", customer_edit::subject(source));
    audit::noted(tx, who, Audited::Customer, &customer_edit::subject(target), &detail, now)?;
    Ok(id)
}

/// The merges into a customer that can be undone, the newest first.
///
/// # Errors
/// Those of the database.
pub fn of(conn: &mut Conn, target: CustomerId) -> Result<Vec<Merge>> {
    Ok(merges::table
        .filter(merges::target_id.eq(target).and(merges::undone_at.is_null()))
        .order(merges::id.desc())
        .select(Merge::as_select())
        .load(conn)?)
}

/// Undoes a merge: addresses and tickets go back, tickets that have come from these addresses since as well. What was
/// changed meanwhile stays as it is: an address or a ticket that belongs to somebody else by now, and the note, language
/// or organisation where somebody has written another.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] for one that is undone already, or where the one who stayed was merged himself.
pub fn undo(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    target: CustomerId,
    id: CustomerMergeId,
    now: Ts,
) -> Result<CustomerId> {
    backend::one_at_a_time(tx, "customer_addresses")?;
    let merge: Merge = merges::table
        .find(id)
        .filter(merges::target_id.eq(target))
        .select(Merge::as_select())
        .first(&mut **tx)?;
    for id in [merge.source_id.min(target), merge.source_id.max(target)] {
        backend::hold_customer(tx, id)?;
    }
    let to = addresses::customer(tx, target)?;
    if merge.undone_at.is_some() {
        return Err(Error::Conflict(say!("refused-merge-undone")));
    }
    if to.merged_into.is_some() {
        return Err(Error::Conflict(say!("refused-merge-later")));
    }
    let undo: Undo = serde_json::from_str(&merge.undo)?;
    let (source, his) = (merge.source_id, customer_addresses::table);
    diesel::update(
        his.filter(customer_addresses::customer_id.eq(target))
            .filter(customer_addresses::address.eq_any(&undo.addresses)),
    )
    .set((customer_addresses::customer_id.eq(source), customer_addresses::main.eq(false)))
    .execute(&mut **tx)?;
    let went = moved::table.filter(moved::merge_id.eq(id)).select(moved::ticket_id);
    diesel::update(tickets::table.filter(tickets::customer_id.eq(target)).filter(tickets::id.eq_any(went)))
        .set(tickets::customer_id.eq(source))
        .execute(&mut **tx)?;
    diesel::update(
        tickets::table
            .filter(tickets::customer_id.eq(target).and(tickets::created_at.ge(merge.created_at)))
            .filter(tickets::customer_address.eq_any(&undo.addresses)),
    )
    .set(tickets::customer_id.eq(source))
    .execute(&mut **tx)?;
    for (ticket, address, name) in &undo.claims {
        let there: i64 =
            tickets::table.filter(tickets::id.eq(TicketId(*ticket))).count().get_result(&mut **tx)?;
        if there > 0 {
            backend::put_participant(tx, TicketId(*ticket), address, name, false)?;
        }
    }
    let row = customers::table.find(target);
    if to.note == undo.after.note {
        diesel::update(row).set(customers::note.eq(&undo.before.note)).execute(&mut **tx)?;
    }
    if to.language == undo.after.language {
        diesel::update(row).set(customers::language.eq(&undo.before.language)).execute(&mut **tx)?;
    }
    if to.organisation_id.map(|id| id.0) == undo.after.organisation {
        let before = undo.before.organisation.map(OrganisationId);
        diesel::update(row).set(customers::organisation_id.eq(before)).execute(&mut **tx)?;
    }
    diesel::update(customers::table.find(source))
        .set(customers::merged_into.eq(None::<CustomerId>))
        .execute(&mut **tx)?;
    diesel::update(merges::table.find(id)).set(merges::undone_at.eq(now)).execute(&mut **tx)?;
    diesel::delete(moved::table.filter(moved::merge_id.eq(id))).execute(&mut **tx)?;
    if let Some(main) = undo.main.filter(|_| undo.addresses.len() > 1) {
        // Somebody may have taken it away meanwhile.
        match addresses::put_main(tx, source, &main) {
            Ok(()) | Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    for one in [source, target] {
        addresses::settle_main(tx, one)?;
        customer_words::say(tx, one)?;
    }
    let detail = format!("merge of {} undone", customer_edit::subject(source));
    audit::noted(tx, people.who(), Audited::Customer, &customer_edit::subject(target), &detail, now)?;
    Ok(source)
}
