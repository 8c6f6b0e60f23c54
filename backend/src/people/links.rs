//! One-time links that set a password: an invitation, or a new password instead of a lost one. Only a hash is kept.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::{Agent, agents, journal, password, roles, sessions::digest, setup};
use crate::{
    access::{PeopleAccess, Who},
    audit,
    clock::{public_id, random_token},
    db::{AgentId, Audited, Cause, Conn, Delivery, OutboxKind, PasswordLink, Ts, Tx, schema::password_links},
    error::{Error, Result, say},
    notify::letters,
    outbox,
};

/// How long an invitation can be taken up.
const INVITATION: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long a link for a new password works.
const RESET: SignedDuration = SignedDuration::from_hours(1);
/// The longest secret that is looked up.
const LONGEST: usize = 64;
/// What the row of the outbox is about. Its text and its bytes are thrown away once it is sent: they hold the secret.
pub(crate) const EVENT: &str = "password_link";

/// A link that works.
#[derive(Clone, Debug)]
pub struct Open {
    /// For whom.
    pub agent: Agent,
    /// For what.
    pub kind: PasswordLink,
}

/// Makes a link for an agent and returns its secret, which is kept nowhere; earlier ones no longer work.
///
/// # Errors
/// [`Error::Forbidden`] for an agent who may do what the actor may not: the link is as good as his account;
/// [`Error::Conflict`] for one who may not sign in.
pub fn make(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    id: AgentId,
    kind: PasswordLink,
    now: Ts,
) -> Result<String> {
    let agent = agents::get(tx, id)?;
    roles::may_have_all_of(tx, people, id)?;
    if !agent.is_active(now.0) {
        return Err(Error::Conflict(say!("refused-agent-gone", name = agent.name)));
    }
    let secret = store(tx, id, kind, now)?;
    journal::way_in(tx, people, &agent.login, kind.as_str(), now)?;
    Ok(secret)
}

/// The same for somebody who asks for himself, at his own address. Whoever asks is a stranger until he opens it: an invitation
/// that waits goes on working.
pub(super) fn make_for_owner(tx: &mut Tx<'_>, id: AgentId, now: Ts) -> Result<String> {
    let earlier = password_links::agent_id.eq(id).and(password_links::kind.eq(PasswordLink::Reset));
    diesel::delete(password_links::table.filter(earlier)).execute(&mut **tx)?;
    put(tx, id, PasswordLink::Reset, now)
}

fn store(tx: &mut Tx<'_>, id: AgentId, kind: PasswordLink, now: Ts) -> Result<String> {
    forget(tx, id)?;
    put(tx, id, kind, now)
}

fn put(tx: &mut Tx<'_>, id: AgentId, kind: PasswordLink, now: Ts) -> Result<String> {
    let secret = random_token();
    let lasts = match kind {
        PasswordLink::Invitation => INVITATION,
        PasswordLink::Reset => RESET,
    };
    diesel::insert_into(password_links::table)
        .values((
            password_links::agent_id.eq(id),
            password_links::kind.eq(kind),
            password_links::hash.eq(digest(&secret)),
            password_links::created_at.eq(now),
            password_links::expires_at.eq(Ts(now.0.checked_add(lasts).unwrap_or(now.0))),
        ))
        .execute(&mut **tx)?;
    Ok(secret)
}

/// Where a link leads: below the configured public address, whatever a request calls us.
pub fn address(base: &Url, secret: &str) -> String {
    let mut address = base.clone();
    address.set_path("/password/new");
    address.set_query(Some(&format!("token={secret}")));
    address.to_string()
}

/// Sends the link to the agent.
///
/// # Errors
/// Those of the database.
pub fn mail(tx: &mut Tx<'_>, id: AgentId, kind: PasswordLink, link: &str, now: Ts) -> Result<()> {
    let agent = agents::get(tx, id)?;
    let letter = letters::password_link(&agent, kind, &setup::organisation(tx)?, link);
    let from = outbox::own_sender(tx)?;
    let domain = crate::tickets::reply::domain_of(&from.address).to_owned();
    outbox::enqueue(
        tx,
        &outbox::NewMail {
            kind: OutboxKind::Notification,
            state: Delivery::Due,
            ticket: None,
            article: None,
            agent: Some(id),
            event: EVENT.to_owned(),
            envelope_from: String::new(),
            envelope_to: vec![agent.email],
            message_id: format!("{}.notice@{domain}", public_id(now.0).simple()),
            subject: letter.subject,
            body_text: letter.body,
            try_at: now,
        },
        now,
    )
}

/// The link of this secret, if it works.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Conn, secret: &str, now: Timestamp) -> Result<Option<Open>> {
    if secret.len() > LONGEST {
        return Ok(None);
    }
    let found: Option<(AgentId, PasswordLink)> = password_links::table
        .filter(password_links::hash.eq(digest(secret)).and(password_links::expires_at.gt(Ts(now))))
        .select((password_links::agent_id, password_links::kind))
        .first(conn)
        .optional()?;
    let Some((id, kind)) = found else { return Ok(None) };
    let agent = agents::get(conn, id)?;
    Ok(agent.is_active(now).then_some(Open { agent, kind }))
}

/// Sets the password and ends the link, all others of the agent, and his sessions.
///
/// # Errors
/// [`Error::NotFound`] for a link that does not work, or worked before.
pub fn use_up(tx: &mut Tx<'_>, secret: &str, hash: &password::Hash, now: Ts) -> Result<Agent> {
    let open = find(tx, secret, now.0)?.ok_or(Error::NotFound)?;
    let taken = diesel::delete(password_links::table.filter(password_links::hash.eq(digest(secret))))
        .execute(&mut **tx)?;
    if taken != 1 {
        return Err(Error::NotFound);
    }
    let login = open.agent.login.clone();
    let who = Who { agent: Some(open.agent.id), login: Some(login.clone()), cause: Cause::Web };
    agents::set_password(tx, open.agent.id, hash, &who, now)?;
    audit::noted(tx, &who, Audited::Password, &login, "set by a link", now)?;
    Ok(open.agent)
}

/// The link of an agent that still works: for what, and until when.
///
/// # Errors
/// Those of the database.
pub fn of(conn: &mut Conn, agent: AgentId, now: Timestamp) -> Result<Option<(PasswordLink, Ts)>> {
    Ok(password_links::table
        .filter(password_links::agent_id.eq(agent).and(password_links::expires_at.gt(Ts(now))))
        .order(password_links::expires_at.desc())
        .select((password_links::kind, password_links::expires_at))
        .first(conn)
        .optional()?)
}

/// Ends all links of an agent.
pub(super) fn forget(tx: &mut Tx<'_>, agent: AgentId) -> Result<()> {
    diesel::delete(password_links::table.filter(password_links::agent_id.eq(agent))).execute(&mut **tx)?;
    Ok(())
}

/// Throws away what no longer works.
pub(super) fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    diesel::delete(password_links::table.filter(password_links::expires_at.lt(Ts(now))))
        .execute(&mut **tx)?;
    Ok(())
}
