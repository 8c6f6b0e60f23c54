//! E-mail domains in which agents may have their address; none: any.

use diesel::prelude::*;
use serde_json::json;

use crate::{
    access::PeopleAccess,
    db::{Audited, Conn, Ts, Tx, backend, schema::settings},
    error::{Error, Result, Sentence, say},
    people::journal,
};

/// The setting that keeps them, separated by blanks.
const KEY: &str = "agent_domains";
/// More of them are a mistake.
const MOST: usize = 100;

/// The allowed domains, in order; none: any.
///
/// # Errors
/// Those of the database.
pub fn allowed(conn: &mut Conn) -> Result<Vec<String>> {
    let kept: Option<String> = settings::table.find(KEY).select(settings::value).first(conn).optional()?;
    Ok(kept.unwrap_or_default().split_whitespace().map(str::to_owned).collect())
}

/// Sets the allowed domains. Agents who are there already stay.
///
/// # Errors
/// [`Error::Invalid`] for what is no domain.
pub fn set(tx: &mut Tx<'_>, people: &PeopleAccess, domains: &[String], now: Ts) -> Result<()> {
    let mut wanted = Vec::new();
    for domain in domains {
        let domain = domain.trim().trim_start_matches('@');
        let whole = mail_ingest::address::normalise(&format!("somebody@{domain}"));
        let Some((_, domain)) = whole.as_deref().and_then(|address| address.rsplit_once('@')) else {
            return Err(Error::invalid("domains", say!("refused-domain", name = domain)));
        };
        if domain.contains(char::is_whitespace) {
            return Err(Error::invalid("domains", say!("refused-domain", name = domain)));
        }
        wanted.push(domain.to_owned());
    }
    wanted.sort();
    wanted.dedup();
    if wanted.len() > MOST {
        return Err(Error::invalid("domains", say!("refused-domains", most = MOST)));
    }
    let before = allowed(tx)?.join(" ");
    let after = wanted.join(" ");
    backend::put_setting(tx, KEY, &after)?;
    let told = (json!({ "agent_domains": before }), json!({ "agent_domains": after }));
    journal::changed(tx, people, Audited::Settings, "agent_domains", told, now)
}

/// Why an address may not be an agent's, where its domain is none of the allowed ones.
pub(super) fn refusal(conn: &mut Conn, address: &str) -> Result<Option<Sentence>> {
    let allowed = allowed(conn)?;
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    if allowed.is_empty() || allowed.iter().any(|one| one == domain) {
        return Ok(None);
    }
    Ok(Some(say!("refused-foreign-domain", domains = allowed.join(", "))))
}
