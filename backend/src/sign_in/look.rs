//! What `turnstone doctor`, the diagnostics page and the API say of the ways to sign in; and what a directory or a
//! certificate says of somebody, for whoever sets it up.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::certificate::{Doubt, Facts, Trust, known, shown, trust};
use super::{ldap, oidc, sync, ways};
use crate::{
    config::sign_in::{Certificate, Ldap, Method},
    desk::Desk,
    error::{Error, Result, Sentence, say},
    i18n::Language,
    ops::doctor::{Finding, PATIENCE, Report},
    people::{identities, roles},
};

/// An authority should have a successor so long before its end.
const RENEWAL: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Looks at what is here: roles that are given and not there, comparisons, authorities and what they revoked.
///
/// # Errors
/// Those of the database.
pub async fn inside(desk: &Desk, language: &Language) -> Result<Vec<Finding>> {
    let config = desk.config.clone();
    let (known, ways, sealed): (Vec<String>, _, _) = desk
        .db
        .read(move |conn| {
            let known = roles::all(conn)?.into_iter().map(|role| role.name).collect();
            Ok((known, ways::in_force(conn, &config)?, ways::sealed(conn, &config)?))
        })
        .await?;
    let mut report = Report::new(language);
    for id in &sealed {
        report.bad("sign-in", "way-sealed", &[("id", id)]);
    }
    for method in &ways.methods {
        match method {
            Method::Local { .. } => {}
            Method::Ldap(directory) => {
                unknown(&mut report, &directory.id, directory.roles.managed(), &known);
                compared(&mut report, desk, directory).await?;
            }
            Method::Oidc(provider) => unknown(&mut report, &provider.id, provider.roles.managed(), &known),
            Method::Certificate(certificate) => {
                unknown(&mut report, &certificate.id, certificate.roles.managed(), &known);
                let (mine, now) = (certificate.clone(), desk.clock.now());
                let read = tokio::task::spawn_blocking(move || trust::read(&mine, now)).await;
                let read = read.map_err(|error| Error::Unexpected(error.into()))?;
                trusted(&mut report, certificate, read, now);
            }
        }
    }
    Ok(report.findings())
}

/// Asks the directories and sites, all at the same time and not longer than a few seconds.
///
/// # Errors
/// Those of the database.
pub async fn outside(desk: &Desk, language: &Language) -> Result<Vec<Finding>> {
    Ok(answers(&ways::of(desk).await?.methods, language).await)
}

/// Asks whether one answers that nobody has saved yet.
pub async fn answers_one(method: &Method, language: &Language) -> Vec<Finding> {
    answers(std::slice::from_ref(method), language).await
}

async fn answers(methods: &[Method], language: &Language) -> Vec<Finding> {
    let probes = methods.iter().map(|method| async move {
        let probe = async {
            match method {
                Method::Local { .. } | Method::Certificate(_) => None,
                Method::Ldap(directory) => Some(ldap::probe(directory).await),
                Method::Oidc(provider) => Some(oidc::probe(provider).await),
            }
        };
        let late = || Some(Err(say!("why-late-within", seconds = PATIENCE.as_secs())));
        (method, tokio::time::timeout(PATIENCE, probe).await.unwrap_or_else(|_| late()))
    });
    let mut report = Report::new(language);
    for (method, said) in futures_util::future::join_all(probes).await {
        let Some(said) = said else { continue };
        let why = said.as_ref().err().map(|why| why.in_language(language)).unwrap_or_default();
        match (method, said.is_ok()) {
            (Method::Ldap(one), true) => {
                report.good("directory", "directory-answers", &[("id", &one.id), ("address", &one.url)]);
            }
            (Method::Ldap(one), false) => {
                report.bad("directory", "directory-away", &[("id", &one.id), ("why", &why)]);
            }
            (Method::Oidc(one), true) => {
                report.good("sign-in", "site-answers", &[("id", &one.id), ("address", &one.issuer)]);
            }
            (Method::Oidc(one), false) => {
                report.bad("sign-in", "site-away", &[("id", &one.id), ("why", &why)]);
            }
            (Method::Local { .. } | Method::Certificate(_), _) => {}
        }
    }
    report.findings()
}

/// Roles that groups give and nobody has made.
fn unknown(report: &mut Report<'_>, id: &str, managed: Vec<String>, known: &[String]) {
    let missing: Vec<String> = managed.into_iter().filter(|name| !known.contains(name)).collect();
    if !missing.is_empty() {
        report.warning("sign-in", "roles-unknown", &[("id", id), ("roles", &missing.join(", "))]);
    }
}

async fn compared(report: &mut Report<'_>, desk: &Desk, directory: &Ldap) -> Result<()> {
    let Some(every) = directory.sync else { return Ok(()) };
    let mine = directory.clone();
    let Some(last) = desk.db.read(move |conn| sync::last(conn, &mine)).await? else { return Ok(()) };
    let (id, at) = (directory.id.as_str(), last.at.to_string());
    if !last.trouble.is_empty() {
        let why = last.trouble.in_language(report.language());
        report.bad("directory", "directory-left", &[("id", id), ("why", &why)]);
    } else if desk.clock.now().duration_since(last.at).unsigned_abs() > every * 3 {
        report.warning("directory", "directory-late", &[("id", id), ("at", &at)]);
    } else {
        report.good("directory", "directory-compared", &[("id", id), ("at", &at)]);
    }
    Ok(())
}

