//! The second factor: codes of an app (RFC 6238) or a passkey, and recovery codes for the day when both are lost.

use std::collections::BTreeSet;

use data_encoding::BASE32_NOPAD;
use diesel::prelude::*;
use jiff::SignedDuration;
use ring::hmac;
use serde_json::{Value, json};
use url::Url;

use super::{Agent, agents, passkeys, roles, sessions::digest};
use crate::{
    access::{Actor, PeopleAccess, Who},
    audit,
    clock::random_bytes,
    config::Config,
    db::{
        AgentId, Audited, Conn, RoleId, Ts, Tx, backend,
        schema::{agent_roles, factors, recovery_codes, roles as role_rows, sessions},
    },
    error::{Error, Result, say},
    notify::security::{self, Changed},
    seal::Key,
};

/// For how long a code is shown, in seconds.
const STEP: i64 = 30;
/// A secret that no app has shown a code of is forgotten after this time.
const WAITS: SignedDuration = SignedDuration::from_mins(15);
/// So many codes before and after the present one count too: clocks differ, and typing takes time.
const SKEW: i64 = 1;
/// So many recovery codes are made.
const CODES: usize = 10;

/// The code of a moment: six digits.
pub fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let at = usize::from(bytes.last().copied().unwrap_or(0) & 0x0f);
    let four: [u8; 4] = bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).unwrap_or_default();
    format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000)
}

/// The step that a moment lies in.
pub fn step(now: Ts) -> i64 {
    now.0.as_second().div_euclid(STEP)
}

/// A secret that waits for the first code of its app.
#[derive(Clone, Debug)]
pub struct Pending {
    /// To be typed, in groups of four.
    pub typed: String,
    /// To be scanned.
    pub uri: String,
}

fn purpose(agent: AgentId) -> String {
    format!("second factor\n{agent}")
}

/// The secret of the app: the one that waits for its first code, for this session or for none, or the one that counts.
fn secret(
    conn: &mut Conn,
    config: &Config,
    agent: AgentId,
    waits_for: Option<(&str, Ts)>,
) -> Result<Option<(Vec<u8>, i64)>> {
    let own = factors::table.find(agent).select((factors::secret, factors::last_step));
    let found: Option<(String, i64)> = match waits_for {
        None => own.filter(factors::confirmed_at.is_not_null()).first(conn).optional()?,
        Some((session, now)) => {
            let waits = factors::confirmed_at.is_null().and(factors::waits_for.eq(session));
            // Whoever comes to an open browser weeks later is not shown what its owner left half done.
            let since = Ts(now.0.checked_sub(WAITS).unwrap_or(now.0));
            own.filter(waits.and(factors::created_at.gt(since))).first(conn).optional()?
        }
    };
    let Some((sealed, last)) = found else { return Ok(None) };
    let text = Key::load(config)?.open(&sealed, &purpose(agent)).ok_or_else(|| {
        Error::Unexpected(anyhow::anyhow!(
            "the second factor of agent {agent} does not open with this key; reset it with `turnstone agent factor-reset`"
        ))
    })?;
    let bytes = BASE32_NOPAD.decode(text.as_bytes()).map_err(|error| Error::Unexpected(error.into()))?;
    Ok(Some((bytes, last)))
}

/// Whether the agent has one: an app, or a passkey.
///
/// # Errors
/// Those of the database.
pub fn is_on(conn: &mut Conn, agent: AgentId) -> Result<bool> {
    Ok(has_app(conn, agent)? || passkeys::has_any(conn, agent)?)
}

