//! Signing in: by a password that is kept here, by one that a directory knows, by the word of another site, or by a
//! certificate. The ways
//! are asked in the order of the settings; each says yes, no, or that it cannot be asked. A directory that is away never
//! keeps anybody out who has a password here.

pub mod certificate;
mod entry;
mod errand;
mod ldap;
pub mod look;
pub mod oidc;
mod pace;
pub mod sync;
pub mod ways;

pub use self::errand::Begun;
use jiff::Timestamp;

use crate::{
    access::PeopleAccess,
    config::{
        Config,
        sign_in::{Ldap, Method},
    },
    db::{AgentId, Conn, Ts, Tx},
    desk::Desk,
    error::{Error, Result, Sentence, say},
    people::{
        Agent, agents, factor,
        identities::{self, Known, Refusal},
        password::{self, Hash},
        sessions,
    },
};

/// What came of a login and a password.
pub enum Answer {
    /// Somebody comes in.
    In(Entered),
    /// Login and password do not belong together, anywhere.
    No,
    /// He is known, but does not come in.
    Refused(Refusal),
    /// No, as far as could be asked: a directory is away.
    Away,
}

/// Somebody who comes in.
pub struct Entered {
    /// Who.
    pub agent: AgentId,
    /// By which way: `local`, or the id of a directory or site.
    pub method: String,
    /// The hash of his password, where it has to be made anew.
    pub stronger: Option<Hash>,
    /// The hash that his password was compared with, where it is kept here. Looking takes time: whoever lets him in looks
    /// that it is still the one.
    pub verified: Option<String>,
}

/// What came of a password that somebody gives once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// It is his.
    Yes,
    /// It is not.
    No,
    /// No, as far as could be asked: a directory is away.
    Away,
}

/// Asks the ways in for which somebody types a password, in their order.
///
/// # Errors
/// Those of the database.
pub async fn by_password(desk: &Desk, login: &str, password: &str) -> Result<Answer> {
    let (mut refused, mut away) = (None, false);
    for method in &ways::of(desk).await?.methods {
        match method {
            Method::Local { only_admins } => {
                if let Some(entered) = local(desk, login, password, *only_admins).await? {
                    return Ok(Answer::In(entered));
                }
            }
            Method::Ldap(directory) => {
                match ldap::check(directory, login, password, desk.clock.now()).await {
                    ldap::Said::Yes(person) => match settle(desk, person.known(directory)).await? {
                        Ok(agent) => {
                            let method = directory.id.clone();
                            return Ok(Answer::In(Entered { agent, method, stronger: None, verified: None }));
                        }
                        Err(refusal) => refused = Some(refusal),
                    },
                    ldap::Said::No => {}
                    ldap::Said::Away(why) => {
                        away = true;
                        is_away(directory, &why);
                    }
                }
            }
            Method::Oidc(_) | Method::Certificate(_) => {}
        }
    }
    Ok(match (refused, away) {
        (Some(refusal), _) => Answer::Refused(refusal),
        (None, true) => Answer::Away,
        (None, false) => Answer::No,
    })
}

fn is_away(directory: &Ldap, why: &Sentence) {
    tracing::warn!(target: "turnstone::sign_in", directory = directory.id, %why, "a directory cannot be asked; passwords that are kept here go on working");
}

/// As long for an account that is not there as for one that is.
async fn local(desk: &Desk, login: &str, password: &str, only_admins: bool) -> Result<Option<Entered>> {
    let (asked, now) = (login.to_owned(), desk.clock.now());
    let candidate = desk
        .db
        .read(move |conn| {
            let found = sessions::candidate(conn, &asked, now)?;
            let Some((agent, hash)) = found else { return Ok(None) };
            let may = !only_admins || identities::manages(conn, agent, now)?;
            Ok(Some((agent, hash.filter(|_| may))))
        })
        .await?;
    let (agent, hash) = candidate.map_or((None, None), |(agent, hash)| (Some(agent), hash));
    let weak = hash.as_deref().is_some_and(password::is_weak);
    let good = password::verify(password.to_owned(), hash.clone()).await?;
    let Some(agent) = agent.filter(|_| good) else { return Ok(None) };
    // The only moment at which the password is known: made anew as strongly as passwords are today.
    let stronger = match hash.clone().filter(|_| weak) {
        Some(hash) => Some(password::renew(password.to_owned(), hash).await?),
        None => None,
    };
    Ok(Some(Entered { agent, method: "local".to_owned(), stronger, verified: hash }))
}

