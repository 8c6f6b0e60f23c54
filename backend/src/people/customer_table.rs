//! Customers as a table: taken out, and taken over. Who is meant is said by addresses, so that the same table twice changes
//! nothing the second time. An empty cell leaves alone what is known.

use std::collections::BTreeSet;

use super::{
    addresses, customer_edit, customer_words,
    customers::{self, Customer},
    organisation_edit, organisations,
    table::{self, Outcome, Report, Row},
};
use crate::{
    access::{Actor, PeopleAccess},
    audit,
    csv::Csv,
    db::{Audited, Conn, CustomerId, InstallationRight, Ts, Tx, backend},
    error::{Error, Result, say},
    queues::OwnAddresses,
};

/// The columns, the first of them needed.
pub const COLUMNS: [&str; 6] = ["address", "name", "other_addresses", "organisation", "language", "note"];
static KNOWN: [&str; 6] = COLUMNS;
/// So many customers are read at once.
const PART: i64 = 500;

/// Takes a table over, all of it; how each line fared. In a rehearsal it shows what would become of it.
///
/// # Errors
/// [`Error::Invalid`] for a file that is no such table. Lines that cannot be taken over stand in the report; whoever
/// keeps what was written asks for [`Report::whole`] first.
pub fn import(tx: &mut Tx<'_>, people: &PeopleAccess, bytes: &[u8], now: Ts) -> Result<Report> {
    let (rows, ignored) = table::read(bytes, &KNOWN, "address")?;
    backend::one_at_a_time(tx, "customer_addresses")?;
    let own = OwnAddresses::load(tx)?;
    let mut seen = BTreeSet::new();
    let mut report = Report { lines: Vec::new(), ignored };
    for row in &rows {
        let outcome = line(tx, people, &own, &mut seen, row, now);
        report.lines.push(table::told(row, row.cell("address"), outcome)?);
    }
    let detail =
        format!("import: {} new, {} changed", report.count(Outcome::New), report.count(Outcome::Changed));
    audit::noted(tx, people.who(), Audited::Customer, "customers", &detail, now)?;
    Ok(report)
}

fn line(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    own: &OwnAddresses,
    seen: &mut BTreeSet<String>,
    row: &Row,
    now: Ts,
) -> Result<Outcome> {
    let mut theirs = Vec::new();
    for typed in std::iter::once(row.cell("address").to_owned()).chain(row.list("other_addresses")) {
        let Some(address) = mail_ingest::address::normalise(&typed) else {
            return Err(Error::invalid("address", say!("refused-import-address", address = typed)));
        };
        if own.contains(&address) {
            return Err(Error::invalid("address", say!("refused-own-address", address = address)));
        }
        if !theirs.contains(&address) {
            theirs.push(address);
        }
    }
    if let Some(twice) = theirs.iter().find(|address| seen.contains(*address)) {
        return Err(Error::invalid("address", say!("refused-import-twice", address = twice)));
    }
    seen.extend(theirs.iter().cloned());
    let mut holders: BTreeSet<CustomerId> = BTreeSet::new();
    for address in &theirs {
        holders.extend(customers::known(tx, address)?);
    }
    if holders.len() > 1 {
        return Err(Error::invalid("address", say!("refused-import-two")));
    }
    let Some(main) = theirs.first().cloned() else { return Err(Error::NotFound) };
    let change = change(tx, people, row, now)?;
    let problems = customer_edit::check(tx, &change)?;
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let (id, before) = match holders.into_iter().next() {
        Some(id) => (id, Some(state(tx, id)?)),
        None => {
            let named = change.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
            (customers::insert(tx, named.unwrap_or(&main), &main, now)?, None)
        }
    };
    for address in &theirs {
        addresses::put(tx, people.who(), id, address, false, now)?;
    }
    addresses::put_main(tx, id, &main)?;
    customer_edit::put(tx, id, &change)?;
    customer_words::say(tx, id)?;
    Ok(match before {
        None => Outcome::New,
        Some(before) if before == state(tx, id)? => Outcome::Same,
        Some(_) => Outcome::Changed,
    })
}

/// What a line says; an empty cell says nothing.
fn change(tx: &mut Tx<'_>, people: &PeopleAccess, row: &Row, now: Ts) -> Result<customer_edit::Change> {
    let cell = |column: &str| Some(row.cell(column).to_owned()).filter(|text| !text.is_empty());
    let organisation = match row.cell("organisation") {
        "" => None,
        name => Some(Some(organisation_edit::by_name(tx, people, name, now)?)),
    };
    Ok(customer_edit::Change {
        name: cell("name"),
        language: cell("language"),
        note: cell("note").map(|note| note.replace("\r\n", "\n")),
        organisation,
    })
}

type State = (String, String, Option<String>, Option<i64>, Vec<String>);

fn state(conn: &mut Conn, id: CustomerId) -> Result<State> {
    let Customer { name, note, language, organisation_id, .. } = addresses::customer(conn, id)?;
    Ok((name, note, language, organisation_id.map(|id| id.0), addresses::of(conn, id)?))
}

/// Writes down that customers are taken out.
///
/// # Errors
/// [`Error::Forbidden`] without the right to export, or to manage people.
pub fn begin(tx: &mut Tx<'_>, actor: &Actor, now: Ts) -> Result<()> {
    actor.require(InstallationRight::People)?;
    actor.require(InstallationRight::Export)?;
    audit::record(tx, actor, Audited::Export, "customers", now)
}

/// The line above all others.
pub fn head() -> String {
    Csv::new(&COLUMNS).finish()
}

/// The next lines, behind `after`, and where the ones after them begin.
///
/// # Errors
/// [`Error::Forbidden`] once the right to export, or to manage people, is gone.
pub fn part(conn: &mut Conn, actor: &Actor, after: CustomerId) -> Result<(String, Option<CustomerId>)> {
    actor.require(InstallationRight::People)?;
    actor.require(InstallationRight::Export)?;
    let rows = customers::page(conn, after, PART)?;
    let ids: Vec<_> = rows.iter().filter_map(|(customer, _)| customer.organisation_id).collect();
    let names = organisations::names(conn, &ids)?;
    let full = rows.len() >= usize::try_from(PART).unwrap_or(usize::MAX);
    let next = rows.last().filter(|_| full).map(|(customer, _)| customer.id);
    let mut lines = Csv::more();
    for (customer, mut theirs) in rows {
        let others = theirs.split_off(theirs.len().min(1));
        lines.line([
            theirs.pop().unwrap_or_default(),
            customer.name,
            others.join("; "),
            customer.organisation_id.and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
            customer.language.unwrap_or_default(),
            customer.note,
        ]);
    }
    Ok((lines.finish(), next))
}