/// Whether the agent has an app that shows codes.
///
/// # Errors
/// Those of the database.
pub fn has_app(conn: &mut Conn, agent: AgentId) -> Result<bool> {
    let found: Option<AgentId> = factors::table
        .find(agent)
        .filter(factors::confirmed_at.is_not_null())
        .select(factors::agent_id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Which of these agents have an app, and which have a passkey.
///
/// # Errors
/// Those of the database.
pub fn among(conn: &mut Conn, agents: &[AgentId]) -> Result<(BTreeSet<AgentId>, BTreeSet<AgentId>)> {
    let confirmed = factors::agent_id.eq_any(agents).and(factors::confirmed_at.is_not_null());
    let apps: Vec<AgentId> = factors::table.filter(confirmed).select(factors::agent_id).load(conn)?;
    Ok((apps.into_iter().collect(), passkeys::owners(conn, agents)?.into_iter().collect()))
}

/// Whether a role of the agent asks for one.
///
/// # Errors
/// Those of the database.
pub fn is_needed(conn: &mut Conn, agent: AgentId) -> Result<bool> {
    let found: Option<RoleId> = agent_roles::table
        .inner_join(role_rows::table)
        .filter(agent_roles::agent_id.eq(agent))
        .filter(role_rows::retired_at.is_null().and(role_rows::needs_factor.eq(true)))
        .select(role_rows::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// How many recovery codes are left.
///
/// # Errors
/// Those of the database.
pub fn codes_left(conn: &mut Conn, agent: AgentId) -> Result<i64> {
    Ok(recovery_codes::table.filter(recovery_codes::agent_id.eq(agent)).count().get_result(conn)?)
}

/// Makes a secret that counts once its app has shown a code. One that waits already for the same half-made session (its
/// hash; nothing in the preferences) is kept, another is forgotten: nobody is shown what somebody else has seen.
///
/// # Errors
/// [`Error::Conflict`] for an agent who has an app.
pub fn begin(tx: &mut Tx<'_>, config: &Config, agent: AgentId, waits_for: &str, now: Ts) -> Result<()> {
    backend::hold_agent(tx, agent)?;
    if has_app(tx, agent)? {
        return Err(Error::Conflict(say!("refused-factor-on")));
    }
    if secret(tx, config, agent, Some((waits_for, now)))?.is_some() {
        return Ok(());
    }
    forget_pending(tx, agent)?;
    let secret = BASE32_NOPAD.encode(&random_bytes::<20>());
    let sealed = Key::load(config)?.seal(&secret, &purpose(agent))?;
    diesel::insert_into(factors::table)
        .values((
            factors::agent_id.eq(agent),
            factors::secret.eq(sealed),
            factors::created_at.eq(now),
            factors::waits_for.eq(waits_for),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The secret that waits, for this session or for none, to be shown to its owner.
///
/// # Errors
/// When it cannot be opened.
pub fn pending(
    conn: &mut Conn,
    config: &Config,
    agent: &Agent,
    waits_for: &str,
    organisation: &str,
    now: Ts,
) -> Result<Option<Pending>> {
    let Some((bytes, _)) = secret(conn, config, agent.id, Some((waits_for, now)))? else { return Ok(None) };
    let text = BASE32_NOPAD.encode(&bytes);
    // A colon would end the issuer's name.
    let issuer = organisation.replace(':', " ");
    let mut uri = Url::parse("otpauth://totp/").map_err(|error| Error::Unexpected(error.into()))?;
    uri.set_path(&format!("/{issuer}:{}", agent.login));
    uri.query_pairs_mut()
        .append_pair("secret", &text)
        .append_pair("issuer", &issuer)
        .append_pair("algorithm", "SHA1")
        .append_pair("digits", "6")
        .append_pair("period", "30");
    let groups: Vec<String> =
        text.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four).into_owned()).collect();
    // Apps read a blank as %20 alone.
    Ok(Some(Pending { typed: groups.join(" "), uri: uri.to_string().replace('+', "%20") }))
}

/// Takes the first code of the app: from now on the agent needs one. The recovery codes are shown this once; who has some
/// already is given none.
///
/// # Errors
/// [`Error::Invalid`] for a code that is not right.
pub fn confirm(
    tx: &mut Tx<'_>,
    config: &Config,
    who: &Who,
    agent: &Agent,
    (waits_for, typed): (&str, &str),
    now: Ts,
) -> Result<Vec<String>> {
    let wrong = || Error::invalid("code", say!("refused-code"));
    backend::hold_agent(tx, agent.id)?;
    let (secret, _) = secret(tx, config, agent.id, Some((waits_for, now)))?.ok_or_else(wrong)?;
    let step = matching(&secret, typed, now).ok_or_else(wrong)?;
    diesel::update(factors::table.find(agent.id))
        .set((factors::confirmed_at.eq(now), factors::last_step.eq(step)))
        .execute(&mut **tx)?;
    audit::changed(
        tx,
        who,
        Audited::Factor,
        &agent.login,
        &json!({ "on": false }),
        &json!({ "on": true }),
        now,
    )?;
    security::tell(tx, agent, who, Changed::AppAdded, now)?;
    first_codes(tx, agent.id)
}

/// The step of which the typed code is, if it is near.
fn matching(secret: &[u8], typed: &str, now: Ts) -> Option<i64> {
    use subtle::ConstantTimeEq as _;
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).take(64).collect();
    let now = step(now);
    (now - SKEW..=now + SKEW).find(|at| code(secret, *at).as_bytes().ct_eq(typed.as_bytes()).into())
}

/// Looks that an agent still has none, and holds it so until the transaction ends. Whoever knows a password and waits with
/// a half-made session for one to be set up must not add his own to what its owner has set up meanwhile.
///
/// # Errors
/// [`Error::Conflict`] for an agent who has one.
pub fn must_be_off(tx: &mut Tx<'_>, agent: AgentId) -> Result<()> {
    backend::hold_agent(tx, agent)?;
    if is_on(tx, agent)? { Err(Error::Conflict(say!("refused-factor-on"))) } else { Ok(()) }
}

/// Recovery codes for whoever has none: what a first second factor comes with.
pub(super) fn first_codes(tx: &mut Tx<'_>, agent: AgentId) -> Result<Vec<String>> {
    if codes_left(tx, agent)? > 0 { Ok(Vec::new()) } else { make_codes(tx, agent) }
}

fn make_codes(tx: &mut Tx<'_>, agent: AgentId) -> Result<Vec<String>> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::agent_id.eq(agent))).execute(&mut **tx)?;
    let mut codes = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let text = BASE32_NOPAD.encode(&random_bytes::<10>()).to_lowercase();
        diesel::insert_into(recovery_codes::table)
            .values((recovery_codes::agent_id.eq(agent), recovery_codes::hash.eq(digest(&text))))
            .execute(&mut **tx)?;
        let groups: Vec<String> =
            text.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four).into_owned()).collect();
        codes.push(groups.join("-"));
    }
    Ok(codes)
}

/// New recovery codes in place of the old ones.
///
/// # Errors
/// [`Error::Conflict`] for an agent who has no second factor.
pub fn renew_codes(tx: &mut Tx<'_>, who: &Who, agent: &Agent, now: Ts) -> Result<Vec<String>> {
    backend::hold_agent(tx, agent.id)?;
    if !is_on(tx, agent.id)? {
        return Err(Error::Conflict(say!("refused-factor-off")));
    }
    audit::noted(tx, who, Audited::Factor, &agent.login, "new recovery codes", now)?;
    security::tell(tx, agent, who, Changed::CodesRenewed, now)?;
    make_codes(tx, agent.id)
}

/// Whether this is a code of the app that was not used before, or a recovery code, which is used up by this.
///
/// # Errors
/// When the secret cannot be opened.
pub fn is_good(
    tx: &mut Tx<'_>,
    config: &Config,
    who: &Who,
    agent: AgentId,
    typed: &str,
    now: Ts,
) -> Result<bool> {
    let secret = secret(tx, config, agent, None)?;
    if let Some(step) = secret.and_then(|(secret, _)| matching(&secret, typed, now)) {
        // Of two who send the same code at once one is later, and finds it used.
        let fresh = diesel::update(factors::table.find(agent).filter(factors::last_step.lt(step)))
            .set(factors::last_step.eq(step))
            .execute(&mut **tx)?;
        return Ok(fresh == 1);
    }
    let plain: String = typed.chars().filter(|c| c.is_ascii_alphanumeric()).take(64).collect();
    let used = diesel::delete(recovery_codes::table.find((agent, digest(&plain.to_lowercase()))))
        .execute(&mut **tx)?;
    if used == 1 {
        let login = who.login.as_deref().unwrap_or_default();
        audit::noted(tx, who, Audited::Factor, login, "recovery code used", now)?;
    }
    Ok(used == 1)
}

/// Takes the agent's own app away; passkeys stay.
///
/// # Errors
/// [`Error::Conflict`] where a role asks for a second factor and there is no passkey.
pub fn end_own(tx: &mut Tx<'_>, actor: &Actor, now: Ts) -> Result<()> {
    backend::hold_agent(tx, actor.agent.id)?;
    let had = has_app(tx, actor.agent.id)?;
    diesel::delete(factors::table.find(actor.agent.id)).execute(&mut **tx)?;
    if had {
        after_removal(tx, actor.agent.id)?;
        security::tell(tx, &actor.agent, &actor.who(), Changed::AppRemoved, now)?;
    }
    let (before, after) = (json!({ "on": had }), json!({ "on": false }));
    audit::changed(tx, &actor.who(), Audited::Factor, &actor.agent.login, &before, &after, now)
}

/// After a factor was taken away by its owner: looks that none is missing, and that no recovery codes are left for nothing.
pub(super) fn after_removal(tx: &mut Tx<'_>, agent: AgentId) -> Result<()> {
    if is_on(tx, agent)? {
        return Ok(());
    }
    if is_needed(tx, agent)? {
        return Err(Error::Conflict(say!("refused-factor-needed")));
    }
    diesel::delete(recovery_codes::table.filter(recovery_codes::agent_id.eq(agent))).execute(&mut **tx)?;
    Ok(())
}

/// Takes away what its owner has lost: app, passkeys and recovery codes; his sessions end.
///
/// # Errors
/// [`Error::Forbidden`] for somebody who may do what the actor may not.
pub fn reset(tx: &mut Tx<'_>, people: &PeopleAccess, id: AgentId, now: Ts) -> Result<()> {
    roles::may_have_all_of(tx, people, id)?;
    let agent = agents::get(tx, id)?;
    if is_on(tx, id)? {
        security::tell(tx, &agent, people.who(), Changed::FactorReset, now)?;
    }
    end(tx, people.who(), &agent, now)?;
    diesel::delete(sessions::table.filter(sessions::agent_id.eq(id))).execute(&mut **tx)?;
    Ok(())
}

fn end(tx: &mut Tx<'_>, who: &Who, agent: &Agent, now: Ts) -> Result<()> {
    let told = |conn: &mut Conn| -> Result<(String, Value)> {
        let (login, passkeys) = passkeys::told(conn, agent)?;
        Ok((login, json!({ "on": has_app(conn, agent.id)?, "passkeys": passkeys["passkeys"] })))
    };
    audit::around(tx, (who, Audited::Factor, now), told, |tx| {
        diesel::delete(recovery_codes::table.filter(recovery_codes::agent_id.eq(agent.id)))
            .execute(&mut **tx)?;
        diesel::delete(factors::table.find(agent.id)).execute(&mut **tx)?;
        passkeys::remove_all(tx, agent.id)
    })
}

/// Says whether who has this role needs a second factor, from his next sign-in on.
///
/// # Errors
/// [`Error::Forbidden`] for a role that gives more than the actor has; [`Error::NotFound`].
pub fn need_for_role(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    role: RoleId,
    needed: bool,
    now: Ts,
) -> Result<()> {
    roles::may_give_role(tx, people, role)?;
    let told = |conn: &mut Conn| -> Result<(String, Value)> {
        let (name, needed): (String, bool) =
            role_rows::table.find(role).select((role_rows::name, role_rows::needs_factor)).first(conn)?;
        Ok((name, json!({ "needs_factor": needed })))
    };
    audit::around(tx, (people.who(), Audited::Role, now), told, |tx| {
        diesel::update(role_rows::table.find(role))
            .set(role_rows::needs_factor.eq(needed))
            .execute(&mut **tx)?;
        Ok(())
    })
}

/// Throws away a secret that no app has confirmed.
///
/// # Errors
/// Those of the database.
pub fn forget_pending(tx: &mut Tx<'_>, agent: AgentId) -> Result<()> {
    diesel::delete(factors::table.find(agent).filter(factors::confirmed_at.is_null())).execute(&mut **tx)?;
    Ok(())
}
