//! What `turnstone doctor` and `turnstone directory` say of the ways to sign in.

use serde::Serialize;

use super::{ldap, oidc, sync};
use crate::{
    config::sign_in::{Ldap, Method},
    desk::Desk,
    error::{Error, Result},
    ops::doctor::{Finding, Weight},
    people::roles,
};

/// Looks at each way to sign in that is not kept here.
///
/// # Errors
/// Those of the database.
pub async fn findings(desk: &Desk) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let known: Vec<String> =
        desk.db.read(|conn| Ok(roles::all(conn)?.into_iter().map(|role| role.name).collect())).await?;
    for method in &desk.config.sign_in.methods {
        match method {
            Method::Local { .. } => {}
            Method::Ldap(directory) => {
                findings.push(match ldap::probe(directory).await {
                    Ok(()) => good("directory", format!("{} answers at {}", directory.id, directory.url)),
                    Err(why) => bad(
                        "directory",
                        format!("{} cannot be asked: {why}", directory.id),
                        "Correct SIGN_IN_FILE, or mend the directory. Until then only passwords that are kept here work.",
                    ),
                });
                findings.extend(unknown(&directory.id, directory.roles.managed(), &known));
                findings.extend(compared(desk, directory).await?);
            }
            Method::Oidc(provider) => {
                findings.push(match oidc::probe(provider).await {
                    Ok(()) => good("sign-in", format!("{} answers at {}", provider.id, provider.issuer)),
                    Err(why) => bad(
                        "sign-in",
                        format!("{} cannot be asked: {why}", provider.id),
                        "Correct SIGN_IN_FILE, or mend the site. Until then its button leads nowhere.",
                    ),
                });
                findings.extend(unknown(&provider.id, provider.roles.managed(), &known));
            }
        }
    }
    Ok(findings)
}

/// Roles that groups give and nobody has made.
fn unknown(id: &str, managed: Vec<String>, known: &[String]) -> Option<Finding> {
    let missing: Vec<String> = managed.into_iter().filter(|name| !known.contains(name)).collect();
    (!missing.is_empty()).then(|| {
        warning(
            "sign-in",
            format!("{id} gives roles that do not exist: {}", missing.join(", ")),
            "Make these roles, or correct their names in SIGN_IN_FILE.",
        )
    })
}

async fn compared(desk: &Desk, directory: &Ldap) -> Result<Option<Finding>> {
    let Some(every) = directory.sync else { return Ok(None) };
    let mine = directory.clone();
    let last = desk.db.read(move |conn| sync::last(conn, &mine)).await?;
    let Some(last) = last else { return Ok(None) };
    let id = &directory.id;
    if !last.trouble.is_empty() {
        return Ok(Some(bad(
            "directory",
            format!("{id} was not compared with the agents. {}", last.trouble),
            "turnstone directory sync --dry-run shows what a comparison would do.",
        )));
    }
    let late = desk.clock.now().duration_since(last.at).unsigned_abs() > every * 3;
    Ok(Some(if late {
        warning(
            "directory",
            format!("{id} was last compared with the agents at {}", last.at),
            "Is a process with the role worker running?",
        )
    } else {
        good("directory", format!("{id} was compared with the agents at {}", last.at))
    }))
}

/// What a directory says of somebody, for whoever sets it up.
#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    /// His entry.
    pub dn: String,
    /// What never changes.
    pub subject: String,
    /// His login there.
    pub login: String,
    /// His name.
    pub name: String,
    /// His address.
    pub email: Option<String>,
    /// His groups.
    pub groups: Vec<String>,
    /// The roles that they give.
    pub roles: Vec<String>,
    /// Whether he would be let in.
    pub open: bool,
}

/// Looks somebody up.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Unavailable`] where the directory cannot be asked.
pub async fn seen(desk: &Desk, directory: &Ldap, login: &str) -> Result<Seen> {
    let found = ldap::look_up(directory, login).await;
    let found = found.map_err(|why| {
        Error::Unavailable(format!("The directory {} cannot be asked: {why}.", directory.id))
    })?;
    let person = found.ok_or(Error::NotFound)?;
    Ok(Seen {
        roles: person.known(directory).given,
        open: person.is_open(desk.clock.now()),
        dn: person.dn,
        subject: person.subject,
        login: person.login,
        name: person.name,
        email: person.email,
        groups: person.groups,
    })
}

fn good(about: &'static str, found: impl Into<String>) -> Finding {
    Finding { about, weight: Weight::Good, found: found.into(), remedy: String::new() }
}

fn warning(about: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Finding {
    Finding { about, weight: Weight::Warning, found: found.into(), remedy: remedy.into() }
}

fn bad(about: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Finding {
    Finding { about, weight: Weight::Bad, found: found.into(), remedy: remedy.into() }
}
