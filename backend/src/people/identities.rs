//! Who somebody is elsewhere: a directory or a site that vouches for him knows him by a name that never changes. What it
//! says of him is carried over: his name, his address, when he goes, and the roles that its groups give.

mod difference;

use diesel::prelude::*;
use jiff::Timestamp;
use serde_json::json;

pub use self::difference::{Difference, Roles, compare, put_change, put_end, put_roles};

use super::{
    Agent, agents,
    agents::NewAgent,
    domains, links,
    retire::{self, HandOver, HandedOver},
    roles,
};
use crate::{
    access::{Actor, PeopleAccess, people_for_directory},
    audit,
    db::{
        AgentId, Audited, Cause, Conn, InstallationRight, Ts, Tx, backend, each,
        schema::{agents as people_table, identities},
    },
    error::{Error, Result, say},
    notify::security::{self, Changed},
    tickets::Moment,
};

/// The longest name that somebody has elsewhere, in bytes.
const LONGEST: usize = 500;

/// Somebody, as a directory or a site knows him.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Which directory or site: its id, or its issuer.
    pub method: String,
    /// What he is called there for ever.
    pub subject: String,
    /// What he signs in with there, today.
    pub login: String,
    /// His name.
    pub name: String,
    /// His address, where it can be believed.
    pub email: Option<String>,
    /// Whether the address is proof enough to be the agent who has it: nobody can write his own there.
    pub vouched_email: bool,
    /// Names of the roles that his groups give.
    pub given: Vec<String>,
    /// Names of all roles that its groups can give; whatever else he has, people gave him.
    pub managed: Vec<String>,
    /// When his account ends there; `None`: that is not told.
    pub expires_at: Option<Option<Timestamp>>,
    /// Whether he may become an agent.
    pub make: bool,
    /// What he may be called by a tie from before: the same name, by an authority that has changed its key.
    pub earlier: Vec<String>,
}

/// Why somebody who is known elsewhere does not come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no agent for him, and none is made.
    Unknown,
    /// His groups give no role.
    NoRole,
    /// No address that can be believed.
    NoAddress,
    /// His address is in none of the allowed domains.
    Domain,
    /// Several agents have his address, or somebody else there is the one who has it.
    Ambiguous,
    /// An agent has his address and another login, and the address alone is no proof there.
    Unproven,
    /// The agent with his address has rights that belong to no queue: only the command line ties him to somebody elsewhere.
    Manages,
    /// Somebody else has his login.
    LoginTaken,
    /// His agent is shut out here, or has expired.
    Shut,
}

impl Refusal {
    /// A word for the log.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "no agent here, and none is made for this method",
            Self::NoRole => "the groups give no role",
            Self::NoAddress => "no mail address that can be believed",
            Self::Domain => "the mail address is in none of the allowed domains",
            Self::Ambiguous => {
                "several agents have this mail address, or its agent is tied to somebody else there; tie them with turnstone agent link"
            }
            Self::Unproven => {
                "the agent with this mail address has another login; tie them with turnstone agent link, or set trust_email where nobody can write his own address"
            }
            Self::Manages => {
                "the agent with this mail address has rights of the whole installation; tie them with turnstone agent link"
            }
            Self::LoginTaken => "another agent has this login",
            Self::Shut => "the agent is shut out or has expired",
        }
    }
}

/// A tie between an agent and somebody elsewhere.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = identities)]
pub struct Identity {
    /// Which directory or site.
    pub method: String,
    /// What he is called there for ever.
    pub subject: String,
    /// The agent.
    pub agent_id: AgentId,
    /// What he was called there last.
    pub login: String,
    /// Since when he is gone there, and was shut out here for that.
    pub gone_at: Option<Ts>,
    /// The end of his account that was last carried over from there.
    pub ends_at: Option<Ts>,
}

