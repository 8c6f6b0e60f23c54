//! Signing in: throttled, the same for known and unknown accounts; and sessions, of which only a hash is kept.

use std::net::{IpAddr, Ipv6Addr};

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::{
    access::{Check, is_left_out},
    clock::random_token,
    config::Limits,
    db::{
        AgentId, Conn, Direct, Keep, SessionStage, Ts, Tx, backend, columns, hex,
        schema::{agents, sessions, sign_in_failures},
    },
    error::{Error, Result, say},
    settings,
};

/// How far back failures count.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// An address may fail so many times as often as an account: behind one there may be several people.
const PEOPLE: usize = 4;
/// `seen_at` is written this often at most, so that reading pages does not write each time.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// For how long a password counts on pages that give power over others.
const RAISED: SignedDuration = SignedDuration::from_mins(10);
/// For how long a second factor is waited for.
const HALF: SignedDuration = SignedDuration::from_mins(15);

/// A session that is valid.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct Session {
    /// The hash of its id.
    pub id_hash: String,
    /// Whose.
    pub agent_id: AgentId,
    /// Must come with every form.
    pub csrf: String,
    /// When it began.
    pub created_at: Ts,
    /// When it was last used, roughly.
    pub seen_at: Ts,
    /// When its owner last gave his password.
    pub raised_at: Option<Ts>,
}

impl Session {
    /// Whether its owner gave his password not long ago, as pages ask that give power over others. What was opened in time
    /// can be sent for as long again.
    pub fn is_raised(&self, now: Timestamp, sends: bool) -> bool {
        let long = if sends { RAISED + RAISED } else { RAISED };
        self.raised_at.is_some_and(|at| now.duration_since(at.0).abs() < long)
    }
}

/// What is kept of a secret that a browser or a program holds.
pub fn digest(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// How long this account, or this address, must wait before it may try again. Without a login the address alone counts:
/// it is nobody's login, and what was typed as one never holds for it.
///
/// # Errors
/// Those of the database.
pub fn must_wait(
    conn: &mut Conn,
    login: Option<&str>,
    address: &str,
    limits: &Limits,
    now: Timestamp,
) -> Result<Option<SignedDuration>> {
    let limits = settings::limits(conn, limits)?;
    let since = Ts(now.checked_sub(WINDOW).unwrap_or(now));
    let address = network(address);
    let by_login: Vec<Ts> = match login.map(kept_login) {
        Some(login) => sign_in_failures::table
            .filter(sign_in_failures::login.eq(login).and(sign_in_failures::at.gt(since)))
            .order(sign_in_failures::at.desc())
            .limit(256)
            .select(sign_in_failures::at)
            .rows(conn)?,
        None => Vec::new(),
    };
    let by_address: Vec<Ts> = sign_in_failures::table
        .filter(sign_in_failures::address.eq(address).and(sign_in_failures::at.gt(since)))
        .order(sign_in_failures::at.desc())
        .limit(256)
        .select(sign_in_failures::at)
        .rows(conn)?;
    let tries = usize::from(limits.sign_in_tries);
    let wait = [(by_login, tries), (by_address, tries * PEOPLE)]
        .into_iter()
        .filter_map(|(failures, free)| {
            let last = failures.first()?;
            let until = last.0.checked_add(delay(failures.len(), free)?).ok()?;
            Some(until.duration_since(now))
        })
        .max();
    Ok(wait.filter(|wait| wait.is_positive()))
}

/// Grows with each failure, never past the window: nobody is locked out for good.
fn delay(failures: usize, free: usize) -> Option<SignedDuration> {
    let over = failures.checked_sub(free)?;
    let seconds = 5_i64.checked_shl(u32::try_from(over).ok()?.min(8)).unwrap_or(i64::MAX);
    Some(SignedDuration::from_secs(seconds.min(WINDOW.as_secs())))
}

/// A login as failures are kept under it: typed text of any length, of which no account needs more.
fn kept_login(login: &str) -> String {
    super::super::tickets::store::without_nul(login.chars().take(100).collect())
}

/// Whom an address counts for: of IPv6 the network of 64 bits, which one subscriber has whole.
pub fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(address @ IpAddr::V6(_)) => format!("{}/64", prefix(address, 64)),
        Ok(address) => address.to_string(),
        Err(_) => address.to_owned(),
    }
}

/// The house that an address belongs to, where all are crowded: whoever has one network of IPv6 may have as many as he likes,
/// as those of 48 bits are given out whole.
pub fn house(address: IpAddr) -> IpAddr {
    prefix(address.to_canonical(), 48)
}

fn prefix(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << (128 - bits)))),
    }
}

/// Notes a failure. `login` as typed: it may belong to nobody.
///
/// # Errors
/// Those of the database.
pub fn note_failure(tx: &mut Tx<'_>, login: &str, address: &str, now: Ts) -> Result<()> {
    let (login, address) = (kept_login(login), network(address));
    diesel::insert_into(sign_in_failures::table)
        .values((
            sign_in_failures::login.eq(login),
            sign_in_failures::address.eq(address),
            sign_in_failures::at.eq(now),
        ))
        .exec(tx)?;
    Ok(())
}

