//! Agents as a table: taken out, and invited. Only who is not there yet is made, and gets an invitation by mail; whoever is
//! there stays as he is.

use std::collections::BTreeSet;

use jiff::Timestamp;
use url::Url;

use super::{
    agents::{self, NewAgent},
    directory, links,
    table::{self, Outcome, Report, Row},
};
use crate::{
    access::{Actor, PeopleAccess},
    audit,
    csv::Csv,
    db::{Audited, InstallationRight, PasswordLink, Ts, Tx},
    error::{Error, Result, say},
};

/// The columns that are taken over, the first of them needed.
pub const COLUMNS: [&str; 4] = ["email", "name", "login", "roles"];
static KNOWN: [&str; 4] = COLUMNS;
/// So many agents are read at once.
const PART: usize = 200;

/// Invites those of a table who are not there yet; how each line fared. In a rehearsal it shows what would become of it.
///
/// # Errors
/// [`Error::Invalid`] for a file that is no such table. Lines that cannot be taken over stand in the report; whoever
/// keeps what was written asks for [`Report::whole`] first.
pub fn import(tx: &mut Tx<'_>, people: &PeopleAccess, bytes: &[u8], base: &Url, now: Ts) -> Result<Report> {
    let (rows, ignored) = table::read(bytes, &KNOWN, "email")?;
    let mut seen = BTreeSet::new();
    let mut report = Report { lines: Vec::new(), ignored };
    for row in &rows {
        let outcome = match seen.insert(row.cell("email").to_lowercase()) {
            true => line(tx, people, row, base, now),
            false => {
                let twice = say!("refused-import-twice", address = row.cell("email"));
                Err(Error::invalid("email", twice))
            }
        };
        report.lines.push(table::told(row, row.cell("email"), outcome)?);
    }
    Ok(report)
}

fn line(tx: &mut Tx<'_>, people: &PeopleAccess, row: &Row, base: &Url, now: Ts) -> Result<Outcome> {
    let Some(email) = mail_ingest::address::normalise(row.cell("email")) else {
        return Err(Error::invalid("email", say!("refused-address")));
    };
    if agents::by_email(tx, &email)?.is_some() {
        return Ok(Outcome::Same);
    }
    let before_at = email.split('@').next().unwrap_or_default();
    let or =
        |cell: &str, otherwise: &str| if cell.is_empty() { otherwise.to_owned() } else { cell.to_owned() };
    let new = NewAgent {
        login: or(row.cell("login"), before_at),
        name: or(row.cell("name"), before_at),
        roles: row.list("roles"),
        email,
        ..NewAgent::default()
    };
    let agent = agents::create(tx, people, &new, now)?;
    let secret = links::make(tx, people, agent.id, PasswordLink::Invitation, now)?;
    let link = links::address(base, &secret);
    links::mail(tx, agent.id, PasswordLink::Invitation, &link, now)?;
    Ok(Outcome::New)
}

/// All agents as a table, and the note that they were taken out.
///
/// # Errors
/// [`Error::Forbidden`] without the right to export, or to manage people.
pub fn export(tx: &mut Tx<'_>, actor: &Actor, now: Ts) -> Result<String> {
    actor.require(InstallationRight::Export)?;
    audit::record(tx, actor, Audited::Export, "agents", now)?;
    let mut lines = Csv::new(&["email", "name", "login", "roles", "standing", "last_sign_in", "expires_at"]);
    let time = |at: Option<Ts>| at.map(|at| Timestamp::from(at).to_string()).unwrap_or_default();
    for standing in directory::Standing::ALL {
        let mut after = None;
        loop {
            let wish = directory::Wish { q: String::new(), standing: Some(standing), after, limit: PART };
            let found = directory::find(tx, actor, &wish, now.0)?;
            for entry in found.entries {
                let roles: Vec<String> = entry.roles.into_iter().map(|role| role.name).collect();
                lines.line([
                    entry.agent.email,
                    entry.agent.name,
                    entry.agent.login,
                    roles.join("; "),
                    entry.standing.as_str().to_owned(),
                    time(entry.agent.last_sign_in_at),
                    time(entry.agent.expires_at),
                ]);
            }
            after = found.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(lines.finish())
}