/// Asks for the password of somebody who is in already, where he can have one: here, or in a directory that he is tied to.
///
/// # Errors
/// Those of the database.
pub async fn again(desk: &Desk, agent: &Agent, password: &str) -> Result<Again> {
    let id = agent.id;
    let ties = desk.db.read(move |conn| identities::of_agent(conn, id)).await?;
    let mut away = false;
    for method in &ways::of(desk).await?.methods {
        match method {
            Method::Local { only_admins } => {
                let entered = local(desk, &agent.login, password, *only_admins).await?;
                if entered.is_some_and(|entered| entered.agent == id) {
                    return Ok(Again::Yes);
                }
            }
            Method::Ldap(directory) => {
                for tie in ties.iter().filter(|tie| tie.method == directory.id) {
                    match ldap::check(directory, &tie.login, password, desk.clock.now()).await {
                        ldap::Said::Yes(person) if person.subject == tie.subject => return Ok(Again::Yes),
                        ldap::Said::Yes(_) | ldap::Said::No => {}
                        ldap::Said::Away(why) => {
                            away = true;
                            is_away(directory, &why);
                        }
                    }
                }
            }
            Method::Oidc(_) | Method::Certificate(_) => {}
        }
    }
    Ok(if away { Again::Away } else { Again::No })
}

/// Whether an agent has a password here that counts: there is one, and the settings let him in with it.
///
/// # Errors
/// Those of the database.
pub fn has_password(conn: &mut Conn, config: &Config, agent: AgentId, now: Timestamp) -> Result<bool> {
    Ok(is_let_in_here(conn, config, agent, now)? && agents::is_password_kept(conn, agent)?)
}

/// Whether the settings let an agent in with something that is kept here, a password or a passkey, without asking elsewhere.
///
/// # Errors
/// Those of the database.
pub fn is_let_in_here(conn: &mut Conn, config: &Config, agent: AgentId, now: Timestamp) -> Result<bool> {
    let mut counts = false;
    for method in &ways::in_force(conn, config)?.methods {
        counts |= match method {
            Method::Local { only_admins } => !only_admins || identities::manages(conn, agent, now)?,
            Method::Ldap(_) | Method::Oidc(_) | Method::Certificate(_) => false,
        };
    }
    Ok(counts)
}

/// Whether a passkey of an agent is enough by itself, to sign in and in place of the password once more. Not where a
/// directory or site decides about him: it may have shut him out, and a passkey never asks there.
///
/// # Errors
/// Those of the database.
pub fn passkey_is_enough(conn: &mut Conn, config: &Config, agent: AgentId, now: Timestamp) -> Result<bool> {
    Ok(is_let_in_here(conn, config, agent, now)? && !only_elsewhere(conn, config, agent, now)?)
}

/// Whether a passkey of an agent stands for his password once more: where it is enough to sign in, and where he comes by a
/// certificate and has no password to type, as the code of an app does: by then his certificate was looked at. Who comes by a
/// site is asked there.
///
/// # Errors
/// Those of the database.
pub fn passkey_raises(conn: &mut Conn, config: &Config, agent: AgentId, now: Timestamp) -> Result<bool> {
    if passkey_is_enough(conn, config, agent, now)? {
        return Ok(true);
    }
    if !types_none(conn, config, agent, now)? {
        return Ok(false);
    }
    let ties = identities::of_agent(conn, agent)?;
    Ok(ways::in_force(conn, config)?.certificates().any(|one| ties.iter().any(|tie| tie.method == one.id)))
}

/// Whether there is nothing by which an agent could show once more that it is him: no password, no second factor, no site
/// that would ask him, and no certificate but one that a proxy tells of, on a line that may be hours old.
///
/// # Errors
/// Those of the database.
pub fn has_nothing_to_show(conn: &mut Conn, config: &Config, agent: AgentId, now: Timestamp) -> Result<bool> {
    if !types_none(conn, config, agent, now)? || factor::is_on(conn, agent)? {
        return Ok(false);
    }
    let ties = identities::of_agent(conn, agent)?;
    let is_tied = |method: &str| ties.iter().any(|tie| tie.method == method);
    let ways = ways::in_force(conn, config)?;
    let site = ways.providers().any(|site| is_tied(&site.issuer));
    // One that only rests would be asked, could it be: nobody gets round it meanwhile.
    for tie in &ties {
        if ways::rests(conn, config, &tie.method)? {
            return Ok(false);
        }
    }
    let fresh = ways.certificates().any(|one| one.is_fresh() && is_tied(&one.id));
    Ok(!site && !fresh)
}

/// Whether an agent signs in elsewhere alone: no password of his counts here, and he is tied to a directory or site.
///
/// # Errors
/// Those of the database.
pub fn only_elsewhere(conn: &mut Conn, config: &Config, agent: AgentId, now: Timestamp) -> Result<bool> {
    Ok(!has_password(conn, config, agent, now)? && !identities::of_agent(conn, agent)?.is_empty())
}