/// The ties of an agent.
///
/// # Errors
/// Those of the database.
pub fn of_agent(conn: &mut Conn, agent: AgentId) -> Result<Vec<Identity>> {
    Ok(identities::table
        .filter(identities::agent_id.eq(agent))
        .order((identities::method, identities::subject))
        .select(Identity::as_select())
        .load(conn)?)
}

/// All ties to one directory or site, with their agents.
///
/// # Errors
/// Those of the database.
pub fn of_method(conn: &mut Conn, method: &str) -> Result<Vec<(Identity, Agent)>> {
    Ok(identities::table
        .inner_join(people_table::table)
        .filter(identities::method.eq(method))
        .order(identities::subject)
        .select((Identity::as_select(), Agent::as_select()))
        .load(conn)?)
}

/// The tie of somebody elsewhere.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Conn, method: &str, subject: &str) -> Result<Option<Identity>> {
    Ok(identities::table.find((method, subject)).select(Identity::as_select()).first(conn).optional()?)
}

/// The tie of somebody who is known elsewhere, be it under what he was called before.
///
/// # Errors
/// Those of the database.
pub fn tied(conn: &mut Conn, known: &Known) -> Result<Option<Identity>> {
    for subject in std::iter::once(&known.subject).chain(&known.earlier) {
        if let Some(tie) = find(conn, &known.method, subject)? {
            return Ok(Some(tie));
        }
    }
    Ok(None)
}

/// Ties an agent to somebody elsewhere, in place of an earlier tie of that somebody: whose it was is told that it is his no more.
///
/// # Errors
/// [`Error::Invalid`] for a name that nobody has.
pub fn link(tx: &mut Tx<'_>, people: &PeopleAccess, agent: &Agent, known: &Known, now: Ts) -> Result<()> {
    let before = find(tx, &known.method, &known.subject)?.filter(|tie| tie.agent_id != agent.id);
    tie(tx, people, agent, known, now)?;
    if let Some(before) = before {
        let loser = agents::get(tx, before.agent_id)?;
        gone(tx, people, &loser, (&before.method, &before.subject), now)?;
    }
    security::tell(tx, agent, people.who(), Changed::Tied(&called(known)), now)
}

/// Tells an agent, and the audit log, that a tie of his is gone.
fn gone(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    agent: &Agent,
    (method, subject): (&str, &str),
    now: Ts,
) -> Result<()> {
    security::tell(tx, agent, people.who(), Changed::Untied(method), now)?;
    let told = json!({ "tied_to": { "method": method, "subject": subject } });
    audit::changed(tx, people.who(), Audited::Agent, &agent.login, &told, &json!({}), now)
}

/// What somebody is called elsewhere, and where.
fn called(known: &Known) -> String {
    let name = if known.login.trim().is_empty() { &known.subject } else { &known.login };
    format!("{}: {name}", known.method)
}

/// The tie alone: of whoever has just become an agent by it there is nothing to tell.
fn tie(tx: &mut Tx<'_>, people: &PeopleAccess, agent: &Agent, known: &Known, now: Ts) -> Result<()> {
    let bad = |text: &str| text.is_empty() || text.len() > LONGEST || text.contains('\0');
    if bad(&known.subject) || bad(&known.method) {
        return Err(Error::invalid("subject", say!("refused-subject")));
    }
    let login: String = known.login.chars().filter(|c| !c.is_control()).take(100).collect();
    let row = (
        identities::method.eq(&known.method),
        identities::subject.eq(&known.subject),
        identities::agent_id.eq(agent.id),
        identities::login.eq(&login),
        identities::created_at.eq(now),
    );
    let again =
        (identities::agent_id.eq(agent.id), identities::login.eq(&login), identities::gone_at.eq(None::<Ts>));
    each!(&mut **tx, |c| diesel::insert_into(identities::table)
        .values(row)
        .on_conflict((identities::method, identities::subject))
        .do_update()
        .set(again)
        .execute(c))?;
    let told = json!({ "tied_to": { "method": known.method, "subject": known.subject, "login": login } });
    audit::changed(tx, people.who(), Audited::Agent, &agent.login, &json!({}), &told, now)
}