/// The agent of a login with his password's hash, where he may sign in.
///
/// # Errors
/// Those of the database.
pub fn candidate(conn: &mut Conn, login: &str, now: Timestamp) -> Result<Option<(AgentId, Option<String>)>> {
    let login = super::super::tickets::store::without_nul(login.trim().to_lowercase());
    let found: Option<(AgentId, Option<String>)> = agents::table
        .filter(agents::login.eq(login))
        .filter(agents::disabled_at.is_null())
        .filter(agents::expires_at.is_null().or(agents::expires_at.gt(Ts(now))))
        .select((agents::id, agents::password_hash))
        .first_row(conn)
        .optional()?;
    Ok(found)
}

/// Begins a session; the returned secret goes into the cookie and is kept nowhere.
///
/// # Errors
/// Those of the database.
pub fn begin(tx: &mut Tx<'_>, agent: AgentId, address: &str, user_agent: &str, now: Ts) -> Result<String> {
    begin_half(tx, agent, SessionStage::Whole, address, user_agent, now)
}

/// Begins a session that is good for nothing but its next step.
///
/// # Errors
/// Those of the database.
pub fn begin_half(
    tx: &mut Tx<'_>,
    agent: AgentId,
    stage: SessionStage,
    address: &str,
    user_agent: &str,
    now: Ts,
) -> Result<String> {
    let secret = random_token();
    diesel::insert_into(sessions::table)
        .values((
            sessions::id_hash.eq(digest(&secret)),
            sessions::agent_id.eq(agent),
            sessions::csrf.eq(random_token()),
            sessions::created_at.eq(now),
            sessions::seen_at.eq(now),
            sessions::stage.eq(stage),
            sessions::raised_at.eq(now),
            sessions::address.eq(address),
            sessions::user_agent.eq(user_agent
                .chars()
                .filter(|c| !c.is_control())
                .take(200)
                .collect::<String>()),
        ))
        .exec(tx)?;
    diesel::update(agents::table.find(agent)).set(agents::last_sign_in_at.eq(now)).exec(tx)?;
    Ok(secret)
}

/// Notes by which way somebody came: the id of a directory or site. Whoever says nothing came with a password of ours.
///
/// # Errors
/// Those of the database.
pub fn came_by(tx: &mut Tx<'_>, secret: &str, method: &str) -> Result<()> {
    diesel::update(sessions::table.find(digest(secret)))
        .set(sessions::method.eq(method))
        .execute(&mut **tx)?;
    Ok(())
}

/// By which way the owner of a session came, whole or half.
///
/// # Errors
/// Those of the database.
pub fn method(conn: &mut Conn, id_hash: &str) -> Result<Option<String>> {
    Ok(sessions::table.find(id_hash).select(sessions::method).first(conn).optional()?)
}

/// The session that a cookie names, if it is still good. A clock set back does not make it last longer.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Conn, secret: &str, limits: &Limits, now: Timestamp) -> Result<Option<Session>> {
    by_hash(conn, &digest(secret), limits, now)
}

/// The session of that hash, if it is still good. Whoever names it must have proven it otherwise.
///
/// # Errors
/// Those of the database.
pub fn by_hash(conn: &mut Conn, id_hash: &str, limits: &Limits, now: Timestamp) -> Result<Option<Session>> {
    let limits = settings::limits(conn, limits)?;
    // A session that waits for its second factor is none.
    let found: Option<(Session, SessionStage)> =
        sessions::table.find(id_hash).select((columns::<Session>(), sessions::stage)).row(conn).optional()?;
    let is_whole = |stage: SessionStage| stage == SessionStage::Whole || is_left_out(Check::HalfSession);
    let found = found.filter(|(_, stage)| is_whole(*stage)).map(|(session, _)| session);
    let lasts = |session: &Session| {
        now.duration_since(session.seen_at.0).abs() < limits.session_idle
            && now.duration_since(session.created_at.0) < limits.session_longest
    };
    Ok(found.filter(|session| lasts(session) || is_left_out(Check::SessionTimes)))
}

/// Looks that a session is still there, and that nobody ends it or changes its owner's password until the transaction ends:
/// what was looked at before it began took its time.
///
/// # Errors
/// [`Error::Forbidden`] for a session that is over.
pub fn hold(tx: &mut Tx<'_>, agent: AgentId, id_hash: &str, limits: &Limits, now: Timestamp) -> Result<()> {
    backend::hold_agent(tx, agent)?;
    match by_hash(tx, id_hash, limits, now)? {
        Some(session) if session.agent_id == agent => Ok(()),
        _ => Err(Error::Forbidden(say!("refused-signed-out"))),
    }
}

/// The same of one that waits for this step.
///
/// # Errors
/// [`Error::Forbidden`] for a session that is over.
pub fn hold_half(
    tx: &mut Tx<'_>,
    agent: AgentId,
    secret: &str,
    stage: SessionStage,
    now: Timestamp,
) -> Result<()> {
    backend::hold_agent(tx, agent)?;
    match find_half(tx, secret, stage, now)? {
        Some(owner) if owner == agent => Ok(()),
        _ => Err(Error::Forbidden(say!("refused-signed-out"))),
    }
}