/// Whether an agent has no password to type: none here and none in a directory, but a site that vouches for him.
///
/// # Errors
/// Those of the database.
pub fn types_none(conn: &mut Conn, config: &Config, agent: AgentId, now: Timestamp) -> Result<bool> {
    if !only_elsewhere(conn, config, agent, now)? {
        return Ok(false);
    }
    let ties = identities::of_agent(conn, agent)?;
    let ways = ways::in_force(conn, config)?;
    Ok(!ways.directories().any(|directory| ties.iter().any(|tie| tie.method == directory.id)))
}

/// Unties an agent from a directory, site or way in by certificate, by the name under which its ties are kept, and signs him out
/// where he came in by it. `by` is the agent who does it; `None`: the command line, which locks nobody out.
///
/// # Errors
/// [`Error::NotFound`] where he is not tied to it; [`Error::Conflict`] for who would shut himself out.
pub fn untie(
    tx: &mut Tx<'_>,
    config: &Config,
    people: &PeopleAccess,
    (by, agent): (Option<AgentId>, &Agent),
    method: &str,
    now: Ts,
) -> Result<()> {
    if by == Some(agent.id) && !has_password(tx, config, agent.id, now.0)? {
        return Err(Error::Conflict(say!("refused-untie-self")));
    }
    identities::unlink(tx, people, agent, method, now)?;
    let ways = ways::in_force(tx, config)?;
    let site = ways.providers().find(|site| site.issuer == method);
    sessions::end_by(tx, agent.id, site.map_or(method, |site| &site.id))
}

/// The agent of somebody who has proven elsewhere who he is, made or brought up to date.
///
/// # Errors
/// Those of the database.
pub(crate) async fn settle(desk: &Desk, known: Known) -> Result<Result<AgentId, Refusal>> {
    let (somebody, at) = (known.clone(), desk.moment());
    let found = desk.db.write(move |tx| identities::enter(tx, &somebody, &at)).await?;
    let id = match found {
        Ok(id) => id,
        Err(refusal) => return Ok(Err(refused(&known, refusal))),
    };
    let (somebody, now) = (known.clone(), desk.clock.now());
    if desk.db.read(move |conn| stays_out(conn, id, &somebody, now)).await? {
        return Ok(Err(refused(&known, Refusal::Shut)));
    }
    bring_up_to_date(desk, id, &known).await?;
    let agent = desk.db.read(move |conn| agents::get(conn, id)).await?;
    if !agent.is_active(desk.clock.now()) {
        return Ok(Err(refused(&known, Refusal::Shut)));
    }
    let left = desk.db.read(move |conn| agents::role_names(conn, id)).await?;
    // Who is in no group that counts for anything has no business here, whoever he was yesterday.
    if left.is_empty() && !known.managed.is_empty() {
        return Ok(Err(refused(&known, Refusal::NoRole)));
    }
    Ok(Ok(id))
}

/// Whether people shut him out here, or set the end that is over: neither is undone by what is brought up to date. An end that
/// came from elsewhere may be another there by now.
fn stays_out(conn: &mut Conn, id: AgentId, known: &Known, now: Timestamp) -> Result<bool> {
    let agent = agents::get(conn, id)?;
    if agent.is_active(now) {
        return Ok(false);
    }
    let last = identities::find(conn, &known.method, &known.subject)?.and_then(|tie| tie.ends_at);
    Ok(agent.disabled_at.is_some() || last != agent.expires_at)
}

fn refused(known: &Known, refusal: Refusal) -> Refusal {
    let why = refusal.word();
    tracing::warn!(target: "turnstone::sign_in", method = known.method, subject = known.subject, why, "known elsewhere, not let in");
    refusal
}

/// Carries over what is different. What cannot be here (an address of a foreign domain, the last administrator's role)
/// stays as it was and is said in the log; nobody is kept out for it.
async fn bring_up_to_date(desk: &Desk, id: AgentId, known: &Known) -> Result<()> {
    let somebody = known.clone();
    let different = desk
        .db
        .read(move |conn| {
            let agent = agents::get(conn, id)?;
            identities::compare(conn, &agent, &somebody)
        })
        .await?;
    let now = Ts(desk.clock.now());
    if let Some(roles) = different.roles {
        let done = desk.db.write(move |tx| identities::put_roles(tx, id, &roles, now)).await;
        not_carried_over(known, done)?;
    }
    if let Some(change) = different.change {
        let done = desk.db.write(move |tx| identities::put_change(tx, id, &change, now)).await;
        not_carried_over(known, done)?;
    }
    if let Some(end) = different.end {
        let somebody = known.clone();
        let done = desk.db.write(move |tx| identities::put_end(tx, id, &somebody, end, now)).await;
        not_carried_over(known, done)?;
    }
    Ok(())
}

fn not_carried_over(known: &Known, done: Result<()>) -> Result<()> {
    match done {
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            tracing::warn!(target: "turnstone::sign_in", method = known.method, subject = known.subject, %error, "not carried over");
            Ok(())
        }
        other => other,
    }
}