/// Which authorities count, and how fresh their lists are.
fn trusted(
    report: &mut Report<'_>,
    method: &Certificate,
    read: Result<trust::Authorities, Sentence>,
    now: Timestamp,
) {
    let id = method.id.as_str();
    let all = match read {
        Ok(all) => all,
        Err(why) => {
            let why = why.in_language(report.language());
            return report.bad("sign-in", "trust-wrong", &[("id", id), ("why", &why)]);
        }
    };
    for (name, end) in &all.authorities {
        if end.duration_since(now) < RENEWAL {
            let end = end.to_string();
            report.warning("sign-in", "trust-ends", &[("id", id), ("authorities", name), ("end", &end)]);
        } else {
            report.good("sign-in", "trust", &[("id", id), ("authorities", name)]);
        }
    }
    if all.lists.is_empty() {
        report.warning("sign-in", "trust-unlisted", &[("id", id)]);
    } else {
        for (name, _) in
            all.authorities.iter().filter(|(name, _)| all.lists.iter().all(|list| list.issuer != *name))
        {
            report.bad("sign-in", "trust-listless", &[("id", id), ("issuer", name)]);
        }
    }
    for list in &all.lists {
        let next = list.next.to_string();
        let values = [("id", id), ("issuer", list.issuer.as_str()), ("next", &next), ("file", &list.file)];
        let left = list.next.duration_since(now);
        if left.is_negative() || left.is_zero() {
            match method.accept_expired_crl {
                true => report.warning("sign-in", "revoked-late", &values),
                false => report.bad("sign-in", "revoked-over", &values),
            }
        } else if left < list.next.duration_since(list.made) / 4 {
            report.warning("sign-in", "revoked-due", &values);
        } else {
            report.good("sign-in", "revoked", &values);
        }
    }
}

/// What a certificate says of somebody, for whoever sets it up.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// What stands in it.
    pub facts: Facts,
    /// What its owner is known as; nothing where it does not say so.
    pub known_as: String,
    /// The roles that it gives.
    pub roles: Vec<String>,
    /// The agent who is tied to it; nothing where nobody is.
    pub agent: String,
    /// Whether it would be believed now, and else why not, in a word.
    pub believed: String,
    /// What there is to say besides of why not.
    pub detail: String,
}

/// Looks at the certificates of a file as if a browser showed them: the own one first.
///
/// # Errors
/// [`Error::Invalid`] for a file without one, those of the database else.
pub async fn certificate(desk: &Desk, method: &Certificate, path: &Path) -> Result<Shown> {
    let chain = trust::certificates(path).map_err(|why| Error::invalid("file", why))?;
    let facts = chain.first().map(|own| Facts::of(own)).unwrap_or_else(|| Err("it is empty".to_owned()));
    let mut facts =
        facts.map_err(|why| Error::invalid("file", format!("The certificate cannot be read: {why}.")))?;
    let trust = Trust::of(method);
    facts.issuer_key = trust.issuer_keys(&chain, desk.clock.now()).map(|(key, _)| key).unwrap_or_default();
    let said = shown(&trust, method, &chain, desk.clock.now());
    let about = said.as_ref().ok().cloned().or_else(|| known(method, &facts));
    let somebody = about.clone();
    let agent = desk
        .db
        .read(move |conn| {
            let Some(somebody) = somebody else { return Ok(None) };
            let tie = identities::tied(conn, &somebody)?;
            tie.map(|tie| crate::people::agents::login(conn, tie.agent_id)).transpose()
        })
        .await?;
    let doubt = said.err();
    Ok(Shown {
        known_as: about.as_ref().map(|known| known.subject.clone()).unwrap_or_default(),
        roles: about.map(|known| known.given).unwrap_or_default(),
        agent: agent.unwrap_or_default(),
        believed: doubt.as_ref().map_or("yes", Doubt::word).to_owned(),
        detail: doubt.as_ref().map(Doubt::detail).unwrap_or_default().to_owned(),
        facts,
    })
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

/// Looks somebody up; `None`: the directory finds no one entry for this login.
///
/// # Errors
/// Why the directory cannot be asked.
pub async fn seen(desk: &Desk, directory: &Ldap, login: &str) -> Result<Option<Seen>, Sentence> {
    let Some(person) = ldap::look_up(directory, login).await? else { return Ok(None) };
    Ok(Some(Seen {
        roles: person.known(directory).given,
        open: person.is_open(desk.clock.now()),
        dn: person.dn,
        subject: person.subject,
        login: person.login,
        name: person.name,
        email: person.email,
        groups: person.groups,
    }))
}