/// Whose half-made session a cookie names, if it waits for this step.
///
/// # Errors
/// Those of the database.
pub fn find_half(
    conn: &mut Conn,
    secret: &str,
    stage: SessionStage,
    now: Timestamp,
) -> Result<Option<AgentId>> {
    let found: Option<(AgentId, Ts)> = sessions::table
        .find(digest(secret))
        .filter(sessions::stage.eq(stage).and(sessions::stage.ne(SessionStage::Whole)))
        .select((sessions::agent_id, sessions::created_at))
        .row(conn)
        .optional()?;
    Ok(found.filter(|(_, begun)| now.duration_since(begun.0).abs() < HALF).map(|(agent, _)| agent))
}

/// Notes that the owner of a session gave his password; the session gets a new id, whose secret this returns.
///
/// # Errors
/// [`Error::NotFound`] for a session that is over.
pub fn raise(tx: &mut Tx<'_>, id_hash: &str, now: Ts) -> Result<String> {
    let secret = random_token();
    let done = diesel::update(sessions::table.find(id_hash).filter(sessions::stage.eq(SessionStage::Whole)))
        .set((sessions::id_hash.eq(digest(&secret)), sessions::raised_at.eq(now)))
        .exec(tx)?;
    if done == 1 { Ok(secret) } else { Err(Error::NotFound) }
}

/// Takes back that the owner of a session has just shown who he is: he came in by something that may be hours old.
///
/// # Errors
/// Those of the database.
pub fn lower(tx: &mut Tx<'_>, id_hash: &str) -> Result<()> {
    diesel::update(sessions::table.find(id_hash)).set(sessions::raised_at.eq(None::<Ts>)).exec(tx)?;
    Ok(())
}

/// Whether [`touch`] is due.
pub fn needs_touch(session: &Session, now: Timestamp) -> bool {
    now.duration_since(session.seen_at.0) > SEEN_EVERY
}

/// Notes that the session is in use.
///
/// # Errors
/// Those of the database.
pub fn touch(tx: &mut Tx<'_>, id_hash: &str, now: Ts) -> Result<()> {
    diesel::update(sessions::table.find(id_hash)).set(sessions::seen_at.eq(now)).kept().exec(tx)?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// Those of the database.
pub fn end(tx: &mut Tx<'_>, id_hash: &str) -> Result<()> {
    diesel::delete(sessions::table.find(id_hash)).exec(tx)?;
    Ok(())
}

/// Ends the sessions into which an agent came by this way.
///
/// # Errors
/// Those of the database.
pub fn end_by(tx: &mut Tx<'_>, agent: AgentId, method: &str) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::agent_id.eq(agent).and(sessions::method.eq(method))))
        .exec(tx)?;
    Ok(())
}

/// Who has sessions into which he came by this way.
///
/// # Errors
/// Those of the database.
pub fn agents_by(conn: &mut Conn, method: &str) -> Result<Vec<AgentId>> {
    let all = sessions::table.filter(sessions::method.eq(method)).select(sessions::agent_id).distinct();
    Ok(all.rows(conn)?)
}

/// Ends the sessions into which anybody came by this way.
///
/// # Errors
/// Those of the database.
pub fn end_all_by(tx: &mut Tx<'_>, method: &str) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::method.eq(method))).exec(tx)?;
    Ok(())
}

/// Ends all sessions of everybody.
///
/// # Errors
/// Those of the database.
pub fn end_all(tx: &mut Tx<'_>) -> Result<()> {
    diesel::delete(sessions::table).exec(tx)?;
    Ok(())
}

/// Ends all sessions of an agent but this one.
///
/// # Errors
/// Those of the database.
pub fn end_others(tx: &mut Tx<'_>, agent: AgentId, but: &str) -> Result<()> {
    let others = sessions::agent_id.eq(agent).and(sessions::id_hash.ne(but));
    diesel::delete(sessions::table.filter(others)).exec(tx)?;
    Ok(())
}

/// Throws away what is over: sessions, and failures that no longer count.
///
/// # Errors
/// Those of the database.
pub fn sweep(tx: &mut Tx<'_>, limits: &Limits, now: Timestamp) -> Result<()> {
    let limits = settings::limits(tx, limits)?;
    let idle = Ts(now.checked_sub(limits.session_idle).unwrap_or(now));
    let old = Ts(now.checked_sub(limits.session_longest).unwrap_or(now));
    let past = Ts(now.checked_sub(WINDOW).unwrap_or(now));
    // What is swept away lets nobody in, whatever is asked of it.
    if !is_left_out(Check::SessionTimes) {
        diesel::delete(sessions::table.filter(sessions::seen_at.lt(idle).or(sessions::created_at.lt(old))))
            .exec(tx)?;
    }
    diesel::delete(sign_in_failures::table.filter(sign_in_failures::at.lt(past))).exec(tx)?;
    super::viewings::sweep(tx, now)?;
    super::passkeys::sweep(tx, now)?;
    super::links::sweep(tx, now)
}
