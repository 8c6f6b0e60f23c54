//! Which domains are an organisation's: whoever writes from there for the first time belongs to it.

use diesel::prelude::*;

use crate::{
    db::{
        Conn, Direct, Keep, OrganisationId, Tx, each,
        schema::{organisation_domains, organisations},
    },
    error::{Error, Result, say},
};

/// So many domains has an organisation at most.
const MOST: usize = 100;

/// An organisation's domains, in order.
///
/// # Errors
/// Those of the database.
pub fn of(conn: &mut Conn, id: OrganisationId) -> Result<Vec<String>> {
    Ok(organisation_domains::table
        .filter(organisation_domains::organisation_id.eq(id))
        .order(organisation_domains::domain)
        .select(organisation_domains::domain)
        .load(conn)?)
}

/// The organisation in use whose domain an address is in; a domain stands for those below it as well, the longest counts.
///
/// # Errors
/// Those of the database.
pub fn of_address(conn: &mut Conn, address: &str) -> Result<Option<OrganisationId>> {
    let Some((_, domain)) = address.rsplit_once('@') else { return Ok(None) };
    let mut above: Vec<&str> = Vec::new();
    let mut rest = Some(domain);
    while let Some(part) = rest.filter(|part| part.contains('.')) {
        above.push(part);
        rest = part.split_once('.').map(|(_, above)| above);
    }
    let mut found: Vec<(String, OrganisationId)> = organisation_domains::table
        .inner_join(organisations::table.on(organisations::id.eq(organisation_domains::organisation_id)))
        .filter(organisation_domains::domain.eq_any(above))
        .filter(organisations::retired_at.is_null())
        .select((organisation_domains::domain, organisation_domains::organisation_id))
        // Asked for each new customer; there are no more texts of it than a domain has labels.
        .kept()
        .rows(conn)?;
    found.sort_by_key(|(domain, _)| domain.len());
    Ok(found.pop().map(|(_, id)| id))
}

/// Sets an organisation's domains.
pub(super) fn set(tx: &mut Tx<'_>, id: OrganisationId, wanted: &[String]) -> Result<()> {
    let mut domains: Vec<String> = Vec::new();
    for word in wanted {
        // An address of a domain is as good as the domain.
        let domain = word.trim().rsplit('@').next().unwrap_or_default().to_lowercase();
        let domain = match mail_ingest::address::normalise(&format!("a@{domain}")) {
            Some(address) if domain.contains('.') => address.trim_start_matches("a@").to_owned(),
            _ => return Err(Error::invalid("domains", say!("refused-organisation-domain", domain = word))),
        };
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    if domains.len() > MOST {
        return Err(Error::invalid("domains", say!("refused-organisation-domains", most = MOST)));
    }
    let holder: Option<(String, String)> = organisation_domains::table
        .inner_join(organisations::table.on(organisations::id.eq(organisation_domains::organisation_id)))
        .filter(organisation_domains::domain.eq_any(&domains))
        .filter(organisation_domains::organisation_id.ne(id))
        .select((organisation_domains::domain, organisations::name))
        .first(&mut **tx)
        .optional()?;
    if let Some((domain, name)) = holder {
        return Err(Error::invalid(
            "domains",
            say!("refused-organisation-domain-taken", domain = domain, name = name),
        ));
    }
    diesel::delete(organisation_domains::table.filter(organisation_domains::organisation_id.eq(id)))
        .execute(&mut **tx)?;
    for domain in &domains {
        let row = (organisation_domains::domain.eq(domain), organisation_domains::organisation_id.eq(id));
        each!(&mut **tx, |c| diesel::insert_into(organisation_domains::table).values(row).execute(c))?;
    }
    Ok(())
}