/// Unties an agent from a directory or site.
///
/// # Errors
/// [`Error::NotFound`] where he is not tied to it.
pub fn unlink(tx: &mut Tx<'_>, people: &PeopleAccess, agent: &Agent, method: &str, now: Ts) -> Result<()> {
    let his = identities::agent_id.eq(agent.id).and(identities::method.eq(method));
    let subjects: Vec<String> = identities::table.filter(his).select(identities::subject).load(&mut **tx)?;
    if subjects.is_empty() {
        return Err(Error::NotFound);
    }
    diesel::delete(identities::table.filter(his)).execute(&mut **tx)?;
    gone(tx, people, agent, (method, &subjects.join(", ")), now)
}

/// Whether an agent manages people.
///
/// # Errors
/// Those of the database.
pub fn manages(conn: &mut Conn, agent: AgentId, now: Timestamp) -> Result<bool> {
    match Actor::load(conn, agent, Cause::System, now) {
        Ok(actor) => Ok(actor.scope.may(InstallationRight::People)),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether an agent has a right that belongs to no queue.
fn has_rights(conn: &mut Conn, agent: AgentId, now: Timestamp) -> Result<bool> {
    match Actor::load(conn, agent, Cause::System, now) {
        Ok(actor) => Ok(InstallationRight::ALL.iter().any(|right| actor.scope.may(*right))),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The agent of somebody who has proven elsewhere who he is: the one he is tied to; at the first time the one with his
/// address, to whom he is tied by this; or a new one with the roles that his groups give.
///
/// # Errors
/// Those of the database.
pub fn enter(tx: &mut Tx<'_>, known: &Known, at: &Moment) -> Result<Result<AgentId, Refusal>> {
    let people = people_for_directory();
    if let Some(tie) = tied(tx, known)? {
        return back(tx, &people, known, &tie, at).map(Ok);
    }
    // Two first sign-ins of one person at once would both find nobody.
    backend::one_at_a_time(tx, "identities")?;
    if let Some(tie) = tied(tx, known)? {
        return back(tx, &people, known, &tie, at).map(Ok);
    }
    let Some(email) = known.email.as_deref().and_then(mail_ingest::address::normalise) else {
        return Ok(Err(Refusal::NoAddress));
    };
    let mut his: Vec<Agent> = people_table::table
        .filter(people_table::email.eq(&email))
        .select(Agent::as_select())
        .load(&mut **tx)?;
    if !his.is_empty() {
        his.retain(|agent| agent.is_active(at.now));
        let agent = match his.as_slice() {
            [agent] => agent,
            // Whoever was shut out does not come back under a new name.
            [] => return Ok(Err(Refusal::Shut)),
            _ => return Ok(Err(Refusal::Ambiguous)),
        };
        if has_rights(tx, agent.id, at.now)? {
            return Ok(Err(Refusal::Manages));
        }
        // One person there is one agent here: a second with his address is somebody else.
        if of_agent(tx, agent.id)?.iter().any(|tie| tie.method == known.method) {
            return Ok(Err(Refusal::Ambiguous));
        }
        if !known.vouched_email && known.login.trim().to_lowercase() != agent.login {
            return Ok(Err(Refusal::Unproven));
        }
        link(tx, &people, agent, known, at.ts())?;
        // He has come in without a password of ours: none waits for him any more.
        links::forget(tx, agent.id)?;
        agents::ask_for_no_password(tx, agent.id)?;
        return Ok(Ok(agent.id));
    }
    make(tx, &people, known, email, at)
}

/// Somebody comes again: under his name of today, and where only his absence elsewhere had shut him out, let in again.
fn back(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    known: &Known,
    tie: &Identity,
    at: &Moment,
) -> Result<AgentId> {
    if tie.subject != known.subject {
        // Both count until the earlier one is taken away: he may have the old certificate and the new one.
        let agent = agents::get(tx, tie.agent_id)?;
        link(tx, people, &agent, known, at.ts())?;
    }
    let login: String = known.login.chars().filter(|c| !c.is_control()).take(100).collect();
    if tie.login != login && !login.is_empty() {
        diesel::update(identities::table.find((&tie.method, &tie.subject)))
            .set(identities::login.eq(&login))
            .execute(&mut **tx)?;
    }
    if tie.gone_at.is_some() {
        restore(tx, people, tie, at)?;
    }
    Ok(tie.agent_id)
}

fn make(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    known: &Known,
    email: String,
    at: &Moment,
) -> Result<Result<AgentId, Refusal>> {
    if !known.make {
        return Ok(Err(Refusal::Unknown));
    }
    let given = names_in_use(tx, &known.given)?;
    if given.is_empty() {
        return Ok(Err(Refusal::NoRole));
    }
    if domains::refusal(tx, &email)?.is_some() {
        return Ok(Err(Refusal::Domain));
    }
    let login = known.login.trim().to_lowercase();
    let can_be = |login: &str| {
        let plain = |c: char| c.is_alphanumeric() || "._-@+".contains(c);
        !login.is_empty() && login.chars().count() <= 100 && login.chars().all(plain)
    };
    let mut free = None;
    for login in [login, email.clone()] {
        if can_be(&login) && matches!(agents::by_login(tx, &login), Err(Error::NotFound)) {
            free = Some(login);
            break;
        }
    }
    let Some(login) = free else { return Ok(Err(Refusal::LoginTaken)) };
    let name: String = known.name.chars().filter(|c| !c.is_control()).take(200).collect();
    let name = if name.trim().is_empty() { login.clone() } else { name };
    let expires_at = known.expires_at.flatten();
    let new = NewAgent { login, name, email, roles: given, expires_at, ..NewAgent::default() };
    let agent = agents::create(tx, people, &new, at.ts())?;
    tie(tx, people, &agent, known, at.ts())?;
    difference::remember_end(tx, known, expires_at)?;
    Ok(Ok(agent.id))
}

fn names_in_use(conn: &mut Conn, names: &[String]) -> Result<Vec<String>> {
    let all = roles::all(conn)?;
    Ok(names.iter().filter(|name| all.iter().any(|role| role.name == **name)).cloned().collect())
}

/// Shuts an agent out who is gone elsewhere; his open tickets become free.
///
/// # Errors
/// [`Error::Conflict`] for the last agent who can manage people.
pub fn shut_out(tx: &mut Tx<'_>, tie: &Identity, at: &Moment) -> Result<HandedOver> {
    let handed = retire::retire(tx, &people_for_directory(), tie.agent_id, HandOver::Nobody, at)?;
    diesel::update(identities::table.find((&tie.method, &tie.subject)))
        .set(identities::gone_at.eq(at.ts()))
        .execute(&mut **tx)?;
    Ok(handed)
}

/// Lets an agent in again who was shut out because he was gone elsewhere.
///
/// # Errors
/// Those of the database.
pub fn let_in(tx: &mut Tx<'_>, tie: &Identity, at: &Moment) -> Result<()> {
    restore(tx, &people_for_directory(), tie, at)
}

fn restore(tx: &mut Tx<'_>, people: &PeopleAccess, tie: &Identity, at: &Moment) -> Result<()> {
    // Whoever was shut out by a person, before or since, stays so.
    if tie.gone_at.is_some() && agents::get(tx, tie.agent_id)?.disabled_at == tie.gone_at {
        retire::restore(tx, people, tie.agent_id, at)?;
    }
    diesel::update(identities::table.find((&tie.method, &tie.subject)))
        .set(identities::gone_at.eq(None::<Ts>))
        .execute(&mut **tx)?;
    Ok(())
}
